package complaint

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"okno/internal/agency"
	"okno/internal/applications/cases"
	"okno/internal/applications/upload"
	"okno/internal/forms"
	"okno/internal/identity"
	"okno/internal/kit/audit"
	"okno/internal/kit/blob"
	"okno/internal/kit/clock"
	"okno/internal/kit/db"
	"okno/internal/kit/event"
	"okno/internal/kit/i18n"
	"okno/internal/kit/id"
	"okno/internal/kit/job"
	"okno/internal/kit/live"
	"okno/internal/kit/pdf"
	"okno/internal/kit/secret"
	"okno/internal/kit/testkit"
	"okno/internal/kit/web"
	"okno/internal/notify"
	"okno/internal/reference"
	"okno/internal/vault"
)

const serviceText = `id: tiny
version: 1
title: {ru: Справка о пробе, en: Trial certificate}
short: {ru: Проба, en: Trial}
agency: mvd
categories: [x]
audience: [citizen]
level: simplified
page:
  who: {ru: Все, en: All}
  what: {text: {ru: Ничего, en: Nothing}}
  duration: {working_days: 3}
  cost: 0
  result: {ru: Справка, en: Certificate}
  refusal: {code: none, text: {ru: Нет сведений, en: No data}, mend: {ru: Подайте снова, en: Apply again}}
  rules: {text: {ru: Закон, en: Law}}
result:
  title: {ru: Справка, en: Certificate}
  paragraphs: {ru: Подтверждается, en: It is confirmed}
ask:
  - {id: scan, title: {ru: Нужен скан, en: Scan}, text: {ru: Приложите скан, en: Attach a scan}, files: true}
notices:
  accepted: {ru: Ждите, en: Wait}
  approved: {ru: Готово, en: Done}
  refused: {ru: Жаль, en: Sorry}
form:
  steps:
    - id: one
      title: {ru: Шаг, en: Step}
      fields:
        - {id: name, kind: name, label: {ru: Имя, en: Name}}
`

type bundle struct {
	*Complaints
	clock   *clock.Fake
	queue   *job.Queue
	letters *letters
	texts   *i18n.Bundle
	vault   *vault.Vault
}

type (
	services struct{ one *forms.Service }
	people   struct{}
	offices  struct{}
	limits   struct{}
	scanner  struct{}
	letters  struct {
		sync.Mutex
		db   *db.DB
		sent []notify.Letter
		held map[*notify.Batch][]notify.Letter
	}
)

func (s services) Service(string) (*forms.Service, bool) { return s.one, true }
func (s services) Version(context.Context, string, int) (*forms.Service, error) {
	return s.one, nil
}

func (people) Account(_ context.Context, accountID string) (identity.Account, error) {
	return identity.Account{ID: accountID, Phone: "+79991234567", Email: "a@example.org", Lang: "ru", Status: identity.Active}, nil
}

func (people) Facts(context.Context, string) (forms.Facts, error) { return forms.Facts{}, nil }

func (people) Initials(_ context.Context, owners ...string) (map[string]string, error) {
	out := map[string]string{}
	for _, o := range owners {
		out[o] = "А. П."
	}
	return out, nil
}

func (offices) ByCode(code string) (agency.Agency, bool) {
	a := agency.Agency{Code: code, Title: agency.Text{RU: code, EN: code}, Zone: "Europe/Moscow"}
	if code == "mvd" {
		a.Superior = "higher"
	}
	return a, true
}

func (offices) Members(_ context.Context, code string) ([]agency.Member, error) {
	return []agency.Member{
		{Account: "officer", Agency: code, Role: identity.Officer},
		{Account: "officer2", Agency: code, Role: identity.Officer},
		{Account: "head", Agency: code, Role: identity.Head},
	}, nil
}

func (limits) Limit(context.Context, string, string, int, time.Duration) error { return nil }

func (scanner) Scan(_ context.Context, r io.Reader) (upload.Scan, error) {
	_, err := io.Copy(io.Discard, r)
	return upload.Clean, err
}

