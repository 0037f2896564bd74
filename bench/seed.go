package main

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"okno/internal/agency"
	"okno/internal/app"
	"okno/internal/identity"
	"okno/internal/kit/clock"
	"okno/internal/kit/db"
	"okno/internal/kit/errs"
	"okno/internal/kit/id"
	"okno/internal/kit/secret"
	"okno/internal/notify"
	"okno/internal/profile"
)

// people are the tokens of those who were seeded.
type people struct {
	Cookies  []string `json:"cookies"` // name=token
	Bearers  []string `json:"bearers"`
	Officers []string `json:"officers"`
	// Desk is the first officer's cookie.
	Desk string   `json:"desk"`
	IDs  []string `json:"ids"`
}

const (
	serviceID  = "criminal-record-certificate"
	agencyCode = "mvd"
	officers   = 8
	// form is a whole application for the service; the profile gives the rest.
	form = `{"service":"criminal-record-certificate","answers":{"for_whom":"self","birth_place":"г. Казань","phone":"+79990000000",` +
		`"changed_name":false,"moved":false,"purpose":"work","way":"electronic","truth":true}}`
)

// build opens a house in this process, on the same settings as the portal's own.
func build(ctx context.Context, env []string) (*app.House, error) {
	cfg, err := app.LoadConfig("", env)
	if err != nil {
		return nil, err
	}
	return app.Build(ctx, cfg, clock.System(), slog.New(slog.NewTextHandler(io.Discard, nil)), true)
}

// seed fills the database through the rooms themselves; many at once, so that
// one sync serves many of them. What the jobs of the seeding would send is
// dropped at the end: nobody waits for it.
func seed(ctx context.Context, env []string, o options, file string) (people, error) {
	var all people
	h, err := build(ctx, env)
	if err != nil {
		return all, err
	}
	defer h.Close()
	if raw, err := os.ReadFile(file); err == nil {
		return all, errors.Join(json.Unmarshal(raw, &all), refresh(ctx, h.Doors().DB))
	}
	s := &seeder{Doors: h.Doors(), options: o}
	if all, err = s.fill(identity.AsSystem(ctx)); err != nil {
		return all, err
	}
	return all, writeJSON(file, all)
}

type seeder struct {
	app.Doors
	options
}

func (s *seeder) fill(ctx context.Context) (people, error) {
	all := people{Cookies: make([]string, s.people), Bearers: make([]string, s.people), IDs: make([]string, s.people)}
	err := parallel(s.workers(), s.people, func(n int) error {
		owner, err := s.person(ctx, n)
		if err != nil {
			return fmt.Errorf("person %d: %w", n, err)
		}
		all.IDs[n] = owner
		if all.Cookies[n], err = s.session(ctx, owner, "password+sms"); err != nil {
			return err
		}
		all.Bearers[n], err = s.session(ctx, owner, "bench+bearer")
		return err
	})
	if err != nil {
		return all, err
	}
	var first string
	for n := range officers {
		owner, token, err := s.officer(ctx, n)
		if err != nil {
			return all, fmt.Errorf("officer: %w", err)
		}
		if n == 0 {
			first = owner
		}
		all.Officers = append(all.Officers, token)
	}
	for _, list := range [][]string{all.Bearers, all.Officers} {
		for n := range list {
			_, list[n], _ = strings.Cut(list[n], "=")
		}
	}
	err = execAll(ctx, s.DB, "UPDATE identity_sessions SET bearer = TRUE WHERE method IN ('bench+bearer', 'password+totp')")
	if err != nil {
		return all, err
	}
	if all.Desk, err = s.session(ctx, first, "password+totp"); err != nil {
		return all, err
	}
	return all, s.finish(ctx)
}

// finish frees the sessions from the network and browser that they began with,
// and drops the jobs.
func (s *seeder) finish(ctx context.Context) error {
	return execAll(ctx, s.DB, "UPDATE identity_sessions SET address_index = '', browser_index = ''", "DELETE FROM river_job")
}

func execAll(ctx context.Context, d *db.DB, queries ...string) error {
	return d.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		for _, q := range queries {
			if _, err := tx.ExecContext(ctx, q); err != nil {
				return err
			}
		}
		return nil
	})
}

// refresh begins the sessions of a kept folder anew.
func refresh(ctx context.Context, d *db.DB) error {
	now := d.Clock().Now()
	return execAll(ctx, d, fmt.Sprintf("UPDATE identity_sessions SET seen_at = %d, expires_at = %d", db.At(now), db.At(now.Add(12*time.Hour))))
}

// workers: on SQLite many share a sync; on PostgreSQL transactions that meet on
// the pages of young tables abort each other.
func (s *seeder) workers() int {
	if s.DB.Engine() == db.Postgres {
		return 8
	}
	return 64
}

