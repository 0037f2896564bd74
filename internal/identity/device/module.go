package device

import (
	"context"
	"embed"
	"io/fs"
	"log/slog"
	"strings"
	"sync/atomic"

	"okno/internal/identity"
	"okno/internal/kit/audit"
	"okno/internal/kit/clock"
	"okno/internal/kit/db"
	"okno/internal/kit/i18n"
	"okno/internal/kit/job"
	"okno/internal/kit/live"
	"okno/internal/kit/secret"
)

// Unlocker asks a phone to be unlocked by its owner: a passkey of the account
// with user verification (WebAuthn).
type Unlocker interface {
	// Ways are the factors of an account.
	Ways(ctx context.Context, a identity.Account) ([]identity.Way, error)
	// BeginPasskey makes a challenge with user verification, under a token that the
	// browser keeps; CheckPasskey takes the answer, once, and tells whose it was.
	BeginPasskey(ctx context.Context) (token string, options []byte, err error)
	CheckPasskey(ctx context.Context, token, credential string) (identity.Attempt, error)
}

// Deps are what the package stands on. Queue and Live may be nil in tests.
type Deps struct {
	DB       *db.DB
	Sealer   *secret.Sealer
	Queue    *job.Queue
	Audit    *audit.Log
	Live     *live.Hub
	Clock    clock.Clock
	Log      *slog.Logger
	Texts    *i18n.Bundle
	Notify   identity.Sender
	Identity *identity.Identity
	// Push is nil where no push messages are sent.
	Push subscriber
	// Unlock is nil where no passkeys are known: a fresh factor is asked for.
	Unlock Unlocker
	// Last refuses to take the last way to sign in away, of the kind; nil for no check.
	Last func(ctx context.Context, kind string) error
	// Certificates: the portal takes certificates in the browser, too; the page
	// leads to them.
	Certificates bool
	// Place says in words where an address is, in the language; "" for unknown.
	// nil where there is no file of places.
	Place func(lang, ip string) string
	// Asset gives the address of a script by its name. It may be set later, before
	// requests come.
	Asset func(name string) string
	// BaseURL is the portal's address, without a slash at its end.
	BaseURL string
}

// Room is the package's door.
type Room struct {
	Deps
	store store
	vapid atomic.Pointer[[2]string]
}

// New opens it and registers its jobs.
func New(d Deps) *Room {
	d.BaseURL = strings.TrimSuffix(d.BaseURL, "/")
	r := &Room{Deps: d, store: store{d.DB}}
	r.registerJobs()
	return r
}

//go:embed migrations/*.sql
var migrations embed.FS

// Migrations are the tables of asks and devices.
func Migrations() db.Migrations {
	sub, _ := fs.Sub(migrations, "migrations") // the folder is embedded
	return db.Migrations{Room: "identity_device", FS: sub}
}

//go:embed locale/*.yaml
var localeFiles embed.FS

// Locale holds the texts.
func Locale() fs.FS {
	sub, _ := fs.Sub(localeFiles, "locale") // the folder is embedded
	return sub
}
