package cases

import (
	"math"
	"time"

	"okno/internal/applications/cases/casesdb"
	"okno/internal/kit/db"
	"okno/internal/reference"
)

// Mark is a point of a term at which whoever holds the case is told, one bit each.
type Mark int64

// The marks, in the order in which they come.
const (
	MarkRegister     Mark = 1 << iota // the last day of registration has come, and nobody has taken it
	MarkUnregistered                  // that day is over
	MarkHalf                          // half of the term is over
	MarkMost                          // four fifths of it
	MarkOver                          // all of it
)

// Hours of an office between which marks come, at the office's clock. The law
// counts days; nobody is to be told of them at night.
const (
	dayBegins = 9 * time.Hour
	dayEnds   = 18 * time.Hour
	registers = 15 * time.Hour // of the last day of registration
)

// marked is when a mark comes.
type marked struct {
	mark Mark
	at   time.Time
}

// marks are those of a case as it stands, without those that can't come: what
// has stood still is left out by itself, as they are counted back from the
// deadline.
func marks(cal *reference.Calendar, zone *time.Location, k Case) []marked {
	var all []marked
	if day, err := time.Parse(time.DateOnly, string(k.RegisterBy)); err == nil && k.Status == Accepted && k.RegisteredAt.IsZero() {
		all = append(all, marked{MarkRegister, at(day, registers, zone)}, marked{MarkUnregistered, at(cal.AddWorkingDays(day, 1), dayBegins, zone)})
	}
	if k.Due.At.IsZero() {
		return all
	}
	return append(all,
		marked{MarkHalf, k.Term.before(cal, zone, k.Due, 0.5)},
		marked{MarkMost, k.Term.before(cal, zone, k.Due, 0.2)},
		marked{MarkOver, k.Due.At.Time()},
	)
}

// at is an hour of a day at the office.
func at(day time.Time, clock time.Duration, zone *time.Location) time.Time {
	y, m, d := day.Date()
	return time.Date(y, m, d, 0, 0, int(clock.Round(time.Second).Seconds()), 0, zone)
}

// before is when the part of the term is left. Working days are counted back
// from the last one; a part of a day is that part of its working hours.
func (t Term) before(cal *reference.Calendar, zone *time.Location, due Due, part float64) time.Time {
	end := due.At.Time()
	switch {
	case t.Minutes > 0:
		return end.Add(-time.Duration(part * float64(time.Duration(t.Minutes)*time.Minute)))
	case !t.Working:
		return end.Add(-time.Duration(part * float64(time.Duration(t.Days)*24*time.Hour)))
	}
	left := part * float64(t.Days)
	whole := math.Ceil(left - 1e-9)
	day := cal.AddWorkingDays(end.In(zone), -int(whole))
	return at(cal.AddWorkingDays(day, 1), dayBegins+time.Duration((whole-left)*float64(dayEnds-dayBegins)), zone)
}

// passed are the marks that have come and were not told, and those of them to be
// told now: the later one of registration and the later one of the term.
func passed(all []marked, told Mark, now time.Time) (fresh Mark, say []Mark) {
	for _, m := range all {
		if told&m.mark == 0 && !m.at.After(now) {
			fresh |= m.mark
		}
	}
	for _, group := range [][]Mark{{MarkUnregistered, MarkRegister}, {MarkOver, MarkMost, MarkHalf}} {
		for _, m := range group {
			if fresh&m != 0 {
				say = append(say, m)
				break
			}
		}
	}
	return fresh, say
}

// next is the nearest mark to come, 0 for none.
func next(all []marked, told Mark, now time.Time) db.Time {
	var nearest time.Time
	for _, m := range all {
		if told&m.mark == 0 && m.at.After(now) && (nearest.IsZero() || m.at.Before(nearest)) {
			nearest = m.at
		}
	}
	if nearest.IsZero() {
		return 0
	}
	return db.At(nearest)
}

// firstLook is when the term of a new case is looked at.
func (c *Cases) firstLook(row casesdb.InsertCaseParams, now db.Time) db.Time {
	k := Case{
		Status: Status(row.Status), RegisterBy: db.Date(row.RegisterBy),
		Term: Term{Days: int(row.TermDays), Working: row.TermWorking, Minutes: int(row.TermMinutes)},
		Due:  Due{At: row.DeadlineAt, Date: db.Date(row.DeadlineDate)},
	}
	return next(marks(c.Calendar, c.zone(row.AgencyID, row.Office), k), 0, now.Time())
}

// look is when the term of a case is to be looked at after a move: where its
// time begins to run or to stand still, or gets another end. 0 leaves that as it is.
func (c *Cases) look(was Case, row casesdb.ApplicationsCase, now db.Time) db.Time {
	switch {
	case row.PausedAt > 0 && was.PausedAt.IsZero() && row.ResumeOn != "":
		return c.resumes(caseOf(row))
	case row.PausedAt == 0 && Status(row.Status).Open() &&
		(was.PausedAt > 0 || was.Agency != row.AgencyID || was.Due.At != row.DeadlineAt || !was.Status.Open()):
		return next(marks(c.Calendar, c.zone(row.AgencyID, row.Office), caseOf(row)), 0, now.Time())
	}
	return 0
}

// resumes is when a suspended case goes on by itself, 0 for not by itself.
func (c *Cases) resumes(k Case) db.Time {
	day, err := time.Parse(time.DateOnly, string(k.ResumeOn))
	if err != nil {
		return 0
	}
	return db.At(at(day, 0, c.zone(k.Agency, k.Office)))
}
