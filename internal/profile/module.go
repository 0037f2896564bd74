package profile

import (
	"context"
	"embed"
	"io/fs"
	"log/slog"
	"time"

	"okno/internal/identity"
	"okno/internal/kit/audit"
	"okno/internal/kit/clock"
	"okno/internal/kit/db"
	"okno/internal/kit/event"
	"okno/internal/kit/i18n"
	"okno/internal/kit/job"
	"okno/internal/kit/live"
	"okno/internal/kit/mark"
	"okno/internal/kit/secret"
	"okno/internal/kit/web"
	"okno/internal/notify"
)

//go:embed migrations/*.sql
var migrations embed.FS

//go:embed locale/*.yaml
var localeFiles embed.FS

// Deps are what the room stands on.
type Deps struct {
	DB       *db.DB
	Sealer   *secret.Sealer
	Queue    *job.Queue
	Bus      *event.Bus
	Audit    *audit.Log
	Live     *live.Hub
	Clock    clock.Clock
	Log      *slog.Logger
	Texts    *i18n.Bundle
	Notify   *notify.Notify
	Identity *identity.Identity
}

// Profile is the room's door.
type Profile struct {
	Deps
	store  store
	marks  *mark.Marks
	kept   *mark.Kept[remembered]
	texts  *documents
	owners []Owner
}

// Owner is a room that keeps data of citizens. Export gives all of one owner's
// data, JSON-ready; Erase deletes them in the transaction; Retain, which may be
// nil, lists what the law keeps.
type Owner struct {
	Name   string
	Export func(ctx context.Context, owner string) (map[string]any, error)
	Erase  func(ctx context.Context, tx *db.Tx, owner string) error
	Retain func(ctx context.Context, owner string) ([]identity.Kept, error)
}

// New makes the room, with its jobs and listeners.
func New(d Deps) (*Profile, error) {
	texts, err := loadDocuments()
	if err != nil {
		return nil, err
	}
	p := &Profile{
		Deps: d, store: store{d.DB}, texts: texts,
		marks: mark.New(d.DB, "profile_marks"), kept: mark.NewKept[remembered](d.Clock.Now()),
	}
	p.registerJobs()
	d.Queue.Every(time.Hour, purgeRegistrations{})
	d.Bus.On("profile.checked", "profile.tell", p.tell)
	d.Bus.On("profile.level_changed", "profile.check_holdings", p.proven)
	return p, nil
}

// SetOwners names the other rooms that keep data of citizens, in the order in
// which they are exported and erased; profile itself is not among them. Call it
// once, before requests come.
func (p *Profile) SetOwners(owners ...Owner) { p.owners = owners }

// allOwners are the owners with profile itself in front.
func (p *Profile) allOwners() []Owner {
	return append([]Owner{{Name: "profile", Export: p.Export, Erase: p.Erase, Retain: p.Retain}}, p.owners...)
}

// Migrations are the room's tables.
func Migrations() db.Migrations {
	sub, _ := fs.Sub(migrations, "migrations") // the folder is embedded
	return db.Migrations{Room: "profile", FS: sub}
}

// Locale holds the room's texts.
func Locale() fs.FS {
	sub, _ := fs.Sub(localeFiles, "locale") // the folder is embedded
	return sub
}

// Mount adds the pages and the operations of the API.
func (p *Profile) Mount(rt *web.Router) {
	p.mountRegistration(rt)
	p.mountProfile(rt)
	p.mountHoldings(rt)
	p.mountAccount(rt)
	p.mountDesk(rt)
	p.mountAPI(rt)
}
