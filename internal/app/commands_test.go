package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"filippo.io/age"

	"okno/internal/identity"
	"okno/internal/kit/clock"
	"okno/internal/kit/db"
	"okno/internal/kit/testkit"
	"okno/internal/profile"
	"okno/internal/sandbox/party"
	"okno/services"
)

func TestWrongSettingsAreNamed(t *testing.T) {
	t.Parallel()
	good := []string{
		"OKNO_BASE_URL=https://portal.example.org", "OKNO_SMTP_ADDR=mail:587", "OKNO_SMTP_FROM=a@b.example", "OKNO_SMS_ADDR=smsc:2775",
	}
	if _, err := LoadConfig("", good); err != nil {
		t.Fatalf("good settings: %v", err)
	}
	for set, named := range map[string]string{
		"MODE=test": "mode", "BASE_URL=portal": "base_url", "BASE_URL=": "base_url", "BASE_URL=http://portal.example.org": "base_url",
		"BASE_URL=https://portal.example.org/path": "base_url", "LISTEN=8080": "listen", "ADMIN_LISTEN=nowhere": "admin_listen",
		"DATABASE=mysql://x": "database", "KEYS_DATABASE=keys.db": "keys_database", "BLOBS=/tmp": "blobs", "WORKERS=0x": "WORKERS", "WORKERS=-1": "workers",
		"WORKERS=1000": "workers", "SMTP_ADDR=mail": "smtp.addr", "SMTP_ADDR=": "smtp.addr", "SMTP_FROM=nobody": "smtp.from", "SMTP_TLS=maybe": "smtp.tls",
		"SMS_ADDR=": "sms.addr", "SMS_ADDR=smsc": "sms.addr", "SMS_BACKUP_ADDR=smsc": "sms_backup.addr", "REGISTRIES_URL=registry": "registries.url",
		"PROXIES=10.0.0.0/8,elsewhere": "proxies", "TLS_CERT=cert.pem": "tls", "SERVICES=/nowhere/at/all": "services", "PASSWORD_POLICY=none": "password_policy",
		"CLAMD=nothing": "clamd", "SECURITY_BINDING=exakt": "security.binding", "SECURITY_FACTORS=hihg": "security.factors",
		"SECURITY_PASSWORD_CHANGE=yes": "security.password_change", "SECURITY_PASSWORD_AGE=1h": "security.password_age",
	} {
		_, err := LoadConfig("", append(append([]string{}, good...), "OKNO_"+set))
		if err == nil {
			t.Errorf("%s is taken", set)
			continue
		}
		whole := regexp.MustCompile(`(?i)(\b|_)` + regexp.QuoteMeta(named) + `\b`) // in the file's spelling or the environment's
		if named == "database" {
			whole = regexp.MustCompile(`\bdatabase\b`) // which keys_database does not name
		}
		if text := err.Error(); !whole.MatchString(text) || strings.Contains(text, "\n") {
			t.Errorf("%s: %q does not name %s in one line", set, text, named)
		}
	}
}

// TestFolderOfDatabaseIsMadeAtTheFirstStartOnly: later it is a disk that is not there.
func TestFolderOfDatabaseIsMadeAtTheFirstStartOnly(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "keys", "keys.db")
	_, err := openDatabase(t.Context(), "keys_database", "sqlite:"+file, false, db.Options{})
	if err == nil || !strings.Contains(err.Error(), "keys_database") || !strings.Contains(err.Error(), filepath.Dir(file)) {
		t.Errorf("a missing folder: %v", err)
	}
	d, err := openDatabase(t.Context(), "keys_database", "sqlite:"+file, true, db.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = d.Close() }()
	if err := d.Write(t.Context(), func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.ExecContext(ctx, "CREATE TABLE secrets (n BIGINT)")
		return err
	}); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{file, file + "-wal", file + "-shm"} {
		if info, err := os.Stat(name); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v, %v", filepath.Base(name), info, err)
		}
	}
}

