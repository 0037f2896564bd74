// Package profiletest makes a profile with everything below it for tests: real
// rooms, a post that keeps letters, people in one line, pages in a plain frame.
// No production package imports it.
package profiletest

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/a-h/templ"

	"okno/internal/identity"
	"okno/internal/identity/factor"
	"okno/internal/identity/identitytest"
	"okno/internal/kit/audit"
	"okno/internal/kit/clock"
	"okno/internal/kit/db"
	"okno/internal/kit/event"
	"okno/internal/kit/i18n"
	"okno/internal/kit/id"
	"okno/internal/kit/job"
	"okno/internal/kit/live"
	"okno/internal/kit/secret"
	"okno/internal/kit/testkit"
	"okno/internal/kit/web"
	"okno/internal/notify"
	"okno/internal/profile"
	"okno/internal/reference"
)

// World is a profile with what it stands on.
type World struct {
	DB       *db.DB
	Clock    *clock.Fake
	Sealer   *secret.Sealer
	Queue    *job.Queue
	Bus      *event.Bus
	Audit    *audit.Log
	Texts    *i18n.Bundle
	Notify   *notify.Notify
	Identity *identity.Identity
	Factors  *factor.Room
	Profile  *profile.Profile
	Post     *Post
	Roles    identitytest.Roles
}

// Schema are the tables of the rooms, of the queue, and of more.
func Schema(more ...db.Migrations) testkit.Schema {
	all := append([]db.Migrations{audit.Migrations(), notify.Migrations(), identity.Migrations(), factor.Migrations(), profile.Migrations()}, more...)
	return testkit.Schema{Name: testkit.Of(all...).Name + "_jobs", Prepare: func(ctx context.Context, d *db.DB) error {
		if err := d.Migrate(ctx, all...); err != nil {
			return err
		}
		return job.Migrate(ctx, d)
	}}
}

// New makes a world on d, which has the tables of Schema, with the mild rules of
// risk.
func New(t testing.TB, d *db.DB, clk *clock.Fake) *World {
	t.Helper()
	return With(t, d, clk, identity.Config{RiskFile: identity.RiskOpen})
}

// With is New with settings of the sign-in; hashes are cheap in any case.
func With(t testing.TB, d *db.DB, clk *clock.Fake, c identity.Config) *World {
	t.Helper()
	c.Hash = identitytest.Hash()
	log := slog.New(slog.DiscardHandler)
	w := &World{DB: d, Clock: clk, Sealer: identitytest.Sealer(t, clk), Post: &Post{}, Roles: identitytest.Roles{}}
	var err error
	w.Queue, err = job.New(d, log)
	must(t, err)
	w.Bus = event.NewBus(w.Queue)
	w.Audit, err = audit.New(context.Background(), d, w.Sealer)
	must(t, err)
	w.Texts, err = i18n.New(identity.Locale(), factor.Locale(), profile.Locale(), reference.Locale(), web.Locale())
	must(t, err)
	hub := live.New(d, log, "test")
	w.Notify = notify.New(notify.Deps{
		DB: d, Sealer: w.Sealer, Queue: w.Queue, Live: hub, Clock: clk, Log: log,
		Gateways: map[notify.Channel][]notify.Gateway{notify.SMS: {w.Post}, notify.Email: {w.Post}},
	})
	w.Identity, err = identity.New(identity.Deps{
		DB: d, Sealer: w.Sealer, Queue: w.Queue, Bus: w.Bus, Audit: w.Audit, Live: hub, Clock: clk, Log: log,
		Texts: w.Texts, Notify: w.Notify, Roles: w.Roles, Config: c,
	})
	must(t, err)
	w.Factors = identitytest.Factors(t, w.Identity)
	w.Profile, err = profile.New(profile.Deps{
		DB: d, Sealer: w.Sealer, Queue: w.Queue, Bus: w.Bus, Audit: w.Audit, Live: hub, Clock: clk, Log: log,
		Texts: w.Texts, Notify: w.Notify, Identity: w.Identity,
	})
	must(t, err)
	w.Profile.SetOwners(
		profile.Owner{Name: "notify", Export: w.Notify.Export, Erase: w.Notify.Erase},
		profile.Owner{Name: "identity", Export: w.Identity.Export, Erase: w.Identity.Erase},
	)
	return w
}

// Person is the n-th made-up person; all numbers check.
func Person(n int) profile.Person {
	return profile.Person{
		LastName: "Петрова", FirstName: "Анна", MiddleName: "Викторовна", BirthDate: "1988-04-12", Sex: "female",
		SNILS: SNILS(n), INN: "500100732259",
		Passport: profile.Passport{
			Series: "4510", Number: fmt.Sprintf("%06d", 100000+n), IssuedOn: "2008-05-20", IssuedBy: "ОВД «Тестовое» г. Москвы", UnitCode: "770-001",
		},
		Address: profile.Address{Region: "Москва", City: "Москва", Street: "ул. Образцовая", House: "1", Flat: "5", Index: "101000"},
	}
}

