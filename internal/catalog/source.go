package catalog

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"
)

// overlay is a folder over the embedded files: a path in the folder wins, and a
// listing has the entries of both.
type overlay struct{ top, below fs.FS }

// Layered puts a folder over the embedded files: what Lint and New see. "" means
// no folder.
func Layered(folder string, embedded fs.FS) fs.FS {
	if folder == "" {
		return embedded
	}
	return overlay{top: os.DirFS(folder), below: embedded}
}

// Open opens the file of the folder, else the embedded one.
func (o overlay) Open(name string) (fs.File, error) {
	f, err := o.top.Open(name)
	if errors.Is(err, fs.ErrNotExist) {
		return o.below.Open(name)
	}
	return f, err
}

// ReadDir lists the entries of both, by name.
func (o overlay) ReadDir(name string) ([]fs.DirEntry, error) {
	entries, err := fs.ReadDir(o.top, name)
	below, errBelow := fs.ReadDir(o.below, name)
	if err != nil && errBelow != nil {
		return nil, err
	}
	for _, e := range below {
		if !slices.ContainsFunc(entries, func(x fs.DirEntry) bool { return x.Name() == e.Name() }) {
			entries = append(entries, e)
		}
	}
	slices.SortFunc(entries, func(a, b fs.DirEntry) int { return strings.Compare(a.Name(), b.Name()) })
	return entries, nil
}

// source watches the files. It gives them out when they have changed and then
// rested for one look, so that a file which is just being written is not
// published by half.
type source struct {
	files         fs.FS
	taken, waited string
}

// changed reports whether there is something new to read; the first look
// always has.
func (s *source) changed() bool {
	now := fingerprint(s.files)
	switch {
	case now == s.taken:
		s.waited = ""
		return false
	case s.taken != "" && now != s.waited:
		s.waited = now
		return false
	}
	s.taken, s.waited = now, ""
	return true
}

// fingerprint is name, size and time of every file that counts.
func fingerprint(files fs.FS) string {
	var b strings.Builder
	b.WriteString("files")
	note := func(name string) {
		if i, err := fs.Stat(files, name); err == nil {
			fmt.Fprintf(&b, "\n%s %d %d", name, i.Size(), i.ModTime().UnixNano())
		}
	}
	note(guideFile)
	lists, _ := fs.ReadDir(files, "dictionaries")
	for _, e := range lists {
		note(path.Join("dictionaries", e.Name()))
	}
	entries, _ := fs.ReadDir(files, ".")
	for _, e := range entries {
		if e.IsDir() {
			note(path.Join(e.Name(), "service.yaml"))
			note(path.Join(e.Name(), "cases.yaml"))
		}
	}
	return b.String()
}
