package applications

import (
	"context"
	"errors"
	"io/fs"
	"log/slog"
	"maps"
	"time"

	"okno/internal/agency"
	"okno/internal/applications/cases"
	"okno/internal/applications/complaint"
	"okno/internal/applications/draft"
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
	"okno/internal/kit/web"
	"okno/internal/notify"
	"okno/internal/reference"
	"okno/internal/vault"
)

// Services are the catalogue's services, current and earlier.
type Services interface {
	Service(id string) (*forms.Service, bool)
	Version(ctx context.Context, id string, version int) (*forms.Service, error)
}

// People tell what is known of a person.
type People interface {
	Facts(ctx context.Context, owner string) (forms.Facts, error)
	Initials(ctx context.Context, owners ...string) (map[string]string, error)
}

// Accounts tell contacts and language.
type Accounts interface {
	Account(ctx context.Context, id string) (identity.Account, error)
}

// Offices tell agencies and their staff.
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

// Config is what an operator sets.
type Config struct {
	// Scanner is the address of clamd: host:port or a socket's path; "" for none.
	Scanner string
	// ScanTimeout is how long one scan may take; a minute when 0.
	ScanTimeout time.Duration
	// BaseURL is the portal's address, printed on documents.
	BaseURL string
	// AnswerDays is the term for an answer to an agency, in working days, where the
	// service has none; MessageDays is how long after a decision one may still
	// write about it. 10 and 30 when 0.
	AnswerDays, MessageDays int
	// Waits are how long a case may be on its way to an agency.
	Waits cases.Waits
}

// Deps are what the room stands on.
type Deps struct {
	DB        *db.DB
	Sealer    *secret.Sealer
	Queue     *job.Queue
	Bus       *event.Bus
	Audit     *audit.Log
	Live      *live.Hub
	Clock     clock.Clock
	Log       *slog.Logger
	Texts     *i18n.Bundle
	Files     *blob.Sealed
	PDF       *pdf.Writer
	Reference *reference.Reference
	Services  Services
	People    People
	Accounts  Accounts
	Offices   Offices
	Notify    Sender
	Vault     *vault.Vault
	// Children tell whose parent a person is; nil: nobody's.
	Children draft.Children
	// News are notices that were not read; nil: nothing is marked as new.
	News cases.News
	// Dictionaries are the lists that fields choose from; nil for none.
	Dictionaries func() forms.Shelf
	// Registries are asked about answers; nil: nothing is asked.
	Registries Registries
	// Factors and Confirm are asked where a service, or the person, wants more proof.
	Factors draft.Factors
	Confirm draft.Confirmer
	Config  Config
}

// Types of cases that rooms above use.
type (
	// ListFilter narrows a citizen's list.
	ListFilter = cases.ListFilter
	// Row is a line of a citizen's list.
	Row = cases.Row
	// QueueFilter narrows an agency's queue.
	QueueFilter = cases.QueueFilter
	// QueueRow is a line of an agency's queue.
	QueueRow = cases.QueueRow
	// Counts say how much there is to do.
	Counts = cases.Counts
	// Registries are asked about answers of forms.
	Registries = draft.Registries
	// Status is where an application stands.
	Status = cases.Status
)

// Room is the room of applications.
type Room struct {
	cases      *cases.Cases
	complaints *complaint.Complaints
	drafts     *draft.Room
	ways       beginnings
	scanner    upload.Scanner
	intake     *upload.Intake
}

