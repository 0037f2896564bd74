package catalog

import (
	"context"
	"slices"

	"okno/internal/forms"
)

// Visitor is whoever looks at a service.
type Visitor struct {
	SignedIn bool
	// Level is simplified, standard or confirmed, "" for people without one
	// (staff); Region a two-digit code, "" for
	// not known; Audience citizen or business, "" means citizen.
	Level, Region, Audience string
}

// Viewer tells who looks; app fills it from the session and the profile.
type Viewer interface {
	View(ctx context.Context) (Visitor, error)
}

// Knower is a Viewer that also tells whether all that a service asks of the
// visitor is known already.
type Knower interface {
	Knows(ctx context.Context, serviceID string) (bool, error)
}

type nobody struct{}

// View is nobody.
func (nobody) View(context.Context) (Visitor, error) { return Visitor{}, nil }

// Reason is why a service is closed to somebody: the end of a key of the
// locale files, catalog.closed.<reason>.
type Reason string

// The reasons, in the order in which they are told.
const (
	Open          Reason = ""
	OtherAudience Reason = "audience"
	OtherRegion   Reason = "region"
	NeedStandard  Reason = "standard"
	NeedConfirmed Reason = "confirmed"
)

// Final reports whether the person can't change it by going a level up.
func (r Reason) Final() bool { return r == OtherAudience || r == OtherRegion }

// Closed says why the service is closed to the visitor, Open if it is not.
// Whoever is not signed in, or has named no region, is not turned away by what
// is not known yet.
func Closed(s *forms.Service, v Visitor) Reason {
	audience := v.Audience
	if audience == "" {
		audience = "citizen"
	}
	switch {
	case v.SignedIn && !slices.Contains(s.Audience, audience):
		return OtherAudience
	case len(s.Regions) > 0 && v.Region != "" && !slices.Contains(s.Regions, v.Region):
		return OtherRegion
	case v.SignedIn && v.Level != "" && rank(v.Level) < rank(s.Level):
		return Reason(s.Level)
	}
	return Open
}

func rank(level string) int {
	return slices.Index([]string{"", "simplified", "standard", "confirmed"}, level)
}
