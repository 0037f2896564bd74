package app

import (
	"okno/internal/agency"
	"okno/internal/applications/cases"
	"okno/internal/applications/draft"
	"okno/internal/cabinet"
	"okno/internal/identity"
	"okno/internal/kit/db"
	"okno/internal/kit/secret"
	"okno/internal/notify"
	"okno/internal/profile"
)

// Doors are the rooms through which a program beside the portal works on the
// same data: the benchmark fills its databases by them.
type Doors struct {
	DB, Keys *db.DB
	Sealer   *secret.Sealer
	Notify   *notify.Notify
	Identity *identity.Identity
	Agency   *agency.Room
	Profile  *profile.Profile
	Cases    *cases.Cases
	Drafts   *draft.Room
	Cabinet  *cabinet.Room
}

// Doors opens the rooms of a built house; nobody's permission is lifted by it.
func (h *House) Doors() Doors {
	return Doors{
		DB: h.stores.db, Keys: h.stores.keys, Sealer: h.stores.sealer, Notify: h.notify, Identity: h.identity, Agency: h.agency,
		Profile: h.profile, Cases: h.applications.Cases(), Drafts: h.applications.Drafts(), Cabinet: h.cabinet,
	}
}

// Close closes the databases of a house that was not served.
func (h *House) Close() { h.close() }
