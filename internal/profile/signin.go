package profile

import (
	"context"

	"okno/internal/kit/db"
	"okno/internal/profile/profiledb"
)

// OwnerOfSNILS gives whose confirmed insurance number it is, "" for nobody's:
// people sign in by it.
func (p *Profile) OwnerOfSNILS(ctx context.Context, snils string) (string, error) {
	for _, index := range p.snilsIndexes(snils) {
		owner, err := profiledb.New(p.DB.Reader()).SNILSOwner(ctx, index)
		if err == nil || !db.IsNone(err) {
			return owner, db.Classify(err)
		}
	}
	return "", nil
}
