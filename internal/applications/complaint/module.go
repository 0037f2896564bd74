package complaint

import (
	"context"
	"embed"
	"io/fs"
	"log/slog"
	"strings"
	"time"

	"okno/internal/agency"
	"okno/internal/applications/cases"
	"okno/internal/applications/upload"
	"okno/internal/forms"
	"okno/internal/identity"
	"okno/internal/kit/audit"
	"okno/internal/kit/blob"
	"okno/internal/kit/clock"
	"okno/internal/kit/db"
	"okno/internal/kit/event"
	"okno/internal/kit/i18n"
	"okno/internal/kit/job"
	"okno/internal/kit/live"
	"okno/internal/kit/pdf"
	"okno/internal/kit/secret"
	"okno/internal/notify"
	"okno/internal/reference"
	"okno/internal/vault"
)

// Services are the catalogue.
type Services interface {
	Version(ctx context.Context, id string, version int) (*forms.Service, error)
}

// Accounts tell the contacts and the language of a person.
type Accounts interface {
	Account(ctx context.Context, id string) (identity.Account, error)
}

// Names tell the initials of people.
type Names interface {
	Initials(ctx context.Context, owners ...string) (map[string]string, error)
}

// Offices tell agencies and who works there.
type Offices interface {
	ByCode(code string) (agency.Agency, bool)
	Members(ctx context.Context, agency string) ([]agency.Member, error)
}

// Sender delivers messages.
type Sender interface {
	Seal(ctx context.Context, letters ...notify.Letter) (*notify.Batch, error)
	Deliver(ctx context.Context, name string, b *notify.Batch, once func(context.Context, *db.Tx) (bool, error)) error
}

// Deps are what complaints stand on.
type Deps struct {
	DB       *db.DB
	Sealer   *secret.Sealer
	Jobs     *job.Queue
	Bus      *event.Bus
	Audit    *audit.Log
	Live     *live.Hub
	Clock    clock.Clock
	Log      *slog.Logger
	Texts    *i18n.Bundle
	Files    *blob.Sealed
	PDF      *pdf.Writer
	Intake   *upload.Intake
	Calendar *reference.Calendar
	Services Services
	Accounts Accounts
	Names    Names
	Offices  Offices
	Notify   Sender
	Vault    *vault.Vault
	Cases    *cases.Cases
	// BaseURL is the portal's address, printed on answers.
	BaseURL string
}

// Complaints are the complaints.
type Complaints struct {
	Deps
	store   store
	grounds []Ground
}

// New makes them and registers jobs and listeners.
func New(d Deps) (*Complaints, error) {
	d.BaseURL = strings.TrimRight(d.BaseURL, "/")
	grounds, err := readGrounds(groundsFile)
	if err != nil {
		return nil, err
	}
	r := &Complaints{Deps: d, store: store{d.DB}, grounds: grounds}
	r.registerJobs()
	return r, nil
}

//go:embed migrations/*.sql
var migrations embed.FS

// Migrations are the tables.
func Migrations() db.Migrations {
	sub, _ := fs.Sub(migrations, "migrations") // the folder is embedded
	return db.Migrations{Room: "applications_complaint", FS: sub}
}

//go:embed locale/*.yaml
var localeFiles embed.FS

// Locale holds the texts.
func Locale() fs.FS {
	sub, _ := fs.Sub(localeFiles, "locale") // the folder is embedded
	return sub
}

// zone is where the body counts its days.
func (r *Complaints) zone(body string) *time.Location {
	a, _ := r.Offices.ByCode(body)
	return a.Location()
}

// left is what is left of the term of an open complaint.
func (r *Complaints) left(c Complaint) Left {
	if !c.Status.Open() || c.Due.At.IsZero() {
		return Left{}
	}
	now, zone := r.Clock.Now(), r.zone(c.Body)
	return Left{
		WorkingDays: r.Calendar.WorkingDaysBetween(now.In(zone), c.Due.At.Time().In(zone)), Overdue: now.After(c.Due.At.Time()),
	}
}
