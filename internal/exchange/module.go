package exchange

import (
	"embed"
	"io/fs"
	"log/slog"

	"okno/internal/kit/clock"
	"okno/internal/kit/db"
	"okno/internal/kit/event"
	"okno/internal/kit/i18n"
	"okno/internal/kit/job"
	"okno/internal/profile"
)

//go:embed locale/*.yaml
var localeFiles embed.FS

// Locale holds the texts.
func Locale() fs.FS {
	sub, _ := fs.Sub(localeFiles, "locale") // the folder is embedded
	return sub
}

// Deps are what the room stands on.
type Deps struct {
	DB       *db.DB
	Queue    *job.Queue
	Bus      *event.Bus
	Clock    clock.Clock
	Log      *slog.Logger
	Profile  *profile.Profile
	Texts    *i18n.Bundle
	Registry Config
}

// Exchange is the room's door.
type Exchange struct {
	Deps
	registry *Registry
	lookups  *Lookups
}

// New makes the room, with its jobs and listeners. The error names a wrong setting.
func New(d Deps) (*Exchange, error) {
	registry, err := NewRegistry(d.Registry, d.Clock)
	if err != nil {
		return nil, err
	}
	x := &Exchange{Deps: d, registry: registry, lookups: NewLookups(registry, d.Clock, d.Texts)}
	job.Handle(d.Queue, x.ask)
	job.Handle(d.Queue, x.askHoldings)
	d.Bus.On("profile.check_asked", "exchange.ask_registries", x.asked)
	d.Bus.On("profile.holdings_asked", "exchange.ask_holdings", x.holdingsAsked)
	return x, nil
}

// Lookups answer the questions of forms.
func (x *Exchange) Lookups() *Lookups { return x.lookups }

// Registry is the client of the registries, for the doctor.
func (x *Exchange) Registry() *Registry { return x.registry }
