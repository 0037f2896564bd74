package notify_test

import (
	"context"
	"errors"
	"log/slog"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"okno/internal/kit/clock"
	"okno/internal/kit/db"
	"okno/internal/kit/job"
	"okno/internal/kit/live"
	"okno/internal/kit/secret"
	"okno/internal/kit/testkit"
	"okno/internal/notify"
)

var schema = testkit.Schema{Name: "notify", Prepare: func(ctx context.Context, d *db.DB) error {
	if err := job.Migrate(ctx, d); err != nil {
		return err
	}
	return d.Migrate(ctx, secret.Migrations(), notify.Migrations())
}}

// gateway records what it is given and fails as told.
type gateway struct {
	name string
	mu   sync.Mutex
	fail error
	got  []string
	ids  map[string]int
}

func (g *gateway) Name() string                { return g.name }
func (g *gateway) Check(context.Context) error { return nil }
func (g *gateway) Deliver(_ context.Context, l notify.Letter, messageID string) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.fail != nil {
		return g.fail
	}
	g.got = append(g.got, l.To+" "+l.Text)
	if g.ids == nil {
		g.ids = map[string]int{}
	}
	g.ids[messageID]++
	return nil
}

type bench struct {
	n             *notify.Notify
	q             *job.Queue
	d             *db.DB
	clk           *clock.Fake
	first, second *gateway
	mail          *gateway
}

func setup(t *testing.T, d *db.DB, clk *clock.Fake) bench {
	t.Helper()
	ctx := context.Background()
	path := filepath.Join(t.TempDir(), "keyset.json")
	if err := secret.CreateKeyset(path, clk.Now()); err != nil {
		t.Fatal(err)
	}
	keyset, err := secret.OpenKeyset(ctx, secret.File(path))
	if err != nil {
		t.Fatal(err)
	}
	log := slog.New(slog.DiscardHandler)
	q, err := job.New(d, log)
	if err != nil {
		t.Fatal(err)
	}
	b := bench{q: q, d: d, clk: clk, first: &gateway{name: "first"}, second: &gateway{name: "second"}, mail: &gateway{name: "mail"}}
	b.n = notify.New(notify.Deps{
		DB: d, Sealer: secret.NewSealer(keyset, d), Queue: q, Live: live.New(d, log, "n"), Clock: clk, Log: log,
		Gateways: map[string][]notify.Gateway{notify.SMS: {b.first, b.second}, notify.Email: {b.mail}},
	})
	return b
}

func (b bench) send(t *testing.T, letters ...notify.Letter) {
	t.Helper()
	ctx := context.Background()
	batch, err := b.n.Seal(ctx, letters...)
	if err != nil {
		t.Fatal(err)
	}
	if err := b.d.Write(ctx, func(ctx context.Context, tx *db.Tx) error { return b.n.Send(ctx, tx, batch) }); err != nil {
		t.Fatal(err)
	}
}

func each(t *testing.T, f func(t *testing.T, b bench)) {
	t.Helper()
	for _, e := range []db.Engine{db.SQLite, db.Postgres} {
		t.Run(string(e), func(t *testing.T) {
			t.Parallel()
			clk := clock.NewFake(testkit.Start)
			f(t, setup(t, testkit.Open(t, e, schema, clk), clk))
		})
	}
}

func TestLettersGoOutOnceAndNoticesStand(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b bench) {
		ctx := context.Background()
		b.send(t,
			notify.Letter{Channel: notify.SMS, To: "+79990000001", Owner: "anna", Text: "код 123"},
			notify.Letter{Channel: notify.Email, To: "a@example.org", Owner: "anna", Subject: "Тема", Text: "письмо"},
			notify.Letter{Channel: notify.Cabinet, To: "anna", Owner: "anna", Kind: "status", Subject: "Принято", Text: "уведомление", Link: "/cabinet"},
		)
		for range 2 {
			if err := b.q.Drain(ctx); err != nil {
				t.Fatal(err)
			}
		}
		if diff := cmp.Diff([]string{"+79990000001 код 123"}, b.first.got); diff != "" {
			t.Error(diff)
		}
		if diff := cmp.Diff([]string{"a@example.org письмо"}, b.mail.got); diff != "" {
			t.Error(diff)
		}
		notices, err := b.n.Notices(ctx, "anna", 10)
		if err != nil || len(notices) != 1 || notices[0].Subject != "Принято" || notices[0].Read {
			t.Fatalf("notices %+v, %v", notices, err)
		}
		if n, _ := b.n.Unread(ctx, "anna"); n != 1 {
			t.Errorf("unread %d", n)
		}
		if err := b.n.MarkRead(ctx, "boris", notices[0].ID); err != nil {
			t.Fatal(err)
		}
		if n, _ := b.n.Unread(ctx, "anna"); n != 1 {
			t.Error("another person marked the notice")
		}
		if err := b.n.MarkRead(ctx, "anna"); err != nil {
			t.Fatal(err)
		}
		if n, _ := b.n.Unread(ctx, "anna"); n != 0 {
			t.Errorf("unread %d after reading", n)
		}
	})
}

