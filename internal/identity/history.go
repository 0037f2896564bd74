package identity

import (
	"strings"
	"time"

	"okno/internal/identity/place"
	"okno/internal/kit/db"
)

// What stands in the history of an account.
const (
	passSignIn   = "signed_in"
	passConfirm  = "confirmed"
	passPassword = "password"
	passRecover  = "recovered"
	passUnlock   = "unlocked"
)

// How it went.
const (
	passOK      = "ok"
	passRefused = "refused"
)

// Kinds of device, as far as a browser tells.
const (
	onComputer = "computer"
	onPhone    = "phone"
	onTablet   = "tablet"
	inProgram  = "program"
)

// keepHistory is for how long the history is kept.
const keepHistory = 365 * 24 * time.Hour

// Passage is a line of the history: somebody came in, or was refused.
type Passage struct {
	ID, Act, Outcome, Method string
	Kind                     string // of the device
	Session                  string
	At                       db.Time
	// Denied is when the owner said that it was somebody else.
	Denied db.Time
	Device string // "Firefox, Windows"
	IP     string
	Place  place.Place
}

// Key names the line in an address: its instant and id.
func (p Passage) Key() string { return cursor{p.At, p.ID}.String() }

// Refused reports whether nobody came in.
func (p Passage) Refused() bool { return p.Outcome == passRefused }

// HistoryFilter chooses lines of the history; empty parts choose all.
type HistoryFilter struct {
	Outcome, Kind, Act string
	From, To           string // days of Moscow, YYYY-MM-DD, both counted in
	After              string // Key of the last line of the page before
	Limit              int
}

// span are the instants that the days of the filter mean.
func (f HistoryFilter) span() (from, before db.Time) {
	before = db.Time(1 << 62)
	if t, err := time.ParseInLocation(time.DateOnly, f.From, moscow()); err == nil {
		from = db.At(t)
	}
	if t, err := time.ParseInLocation(time.DateOnly, f.To, moscow()); err == nil {
		before = db.At(t.AddDate(0, 0, 1))
	}
	return from, before
}

// clean drops what is no value of the filter.
func (f HistoryFilter) clean() HistoryFilter {
	f.Outcome = oneOf(f.Outcome, passOK, passRefused)
	f.Kind = oneOf(f.Kind, onComputer, onPhone, onTablet, inProgram)
	f.Act = oneOf(f.Act, passSignIn, passConfirm, passPassword, passRecover, passUnlock)
	for _, day := range []*string{&f.From, &f.To} {
		if _, err := time.Parse(time.DateOnly, *day); err != nil {
			*day = ""
		}
	}
	return f
}

func oneOf(s string, all ...string) string {
	for _, a := range all {
		if s == a {
			return s
		}
	}
	return ""
}

// deviceKind sorts browsers by their name for themselves.
func deviceKind(agent string, bearer bool) string {
	switch {
	case bearer:
		return inProgram
	case strings.Contains(agent, "iPad"), strings.Contains(agent, "Tablet"),
		strings.Contains(agent, "Android") && !strings.Contains(agent, "Mobile"):
		return onTablet
	case strings.Contains(agent, "Mobile"), strings.Contains(agent, "iPhone"), strings.Contains(agent, "Android"):
		return onPhone
	case strings.Contains(agent, "Mozilla/"):
		return onComputer
	}
	return inProgram
}

// cursor is a place in the history.
type cursor struct {
	at db.Time
	id string
}

// String is the cursor as it stands in addresses.
func (c cursor) String() string { return number(int(c.at)) + "-" + c.id }

// parseCursor reads what String wrote; ok is false for anything else.
func parseCursor(s string) (c cursor, ok bool) {
	at, rest, found := strings.Cut(s, "-")
	n, err := parseMicros(at)
	if !found || err != nil || len(rest) == 0 || len(rest) > 60 {
		return cursor{}, false
	}
	return cursor{n, rest}, true
}
