package cases

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"okno/internal/applications/cases/casesdb"
	"okno/internal/identity"
	"okno/internal/kit/clock"
	"okno/internal/kit/db"
	"okno/internal/kit/errs"
	"okno/internal/kit/testkit"
)

// The model: people, officers of four agencies, the system, the clock and what
// complaints make of cases do at random what they can, also what they may not:
// they apply, apply in place of a refused one, change, answer, name mistakes; take,
// ask, send back, suspend, forward, decide; the law grants by silence.
// After each step everything is looked at that must always hold. The seed that
// failed is in the test's name.

// modelCase is what the model knows of a case: it hears its events only, and
// counts days on its own.
type modelCase struct {
	version   int64
	status    Status
	due       time.Time // the last day
	paused    time.Time // the day since which the citizen is waited for, zero for not
	decisions int       // since it was last opened
	escalated bool
}

type model struct {
	*bundle
	t     *testing.T
	rnd   *rand.Rand
	cases map[string]*modelCase
	days  map[string]int    // terms by the ids of services
	after map[string]string // what was sent in place of which refused case
	did   map[string]int    // how often each deed came off
	trail []string
}

func newModel(t *testing.T, b *bundle, seed uint64) *model {
	b.parted(t)
	b.service.Tacit = seed%2 == 1
	r := ruled{superior: "head"}
	b.Offices, b.Rules = r, r
	return &model{
		bundle: b, t: t, rnd: rand.New(rand.NewPCG(seed, 1)), cases: map[string]*modelCase{}, did: map[string]int{}, after: map[string]string{},
		days: map[string]int{"tiny": 6, "tiny/income": 1, "tiny/flat": 2, "tiny/pension": 1},
	}
}

// TestModelOfCases walks at random for a moment; TestSoakModelOfCases does for long.
func TestModelOfCases(t *testing.T) {
	t.Parallel()
	for seed := range uint64(3) {
		t.Run(strconv.FormatUint(seed, 10), func(t *testing.T) {
			t.Parallel()
			each(t, func(t *testing.T, b *bundle) {
				m := newModel(t, b, seed)
				m.walk(70)
				m.finish()
			})
		})
	}
}

// TestSoakModelOfCases walks for five minutes, or OKNO_SOAK_MINUTES, and tells
// which deeds came off.
func TestSoakModelOfCases(t *testing.T) {
	if os.Getenv("OKNO_SOAK") == "" {
		t.Skip("OKNO_SOAK is not set")
	}
	minutes := 5
	if n, err := strconv.Atoi(os.Getenv("OKNO_SOAK_MINUTES")); err == nil {
		minutes = n
	}
	did := map[string]int{}
	seed := uint64(100)
	for until := time.Now().Add(time.Duration(minutes) * time.Minute); time.Now().Before(until); seed++ {
		engine := db.SQLite
		if seed%4 == 0 {
			engine = db.Postgres
		}
		t.Run(strconv.FormatUint(seed, 10), func(t *testing.T) {
			m := newModel(t, setup(t, testkit.Open(t, engine, schema(), clock.NewFake(testkit.Start))), seed)
			m.walk(250)
			m.finish()
			for what, n := range m.did {
				did[what] += n
			}
		})
	}
	for _, what := range slices.Sorted(maps.Keys(did)) {
		t.Logf("%s: %d", what, did[what])
	}
	for _, d := range []Deed{
		Take, Return, Assign, Request, Answered, Proceed, Approve, Refuse, Cancel, Comment, HandBack, PartAgain, PartDrop, Reopen, Waive, Oblige,
		SendBack, Suspend, Resume, Forward, Modify, AskTypo, FixTypo, DeclineTypo, Revoke, Tacit, Escalate, PartHeard, PartLate,
	} {
		if did[string(d)] == 0 {
			t.Errorf("%s never came off in %d walks", d, seed-100)
		}
	}
}