func TestWrongFileIsNamed(t *testing.T) {
	t.Parallel()
	for text, named := range map[string]string{"listne: x": "listne", "workers: many": "workers", "a: [": "", "smtp: {port: 1}": "port"} {
		path := filepath.Join(t.TempDir(), "okno.yaml")
		must(t, os.WriteFile(path, []byte("base_url: https://p.example.org\n"+text+"\n"), 0o600))
		_, err := LoadConfig(path, nil)
		if err == nil || strings.Contains(err.Error(), "\n") || !strings.Contains(err.Error(), path) || !strings.Contains(strings.ToLower(err.Error()), named) {
			t.Errorf("%q: %v", text, err)
		}
	}
}

// run runs a command of the program to its end.
func run(t testing.TB, cfg Config, args ...string) (string, int) {
	t.Helper()
	cmd := exec.Command(program(t), args...)
	cmd.Env = environ(cfg)
	out, err := cmd.CombinedOutput()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return string(out), cmd.ProcessState.ExitCode()
}

// runs wants a good end and the words.
func runs(t testing.TB, cfg Config, words string, args ...string) string {
	t.Helper()
	out, exit := run(t, cfg, args...)
	if exit != 0 || !regexp.MustCompile(words).MatchString(out) {
		t.Fatalf("okno %s: exit %d, no %q: %s", args[0], exit, words, out)
	}
	return out
}

// empty makes databases without any table.
func empty(t testing.TB, e db.Engine, name string) string {
	t.Helper()
	return testkit.URL(t, e, testkit.Schema{Name: "empty_" + name, Prepare: func(context.Context, *db.DB) error { return nil }})
}

func bareConfig(t *testing.T, e db.Engine) (Config, *portalBox) {
	t.Helper()
	box := newBox(t)
	return outside(t, box, t.TempDir(), empty(t, e, "data"), empty(t, e, "keys")), &portalBox{box.Switch}
}

// portalBox stages failures of the outside world.
type portalBox struct {
	set func(string, party.State) error
}

func TestCommands(t *testing.T) {
	t.Parallel()
	for _, e := range engines {
		t.Run(string(e), func(t *testing.T) {
			t.Parallel()
			cfg, box := bareConfig(t, e)
			runs(t, cfg, "up to date", "migrate")
			runs(t, cfg, "up to date", "migrate")
			out := runs(t, cfg, `login inspector\npassword \S+ .*\nauthenticator secret [A-Z2-7]{32}`, "staff", "add",
				"--login", "inspector", "--phone", "+79161234567", "--email", "i@okno.example", "--role", "officer", "--agency", "mvd")
			for _, args := range [][]string{
				{"staff", "add", "--login", "inspector", "--phone", "+79161234568", "--email", "j@okno.example", "--role", "officer", "--agency", "mvd"},
				{"staff", "add", "--login", "other", "--phone", "+79161234569", "--email", "k@okno.example", "--role", "king"},
				{"staff", "add", "--login", "third", "--phone", "+79161234560", "--email", "l@okno.example", "--role", "officer", "--agency", "nowhere"},
			} {
				if wrong, exit := run(t, cfg, args...); exit == 0 {
					t.Errorf("%v: %s", args, wrong)
				}
			}
			if strings.Count(out, "\n") != 3 {
				t.Errorf("staff add says %q", out)
			}
			out = runs(t, cfg, `(?s)ok +database.*ok +schema.*warn +keys +the keyset lies in the data folder.*ok +services`, "doctor")
			must(t, box.set("sms", party.State{Down: true}))
			if out, exit := run(t, cfg, "doctor"); exit == 0 || !strings.Contains(out, "FAIL") || !strings.Contains(out, "sms") {
				t.Errorf("doctor with the SMS centre down: %d %s", exit, out)
			}
			_ = out
			silent := cfg
			silent.SMTP.Addr = "127.0.0.1:9"
			if out, exit := run(t, silent, "doctor"); exit == 0 || !strings.Contains(out, "mail server is not reached: dial tcp 127.0.0.1:9") {
				t.Errorf("doctor without a mail server: %d %s", exit, out)
			}
		})
	}
}

