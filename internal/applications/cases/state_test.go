package cases

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// table is what may be done, by status and side; all else may not.
func table() map[Status]map[Side][]Deed {
	staff := func(deeds ...Deed) map[Side][]Deed {
		var officer []Deed
		for _, d := range deeds {
			if d != Assign {
				officer = append(officer, d)
			}
		}
		return map[Side][]Deed{Officer: officer, Head: deeds}
	}
	with := func(m map[Side][]Deed, side Side, deeds ...Deed) map[Side][]Deed {
		m[side] = deeds
		return m
	}
	turns := []Deed{Close, PartBegun, PartYes, PartNo, PartBack, PartLate, PartAsked, PartHeard}
	system := func(deeds ...Deed) []Deed { return append(deeds, turns...) }
	return map[Status]map[Side][]Deed{
		"":        {Citizen: {Submit}},
		Accepted:  with(with(staff(Take, Assign, Comment, Forward, PartAgain, PartDrop), Citizen, Modify, Cancel, PartHeard), System, system(Assign, Escalate, Infected, Oblige, Tacit, Reopen)...),
		InWork:    with(with(staff(Return, Assign, Propose, Decline, Comment, Request, SendBack, Approve, Refuse, Suspend, Forward, PartAgain, PartDrop, HandBack), Citizen, Cancel, PartHeard), System, system(Reopen, Escalate, Infected, Oblige, Tacit)...),
		Waiting:   with(with(staff(Proceed, Assign, Propose, Decline, Comment, Refuse, Resume, PartAgain, PartDrop, HandBack), Citizen, Answered, Cancel, PartHeard), System, system(Reopen, Lapse, Escalate, Infected, Oblige, Waive, Resume)...),
		Approved:  with(with(staff(Ready, Hand, Ship, Arrive, Revoke, PrepareRevoke, Decline, FixTypo, PrepareTypo, DeclineTypo), Citizen, Arrive, Deliver, AskTypo), System, Mail, Deliver, Oblige),
		Refused:   {System: {Reopen, Oblige}},
		Completed: with(with(staff(Revoke, PrepareRevoke, Decline, FixTypo, PrepareTypo, DeclineTypo), Citizen, AskTypo), System, Oblige),
		Cancelled: {},
	}
}

func TestTableOfStates(t *testing.T) {
	t.Parallel()
	for _, from := range append([]Status{""}, Statuses()...) {
		for _, side := range []Side{Citizen, Officer, Head, System} {
			want := table()[from][side]
			if diff := cmp.Diff(want, Can(from, side)); diff != "" {
				t.Errorf("%q, %s: (-want +got)\n%s", from, side, diff)
			}
			for _, deed := range Deeds() {
				m, ok := Step(from, deed, side)
				if ok != slices.Contains(want, deed) {
					t.Errorf("%q, %s, %s: %v", from, side, deed, ok)
				}
				if ok && (!m.To.Known() || from.Final() && m.To != from && deed != Reopen) {
					t.Errorf("%q, %s leads to %q", from, deed, m.To)
				}
			}
		}
	}
}

// TestTableOfStages: each stage lies in one status, every status has a usual
// one, and what another release left behind is not believed.
func TestTableOfStages(t *testing.T) {
	t.Parallel()
	for _, s := range Statuses() {
		if p := stageIn(s, ""); p.Stage != Stage(s) || p.Stage.Text() != s.Text() {
			t.Errorf("the usual stage of %s is %s", s, p.Stage)
		}
	}
	seen := map[Stage]bool{}
	for _, p := range Stages() {
		if seen[p.Stage] || !p.Status.Known() || p.EPGU <= 0 {
			t.Errorf("%+v", p)
		}
		seen[p.Stage] = true
		if got := stageIn(p.Status, p.Stage); got != p {
			t.Errorf("%s: %+v", p.Stage, got)
		}
		line := Progress(p.Status, p.Stage)
		if n := len(slices.DeleteFunc(line, func(l Leg) bool { return l.State != LegCurrent })); n != 1 {
			t.Errorf("%s stands at %d places of the line", p.Stage, n)
		}
	}
	if p := stageIn(InWork, Suspended); p.Stage != Stage(InWork) || p.EPGU != 6 {
		t.Errorf("a stage of another status counts: %+v", p)
	}
	for stage, want := range map[Stage][]Deed{Suspended: {Resume}, Stage(Waiting): {Answered, Proceed}} {
		if diff := cmp.Diff(want, allowed([]Deed{Answered, Resume, Proceed}, stage)); diff != "" {
			t.Errorf("%s: %s", stage, diff)
		}
	}
}

func TestEveryStatusIsReachedAndNamed(t *testing.T) {
	t.Parallel()
	codes := map[Status]int{Accepted: 1, InWork: 6, Waiting: 14, Approved: 3, Refused: 4, Completed: 3, Cancelled: 10}
	for _, s := range Statuses() {
		if !slices.ContainsFunc(Moves(), func(m Move) bool { return m.To == s }) {
			t.Errorf("%s is never reached", s)
		}
		if !s.Final() && !slices.ContainsFunc(Moves(), func(m Move) bool { return m.From == s && m.To != s }) {
			t.Errorf("%s is never left", s)
		}
		if s.EPGU() != codes[s] {
			t.Errorf("%s has the code %d", s, s.EPGU())
		}
	}
	if Status("x").Known() || Status("x").EPGU() != 8 {
		t.Error("an unknown status is known")
	}
	seen := map[Deed]bool{}
	for _, m := range Moves() {
		if told, ok := seen[m.Deed]; ok && told != m.Told {
			t.Errorf("%s is told from one status and not from another", m.Deed)
		}
		seen[m.Deed] = m.Told
	}
}
