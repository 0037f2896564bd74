package cases

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"okno/internal/agency"
	"okno/internal/applications/cases/casesdb"
	"okno/internal/identity"
	"okno/internal/kit/audit"
	"okno/internal/kit/db"
	"okno/internal/notify"
)

// province is a town whose portal has an administrator.
type province struct{ town }

func (p province) Members(ctx context.Context, code string) ([]agency.Member, error) {
	if code == "" {
		return []agency.Member{{Account: "root", Role: identity.Administrator}}, nil
	}
	return p.town.Members(ctx, code)
}

// chained is a bundle whose agency mvd has a system of its own, and whose
// watchdog has looked once.
func chained(t *testing.T, f func(t *testing.T, b *bundle)) {
	t.Helper()
	each(t, func(t *testing.T, b *bundle) {
		b.Offices = province{}
		b.system(t, true)
		must(t, b.Watch(context.Background()))
		f(t, b)
	})
}

func (b *bundle) system(t *testing.T, on bool) {
	t.Helper()
	must(t, b.DB.Write(context.Background(), func(ctx context.Context, tx *db.Tx) error { return b.NoteSystem(ctx, tx, "mvd", on) }))
}

// courier says of cases what became of them.
func (b *bundle) courier(t *testing.T, h Handover, numbers ...string) {
	t.Helper()
	for _, n := range numbers {
		k, err := b.store.byNumber(context.Background(), n)
		must(t, err)
		must(t, b.DB.Write(context.Background(), func(ctx context.Context, tx *db.Tx) error { return b.NoteHandover(ctx, tx, "mvd", k.ID, h) }))
	}
}

// pass lets time pass while the watchdog looks, and does its jobs.
func (b *bundle) pass(t *testing.T, d time.Duration) {
	t.Helper()
	for d > 0 {
		step := min(d, 4*time.Minute)
		b.clock.Advance(step)
		must(t, b.Watch(context.Background()))
		d -= step
	}
	b.drain(t)
}

// of are the mails whose subject has the words, by whom they were sent to.
func of(all []notify.Letter, words string) map[string]int {
	n := map[string]int{}
	for _, l := range all {
		if l.Channel == notify.Email && strings.Contains(l.Subject, words) {
			n[l.Owner]++
		}
	}
	return n
}

func (b *bundle) incidents(t *testing.T) (open, over []Incident) {
	t.Helper()
	open, over, err := b.Incidents(b.as("root", identity.Role{Name: identity.Administrator}))
	must(t, err)
	return open, over
}

func states(card *Card) string {
	var out []string
	for _, l := range card.Chain {
		s := l.Name + "=" + l.State
		if l.Failed {
			s += "!"
		}
		if l.Late {
			s += "~"
		}
		out = append(out, s)
	}
	return strings.Join(out, " ")
}

func TestHopsAreStoredAndShown(t *testing.T) {
	t.Parallel()
	chained(t, func(t *testing.T, b *bundle) {
		number := b.submit(t)
		look := func(want string, stage Stage, epgu int) {
			t.Helper()
			card, err := b.Mine(b.citizen(), number)
			must(t, err)
			if got := states(card); got != want || card.Stage != stage || card.EPGU != epgu {
				t.Errorf("%s, stage %s, code %d, want %s, %s, %d", got, card.Stage, card.EPGU, want, stage, epgu)
			}
		}
		look("portal=done queue=done taken=current", "accepted", 1)
		b.courier(t, HandedOver, number, number)
		look("portal=done queue=done agency=current taken=next", Dispatched, 21)
		b.courier(t, GaveUp, number)
		look("portal=done queue=done agency=current! taken=next", Undelivered, 24)
		b.courier(t, Receipted, number)
		b.courier(t, GaveUp, number) // of another address, or late: the system has it
		b.courier(t, Withdrawn, number)
		look("portal=done queue=done agency=done taken=current", Received, 2)
		if k := b.state(t, number); k.Version != 1 {
			t.Errorf("version %d: a hop disturbs whoever acts on the case", k.Version)
		}
		must(t, b.Assign(b.head(), deal(number), "officer"))
		look("portal=done queue=done agency=done taken=current", Received, 2)
		must(t, b.Take(b.officer(), Deal{Number: number}))
		b.courier(t, HandedOver, number)
		look("portal=done queue=done agency=done taken=done", Stage(InWork), 6)
		must(t, b.Return(b.officer(), deal(number)))
		must(t, b.Take(b.officer(), deal(number)))

		taken := b.submit(t) // at the desk before the courier came
		must(t, b.Take(b.officer(), deal(taken)))
		b.courier(t, HandedOver, taken)
		card, err := b.Look(b.officer(), taken)
		must(t, err)
		if got := states(card); got != "portal=done queue=done agency=done taken=done" {
			t.Error("who takes a case has it:", got)
		}
		gone := b.submit(t)
		b.courier(t, HandedOver, gone)
		b.courier(t, Withdrawn, gone)
		number = gone
		look("portal=done queue=done taken=current", "accepted", 1)
		b.courier(t, HandedOver, gone)
		must(t, b.Forward(b.officer(), deal(gone), "fns", "Это решает налоговая"))
		look("portal=done queue=done taken=current", "accepted", 1)
		b.courier(t, Receipted, gone) // from the agency before
		look("portal=done queue=done taken=current", "accepted", 1)
	})
}

