package draft

import (
	"context"
	"embed"
	"io/fs"
	"log/slog"
	"time"

	"okno/internal/applications/cases"
	"okno/internal/applications/upload"
	"okno/internal/forms"
	"okno/internal/kit/audit"
	"okno/internal/kit/clock"
	"okno/internal/kit/db"
	"okno/internal/kit/i18n"
	"okno/internal/kit/job"
	"okno/internal/kit/secret"
)

// Profiles tells what is known of a person.
type Profiles interface {
	// Facts are all but Today and Files.
	Facts(ctx context.Context, owner string) (forms.Facts, error)
}

// Services is the catalogue.
type Services interface {
	// Service is the current version of a service.
	Service(id string) (*forms.Service, bool)
	// Version is one that was current once.
	Version(ctx context.Context, id string, version int) (*forms.Service, error)
}

// Cases takes what is sent.
type Cases interface {
	Prepare(ctx context.Context, s cases.Submission) (*cases.Prepared, error)
	Create(ctx context.Context, tx *db.Tx, p *cases.Prepared) (number string, err error)
	// Offer tells how the result of a service may be had.
	Offer(s *forms.Service, f forms.Facts) cases.Offer
}

// Agency is what is shown and needed of an agency.
type Agency struct {
	Title forms.Text
	Zone  *time.Location
}

// Deps are what the room stands on.
type Deps struct {
	DB       *db.DB
	Sealer   *secret.Sealer
	Queue    *job.Queue
	Audit    *audit.Log
	Clock    clock.Clock
	Log      *slog.Logger
	Intake   *upload.Intake
	Profiles Profiles
	Services Services
	Cases    Cases
	// Dictionaries are the lists that fields choose from; nil for none.
	Dictionaries func() forms.Shelf
	// Registries are asked about answers; nil: nothing is asked.
	Registries Registries
	// Papers are the person's documents that can be attached; nil for none.
	Papers Papers
	// Earlier are answers of earlier applications; nil for none.
	Earlier Earlier
	// Helpers tell for whom else the actor works; nil: for nobody.
	Helpers Helpers
	// Children are whose parent the person is; nil: nobody's.
	Children Children
	// Copies are earlier applications that a draft may be begun from; nil for none.
	Copies Copies
	// Changes are applications that can still be changed; nil for none.
	Changes Changes
	// Notify and Accounts tell holders that a service has changed; nil: nobody is told.
	Notify   Sender
	Accounts Accounts
	// Factors tells what a person can prove by; nil: nothing is asked for.
	Factors Factors
	// Confirm lets a phone of the person confirm what is sent; nil for none.
	Confirm Confirmer
	// Texts are those of facts, which carry both languages.
	Texts *i18n.Bundle
	// Agency finds an agency by its code; the zero Agency for an unknown one.
	Agency func(code string) Agency
}

// Room is the room of drafts.
type Room struct {
	Deps
	store store

	suggesting, looking *budget
}

// New makes the room with its jobs.
func New(d Deps) (*Room, error) {
	r := &Room{
		Deps: d, store: store{d.DB}, suggesting: newBudget(suggestEvery, suggestBurst), looking: newBudget(lookupEvery, lookupBurst),
	}
	r.jobs()
	return r, nil
}

//go:embed migrations/*.sql
var migrations embed.FS

// Migrations are the room's tables.
func Migrations() db.Migrations {
	sub, _ := fs.Sub(migrations, "migrations") // the folder is embedded
	return db.Migrations{Room: "applications_draft", FS: sub}
}

//go:embed locale/*.yaml
var localeFiles embed.FS

// Locale holds the texts.
func Locale() fs.FS {
	sub, _ := fs.Sub(localeFiles, "locale") // the folder is embedded
	return sub
}

// Export is all that the room knows of the owner.
func (r *Room) Export(ctx context.Context, owner string) (map[string]any, error) {
	key, err := r.Sealer.Key(ctx, owner, secret.Person)
	if err != nil {
		return nil, err
	}
	all, err := r.store.whole(ctx, owner, key)
	if err != nil {
		return nil, err
	}
	drafts := make([]map[string]any, len(all))
	for i, d := range all {
		files, err := r.store.files(ctx, owner, d.ID, key)
		if err != nil {
			return nil, err
		}
		drafts[i] = exported(d, files)
	}
	return map[string]any{"drafts": drafts}, nil
}

func exported(d Draft, files []File) map[string]any {
	names := make([]string, len(files))
	for i, f := range files {
		names[i] = f.Name
	}
	return map[string]any{
		"id": d.ID, "service": d.ServiceID, "version": d.Version, "number": d.Number, "answers": d.Answers, "files": names,
		"created": d.CreatedAt.Time().Format(time.RFC3339), "updated": d.UpdatedAt.Time().Format(time.RFC3339),
	}
}

// Erase deletes the owner's drafts; their files go with a job.
func (r *Room) Erase(ctx context.Context, tx *db.Tx, owner string) error {
	keys, err := r.store.erase(ctx, tx, owner)
	if err != nil {
		return err
	}
	return r.letGo(ctx, tx, keys...)
}
