package desk

import (
	"context"
	"embed"
	"io/fs"
	"time"

	"okno/internal/agency"
	"okno/internal/applications/cases"
	"okno/internal/forms"
	"okno/internal/identity"
	"okno/internal/kit/audit"
	"okno/internal/kit/clock"
	"okno/internal/kit/db"
	"okno/internal/kit/i18n"
	"okno/internal/kit/job"
	"okno/internal/kit/pdf"
	"okno/internal/kit/web"
	"okno/internal/notify"
	"okno/internal/support"
)

//go:embed locale/*.yaml
var locale embed.FS

// Cases are the agencies' queues.
type Cases interface {
	Queue(ctx context.Context, f cases.QueueFilter) (cases.Page[cases.QueueRow], error)
	QueueCount(ctx context.Context, f cases.QueueFilter) (int, error)
	QueueCounts(ctx context.Context, agencyCode string) (cases.Counts, error)
	ToConfirm(ctx context.Context, agencyCode string) ([]cases.QueueRow, error)
	Search(ctx context.Context, agencyCode, typed string) ([]cases.QueueRow, error)
	Officers(ctx context.Context, agencyCode string) ([]string, error)
	Take(ctx context.Context, d cases.Deal) error
	Assign(ctx context.Context, d cases.Deal, to string) error
	Report(ctx context.Context, f cases.ReportFilter) ([]cases.Tally, error)
	Incidents(ctx context.Context) (open, over []cases.Incident, err error)
	Workloads(ctx context.Context, agencyCode string, since time.Time) ([]cases.Workload, error)
}

// Agencies tell agencies and who works there.
type Agencies interface {
	Agencies() []agency.Agency
	Title(code, lang string) string
	Members(ctx context.Context, agency string) ([]agency.Member, error)
}

// Accounts tell the login names of staff.
type Accounts interface {
	Account(ctx context.Context, id string) (identity.Account, error)
}

// Catalog tells which services run and which files were refused.
type Catalog interface {
	Services() []*forms.Service
	Refused() []forms.Fault
}

// Jobs are the work that waits.
type Jobs interface {
	Depth(ctx context.Context) (map[string]int64, error)
	Dead(ctx context.Context, limit int) ([]job.Row, error)
	Retry(ctx context.Context, jobID int64) error
}

// Sender delivers messages.
type Sender interface {
	Seal(ctx context.Context, letters ...notify.Letter) (*notify.Batch, error)
	Send(ctx context.Context, tx *db.Tx, b *notify.Batch) error
}

// Papers writes PDF.
type Papers interface {
	Write(d pdf.Document) ([]byte, error)
}

// Journal is the log of who did and saw what.
type Journal interface {
	Find(ctx context.Context, f audit.Filter) ([]audit.Line, error)
	Look(ctx context.Context, e audit.Entry) error
	Write(ctx context.Context, tx *db.Tx, e audit.Entry) error
}

// Party is somebody outside with whom the portal works: a gateway, a registry,
// the virus scanner. Check asks whether it answers now.
type Party struct {
	Name  string
	Check func(ctx context.Context) error
}

// Deps are what the room stands on.
type Deps struct {
	DB       *db.DB
	Clock    clock.Clock
	Cases    Cases
	Agencies Agencies
	Accounts Accounts
	Catalog  Catalog
	Jobs     Jobs
	Journal  Journal
	Parties  []Party
	Notify   Sender
	Notices  Notices
	Courier  Courier
	Papers   Papers
	Texts    *i18n.Bundle
	// Queue sends reports by the clock; nil sends none.
	Queue *job.Queue
	// Limit bounds how often somebody may search; nil does not.
	Limit func(ctx context.Context, scope, key string, n int, per time.Duration) error
	// Zone is that of times on pages of the whole portal; nil is Moscow.
	Zone *time.Location
}

// Room is the door of the room.
type Room struct {
	Deps
	store  store
	people *people
}

