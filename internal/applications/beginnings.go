package applications

import (
	"context"
	"errors"
	"io/fs"
	"maps"

	"okno/internal/agency"
	"okno/internal/applications/bulk"
	"okno/internal/applications/cases"
	"okno/internal/applications/draft"
	"okno/internal/applications/mandate"
	"okno/internal/applications/template"
	"okno/internal/forms"
	"okno/internal/kit/db"
	"okno/internal/kit/web"
)

// beginnings are the ways to begin an application beside the form itself.
type beginnings struct {
	saved *template.Room
	many  *bulk.Room
	// help are the mandates; nil where accounts can send no codes, as in tests.
	help *mandate.Room
}

func beginningsOf(d Deps, c *cases.Cases, drafts *draft.Room) beginnings {
	b := beginnings{
		saved: template.New(template.Deps{DB: d.DB, Sealer: d.Sealer, Audit: d.Audit, Services: d.Services, Drafts: drafts}),
		many: bulk.New(bulk.Deps{
			DB: d.DB, Sealer: d.Sealer, Queue: d.Queue, Audit: d.Audit, Live: d.Live, Clock: d.Clock, Log: d.Log, Texts: d.Texts,
			Services: d.Services, All: allOf(d.Services), Drafts: drafts, Cases: c, Notify: d.Notify, Accounts: d.Accounts,
		}),
	}
	if accounts, ok := d.Accounts.(mandate.Accounts); ok {
		b.help = mandate.New(mandate.Deps{
			DB: d.DB, Sealer: d.Sealer, Queue: d.Queue, Bus: d.Bus, Audit: d.Audit, Clock: d.Clock, Log: d.Log, Texts: d.Texts,
			Accounts: accounts, People: d.People, Drafts: drafts, Notify: d.Notify, All: allOf(d.Services), Office: officeOf(d.Offices),
		})
		drafts.Helpers = b.help
	}
	return b
}

// allOf lists the services of a catalogue that can list them.
func allOf(s Services) func() []*forms.Service {
	if c, ok := s.(interface{ Services() []*forms.Service }); ok {
		return c.Services
	}
	return func() []*forms.Service { return nil }
}

// officeOf names the offices of a list of agencies that can be gone through.
func officeOf(offices Offices) func(code string) forms.Text {
	all, ok := offices.(interface{ Agencies() []agency.Agency })
	return func(code string) forms.Text {
		if !ok {
			return forms.Text{}
		}
		for _, a := range all.Agencies() {
			for _, o := range a.Offices {
				if o.Code == code {
					return forms.Text{RU: o.Title.RU, EN: o.Title.EN}
				}
			}
		}
		return forms.Text{}
	}
}

func (b beginnings) mount(rt *web.Router) {
	b.saved.Mount(rt)
	b.many.Mount(rt)
	if b.help != nil {
		b.help.Mount(rt)
	}
}

func beginningMigrations() []db.Migrations {
	return []db.Migrations{template.Migrations(), bulk.Migrations(), mandate.Migrations()}
}

func beginningLocales() []fs.FS { return []fs.FS{template.Locale(), bulk.Locale(), mandate.Locale()} }

// export is all that they know of the owner.
func (b beginnings) export(ctx context.Context, owner string) (map[string]any, error) {
	all := map[string]any{}
	parts := []func(context.Context, string) (map[string]any, error){b.saved.Export, b.many.Export}
	if b.help != nil {
		parts = append(parts, b.help.Export)
	}
	for _, export := range parts {
		part, err := export(ctx, owner)
		if err != nil {
			return nil, err
		}
		maps.Copy(all, part)
	}
	return all, nil
}

func (b beginnings) erase(ctx context.Context, tx *db.Tx, owner string) error {
	err := errors.Join(b.saved.Erase(ctx, tx, owner), b.many.Erase(ctx, tx, owner))
	if b.help != nil {
		err = errors.Join(err, b.help.Erase(ctx, tx, owner))
	}
	return err
}
