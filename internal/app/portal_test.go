package app

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"okno/internal/agency"
	"okno/internal/identity"
	"okno/internal/kit/clock"
	"okno/internal/kit/db"
	"okno/internal/kit/i18n"
	"okno/internal/kit/job"
	"okno/internal/kit/secret"
	"okno/internal/kit/testkit"
	"okno/internal/profile"
	"okno/internal/sandbox"
)

// houseSchema is every room's schema, made once and copied for each test.
var houseSchema = testkit.Schema{Name: "house", Prepare: func(ctx context.Context, d *db.DB) error {
	return errors.Join(job.Migrate(ctx, d), d.Migrate(ctx, roomMigrations()...))
}}

var engines = []db.Engine{db.SQLite, db.Postgres}

// each runs f with a portal on each engine.
func each(t *testing.T, f func(t *testing.T, p *portal)) {
	t.Helper()
	onEngines(t, func(t *testing.T, e db.Engine) { f(t, newPortal(t, e)) })
}

func onEngines(t *testing.T, f func(t *testing.T, e db.Engine)) {
	t.Helper()
	for _, e := range engines {
		t.Run(string(e), func(t *testing.T) {
			t.Parallel()
			f(t, e)
		})
	}
}

// portal is a whole portal with its outside world.
type portal struct {
	t      testing.TB
	engine db.Engine
	house  *House
	box    *sandbox.Sandbox
	web    *httptest.Server
	log    *buffer
}

// buffer is a log that a test reads while it is written.
type buffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (b *buffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *buffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}

// newPortal starts a portal on fresh databases of the engine.
func newPortal(t testing.TB, e db.Engine) *portal {
	t.Helper()
	box := newBox(t)
	return startPortal(t, e, box, configFor(t, e, box))
}

func newBox(t testing.TB) *sandbox.Sandbox {
	t.Helper()
	box, err := sandbox.Start(context.Background(), sandbox.Config{People: 40})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = box.Close() })
	return box
}

// configFor points a portal to fresh databases and to the sandbox.
func configFor(t testing.TB, e db.Engine, box *sandbox.Sandbox) Config {
	t.Helper()
	return outside(t, box, t.TempDir(), testkit.URL(t, e, houseSchema), testkit.URL(t, e, testkit.Of(secret.Migrations())))
}

func outside(t testing.TB, box *sandbox.Sandbox, dir, data, keys string) Config {
	t.Helper()
	cfg, err := demoCommand{Listen: "127.0.0.1:0", Data: dir}.config(context.Background(), box)
	if err != nil {
		t.Fatal(err)
	}
	cfg.Database, cfg.KeysDatabase = secret.NewString(data), secret.NewString(keys)
	cfg.Keyset = filepath.Join(dir, "keyset.json")
	return cfg
}

// startPortal builds a house and serves it; on the same configuration twice, it
// makes a second node.
func startPortal(t testing.TB, e db.Engine, box *sandbox.Sandbox, cfg Config) *portal {
	t.Helper()
	p := &portal{t: t, engine: e, box: box, log: &buffer{}}
	ctx := context.Background()
	log := slog.New(slog.NewJSONHandler(p.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	var err error
	if p.house, err = Build(ctx, cfg, clock.System(), log, true); err != nil {
		t.Fatal(err)
	}
	if err := p.house.Start(ctx); err != nil {
		t.Fatal(err)
	}
	p.web = httptest.NewServer(p.house.Handler())
	t.Cleanup(p.stop)
	return p
}

func (p *portal) stop() {
	if p.t.Failed() {
		p.t.Logf("what went wrong in the portal:\n%s", p.failures())
	}
	p.web.CloseClientConnections()
	p.web.Close()
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	_ = p.house.Stop(ctx)
	p.house.close()
}

// failures are the lines of the log that tell of a request or job that failed.
func (p *portal) failures() string {
	var out []string
	for line := range strings.Lines(p.log.String()) {
		if strings.Contains(line, `"ERROR"`) || strings.Contains(line, `"WARN"`) || strings.Contains(line, `"conflict"`) {
			out = append(out, line)
		}
	}
	return strings.Join(out[max(0, len(out)-30):], "")
}

// enter makes a citizen of the sandbox's n-th person at the level.
func (p *portal) enter(n int, level profile.Level) string {
	p.t.Helper()
	id, err := enter(p.house, p.box, n, level)
	must(p.t, err)
	return id
}

func enter(h *House, box *sandbox.Sandbox, n int, level profile.Level) (string, error) {
	return h.profile.Enter(identity.AsSystem(context.Background()), profile.NewPerson{
		Account: identity.NewAccount{Phone: demoPhone(n), Email: demoEmail("person" + itoa(n)), Lang: i18n.RU, PasswordHash: passwordHash(h)},
		Person:  personOf(box.Person(n)), Level: level,
	})
}

// passwordHash is of demoPassword, made once: it is slow by design.
func passwordHash(h *House) string {
	hashOnce.Do(func() { hashed, _ = h.identity.HashPassword(identity.AsSystem(context.Background()), demoPassword) })
	return hashed
}

var (
	hashOnce sync.Once
	hashed   string
)

// staff makes an account with a role.
func (p *portal) staff(login, role, agencyCode, office string) string {
	p.t.Helper()
	id, err := makeTestStaff(p.house, login, role, agencyCode, office)
	must(p.t, err)
	return id
}

func makeTestStaff(h *House, login, role, agencyCode, office string) (string, error) {
	ctx := identity.AsSystem(context.Background())
	m := agency.Member{Agency: agencyCode, Office: office, Role: identity.RoleName(role)}
	n := 0
	for _, c := range login {
		n = (n*31 + int(c)) % 9000
	}
	if err := h.makeStaff(ctx, login, demoPhone(1000+n), demoEmail(login), passwordHash(h), demoTOTP(login), m); err != nil {
		return "", err
	}
	return h.identity.FindByLogin(ctx, login)
}

// Methods of sessions: a citizen's, and one that carries roles.
const (
	bySMS  = "password+sms"
	byTOTP = "password+totp"
)

// session begins a session past the sign-in and gives its token.
func session(t testing.TB, h *House, account, method string) string {
	t.Helper()
	rec := httptest.NewRecorder()
	begin := httptest.NewRequest(http.MethodGet, "/begin", nil)
	begin.RemoteAddr = "127.0.0.1:1" // a session stays with the address and the browser where it began
	begin.Header.Set("User-Agent", "Go-http-client/1.1")
	var err error
	h.edge.Handler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		err = h.identity.StartSession(r.Context(), w, r, account, method)
	})).ServeHTTP(rec, begin)
	must(t, err)
	for _, c := range rec.Result().Cookies() {
		if strings.HasSuffix(c.Name, identity.SessionCookie) {
			return c.Value
		}
	}
	t.Fatal("no session began")
	return ""
}

