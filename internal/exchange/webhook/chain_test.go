package webhook

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"testing"

	"okno/internal/applications/cases"
	"okno/internal/identity"
	"okno/internal/kit/audit"
	"okno/internal/kit/clock"
	"okno/internal/kit/db"
	"okno/internal/kit/event"
	"okno/internal/kit/testkit"
)

// way notes what the courier says of cases.
type way struct {
	sync.Mutex
	said    []string
	waiting []event.Event
}

func (w *way) NoteHandover(_ context.Context, _ *db.Tx, agency, caseID string, h cases.Handover) error {
	w.Lock()
	defer w.Unlock()
	w.said = append(w.said, fmt.Sprintf("%s %s %s", agency, caseID, h))
	return nil
}

func (w *way) NoteSystem(_ context.Context, _ *db.Tx, agency string, on bool) error {
	w.Lock()
	defer w.Unlock()
	w.said = append(w.said, fmt.Sprintf("%s %t", agency, on))
	return nil
}

func (w *way) Waiting(context.Context, string, int) ([]event.Event, error) { return w.waiting, nil }

func (w *way) heard(t *testing.T, what string, want ...string) {
	t.Helper()
	w.Lock()
	defer w.Unlock()
	if !slices.Equal(w.said, want) {
		t.Errorf("%s: %q, want %q", what, w.said, want)
	}
	w.said = nil
}

func coming(version int64, deed string) event.Event {
	e := moved(version)
	e.Refs["deed"], e.Refs["from"], e.Refs["to"] = deed, "", "accepted"
	return e
}

func courier(t *testing.T, f func(t *testing.T, r *Room, clk *clock.Fake, w *way)) {
	t.Helper()
	testkit.Each(t, testkit.Of(Migrations(), audit.Migrations()), clock.NewFake(testkit.Start), func(t *testing.T, d *db.DB) {
		r, clk, _ := setup(t, d)
		w := &way{}
		r.Chain = w
		f(t, r, clk, w)
	})
}

// TestTheCourierReports: the hand-over once for a case, its receipt, and nothing
// of what is no arrival.
func TestTheCourierReports(t *testing.T) {
	t.Parallel()
	courier(t, func(t *testing.T, r *Room, _ *clock.Fake, w *way) {
		system := &receiver{status: 500}
		server := httptest.NewServer(system)
		defer server.Close()
		ctx := integrator("fns")
		e, _, err := r.Add(ctx, "fns", server.URL)
		must(t, err)
		w.heard(t, "added", "fns true")
		must(t, r.moved(ctx, coming(1, "submit")))
		w.heard(t, "handed over", "fns true", "fns case-1 handed_over")
		must(t, r.moved(ctx, coming(1, "submit")))
		w.heard(t, "heard twice", "fns case-1 handed_over")
		id := messageID(coming(1, "submit"), e)
		must(t, r.deliver(ctx, deliver{Agency: "fns", ID: id}))
		w.heard(t, "down")
		system.status = 204
		must(t, r.deliver(ctx, deliver{Agency: "fns", ID: id, Tries: 1}))
		w.heard(t, "received", "fns case-1 receipted")
		must(t, r.moved(ctx, moved(2)))
		must(t, r.deliver(ctx, deliver{Agency: "fns", ID: messageID(moved(2), e)}))
		w.heard(t, "a decision is no arrival")
		system.status = 410
		must(t, r.moved(ctx, coming(3, "reopen")))
		must(t, r.deliver(ctx, deliver{Agency: "fns", ID: messageID(coming(3, "reopen"), e)}))
		w.heard(t, "gone", "fns case-1 handed_over", "fns case-1 gave_up")
	})
}

// TestAnEndpointIsSwitchedOff: what it did not get goes to another one, or back to
// the desk.
func TestAnEndpointIsSwitchedOff(t *testing.T) {
	t.Parallel()
	courier(t, func(t *testing.T, r *Room, _ *clock.Fake, w *way) {
		old, fresh := httptest.NewServer(&receiver{status: 500}), httptest.NewServer(&receiver{status: 200})
		defer old.Close()
		defer fresh.Close()
		ctx := integrator("fns")
		a, _, err := r.Add(ctx, "fns", old.URL)
		must(t, err)
		must(t, r.moved(ctx, coming(1, "submit")))
		b, _, err := r.Add(ctx, "fns", fresh.URL)
		must(t, err)
		w.said = nil
		must(t, r.Switch(ctx, "fns", a.ID, false))
		w.heard(t, "one of two is off", "fns true")
		must(t, r.deliver(ctx, deliver{Agency: "fns", ID: messageID(coming(1, "submit"), a)}))
		w.heard(t, "to the other one")
		must(t, r.deliver(ctx, deliver{Agency: "fns", ID: messageID(coming(1, "submit"), b)}))
		w.heard(t, "there", "fns case-1 receipted")
		must(t, r.moved(ctx, coming(2, "forward")))
		must(t, r.Switch(ctx, "fns", b.ID, false))
		w.heard(t, "the last one is off", "fns true", "fns case-1 handed_over", "fns false")
		must(t, r.deliver(ctx, deliver{Agency: "fns", ID: messageID(coming(2, "forward"), b)}))
		w.heard(t, "back to the desk", "fns case-1 withdrawn")
		if _, err := r.Resend(ctx, "fns"); !errors.Is(err, ErrOff) {
			t.Error("handed over to nobody:", err)
		}
	})
}