// TestNewsByWhatNoticesSpeakOf: what was seen is no news, to its owner alone.
func TestNewsByWhatNoticesSpeakOf(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b bench) {
		ctx := context.Background()
		for _, owner := range []string{"anna", "boris"} {
			for _, ref := range []string{"case:1", "case:1", "case:2", ""} {
				b.send(t, notify.Letter{Channel: notify.Cabinet, To: owner, Owner: owner, Kind: "status", Subject: "а", Text: "б", Ref: ref})
			}
		}
		if err := b.q.Drain(ctx); err != nil {
			t.Fatal(err)
		}
		news := func(owner string, refs ...string) map[string]bool {
			t.Helper()
			out, err := b.n.News(ctx, owner, refs...)
			if err != nil {
				t.Fatal(err)
			}
			return out
		}
		if diff := cmp.Diff(map[string]bool{"case:1": true, "case:2": true}, news("anna", "case:1", "case:2", "case:3")); diff != "" {
			t.Error(diff)
		}
		for range 2 {
			if err := b.n.Seen(ctx, "anna", "case:1", "case:3"); err != nil {
				t.Fatal(err)
			}
		}
		if diff := cmp.Diff(map[string]bool{"case:2": true}, news("anna", "case:1", "case:2")); diff != "" {
			t.Error(diff)
		}
		if diff := cmp.Diff(map[string]bool{"case:1": true}, news("boris", "case:1")); diff != "" {
			t.Error(diff)
		}
		if n, err := b.n.Unread(ctx, "anna"); n != 2 || err != nil {
			t.Errorf("%d unread, %v", n, err)
		}
		if out := news("anna"); len(out) != 0 {
			t.Errorf("asked for nothing: %v", out)
		}
	})
}

func TestBrokenGatewayFallsOverAndLaterRecovers(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b bench) {
		ctx := context.Background()
		b.first.fail = errors.New("down")
		b.mail.fail = errors.New("down")
		b.send(t,
			notify.Letter{Channel: notify.SMS, To: "+79990000001", Owner: "anna", Text: "a"},
			notify.Letter{Channel: notify.Email, To: "a@example.org", Owner: "anna", Text: "b"},
		)
		if err := b.q.Drain(ctx); err == nil {
			t.Fatal("a failing letter must be tried again")
		}
		if len(b.second.got) != 1 || len(b.mail.got) != 0 {
			t.Fatalf("second %v, mail %v", b.second.got, b.mail.got)
		}
		b.mail.fail = nil
		if err := b.q.Drain(ctx); err != nil {
			t.Fatal(err)
		}
		if len(b.second.got) != 1 || len(b.mail.got) != 1 {
			t.Fatalf("second %v, mail %v: not once", b.second.got, b.mail.got)
		}
	})
}

func TestRefusedAndExpiredLettersEnd(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b bench) {
		ctx := context.Background()
		b.mail.fail = notify.Refused(errors.New("no such box"))
		b.send(t, notify.Letter{Channel: notify.Email, To: "a@example.org", Owner: "anna", Text: "b", Secret: true})
		if err := b.q.Drain(ctx); err != nil {
			t.Fatal(err)
		}
		b.mail.fail = nil
		b.send(t, notify.Letter{Channel: notify.SMS, To: "+79990000001", Owner: "anna", Text: "код", Expires: b.clk.Now().Add(time.Minute)})
		b.clk.Advance(2 * time.Minute)
		if err := b.q.Drain(ctx); err != nil {
			t.Fatal(err)
		}
		if len(b.first.got)+len(b.mail.got) != 0 {
			t.Fatalf("sent %v %v", b.first.got, b.mail.got)
		}
	})
}

func TestForeignLettersDoNotShareABatch(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b bench) {
		for _, l := range [][]notify.Letter{
			{{Channel: notify.SMS, Owner: "a"}, {Channel: notify.SMS, Owner: "b"}},
			{{Channel: notify.SMS}},
			{{Channel: notify.Cabinet, To: "b", Owner: "a"}},
		} {
			if _, err := b.n.Seal(context.Background(), l...); err == nil {
				t.Errorf("%+v is sealed", l)
			}
		}
	})
}

func TestEraseLeavesNothing(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b bench) {
		ctx := context.Background()
		b.send(t,
			notify.Letter{Channel: notify.SMS, To: "+79990000001", Owner: "anna", Text: "a"},
			notify.Letter{Channel: notify.Cabinet, To: "anna", Owner: "anna", Text: "b"},
		)
		if err := b.d.Write(ctx, func(ctx context.Context, tx *db.Tx) error { return b.n.Erase(ctx, tx, "anna") }); err != nil {
			t.Fatal(err)
		}
		if err := b.q.Drain(ctx); err != nil || len(b.first.got) != 0 {
			t.Fatalf("sent %v, %v", b.first.got, err)
		}
		if all, _ := b.n.Notices(ctx, "anna", 10); len(all) != 0 {
			t.Fatal("notices are left")
		}
	})
}