func (m *model) walk(steps int) {
	for range steps {
		m.step()
		m.look()
		if m.t.Failed() {
			m.t.Fatalf("after %s", strings.Join(m.trail[max(0, len(m.trail)-12):], "\n"))
		}
	}
}

// rows are all cases of the citizen, as the store has them.
func (m *model) rows() []Case {
	all, err := m.store.read().CasesOf(context.Background(), "anna")
	must(m.t, err)
	out := make([]Case, len(all))
	for i := range all {
		out[i] = caseOf(all[i])
	}
	return out
}

// step does one thing.
func (m *model) step() {
	rows := m.rows()
	switch n := m.rnd.IntN(20); {
	case n == 0 || len(rows) == 0:
		m.apply(rows)
		return
	case n <= 4:
		m.drain(m.t)
		m.note("jobs")
		return
	case n == 5:
		m.clock.Advance(time.Duration(1+m.rnd.IntN(40)) * time.Hour)
		must(m.t, m.Balance(context.Background()))
		m.drain(m.t)
		m.note("time passes, it is " + m.clock.Now().Format(time.DateTime))
		m.noticed()
		return
	}
	k := rows[m.rnd.IntN(len(rows))]
	deed, err := m.do(k)
	what := fmt.Sprintf("%s %s (%s, %s): %v", deed, k.Number, k.ServiceID, k.Status, err)
	m.note(what)
	after, ferr := m.store.byID(context.Background(), k.Owner, k.ID)
	must(m.t, ferr)
	if err == nil {
		m.did[string(deed)]++
		return
	}
	if e, ok := errs.As(err); !ok || e.Kind == errs.Internal || e.Kind == errs.Unavailable {
		m.t.Errorf("refused without a reason: %s", what)
	}
	if after.Version != k.Version {
		m.t.Errorf("refused and done all the same: %s", what)
	}
}

func (m *model) note(what string) { m.trail = append(m.trail, what) }

// do is one deed of somebody: mostly of who may, sometimes of who may not, and
// sometimes from a page that is old.
func (m *model) do(k Case) (Deed, error) {
	who := []string{"officer", "officer2", "head"}[m.rnd.IntN(3)]
	if k.AssignedTo != "" && m.rnd.IntN(3) > 0 {
		who = k.AssignedTo
	}
	role := identity.Officer
	if who == "head" {
		role = identity.Head
	}
	code := k.Agency
	if m.rnd.IntN(25) == 0 {
		code = "other"
	}
	staff := m.as(who, identity.Role{Name: role, Agency: code})
	d := Deal{Number: k.Number}
	if m.rnd.IntN(2) == 0 {
		d.Version = max(1, k.Version-int64(m.rnd.IntN(10)/9))
	}
	part := []string{"income", "flat", "pension"}[m.rnd.IntN(3)]
	ground := "none"
	if k.IsPart() {
		ground = map[string]string{"income": "more", "flat": "other", "pension": "more"}[k.partID()]
	}
	redo := func(deed Deed) error {
		if k.IsPart() {
			return ErrMove // people complain about applications
		}
		return m.Redo(identity.AsSystem(context.Background()), Redo{
			Owner: k.Owner, CaseID: k.ID, Deed: deed, Days: 2, Text: "Жалоба удовлетворена", Also: func(context.Context, *db.Tx) error { return nil },
		})
	}
	if !k.IsPart() && k.Status == Refused && m.rnd.IntN(2) == 0 {
		return Reopen, redo(Reopen)
	}
	if !k.IsPart() && k.Status == Waiting && m.rnd.IntN(6) == 0 {
		return Waive, redo(Waive)
	}
	if k.PartOf == "" && k.Status == InWork && m.rnd.IntN(3) == 0 {
		return PartAgain, m.AgainPart(staff, d, part)
	}
	if deed, ok := m.rare(k); ok {
		return deed, m.doRare(staff, k, d, deed)
	}
	switch m.rnd.IntN(24) {
	case 0:
		if m.rnd.IntN(3) == 0 {
			return Cancel, m.Cancel(m.citizen(), d)
		}
		return Answered, m.Reply(m.as("boris"), d, Reply{Text: "Не моё"})
	case 1, 2, 3, 4:
		return Answered, m.Reply(m.citizen(), d, m.answer(k))
	case 5, 6, 7, 8:
		return Take, m.Take(staff, d)
	case 9:
		return Return, m.Return(staff, d)
	case 10:
		return Assign, m.Assign(m.as("head", identity.Role{Name: identity.Head, Agency: k.Agency}), d, []string{"officer", "officer2", "nobody"}[m.rnd.IntN(3)])
	case 11:
		more := AskMore{Text: "Что ещё?"}
		if m.rnd.IntN(2) == 0 && k.partID() != "flat" && k.partID() != "pension" { // those don't see it
			more.Remarks = map[string]string{"name": "Не так"}
		}
		return Request, m.Request(staff, d, more)
	case 12:
		return Proceed, m.Proceed(staff, d)
	case 13, 14, 15:
		return Approve, m.Approve(staff, d, "Да")
	case 16:
		return Refuse, m.Refuse(staff, d, ground, "Нет")
	case 17:
		return HandBack, m.HandBack(staff, d, "Не наше")
	case 18:
		return PartAgain, m.AgainPart(staff, d, part)
	case 19:
		return PartDrop, m.DropPart(staff, d, part)
	case 20:
		return Comment, m.Note(staff, d, "Заметка", m.rnd.IntN(2) == 0)
	case 21:
		return SendBack, m.SendBack(staff, d, AskMore{Remarks: map[string]string{"name": "Не так"}})
	case 22:
		return Suspend, m.Suspend(staff, d, Suspension{Ground: "court", Words: "Суд"})
	}
	deed := []Deed{Reopen, Waive, Oblige}[m.rnd.IntN(3)]
	return deed, redo(deed)
}

