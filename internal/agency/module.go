package agency

import (
	"context"
	"embed"
	"io/fs"
	"slices"

	"okno/internal/identity"
	"okno/internal/kit/audit"
	"okno/internal/kit/clock"
	"okno/internal/kit/db"
	"okno/internal/kit/secret"
	"okno/internal/kit/web"
)

//go:embed migrations/*.sql
var migrations embed.FS

//go:embed locale/*.yaml
var locale embed.FS

// Deps are what the room is made of. Services is the folder with agencies.yaml.
type Deps struct {
	DB       *db.DB
	Audit    *audit.Log
	Services fs.FS
	// Keyset gives the blind indexes of people on whose cases an officer must
	// not work; Clock tells who is on leave today.
	Keyset *secret.Keyset
	Clock  clock.Clock
	// Logins tell how members of staff are called on pages; nil shows accounts.
	Logins func(ctx context.Context, account string) string
	// Titles are the services of an agency in a language, for lists; nil for none.
	Titles func(agency, lang string) []Titled
	// Changed is told of an account whose roles change, so that its sessions
	// learn of it at once; nil for nobody.
	Changed func(tx *db.Tx, account string)
}

// Room is the door of the room.
type Room struct {
	agencies []Agency
	store    store
	audit    *audit.Log
	changed  func(tx *db.Tx, account string)
	keyset   *secret.Keyset
	clock    clock.Clock
	logins   func(ctx context.Context, account string) string
	services func(agency, lang string) []Titled
	cache    rulesCache
}

// New reads the agencies; an error names the fault in their file.
func New(d Deps) (*Room, error) {
	agencies, err := Load(d.Services)
	if err != nil {
		return nil, err
	}
	if d.Changed == nil {
		d.Changed = func(*db.Tx, string) {}
	}
	if d.Clock == nil {
		d.Clock = clock.System()
	}
	if d.Logins == nil {
		d.Logins = func(_ context.Context, account string) string { return account }
	}
	return &Room{
		agencies: agencies, store: store{d.DB}, audit: d.Audit, changed: d.Changed, keyset: d.Keyset, clock: d.Clock, logins: d.Logins,
		services: d.Titles,
	}, nil
}

// Migrations are the room's tables.
func Migrations() db.Migrations {
	sub, _ := fs.Sub(migrations, "migrations") // fails on an invalid name only
	return db.Migrations{Room: "agency", FS: sub}
}

// Locale holds the room's texts.
func Locale() fs.FS {
	sub, _ := fs.Sub(locale, "locale") // fails on an invalid name only
	return sub
}

// Mount adds the API's list of agencies, which is public, and the pages of heads.
func (r *Room) Mount(rt *web.Router) {
	mountAPI(r, rt)
	mountPages(r, rt)
}

// Export is what the room knows of an account: its roles.
func (r *Room) Export(ctx context.Context, owner string) (map[string]any, error) {
	members, err := r.store.roles(ctx, owner)
	if err != nil || len(members) == 0 {
		return nil, err
	}
	roles := make([]map[string]string, len(members))
	for i, m := range members {
		roles[i] = map[string]string{"role": string(m.Role), "agency": m.Agency, "office": m.Office}
	}
	return map[string]any{"roles": roles}, nil
}

// Erase ends all roles of an account that is deleted.
func (r *Room) Erase(ctx context.Context, tx *db.Tx, owner string) error {
	return r.store.erase(ctx, tx, owner)
}

// entry is a line of the journal about a member.
func entry(actor identity.Actor, act string, m Member) audit.Entry {
	e := actor.Entry(act, m.Account, "account:"+m.Account)
	e.Details = map[string]string{"role": string(m.Role), "agency": m.Agency, "office": m.Office}
	return e
}

// Codes lists the codes of all agencies, sorted: for checking services.
func (r *Room) Codes() []string {
	codes := make([]string, len(r.agencies))
	for i, a := range r.agencies {
		codes[i] = a.Code
	}
	slices.Sort(codes)
	return codes
}
