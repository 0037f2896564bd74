package app

import (
	"context"
	"database/sql"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"okno/internal/kit/db"
	"okno/internal/kit/testkit"
)

// traces are what gives a person away.
func (a *applicant) traces() traces {
	p, digits := personOf(a.person), strings.NewReplacer("-", "", " ", "", "+7", "")
	all := append(traces{
		p.LastName, p.FirstName, p.MiddleName, a.email, a.password, a.person.SNILS, digits.Replace(a.person.SNILS), p.INN,
		digits.Replace(a.phone), p.Passport.Number, p.Passport.Series + p.Passport.Number, p.Passport.IssuedBy, p.Address.Street,
		ward.Last, ward.First, ward.File, ward.Certificate, a.document,
	}, a.tokens...)
	all = append(all, a.codes...)
	return slices.DeleteFunc(all, func(s string) bool { return s == "" })
}

type traces []string

// in gives the first trace that s holds, "" for none. Numbers must not be part
// of longer ones: an id may hold any six digits.
func (all traces) in(s string) string {
	for _, v := range all {
		for rest, at := s, strings.Index(s, v); at >= 0; at = strings.Index(rest, v) {
			before, after := rest[:at], rest[at+len(v):]
			if !onlyDigits.MatchString(v) || !wordy(before[max(0, len(before)-1):]) && !wordy(after[:min(1, len(after))]) {
				return v
			}
			rest = after
		}
	}
	return ""
}

var onlyDigits = regexp.MustCompile(`^\d+$`)

// wordy reports whether a byte may be a part of an id or a longer number.
func wordy(b string) bool {
	return b != "" && strings.Contains("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz._+-", b)
}

// everyRow hands over each row of each table of a database, values by column.
func everyRow(t testing.TB, d *db.DB, f func(table string, row map[string]string)) {
	t.Helper()
	for _, table := range tables(t, d) {
		eachRow(t, d, table, f)
	}
}

func eachRow(t testing.TB, d *db.DB, table string, f func(table string, row map[string]string)) {
	t.Helper()
	rows, err := d.SQL().QueryContext(context.Background(), "SELECT * FROM "+table)
	must(t, err)
	defer func() { _ = rows.Close() }()
	columns, err := rows.Columns()
	must(t, err)
	for rows.Next() {
		values, into := make([]any, len(columns)), make([]any, len(columns))
		for i := range values {
			into[i] = &values[i]
		}
		must(t, rows.Scan(into...))
		row := map[string]string{}
		for i, c := range columns {
			if b, ok := values[i].([]byte); ok {
				row[c] = string(b)
			} else {
				row[c] = fmt.Sprint(values[i])
			}
		}
		f(table, row)
	}
	must(t, rows.Err())
}

func tables(t testing.TB, d *db.DB) []string {
	t.Helper()
	query := "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
	if d.Engine() == db.Postgres {
		query = "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public' AND table_type = 'BASE TABLE'"
	}
	rows, err := d.SQL().QueryContext(context.Background(), query)
	must(t, err)
	defer func() { _ = rows.Close() }()
	var all []string
	for rows.Next() {
		var name string
		must(t, rows.Scan(&name))
		all = append(all, name)
	}
	must(t, rows.Err())
	return all
}

// searchAll looks for the pattern wherever a portal writes.
func searchAll(t *testing.T, p *portal, find traces) {
	t.Helper()
	s := p.house.stores
	for _, d := range []*db.DB{s.db, s.keys} {
		everyRow(t, d, func(table string, row map[string]string) {
			for c, v := range row {
				if m := find.in(v); m != "" && table != "catalog_versions" {
					t.Errorf("%s.%s holds %q: %.200q", table, c, m, v)
				}
			}
		})
	}
	for line := range strings.Lines(p.log.String()) {
		if m := find.in(line); m != "" {
			t.Errorf("the log holds %q: %s", m, line)
		}
	}
	searchFiles(t, p.house.Config.Data, find)
	if file, ok := strings.CutPrefix(p.house.Config.Database.Reveal(), "sqlite:"); ok {
		searchFiles(t, filepath.Dir(file), find) // pages that were freed, and the journal
	}
}

func searchFiles(t *testing.T, dir string, find traces) {
	t.Helper()
	must(t, filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() || strings.Contains(path, "sandbox") {
			return err
		}
		raw, err := os.ReadFile(path)
		if m := find.in(string(raw)); m != "" {
			t.Errorf("%s holds %q", filepath.Base(path), m)
		}
		return err
	}))
}

