package webhook

import (
	"context"
	"embed"
	"io/fs"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"okno/internal/applications/cases"
	"okno/internal/identity"
	"okno/internal/kit/audit"
	"okno/internal/kit/clock"
	"okno/internal/kit/db"
	"okno/internal/kit/event"
	"okno/internal/kit/i18n"
	"okno/internal/kit/job"
	"okno/internal/kit/secret"
	"okno/internal/kit/web"
	"okno/internal/notify"
)

// Agencies tell which agencies there are.
type Agencies interface {
	Codes() []string
	Title(code, lang string) string
}

// Accounts tell where a member of staff is reached.
type Accounts interface {
	Account(ctx context.Context, id string) (identity.Account, error)
}

// Sender delivers messages.
type Sender interface {
	Seal(ctx context.Context, letters ...notify.Letter) (*notify.Batch, error)
	Send(ctx context.Context, tx *db.Tx, b *notify.Batch) error
}

// Chain keeps the way of a case to its agency, each in the caller's transaction.
type Chain interface {
	NoteHandover(ctx context.Context, tx *db.Tx, agency, caseID string, h cases.Handover) error
	NoteSystem(ctx context.Context, tx *db.Tx, agency string, on bool) error
	// Waiting are the announcements of cases that the agency's system should have by now.
	Waiting(ctx context.Context, agency string, limit int) ([]event.Event, error)
}

// Deps are what webhooks stand on.
type Deps struct {
	DB       *db.DB
	Sealer   *secret.Sealer
	Queue    *job.Queue
	Bus      *event.Bus
	Audit    *audit.Log
	Clock    clock.Clock
	Log      *slog.Logger
	Texts    *i18n.Bundle
	Agencies Agencies
	Accounts Accounts
	Notify   Sender
	Chain    Chain
	// AllowPrivate lets messages go to private addresses and by plain HTTP.
	AllowPrivate bool
}

// Room is the door of webhooks.
type Room struct {
	Deps
	store  store
	client *http.Client
	known  known
	// systems are the agencies of which is noted already that they have a system.
	systems sync.Map
}

// New registers jobs and the listener.
func New(d Deps) *Room {
	r := &Room{Deps: d, store: store{d.DB}, client: newClient(d.AllowPrivate)}
	job.Handle(d.Queue, r.deliver)
	job.Handle(d.Queue, r.forget)
	job.Handle(d.Queue, r.hasten)
	d.Queue.Every(forgetEvery, forget{})
	d.Bus.OnSome(cases.Moved, "exchange.webhooks", r.wants, r.moved)
	return r
}

// known remembers for a moment which agencies have an endpoint, so that others
// cost no job. What was not asked lately counts as wanted.
type known struct {
	mu      sync.Mutex
	all     map[string]bool
	until   time.Time
	loading bool
}

const keepKnown = 3 * time.Second

func (k *known) drop() {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.until = time.Time{}
}

// wants asks memory only; what is too old is asked anew behind its back.
func (r *Room) wants(e event.Event) bool {
	if !told(e) {
		return false
	}
	k, now := &r.known, r.Clock.Now()
	k.mu.Lock()
	defer k.mu.Unlock()
	if now.Before(k.until) {
		return k.all[e.Refs["agency"]] || k.all[e.Refs["was"]]
	}
	if !k.loading {
		k.loading = true
		go r.load()
	}
	return true
}

func (r *Room) load() {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	all, err := r.store.active(ctx)
	r.known.mu.Lock()
	defer r.known.mu.Unlock()
	r.known.loading = false
	if err == nil {
		r.known.all, r.known.until = all, r.Clock.Now().Add(keepKnown)
	}
}

//go:embed migrations/*.sql
var migrations embed.FS

// Migrations are the tables.
func Migrations() db.Migrations {
	sub, _ := fs.Sub(migrations, "migrations") // the folder is embedded
	return db.Migrations{Room: "exchange", FS: sub}
}

//go:embed locale/*.yaml
var locale embed.FS

// Locale holds the texts.
func Locale() fs.FS {
	sub, _ := fs.Sub(locale, "locale") // the folder is embedded
	return sub
}

// Mount adds the pages.
func (r *Room) Mount(rt *web.Router) {
	may := identity.Staff(identity.Administrator, identity.Integrator)
	rt.Handle("GET /desk/webhooks", may, r.show)
	rt.Handle("POST /desk/webhooks", may, r.postAdd)
	rt.Handle("GET /desk/webhooks/{id}", may, r.showLog)
	rt.Handle("POST /desk/webhooks/{id}/{deed}", may, r.postDeed)
}
