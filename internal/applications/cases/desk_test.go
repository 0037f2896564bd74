package cases

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"okno/internal/agency"
	"okno/internal/forms"
	"okno/internal/identity"
	"okno/internal/kit/audit"
	"okno/internal/kit/db"
)

// ways are rules of work that a test sets.
type ways struct {
	sync.Mutex
	rules agency.Rules
	given []string
}

func (w *ways) Rules(context.Context, string) (agency.Rules, error) {
	w.Lock()
	defer w.Unlock()
	return w.rules, nil
}
func (w *ways) Today(string) db.Date { return "2026-11-16" }
func (w *ways) NoteGiven(_ context.Context, _ *db.Tx, _, account string) error {
	w.Lock()
	defer w.Unlock()
	w.given = append(w.given, account)
	return nil
}

func (b *bundle) follow(r agency.Rules) *ways {
	r.Agency = "mvd"
	w := &ways{rules: r}
	b.Rules = w
	return w
}

func wantErr(t *testing.T, got, want error, what string) {
	t.Helper()
	if !errors.Is(got, want) {
		t.Errorf("%s: %v, want %v", what, got, want)
	}
}

func TestFourEyes(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bundle) {
		b.service.FourEyes = true
		number := b.submit(t)
		must(t, b.Take(b.officer(), deal(number)))
		d := Deal{Number: number, Key: "k"}
		for range 2 { // the same key twice prepares once
			must(t, b.Refuse(b.officer(), d, "none", "В архиве пусто"))
		}
		k := b.state(t, number)
		if k.Status != InWork || k.Version != 3 {
			t.Fatalf("prepared: %s, version %d", k.Status, k.Version)
		}
		card, err := b.Mine(b.citizen(), number)
		must(t, err)
		if card.Proposal != nil || slices.ContainsFunc(card.Events, func(e Event) bool { return e.Deed == Propose }) {
			t.Error("the citizen sees what is only prepared")
		}
		wantErr(t, b.Confirm(b.officer(), deal(number)), ErrSameEyes, "confirmed by who prepared it")
		wantErr(t, b.Decline(b.officer2(), deal(number), ""), ErrFields, "sent back without words")
		must(t, b.Decline(b.officer2(), deal(number), "Посмотрите ещё раз"))
		wantErr(t, b.Confirm(b.officer2(), deal(number)), ErrNoProposal, "nothing to confirm")
		must(t, b.Approve(b.officer(), deal(number), "Всё есть"))
		waiting, err := b.ToConfirm(b.officer2(), "")
		must(t, err)
		own, err := b.ToConfirm(b.officer(), "")
		must(t, err)
		if len(waiting) != 1 || len(own) != 0 {
			t.Errorf("%d wait for the other, %d for who prepared it", len(waiting), len(own))
		}
		must(t, b.Confirm(b.officer2(), Deal{Number: number, Key: "c"}))
		must(t, b.Confirm(b.officer2(), Deal{Number: number, Key: "c"}))
		if k := b.state(t, number); k.Status != Approved {
			t.Errorf("confirmed: %s", k.Status)
		}
	})
}

func TestPreparedDecisionFallsWithTheCase(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bundle) {
		b.service.FourEyes = true
		number := b.submit(t)
		must(t, b.Take(b.officer(), deal(number)))
		must(t, b.Approve(b.officer(), deal(number), ""))
		must(t, b.Return(b.officer(), deal(number)))
		must(t, b.Take(b.officer2(), deal(number)))
		wantErr(t, b.Confirm(b.head(), deal(number)), ErrNoProposal, "prepared by who gave the case back")
	})
}

func TestSubstitute(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bundle) {
		number := b.submit(t)
		must(t, b.Take(b.officer(), deal(number)))
		wantErr(t, b.Request(b.officer2(), deal(number), AskMore{Text: "x"}), ErrTaken, "a colleague's case")
		b.follow(agency.Rules{Leaves: []agency.Leave{{Account: "officer", Substitute: "officer2", From: "2026-11-16", To: "2026-11-16"}}})
		page, err := b.Queue(b.officer2(), QueueFilter{Assigned: ByMe})
		must(t, err)
		if len(page.Rows) != 1 {
			t.Errorf("the substitute sees %d of them", len(page.Rows))
		}
		must(t, b.Request(b.officer2(), deal(number), AskMore{Text: "Пришлите скан"}))
		lines, err := b.Audit.Find(context.Background(), audit.Filter{Actor: "officer2", Act: "applications.ask"})
		must(t, err)
		if len(lines) != 1 || lines[0].Details["for"] != "officer" {
			t.Errorf("the journal does not say for whom: %+v", lines)
		}
	})
}

