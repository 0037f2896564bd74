package device

import (
	"strings"
	"time"

	"okno/internal/kit/db"
)

// Kind is what an ask is about.
type Kind string

// The kinds of asks.
const (
	// SignIn: may this browser sign in, with nothing typed.
	SignIn Kind = "sign_in"
	// Factor: may this browser, which knows the password, sign in.
	Factor Kind = "factor"
	// Fresh: is the person of this session there still.
	Fresh Kind = "fresh"
	// Act: is this one thing wanted, such as a submission or a payment.
	Act Kind = "act"
)

// The ways by which an ask comes to a device.
const (
	byQR   = "qr"
	byPush = "push"
)

// State is where an ask stands.
type State string

// The states. An ask that has run out keeps the one it was in.
const (
	Shown     State = "shown"
	Read      State = "read"
	Confirmed State = "confirmed"
	Refused   State = "refused"
	Used      State = "used"
)

// deed is what is done to an ask.
type deed string

const (
	doRead    deed = "read"
	doConfirm deed = "confirm"
	doRefuse  deed = "refuse"
	doUse     deed = "use"
)

// moves is the whole life of an ask.
var moves = []struct {
	from State
	deed deed
	to   State
}{
	{Shown, doRead, Read},
	{Read, doConfirm, Confirmed},
	{Read, doRefuse, Refused},
	{Confirmed, doUse, Used},
}

// after is where a deed leads, false for one that is not to be done.
func after(from State, d deed) (State, bool) {
	for _, m := range moves {
		if m.from == from && m.deed == d {
			return m.to, true
		}
	}
	return from, false
}

// How long an ask may be answered.
const (
	qrLife   = 3 * time.Minute
	pushLife = 2 * time.Minute
)

func lifeOf(way string) time.Duration {
	if way == byPush {
		return pushLife
	}
	return qrLife
}

// Ask is a question, opened.
type Ask struct {
	ID    string
	Kind  Kind
	Way   string
	State State
	// Owner is whose answer counts; "" until a device has read the code.
	Owner string
	// Session asks, Reader answers: public ids of sessions, "" for none.
	Session, Reader string
	// Ref is what is confirmed, Text the same in the person's words.
	Ref, Text string
	// Number is shown by the asking browser, Choices by the device; 0 and none
	// for a QR code.
	Number  int
	Choices []string
	// From is who asks.
	From    Origin
	Created db.Time
	Expires db.Time
	method  string
}

// Origin is where an ask came from.
type Origin struct {
	IP    string `json:"ip,omitempty"`
	Agent string `json:"agent,omitempty"`
}

// Over reports whether the time to answer is over.
func (a Ask) Over(now db.Time) bool { return now >= a.Expires }

// open reports whether somebody may still answer.
func (a Ask) open(now db.Time) bool {
	return !a.Over(now) && (a.State == Shown || a.State == Read)
}

func splitChoices(s string) []string {
	if s == "" {
		return nil
	}
	return strings.Split(s, ",")
}
