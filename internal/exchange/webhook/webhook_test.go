package webhook

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	standard "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"okno/internal/applications/cases"
	"okno/internal/identity"
	"okno/internal/kit/audit"
	"okno/internal/kit/clock"
	"okno/internal/kit/db"
	"okno/internal/kit/event"
	"okno/internal/kit/i18n"
	"okno/internal/kit/job"
	"okno/internal/kit/secret"
	"okno/internal/kit/testkit"
	"okno/internal/notify"
)

type below struct {
	sync.Mutex
	sent []notify.Letter
}

func (*below) Codes() []string             { return []string{"fns", "mvd"} }
func (*below) Title(code, _ string) string { return code }
func (*below) Account(_ context.Context, id string) (identity.Account, error) {
	return identity.Account{ID: id, Email: id + "@example.org"}, nil
}

func (b *below) Seal(_ context.Context, l ...notify.Letter) (*notify.Batch, error) {
	b.Lock()
	defer b.Unlock()
	b.sent = append(b.sent, l...)
	return &notify.Batch{}, nil
}
func (*below) Send(context.Context, *db.Tx, *notify.Batch) error { return nil }

// receiver is an agency's system: it keeps what came and answers as told.
type receiver struct {
	sync.Mutex
	status int
	got    []http.Header
	bodies []string
}

func (r *receiver) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	r.Lock()
	defer r.Unlock()
	raw, _ := io.ReadAll(req.Body)
	r.got, r.bodies = append(r.got, req.Header), append(r.bodies, string(raw))
	w.WriteHeader(r.status)
}