func TestConflictOfInterest(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bundle) {
		s := submission()
		s.Owner = "officer"
		own := b.send(t, s)
		_, err := b.Look(b.officer(), own)
		wantErr(t, err, ErrOwnCase, "looked at one's own")
		wantErr(t, b.Take(b.officer(), deal(own)), ErrOwnCase, "took one's own")
		wantErr(t, b.Assign(b.head(), deal(own), "officer"), ErrOwnCase, "was given one's own")
		page, err := b.Queue(b.officer(), QueueFilter{})
		must(t, err)
		if len(page.Rows) != 0 {
			t.Error("the queue shows one's own application")
		}
		s = known(submission())
		number := b.send(t, s)
		r := agency.Rules{Interests: []agency.Interest{agency.InterestOf("officer", agency.PersonIndex(b.Sealer.Keyset(), "mvd", "snils", "11223344595"))}}
		b.follow(r)
		_, err = b.Look(b.officer(), number)
		wantErr(t, err, ErrInterest, "looked at a relative's")
		for account, want := range map[string]int{"officer": 0, "officer2": 2} {
			page, err := b.Queue(b.at("mvd", account), QueueFilter{})
			must(t, err)
			if len(page.Rows) != want {
				t.Errorf("the queue of %s has %d lines, not %d", account, len(page.Rows), want)
			}
		}
		wantErr(t, b.Assign(b.head(), deal(number), "officer"), ErrFields, "was given a relative's")
		must(t, b.Take(b.officer2(), deal(number)))
	})
}

// TestQueueWithoutInterests holds pages full and counts right for an officer who
// must not see some of the cases.
func TestQueueWithoutInterests(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bundle) {
		r := agency.Rules{}
		var want []string
		for i := range 12 {
			s := known(submission())
			snils := "11223344595"
			s.Owner = "other-" + strconv.Itoa(i)
			switch {
			case i%4 == 1:
				s.Owner = "relative"
			case i%4 == 2:
				s.Owner, snils = "friend", "08765430300"
			case i == 11:
				s.Owner = "officer"
			}
			if s.Owner != "relative" {
				s.Facts.Known["profile.snils"] = forms.Known{Value: snils}
			}
			if strings.HasPrefix(s.Owner, "other") {
				delete(s.Facts.Known, "profile.snils")
			}
			number := b.send(t, s)
			if strings.HasPrefix(s.Owner, "other") {
				want = append(want, number)
			}
			b.clock.Advance(time.Minute)
		}
		for _, snils := range []string{"11223344595", "08765430300", "15555555555"} {
			r.Interests = append(r.Interests, agency.InterestOf("officer", agency.PersonIndex(b.Sealer.Keyset(), "mvd", "snils", snils)))
		}
		b.follow(r)
		var got []string
		f := QueueFilter{Order: ByOldest, Limit: 2}
		for {
			page, err := b.Queue(b.officer(), f)
			must(t, err)
			for _, row := range page.Rows {
				got = append(got, row.Number)
			}
			if page.Next == "" {
				break
			}
			if len(page.Rows) != f.Limit {
				t.Errorf("a page of %d lines, and there is more", len(page.Rows))
			}
			f.After = page.Next
		}
		if !slices.Equal(got, want) {
			t.Errorf("the pages show %v, want %v", got, want)
		}
		n, err := b.QueueCounts(b.officer(), "")
		must(t, err)
		found, err := b.QueueCount(b.officer(), QueueFilter{Status: []Status{Accepted}})
		must(t, err)
		if n.Undecided != len(want) || n.New != len(want) || n.Nobody != len(want) || found != len(want) {
			t.Errorf("counted %+v and %d, the pages have %d", n, found, len(want))
		}
		if b.DB.Engine() == db.SQLite { // that of PostgreSQL stands in docs/plans-queue.md
			b.plannedByIndex(t, QueueFilter{Agency: "mvd"}, "applications_queue_due")
			b.plannedByIndex(t, QueueFilter{Agency: "mvd", Order: ByOldest}, "applications_queue_new")
		}
		if n, err := b.QueueCounts(b.officer2(), ""); err != nil || n.Undecided != 12 {
			t.Errorf("a colleague counts %+v: %v", n, err)
		}
	})
}

