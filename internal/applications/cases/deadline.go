package cases

import (
	"time"

	"okno/internal/kit/db"
	"okno/internal/reference"
)

// Term is the time that the agency has. At most one of the counts is set.
type Term struct {
	Days    int
	Working bool
	Minutes int
}

// Due is when a term ends; the zero Due is no deadline.
type Due struct {
	At   db.Time
	Date db.Date // the day at the office
}

// registerDays is the term of registration: one working day (210-ФЗ).
const registerDays = 1

// registerBy is the last day of registration.
func registerBy(cal *reference.Calendar, zone *time.Location, submitted time.Time) db.Date {
	return db.DateOf(cal.AddWorkingDays(submitted.In(zone), registerDays))
}

// due is when the term that begins at start ends.
func (t Term) due(cal *reference.Calendar, zone *time.Location, start time.Time) Due {
	switch {
	case t.Minutes > 0:
		at := start.Add(time.Duration(t.Minutes) * time.Minute)
		return Due{db.At(at), db.DateOf(at.In(zone))}
	case t.Days <= 0:
		return Due{}
	case t.Working:
		return dueOn(cal.DeadlineWorking(start, t.Days, zone), zone)
	}
	return dueOn(cal.DeadlineDays(start, t.Days, zone), zone)
}

// resumed is the deadline after a pause: what was left of the term when the
// citizen was asked is left again when the answer has come. A deadline that
// was over before the pause stays.
func (t Term) resumed(cal *reference.Calendar, zone *time.Location, d Due, paused, now time.Time) Due {
	switch {
	case d.At.IsZero() || d.At.Time().Before(paused):
		return d
	case t.Minutes > 0:
		at := d.At.Time().Add(now.Sub(paused))
		return Due{db.At(at), db.DateOf(at.In(zone))}
	case t.Working:
		left := cal.WorkingDaysBetween(paused.In(zone), d.At.Time().In(zone))
		return dueOn(cal.DeadlineWorking(now, left, zone), zone)
	}
	days := int(day(d.At.Time(), zone).Sub(day(paused, zone)).Hours() / 24)
	return dueOn(cal.DeadlineDays(now, days, zone), zone)
}

func dueOn(at time.Time, zone *time.Location) Due {
	return Due{db.At(at), db.DateOf(at.In(zone))}
}

func day(t time.Time, zone *time.Location) time.Time {
	y, m, d := t.In(zone).Date()
	return time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
}

// Left is what is left of a deadline.
type Left struct {
	// WorkingDays to the deadline's day; negative when it is over.
	WorkingDays int
	Overdue     bool
	// Soon: at most two working days.
	Soon bool
	// Paused: the agency waits for the citizen, and the time stands still.
	Paused bool
}

// soonDays is from when a deadline is called near.
const soonDays = 2

func left(cal *reference.Calendar, zone *time.Location, d Due, paused db.Time, now time.Time) Left {
	if d.At.IsZero() {
		return Left{}
	}
	at := now
	if !paused.IsZero() {
		at = paused.Time()
	}
	l := Left{WorkingDays: cal.WorkingDaysBetween(at.In(zone), d.At.Time().In(zone)), Paused: !paused.IsZero()}
	l.Overdue = at.After(d.At.Time())
	l.Soon = !l.Overdue && l.WorkingDays <= soonDays
	return l
}
