package main

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"strconv"
	"strings"
	"sync/atomic"

	"github.com/alexedwards/argon2id"

	"okno/internal/kit/db"
	"okno/internal/kit/id"
)

// answers are what the bare server writes: the portal's own bytes.
type answers struct {
	Addr  string            `json:"addr"`
	Pages map[string][]page `json:"pages"` // by path; several take turns
}

type page struct {
	Header http.Header `json:"header"`
	Body   []byte      `json:"body"`
}

// bareRole is the limit for pages: net/http, a map and a write.
func bareRole(file string) error {
	raw, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	var a answers
	if err := json.Unmarshal(raw, &a); err != nil {
		return err
	}
	var n atomic.Uint64
	return http.ListenAndServe(a.Addr, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		all := a.Pages[r.URL.Path]
		if len(all) == 0 {
			http.NotFound(w, r)
			return
		}
		p := all[n.Add(1)%uint64(len(all))]
		h := w.Header()
		for k, v := range p.Header {
			h[k] = v
		}
		_, _ = w.Write(p.Body)
	}))
}

// doorway is what the bare limit of a sign-in answers with.
type doorway struct {
	Addr string `json:"addr"`
	Hash string `json:"hash"` // of guestPassword
	Page string `json:"page"` // for each GET
}

// doorRole is the limit for signing in: the same requests as the portal's, of which
// the one with the password makes a hash, and nothing else is done.
func doorRole(file string) error {
	raw, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	var d doorway
	if err := json.Unmarshal(raw, &d); err != nil {
		return err
	}
	page := []byte(d.Page)
	return http.ListenAndServe(d.Addr, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		to := "/cabinet"
		switch {
		case r.Method == http.MethodGet:
			_, _ = w.Write(page)
			return
		case r.FormValue("code") == "":
			if ok, err := argon2id.ComparePasswordAndHash(r.FormValue("password"), d.Hash); err != nil || !ok {
				http.Error(w, "wrong", http.StatusUnprocessableEntity)
				return
			}
			to = "/login/totp"
		}
		http.Redirect(w, r, to, http.StatusSeeOther)
	}))
}

// pattern is the rows of one submission as the portal wrote them, to be
// written again with names of their own.
type pattern struct {
	Addr   string `json:"addr"`
	DB     string `json:"db"`
	Keys   string `json:"keys"`
	Engine string `json:"engine"`
	Rows   []row  `json:"rows"`
}

type row struct {
	Table   string   `json:"table"`
	Key     bool     `json:"key"` // stands in the key store
	Columns []string `json:"columns"`
	Values  []value  `json:"values"`
}

// value is a column's: text in which Old is replaced by a fresh name, a number,
// a truth, or bytes.
type value struct {
	Kind  string `json:"kind"`
	Text  string `json:"text,omitempty"`
	Bytes []byte `json:"bytes,omitempty"`
	Fresh bool   `json:"fresh,omitempty"`
}

// inserterRole is the limit for submitting: the same rows, durable, one
// transaction an application, and the data key before it.
func inserterRole(file string) error {
	raw, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	var p pattern
	if err := json.Unmarshal(raw, &p); err != nil {
		return err
	}
	main, err := openBare(p.DB)
	if err != nil {
		return err
	}
	keys, err := openBare(p.Keys)
	if err != nil {
		return err
	}
	return http.ListenAndServe(p.Addr, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		name := id.New()
		if err := insertAll(r.Context(), main, keys, p.Rows, name); err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		w.WriteHeader(http.StatusCreated)
		_, _ = fmt.Fprintf(w, `{"number":%q}`, name)
	}))
}

// openBare opens a database as the portal does: one writer on SQLite with full
// syncs, a pool on PostgreSQL.
func openBare(address string) (*sql.DB, error) {
	d, err := db.Open(context.Background(), address, db.Options{})
	if err != nil {
		return nil, err
	}
	return d.SQL(), nil
}

func insertAll(ctx context.Context, main, keys *sql.DB, rows []row, name string) error {
	for _, part := range []struct {
		db  *sql.DB
		key bool
	}{{keys, true}, {main, false}} {
		tx, err := part.db.BeginTx(ctx, nil)
		if err != nil {
			return err
		}
		for i, r := range rows {
			if r.Key != part.key {
				continue
			}
			if err := insert(ctx, tx, r, name, i); err != nil {
				_ = tx.Rollback()
				return fmt.Errorf("%s: %w", r.Table, err)
			}
		}
		if err := tx.Commit(); err != nil {
			return err
		}
	}
	return nil
}

func insert(ctx context.Context, tx *sql.Tx, r row, name string, n int) error {
	marks, args := make([]string, len(r.Columns)), make([]any, len(r.Columns))
	for i, v := range r.Values {
		marks[i] = "$" + strconv.Itoa(i+1)
		args[i] = v.again(name + strconv.Itoa(n))
	}
	_, err := tx.ExecContext(ctx, "INSERT INTO "+r.Table+" ("+strings.Join(r.Columns, ",")+") VALUES ("+strings.Join(marks, ",")+")", args...)
	return err
}

func (v value) again(name string) any {
	switch v.Kind {
	case "int":
		n, _ := strconv.ParseInt(v.Text, 10, 64)
		return n
	case "bool":
		return v.Text == "true"
	case "bytes":
		if v.Fresh {
			return append([]byte(name), v.Bytes[min(len(name), len(v.Bytes)):]...)
		}
		return append([]byte{}, v.Bytes...) // an empty one is not NULL
	}
	if v.Fresh {
		return name
	}
	return v.Text
}