// plannedByIndex says that SQLite reads a page in the order of the index, without
// sorting.
func (b *bundle) plannedByIndex(t *testing.T, f QueueFilter, index string) {
	t.Helper()
	qf, err := b.filterOf(b.officer(), identity.ActorOf(b.officer()), f)
	must(t, err)
	qf.barred, err = b.barred(b.officer(), "mvd", "officer")
	must(t, err)
	text, args := b.store.page(qf, 51)
	plan := strings.Split(strings.TrimSpace(b.explain(b.officer(), t, text, args...)), "\n")
	sorts := func(line string) bool { return strings.Contains(line, "TEMP B-TREE") }
	if len(plan) == 0 || !strings.Contains(plan[0], "USING INDEX "+index) || slices.ContainsFunc(plan, sorts) {
		t.Errorf("by %q: %v", f.Order, plan)
	}
}

// known adds what the profile knows of anna.
func known(s Submission) Submission {
	s.Facts.Known = map[string]forms.Known{}
	for name, value := range map[string]string{
		"snils": "112-233-445 95", "last_name": "Ёлкина", "first_name": "Анна", "birth_date": "1990-02-01", "phone": "+79991234567",
	} {
		s.Facts.Known["profile."+name] = forms.Known{Value: value}
	}
	return s
}

func TestSearchByPerson(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bundle) {
		number := b.send(t, known(submission()))
		for typed, want := range map[string]int{
			"112-233-445 95": 1, "11223344595": 1, "+7 999 123-45-67": 1, "елкина анна": 1, "Ёлкина Анна Петровна": 1, "Ёлкина 01.02.1990": 1,
			"Ёлкина Мария": 0, "Ёлкина 02.02.1990": 0, "Ёлк Анна": 0,
		} {
			rows, err := b.Search(b.officer(), "", typed)
			must(t, err)
			if len(rows) != want || want == 1 && rows[0].Number != number {
				t.Errorf("%s: %d found", typed, len(rows))
			}
		}
		for _, typed := range []string{"", "Ёлкина", "123", "Ёлкина 1", strings.Repeat("а ", 300)} {
			_, err := b.Search(b.officer(), "", typed)
			wantErr(t, err, ErrSearch, typed)
		}
		if rows, err := b.Search(b.stranger(), "", "елкина анна"); err != nil || len(rows) != 0 {
			t.Errorf("another agency finds her: %v %v", rows, err)
		}
		lines, err := b.Audit.Find(context.Background(), audit.Filter{Actor: "officer", Act: "applications.searched"})
		must(t, err)
		if len(lines) != 9 || lines[0].Details["by"] == "" {
			t.Errorf("%d looks in the journal", len(lines))
		}
		must(t, b.DB.Write(b.citizen(), func(ctx context.Context, tx *db.Tx) error { return b.Erase(ctx, tx, "anna") }))
		if rows, _ := b.Search(b.officer(), "", "елкина анна"); len(rows) != 0 {
			t.Error("found after erasure")
		}
	})
}

func TestBalance(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bundle) {
		var numbers []string
		for range 3 {
			numbers = append(numbers, b.submit(t))
		}
		w := b.follow(agency.Rules{Method: agency.Least, Workers: []agency.Worker{{Account: "officer", Capacity: 1}, {Account: "officer2", Capacity: 1}}})
		must(t, b.shareOut(identity.AsSystem(context.Background()), w.rules))
		var got []string
		for _, n := range numbers {
			got = append(got, b.state(t, n).AssignedTo)
		}
		slices.Sort(got)
		if !slices.Equal(got, []string{"", "officer", "officer2"}) || len(w.given) != 2 {
			t.Errorf("given to %v", got)
		}
	})
}

func TestOverdueGoesToTheSuperiorOnce(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bundle) {
		number := b.submit(t)
		must(t, b.Take(b.officer(), deal(number)))
		w := b.follow(agency.Rules{Superior: "head"})
		system := identity.AsSystem(context.Background())
		must(t, b.escalate(system, w.rules))
		if k := b.state(t, number); k.AssignedTo != "officer" {
			t.Error("handed up before its time")
		}
		b.clock.Advance(20 * 24 * time.Hour)
		must(t, b.escalate(system, w.rules))
		if k := b.state(t, number); k.AssignedTo != "head" || k.Status != InWork {
			t.Errorf("overdue, at %s", k.AssignedTo)
		}
		must(t, b.Assign(b.head(), deal(number), "officer2"))
		must(t, b.escalate(system, w.rules))
		if k := b.state(t, number); k.AssignedTo != "officer2" {
			t.Error("handed up again after the superior gave it on")
		}
	})
}