func (l *letters) Seal(_ context.Context, all ...notify.Letter) (*notify.Batch, error) {
	l.Lock()
	defer l.Unlock()
	b := &notify.Batch{}
	l.held[b] = all
	return b, nil
}

func (l *letters) Send(context.Context, *db.Tx, *notify.Batch) error { return nil }

func (l *letters) Deliver(ctx context.Context, _ string, b *notify.Batch, once func(context.Context, *db.Tx) (bool, error)) error {
	fresh := false
	err := l.db.WriteOnly(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		fresh, err = once(ctx, tx)
		return err
	})
	l.Lock()
	defer l.Unlock()
	if err == nil && fresh {
		l.sent = append(l.sent, l.held[b]...)
	}
	return err
}

// take gives what was sent since the last call.
func (l *letters) take() []notify.Letter {
	l.Lock()
	defer l.Unlock()
	sent := l.sent
	l.sent = nil
	return sent
}

func schema() testkit.Schema {
	return testkit.Schema{Name: "complaint", Prepare: func(ctx context.Context, d *db.DB) error {
		if err := job.Migrate(ctx, d); err != nil {
			return err
		}
		return d.Migrate(ctx, audit.Migrations(), vault.Migrations(), cases.Migrations(), Migrations())
	}}
}

func each(t *testing.T, f func(t *testing.T, b *bundle)) {
	t.Helper()
	testkit.Each(t, schema(), clock.NewFake(testkit.Start), func(t *testing.T, d *db.DB) { f(t, setup(t, d)) })
}

// setup is the package on a fresh database with fakes below it.
func setup(t testing.TB, d *db.DB) *bundle {
	t.Helper()
	ctx := context.Background()
	clk := clock.NewFake(testkit.Start)
	d = testkit.OpenURL(t, d.URL(), clk)
	log := slog.New(slog.DiscardHandler)
	file := t.TempDir() + "/keys"
	must(t, secret.CreateKeyset(file, testkit.Start))
	keyset, err := secret.OpenKeyset(ctx, secret.File(file))
	must(t, err)
	sealer := secret.NewSealer(keyset, testkit.Open(t, db.SQLite, testkit.Of(secret.Migrations()), clk))
	journal, err := audit.New(ctx, d, sealer)
	must(t, err)
	queue, err := job.New(d, log)
	must(t, err)
	store, err := blob.OpenFolder(t.TempDir())
	must(t, err)
	files := blob.NewSealed(store)
	texts, err := i18n.New(web.Locale(), reference.Locale(), forms.Locale(), pdf.Locale(), identity.Locale(), vault.Locale(), cases.Locale(), Locale())
	must(t, err)
	writer, err := pdf.NewWriter(texts)
	must(t, err)
	ref, err := reference.Load()
	must(t, err)
	bus := event.NewBus(queue)
	service, faults := forms.Load(fstest.MapFS{"services/tiny/service.yaml": {Data: []byte(serviceText)}}, "services/tiny/service.yaml")
	if len(faults) > 0 {
		t.Fatal(faults)
	}
	v, err := vault.New(vault.Deps{
		DB: d, Sealer: sealer, Queue: queue, Bus: bus, Audit: journal, Files: files, Clock: clk, Log: log, Agencies: offices{}, Limiter: limits{},
	})
	must(t, err)
	mail := &letters{db: d, held: map[*notify.Batch][]notify.Letter{}}
	intake, hub := upload.NewIntake(scanner{}, files, log), live.New(d, log, "n1")
	k, err := cases.New(cases.Deps{
		DB: d, Sealer: sealer, Jobs: queue, Bus: bus, Audit: journal, Live: hub, Clock: clk, Log: log, Texts: texts, Files: files, PDF: writer,
		Intake: intake, Calendar: ref.Calendar(), Services: services{service}, Accounts: people{}, Names: people{}, Offices: offices{},
		Notify: mail, Vault: v, BaseURL: "https://okno.example",
	})
	must(t, err)
	r, err := New(Deps{
		DB: d, Sealer: sealer, Jobs: queue, Bus: bus, Audit: journal, Live: hub, Clock: clk, Log: log, Texts: texts, Files: files, PDF: writer,
		Intake: intake, Calendar: ref.Calendar(), Services: services{service}, Accounts: people{}, Names: people{}, Offices: offices{},
		Notify: mail, Vault: v, Cases: k, BaseURL: "https://okno.example",
	})
	must(t, err)
	return &bundle{Complaints: r, clock: clk, queue: queue, letters: mail, texts: texts, vault: v}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// as is a context in which somebody acts: a citizen, or staff of an agency.
func (b *bundle) as(account string, roles ...identity.Role) context.Context {
	ctx := i18n.With(context.Background(), b.texts, "ru")
	return identity.WithActor(ctx, identity.Actor{ID: account, Session: "s", Roles: roles, IP: "192.0.2.1", Fresh: true})
}

func (b *bundle) citizen() context.Context { return b.as("anna") }

func (b *bundle) staff(account string, role identity.RoleName, agencyCode string) context.Context {
	return b.as(account, identity.Role{Name: role, Agency: agencyCode})
}

func (b *bundle) officer() context.Context  { return b.staff("officer", identity.Officer, "mvd") }
func (b *bundle) officer2() context.Context { return b.staff("officer2", identity.Officer, "mvd") }
func (b *bundle) head() context.Context     { return b.staff("head", identity.Head, "mvd") }
func (b *bundle) higher() context.Context   { return b.staff("judge", identity.Officer, "higher") }

// apply sends an application of anna and gives its number.
func (b *bundle) apply(t testing.TB) string {
	t.Helper()
	ctx := b.citizen()
	p, err := b.Cases.Prepare(ctx, cases.Submission{
		ID: id.New(), Owner: "anna", ServiceID: "tiny", Version: 1, Answers: forms.Answers{"name": "Анна"},
		Facts: forms.Facts{Today: "2026-11-16", Level: "standard"}, Level: "standard", Region: "77", Source: "page", Days: 3, Working: true,
	})
	must(t, err)
	var number string
	must(t, b.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		number, err = b.Cases.Create(ctx, tx, p)
		return err
	}))
	return number
}