// kept are the tables in which a deleted person's rows stay, and why.
var kept = map[string]string{
	"identity_accounts":    "the empty shell of the account, so that its number is never given again",
	"identity_sessions":    "ended and emptied; a job deletes them",
	"support_recoveries":   "a request for access under a key of its own; a job deletes it",
	"applications_cases":   "the law keeps applications, sealed under keys of their own",
	"applications_events":  "with their case",
	"applications_asks":    "with their case",
	"applications_files":   "with their case",
	"applications_numbers": "with their case",
	"applications_queue":   "with their case",
	"applications_once":    "keys of repeated calls; a job deletes them",
	"vault_documents":      "with their case",
	"vault_numbers":        "with their document",
	"audit_entries":        "the journal",
	"secret_erasures":      "for restores to replay",
	"profile_marks":        "that something of the account's number changed",
	"cabinet_marks":        "that something of the account's number changed",
	"river_job":            "ids of accounts in finished jobs; the queue deletes them",
}

func TestNothingGivesThePersonAway(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, p *portal) {
		a := journey(p)
		a.appliesAtOnce()
		a.ask("POST", "/api/v1/tickets", object{"text": "Пишет " + a.person.LastName, "email": a.email})
		settle(t, p)
		searchAll(t, p, a.traces())
		if find := a.traces(); find.in("x "+a.person.LastName) == "" || find.in(`{"code":"`+a.codes[0]+`"}`) == "" || find.in("1"+a.codes[0]) != "" {
			t.Fatal("the search would find nothing")
		}
		a.leave(p)
		settle(t, p)
		erased(t, p, a)
		searchAll(t, p, a.traces())
	})
}

// settle waits until no job is left to run.
func settle(t *testing.T, p *portal) {
	t.Helper()
	testkit.Eventually(t, "all jobs", func() bool {
		depth, err := p.house.queue.Depth(context.Background())
		must(t, err)
		return depth["available"]+depth["running"]+depth["retryable"]+depth["pending"] == 0
	})
}

// leave deletes the account.
func (a *applicant) leave(p *portal) {
	a.t.Helper()
	w := p.browser(a.account, bySMS)
	if r := w.post("/cabinet/profile/delete", url.Values{"sure": {"yes"}}); r.status != 303 || r.header.Get("Location") != "/account-deleted" {
		a.t.Fatalf("delete: %d %s", r.status, r.body)
	}
	a.refused(401, "GET", "/api/v1/profile", nil)
}

// erased wants nothing of the person outside of what is kept.
func erased(t *testing.T, p *portal, a *applicant) {
	t.Helper()
	left := map[string]int{}
	s := p.house.stores
	for _, d := range []*db.DB{s.db, s.keys} {
		everyRow(t, d, func(table string, row map[string]string) {
			for _, v := range row {
				if strings.Contains(v, a.account) {
					left[table]++
					return
				}
			}
		})
	}
	for table, n := range left {
		if kept[table] == "" {
			t.Errorf("%d rows of the person are left in %s", n, table)
		}
	}
	for _, table := range []string{"audit_entries", "applications_cases", "secret_erasures"} {
		if left[table] == 0 {
			t.Errorf("nothing is kept in %s", table)
		}
	}
	noIndex(t, p, a)
}

// noIndex wants no blind index, no key, and no sealed contact to be left.
func noIndex(t *testing.T, p *portal, a *applicant) {
	t.Helper()
	s := p.house.stores
	for query, d := range map[string]*sql.DB{
		"SELECT count(*) FROM identity_contacts WHERE owner_id = $1":                  s.db.SQL(),
		"SELECT count(*) FROM profile_snils WHERE owner_id = $1":                      s.db.SQL(),
		"SELECT count(*) FROM profile_finds WHERE owner_id = $1":                      s.db.SQL(),
		"SELECT count(*) FROM identity_sessions WHERE owner_id = $1 AND ended_at = 0": s.db.SQL(),
		"SELECT count(*) FROM secret_keys WHERE owner_id = $1":                        s.keys.SQL(),
	} {
		var n int
		must(t, d.QueryRowContext(context.Background(), query, a.account).Scan(&n))
		if n != 0 {
			t.Errorf("%d: %s", n, query)
		}
	}
	everyRow(t, s.db, func(table string, row map[string]string) {
		if table != "identity_accounts" && table != "identity_sessions" || !slices.Contains([]string{row["id"], row["owner_id"]}, a.account) {
			return
		}
		for c, v := range row {
			if strings.HasSuffix(c, "_sealed") && v != "" && v != "<nil>" {
				t.Errorf("%s.%s still holds %d bytes", table, c, len(v))
			}
		}
	})
}
