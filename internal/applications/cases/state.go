package cases

import "slices"

// Status is what people see of an application (APP-01). Черновик is draft's.
type Status string

// The statuses.
const (
	Accepted  Status = "accepted"  // Принято
	InWork    Status = "in_work"   // В работе
	Waiting   Status = "waiting"   // Ожидает дополнительных сведений
	Approved  Status = "approved"  // Одобрено: decided
	Refused   Status = "refused"   // Отказано
	Completed Status = "completed" // Завершено: the result is delivered
	Cancelled Status = "cancelled" // Отменено
)

// Statuses are all statuses, in the order of an application's life.
func Statuses() []Status {
	return []Status{Accepted, InWork, Waiting, Approved, Refused, Completed, Cancelled}
}

// Known reports whether s is a status.
func (s Status) Known() bool { return slices.Contains(Statuses(), s) }

// Open reports whether somebody still has to do something before a decision.
func (s Status) Open() bool { return s == Accepted || s == InWork || s == Waiting }

// Final reports whether no other status can follow, unless a complaint cancels
// a refusal.
func (s Status) Final() bool { return s == Refused || s == Completed || s == Cancelled }

// granted reports whether something was issued.
func (s Status) granted() bool { return s == Approved || s == Completed }

// Text is the key of the status's name in the locale files.
func (s Status) Text() string { return "applications.status." + string(s) }

// Deed is what somebody does with a case.
type Deed string

// The deeds.
const (
	Submit        Deed = "submit"
	Take          Deed = "take"
	Return        Deed = "return"     // back to the queue
	Assign        Deed = "assign"     // the head gives it to somebody
	Modify        Deed = "change"     // other answers, before anybody has taken it
	AskTypo       Deed = "typo"       // the owner has found a mistake in a document
	FixTypo       Deed = "typo_fixed" // a corrected one is issued in its place
	PrepareTypo   Deed = "typo_prepared"
	DeclineTypo   Deed = "typo_declined"
	Request       Deed = "ask"
	SendBack      Deed = "correct" // for correction of what is named
	Lapse         Deed = "lapse"   // the term for an answer is over
	Proceed       Deed = "proceed" // without an answer
	Answered      Deed = "answer"
	Approve       Deed = "approve"
	Refuse        Deed = "refuse"
	Deliver       Deed = "deliver" // the citizen opened the result
	Cancel        Deed = "cancel"
	Comment       Deed = "comment"
	Revoke        Deed = "revoke"          // the issued document is no longer valid
	PrepareRevoke Deed = "revoke_prepared" // … once a second pair of eyes has confirmed it
	Infected      Deed = "infected"        // a file that was held turned out to be malware
	Propose       Deed = "propose"         // a decision is prepared for a second pair of eyes
	Decline       Deed = "decline"         // the second pair of eyes sends it back
	Confirm       Deed = "confirm"         // … or carries it out: Approve or Refuse in the chronology
	Escalate      Deed = "escalate"        // overdue: to the named superior
	Reopen        Deed = "reopen"          // a complaint was satisfied: the refusal is cancelled
	Oblige        Deed = "oblige"          // a complaint was satisfied: something must be done by a day
	Waive         Deed = "waive"           // a complaint was satisfied: what was asked for is not needed
)

// The deeds of time and place.
const (
	Suspend Deed = "suspend" // the time stands still on a ground
	Resume  Deed = "resume"  // … and goes on
	Forward Deed = "forward" // to the agency that it is for (59-ФЗ, ст. 8)
	Tacit   Deed = "tacit"   // granted by the law, as nobody decided in time
)

// The deeds of a result on paper or by e-mail.
const (
	Ready  Deed = "ready"  // the paper waits at the office that was chosen
	Hand   Deed = "hand"   // the paper was handed over, the identity document seen
	Ship   Deed = "ship"   // the paper was sent by post
	Arrive Deed = "arrive" // what was sent by post has come
	Mail   Deed = "mail"   // the letter with a link to the result has gone
)

// The deeds of parts: the first two are done to a part's own case, the others
// stand in the chronology of the application, with the part's id as their text.
const (
	HandBack  Deed = "hand_back"  // an agency gives its part back without an opinion
	Close     Deed = "close"      // the lead takes a part back, or the application ends
	PartBegun Deed = "part_begun" // another agency has it
	PartYes   Deed = "part_yes"   // its opinion is positive
	PartNo    Deed = "part_no"    // its opinion is negative
	PartBack  Deed = "part_back"  // it was handed back
	PartAsked Deed = "part_asked" // it waits for the citizen
	PartHeard Deed = "part_heard" // … and goes on, with an answer or without
	PartLate  Deed = "part_late"  // its term is over
	PartAgain Deed = "part_again" // the lead has it done once more
	PartDrop  Deed = "part_drop"  // the lead does without it
)