func TestALateHop(t *testing.T) {
	t.Parallel()
	chained(t, func(t *testing.T, b *bundle) {
		arrives, taken, cancelled := b.submit(t), b.submit(t), b.submit(t)
		all := []string{arrives, taken, cancelled}
		b.courier(t, HandedOver, all...)
		b.drain(t)
		b.letters.take()
		b.pass(t, 28*time.Minute)
		if open, _ := b.incidents(t); len(open) != 0 || len(b.letters.take()) != 0 {
			t.Fatalf("too early: %+v", open)
		}
		b.pass(t, 8*time.Minute)
		open, _ := b.incidents(t)
		if len(open) != 1 || open[0].Hop != HopReceived || open[0].Open != 3 || open[0].Cases != 3 || open[0].Told != 0 || len(open[0].Numbers) != 3 {
			t.Fatalf("incident: %+v", open)
		}
		sent := b.letters.take()
		if got := of(sent, "не подтверждает"); got["root"] != 1 || got["head"] != 1 || len(sent) != 4 {
			t.Errorf("told: %v of %+v", got, sent)
		}
		card, err := b.Mine(b.citizen(), arrives)
		must(t, err)
		if strings.Contains(states(card), "~") {
			t.Error("the citizen sees a delay before the operator has had time")
		}
		b.pass(t, 3*time.Hour+48*time.Minute)
		if got := b.letters.take(); len(got) != 0 {
			t.Errorf("told again, or too early: %+v", got)
		}
		b.pass(t, 20*time.Minute)
		if got := of(b.letters.take(), "ещё не дошло"); got["anna"] != 3 {
			t.Errorf("citizens: %v", got)
		}
		if card, _ = b.Mine(b.citizen(), arrives); states(card) != "portal=done queue=done agency=current~ taken=next" {
			t.Error(states(card))
		}
		b.courier(t, Receipted, arrives)
		must(t, b.Take(b.officer(), deal(taken)))
		must(t, b.Cancel(b.citizen(), deal(cancelled)))
		b.pass(t, 8*time.Minute)
		sent = b.letters.take()
		if got := of(sent, "дошло до ведомства"); got["anna"] != 1 {
			t.Errorf("arrived: %v", got)
		}
		if got := of(sent, "снова принимает"); got["root"] != 1 || got["head"] != 1 {
			t.Errorf("over: %v", got)
		}
		open, over := b.incidents(t)
		if len(open) != 0 || len(over) != 1 || over[0].Told != 3 {
			t.Errorf("%+v, %+v", open, over)
		}
		if card, _ = b.Mine(b.citizen(), arrives); states(card) != "portal=done queue=done agency=done taken=current" {
			t.Error(states(card))
		}
		again := b.submit(t)
		b.courier(t, HandedOver, again)
		b.pass(t, 40*time.Minute)
		if open, _ := b.incidents(t); len(open) != 1 || len(of(b.letters.take(), "не подтверждает")) != 0 {
			t.Errorf("the same trouble is told once: %+v", open)
		}
		lines, err := b.Audit.Find(context.Background(), audit.Filter{Act: "applications.incident_opened"})
		must(t, err)
		if len(lines) != 1 || lines[0].Details["hop"] != "received" {
			t.Errorf("journal: %+v", lines)
		}
		if _, _, err := b.Incidents(b.officer()); err == nil {
			t.Error("an officer sees incidents")
		}
		if open, _, err := b.Incidents(b.as("chief", identity.Role{Name: identity.Head, Agency: "fns"})); err != nil || len(open) != 0 {
			t.Errorf("another head sees %+v, %v", open, err)
		}
		waiting, err := b.Waiting(context.Background(), "mvd", 10)
		must(t, err)
		if len(waiting) != 1 || waiting[0].Version != 1 || waiting[0].Refs["number"] != again || waiting[0].Refs["deed"] != "submit" {
			t.Errorf("to be handed over anew: %+v", waiting)
		}
	})
}