// look checks all that must hold after whatever was done.
func (m *model) look() {
	rows := m.rows()
	if len(rows) < len(m.cases) {
		m.t.Errorf("a case is lost: %d of %d", len(rows), len(m.cases))
	}
	status := map[string]Status{}
	for _, k := range rows {
		status[k.ID] = k.Status
	}
	m.families(rows)
	for _, k := range rows {
		m.chronology(k)
		m.queueRow(k)
		if k.IsPart() && k.Status.Open() && !status[k.PartOf].Open() {
			m.t.Errorf("part %s goes on, its application is %s", k.ServiceID, status[k.PartOf])
		}
		if k.Status == InWork && k.AssignedTo == "" {
			m.t.Errorf("%s is in work with nobody", k.Number)
		}
	}
}

// families: of a refused application and those sent in its place at most one is open.
func (m *model) families(rows []Case) {
	open := map[string]string{}
	for _, k := range rows {
		root := k.ID
		for m.after[root] != "" {
			root = m.after[root]
		}
		if k.IsPart() || !k.Status.Open() {
			continue
		}
		if open[root] != "" {
			m.t.Errorf("%s and %s are considered beside each other", open[root], k.Number)
		}
		open[root] = k.Number
	}
}

// chronology hears the events of a case: one for each version, each beginning
// where the one before ended and being in the table; and counts the days anew.
func (m *model) chronology(k Case) {
	events, err := m.store.read().Events(context.Background(), casesdb.EventsParams{OwnerID: k.Owner, CaseID: k.ID})
	must(m.t, err)
	x := m.cases[k.ID]
	if x == nil {
		x = &modelCase{}
		m.cases[k.ID] = x
	}
	for _, e := range events {
		if e.Version <= x.version {
			continue
		}
		deed := Deed(e.Deed)
		if e.Version != x.version+1 || Status(e.FromStatus) != x.status {
			m.t.Errorf("%s: after version %d, %s comes %d from %s", k.Number, x.version, x.status, e.Version, e.FromStatus)
		}
		if deed != Submit && !slices.Contains(table()[x.status][Side(e.Side)], deed) || !deed.fits(k.IsPart()) {
			m.t.Errorf("%s: %s by %s from %q stands nowhere in the table", k.Number, deed, e.Side, x.status)
		}
		m.hear(k, x, deed, Status(e.ToStatus), e.DoneAt.Time())
	}
	if !k.PausedAt.IsZero() && x.paused.IsZero() {
		x.paused = dayOf(k.PausedAt.Time()) // a part asks: noticed sees to it that this is so
	}
	if x.version != k.Version || x.status != k.Status {
		m.t.Errorf("%s is %s in version %d, its events say %s, %d", k.Number, k.Status, k.Version, x.status, x.version)
	}
	if got := string(k.Due.Date); got != x.due.Format(time.DateOnly) {
		m.t.Errorf("%s is due on %s, the model counts %s", k.Number, got, x.due.Format(time.DateOnly))
	}
	if x.decisions > 1 || !k.Status.Open() != (x.decisions == 1) {
		m.t.Errorf("%s is %s and was decided %d times", k.Number, k.Status, x.decisions)
	}
}

