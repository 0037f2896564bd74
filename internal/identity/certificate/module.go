package certificate

import (
	"context"
	"embed"
	"io/fs"
	"log/slog"
	"net/netip"
	"strings"
	"time"

	"okno/internal/identity"
	"okno/internal/kit/audit"
	"okno/internal/kit/clock"
	"okno/internal/kit/db"
	"okno/internal/kit/i18n"
	"okno/internal/kit/job"
	"okno/internal/kit/secret"
)

// Config are the settings; without an Authority the portal takes no certificates.
type Config struct {
	Authority *Authority
	// URL is the address that asks for certificates, without a slash at its end.
	URL string
	// BaseURL is the portal's own.
	BaseURL string
	// Header is where a proxy tells the client's certificate, "" for none; it is
	// believed only from Proxies.
	Header  string
	Proxies []netip.Prefix
}

// Deps are what the package stands on. Queue may be nil in tests.
type Deps struct {
	DB       *db.DB
	Sealer   *secret.Sealer
	Queue    *job.Queue
	Audit    *audit.Log
	Clock    clock.Clock
	Log      *slog.Logger
	Texts    *i18n.Bundle
	Notify   identity.Sender
	Identity *identity.Identity
	Config   Config
	// Last refuses to take the last way to sign in away, of the kind; nil for no check.
	Last func(ctx context.Context, kind string) error
}

// Room is the package's door.
type Room struct {
	Deps
	store store
}

// New opens it and registers its jobs.
func New(d Deps) *Room {
	d.Config.URL, d.Config.BaseURL = strings.TrimSuffix(d.Config.URL, "/"), strings.TrimSuffix(d.Config.BaseURL, "/")
	r := &Room{Deps: d, store: store{d.DB}}
	if d.Queue != nil {
		job.Handle(d.Queue, func(ctx context.Context, _ sweep) error { return r.Sweep(ctx) })
		d.Queue.Every(time.Hour, sweep{})
	}
	return r
}

// On reports whether the portal takes certificates.
func (r *Room) On() bool { return r.Config.Authority != nil }

// sweep is the job that deletes visits that are over.
type sweep struct{}

// Kind is the name of the job.
func (sweep) Kind() string { return "identity.certificate_sweep" }

// Sweep deletes visits that are over.
func (r *Room) Sweep(ctx context.Context) error {
	return r.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error { return in(tx).SweepVisits(ctx, tx.Now()) })
}

//go:embed migrations/*.sql
var migrations embed.FS

// Migrations are the tables of certificates.
func Migrations() db.Migrations {
	sub, _ := fs.Sub(migrations, "migrations") // the folder is embedded
	return db.Migrations{Room: "identity_certificate", FS: sub}
}

//go:embed locale/*.yaml
var localeFiles embed.FS

// Locale holds the texts.
func Locale() fs.FS {
	sub, _ := fs.Sub(localeFiles, "locale") // the folder is embedded
	return sub
}
