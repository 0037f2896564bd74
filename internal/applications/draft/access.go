package draft

import (
	"slices"

	"okno/internal/forms"
	"okno/internal/kit/errs"
)

// rank orders the levels of accounts; an unknown one is below all.
func rank(level string) int {
	return slices.Index([]string{"simplified", "standard", "confirmed"}, level)
}

// mayDraft tells why a service can't be begun by somebody: it is for other
// regions or for others. The level does not matter for a draft.
func mayDraft(s *forms.Service, f forms.Facts) *errs.Error {
	if f.Region != "" && len(s.Regions) > 0 && !slices.Contains(s.Regions, f.Region) {
		return ErrRegion
	}
	if f.Audience != "" && !slices.Contains(s.Audience, f.Audience) {
		return ErrAudience
	}
	return ageFits(s, f)
}

// maySend tells why an application can't be sent.
func maySend(s *forms.Service, f forms.Facts) *errs.Error {
	if err := mayDraft(s, f); err != nil {
		return err
	}
	if rank(f.Level) < rank(s.Level) {
		return ErrLevel
	}
	if s.Sign == "unqualified" || s.Sign == "qualified" {
		return ErrSign
	}
	return nil
}
