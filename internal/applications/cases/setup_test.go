package cases

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"slices"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"okno/internal/agency"
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
  title: {ru: "Справка для ${a.name}", en: "Certificate for ${a.name}"}
  paragraphs: {ru: Подтверждается, en: It is confirmed}
  fields: [name]
  valid_days: 30
ask:
  - {id: scan, title: {ru: Нужен скан, en: Scan}, text: {ru: Приложите скан, en: Attach a scan}, files: true}
  - {id: name, title: {ru: Имя, en: Name}, text: {ru: Исправьте имя, en: Correct the name}, fields: [name]}
notices:
  accepted: {ru: "Ждите, ${a.name}", en: "Wait, ${a.name}"}
  approved: {ru: Готово, en: Done}
  refused: {ru: Жаль, en: Sorry}
form:
  steps:
    - id: one
      title: {ru: Шаг, en: Step}
      fields:
        - {id: name, kind: name, label: {ru: Имя, en: Name}, fill: [profile.last_name]}
        - {id: nick, kind: name, required: false, label: {ru: Прозвище, en: Nickname}, fill: [profile.first_name]}
        - {id: scan, kind: file, required: false, accept: [pdf], max_size: 1, label: {ru: Скан, en: Scan}}
`

type bundle struct {
	*Cases
	clock   *clock.Fake
	queue   *job.Queue
	letters *letters
	scanner *fakeScanner
	service *forms.Service
	texts   *i18n.Bundle
}

// fakes of the rooms below.
type (
	services struct{ one *forms.Service }
	people   struct{}
	offices  struct{}
	limits   struct{}
	letters  struct {
		sync.Mutex
		db   *db.DB
		sent []notify.Letter
		held map[*notify.Batch][]notify.Letter
	}
	fakeScanner struct {
		sync.Mutex
		answer upload.Scan
		err    error
	}
)

func (s services) Service(string) (*forms.Service, bool) { return s.one, true }
func (s services) Version(context.Context, string, int) (*forms.Service, error) {
	return s.one, nil
}

func (people) Account(_ context.Context, accountID string) (identity.Account, error) {
	if accountID == "ghost" {
		return identity.Account{}, identity.ErrNotFound
	}
	return identity.Account{ID: accountID, Phone: "+79991234567", Email: "a@example.org", Lang: "ru", Status: identity.Active}, nil
}

func (people) Initials(_ context.Context, owners ...string) (map[string]string, error) {
	out := map[string]string{}
	for _, o := range owners {
		out[o] = "А. П."
	}
	return out, nil
}

func (people) Facts(context.Context, string) (forms.Facts, error) {
	return forms.Facts{Known: map[string]forms.Known{"profile.snils": {Value: "11223344595"}}}, nil
}

func (offices) ByCode(code string) (agency.Agency, bool) {
	return agency.Agency{Code: code, Title: agency.Text{RU: "МВД", EN: "MVD"}, Full: agency.Text{RU: "МВД России", EN: "Ministry"}, Zone: "Europe/Moscow", Offices: []agency.Office{
		{Code: "mvd-1", Region: "77", Title: agency.Text{RU: "Отдел № 1", EN: "Office 1"}, Address: agency.Text{RU: "Лесная, 5", EN: "5 Lesnaya"}},
	}}, true
}

func (offices) Members(_ context.Context, code string) ([]agency.Member, error) {
	return []agency.Member{
		{Account: "officer", Agency: code, Role: identity.Officer},
		{Account: "officer2", Agency: code, Role: identity.Officer},
		{Account: "head", Agency: code, Role: identity.Head},
	}, nil
}

func (limits) Limit(context.Context, string, string, int, time.Duration) error { return nil }

func (l *letters) Seal(_ context.Context, all ...notify.Letter) (*notify.Batch, error) {
	l.Lock()
	defer l.Unlock()
	b := &notify.Batch{}
	if l.held == nil {
		l.held = map[*notify.Batch][]notify.Letter{}
	}
	l.held[b] = all
	return b, nil
}

func (l *letters) Send(_ context.Context, _ *db.Tx, b *notify.Batch) error {
	l.Lock()
	defer l.Unlock()
	l.sent = append(l.sent, l.held[b]...)
	return nil
}

func (l *letters) Deliver(ctx context.Context, _ string, b *notify.Batch, once func(context.Context, *db.Tx) (bool, error)) error {
	fresh := false
	err := l.db.WriteOnly(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		fresh, err = once(ctx, tx)
		return err
	})
	if err != nil || !fresh {
		return err
	}
	return l.Send(ctx, nil, b)
}

// take gives what was sent since the last call.
func (l *letters) take() []notify.Letter {
	l.Lock()
	defer l.Unlock()
	sent := l.sent
	l.sent = nil
	return sent
}

func (s *fakeScanner) Scan(_ context.Context, r io.Reader) (upload.Scan, error) {
	s.Lock()
	defer s.Unlock()
	_, _ = io.Copy(io.Discard, r)
	return s.answer, s.err
}

func (s *fakeScanner) set(answer upload.Scan, err error) {
	s.Lock()
	defer s.Unlock()
	s.answer, s.err = answer, err
}

func schema() testkit.Schema {
	return testkit.Schema{Name: "cases", Prepare: func(ctx context.Context, d *db.DB) error {
		if err := job.Migrate(ctx, d); err != nil {
			return err
		}
		return d.Migrate(ctx, audit.Migrations(), vault.Migrations(), Migrations())
	}}
}

func each(t *testing.T, f func(t *testing.T, b *bundle)) {
	t.Helper()
	clk := clock.NewFake(testkit.Start)
	testkit.Each(t, schema(), clk, func(t *testing.T, d *db.DB) { f(t, setup(t, d)) })
}

// setup is the package on a fresh database with fakes below it.
func setup(t testing.TB, d *db.DB) *bundle {
	t.Helper()
	ctx := context.Background()
	clk := clock.NewFake(testkit.Start)
	d = testkit.OpenURL(t, d.URL(), clk)
	log := slog.New(slog.DiscardHandler)
	sealer := sealer(t, clk)
	journal, err := audit.New(ctx, d, sealer)
	must(t, err)
	queue, err := job.New(d, log)
	must(t, err)
	store, err := blob.OpenFolder(t.TempDir())
	must(t, err)
	files := blob.NewSealed(store)
	texts, err := i18n.New(web.Locale(), reference.Locale(), forms.Locale(), pdf.Locale(), identity.Locale(), vault.Locale(), Locale())
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
	b := &bundle{clock: clk, queue: queue, letters: &letters{db: d}, scanner: &fakeScanner{answer: upload.Clean}, service: service, texts: texts}
	b.Cases, err = New(Deps{
		DB: d, Sealer: sealer, Jobs: queue, Bus: bus, Audit: journal, Live: live.New(d, log, "n1"), Clock: clk, Log: log,
		Texts: texts, Files: files, PDF: writer, Intake: upload.NewIntake(b.scanner, files, log), Calendar: ref.Calendar(),
		Services: WithParts(services{service}), Accounts: people{}, Names: people{}, Offices: offices{}, Notify: b.letters, Vault: v,
		BaseURL: "https://okno.example",
	})
	must(t, err)
	return b
}

func sealer(t testing.TB, clk clock.Clock) *secret.Sealer {
	t.Helper()
	file := t.TempDir() + "/keys"
	must(t, secret.CreateKeyset(file, testkit.Start))
	keyset, err := secret.OpenKeyset(context.Background(), secret.File(file))
	must(t, err)
	return secret.NewSealer(keyset, testkit.Open(t, db.SQLite, testkit.Of(secret.Migrations()), clk))
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
func (b *bundle) officer() context.Context {
	return b.as("officer", identity.Role{Name: identity.Officer, Agency: "mvd"})
}

func (b *bundle) officer2() context.Context {
	return b.as("officer2", identity.Role{Name: identity.Officer, Agency: "mvd"})
}

func (b *bundle) head() context.Context {
	return b.as("head", identity.Role{Name: identity.Head, Agency: "mvd"})
}

func (b *bundle) stranger() context.Context {
	return b.as("else", identity.Role{Name: identity.Officer, Agency: "fns"})
}

func submission() Submission {
	return Submission{
		ID: id.New(), Owner: "anna", ServiceID: "tiny", Version: 1, Answers: forms.Answers{"name": "Анна"},
		Facts: forms.Facts{Today: "2026-11-16", Level: "standard", Known: map[string]forms.Known{
			"profile.first_name": {Value: "Аня", Origin: forms.Text{RU: "профиль", EN: "profile"}},
		}},
		Level: "standard", Region: "77", Source: "page", Days: 3, Working: true,
	}
}

// submit sends an application of anna and gives its number.
func (b *bundle) submit(t testing.TB) string {
	t.Helper()
	return b.send(t, submission())
}

func (b *bundle) send(t testing.TB, s Submission) string {
	t.Helper()
	ctx := b.as(s.Owner)
	p, err := b.Prepare(ctx, s)
	must(t, err)
	var number string
	must(t, b.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		number, err = b.Create(ctx, tx, p)
		return err
	}))
	return number
}

func (b *bundle) drain(t *testing.T) {
	t.Helper()
	must(t, b.queue.Drain(context.Background()))
}

func (b *bundle) state(t *testing.T, number string) Case {
	t.Helper()
	k, err := b.State(b.citizen(), number)
	must(t, err)
	return k
}

func deal(number string) Deal { return Deal{Number: number} }

func pdfFile(name string) upload.File {
	data := []byte("%PDF-1.4\nhello\n%%EOF\n")
	return upload.File{Name: name, Size: int64(len(data)), Body: bytes.NewReader(data)}
}

func channels(all []notify.Letter) []string {
	var out []string
	for _, l := range all {
		out = append(out, l.Channel)
	}
	slices.Sort(out)
	return out
}
