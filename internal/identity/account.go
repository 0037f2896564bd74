package identity

import (
	"strings"

	"okno/internal/kit/db"
	"okno/internal/reference"
)

// Status of an account.
const (
	Active  = "active"
	Blocked = "blocked"
	Erased  = "erased"
)

// Account is who can sign in, with opened contacts.
type Account struct {
	ID string
	// Phone is E.164; Phone, Email and Login are "" for none.
	Phone, Email, Login string
	// Number is the account's own, with a check digit.
	Number       string
	Lang, Status string
	CreatedAt    db.Time
}

// NewAccount is what Prepare makes an account of. Phone or Email or Login must
// be there; PasswordHash is from HashPassword, "" for none yet.
type NewAccount struct {
	// ID is the account's id to be, such as that of the registration whose key
	// already sealed letters; "" makes one.
	ID                        string
	Phone, Email, Login, Lang string
	PasswordHash              string
}

// Kept says what the law keeps of a person whose account is deleted.
type Kept struct {
	What  string // key of a text
	Until string // YYYY-MM-DD, "" for as long as the text says
}

// The kinds of contact, by which people sign in.
const (
	byPhone = "phone"
	byEmail = "email"
	byLogin = "login"
)

// contact is a name to sign in by, in its canonical form.
type contact struct{ kind, value string }

// parseIdentifier tells what kind of name was typed. What is none is kept as a
// login name that nobody has, so that its way through the sign-in is the same.
func parseIdentifier(s string) contact {
	if phone, err := reference.ParsePhone(s); err == nil {
		return contact{byPhone, phone}
	}
	if email, err := parseEmail(s); err == nil {
		return contact{byEmail, email}
	}
	return contact{byLogin, strings.ToLower(strings.TrimSpace(s))}
}

// parseEmail folds the case: nobody should be two people by capital letters.
func parseEmail(s string) (string, error) {
	email, err := reference.ParseEmail(s)
	return strings.ToLower(email), err
}

// Longest and shortest login name, in letters.
const minLogin, maxLogin = 3, 64

// parseLogin takes Latin letters, digits, dot, dash, underscore; the first is a
// letter, so that no login name is a phone or an e-mail address.
func parseLogin(s string) (string, bool) {
	s = strings.ToLower(strings.TrimSpace(s))
	if len(s) < minLogin || len(s) > maxLogin || s[0] < 'a' || s[0] > 'z' {
		return "", false
	}
	for _, r := range s {
		if !strings.ContainsRune("abcdefghijklmnopqrstuvwxyz0123456789.-_", r) {
			return "", false
		}
	}
	return s, true
}

// lastTwo is what of a phone may be shown before its owner is known for sure.
func lastTwo(phone string) string {
	if len(phone) < 2 {
		return ""
	}
	return phone[len(phone)-2:]
}

// maskEmail shows the first letter and the domain: a…@example.ru.
func maskEmail(email string) string {
	at := strings.LastIndexByte(email, '@')
	if at < 1 {
		return ""
	}
	return string([]rune(email)[:1]) + "…" + email[at:]
}

// Masked is a name of the account for paper and strangers' eyes, which its owner
// knows again: the login name, the phone or the address, most of it hidden.
func (a Account) Masked() string {
	switch {
	case a.Login != "":
		return a.Login[:1] + "…" + a.Login[len(a.Login)-1:]
	case a.Phone != "":
		return "+7 … " + lastTwo(a.Phone)
	}
	return maskEmail(a.Email)
}
