package desk

import (
	"context"
	"errors"
	"slices"
	"time"

	"okno/internal/agency"
	"okno/internal/identity"
	"okno/internal/kit/db"
	"okno/internal/kit/i18n"
	"okno/internal/kit/id"
	"okno/internal/notify"
)

// schedule is a report that goes out by the clock.
type schedule struct {
	Agency, ID, Account, Choice string
	Every                       string // week, month
	Next                        db.Time
}

// How often a report goes out.
const (
	weekly  = "week"
	monthly = "month"
)

// mailHour is when reports go out, in the portal's zone.
const mailHour = 7

// next is when a report goes out after the instant, and which days it counts:
// the week or month before.
func next(every string, after time.Time) time.Time {
	y, m, d := after.Date()
	if every == monthly {
		return time.Date(y, m+1, 1, mailHour, 0, 0, 0, after.Location())
	}
	days := (8 - int(after.Weekday())) % 7
	if days == 0 {
		days = 7
	}
	return time.Date(y, m, d+days, mailHour, 0, 0, 0, after.Location())
}

// span are the days that a report of an instant counts.
func span(every string, at time.Time) (from, to string) {
	first := at.AddDate(0, 0, -7)
	if every == monthly {
		first = at.AddDate(0, -1, 0)
	}
	return first.Format(time.DateOnly), at.AddDate(0, 0, -1).Format(time.DateOnly)
}

// mailReports is the job that sends what is due.
type mailReports struct{}

// Kind is the name of the job.
func (mailReports) Kind() string { return "desk.reports" }

const reportsEvery = 10 * time.Minute

// order sends a report by mail. Errors: ErrReport, identity.ErrForbidden.
func (r *Room) order(ctx context.Context, c reportChoice, every string) error {
	mine, err := r.mayReport(ctx)
	if err != nil {
		return err
	}
	if every != weekly && every != monthly {
		return ErrReport
	}
	if c.Agency == "" {
		c.Agency = mine[0]
	}
	if !slices.Contains(mine, c.Agency) {
		return identity.ErrForbidden
	}
	c.From, c.To = "", ""
	actor := identity.ActorOf(ctx)
	x := schedule{
		Agency: c.Agency, ID: id.New(), Account: actor.ID, Choice: c.query(), Every: every, Next: db.At(next(every, r.Clock.Now().In(r.Zone))),
	}
	return r.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := r.store.addSchedule(ctx, tx, x); err != nil {
			return err
		}
		return r.Journal.Write(ctx, tx, actor.Entry("desk.report_ordered", "", "schedule:"+x.ID))
	})
}

func (r *Room) unorder(ctx context.Context, agencyCode, scheduleID string) error {
	if _, err := r.mayReport(ctx); err != nil {
		return err
	}
	actor := identity.ActorOf(ctx)
	return r.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		found, err := r.store.deleteSchedule(ctx, tx, agencyCode, actor.ID, scheduleID)
		if err == nil && !found {
			err = ErrNoSchedule
		}
		if err != nil {
			return err
		}
		return r.Journal.Write(ctx, tx, actor.Entry("desk.report_cancelled", "", "schedule:"+scheduleID))
	})
}

// sendDue mails a link to each report that is due. The mail holds no numbers:
// who opens the link proves first who they are.
func (r *Room) sendDue(ctx context.Context) error {
	ctx = identity.AsSystem(ctx)
	now := r.Clock.Now().In(r.Zone)
	due, err := r.store.dueSchedules(ctx, db.At(now))
	if err != nil {
		return err
	}
	var faults error
	for _, x := range due {
		faults = errors.Join(faults, r.send(ctx, x, now))
	}
	return faults
}

func (r *Room) send(ctx context.Context, x schedule, now time.Time) error {
	var letters []notify.Letter
	still, err := r.stillSees(ctx, x)
	if err != nil {
		return err
	}
	if still {
		account, err := r.Accounts.Account(ctx, x.Account)
		if err != nil {
			return err
		}
		c := reportFrom(x.Choice)
		c.From, c.To = span(x.Every, x.Next.Time().In(r.Zone))
		lang := account.Lang
		if !i18n.Known(lang) {
			lang = i18n.RU
		}
		args := []any{"From", i18n.DateISO(lang, c.From), "To", i18n.DateISO(lang, c.To), "Agency", r.Deps.Agencies.Title(x.Agency, lang)}
		letters = append(letters, notify.Letter{
			Channel: notify.Email, To: account.Email, Owner: x.Account, Kind: "report", Link: "/desk/reports?" + c.query(),
			Subject: r.Texts.T(lang, "desk.report.mail_subject", args...), Text: r.Texts.T(lang, "desk.report.mail_text", args...),
		})
	}
	batch, err := r.Notify.Seal(ctx, letters...)
	if err != nil {
		return err
	}
	return r.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		mine, err := r.store.moveSchedule(ctx, tx, x, db.At(next(x.Every, now)))
		if err != nil || !mine || len(letters) == 0 {
			return err
		}
		return r.Notify.Send(ctx, tx, batch)
	})
}

// stillSees reports whether who ordered a report is still a head there, or an
// administrator.
func (r *Room) stillSees(ctx context.Context, x schedule) (bool, error) {
	for _, place := range []string{x.Agency, ""} {
		members, err := r.Deps.Agencies.Members(ctx, place)
		if err != nil {
			return false, err
		}
		sees := func(m agency.Member) bool {
			return m.Account == x.Account && (m.Role == identity.Head || m.Role == identity.Administrator)
		}
		if slices.ContainsFunc(members, sees) {
			return true, nil
		}
	}
	return false, nil
}
