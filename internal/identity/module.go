package identity

import (
	"context"
	"embed"
	"fmt"
	"io/fs"
	"log/slog"
	"sync/atomic"

	"okno/internal/identity/place"
	"okno/internal/identity/risk"
	"okno/internal/kit/audit"
	"okno/internal/kit/clock"
	"okno/internal/kit/db"
	"okno/internal/kit/event"
	"okno/internal/kit/i18n"
	"okno/internal/kit/job"
	"okno/internal/kit/live"
	"okno/internal/kit/pdf"
	"okno/internal/kit/secret"
	"okno/internal/notify"
)

// Sender is what identity needs of notify.
type Sender interface {
	Seal(ctx context.Context, letters ...notify.Letter) (*notify.Batch, error)
	Send(ctx context.Context, tx *db.Tx, b *notify.Batch) error
}

// Places tells where an address of the network is; package place has one.
type Places interface{ Find(ip string) place.Place }

// RoleSource tells the roles of an account; the agency's room is one.
type RoleSource interface {
	RolesOf(ctx context.Context, accountID string) ([]Role, error)
}

// Deps are what identity stands on. Queue, Bus and Live may be nil in tests.
type Deps struct {
	DB     *db.DB
	Sealer *secret.Sealer
	Queue  *job.Queue
	Bus    *event.Bus
	Audit  *audit.Log
	Live   *live.Hub
	Clock  clock.Clock
	Log    *slog.Logger
	Texts  *i18n.Bundle
	Notify Sender
	// PDF prints the history; nil where nothing is printed.
	PDF *pdf.Writer
	// Places tells where addresses are; nil for a portal that does not know.
	Places Places
	// Roles may be given later, by SetRoles, as the agency's room stands above.
	Roles  RoleSource
	Config Config
}

// Identity is the room.
type Identity struct {
	Deps
	store    store
	hashes   *hasher
	crowd    crowd
	waits    waits
	words    *wordlist
	leaked   *breached
	sessions *sessions
	factors  SecondFactors
	snils    SNILSSource
	rules    risk.Rules
	roles    atomic.Pointer[RoleSource]
}

// New makes the room, with its jobs and listeners.
func New(d Deps) (*Identity, error) {
	d.Config = d.Config.filled()
	if p := d.Config.Policy; p != PolicySource && p != PolicyNIST {
		return nil, fmt.Errorf("identity: policy %q is neither %s nor %s", p, PolicySource, PolicyNIST)
	}
	if f := d.Config.Factors; f != FactorsAll && f != FactorsHigh {
		return nil, fmt.Errorf("identity: factors %q are neither %s nor %s", f, FactorsAll, FactorsHigh)
	}
	hashes, err := newHasher(d.Config.Hash)
	if err != nil {
		return nil, err
	}
	leaked, err := openBreached(d.Config.Breached)
	if err != nil {
		return nil, err
	}
	i := &Identity{Deps: d, store: store{d.DB}, hashes: hashes, waits: newWaits(), words: newWordlist(), leaked: leaked}
	if i.rules, err = d.Config.rules(); err != nil {
		return nil, err
	}
	i.sessions = newSessions(i.store, d.Clock, d.Config)
	if d.Roles != nil {
		i.SetRoles(d.Roles)
	}
	i.registerJobs()
	return i, nil
}

// SetRoles gives the source of roles. Call it before requests come.
func (i *Identity) SetRoles(r RoleSource) { i.roles.Store(&r) }

//go:embed migrations/*.sql
var migrations embed.FS

// Migrations are the tables of accounts, sessions, codes.
func Migrations() db.Migrations {
	sub, _ := fs.Sub(migrations, "migrations") // the folder is embedded
	return db.Migrations{Room: "identity", FS: sub}
}

//go:embed locale/*.yaml
var localeFiles embed.FS

// Locale holds the texts.
func Locale() fs.FS {
	sub, _ := fs.Sub(localeFiles, "locale") // the folder is embedded
	return sub
}