// refused is an application that officer has refused.
func (b *bundle) refused(t testing.TB) string {
	t.Helper()
	number := b.apply(t)
	must(t, b.Cases.Take(b.officer(), cases.Deal{Number: number}))
	must(t, b.Cases.Refuse(b.officer(), cases.Deal{Number: number}, "none", "Сведений нет"))
	return number
}

// complain sends a complaint of anna about an application.
func (b *bundle) complain(t testing.TB, application, ground string) string {
	t.Helper()
	c, err := b.Begin(b.citizen(), application)
	must(t, err)
	must(t, b.Save(b.citizen(), c.ID, Form{Ground: ground, Text: "Сведения были", Files: []upload.File{pdfFile("Справка.pdf")}}))
	number, err := b.Send(b.citizen(), c.ID)
	must(t, err)
	return number
}

// taken is a complaint that an officer of another desk works on.
func (b *bundle) taken(ctx context.Context, t testing.TB, number string) {
	t.Helper()
	must(t, b.Register(ctx, Deal{Number: number}))
	must(t, b.Take(ctx, Deal{Number: number}))
}

func (b *bundle) drain(t *testing.T) {
	t.Helper()
	must(t, b.queue.Drain(context.Background()))
}

func (b *bundle) card1(t *testing.T, number string) *Card {
	t.Helper()
	c, err := b.Mine(b.citizen(), number)
	must(t, err)
	return c
}

func pdfFile(name string) upload.File {
	data := []byte("%PDF-1.4\nhello\n%%EOF\n")
	return upload.File{Name: name, Size: int64(len(data)), Body: bytes.NewReader(data)}
}