// TestCommandsSayWhatWasAsked: in production, where sample services are refused,
// the commands of a first run say what the operator wants to know, and no word of
// services.
func TestCommandsSayWhatWasAsked(t *testing.T) {
	t.Parallel()
	cfg, _ := bareConfig(t, db.SQLite)
	cfg.Mode, cfg.BaseURL = "production", "https://portal.example.org"
	cfg.Registries = Registry{}
	says := func(want string, args ...string) {
		t.Helper()
		if out := runs(t, cfg, "", args...); !regexp.MustCompile("^" + want + "$").MatchString(out) {
			t.Errorf("okno %s says %q", strings.Join(args, " "), out)
		}
	}
	says("the schema is up to date\n", "migrate")
	says(`login root\npassword \S+ .*\nauthenticator secret \S+\n`, "staff", "add", "--login", "root", "--phone", "+79161234567", "--email", "r@okno.example", "--role", "administrator")
	dir := t.TempDir()
	key, err := age.GenerateX25519Identity()
	must(t, err)
	must(t, os.WriteFile(dir+"/identity", []byte(key.String()+"\n"), 0o600))
	says("", "backup", "--out", dir+"/data.age", "--recipient", key.Recipient().String())
	fresh := outside(t, newBox(t), t.TempDir(), empty(t, db.SQLite, "data"), cfg.KeysDatabase.Reveal())
	cfg.Database = fresh.Database
	says("restored; 0 deletions replayed\n", "restore", "--in", dir+"/data.age", "--identity", dir+"/identity")
	if out, exit := run(t, cfg, "doctor"); exit == 0 || !strings.Contains(out, "services") || strings.Contains(out, "service refused") {
		t.Errorf("the doctor, who is asked about services: %d %s", exit, out)
	}
}

// TestBackupFromBeforeTheFirstKey: a backup that was taken before the portal had a
// key holds nobody and asks for no keys.
func TestBackupFromBeforeTheFirstKey(t *testing.T) {
	t.Parallel()
	onEngines(t, func(t *testing.T, e db.Engine) {
		cfg, _ := bareConfig(t, e)
		dir := t.TempDir()
		key, err := age.GenerateX25519Identity()
		must(t, err)
		must(t, os.WriteFile(dir+"/identity", []byte(key.String()+"\n"), 0o600))
		s, err := openStores(t.Context(), cfg, clock.System(), true)
		must(t, err)
		must(t, migrate(t.Context(), s)) // as restore --keys leaves it, too
		s.close()
		runs(t, cfg, "", "backup", "--out", dir+"/data.age", "--recipient", key.Recipient().String())
		runs(t, cfg, "", "backup", "--out", dir+"/keys.age", "--recipient", key.Recipient().String(), "--keys")
		for _, withKeys := range []bool{false, true} {
			fresh := outside(t, newBox(t), t.TempDir(), empty(t, e, "data"), empty(t, e, "keys"))
			fresh.Keyset = cfg.Keyset
			if withKeys {
				runs(t, fresh, "", "restore", "--in", dir+"/keys.age", "--identity", dir+"/identity", "--keys")
			}
			runs(t, fresh, "0 deletions replayed", "restore", "--in", dir+"/data.age", "--identity", dir+"/identity")
			runs(t, fresh, "up to date", "migrate")
		}
		runs(t, cfg, "up to date", "migrate") // which makes the first key
		runs(t, cfg, "", "backup", "--out", dir+"/later.age", "--recipient", key.Recipient().String())
		fresh := outside(t, newBox(t), t.TempDir(), empty(t, e, "data"), empty(t, e, "keys"))
		fresh.Keyset = cfg.Keyset
		if out, exit := run(t, fresh, "restore", "--in", dir+"/later.age", "--identity", dir+"/identity"); exit == 0 || !strings.Contains(out, "--keys") {
			t.Errorf("data without their keys: %s", out)
		}
	})
}

