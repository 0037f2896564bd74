package vault

import (
	"context"
	"embed"
	"io/fs"
	"log/slog"
	"time"

	"okno/internal/agency"
	"okno/internal/kit/audit"
	"okno/internal/kit/blob"
	"okno/internal/kit/clock"
	"okno/internal/kit/db"
	"okno/internal/kit/event"
	"okno/internal/kit/job"
	"okno/internal/kit/secret"
)

// Agencies tell the names of those who issue.
type Agencies interface {
	ByCode(code string) (agency.Agency, bool)
}

// Limiter counts attempts; identity is one.
type Limiter interface {
	Limit(ctx context.Context, scope, key string, n int, per time.Duration) error
}

// Deps are what the room stands on.
type Deps struct {
	DB       *db.DB
	Sealer   *secret.Sealer
	Queue    *job.Queue
	Bus      *event.Bus
	Audit    *audit.Log
	Files    *blob.Sealed
	Clock    clock.Clock
	Log      *slog.Logger
	Agencies Agencies
	Limiter  Limiter
}

// Vault is the room.
type Vault struct {
	Deps
	store store
}

// New opens the room and registers its job.
func New(d Deps) (*Vault, error) {
	v := &Vault{Deps: d, store: store{d.DB}}
	v.registerJobs()
	return v, nil
}

//go:embed migrations/*.sql
var migrations embed.FS

// Migrations are the room's tables.
func Migrations() db.Migrations {
	sub, _ := fs.Sub(migrations, "migrations") // the folder is embedded
	return db.Migrations{Room: "vault", FS: sub}
}

//go:embed locale/*.yaml
var localeFiles embed.FS

// Locale holds the texts.
func Locale() fs.FS {
	sub, _ := fs.Sub(localeFiles, "locale") // the folder is embedded
	return sub
}
