package app

import (
	"context"
	"fmt"
	"net/http"
	"path/filepath"
	"testing"
	"time"

	"okno/internal/kit/clock"
	"okno/internal/kit/db"
)

// extract is the service of which many are asked for at once.
const extract = "egrn-extract"

// table are n rows that can be sent, and one that can't.
func table(n int) []object {
	rows := make([]object, n, n+1)
	for i := range rows {
		flat := object{"kind": "flat", "by": "number", "cadastral": fmt.Sprintf("77:01:0001001:%d", 1000+i)}
		rows[i] = object{"key": itoa(i), "answers": object{"sort": "object", "objects": []any{flat}, "purpose": "self", "form": "electronic", "truth": true}}
	}
	return append(rows, object{"key": "bad", "answers": object{"sort": "object", "objects": []any{}, "purpose": "self", "form": "electronic", "truth": true}})
}

// batchRun is a table on its way through a portal that dies again and again.
type batchRun struct {
	t      *testing.T
	cfg    Config
	p      *process
	caller *client
	rows   int
	path   string
	later  func(*testing.T, Config) // what passes before the portal stands again
}

// dies ends the portal and starts it again.
func (b *batchRun) dies() {
	b.t.Helper()
	b.p.kill()
	b.later(b.t, b.cfg)
	b.p.start()
}

// until waits for what the batch says of itself, longer than a batch stands still
// whose portal has died.
func (b *batchRun) until(what string, cond func(batch object) bool) {
	b.t.Helper()
	for deadline := time.Now().Add(4 * time.Minute); ; <-time.After(10 * time.Millisecond) {
		out := b.caller.ask(http.MethodGet, b.path, nil)
		if cond(out) {
			return
		}
		if time.Now().After(deadline) {
			b.t.Fatalf("%s: %v rows are sent, the batch is %v", what, out["sent"], out["state"])
		}
	}
}

// hand hands the table in; the portal dies while it reads.
func (b *batchRun) hand() {
	b.t.Helper()
	in := object{"service": extract, "rows": table(b.rows), "send": true}
	post := func() (int, object, error) {
		return b.caller.try(http.MethodPost, "/api/v1/batches", in, "Idempotency-Key", "table")
	}
	sent := make(chan struct{})
	go func() {
		defer close(sent)
		_, _, _ = post()
	}()
	<-time.After(30 * time.Millisecond)
	b.dies()
	<-sent
	for range 2 { // the same key gives the same batch
		status, out, err := post()
		must(b.t, err)
		path := "/api/v1/batches/" + fmt.Sprint(out["id"])
		if status != http.StatusCreated || b.path != "" && b.path != path {
			b.t.Fatalf("the table is not taken: %d %v", status, out)
		}
		b.path = path
	}
}

// aMinuteLater makes what stands in the database older, instead of waiting until
// the portal takes up a batch that has not moved for a minute, and the lead among
// nodes has run out.
func aMinuteLater(t *testing.T, cfg Config) {
	t.Helper()
	d, err := db.Open(context.Background(), cfg.Database.Reveal(), db.Options{Clock: clock.System()})
	must(t, err)
	defer func() { _ = d.Close() }()
	for _, query := range []string{
		fmt.Sprintf("UPDATE applications_batches SET updated_at = updated_at - %d", 2*time.Minute.Microseconds()),
		"DELETE FROM river_job WHERE kind = 'applications.batch.resume'",
		"DELETE FROM river_leader",
	} {
		statement(t, d.SQL(), query)
	}
}

// report wants each row to stand once, with what became of it.
func (b *batchRun) report() {
	b.t.Helper()
	out := b.caller.ask(http.MethodGet, b.path, nil)
	numbers := map[any]bool{}
	for _, r := range out["list"].([]any) {
		row := r.(object)
		switch row["state"] {
		case "sent":
			numbers[row["number"]] = true
		case "bad":
			if len(row["faults"].([]any)) == 0 {
				b.t.Errorf("nothing is said of a bad row: %v", row)
			}
		default:
			b.t.Errorf("row %v", row)
		}
	}
	if len(numbers) != b.rows || out["sent"] != float64(b.rows) || out["bad"] != 1.0 || out["good"] != 0.0 || out["before"] != 0.0 {
		b.t.Errorf("%d numbers; sent %v, bad %v, good %v, before %v", len(numbers), out["sent"], out["bad"], out["good"], out["before"])
	}
	for number := range numbers { // what is sealed can be read
		b.caller.ask(http.MethodGet, fmt.Sprint("/api/v1/applications/", number), nil)
	}
	b.p.kill()
	d, err := db.Open(context.Background(), b.cfg.Database.Reveal(), db.Options{Clock: clock.System()})
	must(b.t, err)
	defer func() { _ = d.Close() }()
	for _, what := range []string{"applications_cases", "applications_queue", "applications_numbers", "applications_batch_keys"} {
		var n int
		must(b.t, d.SQL().QueryRowContext(context.Background(), "SELECT count(*) FROM "+what).Scan(&n))
		if n != b.rows {
			b.t.Errorf("%d of %s, %d rows were sent", n, what, b.rows)
		}
	}
}

// killedInABatch lets the portal die so often while rows are sent.
func killedInABatch(t *testing.T, cfg Config, token string, deaths int, later func(*testing.T, Config)) {
	t.Helper()
	p := newProcess(t, cfg)
	p.start()
	b := &batchRun{t: t, cfg: cfg, p: p, caller: newClient(t, p.url).as(token), rows: 60 * (deaths + 1), later: later}
	b.hand()
	for i := range deaths {
		b.until("some rows", func(batch object) bool { return batch["sent"].(float64) >= float64(30+60*i) })
		b.dies()
	}
	b.until("the end", func(batch object) bool { return batch["state"] == "done" })
	b.report()
}

// onEach runs f with a portal's databases of each engine and a citizen's bearer.
func onEach(t *testing.T, f func(t *testing.T, cfg Config, token string)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		box, dir := newBox(t), t.TempDir()
		cfg := outside(t, box, dir, "sqlite:"+filepath.Join(dir, "okno.db"), "sqlite:"+filepath.Join(dir, "keys.db"))
		_, tokens := populate(t, cfg, box, 1)
		f(t, cfg, tokens[0])
	})
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		box, server := newBox(t), newCluster(t)
		cfg := outside(t, box, t.TempDir(), server.url("okno"), server.url("keys"))
		_, tokens := populate(t, cfg, box, 1)
		f(t, cfg, tokens[0])
	})
}

func TestKilledInABatch(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("takes a quarter of a minute")
	}
	onEach(t, func(t *testing.T, cfg Config, token string) { killedInABatch(t, cfg, token, 1, aMinuteLater) })
}

// TestSoakKilledInABatch dies more often, and once waits out the real minute.
func TestSoakKilledInABatch(t *testing.T) {
	if !soak() {
		t.Skip("OKNO_SOAK is not set: `make soak`")
	}
	onEach(t, func(t *testing.T, cfg Config, token string) { killedInABatch(t, cfg, token, 12, aMinuteLater) })
	t.Run("the real minute", func(t *testing.T) {
		onEach(t, func(t *testing.T, cfg Config, token string) {
			killedInABatch(t, cfg, token, 1, func(*testing.T, Config) {})
		})
	})
}
