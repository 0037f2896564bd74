// Package web holds the look that all pages share (style sheet, script, fonts,
// icon), embedded from dist, and serves it under /assets/.
//
// The files are made by go run ./web/build from src and are committed. Each has
// the hash of its content in its address, so that browsers may keep it for ever.
package web

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"io/fs"
	"net/http"
	"path"
	"strconv"
	"strings"
)

//go:embed dist
var files embed.FS

// Prefix is where the assets are served.
const Prefix = "/assets/"

// Assets are the files of the look with their addresses.
type Assets struct {
	paths map[string]string // name → address
	files map[string]asset  // address → file
}

type asset struct {
	kind       string
	plain, zip []byte // zip is nil where it would not help
	tag        string // weak: the gzip form has it, too
}

// New reads the embedded files once: hashes them, writes the hashed addresses of
// the fonts into the style sheet, and compresses what gains from it.
func New() (*Assets, error) {
	names, err := fs.Glob(files, "dist/*")
	if err != nil {
		return nil, err
	}
	a := &Assets{paths: map[string]string{}, files: map[string]asset{}}
	for _, sheets := range []bool{false, true} { // style sheets last: they name the others
		for _, name := range names {
			if (path.Ext(name) == ".css") != sheets {
				continue
			}
			if err := a.add(name); err != nil {
				return nil, err
			}
		}
	}
	return a, nil
}

func (a *Assets) add(file string) error {
	data, err := files.ReadFile(file)
	if err != nil {
		return err
	}
	name := path.Base(file)
	if path.Ext(name) == ".css" {
		data = a.link(data)
	}
	zip, err := compress(name, data)
	if err != nil {
		return fmt.Errorf("compress %s: %w", name, err)
	}
	sum := sha256.Sum256(data)
	hash := hex.EncodeToString(sum[:6])
	ext := path.Ext(name)
	address := Prefix + strings.TrimSuffix(name, ext) + "-" + hash + ext
	a.paths[name] = address
	a.files[address] = asset{kind: kindOf(ext), plain: data, zip: zip, tag: `W/"` + hash + `"`}
	return nil
}

// link replaces url(name) of every known file by its address.
func (a *Assets) link(css []byte) []byte {
	for name, address := range a.paths {
		for _, quote := range []string{"", `"`, `'`} {
			css = bytes.ReplaceAll(css, []byte("url("+quote+name+quote+")"), []byte("url("+quote+address+quote+")"))
		}
	}
	return css
}

// Path returns the address of a file of dist by its name ("okno.css"), and ""
// for a name that isn't there.
func (a *Assets) Path(name string) string { return a.paths[name] }

// Preload returns the addresses of the fonts that the first view of a page in
// the language needs.
func (a *Assets) Preload(lang string) []string {
	if lang == "ru" {
		return []string{a.Path("golos-cyrillic-400.woff2"), a.Path("golos-cyrillic-600.woff2")}
	}
	return []string{a.Path("golos-latin-400.woff2"), a.Path("golos-latin-600.woff2")}
}

// Bytes are a file of dist as it is, nil for a name that isn't there.
func (a *Assets) Bytes(name string) []byte { return a.files[a.paths[name]].plain }

// Handler serves GET and HEAD below Prefix; anything else there is not found.
func (a *Assets) Handler() http.Handler {
	return http.HandlerFunc(a.serve)
}

func (a *Assets) serve(w http.ResponseWriter, r *http.Request) {
	file, known := a.files[r.URL.Path]
	if !known || (r.Method != http.MethodGet && r.Method != http.MethodHead) {
		http.NotFound(w, r)
		return
	}
	h := w.Header()
	h.Set("Content-Type", file.kind)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Cache-Control", "public, max-age=31536000, immutable")
	h.Set("ETag", file.tag)
	if file.zip != nil {
		h.Set("Vary", "Accept-Encoding")
	}
	if r.Header.Get("If-None-Match") == file.tag {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	body := file.plain
	if file.zip != nil && acceptsGzip(r.Header.Get("Accept-Encoding")) {
		h.Set("Content-Encoding", "gzip")
		body = file.zip
	}
	h.Set("Content-Length", strconv.Itoa(len(body)))
	if r.Method == http.MethodGet {
		_, _ = w.Write(body) // the client went away: nothing to tell it
	}
}

// acceptsGzip reads Accept-Encoding (RFC 9110, 12.5.3); a weight of 0 refuses.
func acceptsGzip(header string) bool {
	for part := range strings.SplitSeq(header, ",") {
		coding, weight, _ := strings.Cut(strings.TrimSpace(part), ";")
		if coding = strings.ToLower(strings.TrimSpace(coding)); coding != "gzip" && coding != "*" {
			continue
		}
		_, q, _ := strings.Cut(weight, "=")
		value, err := strconv.ParseFloat(strings.TrimSpace(q), 64)
		return err != nil || value > 0
	}
	return false
}

// compress makes the gzip form of text files; fonts are compressed already.
func compress(name string, data []byte) ([]byte, error) {
	if ext := path.Ext(name); ext == ".woff2" || ext == ".png" {
		return nil, nil
	}
	var out bytes.Buffer
	zip, err := gzip.NewWriterLevel(&out, gzip.BestCompression)
	if err != nil {
		return nil, err
	}
	if _, err := zip.Write(data); err != nil {
		return nil, err
	}
	if err := zip.Close(); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

func kindOf(ext string) string {
	switch ext {
	case ".css":
		return "text/css; charset=utf-8"
	case ".js":
		return "text/javascript; charset=utf-8"
	case ".svg":
		return "image/svg+xml"
	case ".png":
		return "image/png"
	case ".woff2":
		return "font/woff2"
	}
	return "text/plain; charset=utf-8"
}
