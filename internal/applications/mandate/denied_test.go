package mandate

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"okno/internal/applications/applicationstest"
	"okno/internal/identity"
	"okno/internal/kit/db"
	"okno/internal/kit/event"
	"okno/internal/kit/id"
	"okno/internal/notify"
)

// announce has the bus tell of an account, and waits until all have heard it.
func (w *world) announce(name, owner string) {
	w.T.Helper()
	e := event.Event{Name: name, ID: id.New(), Owner: owner, Version: 1}
	must(w.T, w.DB.Write(context.Background(), func(ctx context.Context, tx *db.Tx) error { return w.bus.Announce(ctx, tx, e) }))
	must(w.T, w.Queue.Drain(context.Background()))
}

// TestItWasNotMeWithdrawsHelpers: whoever was in the account may have let a helper
// act in its name. What Anna has given goes, the old, the offered and the visit;
// what she was given and what others have given stays.
func TestItWasNotMeWithdrawsHelpers(t *testing.T) {
	t.Parallel()
	for _, name := range []string{identity.EventDenied, identity.EventStopped} {
		each(t, func(t *testing.T, w *world) {
			taken := "/cabinet/mandates/" + w.give("yes")
			w.Post(w.boris, taken+"/enter", nil).Location()
			w.clock.Advance(5 * 24 * time.Hour)
			offered := w.Post(w.anna, "/cabinet/mandates", url.Values{"contact": {"eve"}, "services": {"word"}, "days": {"7"}}).Location()
			to := w.Post(w.boris, "/cabinet/mandates", url.Values{"contact": {"anna"}, "services": {"word"}, "days": {"7"}}).Location()
			w.Post(w.anna, to+"/accept", nil).Location()
			w.Post(w.operator, "/desk/mfc/visits", url.Values{"person": {w.anna.Account}, "consent": {"paper"}, "document": {"yes"}, "paper": {"1"}}).Location()
			before := len(w.x.told)
			for range 2 { // heard twice, it is done once
				w.announce(name, w.anna.Account)
			}
			for _, v := range []applicationstest.Visitor{w.boris, w.operator} {
				if p := w.Get(v, "/cabinet/acting"); !p.Has("только за себя") {
					t.Errorf("%s acts: %s", v.Account, p.Text())
				}
			}
			if p := w.Post(w.eve, offered+"/accept", nil); p.Status == http.StatusSeeOther {
				t.Error("a withdrawn offer is taken")
			}
			for _, one := range []string{taken, offered} {
				if p := w.Get(w.anna, one); !p.Has("Отозвано") {
					t.Errorf("%s", p.Text())
				}
			}
			if p := w.Get(w.anna, to); !p.Has("Действует") {
				t.Errorf("what Anna was given: %s", p.Text())
			}
			if n := w.Did("applications.mandate_withdrawn", w.anna.Account); n != 3 {
				t.Errorf("%d lines of the journal", n)
			}
			told := map[string]int{}
			for _, l := range w.x.told[before:] {
				told[l.Owner]++
			}
			if len(told) != 2 || told[w.boris.Account] != 3 || told[w.eve.Account] != 3 {
				t.Errorf("told %v", told)
			}
		})
	}
}

// TestWhatAnOwnerIsToldLeadsToItWasNotMe: every notice about a right to act for Anna,
// in every channel, and none to the helper, whose account was not touched.
func TestWhatAnOwnerIsToldLeadsToItWasNotMe(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		one := "/cabinet/mandates/" + w.give("yes")
		w.Post(w.boris, one+"/enter", nil).Location()
		at := w.begin(w.boris, strings.TrimPrefix(one, "/cabinet/mandates/"))
		version := w.fill(w.boris, at).Value("_version")
		w.Post(w.boris, at+"/send", url.Values{"_version": {version}}).Location()
		w.Post(w.boris, one+"/end", nil).Location()
		declined := w.Post(w.anna, "/cabinet/mandates", url.Values{"contact": {"eve"}, "services": {"word"}, "days": {"7"}}).Location()
		w.Post(w.eve, declined+"/decline", nil).Location()
		w.Post(w.operator, "/desk/mfc/visits", url.Values{"person": {w.anna.Account}, "consent": {"paper"}, "document": {"yes"}, "paper": {"1"}}).Location()
		w.give("no")
		w.clock.Advance(7 * 24 * time.Hour)
		must(t, w.runOut(t.Context(), runOut{}))
		subjects := map[string]int{}
		for _, l := range w.x.told {
			mine := l.Owner == w.anna.Account
			if leads := l.Link == "/not-me/"+w.anna.Account; leads != mine {
				t.Errorf("%s to the owner %v leads to %s", l.Channel, mine, l.Link)
			}
			if says := strings.Contains(l.Text, "«Это не я»") || strings.Contains(l.Text, "Если это не вы"); says != mine {
				t.Errorf("%s to the owner %v says %q", l.Channel, mine, l.Text)
			}
			if mine && l.Channel == notify.Cabinet {
				subjects[l.Subject]++
			}
		}
		if len(subjects) != 6 { // taken, sent, ended, declined, a visit, run out
			t.Errorf("the owner was told of %v", subjects)
		}
	})
}