// hear lets an event change what the model knows.
func (m *model) hear(k Case, x *modelCase, deed Deed, to Status, at time.Time) {
	today := dayOf(at)
	from := x.status
	x.version++
	x.status = to
	if slices.Contains([]Deed{Tacit, Escalate, PartHeard, PartLate, Lapse}, deed) {
		m.did[string(deed)]++
	}
	goesOn := slices.Contains([]Deed{PartYes, PartNo, PartBack, PartHeard, PartDrop}, deed) || from == Waiting && to == InWork
	switch {
	case deed == Submit, deed == Forward:
		x.due, x.paused = m.later(today, m.days[k.ServiceID]), time.Time{}
	case from != Waiting && to == Waiting && x.paused.IsZero():
		x.paused = today
	case goesOn && to != Waiting && k.PausedAt.IsZero() && !x.paused.IsZero():
		if !x.due.Before(x.paused) {
			x.due = m.later(today, m.between(x.paused, x.due))
		}
		x.paused = time.Time{}
	}
	if deed == Reopen {
		x.decisions, x.escalated, x.paused = 0, false, time.Time{}
		if from == Refused {
			x.due = time.Time{}
		}
	}
	if !to.Open() {
		x.paused = time.Time{}
	}
	if redo := m.later(today, 2); slices.Contains([]Deed{Reopen, Waive, Oblige}, deed) && to.Open() && (x.due.Before(today) || redo.Before(x.due)) {
		x.due = redo
	}
	if from.Open() && !to.Open() {
		x.decisions++
	}
	x.escalated = x.escalated || deed == Escalate
}

// later is the day after n working days, counted one by one; where none is left
// on a day off, it is the next day of work.
func (m *model) later(day time.Time, n int) time.Time {
	for n > 0 {
		day = day.AddDate(0, 0, 1)
		if m.Calendar.IsWorkingDay(day) {
			n--
		}
	}
	for !m.Calendar.IsWorkingDay(day) {
		day = day.AddDate(0, 0, 1)
	}
	return day
}

// between counts the working days after one day up to another.
func (m *model) between(from, to time.Time) int {
	n := 0
	for from.Before(to) {
		from = from.AddDate(0, 0, 1)
		if m.Calendar.IsWorkingDay(from) {
			n++
		}
	}
	return n
}

// dayOf is the day in Moscow, as a date without a zone.
func dayOf(at time.Time) time.Time {
	y, mo, d := at.Add(moscow).UTC().Date()
	return time.Date(y, mo, d, 0, 0, 0, 0, time.UTC)
}

