package support

import (
	"context"
	"embed"
	"io/fs"
	"log/slog"
	"time"

	"okno/internal/applications/upload"
	"okno/internal/kit/audit"
	"okno/internal/kit/clock"
	"okno/internal/kit/db"
	"okno/internal/kit/event"
	"okno/internal/kit/i18n"
	"okno/internal/kit/job"
	"okno/internal/kit/live"
	"okno/internal/kit/secret"
	"okno/internal/kit/web"
	"okno/internal/notify"
)

//go:embed migrations/*.sql
var migrations embed.FS

//go:embed locale/*.yaml
var locale embed.FS

// Operator is who runs the portal and answers for it, from the configuration.
// What is empty is not shown.
type Operator struct {
	NameRU, NameEN, Address, Phone, Email string
}

// name is the operator's name in the language.
func (o Operator) name(lang string) string {
	if lang == i18n.EN {
		return o.NameEN
	}
	return o.NameRU
}

// Deps are what the room stands on.
type Deps struct {
	DB     *db.DB
	Sealer *secret.Sealer
	Queue  *job.Queue
	Bus    *event.Bus // nil in tests that announce nothing
	Audit  *audit.Log
	Live   *live.Hub
	Clock  clock.Clock
	Log    *slog.Logger
	Texts  *i18n.Bundle
	Notify *notify.Notify
	// Limit is identity's Limit: it refuses the n+1st call within per.
	Limit    func(ctx context.Context, scope, key string, n int, per time.Duration) error
	Operator Operator
	// Accounts, People and Intake are of recovery by a document; nil in a portal
	// or a test without it.
	Accounts Accounts
	People   People
	Intake   *upload.Intake
	// Restrictions are what owners of accounts object to; nil in a test without them.
	Restrictions Restrictions
	// Zone is that of times which support's staff sees; nil is Moscow.
	Zone *time.Location
}

// Room is the door of the room.
type Room struct {
	Deps
	store    store
	sorter   sorter
	articles map[string]library
}

// New opens the room and registers its jobs.
func New(d Deps) (*Room, error) {
	s, err := newSorter()
	if err != nil {
		return nil, err
	}
	articles, err := loadArticles()
	if err != nil {
		return nil, err
	}
	if d.Zone == nil {
		d.Zone = time.FixedZone("MSK", 3*60*60)
	}
	r := &Room{Deps: d, store: store{d.DB}, sorter: s, articles: articles}
	r.registerJobs()
	r.listen()
	return r, nil
}

// Migrations are the room's tables.
func Migrations() db.Migrations {
	sub, _ := fs.Sub(migrations, "migrations") // the folder is embedded
	return db.Migrations{Room: "support", FS: sub}
}

// Locale holds the room's texts.
func Locale() fs.FS {
	sub, _ := fs.Sub(locale, "locale") // the folder is embedded
	return sub
}

// Mount adds the room's pages and operations of the API.
func (r *Room) Mount(rt *web.Router) {
	r.mountPages(rt)
	if r.Intake != nil {
		r.mountRecovery(rt)
	}
	r.mountAPI(rt)
}

// Export gives the messages that a person sent while signed in.
func (r *Room) Export(ctx context.Context, owner string) (map[string]any, error) {
	rows, err := r.store.byAuthor(ctx, owner)
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	all := make([]map[string]any, 0, len(rows))
	for _, row := range rows {
		t, err := r.open(ctx, row)
		if err != nil {
			return nil, err
		}
		all = append(all, map[string]any{
			"number": t.Number, "kind": t.Kind, "state": t.State, "sent_at": t.CreatedAt.Time(),
			"text": t.Text, "email": t.Email, "replies": t.Replies,
		})
	}
	return map[string]any{"tickets": all}, nil
}

// Erase deletes the tickets of a person; a job destroys their keys.
func (r *Room) Erase(ctx context.Context, tx *db.Tx, owner string) error {
	ids, err := r.store.deleteByAuthor(ctx, tx, owner)
	if err != nil || len(ids) == 0 {
		return err
	}
	for _, id := range ids {
		if err := r.Notify.Erase(ctx, tx, id); err != nil {
			return err
		}
	}
	return r.Queue.Enqueue(ctx, tx, forgetKeys{Tickets: ids})
}