// TestNotHandedOver: the portal's own courier fails.
func TestNotHandedOver(t *testing.T) {
	t.Parallel()
	chained(t, func(t *testing.T, b *bundle) {
		number := b.submit(t)
		b.drain(t)
		b.letters.take()
		b.pass(t, 16*time.Minute)
		open, _ := b.incidents(t)
		if len(open) != 1 || open[0].Hop != HopSent || of(b.letters.take(), "не передаются")["root"] != 1 {
			t.Fatalf("%+v", open)
		}
		b.courier(t, HandedOver, number)
		b.pass(t, 44*time.Minute)
		if open, _ := b.incidents(t); len(open) != 1 || open[0].Hop != HopSent {
			t.Errorf("a case is late once on its way: %+v", open)
		}
		b.pass(t, 4*time.Hour)
		b.courier(t, Receipted, number)
		b.pass(t, 4*time.Minute)
		sent := b.letters.take()
		if open, _ := b.incidents(t); len(open) != 0 || of(sent, "задержалась")["anna"] != 1 || of(sent, "дошло")["anna"] != 1 {
			t.Errorf("%+v, %+v", open, sent)
		}
		other := submission()
		other.Agency = "fns"
		forwarded := b.send(t, other)
		b.pass(t, 20*time.Minute)
		must(t, b.Forward(b.as("else", identity.Role{Name: identity.Head, Agency: "fns"}), deal(forwarded), "mvd", "Это решает МВД"))
		b.pass(t, 20*time.Minute)
		if open, _ := b.incidents(t); len(open) != 1 || !slices.Equal(open[0].Numbers, []string{forwarded}) {
			t.Errorf("what was forwarded: %+v", open)
		}
	})
}

// TestNoWolf: what is no incident.
func TestNoWolf(t *testing.T) {
	t.Parallel()
	quiet := func(t *testing.T, b *bundle, what string) {
		t.Helper()
		if open, over := b.incidents(t); len(open)+len(over) != 0 {
			t.Errorf("%s: %+v, %+v", what, open, over)
		}
	}
	for name, f := range map[string]func(t *testing.T, b *bundle){
		"the portal stood still": func(t *testing.T, b *bundle) {
			b.courier(t, HandedOver, b.submit(t))
			b.clock.Advance(5 * time.Hour)
			must(t, b.Watch(context.Background()))
			b.pass(t, 20*time.Minute)
		},
		"the clock was set, and set back": func(t *testing.T, b *bundle) {
			b.courier(t, HandedOver, b.submit(t))
			b.clock.Advance(30 * time.Hour)
			must(t, b.Watch(context.Background()))
			b.clock.Advance(-30 * time.Hour)
			must(t, b.Watch(context.Background()))
			b.pass(t, 20*time.Minute)
		},
		"the system was switched off": func(t *testing.T, b *bundle) {
			number := b.submit(t)
			b.courier(t, HandedOver, number)
			b.system(t, false)
			b.pass(t, 2*time.Hour)
			b.submit(t) // at the desk
			b.pass(t, 2*time.Hour)
			b.system(t, true)
			b.pass(t, 20*time.Minute)
			b.courier(t, Receipted, number)
			b.pass(t, 2*time.Hour)
		},
		"decided, cancelled and forwarded meanwhile": func(t *testing.T, b *bundle) {
			decided, cancelled, forwarded := b.submit(t), b.submit(t), b.submit(t)
			b.courier(t, HandedOver, decided, cancelled, forwarded)
			must(t, b.Take(b.officer(), deal(decided)))
			must(t, b.Refuse(b.officer(), deal(decided), "none", "Нет"))
			must(t, b.Cancel(b.citizen(), deal(cancelled)))
			must(t, b.Forward(b.officer(), deal(forwarded), "fns", "Это решает налоговая"))
			b.pass(t, 8*time.Hour)
		},
		"an agency at the desk has days": func(t *testing.T, b *bundle) {
			b.system(t, false)
			b.submit(t)
			b.pass(t, 24*time.Hour)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			chained(t, func(t *testing.T, b *bundle) {
				f(t, b)
				quiet(t, b, name)
			})
		})
	}
}