func TestTwoOfficersOneWins(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bundle) {
		number := b.submit(t)
		var wait sync.WaitGroup
		results := make([]error, 2)
		for i, ctx := range []context.Context{b.officer(), b.officer2()} {
			wait.Go(func() { results[i] = b.Take(ctx, Deal{Number: number, Version: 1}) })
		}
		wait.Wait()
		won := 0
		for _, err := range results {
			switch {
			case err == nil:
				won++
			case !errors.Is(err, ErrChanged) && !errors.Is(err, ErrTaken) && !errors.Is(err, ErrMove):
				t.Errorf("the other is told %v", err)
			}
		}
		if won != 1 {
			t.Errorf("%d won", won)
		}
		must(t, b.Cancel(b.citizen(), Deal{Number: number, Version: 2}))
		wantErr(t, b.Approve(firstOf(b, results), Deal{Number: number, Version: 2}, ""), ErrChanged, "officer against citizen")
	})
}

func firstOf(b *bundle, results []error) context.Context {
	if results[0] == nil {
		return b.officer()
	}
	return b.officer2()
}

func TestFacets(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bundle) {
		number := b.send(t, known(submission()))
		must(t, b.Take(b.officer(), deal(number)))
		must(t, b.Request(b.officer(), deal(number), AskMore{Text: "x", Files: true}))
		must(t, b.Refuse(b.officer(), deal(number), "none", "Нет"))
		var age, outcome, ground, by string
		var asks int
		must(t, b.DB.Reader().QueryRowContext(context.Background(),
			"SELECT age_band, outcome, ground, decided_by, asks FROM applications_facets").Scan(&age, &outcome, &ground, &by, &asks))
		if age != "25-39" || outcome != "refused" || ground != "none" || by != "officer" || asks != 1 {
			t.Error(age, outcome, ground, by, asks)
		}
	})
}

func TestReportCounts(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bundle) {
		for range 2 {
			b.send(t, known(submission()))
		}
		number := b.submit(t)
		must(t, b.Take(b.officer(), deal(number)))
		must(t, b.Refuse(b.officer(), deal(number), "none", "Нет"))
		for _, by := range Dimensions() {
			for _, cross := range []string{"", ByStage, ByMonth} {
				if by == cross {
					continue
				}
				all, err := b.Report(b.head(), ReportFilter{By: by, Cross: cross, From: "2026-11-01", To: "2026-11-30"})
				must(t, err)
				n := 0
				for _, x := range all {
					n += x.All
				}
				if want := map[bool]int{true: 1, false: 3}[by == ByGround]; n != want {
					t.Errorf("by %s and %s: %d", by, cross, n)
				}
			}
		}
		all, err := b.Report(b.head(), ReportFilter{By: ByMonth, From: "2026-11-01", To: "2026-11-30"})
		must(t, err)
		if len(all) != 1 || all[0].Key != "2026-11" || all[0].Refused != 1 {
			t.Errorf("%+v", all)
		}
		load, err := b.Workloads(b.head(), "", testkitStart(b).Add(-time.Hour))
		must(t, err)
		if len(load) != 2 || load[0].Open+load[1].Open != 2 || load[0].Refused+load[1].Refused != 1 {
			t.Errorf("%+v", load)
		}
		for _, ctx := range []context.Context{b.officer(), b.citizen(), b.stranger()} {
			_, err := b.Report(ctx, ReportFilter{By: ByService, From: "2026-11-01", To: "2026-11-30"})
			wantErr(t, err, identity.ErrForbidden, "a report")
		}
		_, err = b.Report(b.head(), ReportFilter{By: "name", From: "2026-11-01", To: "2026-11-30"})
		wantErr(t, err, ErrReport, "by name")
	})
}

func TestMachineOfTheAgency(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bundle) {
		number := b.submit(t)
		role := identity.Role{Name: identity.Integrator, Agency: "mvd"}
		page := b.as("machine", role)
		_, err := b.Look(page, number)
		wantErr(t, err, ErrNotFound, "a machine with a cookie")
		actor := identity.ActorOf(page)
		actor.Bearer = true
		machine := identity.WithActor(page, actor)
		d := Deal{Number: number, Key: "m1"}
		for range 2 {
			must(t, b.Take(machine, d))
		}
		must(t, b.Refuse(machine, Deal{Number: number, Key: "m2"}, "none", "Нет сведений"))
		_, err = b.Look(b.as("other", identity.Role{Name: identity.Integrator, Agency: "fns"}), number)
		wantErr(t, err, ErrNotFound, "a machine of another agency")
	})
}

func testkitStart(b *bundle) time.Time { return b.clock.Now() }