// New opens the room.
func New(d Deps) *Room {
	if d.Zone == nil {
		d.Zone = time.FixedZone("MSK", 3*60*60)
	}
	r := &Room{Deps: d, store: store{d.DB}, people: &people{accounts: d.Accounts, clock: d.Clock}}
	if d.Queue != nil {
		job.Handle(d.Queue, func(ctx context.Context, _ mailReports) error { return r.sendDue(ctx) })
		d.Queue.Every(reportsEvery, mailReports{})
	}
	return r
}

//go:embed migrations/*.sql
var migrations embed.FS

// Migrations are the room's tables.
func Migrations() db.Migrations {
	sub, _ := fs.Sub(migrations, "migrations") // the folder is embedded
	return db.Migrations{Room: "desk", FS: sub}
}

// Export is what an account has named for itself.
func (r *Room) Export(ctx context.Context, owner string) (map[string]any, error) {
	all, err := r.store.filters(ctx, owner)
	if err != nil || len(all) == 0 {
		return nil, err
	}
	names := make([]string, len(all))
	for i, f := range all {
		names[i] = f.Title
	}
	return map[string]any{"queue_filters": names}, nil
}

// Erase deletes what an account has named for itself.
func (r *Room) Erase(ctx context.Context, tx *db.Tx, owner string) error {
	return r.store.erase(ctx, tx, owner)
}

// Locale holds the room's texts.
func Locale() fs.FS {
	sub, _ := fs.Sub(locale, "locale") // the folder is embedded
	return sub
}

// Topics are what a member of staff's open pages follow: their own account,
// the queues of their agencies, support's tickets.
func Topics(a identity.Actor) []string {
	topics := []string{a.ID}
	for _, code := range a.AgenciesAs(identity.Officer, identity.Head) {
		topics = append(topics, "agency:"+code)
	}
	if a.Has(identity.SupportOperator, identity.SupportSpecialist, identity.SupportChief) {
		topics = append(topics, support.Topic)
	}
	return topics
}

// Mount adds the room's pages.
func (r *Room) Mount(rt *web.Router) {
	officer := identity.Staff(identity.Officer, identity.Head)
	rt.Handle("GET /desk", identity.Staff(), r.homePage)
	rt.Handle("GET /desk/queue/fragment", officer, r.queueFragment)
	rt.Handle("POST /desk/queue/take", officer, r.take)
	rt.Handle("POST /desk/queue/bulk", officer, r.bulkPage)
	rt.Handle("POST /desk/search", officer, r.searchPage)
	rt.Handle("POST /desk/filters", officer, r.postFilter)
	rt.Handle("POST /desk/filters/{id}/delete", officer, r.postDeleteFilter)
	rt.Handle("GET /desk/keys", identity.Staff(), r.keysPage)
	rt.Handle("POST /desk/keys", identity.Staff(), r.postKeys)
	rt.Handle("GET /desk/keys.js", identity.Staff(), r.keysScript)
	counts := identity.Staff(identity.Head, identity.Administrator)
	rt.Handle("GET /desk/reports", counts, r.reportPage)
	rt.Handle("GET /desk/reports/export", counts, r.exportReport)
	rt.Handle("POST /desk/reports/schedules", counts, r.postSchedule)
	rt.Handle("POST /desk/reports/schedules/{id}/delete", counts, r.postUnschedule)
	rt.Handle("GET /desk/chain", counts, r.chainPage)
	rt.Handle("POST /desk/chain/resend", counts, r.postResend)
	rt.Handle("GET /desk/notices", identity.Staff(), r.noticesPage)
	rt.Handle("POST /desk/notices/read", identity.Staff(), r.postRead)
	rt.Handle("GET /desk/head", identity.Staff(identity.Head), r.headPage)
	administrator := identity.Staff(identity.Administrator)
	rt.Handle("GET /desk/system", administrator, r.systemPage)
	rt.Handle("POST /desk/system/jobs/{id}/retry", administrator, r.retryJob)
	auditor := identity.Staff(identity.Auditor)
	rt.Handle("GET /desk/journal", auditor, r.journalPage)
	rt.Handle("GET /desk/journal/export", auditor, r.exportJournal)
}