// New makes drafts and cases with their jobs and listeners.
func New(d Deps) (*Room, error) {
	scanner, err := upload.NewScanner(d.Config.Scanner, d.Config.ScanTimeout)
	if err != nil {
		return nil, err
	}
	intake := upload.NewIntake(scanner, d.Files, d.Log)
	rules, _ := d.Offices.(cases.Rules) // tests have offices without rules
	c, err := cases.New(cases.Deps{
		DB: d.DB, Sealer: d.Sealer, Jobs: d.Queue, Bus: d.Bus, Audit: d.Audit, Live: d.Live, Clock: d.Clock, Log: d.Log,
		Texts: d.Texts, Files: d.Files, PDF: d.PDF, Intake: intake, Calendar: d.Reference.Calendar(), Services: cases.WithParts(d.Services),
		Accounts: d.Accounts, Names: d.People, Offices: d.Offices, Notify: d.Notify, Vault: d.Vault, BaseURL: d.Config.BaseURL,
		AnswerDays: d.Config.AnswerDays, MessageDays: d.Config.MessageDays, Waits: d.Config.Waits,
		Rules: rules, Facts: d.People.Facts, News: d.News,
	})
	if err != nil {
		return nil, err
	}
	drafts, err := draft.New(draft.Deps{
		DB: d.DB, Sealer: d.Sealer, Queue: d.Queue, Audit: d.Audit, Clock: d.Clock, Log: d.Log, Intake: intake,
		Profiles: d.People, Services: d.Services, Cases: c, Agency: agencyOf(d.Offices), Texts: d.Texts,
		Dictionaries: d.Dictionaries, Registries: d.Registries, Papers: papers{d.Vault, d.Clock}, Earlier: c, Copies: c, Changes: c,
		Notify: d.Notify, Accounts: d.Accounts, Factors: d.Factors, Confirm: d.Confirm, Children: d.Children,
	})
	if err != nil {
		return nil, err
	}
	complaints, err := complaint.New(complaint.Deps{
		DB: d.DB, Sealer: d.Sealer, Jobs: d.Queue, Bus: d.Bus, Audit: d.Audit, Live: d.Live, Clock: d.Clock, Log: d.Log, Texts: d.Texts,
		Files: d.Files, PDF: d.PDF, Intake: intake, Calendar: d.Reference.Calendar(), Services: d.Services, Accounts: d.Accounts,
		Names: d.People, Offices: d.Offices, Notify: d.Notify, Vault: d.Vault, Cases: c, BaseURL: d.Config.BaseURL,
	})
	if err != nil {
		return nil, err
	}
	return &Room{cases: c, complaints: complaints, drafts: drafts, ways: beginningsOf(d, c, drafts), scanner: scanner, intake: intake}, nil
}

func agencyOf(offices Offices) func(code string) draft.Agency {
	return func(code string) draft.Agency {
		a, ok := offices.ByCode(code)
		if !ok {
			return draft.Agency{}
		}
		return draft.Agency{Title: forms.Text{RU: a.Title.RU, EN: a.Title.EN}, Zone: a.Location()}
	}
}

// Intake checks and stores files that people send, for rooms above as well.
func (r *Room) Intake() *upload.Intake { return r.intake }

// Cases are the submitted applications.
func (r *Room) Cases() *cases.Cases { return r.cases }

// Complaints are what people complain of.
func (r *Room) Complaints() *complaint.Complaints { return r.complaints }

// Drafts are what is being filled in.
func (r *Room) Drafts() *draft.Room { return r.drafts }

// CheckScanner reports whether the scanner answers; nil without one.
func (r *Room) CheckScanner(ctx context.Context) error {
	if s, ok := r.scanner.(*upload.Clamd); ok {
		return s.Ping(ctx)
	}
	return nil
}

// Mount adds the pages and the operations of the API.
func (r *Room) Mount(rt *web.Router) {
	r.drafts.Mount(rt)
	r.ways.mount(rt)
	r.cases.Mount(rt)
	r.complaints.Mount(rt)
}

// Migrations are the tables, one timeline for each noun.
func Migrations() []db.Migrations {
	return append([]db.Migrations{cases.Migrations(), draft.Migrations(), complaint.Migrations()}, beginningMigrations()...)
}

// Locales are the folders of texts.
func Locales() []fs.FS {
	return append([]fs.FS{cases.Locale(), draft.Locale(), complaint.Locale()}, beginningLocales()...)
}

// Export is all that the room knows of the owner.
func (r *Room) Export(ctx context.Context, owner string) (map[string]any, error) {
	all := map[string]any{}
	for _, export := range []func(context.Context, string) (map[string]any, error){r.cases.Export, r.drafts.Export, r.ways.export, r.complaints.Export} {
		part, err := export(ctx, owner)
		if err != nil {
			return nil, err
		}
		maps.Copy(all, part)
	}
	return all, nil
}

// Erase deletes the drafts; cases and complaints are kept for their legal term.
func (r *Room) Erase(ctx context.Context, tx *db.Tx, owner string) error {
	return errors.Join(r.drafts.Erase(ctx, tx, owner), r.ways.erase(ctx, tx, owner), r.cases.Erase(ctx, tx, owner), r.complaints.Erase(ctx, tx, owner))
}

// Retain says that cases and complaints are kept.
func (r *Room) Retain(ctx context.Context, owner string) ([]identity.Kept, error) {
	kept, err := r.cases.Retain(ctx, owner)
	more, cerr := r.complaints.Retain(ctx, owner)
	return append(kept, more...), errors.Join(err, cerr)
}