// partTurns are the deeds that tell an application of its parts.
func partTurns() []Deed {
	return []Deed{PartBegun, PartYes, PartNo, PartBack, PartLate, PartAsked, PartHeard, PartAgain, PartDrop}
}

// ofPart reports whether the deed tells an application of a part.
func (d Deed) ofPart() bool { return slices.Contains(partTurns(), d) }

// fits reports whether a deed is one of parts or of applications: a part is
// ended by its agency or with its application, and nothing is issued in it.
func (d Deed) fits(part bool) bool {
	if part {
		return !d.ofPart() && d != Cancel && d != Deliver && d != Revoke && d != PrepareRevoke && d != SendBack && d != Modify && d != Forward && d != Tacit
	}
	return d != HandBack && d != Close
}

// Deeds are all deeds.
func Deeds() []Deed {
	return []Deed{
		Submit, Take, Return, Assign, Modify, AskTypo, FixTypo, PrepareTypo, DeclineTypo, Request, SendBack, Answered, Lapse, Proceed, Approve, Refuse, Deliver, Cancel, Comment, Revoke, PrepareRevoke, Infected,
		Propose, Decline, Escalate, Reopen, Oblige, Waive, Ready, Hand, Ship, Arrive, Mail,
		HandBack, Close, PartBegun, PartYes, PartNo, PartBack, PartLate, PartAsked, PartHeard, PartAgain, PartDrop,
		Suspend, Resume, Forward, Tacit,
	}
}

// Side is as whom somebody acts.
type Side string

