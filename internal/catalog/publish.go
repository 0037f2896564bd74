package catalog

import (
	"context"
	"io/fs"
	"path"
	"slices"
	"strconv"
	"time"

	"okno/internal/forms"
)

// pollEvery is how often the files and the table are looked at.
const pollEvery = 2 * time.Second

// Run looks for new versions until ctx ends: in the files, and in the table,
// where other nodes publish. It returns nil. From here on the log says what is
// refused, that of the first look included: a command that serves nobody has
// nothing to say about services.
func (c *Catalog) Run(ctx context.Context) error {
	c.mu.Lock()
	c.served = true
	c.complain(ctx, c.Refused())
	c.mu.Unlock()
	for c.clock.Sleep(ctx, pollEvery) == nil {
		if err := c.Refresh(ctx); err != nil && ctx.Err() == nil {
			c.log.ErrorContext(ctx, "catalogue not refreshed, the last one stays", "err", err)
		}
	}
	return nil
}

// Refresh looks once: it publishes what is new in the files and puts on the
// shelf what is new in the table. Only a database error is returned.
func (c *Catalog) Refresh(ctx context.Context) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.source.changed() {
		if err := c.readFiles(ctx); err != nil {
			c.source.taken = "" // look again at the next turn
			return err
		}
	}
	return c.readTable(ctx)
}

// Refused are the faults of the files as they are now: what they hold is not
// published, and what ran before stays.
func (c *Catalog) Refused() []forms.Fault { return *c.refused.Load() }

// Dictionaries are the lists from which fields choose: those of the files, as
// they were when last without a fault.
func (c *Catalog) Dictionaries() forms.Shelf { return *c.lists.Load() }

// readFiles lints the files, publishes what is new and good, and logs the rest.
func (c *Catalog) readFiles(ctx context.Context) error {
	guide, faults := readGuide(c.source.files)
	if len(faults) == 0 {
		c.guide, c.stale = guide, true
	}
	lists, more := forms.LoadDictionaries(c.source.files, ".")
	faults = append(faults, more...)
	if len(more) == 0 {
		c.lists.Store(&lists)
	}
	heads, err := c.store.heads(ctx)
	if err != nil {
		return err
	}
	loaded, more := forms.LoadAll(c.fresh(heads), options(c.guide, c.agencies, c.mode))
	faults = append(faults, linked(more, heads)...)
	news, more := c.news(loaded, faults, heads)
	faults = append(faults, more...)
	if err := c.store.publish(ctx, news); err != nil {
		return err
	}
	if heads, err = c.store.heads(ctx); err != nil {
		return err
	}
	if err := c.keepNews(ctx, loaded, news, heads); err != nil {
		return err
	}
	c.complain(ctx, faults)
	for _, e := range news {
		c.log.InfoContext(ctx, "service published", "service", e.id, "version", e.version)
	}
	c.refused.Store(&faults)
	return nil
}

// keepNews keeps what was compiled to be checked: it need not be compiled again.
// What another node has published meanwhile under the same number is its own.
func (c *Catalog) keepNews(ctx context.Context, loaded []*forms.Service, news []edition, heads []published) error {
	stands := map[key][]byte{}
	for _, h := range heads {
		stands[h.key] = h.hash
	}
	mine := map[key]bool{}
	for _, e := range news {
		mine[e.key] = sameHash(stands[e.key], e.hash())
	}
	var out []*forms.Service
	for _, s := range loaded {
		if k := (key{s.ID, s.Version}); mine[k] {
			c.versions.Store(k, s)
			out = append(out, s)
		}
	}
	return c.pack(ctx, out)
}

// complain logs what is refused: each fault, but facts that nobody has checked
// in one line for each service, as there may be hundreds.
func (c *Catalog) complain(ctx context.Context, faults []forms.Fault) {
	if !c.served {
		return
	}
	unverified := map[string]int{}
	var files []string
	for _, f := range faults {
		if f.Code != "unverified" {
			c.log.ErrorContext(ctx, "service refused, the running version stays", "fault", f.String())
			continue
		}
		if unverified[f.File]++; unverified[f.File] == 1 {
			files = append(files, f.File)
		}
	}
	for _, file := range files {
		c.log.ErrorContext(ctx, "service refused: facts are not verified; okno services lint --production lists them",
			"file", file, "facts", unverified[file])
	}
}