// patient tries again what the database could not put in order.
func patient(f func() error) error {
	err := f()
	for i := 0; i < 10 && errs.IsKind(err, errs.Unavailable); i++ {
		time.Sleep(50 * time.Millisecond)
		err = f()
	}
	return err
}

func parallel(workers, n int, f func(int) error) error {
	var next atomic.Int64
	var failed atomic.Pointer[error]
	var all sync.WaitGroup
	for range workers {
		all.Go(func() {
			for i := int(next.Add(1)) - 1; i < n && failed.Load() == nil; i = int(next.Add(1)) - 1 {
				if err := f(i); err != nil {
					failed.Store(&err)
				}
			}
		})
	}
	all.Wait()
	if err := failed.Load(); err != nil {
		return *err
	}
	return nil
}

// person has a confirmed profile, applications and three notices.
func (s *seeder) person(ctx context.Context, n int) (string, error) {
	var owner string
	who := profile.NewPerson{
		Account: identity.NewAccount{Phone: fmt.Sprintf("+7911%07d", n), Email: fmt.Sprintf("p%d@example.org", n), Lang: "ru"},
		Level:   profile.Confirmed,
		Person: profile.Person{
			LastName: "Соколова", FirstName: "Анна", MiddleName: "Петровна", BirthDate: "1990-04-12", Sex: "female", SNILS: snils(n),
			Passport: profile.Passport{Series: "4510", Number: fmt.Sprintf("%06d", 100001+n), IssuedOn: "2010-05-20", IssuedBy: "ОВД Образцового района", UnitCode: "770-001"},
			Address:  profile.Address{Index: "101000", Region: "Москва", City: "Москва", Street: "ул. Образцовая", House: "1", Flat: fmt.Sprint(n % 300)},
		},
	}
	err := patient(func() (err error) {
		owner, err = s.Profile.Enter(ctx, who)
		return err
	})
	if err != nil {
		return "", err
	}
	me := secret.WithCache(identity.WithActor(ctx, identity.Actor{ID: owner, Lang: "ru", Bearer: true}))
	var body struct {
		Service string         `json:"service"`
		Answers map[string]any `json:"answers"`
	}
	if err := json.Unmarshal([]byte(form), &body); err != nil {
		return "", err
	}
	for range s.cases {
		key := id.Token()
		err := patient(func() error {
			_, err := s.Drafts.Apply(me, body.Service, body.Answers, key)
			return err
		})
		if err != nil {
			return "", fmt.Errorf("apply: %w%s", err, faults(err))
		}
	}
	return owner, s.notices(ctx, owner)
}

// faults names the fields of a form that is not accepted.
func faults(err error) string {
	text := ""
	if e, ok := errs.As(err); ok {
		for _, f := range e.Fields {
			text += fmt.Sprintf(" %s %v", f.Name, f.Args)
		}
	}
	return text
}

func (s *seeder) notices(ctx context.Context, owner string) error {
	letter := notify.Letter{
		Channel: notify.Cabinet, To: owner, Owner: owner, Kind: "status", Subject: "Заявление принято",
		Text: "Заявление на услугу «Справка об отсутствии судимости» принято. Срок — 10 рабочих дней", Link: "/cabinet",
	}
	batch, err := s.Notify.Seal(ctx, letter, letter, letter)
	if err != nil {
		return err
	}
	return patient(func() error {
		return s.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error { return s.Notify.Send(ctx, tx, batch) })
	})
}

// snils gives a number with its check digits (ПФР, постановление № 318п).
func snils(n int) string {
	digits, sum := fmt.Sprintf("%09d", 100000000+n), 0
	for i, d := range digits {
		sum += int(d-'0') * (9 - i)
	}
	return fmt.Sprintf("%s%02d", digits, sum%101%100)
}

// session begins a session and gives its cookie, name=token.
func (s *seeder) session(ctx context.Context, owner, method string) (string, error) {
	w, r := httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, "/", nil).WithContext(ctx)
	if err := patient(func() error { return s.Identity.StartSession(ctx, w, r, owner, method) }); err != nil {
		return "", err
	}
	pair, _, _ := strings.Cut(w.Header().Get("Set-Cookie"), ";")
	return pair, nil
}

func (s *seeder) officer(ctx context.Context, n int) (owner, token string, err error) {
	d, err := s.Identity.Prepare(ctx, identity.NewAccount{Login: fmt.Sprintf("bench-officer-%d", n), Phone: fmt.Sprintf("+7912%07d", n), Lang: "ru"})
	if err != nil {
		return "", "", err
	}
	err = s.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if _, err := s.Identity.Create(ctx, tx, d); err != nil {
			return err
		}
		return s.Agency.AddStaff(ctx, tx, agency.Member{Account: d.ID(), Agency: agencyCode, Role: identity.Officer})
	})
	if err != nil {
		return "", "", err
	}
	token, err = s.session(ctx, d.ID(), "password+totp")
	return d.ID(), token, err
}