// The sides.
const (
	Citizen Side = "citizen"
	Officer Side = "officer"
	Head    Side = "head"
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
func Moves() []Move { return append(moves(), partMoves()...) }

// movesOf is the table that holds a deed: those of parts are rarely looked at.
func movesOf(deed Deed) []Move {
	if deed == Close || deed == HandBack || deed.ofPart() {
		return partMoves()
	}
	return moves()
}

func moves() []Move {
	staff := []Side{Officer, Head}
	citizen := []Side{Citizen}
	head := []Side{Head}
	system := []Side{System}
	given := []Side{Head, System} // by hand, or by the agency's rules
	return []Move{
		{From: "", Deed: Submit, To: Accepted, By: citizen, Told: true},

		{From: Accepted, Deed: Take, To: InWork, By: staff, Told: true},
		{From: Accepted, Deed: Assign, To: Accepted, By: given},
		{From: Accepted, Deed: Escalate, To: Accepted, By: system},
		{From: Accepted, Deed: Comment, To: Accepted, By: staff},
		{From: Accepted, Deed: Modify, To: Accepted, By: citizen, Told: true},
		{From: Accepted, Deed: Cancel, To: Cancelled, By: citizen, Told: true},
		{From: Accepted, Deed: Infected, To: Accepted, By: system, Told: true},
		{From: Accepted, Deed: Oblige, To: Accepted, By: system},
		{From: Accepted, Deed: Forward, To: Accepted, By: staff, Told: true},
		{From: Accepted, Deed: Tacit, To: Approved, By: system, Told: true},

		{From: Accepted, Deed: Reopen, To: Accepted, By: system}, // it stands in for a refused one
		{From: InWork, Deed: Reopen, To: Accepted, By: system},
		{From: Waiting, Deed: Reopen, To: Accepted, By: system},

		{From: InWork, Deed: Return, To: Accepted, By: staff},
		{From: InWork, Deed: Assign, To: InWork, By: head},
		{From: InWork, Deed: Escalate, To: InWork, By: system},
		{From: InWork, Deed: Propose, To: InWork, By: staff},
		{From: InWork, Deed: Decline, To: InWork, By: staff},
		{From: InWork, Deed: Comment, To: InWork, By: staff},
		{From: InWork, Deed: Request, To: Waiting, By: staff, Told: true},
		{From: InWork, Deed: SendBack, To: Waiting, By: staff, Told: true},
		{From: InWork, Deed: Approve, To: Approved, By: staff, Told: true},
		{From: InWork, Deed: Refuse, To: Refused, By: staff, Told: true},
		{From: InWork, Deed: Cancel, To: Cancelled, By: citizen, Told: true},
		{From: InWork, Deed: Infected, To: InWork, By: system, Told: true},
		{From: InWork, Deed: Oblige, To: InWork, By: system},
		{From: InWork, Deed: Suspend, To: Waiting, By: staff, Told: true},
		{From: InWork, Deed: Forward, To: Accepted, By: staff, Told: true},
		{From: InWork, Deed: Tacit, To: Approved, By: system, Told: true},

		{From: Waiting, Deed: Answered, To: InWork, By: citizen, Told: true},
		{From: Waiting, Deed: Lapse, To: Waiting, By: system, Told: true},
		{From: Waiting, Deed: Proceed, To: InWork, By: staff, Told: true},
		{From: Waiting, Deed: Assign, To: Waiting, By: head},
		{From: Waiting, Deed: Escalate, To: Waiting, By: system},
		{From: Waiting, Deed: Propose, To: Waiting, By: staff},
		{From: Waiting, Deed: Decline, To: Waiting, By: staff},
		{From: Waiting, Deed: Comment, To: Waiting, By: staff},
		{From: Waiting, Deed: Refuse, To: Refused, By: staff, Told: true},
		{From: Waiting, Deed: Cancel, To: Cancelled, By: citizen, Told: true},
		{From: Waiting, Deed: Infected, To: Waiting, By: system, Told: true},
		{From: Waiting, Deed: Oblige, To: Waiting, By: system},
		{From: Waiting, Deed: Waive, To: InWork, By: system},
		{From: Waiting, Deed: Resume, To: InWork, By: append(staff, System), Told: true}, // what was suspended

		{From: Approved, Deed: Ready, To: Approved, By: staff, Told: true},
		{From: Approved, Deed: Hand, To: Completed, By: staff, Told: true},
		{From: Approved, Deed: Ship, To: Approved, By: staff, Told: true},
		{From: Approved, Deed: Arrive, To: Completed, By: []Side{Citizen, Officer, Head}, Told: true},
		{From: Approved, Deed: Mail, To: Approved, By: system},
		{From: Approved, Deed: Deliver, To: Completed, By: []Side{Citizen, System}},
		{From: Approved, Deed: Revoke, To: Completed, By: staff, Told: true}, // nothing is left to be fetched
		{From: Completed, Deed: Revoke, To: Completed, By: staff, Told: true},
		{From: Approved, Deed: PrepareRevoke, To: Approved, By: staff},
		{From: Completed, Deed: PrepareRevoke, To: Completed, By: staff},
		{From: Approved, Deed: Decline, To: Approved, By: staff},
		{From: Completed, Deed: Decline, To: Completed, By: staff},
		{From: Approved, Deed: AskTypo, To: Approved, By: citizen, Told: true},
		{From: Approved, Deed: FixTypo, To: Approved, By: staff, Told: true},
		{From: Approved, Deed: PrepareTypo, To: Approved, By: staff},
		{From: Approved, Deed: DeclineTypo, To: Approved, By: staff, Told: true},
		{From: Completed, Deed: AskTypo, To: Completed, By: citizen, Told: true},
		{From: Completed, Deed: FixTypo, To: Completed, By: staff, Told: true},
		{From: Completed, Deed: PrepareTypo, To: Completed, By: staff},
		{From: Completed, Deed: DeclineTypo, To: Completed, By: staff, Told: true},

		// What a satisfied complaint makes of a case; complaint tells the citizen.
		{From: Refused, Deed: Reopen, To: Accepted, By: system},
		{From: Refused, Deed: Oblige, To: Refused, By: system},
		{From: Approved, Deed: Oblige, To: Approved, By: system},
		{From: Completed, Deed: Oblige, To: Completed, By: system},
	}
}

// partMoves are those of parts: their turns leave the application where it is.
func partMoves() []Move {
	staff, system := []Side{Officer, Head}, []Side{System}
	var all []Move
	for _, from := range []Status{Accepted, InWork, Waiting} {
		all = append(all, Move{From: from, Deed: Close, To: Cancelled, By: system})
		for _, d := range partTurns() {
			by := system
			switch d {
			case PartAgain, PartDrop:
				by = staff
			case PartHeard:
				by = []Side{Citizen, System}
			}
			all = append(all, Move{From: from, Deed: d, To: from, By: by})
		}
	}
	return append(all, Move{From: InWork, Deed: HandBack, To: Cancelled, By: staff}, Move{From: Waiting, Deed: HandBack, To: Cancelled, By: staff})
}

// Step finds the move of a deed from a status by a side: ok is false when the
// table does not have it.
func Step(from Status, deed Deed, by Side) (m Move, ok bool) {
	for _, m := range movesOf(deed) {
		if m.From == from && m.Deed == deed && slices.Contains(m.By, by) {
			return m, true
		}
	}
	return Move{}, false
}

// Can lists what a side can do with a case in a status.
func Can(from Status, by Side) []Deed {
	var can []Deed
	for _, m := range Moves() {
		if m.From == from && slices.Contains(m.By, by) {
			can = append(can, m.Deed)
		}
	}
	return can
}