// news are the editions which the table does not have yet. A file with any
// fault is left out, a published number with other contents is a fault.
func (c *Catalog) news(loaded []*forms.Service, faults []forms.Fault, heads []published) (news []edition, more []forms.Fault) {
	for _, s := range loaded {
		if slices.ContainsFunc(faults, func(f forms.Fault) bool { return path.Dir(f.File) == path.Dir(s.Path) }) {
			continue
		}
		source, err := fs.ReadFile(c.source.files, s.Path)
		if err != nil {
			continue // taken away this moment; the next look sees it
		}
		e := edition{key{s.ID, s.Version}, source}
		fault, known := against(s, e, heads)
		switch {
		case fault != nil:
			more = append(more, *fault)
		case !known:
			news = append(news, e)
		}
	}
	return news, more
}

// against compares an edition with what is published: the same, other contents
// under the same number, or an older number.
func against(s *forms.Service, e edition, heads []published) (fault *forms.Fault, known bool) {
	for _, h := range heads {
		if h.id != e.id {
			continue
		}
		newest := h.version // the first row of a service is its newest
		for _, p := range heads {
			if p.key == e.key && sameHash(p.hash, e.hash()) {
				return nil, true
			}
			if p.key == e.key {
				return versionFault(s, "version "+strconv.Itoa(e.version)+" is published with other contents", newest), false
			}
		}
		if e.version < newest {
			return versionFault(s, "version "+strconv.Itoa(e.version)+" is older than the published "+strconv.Itoa(newest), newest), false
		}
		break
	}
	return nil, false
}

func versionFault(s *forms.Service, what string, newest int) *forms.Fault {
	return &forms.Fault{File: s.Path, Pos: forms.Pos{Line: 1, Col: 1}, Code: "version", What: what, Hint: "write version: " + strconv.Itoa(newest+1)}
}

// readTable puts the newest version of each service on the shelf, if anything
// has changed since.
func (c *Catalog) readTable(ctx context.Context) error {
	n, err := c.store.count(ctx)
	if err != nil || n == c.counted && !c.stale {
		return err
	}
	heads, err := c.store.heads(ctx)
	if err != nil {
		return err
	}
	if err := c.unpack(ctx, heads); err != nil {
		return err
	}
	services, err := c.newest(ctx, heads)
	if err != nil {
		return err
	}
	next := newShelf(c.guide, services)
	if next.since, err = c.store.offer(ctx, services, c.guide.Withdrawn); err != nil {
		return err
	}
	go next.index()
	old := c.shelf.Swap(next)
	c.counted, c.stale = n, false
	if old != nil {
		c.onPublish()
	}
	return nil
}

// newest is of each service the newest version that this node can compile and
// may show.
func (c *Catalog) newest(ctx context.Context, heads []published) ([]*forms.Service, error) {
	var out, compiled []*forms.Service
	done := ""
	for _, h := range heads {
		if h.id == done || c.guide.withdraws(h.id) {
			continue
		}
		_, known := c.versions.Load(h.key)
		s, err := c.compiled(ctx, h.key)
		if err != nil {
			return nil, err
		}
		if s == nil || c.mode == Production && len(s.Unverified) > 0 {
			continue
		}
		if out, done = append(out, s), h.id; !known {
			compiled = append(compiled, s)
		}
	}
	return out, c.pack(ctx, compiled)
}

// compiled is a version from memory or compiled from the table; nil if there is
// none or if this node does not understand it.
func (c *Catalog) compiled(ctx context.Context, k key) (*forms.Service, error) {
	if v, ok := c.versions.Load(k); ok {
		s, _ := v.(*forms.Service)
		return s, nil
	}
	text, err := c.store.source(ctx, k)
	if err != nil || text == "" {
		return nil, err
	}
	file := k.id + "/service.yaml"
	s, faults := forms.Load(oneFile{file, []byte(text)}, file)
	for _, f := range faults {
		c.log.ErrorContext(ctx, "published version not understood", "version", k.version, "fault", f.String())
	}
	if s != nil {
		c.versions.Store(k, s)
	}
	return s, nil
}

// oneFile is a file system with one file.
type oneFile struct {
	name string
	data []byte
}

// Open finds nothing: the file is read as a whole.
func (o oneFile) Open(name string) (fs.File, error) {
	return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
}

// ReadFile is the file.
func (o oneFile) ReadFile(name string) ([]byte, error) {
	if name != o.name {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
	}
	return o.data, nil
}
