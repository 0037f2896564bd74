package bulk

import (
	"context"
	"embed"
	"io/fs"
	"log/slog"

	"okno/internal/applications/cases"
	"okno/internal/forms"
	"okno/internal/identity"
	"okno/internal/kit/audit"
	"okno/internal/kit/clock"
	"okno/internal/kit/db"
	"okno/internal/kit/i18n"
	"okno/internal/kit/job"
	"okno/internal/kit/live"
	"okno/internal/kit/secret"
	"okno/internal/notify"
)

// Services is the catalogue.
type Services interface {
	Service(id string) (*forms.Service, bool)
}

// Drafts checks and prepares whole applications of the actor.
type Drafts interface {
	Basis(ctx context.Context, serviceID string) (*forms.Service, forms.Facts, error)
	Compose(ctx context.Context, caseID string, f forms.Facts, result *forms.Result, source string) (*cases.Prepared, error)
}

// Cases takes what is sent.
type Cases interface {
	Create(ctx context.Context, tx *db.Tx, p *cases.Prepared) (number string, err error)
}

// Sender delivers notices.
type Sender interface {
	Seal(ctx context.Context, letters ...notify.Letter) (*notify.Batch, error)
	Send(ctx context.Context, tx *db.Tx, b *notify.Batch) error
}

// Accounts tell the language of a person.
type Accounts interface {
	Account(ctx context.Context, id string) (identity.Account, error)
}

// Deps are what batches stand on.
type Deps struct {
	DB       *db.DB
	Sealer   *secret.Sealer
	Queue    *job.Queue
	Audit    *audit.Log
	Live     *live.Hub
	Clock    clock.Clock
	Log      *slog.Logger
	Texts    *i18n.Bundle
	Services Services
	// All are the services of the catalogue, from which one is chosen.
	All      func() []*forms.Service
	Drafts   Drafts
	Cases    Cases
	Notify   Sender
	Accounts Accounts
}

// Room are the batches.
type Room struct {
	Deps
	store store
}

// New makes them with their jobs.
func New(d Deps) *Room {
	r := &Room{Deps: d, store: store{d.DB}}
	r.jobs()
	return r
}

//go:embed migrations/*.sql
var migrations embed.FS

// Migrations are the tables.
func Migrations() db.Migrations {
	sub, _ := fs.Sub(migrations, "migrations") // the folder is embedded
	return db.Migrations{Room: "applications_batch", FS: sub}
}

//go:embed locale/*.yaml
var localeFiles embed.FS

// Locale holds the texts.
func Locale() fs.FS {
	sub, _ := fs.Sub(localeFiles, "locale") // the folder is embedded
	return sub
}
