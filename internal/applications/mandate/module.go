package mandate

import (
	"context"
	"embed"
	"io/fs"
	"log/slog"
	"time"

	"okno/internal/applications/draft"
	"okno/internal/forms"
	"okno/internal/identity"
	"okno/internal/kit/audit"
	"okno/internal/kit/clock"
	"okno/internal/kit/db"
	"okno/internal/kit/event"
	"okno/internal/kit/i18n"
	"okno/internal/kit/job"
	"okno/internal/kit/secret"
	"okno/internal/notify"
)

// Accounts find people and send them codes; identity is one.
type Accounts interface {
	Account(ctx context.Context, id string) (identity.Account, error)
	FindContact(ctx context.Context, typed string) (string, error)
	SendCode(ctx context.Context, c identity.CodeRequest) error
	CheckCode(ctx context.Context, purpose, subject, channel, typed string) error
	Limit(ctx context.Context, scope, key string, n int, per time.Duration) error
	NotMePath(account string) string
}

// People tell the initials of people.
type People interface {
	Initials(ctx context.Context, owners ...string) (map[string]string, error)
}

// Drafts are what the owner fills in.
type Drafts interface {
	Drafts(ctx context.Context, owner string) ([]draft.Row, error)
}

// Sender delivers messages.
type Sender interface {
	Seal(ctx context.Context, letters ...notify.Letter) (*notify.Batch, error)
	Send(ctx context.Context, tx *db.Tx, b *notify.Batch) error
}

// Deps are what mandates stand on.
type Deps struct {
	DB       *db.DB
	Sealer   *secret.Sealer
	Queue    *job.Queue
	Bus      *event.Bus
	Audit    *audit.Log
	Clock    clock.Clock
	Log      *slog.Logger
	Texts    *i18n.Bundle
	Accounts Accounts
	People   People
	Drafts   Drafts
	Notify   Sender
	// Office names an office by its code; nil, or nothing: the code stands for it.
	Office func(code string) forms.Text
	// All are the services of the catalogue.
	All func() []*forms.Service
}

// Room are the mandates.
type Room struct {
	Deps
	store store
}

// New makes them.
func New(d Deps) *Room {
	r := &Room{Deps: d, store: store{d.DB}}
	job.Handle(d.Queue, r.sweep)
	d.Queue.Every(sweepEvery, sweep{})
	job.Handle(d.Queue, r.runOut)
	d.Queue.Every(runOutEvery, runOut{})
	d.Bus.On(identity.EventDenied, "mandate.denied", r.onShut)
	d.Bus.On(identity.EventStopped, "mandate.stopped", r.onShut)
	return r
}

//go:embed migrations/*.sql
var migrations embed.FS

// Migrations are the tables.
func Migrations() db.Migrations {
	sub, _ := fs.Sub(migrations, "migrations") // the folder is embedded
	return db.Migrations{Room: "applications_mandate", FS: sub}
}

//go:embed locale/*.yaml
var localeFiles embed.FS

// Locale holds the texts.
func Locale() fs.FS {
	sub, _ := fs.Sub(localeFiles, "locale") // the folder is embedded
	return sub
}