func TestLintNamesFileAndLine(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	must(t, os.CopyFS(dir, services.FS))
	path := filepath.Join(dir, certificate, "service.yaml")
	raw, err := os.ReadFile(path)
	must(t, err)
	before, after, _ := strings.Cut(string(raw), "kind: yesno, label")
	must(t, os.WriteFile(path, []byte(before+"kind: maybe, label"+after), 0o600))
	line := 1 + strings.Count(before, "\n")
	out, exit := run(t, Config{}, "services", "lint", dir)
	if want := fmt.Sprintf("%s/service.yaml:%d", certificate, line); exit != 1 || !strings.Contains(out, want) || !strings.Contains(out, "maybe") {
		t.Errorf("lint: exit %d, no %s: %s", exit, want, out)
	}
	if out, exit := run(t, Config{}, "services", "lint"); exit != 0 {
		t.Errorf("lint of what is built in: %s", out)
	}
}

func TestBackupAndRestore(t *testing.T) {
	t.Parallel()
	for _, e := range engines {
		t.Run(string(e), func(t *testing.T) {
			t.Parallel()
			restoring(t, e)
		})
	}
}

// restoring backs up, deletes an account, and restores into a new folder: once
// with the keys as they are now, once with those of the backup.
func restoring(t *testing.T, e db.Engine) {
	box, dir := newBox(t), t.TempDir()
	cfg := configFor(t, e, box)
	owners, tokens := populate(t, cfg, box, 2)
	p := startPortal(t, e, box, cfg)
	stays, goes := newClient(t, p.web.URL).as(tokens[0]), newClient(t, p.web.URL).as(tokens[1])
	in := object{"service": certificate, "answers": own()}
	number := stays.ask("POST", "/api/v1/applications", in, "Idempotency-Key", "1")["number"].(string)
	goes.ask("POST", "/api/v1/applications", in, "Idempotency-Key", "1")
	settle(t, p)
	key, err := age.GenerateX25519Identity()
	must(t, err)
	must(t, os.WriteFile(dir+"/identity", []byte(key.String()+"\n"), 0o600))
	runs(t, cfg, "", "backup", "--out", dir+"/data.age", "--recipient", key.Recipient().String())
	runs(t, cfg, "", "backup", "--out", dir+"/keys.age", "--recipient", key.Recipient().String(), "--keys")
	(&applicant{client: goes, account: owners[1]}).leave(p)
	settle(t, p)

	fresh := outside(t, box, t.TempDir(), empty(t, e, "data"), cfg.KeysDatabase.Reveal())
	fresh.Keyset = cfg.Keyset
	runs(t, fresh, "1 deletions replayed", "restore", "--in", dir+"/data.age", "--identity", dir+"/identity")
	restored(t, startPortal(t, e, box, fresh), owners, number, false)

	old := outside(t, box, t.TempDir(), empty(t, e, "data"), empty(t, e, "keys"))
	old.Keyset = cfg.Keyset
	if out, exit := run(t, old, "restore", "--in", dir+"/data.age", "--identity", dir+"/identity"); exit == 0 || !strings.Contains(out, "--keys") {
		t.Errorf("data before their keys: %s", out)
	}
	runs(t, old, "", "restore", "--in", dir+"/keys.age", "--identity", dir+"/identity", "--keys")
	runs(t, old, "0 deletions replayed", "restore", "--in", dir+"/data.age", "--identity", dir+"/identity")
	restored(t, startPortal(t, e, box, old), owners, number, true)
	if out, exit := run(t, old, "restore", "--in", dir+"/data.age", "--identity", dir+"/identity"); exit == 0 {
		t.Errorf("restored over what stands: %s", out)
	}
}

