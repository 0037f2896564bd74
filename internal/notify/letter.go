package notify

import (
	"time"

	"okno/internal/kit/db"
)

// Channel is a way to a person.
type Channel = string

// The channels.
const (
	SMS     Channel = "sms"
	Email   Channel = "email"
	Cabinet Channel = "cabinet"
	// Push goes to one device; To is its subscription as JSON.
	Push Channel = "push"
)

// Letter is one message, its words ready in the person's language.
type Letter struct {
	Channel Channel
	// To is an E.164 number, an e-mail address, or for the cabinet the owner's id.
	To string
	// Owner is whose data key seals the letter: the account, or the case or
	// registration that it belongs to before there is an account.
	Owner string
	// Kind sorts letters: code, security, status, deadline, profile, …
	Kind string
	// Subject is the line of an e-mail or notice; SMS has none.
	Subject string
	Text    string
	// Link is a local path of the portal, shown as a button or address.
	Link string
	// Secret letters (codes) lose their text once they are delivered.
	Secret bool
	// Expires is after when the letter is of no use; the zero time means never.
	Expires time.Time
	// Ref ties letters together for lists: "case:" + id.
	Ref string
}

// ForStaff are the letter as a member of staff gets it: a notice at the desk,
// and a mail to the address, "" for none.
func (l Letter) ForStaff(account, email string) []Letter {
	l.Owner, l.Channel, l.To = account, Cabinet, account
	if email == "" {
		return []Letter{l}
	}
	mail := l
	mail.Channel, mail.To = Email, email
	return []Letter{l, mail}
}

// Notice is a letter to the cabinet.
type Notice struct {
	ID      string
	Kind    string
	Subject string
	Text    string
	Link    string
	Ref     string
	At      db.Time
	Read    bool
}

// state is where a delivery stands.
type state = string

const (
	waiting  state = "waiting"
	sending  state = "sending"
	sent     state = "sent"
	refused  state = "refused"
	doubtful state = "doubtful"
	expired  state = "expired"
)
