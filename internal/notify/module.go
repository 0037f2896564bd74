package notify

import (
	"embed"
	"io/fs"
	"log/slog"

	"okno/internal/kit/clock"
	"okno/internal/kit/db"
	"okno/internal/kit/job"
	"okno/internal/kit/live"
	"okno/internal/kit/secret"
)

//go:embed migrations/*.sql
var migrations embed.FS

// Deps are what the room stands on.
type Deps struct {
	DB     *db.DB
	Sealer *secret.Sealer
	Queue  *job.Queue
	Live   *live.Hub
	Clock  clock.Clock
	Log    *slog.Logger
	// Gateways by channel, tried in order.
	Gateways map[Channel][]Gateway
}

// Notify is the room's door.
type Notify struct {
	db       *db.DB
	sealer   *secret.Sealer
	queue    *job.Queue
	live     *live.Hub
	clock    clock.Clock
	log      *slog.Logger
	gateways map[Channel][]Gateway
}

// New opens the room and registers its jobs.
func New(d Deps) *Notify {
	n := &Notify{db: d.DB, sealer: d.Sealer, queue: d.Queue, live: d.Live, clock: d.Clock, log: d.Log, gateways: d.Gateways}
	job.Handle(d.Queue, n.deliver)
	return n
}

// Gateways are the configured ways out, by channel, for the doctor.
func (n *Notify) Gateways() map[Channel][]Gateway { return n.gateways }

// Migrations are the room's tables.
func Migrations() db.Migrations {
	sub, _ := fs.Sub(migrations, "migrations") // the folder is embedded
	return db.Migrations{Room: "notify", FS: sub}
}