// restored looks at both people in a restored portal.
func restored(t *testing.T, p *portal, owners []string, number string, both bool) {
	t.Helper()
	c := p.program(owners[0], bySMS)
	if card := c.ask("GET", "/api/v1/applications/"+number, nil); card["status"] != "accepted" {
		t.Errorf("after restore: %v", card["status"])
	}
	ctx := identity.WithActor(context.Background(), identity.Actor{ID: owners[1]})
	if _, err := p.house.profile.Person(ctx, owners[1]); (err == nil) != both {
		t.Errorf("the deleted person is readable: %v, want %v (%v)", err == nil, both, err)
	}
}

func TestKeysRotateUnderService(t *testing.T) {
	t.Parallel()
	for _, e := range engines {
		t.Run(string(e), func(t *testing.T) {
			t.Parallel()
			box := newBox(t)
			cfg := configFor(t, e, box)
			_, tokens := populate(t, cfg, box, 2)
			p := newProcess(t, cfg)
			p.start()
			c := newClient(t, p.url).as(tokens[0])
			in := object{"service": certificate, "answers": own()}
			number := c.ask("POST", "/api/v1/applications", in, "Idempotency-Key", "1")["number"].(string)
			runs(t, cfg, "epoch 2; [1-9][0-9]* keys re-wrapped", "rotate-keys")
			for i := range 2 {
				c.ask("GET", "/api/v1/applications/"+number, nil)
				newClient(t, p.url).as(tokens[1]).ask("GET", "/api/v1/profile", nil)
				c.ask("POST", "/api/v1/applications", in, "Idempotency-Key", "after"+itoa(i))
				runs(t, cfg, "epoch "+itoa(3+i), "rotate-keys")
			}
			c.ask("GET", "/api/v1/applications/"+number, nil)
		})
	}
}

func TestSIGTERMDrains(t *testing.T) {
	t.Parallel()
	box := newBox(t)
	cfg := configFor(t, db.SQLite, box)
	h, err := Build(context.Background(), cfg, clock.System(), slog.New(slog.DiscardHandler), true)
	must(t, err)
	owner, err := enter(h, box, 0, profile.Confirmed)
	must(t, err)
	token, cookie := bearer(t, h, owner, bySMS), session(t, h, owner, bySMS)
	h.close()
	p := newProcess(t, cfg)
	p.start()
	res := streamOf(t, p, cookie)
	body, w := io.Pipe()
	answered := make(chan reply, 1)
	go func() {
		r, err := newClient(t, p.url).as(token).send(http.MethodPost, "/api/v1/applications", "application/json", body, "Idempotency-Key", "slow")
		if err != nil {
			r.body = []byte(err.Error())
		}
		answered <- r
	}()
	text := `{"service":"` + certificate + `","answers":{"for_whom":"self","birth_place":"г. Казань","phone":"+79990000000","changed_name":false,` +
		`"moved":false,"purpose":"work","way":"electronic","truth":true}}`
	_, _ = io.WriteString(w, text[:50])
	<-time.After(200 * time.Millisecond) // the portal has begun to read: nothing tells from outside
	must(t, syscall.Kill(p.cmd.Process.Pid, syscall.SIGTERM))
	_, _ = io.Copy(io.Discard, res.Body) // ends with the drain
	_ = res.Body.Close()
	_, _ = io.WriteString(w, text[50:])
	_ = w.Close()
	if r := <-answered; r.status != http.StatusCreated {
		t.Errorf("the running request: %d %s", r.status, r.body)
	}
	<-p.ended
	if p.exitCode != 0 {
		t.Errorf("exit %d", p.exitCode)
	}
}

func streamOf(t *testing.T, p *process, cookie string) *http.Response {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, p.url+livePath, nil)
	must(t, err)
	req.Header.Set("Accept", "text/event-stream")
	req.AddCookie(&http.Cookie{Name: identity.SessionCookie, Value: cookie})
	res, err := http.DefaultClient.Do(req)
	must(t, err)
	return res
}