// lastCase is the id of a person's newest application and the owner.
func lastCase(ctx context.Context, d app.Doors, owner string) (string, error) {
	var caseID string
	err := d.DB.Reader().QueryRowContext(ctx,
		"SELECT id FROM applications_cases WHERE owner_id = $1 ORDER BY submitted_at DESC LIMIT 1", owner).Scan(&caseID)
	return caseID, err
}

// rowsOf reads what one submission wrote.
func rowsOf(ctx context.Context, d app.Doors, owner string) ([]row, error) {
	caseID, err := lastCase(ctx, d, owner)
	if err != nil {
		return nil, err
	}
	var all []row
	for _, t := range []struct {
		table, where string
		key          bool
	}{
		{"secret_keys", "owner_id = $1", true},
		{"applications_numbers", "case_id = $1", false},
		{"applications_cases", "id = $1", false},
		{"applications_queue", "case_id = $1", false},
		{"applications_events", "case_id = $1", false},
		{"audit_entries", "object = 'case:' || $1", false},
		{"applications_draft_keys", "object_id = $1", false},
	} {
		q := d.DB.Reader()
		if t.key {
			q = d.Keys.Reader()
		}
		r, err := oneRow(ctx, q, t.table, t.where, caseID)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", t.table, err)
		}
		r.Key = t.key
		all = append(all, r)
	}
	return append(all, jobRow(caseID)), nil
}

// jobRow is the one job that a submission enqueues.
func jobRow(caseID string) row {
	return row{Table: "river_job", Columns: []string{"args", "kind", "max_attempts", "state", "queue", "priority"}, Values: []value{
		{Kind: "text", Text: `{"listener":"applications.tell","event":{"name":"applications.moved","id":"` + caseID + `","owner":"` + caseID +
			`","version":1,"refs":{"agency":"mvd","deed":"submit","from":"","number":"1234-5678-9014","service":"` + serviceID + `","to":"accepted"}}}`},
		{Kind: "text", Text: "event.deliver"},
		{Kind: "int", Text: "25"},
		{Kind: "text", Text: "available"},
		{Kind: "text", Text: "default"},
		{Kind: "int", Text: "1"},
	}}
}

// oneRow reads a row; its names (ids, numbers, hashes) are to be made afresh.
func oneRow(ctx context.Context, q db.Q, table, where, name string) (row, error) {
	rows, err := q.QueryContext(ctx, "SELECT * FROM "+table+" WHERE "+where+" LIMIT 1", name)
	if err != nil {
		return row{}, err
	}
	defer func() { _ = rows.Close() }()
	r := row{Table: table}
	if r.Columns, err = rows.Columns(); err != nil {
		return r, err
	}
	if !rows.Next() {
		return r, fmt.Errorf("no row")
	}
	cells, to := make([]any, len(r.Columns)), make([]any, len(r.Columns))
	for i := range cells {
		to[i] = &cells[i]
	}
	if err := rows.Scan(to...); err != nil {
		return r, err
	}
	for i, c := range cells {
		v := valueOf(c)
		v.Fresh = strings.Contains(" id number case_id owner_id key_hash ", " "+r.Columns[i]+" ")
		r.Values = append(r.Values, v)
	}
	return r, rows.Err()
}

func valueOf(c any) value {
	switch c := c.(type) {
	case int64:
		return value{Kind: "int", Text: fmt.Sprint(c)}
	case bool:
		return value{Kind: "bool", Text: fmt.Sprint(c)}
	case nil: // how SQLite gives back empty bytes
		return value{Kind: "bytes"}
	case []byte:
		return value{Kind: "bytes", Bytes: append([]byte{}, c...)}
	}
	return value{Kind: "text", Text: fmt.Sprint(c)}
}

// syncTime is the median of 64 syncs of a page in the folder.
func syncTime(dir string) (time.Duration, error) {
	f, err := os.CreateTemp(dir, "sync-*")
	if err != nil {
		return 0, err
	}
	defer func() { _ = f.Close(); _ = os.Remove(f.Name()) }()
	block := make([]byte, 4096)
	binary.LittleEndian.PutUint32(block, 1)
	_, _ = rand.Read(block)
	times := make([]float64, 64)
	for i := range times {
		if _, err := f.Write(block); err != nil {
			return 0, err
		}
		begin := time.Now()
		if err := f.Sync(); err != nil {
			return 0, err
		}
		times[i] = float64(time.Since(begin))
	}
	return time.Duration(median(times)), nil
}