// SNILS is the n-th number with its control sum.
func SNILS(n int) string {
	nine := fmt.Sprintf("%09d", 112233000+n)
	for c := range 101 {
		if s := fmt.Sprintf("%s%02d", nine, c); c < 100 {
			if _, err := reference.ParseSNILS(s); err == nil {
				return s
			}
		}
	}
	return ""
}

// Phone is the n-th person's phone.
func Phone(n int) string { return fmt.Sprintf("+7913%07d", 1000000+n) }

// Citizen makes the n-th person an account with the level.
func (w *World) Citizen(t testing.TB, n int, level profile.Level) string {
	t.Helper()
	return w.Enter(t, n, Person(n), level)
}

// Enter makes an account of the person.
func (w *World) Enter(t testing.TB, n int, p profile.Person, level profile.Level) string {
	t.Helper()
	hash, err := w.Identity.HashPassword(context.Background(), identitytest.Password)
	must(t, err)
	owner, err := w.Profile.Enter(w.System(), profile.NewPerson{
		Account: identity.NewAccount{Phone: Phone(n), Email: fmt.Sprintf("anna%d@example.ru", n), Lang: i18n.RU, PasswordHash: hash},
		Person:  p, Level: level,
	})
	must(t, err)
	return owner
}

// System is the context of jobs.
func (w *World) System() context.Context {
	return identity.AsSystem(i18n.With(context.Background(), w.Texts, i18n.RU))
}

// As is a request of the account with a fresh factor and the roles.
func (w *World) As(t testing.TB, account string, roles ...identity.Role) context.Context {
	return identitytest.Context(t, w.Identity, account, roles...)
}

// Nobody is a request without a session.
func (w *World) Nobody() context.Context {
	ctx := i18n.With(secret.WithCache(context.Background()), w.Texts, i18n.RU)
	return identity.WithActor(ctx, identity.Actor{IP: "203.0.113.9", Agent: "test browser", Request: id.New(), Lang: i18n.RU})
}

// Drain works all jobs that are due.
func (w *World) Drain(t testing.TB) {
	t.Helper()
	must(t, w.Queue.Drain(context.Background()))
}

// Handler serves the pages of identity and profile, and those of more, in a
// plain frame.
func (w *World) Handler(more ...func(*web.Router)) http.Handler {
	e := &web.Edge{Log: slog.New(slog.DiscardHandler), Clock: w.Clock, Texts: w.Texts}
	e.SetFrame(frame, func(r *http.Request, f web.Fault) web.Page {
		return web.Page{Title: "fault", Status: f.Status, Body: templ.Raw("<p class=fault>" + templ.EscapeString(i18n.T(r.Context(), f.Key, f.Args...)) + "</p>")}
	})
	e.Before(w.Identity.Authenticate)
	rt := web.NewRouter(e)
	w.Identity.Mount(rt)
	w.Profile.Mount(rt)
	for _, f := range more {
		f(rt)
	}
	return e.Handler(rt)
}

func frame(_ *http.Request, p web.Page) templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		if _, err := io.WriteString(w, "<title>"+templ.EscapeString(p.Title)+"</title><main>"); err != nil {
			return err
		}
		if p.Body != nil {
			if err := p.Body.Render(ctx, w); err != nil {
				return err
			}
		}
		_, err := io.WriteString(w, "</main>")
		return err
	})
}

// Post is a gateway that keeps what it was given.
type Post struct {
	mu   sync.Mutex
	sent []notify.Letter
}

// Name is the gateway's name.
func (p *Post) Name() string { return "test" }

// Check says that all is well.
func (p *Post) Check(context.Context) error { return nil }

// Deliver keeps the letter.
func (p *Post) Deliver(_ context.Context, l notify.Letter, _ string) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.sent = append(p.sent, l)
	return nil
}

// To are the letters to an address, the oldest first; "" means all.
func (p *Post) To(address string) []notify.Letter {
	p.mu.Lock()
	defer p.mu.Unlock()
	var out []notify.Letter
	for _, l := range p.sent {
		if address == "" || l.To == address {
			out = append(out, l)
		}
	}
	return out
}

// Code is the code last sent to the address, "" for none.
func (p *Post) Code(address string) string {
	code := ""
	for _, l := range p.To(address) {
		if c := regexp.MustCompile(`\b\d{6}\b`).FindString(strings.ReplaceAll(l.Text, "\n", " ")); c != "" {
			code = c
		}
	}
	return code
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
