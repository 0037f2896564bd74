package mandate

import (
	"strings"
	"time"

	"okno/internal/applications/draft"
	"okno/internal/kit/db"
)

// Limits of mandates.
const (
	maxMandates = 20
	maxDays     = 90
	visitLife   = 30 * time.Minute
	keepFor     = 365 * 24 * time.Hour // after the end, for both to look at
	actingLife  = 30 * 24 * time.Hour
)

// Kinds of mandates.
const (
	Person = "person"
	Visit  = "visit"
)

// State is how a mandate stands.
type State string

// The states. Expired is never stored: it is an active one after its end.
const (
	Offered   State = "offered"
	Active    State = "active"
	Declined  State = "declined"
	Withdrawn State = "withdrawn" // by the owner
	Ended     State = "ended"     // by the helper, or with the visit
	Expired   State = "expired"
)

// How a visitor has agreed.
const (
	ByCode  = "code"
	ByPaper = "paper"
)

// Mandate is the right to help.
type Mandate struct {
	ID, Owner, Helper string
	Kind              string
	State             State
	// Services are those that it names; none: all.
	Services []string
	// Alone: sending needs no code of the owner's.
	Alone bool
	// Office and Consent are of a visit.
	Office, Consent string
	// Contact is what the owner typed, of a visit the number of the paper; for the
	// owner's and the operator's eyes.
	Contact                       string
	CreatedAt, ExpiresAt, EndedAt db.Time
	// Who are the other's initials, for the page.
	Who string
}

// behalf is what draft is told of it.
func (m Mandate) behalf() *draft.Behalf {
	b := &draft.Behalf{Mandate: m.ID, Owner: m.Owner, Who: m.Who, Services: m.Services, Alone: m.Alone, Source: "page", Since: m.CreatedAt, Until: m.ExpiresAt}
	if m.Kind == Visit {
		b.Source = "mfc"
	}
	return b
}

// at is the mandate as it stands at the instant.
func (m Mandate) at(now time.Time) Mandate {
	if (m.State == Active || m.State == Offered) && !m.ExpiresAt.Time().After(now) {
		m.State = Expired
	}
	return m
}

func splitIDs(s string) []string {
	if s == "" {
		return nil
	}
	return strings.Split(s, ",")
}