// TestAnAgencyThatTakesNothing: in working time only, and never for one slow case.
func TestAnAgencyThatTakesNothing(t *testing.T) {
	t.Parallel()
	chained(t, func(t *testing.T, b *bundle) {
		b.system(t, false)
		b.clockAt(t, "2026-11-19 12:00") // a Thursday
		must(t, b.Watch(context.Background()))
		slow, busy := b.submit(t), b.submit(t)
		b.clockAt(t, "2026-11-23 11:00")
		must(t, b.Take(b.officer(), deal(busy)))
		must(t, b.Refuse(b.officer(), deal(busy), "none", "Нет"))
		must(t, b.Watch(context.Background()))
		b.pass(t, 2*time.Hour)
		if open, _ := b.incidents(t); len(open) != 0 {
			t.Fatalf("one slow case: %+v", open)
		}
		b.clockAt(t, "2026-11-24 22:00")
		must(t, b.Watch(context.Background()))
		b.pass(t, time.Hour)
		if open, _ := b.incidents(t); len(open) != 0 {
			t.Fatalf("in the evening: %+v", open)
		}
		b.drain(t)
		b.letters.take()
		b.clockAt(t, "2026-11-25 11:10")
		must(t, b.Watch(context.Background()))
		b.pass(t, time.Hour)
		open, _ := b.incidents(t)
		if len(open) != 1 || open[0].Hop != HopTaken || !slices.Equal(open[0].Numbers, []string{slow}) || of(b.letters.take(), "не берут")["head"] != 1 {
			t.Fatalf("two working days of nothing: %+v", open)
		}
		b.pass(t, 23*time.Hour+30*time.Minute)
		b.pass(t, 30*time.Minute)
		if got := of(b.letters.take(), "ещё не взяли"); got["anna"] != 1 {
			t.Errorf("the citizen: %v", got)
		}
		other := b.submit(t)
		must(t, b.Take(b.officer(), deal(other)))
		b.pass(t, 4*time.Minute)
		if open, _ := b.incidents(t); len(open) != 0 || of(b.letters.take(), "снова берут")["root"] != 1 {
			t.Errorf("it takes again, the slow case is a matter of its term: %+v", open)
		}
	})
}

// TestTwoWatchdogs: nodes that look at the same moment open one incident and tell
// each person once, also when the jobs are run twice.
func TestTwoWatchdogs(t *testing.T) {
	t.Parallel()
	chained(t, func(t *testing.T, b *bundle) {
		for range 5 {
			b.courier(t, HandedOver, b.submit(t))
		}
		b.drain(t)
		b.letters.take()
		nodes := []*Cases{b.Cases, {Deps: b.Deps, store: b.store}, {Deps: b.Deps, store: b.store}}
		for range 5 * 15 {
			b.clock.Advance(4 * time.Minute)
			var wait sync.WaitGroup
			for _, n := range nodes {
				wait.Go(func() {
					if err := n.Watch(context.Background()); err != nil {
						t.Error(err)
					}
				})
			}
			wait.Wait()
		}
		k, err := b.store.read().UntoldLate(context.Background(), untold())
		must(t, err)
		if len(k) != 0 {
			t.Errorf("untold: %+v", k)
		}
		b.drain(t)
		sent := b.letters.take()
		if got := of(sent, "не подтверждает"); got["root"] != 1 || got["head"] != 1 || of(sent, "ещё не дошло")["anna"] != 5 {
			t.Errorf("%v, %v", got, of(sent, "ещё не дошло"))
		}
		if open, over := b.incidents(t); len(open) != 1 || len(over) != 0 || open[0].Cases != 5 || open[0].Told != 5 {
			t.Errorf("%+v, %+v", open, over)
		}
	})
}

// TestKilledBetweenTellingAndHop: the news of the arrival waits for that of the
// delay, and is left out where there was none.
func TestKilledBetweenTellingAndHop(t *testing.T) {
	t.Parallel()
	chained(t, func(t *testing.T, b *bundle) {
		number := b.submit(t)
		b.courier(t, HandedOver, number)
		k := b.state(t, number)
		b.pass(t, 40*time.Minute)
		for range 62 {
			b.clock.Advance(4 * time.Minute)
			must(t, b.Watch(context.Background())) // the job of telling stays: the node was killed
		}
		b.letters.take()
		b.courier(t, Receipted, number)
		late, err := b.store.read().FindLate(context.Background(), findLate(k.ID))
		must(t, err)
		if late.ToldAt == 0 || late.ClosedAt == 0 {
			t.Fatalf("%+v", late)
		}
		if err := b.tellChain(context.Background(), tellChain{lateKey: keyOfLate(late), Arrived: true}); err == nil {
			t.Error("the arrival does not wait for the news of the delay")
		}
		for range 2 { // jobs run twice
			must(t, b.tellChain(context.Background(), tellChain{lateKey: keyOfLate(late)}))
			must(t, b.tellChain(context.Background(), tellChain{lateKey: keyOfLate(late), Arrived: true}))
		}
		if sent := b.letters.take(); len(sent) != 0 {
			t.Errorf("the hop was made before anything was said, and yet: %+v", sent)
		}
	})
}