// TestForwardingIsToldToBoth: the agency before hears of it, and that is no
// arrival there.
func TestForwardingIsToldToBoth(t *testing.T) {
	t.Parallel()
	courier(t, func(t *testing.T, r *Room, _ *clock.Fake, w *way) {
		before := &receiver{status: 200}
		server := httptest.NewServer(before)
		defer server.Close()
		ctx := integrator("mvd")
		e, _, err := r.Add(ctx, "mvd", server.URL)
		must(t, err)
		w.said = nil
		forwarded := coming(5, "forward")
		forwarded.Refs["was"] = "mvd"
		if r.load(); !r.wants(forwarded) {
			t.Error("the agency before is not asked")
		}
		must(t, r.moved(ctx, forwarded))
		must(t, r.deliver(ctx, deliver{Agency: "mvd", ID: messageID(forwarded, e)}))
		w.heard(t, "no arrival")
		if len(before.bodies) != 1 {
			t.Errorf("told %v", before.bodies)
		}
	})
}

// TestResend: everything that waits goes out at once, under the same ids.
func TestResend(t *testing.T) {
	t.Parallel()
	courier(t, func(t *testing.T, r *Room, _ *clock.Fake, w *way) {
		system := &receiver{status: 500}
		server := httptest.NewServer(system)
		defer server.Close()
		ctx := integrator("fns")
		e, _, err := r.Add(ctx, "fns", server.URL)
		must(t, err)
		first, never := coming(1, "submit"), coming(1, "submit")
		never.ID = "case-2"
		must(t, r.moved(ctx, first))
		must(t, r.deliver(ctx, deliver{Agency: "fns", ID: messageID(first, e)}))
		w.waiting = []event.Event{first, never}
		system.status = 200
		w.said = nil
		head := identity.WithActor(ctx, identity.Actor{ID: "h", Roles: []identity.Role{{Name: identity.Head, Agency: "fns"}}})
		n, err := r.Resend(head, "fns")
		if err != nil || n != 2 {
			t.Fatal(n, err)
		}
		w.heard(t, "never made", "fns case-2 handed_over")
		must(t, r.Queue.Drain(ctx))
		w.heard(t, "received", "fns case-1 receipted", "fns case-2 receipted")
		if len(system.got) != 3 || system.got[0].Get("Webhook-Id") != system.got[1].Get("Webhook-Id") {
			t.Errorf("%d messages", len(system.got))
		}
		if n, err := r.Resend(ctx, "fns"); err != nil || n != 2 || len(system.got) != 3 {
			t.Error("again what was delivered:", n, err)
		}
		for _, who := range []context.Context{integrator("mvd"), context.Background()} {
			if _, err := r.Resend(who, "fns"); !errors.Is(err, identity.ErrForbidden) {
				t.Error(err)
			}
		}
	})
}

// TestItAnswersAgain: what waits for its next try goes out as soon as one
// message has arrived.
func TestItAnswersAgain(t *testing.T) {
	t.Parallel()
	courier(t, func(t *testing.T, r *Room, _ *clock.Fake, w *way) {
		system := &receiver{status: 500}
		server := httptest.NewServer(system)
		defer server.Close()
		ctx := integrator("fns")
		e, _, err := r.Add(ctx, "fns", server.URL)
		must(t, err)
		for n := range 5 {
			waits := coming(1, "submit")
			waits.ID = fmt.Sprintf("case-%d", n)
			must(t, r.moved(ctx, waits))
			must(t, r.deliver(ctx, deliver{Agency: "fns", ID: messageID(waits, e)}))
		}
		must(t, r.Queue.Drain(ctx)) // jobs of first tries, which are over
		system.status = 200
		must(t, r.moved(ctx, coming(9, "submit")))
		w.said = nil
		must(t, r.Queue.Drain(ctx))
		if len(w.said) != 6 {
			t.Errorf("%q", w.said)
		}
		if all, err := r.store.waiting(ctx, "fns", e.ID, "", 10); err != nil || len(all) != 0 {
			t.Errorf("%+v, %v", all, err)
		}
	})
}

// TestOneJobHasADelivery: what was put off and what hastens it come at the same
// time, and the message goes out once; a job that dies with it gives it back.
func TestOneJobHasADelivery(t *testing.T) {
	t.Parallel()
	courier(t, func(t *testing.T, r *Room, clk *clock.Fake, _ *way) {
		ctx := integrator("fns")
		var again func()
		came := 0
		server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
			came++
			again()
		}))
		defer server.Close()
		e, _, err := r.Add(ctx, "fns", server.URL)
		must(t, err)
		first, second := coming(1, "submit"), coming(2, "take")
		must(t, r.moved(ctx, first))
		j := deliver{Agency: "fns", ID: messageID(first, e)}
		again = func() { must(t, r.deliver(ctx, j)) } // while the first is on its way
		must(t, r.deliver(ctx, j))
		must(t, r.deliver(ctx, j))
		if came != 1 {
			t.Errorf("it came %d times", came)
		}
		again = func() {}
		must(t, r.moved(ctx, second))
		j.ID = messageID(second, e)
		d, err := r.store.delivery(ctx, j.Agency, j.ID)
		must(t, err)
		if mine, err := r.hold(ctx, j, d); err != nil || !mine {
			t.Fatal(mine, err)
		}
		must(t, r.deliver(ctx, j)) // the other died
		if came != 1 {
			t.Errorf("what another holds was sent: %d", came)
		}
		clk.Advance(patience + holdMore)
		must(t, r.deliver(ctx, j))
		if came != 2 {
			t.Errorf("what a dead job held has not come: %d", came)
		}
	})
}
