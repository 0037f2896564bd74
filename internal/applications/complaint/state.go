package complaint

import "slices"

// Status is where a complaint stands.
type Status string

// The statuses.
const (
	Draft      Status = "draft"
	SentOff    Status = "sent"
	Registered Status = "registered"
	InWork     Status = "in_work"
	Satisfied  Status = "satisfied"  // wholly
	Partly     Status = "partly"     // upheld in part
	Refused    Status = "refused"    // not upheld
	Unanswered Status = "unanswered" // left without an answer on its merits
	Withdrawn  Status = "withdrawn"
)

// Statuses are all statuses, in the order of a complaint's life.
func Statuses() []Status {
	return []Status{Draft, SentOff, Registered, InWork, Satisfied, Partly, Refused, Unanswered, Withdrawn}
}

// Known reports whether s is a status.
func (s Status) Known() bool { return slices.Contains(Statuses(), s) }

// Open reports whether a verdict is still to come.
func (s Status) Open() bool { return s == SentOff || s == Registered || s == InWork }

// Upheld reports whether the agency was found to be wrong.
func (s Status) Upheld() bool { return s == Satisfied || s == Partly }

// Decided reports whether there is a verdict.
func (s Status) Decided() bool { return s.Upheld() || s == Refused || s == Unanswered }

// Text is the key of the status's name in the locale files.
func (s Status) Text() string { return "applications.complaint.status." + string(s) }

// Deed is what somebody does with a complaint.
type Deed string

// The deeds.
const (
	Begin    Deed = "begin"
	Send     Deed = "send"
	Register Deed = "register"
	Take     Deed = "take"
	Return   Deed = "return"
	Satisfy  Deed = "satisfy"
	Part     Deed = "partly"
	Refuse   Deed = "refuse"
	Unanswer Deed = "unanswer"
	Withdraw Deed = "withdraw"
	Late     Deed = "late" // the term is over
)

// Deeds are all deeds.
func Deeds() []Deed {
	return []Deed{Begin, Send, Register, Take, Return, Satisfy, Part, Refuse, Unanswer, Withdraw, Late}
}

// Verdicts are the deeds that decide.
func Verdicts() []Deed { return []Deed{Satisfy, Part, Refuse, Unanswer} }

// Side is as whom somebody acts.
type Side string

// The sides.
const (
	Citizen Side = "citizen"
	Staff   Side = "staff"
	System  Side = "system"
)

// Move is one line of the table of states.
type Move struct {
	From Status // "" before the first
	Deed Deed
	To   Status
	By   []Side
	// Told: the citizen gets a message about it.
	Told bool
}

// Moves is the whole table: what is not in it can't be done.
func Moves() []Move {
	citizen, staff, system := []Side{Citizen}, []Side{Staff}, []Side{System}
	moves := []Move{
		{From: "", Deed: Begin, To: Draft, By: citizen},
		{From: Draft, Deed: Send, To: SentOff, By: citizen, Told: true},
		// Who does not register within the day has registered by the end of it.
		{From: SentOff, Deed: Register, To: Registered, By: []Side{Staff, System}, Told: true},
		{From: Registered, Deed: Take, To: InWork, By: staff, Told: true},
		{From: InWork, Deed: Return, To: Registered, By: staff},
		{From: InWork, Deed: Satisfy, To: Satisfied, By: staff, Told: true},
		{From: InWork, Deed: Part, To: Partly, By: staff, Told: true},
		{From: InWork, Deed: Refuse, To: Refused, By: staff, Told: true},
		{From: InWork, Deed: Unanswer, To: Unanswered, By: staff, Told: true},
	}
	for _, from := range []Status{Registered, InWork} {
		moves = append(moves, Move{From: from, Deed: Late, To: from, By: system, Told: true})
	}
	for _, from := range []Status{SentOff, Registered, InWork} {
		moves = append(moves, Move{From: from, Deed: Withdraw, To: Withdrawn, By: citizen, Told: true})
	}
	return moves
}

// Step finds the move of a deed from a status by a side.
func Step(from Status, deed Deed, by Side) (m Move, ok bool) {
	for _, m := range Moves() {
		if m.From == from && m.Deed == deed && slices.Contains(m.By, by) {
			return m, true
		}
	}
	return Move{}, false
}

// Can lists what a side can do with a complaint in a status.
func Can(from Status, by Side) []Deed {
	var can []Deed
	for _, m := range Moves() {
		if m.From == from && slices.Contains(m.By, by) {
			can = append(can, m.Deed)
		}
	}
	return can
}

// told reports whether the citizen hears of a deed.
func told(deed Deed) bool {
	for _, m := range Moves() {
		if m.Deed == deed {
			return m.Told
		}
	}
	return false
}