// TestOutagesOfAnyLength: whatever an outage does, each late case is told at most
// once, none that waits long is left silent, and all is closed in the end.
func TestOutagesOfAnyLength(t *testing.T) {
	t.Parallel()
	runs := 3
	if testing.Short() {
		runs = 1
	}
	chained(t, func(t *testing.T, b *bundle) {
		for run := range runs {
			rnd := rand.New(rand.NewPCG(uint64(run), 7))
			b.outage(t, rnd, fmt.Sprintf("run %d", run))
			b.clock.Advance(24 * time.Hour)
			must(t, b.Watch(context.Background()))
		}
	})
}

// journey is a case in an outage.
type journey struct {
	number, end string
	sent, came  time.Time
}

func (b *bundle) outage(t *testing.T, rnd *rand.Rand, what string) {
	t.Helper()
	b.drain(t)
	b.letters.take()
	down := time.Duration(rnd.IntN(14*60)) * time.Minute
	began := b.clock.Now()
	var all []*journey
	var sent []notify.Letter
	for b.clock.Now().Sub(began) < down+time.Hour {
		up := b.clock.Now().Sub(began) >= down
		if len(all) < 12 && rnd.IntN(8) == 0 {
			j := &journey{number: b.submit(t), sent: b.clock.Now()}
			b.courier(t, HandedOver, j.number)
			all = append(all, j)
		}
		for _, j := range all {
			dice := rnd.IntN(300)
			switch {
			case j.end != "":
			case up && rnd.IntN(2) == 0:
				b.courier(t, Receipted, j.number)
				j.end, j.came = "receipt", b.clock.Now()
			case dice == 0:
				must(t, b.Take(b.officer(), deal(j.number)))
				j.end, j.came = "taken", b.clock.Now()
			case dice == 1:
				must(t, b.Cancel(b.citizen(), deal(j.number)))
				j.end, j.came = "cancelled", b.clock.Now()
			case dice < 8:
				b.courier(t, GaveUp, j.number)
			}
		}
		must(t, b.Watch(context.Background()))
		if rnd.IntN(4) == 0 {
			must(t, b.Watch(context.Background())) // another node
		}
		if rnd.IntN(3) > 0 { // else the workers are slow
			b.drain(t)
		}
		sent = append(sent, b.letters.take()...)
		b.clock.Advance(4 * time.Minute)
	}
	for _, j := range all {
		if j.end == "" { // sent when it was over, or unlucky
			b.courier(t, Receipted, j.number)
			j.end, j.came = "receipt", b.clock.Now()
		}
	}
	b.pass(t, time.Hour)
	b.pass(t, 4*time.Minute)
	sent = append(sent, b.letters.take()...)
	for _, j := range all {
		late, arrived := of(sent, j.number+" ещё не дошло")["anna"], of(sent, j.number+" дошло")["anna"]
		if late > 1 || arrived > late || j.end != "receipt" && arrived > 0 || j.end == "receipt" && arrived != late {
			t.Errorf("%s: %s, %s: %d late, %d arrived", what, j.number, j.end, late, arrived)
		}
		wait := j.came.Sub(j.sent)
		// Told at the latest with the morning, and the slack of rounds and workers.
		if least := b.Waits.Received + b.Waits.Tell; wait < least && late > 0 || wait > least+13*time.Hour && late == 0 {
			t.Errorf("%s: %s waited for %s: %d late", what, j.number, wait, late)
		}
	}
	if open, _ := b.incidents(t); len(open) != 0 {
		t.Errorf("%s: still open: %+v", what, open)
	}
	if told := of(sent, "не подтверждает"); told["root"] > 1 || told["head"] > 1 {
		t.Errorf("%s: the operator is told %v", what, told)
	}
}

func untold() casesdb.UntoldLateParams {
	return casesdb.UntoldLateParams{AgencyID: "mvd", Hop: string(HopReceived), RaisedAt: 1 << 62, Limit: 10}
}

func findLate(caseID string) casesdb.FindLateParams {
	return casesdb.FindLateParams{AgencyID: "mvd", Hop: string(HopReceived), CaseID: caseID}
}