func setup(t *testing.T, d *db.DB) (*Room, *clock.Fake, *below) {
	t.Helper()
	clk := clock.NewFake(testkit.Start)
	d = testkit.OpenURL(t, d.URL(), clk)
	must(t, job.Migrate(t.Context(), d))
	path := t.TempDir() + "/keys"
	must(t, secret.CreateKeyset(path, testkit.Start))
	keyset, err := secret.OpenKeyset(t.Context(), secret.File(path))
	must(t, err)
	sealer := secret.NewSealer(keyset, testkit.Open(t, db.SQLite, testkit.Of(secret.Migrations()), clk))
	journal, err := audit.New(t.Context(), d, sealer)
	must(t, err)
	log := slog.New(slog.DiscardHandler)
	queue, err := job.New(d, log)
	must(t, err)
	texts, err := i18n.New(Locale())
	must(t, err)
	b := &below{}
	r := New(Deps{
		DB: d, Sealer: sealer, Queue: queue, Bus: event.NewBus(queue), Audit: journal, Clock: clk, Log: log, Texts: texts,
		Agencies: b, Accounts: b, Notify: b, AllowPrivate: true,
	})
	return r, clk, b
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func integrator(agency string) context.Context {
	return identity.WithActor(context.Background(), identity.Actor{ID: "machine", Roles: []identity.Role{{Name: identity.Integrator, Agency: agency}}})
}

func moved(version int64) event.Event {
	return event.Event{Name: cases.Moved, ID: "case-1", Owner: "anna", Version: version, Refs: map[string]string{
		"number": "1234-5678-9014", "deed": "approve", "from": "in_work", "to": "approved", "service": "tax", "agency": "fns",
	}}
}

func TestWebhooks(t *testing.T) {
	t.Parallel()
	testkit.Each(t, testkit.Of(Migrations(), audit.Migrations()), clock.NewFake(testkit.Start), func(t *testing.T, d *db.DB) {
		r, clk, b := setup(t, d)
		system := &receiver{status: 500}
		server := httptest.NewServer(system)
		defer server.Close()
		ctx := integrator("fns")
		e, plain, err := r.Add(ctx, "fns", server.URL+"/hooks")
		must(t, err)
		for range 2 { // an event that is heard twice is told once
			must(t, r.moved(ctx, moved(7)))
		}
		all, err := r.store.log(ctx, "fns", e.ID)
		must(t, err)
		if len(all) != 1 || strings.Contains(all[0].Payload, "anna") {
			t.Fatalf("%+v", all)
		}
		one := all[0]
		must(t, r.deliver(ctx, deliver{Agency: "fns", ID: one.ID}))
		must(t, r.deliver(ctx, deliver{Agency: "fns", ID: one.ID})) // the job ran twice
		_, fresh, err := r.Rotate(ctx, "fns", e.ID)
		must(t, err)
		system.status = 200
		must(t, r.deliver(ctx, deliver{Agency: "fns", ID: one.ID, Tries: 1}))
		all, _ = r.store.log(ctx, "fns", e.ID)
		if all[0].State != Delivered || len(all[0].Log) != 2 || all[0].Log[0].Status != 500 || len(system.got) != 2 {
			t.Fatalf("%+v", all[0])
		}
		if system.got[0].Get("Webhook-Id") != system.got[1].Get("Webhook-Id") {
			t.Error("another id at the next try")
		}
		for name, s := range map[string]string{"old": plain, "new": fresh} {
			w, err := standard.NewWebhook(s)
			must(t, err)
			if err := w.VerifyIgnoringTimestamp([]byte(system.bodies[1]), system.got[1]); err != nil {
				t.Errorf("the %s secret does not fit: %v", name, err)
			}
		}
		clk.Advance(overlap + time.Hour)
		must(t, r.Replay(ctx, "fns", one.ID))
		must(t, r.deliver(ctx, deliver{Agency: "fns", ID: one.ID, Tries: 2}))
		w, _ := standard.NewWebhook(plain)
		if w.VerifyIgnoringTimestamp([]byte(system.bodies[2]), system.got[2]) == nil {
			t.Error("the old secret signs after its time")
		}
		must(t, r.Test(ctx, "fns", e.ID))
		if len(b.sent) != 0 {
			t.Error("told of a failure that was none")
		}
		for what, err := range map[string]error{
			"another agency": func() error { _, _, err := r.Add(integrator("mvd"), "fns", server.URL); return err }(),
			"replay":         r.Replay(integrator("mvd"), "fns", one.ID),
			"nobody":         r.Test(context.Background(), "fns", e.ID),
		} {
			if !errors.Is(err, identity.ErrForbidden) {
				t.Errorf("%s: %v", what, err)
			}
		}
	})
}

func TestFailingForLongSwitchesOff(t *testing.T) {
	t.Parallel()
	testkit.Each(t, testkit.Of(Migrations(), audit.Migrations()), clock.NewFake(testkit.Start), func(t *testing.T, d *db.DB) {
		r, clk, b := setup(t, d)
		server := httptest.NewServer(&receiver{status: 503})
		defer server.Close()
		ctx := integrator("fns")
		e, _, err := r.Add(ctx, "fns", server.URL)
		must(t, err)
		must(t, r.moved(ctx, moved(1)))
		all, _ := r.store.log(ctx, "fns", e.ID)
		for n := range len(pauses()) + 1 {
			must(t, r.deliver(ctx, deliver{Agency: "fns", ID: all[0].ID, Tries: n}))
			clk.Advance(time.Hour)
		}
		if after, _ := r.store.delivery(ctx, "fns", all[0].ID); after.State != Failed || after.Tries != len(pauses())+1 {
			t.Errorf("%+v", after)
		}
		clk.Advance(giveUp)
		must(t, r.moved(ctx, moved(2)))
		must(t, r.deliver(ctx, deliver{Agency: "fns", ID: messageID(moved(2), e)}))
		row, err := r.store.endpoint(ctx, "fns", e.ID)
		must(t, err)
		if row.State != Failed || len(b.sent) != 1 || !strings.Contains(b.sent[0].Text, server.URL) {
			t.Errorf("%s, told %+v", row.State, b.sent)
		}
		must(t, r.Switch(ctx, "fns", e.ID, true))
	})
}

func TestOnlyPublicAddresses(t *testing.T) {
	t.Parallel()
	for _, ip := range []string{
		"127.0.0.1", "10.1.2.3", "192.168.0.1", "172.16.0.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1", "255.255.255.255",
		"::1", "fe80::1", "fc00::1", "::ffff:127.0.0.1", "64:ff9b::7f00:1", "2001:db8::1", "198.18.0.1", "::",
	} {
		if public(netip.MustParseAddr(ip)) {
			t.Errorf("%s is called public", ip)
		}
	}
	if !public(netip.MustParseAddr("93.184.216.34")) || !public(netip.MustParseAddr("2a00:1450:4010::1")) {
		t.Error("a public address is refused")
	}
	for _, u := range []string{
		"http://example.org", "https://", "https://user@example.org", "ftp://example.org", "https://127.0.0.1/x", "https://localhost", "https://[::1]/",
		"https://intranet", "javascript:alert(1)", "",
	} {
		if checkURL(u, false) == nil {
			t.Errorf("%s is taken", u)
		}
	}
	if err := checkURL("https://example.org/hooks?x=1", false); err != nil {
		t.Error(err)
	}
	server := httptest.NewServer(&receiver{status: 200})
	defer server.Close()
	if _, err := post(t.Context(), newClient(false), server.URL, "msg_1", "{}", testkit.Start, newSecret()); !errors.Is(err, errPrivate) {
		t.Errorf("a private address was spoken to: %v", err)
	}
}

func FuzzCheckURL(f *testing.F) {
	f.Add("https://example.org/hooks")
	f.Add("https://[::ffff:127.0.0.1]:443/")
	f.Fuzz(func(t *testing.T, address string) {
		if checkURL(address, false) == nil && !strings.HasPrefix(strings.ToLower(address), "https:") {
			t.Errorf("%q is taken", address)
		}
	})
}
