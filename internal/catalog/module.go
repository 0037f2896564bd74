package catalog

import (
	"context"
	"embed"
	"fmt"
	"io/fs"
	"log/slog"
	"sync"
	"sync/atomic"

	"okno/internal/forms"
	"okno/internal/kit/clock"
	"okno/internal/kit/db"
	"okno/internal/kit/web"
	"okno/internal/reference"
)

//go:embed migrations/*.sql
var migrations embed.FS

//go:embed locale/*.yaml
var locale embed.FS

// Config is what an operator may set.
type Config struct {
	// Folder holds services of the operator's own, laid over the embedded ones;
	// "" for none. It is watched.
	Folder string
	// Mode is Demo by default.
	Mode Mode
}

// Deps are what the room stands on.
type Deps struct {
	DB        *db.DB
	Clock     clock.Clock
	Log       *slog.Logger
	Reference *reference.Reference // names of regions
	// Files are the embedded services: services.FS.
	Files fs.FS
	// Viewer says who looks; nil: nobody is signed in.
	Viewer Viewer
	// OnPublish is called after a new version is on the shelf: drop stored pages.
	OnPublish func()
	Config    Config
}

// Catalog is the room's door.
type Catalog struct {
	clock     clock.Clock
	log       *slog.Logger
	reference *reference.Reference
	viewer    Viewer
	onPublish func()
	store     store
	mode      Mode
	agencies  []Agency

	shelf    atomic.Pointer[shelf]
	versions sync.Map // key → *forms.Service
	refused  atomic.Pointer[[]forms.Fault]
	lists    atomic.Pointer[forms.Shelf]

	mu      sync.Mutex // of a refresh
	served  bool       // Run was called
	source  source
	guide   *Guide
	stale   bool
	counted int64
}

// New opens the room: it publishes what is new in the files and compiles what
// is on the shelf. The migrations must have run. A service with faults is left
// out (see Refused), which Run logs; a catalogue.yaml with faults is an error.
func New(d Deps) (*Catalog, error) {
	c := &Catalog{
		clock: d.Clock, log: d.Log, reference: d.Reference, viewer: d.Viewer, onPublish: d.OnPublish,
		store: store{d.DB}, mode: d.Config.Mode, source: source{files: Layered(d.Config.Folder, d.Files)},
	}
	c.fillIn()
	guide, faults := readGuide(c.source.files)
	agencies, more := readAgencies(c.source.files)
	if faults = append(faults, more...); len(faults) > 0 {
		return nil, fmt.Errorf("catalogue: %s", faults[0])
	}
	c.guide, c.agencies = guide, agencies
	if err := c.Refresh(context.Background()); err != nil {
		return nil, fmt.Errorf("catalogue: %w", err)
	}
	return c, nil
}

func (c *Catalog) fillIn() {
	if c.viewer == nil {
		c.viewer = nobody{}
	}
	if c.onPublish == nil {
		c.onPublish = func() {}
	}
	if c.mode == "" {
		c.mode = Demo
	}
	c.refused.Store(&[]forms.Fault{})
	c.lists.Store(&forms.Shelf{})
}

// Migrations are the room's tables.
func Migrations() db.Migrations {
	sub, _ := fs.Sub(migrations, "migrations") // the folder is embedded
	return db.Migrations{Room: "catalog", FS: sub}
}

// Locale holds the room's texts.
func Locale() fs.FS {
	sub, _ := fs.Sub(locale, "locale") // the folder is embedded
	return sub
}

// Mount adds the pages and operations, all of them public.
func (c *Catalog) Mount(rt *web.Router) {
	rt.Handle("GET /{$}", web.Public, c.common(c.homePage))
	rt.Handle("GET /services", web.Public, c.common(c.listPage))
	rt.Handle("GET /services/suggest", web.Public, c.suggest)
	rt.Handle("GET /services/{id}", web.Public, c.stored(c.servicePage))
	c.mountAPI(rt.API)
}