// bearer begins a session for programs.
func bearer(t testing.TB, h *House, account, method string) string {
	t.Helper()
	token := session(t, h, account, method)
	_, err := h.stores.db.SQL().ExecContext(context.Background(),
		"UPDATE identity_sessions SET bearer = true WHERE owner_id = $1 AND created_at = (SELECT max(created_at) FROM identity_sessions WHERE owner_id = $1)", account)
	must(t, err)
	return token
}

// program is a caller of the API as the account.
func (p *portal) program(account, method string) *client {
	p.t.Helper()
	return newClient(p.t, p.web.URL).as(bearer(p.t, p.house, account, method))
}

// browser is a window in which the account is signed in; "" for nobody.
func (p *portal) browser(account, method string) *client {
	p.t.Helper()
	c := newClient(p.t, p.web.URL)
	if account != "" {
		c.cookie(session(p.t, p.house, account, method))
	}
	return c
}

// client speaks to a portal as a program or as a browser without scripts.
type client struct {
	t     testing.TB
	base  string
	http  *http.Client
	token string
}

func newClient(t testing.TB, base string) *client {
	t.Helper()
	jar, err := cookiejar.New(nil)
	must(t, err)
	return &client{t: t, base: base, http: &http.Client{
		Jar: jar, Timeout: 30 * time.Second,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

func (c *client) as(token string) *client {
	other := *c
	other.token = token
	return &other
}

func (c *client) cookie(token string) {
	u, err := url.Parse(c.base)
	must(c.t, err)
	c.http.Jar.SetCookies(u, []*http.Cookie{{Name: identity.SessionCookie, Value: token, Path: "/"}})
}

// reply is what came back.
type reply struct {
	status int
	header http.Header
	body   []byte
}

// send sends a request; headers are pairs.
func (c *client) send(method, path, kind string, body io.Reader, headers ...string) (reply, error) {
	req, err := http.NewRequestWithContext(context.Background(), method, c.base+path, body)
	if err != nil {
		return reply{}, err
	}
	if kind != "" {
		req.Header.Set("Content-Type", kind)
	}
	if c.token != "" {
		req.Header.Set("Authorization", "Bearer "+c.token)
	}
	for i := 0; i+1 < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	res, err := c.http.Do(req)
	if err != nil {
		return reply{}, err
	}
	defer func() { _ = res.Body.Close() }()
	raw, err := io.ReadAll(res.Body)
	return reply{res.StatusCode, res.Header, raw}, err
}

func (c *client) do(method, path, kind, body string, headers ...string) reply {
	c.t.Helper()
	r, err := c.send(method, path, kind, strings.NewReader(body), headers...)
	must(c.t, err)
	return r
}

func (c *client) get(path string) reply { c.t.Helper(); return c.do(http.MethodGet, path, "", "") }

// post sends a form as the portal's own page does.
func (c *client) post(path string, form url.Values) reply {
	c.t.Helper()
	return c.do(http.MethodPost, path, "application/x-www-form-urlencoded", form.Encode(), "Sec-Fetch-Site", "same-origin")
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
