package cases

import (
	"context"
	"embed"
	"io/fs"
	"log/slog"
	"strings"
	"sync"
	"time"

	"okno/internal/agency"
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
	Service(id string) (*forms.Service, bool)
	Version(ctx context.Context, id string, version int) (*forms.Service, error)
}

// Accounts tell the contacts and the language of a person.
type Accounts interface {
	Account(ctx context.Context, id string) (identity.Account, error)
}

// Names tell the initials of people, and by what they are known.
type Names interface {
	Facts(ctx context.Context, owner string) (forms.Facts, error)
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
	Send(ctx context.Context, tx *db.Tx, b *notify.Batch) error
	Deliver(ctx context.Context, name string, b *notify.Batch, once func(context.Context, *db.Tx) (bool, error)) error
}

// Deps are what cases stand on.
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
	// News tells which of the owner's cases have changes that were not looked at;
	// nil: it is not told.
	News  News
	Vault *vault.Vault
	// Facts tell what is known of a person, for the agency to which a case is
	// forwarded; nil: only what the case itself has noted.
	Facts func(ctx context.Context, owner string) (forms.Facts, error)
	// Rules are the agencies' ways of work; nil for none.
	Rules Rules
	// AnswerDays is the term for an answer to the agency, in working days, where
	// the service has none; 10 when 0.
	AnswerDays int
	// MessageDays is how many days after a decision citizen and officer may still
	// write to each other; 30 when 0.
	MessageDays int
	// Waits are how long the hops to an agency may take.
	Waits Waits
	// BaseURL is the portal's address without a slash at its end, printed on
	// documents.
	BaseURL string
}

// Cases are the submitted applications.
type Cases struct {
	Deps
	store store
	texts sync.Map // service@version → its JSON
	// visited is until where the watchdog has looked at late cases again.
	visited places
}

// New makes them and registers jobs and listeners.
func New(d Deps) (*Cases, error) {
	d.BaseURL, d.Waits = strings.TrimRight(d.BaseURL, "/"), d.Waits.withDefaults()
	c := &Cases{Deps: d, store: store{d.DB}}
	c.registerJobs()
	return c, nil
}

//go:embed migrations/*.sql
var migrations embed.FS

// Migrations are the tables.
func Migrations() db.Migrations {
	sub, _ := fs.Sub(migrations, "migrations") // the folder is embedded
	return db.Migrations{Room: "applications", FS: sub}
}

//go:embed locale/*.yaml
var localeFiles embed.FS

// Locale holds the texts.
func Locale() fs.FS {
	sub, _ := fs.Sub(localeFiles, "locale") // the folder is embedded
	return sub
}

// zone is where the agency counts its days.
func (c *Cases) zone(agencyCode, office string) *time.Location {
	a, _ := c.Offices.ByCode(agencyCode)
	if o, ok := a.Office(office); ok && o.Zone != "" {
		return o.Location()
	}
	return a.Location()
}
