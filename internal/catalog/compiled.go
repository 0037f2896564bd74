package catalog

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io/fs"
	"path"
	"slices"
	"strings"

	"okno/internal/catalog/catalogdb"
	"okno/internal/forms"
	"okno/internal/kit/db"
)

// Compiling a service takes a few milliseconds, a thousand of them seconds. What
// was compiled once is kept beside its source, under the language which
// compiled it: a node that starts unpacks it, and a node of another release
// compiles for itself.

// storeHead is what every compiled store begins with, and the language's name.
func storeHead() (head []byte, language string, err error) {
	var b bytes.Buffer
	if err := forms.WriteStore(&b, nil); err != nil {
		return nil, "", err
	}
	sum := sha256.Sum256(b.Bytes())
	return b.Bytes(), hex.EncodeToString(sum[:8]), nil
}

// unpack readies the newest versions that stand compiled in the table and are
// not in memory yet. What does not fit is left: it is compiled from its source.
func (c *Catalog) unpack(ctx context.Context, heads []published) error {
	head, language, err := storeHead()
	if err != nil {
		return err
	}
	wanted := map[key]bool{}
	for _, h := range newestOf(heads) {
		if _, known := c.versions.Load(h); !known {
			wanted[h] = true
		}
	}
	if len(wanted) == 0 {
		return nil
	}
	data, err := c.store.compiled(ctx, language, wanted, head)
	if err != nil {
		return err
	}
	services, err := forms.ReadStore(data)
	if err != nil {
		c.log.WarnContext(ctx, "compiled services do not fit, their sources are read", "err", err)
		return nil
	}
	for _, s := range services {
		c.versions.Store(key{s.ID, s.Version}, s)
	}
	return nil
}

// newestOf is the newest version of each service.
func newestOf(heads []published) []key {
	var out []key
	for _, h := range heads {
		if len(out) == 0 || out[len(out)-1].id != h.id {
			out = append(out, h.key)
		}
	}
	return out
}

// pack keeps services that had to be compiled.
func (c *Catalog) pack(ctx context.Context, services []*forms.Service) error {
	if len(services) == 0 {
		return nil
	}
	_, language, err := storeHead()
	if err != nil {
		return err
	}
	for part := range slices.Chunk(services, 50) {
		bodies := make([][]byte, len(part))
		for i, s := range part {
			if bodies[i], err = forms.Pack(s); err != nil {
				return err
			}
		}
		if err := c.store.keepCompiled(ctx, language, part, bodies); err != nil {
			return err
		}
	}
	return nil
}

// compiled is a store of the wanted versions.
func (s store) compiled(ctx context.Context, language string, wanted map[key]bool, head []byte) ([]byte, error) {
	rows, err := catalogdb.New(s.db.Reader()).Compiled(ctx, language)
	if err != nil {
		return nil, db.Classify(err)
	}
	size := len(head)
	for _, r := range rows {
		size += len(r.Body)
	}
	out := append(make([]byte, 0, size), head...)
	for _, r := range rows {
		if wanted[key{r.ServiceID, int(r.Version)}] {
			out = append(out, r.Body...)
		}
	}
	return out, nil
}

// keepCompiled adds compiled versions and drops older ones: those are needed by
// old drafts and applications only, and are compiled when one of these is opened.
func (s store) keepCompiled(ctx context.Context, language string, services []*forms.Service, bodies [][]byte) error {
	return s.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		q := catalogdb.New(tx)
		for i, service := range services {
			v := int64(service.Version)
			if err := q.DropCompiled(ctx, catalogdb.DropCompiledParams{ServiceID: service.ID, Version: v, Language: language}); err != nil {
				return err
			}
			if err := q.KeepCompiled(ctx, catalogdb.KeepCompiledParams{ServiceID: service.ID, Version: v, Language: language, Body: bodies[i]}); err != nil {
				return err
			}
		}
		return nil
	})
}

// fresh are the files without the folders whose service is published as it
// stands: those were read and checked when they were published. In production
// all are read, because what is refused there is shown.
func (c *Catalog) fresh(heads []published) fs.FS {
	if c.mode == Production {
		return c.source.files
	}
	hashes := map[string][][]byte{}
	for _, h := range heads {
		hashes[h.id] = append(hashes[h.id], h.hash)
	}
	hidden := map[string]bool{}
	entries, _ := fs.ReadDir(c.source.files, ".")
	for _, e := range entries {
		known := hashes[e.Name()]
		if !e.IsDir() || len(known) == 0 {
			continue
		}
		source, err := fs.ReadFile(c.source.files, path.Join(e.Name(), "service.yaml"))
		hidden[e.Name()] = err == nil && sameHash(known[0], edition{source: source}.hash())
	}
	return without{c.source.files, hidden}
}

// linked leaves out faults of links to services whose files were not read anew:
// they are there.
func linked(faults []forms.Fault, heads []published) []forms.Fault {
	return slices.DeleteFunc(faults, func(f forms.Fault) bool {
		_, id, missing := strings.Cut(f.What, ": there is no service ")
		return missing && slices.ContainsFunc(heads, func(h published) bool { return h.id == id })
	})
}

// without hides folders of the root from listings.
type without struct {
	fs.FS
	hidden map[string]bool
}

// ReadDir lists what is not hidden.
func (w without) ReadDir(name string) ([]fs.DirEntry, error) {
	entries, err := fs.ReadDir(w.FS, name)
	if name == "." {
		entries = slices.DeleteFunc(slices.Clone(entries), func(e fs.DirEntry) bool { return w.hidden[e.Name()] })
	}
	return entries, err
}
