package profile

import (
	"strings"
	"time"

	"okno/internal/kit/db"
	"okno/internal/kit/errs"
	"okno/internal/reference"
)

// Rules of a registration.
const (
	registrationLife = 24 * time.Hour
	resendPause      = time.Minute
	codeLife         = 10 * time.Minute
	maxTries         = 5
	// repeatTime is how long the last step may be repeated (double click, back
	// button) and still leads into the cabinet.
	repeatTime = 10 * time.Minute
)

// Channel is a way by which a code comes.
type Channel = string

// The channels of codes.
const (
	SMS   Channel = "sms"
	Email Channel = "email"
)

// Applicant is who registers: a name and the contacts to be confirmed.
type Applicant struct {
	LastName   string `json:"last_name"`
	FirstName  string `json:"first_name"`
	MiddleName string `json:"middle_name,omitempty"`
	Phone      string `json:"phone"` // E.164
	Email      string `json:"email"`
}

// Registration is a citizen to be.
type Registration struct {
	Applicant
	PhoneConfirmed, EmailConfirmed bool
	SMSSentAt, EmailSentAt         db.Time
	ExpiresAt                      db.Time
	// Account is the account that it became, "" before.
	Account string

	id                  string
	version             int64
	hash                []byte
	smsTries, mailTries int64
	finishedAt          db.Time
}

// Confirmed reports whether both contacts are.
func (r Registration) Confirmed() bool { return r.PhoneConfirmed && r.EmailConfirmed }

// contact is where the channel leads.
func (r Registration) contact(c Channel) string {
	if c == SMS {
		return r.Phone
	}
	return r.Email
}

func (r Registration) confirmed(c Channel) bool {
	if c == SMS {
		return r.PhoneConfirmed
	}
	return r.EmailConfirmed
}

func (r Registration) sentAt(c Channel) db.Time {
	if c == SMS {
		return r.SMSSentAt
	}
	return r.EmailSentAt
}

func (r Registration) tries(c Channel) int64 {
	if c == SMS {
		return r.smsTries
	}
	return r.mailTries
}

// sent notes that a code went out: its tries begin anew.
func (r *Registration) sent(c Channel, at db.Time) {
	if c == SMS {
		r.SMSSentAt, r.smsTries = at, 0
		return
	}
	r.EmailSentAt, r.mailTries = at, 0
}

// tried notes the outcome of one try.
func (r *Registration) tried(c Channel, right bool) {
	switch {
	case c == SMS && right:
		r.PhoneConfirmed = true
	case c == SMS:
		r.smsTries++
	case right:
		r.EmailConfirmed = true
	default:
		r.mailTries++
	}
}

// change takes over new names and contacts: another contact must be confirmed anew.
func (r *Registration) change(a Applicant) {
	if a.Phone != r.Phone {
		r.PhoneConfirmed, r.SMSSentAt, r.smsTries = false, 0, 0
	}
	if a.Email != r.Email {
		r.EmailConfirmed, r.EmailSentAt, r.mailTries = false, 0, 0
	}
	r.Applicant = a
}

// parseApplicant reads the first page; an error names each faulty field.
func parseApplicant(in Values) (Applicant, error) {
	var p Person
	r := &reader{in: in}
	r.names(&p)
	a := Applicant{LastName: p.LastName, FirstName: p.FirstName, MiddleName: p.MiddleName}
	a.Phone = r.parsed("phone", mobilePhone)
	a.Email = r.parsed("email", func(s string) (string, error) {
		email, err := reference.ParseEmail(s)
		return strings.ToLower(email), err
	})
	if r.fault != nil {
		return Applicant{}, r.fault
	}
	return a, nil
}

// mobilePhone takes numbers that SMS can reach: Russian ones begin with 9.
func mobilePhone(s string) (string, error) {
	phone, err := reference.ParsePhone(s)
	if err == nil && strings.HasPrefix(phone, "+7") && !strings.HasPrefix(phone, "+79") && phone[2] != '6' && phone[2] != '7' {
		return "", errs.NewInvalid("profile.error.phone_mobile")
	}
	return phone, err
}

// ownWords are what a password must not be made of.
func (a Applicant) ownWords() []string {
	local, _, _ := strings.Cut(a.Email, "@")
	return []string{a.LastName, a.FirstName, a.MiddleName, a.Phone, a.Email, local}
}
