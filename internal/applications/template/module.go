package template

import (
	"context"
	"embed"
	"io/fs"

	"okno/internal/applications/draft"
	"okno/internal/forms"
	"okno/internal/kit/audit"
	"okno/internal/kit/db"
	"okno/internal/kit/secret"
)

// Services is the catalogue.
type Services interface {
	Service(id string) (*forms.Service, bool)
	Version(ctx context.Context, id string, version int) (*forms.Service, error)
}

// Drafts gives answers and begins drafts; all of it for the actor.
type Drafts interface {
	Typed(ctx context.Context, draftID string) (draft.Seed, error)
	Sent(ctx context.Context, number string) (draft.Seed, error)
	Sow(ctx context.Context, s draft.Seed, once string) (draftID string, err error)
}

// Deps are what templates stand on.
type Deps struct {
	DB       *db.DB
	Sealer   *secret.Sealer
	Audit    *audit.Log
	Services Services
	Drafts   Drafts
}

// Room are the templates.
type Room struct {
	Deps
	store store
}

// New makes them.
func New(d Deps) *Room { return &Room{Deps: d, store: store{d.DB}} }

//go:embed migrations/*.sql
var migrations embed.FS

// Migrations are the tables.
func Migrations() db.Migrations {
	sub, _ := fs.Sub(migrations, "migrations") // the folder is embedded
	return db.Migrations{Room: "applications_template", FS: sub}
}

//go:embed locale/*.yaml
var localeFiles embed.FS

// Locale holds the texts.
func Locale() fs.FS {
	sub, _ := fs.Sub(localeFiles, "locale") // the folder is embedded
	return sub
}