// queueRow: what the agency sees is what the case is.
func (m *model) queueRow(k Case) {
	rows, err := m.store.queueRows(context.Background(), k.Agency, []string{k.ID})
	must(m.t, err)
	if len(rows) != 1 {
		m.t.Errorf("%s stands %d times in the queue of %s", k.Number, len(rows), k.Agency)
		return
	}
	r := rows[0]
	if Status(r.Status) != k.Status || r.AssignedTo != k.AssignedTo || r.Version != k.Version || r.DeadlineAt != k.Due.At || r.PausedAt != k.PausedAt || r.Number != k.Number {
		m.t.Errorf("%s: the queue says %s, %q, %d; the case %s, %q, %d", k.Number, r.Status, r.AssignedTo, r.Version, k.Status, k.AssignedTo, k.Version)
	}
}

// noticed: right after the system has looked around nothing is late without a
// word, and no part that could begin lies about.
func (m *model) noticed() {
	now := m.clock.Now()
	m.look()
	for _, k := range m.rows() {
		if !k.Status.Open() {
			continue
		}
		late := k.PausedAt.IsZero() && k.Due.At.Time().Before(now)
		if late && !m.cases[k.ID].escalated {
			m.t.Errorf("%s (%s, %s) is late since %s and nobody was told", k.Number, k.ServiceID, k.Status, k.Due.Date)
		}
		if k.IsPart() {
			continue
		}
		parts, err := m.readParts(context.Background(), k)
		must(m.t, err)
		for _, p := range ready(parts) {
			m.t.Errorf("%s: part %s could begin and has not", k.Number, p.ID)
		}
		if asked := askedSince(casesOf(parts), "") > 0; k.Status == InWork && asked == k.PausedAt.IsZero() {
			m.t.Errorf("%s: a part asks: %v, its time stands still since %d", k.Number, asked, k.PausedAt)
		}
	}
}

// finish lets everybody do their work: then everything has an end.
func (m *model) finish() {
	m.drain(m.t)
	for round := 0; ; round++ {
		open := slices.DeleteFunc(m.rows(), func(k Case) bool { return !k.Status.Open() })
		if len(open) == 0 {
			break
		}
		if round > 12 {
			m.t.Fatalf("%d cases can't be brought to an end, the first is %s of %s, %s", len(open), open[0].Number, open[0].ServiceID, open[0].Status)
		}
		for _, k := range open {
			m.push(k)
			m.drain(m.t)
		}
		m.look()
	}
	m.look()
}

// push does the next thing that is due in a case.
func (m *model) push(k Case) {
	head := m.as("head", identity.Role{Name: identity.Head, Agency: k.Agency})
	fresh := m.as("officer3", identity.Role{Name: identity.Head, Agency: k.Agency})
	k, err := m.store.byID(context.Background(), k.Owner, k.ID)
	must(m.t, err)
	switch k.Status {
	case Waiting:
		if err = m.Reply(m.citizen(), deal(k.Number), Reply{Text: "Вот"}); k.Stage.Halted() {
			err = m.Resume(head, deal(k.Number))
		}
	case Accepted:
		if err = m.Take(head, deal(k.Number)); errors.Is(err, ErrDecidedBefore) {
			err = m.Take(fresh, deal(k.Number))
		}
	case InWork:
		if err = m.end(head, k); errors.Is(err, ErrDecidedBefore) {
			err = m.end(fresh, k)
		}
	}
	if err != nil && !errors.Is(err, ErrParts) {
		m.t.Errorf("%s of %s, %s: %v", k.Number, k.ServiceID, k.Status, err)
	}
}

// end decides a case; parts that nobody does any more are done without.
func (m *model) end(ctx context.Context, k Case) error {
	err := m.Approve(ctx, deal(k.Number), "Да")
	if errors.Is(err, ErrPartGround) {
		return m.Refuse(ctx, deal(k.Number), "none", "Нет")
	}
	if errors.Is(err, ErrParts) {
		parts, perr := m.readParts(ctx, k)
		must(m.t, perr)
		for _, p := range parts {
			if p.State == PartReturned || p.State == PartClosed {
				return m.DropPart(ctx, deal(k.Number), p.ID)
			}
		}
	}
	return err
}
