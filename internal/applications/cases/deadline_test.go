package cases

import (
	"testing"
	"time"

	"okno/internal/kit/db"
	"okno/internal/reference"
)

func TestDeadlines(t *testing.T) {
	t.Parallel()
	ref, err := reference.Load()
	must(t, err)
	cal := ref.Calendar()
	msk := ref.Zone("77")
	at := func(s string) time.Time {
		x, err := time.ParseInLocation("2006-01-02 15:04", s, msk)
		must(t, err)
		return x
	}
	for name, c := range map[string]struct {
		term          Term
		start         string
		want          db.Date
		paused, again string
		later         db.Date
	}{
		"three working days over a weekend":   {Term{Days: 3, Working: true}, "2026-11-19 23:30", "2026-11-24", "2026-11-20 10:00", "2026-11-23 10:00", "2026-11-25"},
		"asked and answered on one day":       {Term{Days: 3, Working: true}, "2026-11-16 10:00", "2026-11-19", "2026-11-17 10:00", "2026-11-17 18:00", "2026-11-19"},
		"asked on the last day":               {Term{Days: 3, Working: true}, "2026-11-16 10:00", "2026-11-19", "2026-11-19 10:00", "2026-11-21 18:00", "2026-11-23"},
		"asked too late":                      {Term{Days: 3, Working: true}, "2026-11-16 10:00", "2026-11-19", "2026-11-20 10:00", "2026-11-25 18:00", "2026-11-19"},
		"calendar days":                       {Term{Days: 10}, "2026-11-16 10:00", "2026-11-26", "2026-11-20 10:00", "2026-11-23 10:00", "2026-11-30"},
		"minutes":                             {Term{Minutes: 90}, "2026-11-16 23:00", "2026-11-17", "2026-11-16 23:30", "2026-11-18 00:00", "2026-11-18"},
		"no term":                             {Term{}, "2026-11-16 10:00", "", "2026-11-16 11:00", "2026-11-17 10:00", ""},
		"holidays of January are not counted": {Term{Days: 3, Working: true}, "2026-12-30 10:00", "2027-01-13", "2026-12-31 10:00", "2027-01-11 10:00", "2027-01-14"},
	} {
		due := c.term.due(cal, msk, at(c.start))
		if due.Date != c.want {
			t.Errorf("%s: due on %s, want %s", name, due.Date, c.want)
		}
		if got := c.term.resumed(cal, msk, due, at(c.paused), at(c.again)); got.Date != c.later {
			t.Errorf("%s: after the pause %s, want %s", name, got.Date, c.later)
		}
	}
	due := Term{Days: 3, Working: true}.due(cal, msk, at("2026-11-16 10:00"))
	if l := left(cal, msk, due, 0, at("2026-11-16 12:00")); l.WorkingDays != 3 || l.Overdue || l.Soon {
		t.Errorf("at the start: %+v", l)
	}
	if l := left(cal, msk, due, 0, at("2026-11-19 23:00")); l.WorkingDays != 0 || l.Overdue || !l.Soon {
		t.Errorf("on the last day: %+v", l)
	}
	if l := left(cal, msk, due, 0, at("2026-11-20 00:01")); l.WorkingDays != -1 || !l.Overdue {
		t.Errorf("a day late: %+v", l)
	}
	if l := left(cal, msk, due, db.At(at("2026-11-17 10:00")), at("2026-12-20 00:01")); l.WorkingDays != 2 || l.Overdue || !l.Paused {
		t.Errorf("paused: %+v", l)
	}
	if got := registerBy(cal, msk, at("2026-11-20 23:00")); got != "2026-11-23" {
		t.Errorf("registered by %s", got)
	}
}
