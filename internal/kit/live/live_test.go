package live_test

import (
	"bufio"
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"okno/internal/kit/clock"
	"okno/internal/kit/db"
	"okno/internal/kit/live"
	"okno/internal/kit/testkit"
)

var empty = testkit.Schema{Name: "empty", Prepare: func(context.Context, *db.DB) error { return nil }}

// follow opens a stream and gives a function that reads its next data line.
func follow(t *testing.T, h *live.Hub, topics ...string) func() string {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_ = h.Serve(w, r, func() bool { return true }, topics...)
	}))
	ctx, cancel := context.WithCancel(context.Background())
	t.Cleanup(func() { cancel(); s.Close() })
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, s.URL, nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = resp.Body.Close() })
	lines := bufio.NewScanner(resp.Body)
	return func() string {
		for lines.Scan() {
			if data, ok := strings.CutPrefix(lines.Text(), "data: "); ok {
				return data
			}
		}
		return ""
	}
}

func touch(t *testing.T, d *db.DB, h *live.Hub, topic, ref string, fail error) {
	t.Helper()
	err := d.Write(context.Background(), func(_ context.Context, tx *db.Tx) error {
		h.Touch(tx, topic, ref)
		return fail
	})
	if !errors.Is(err, fail) {
		t.Fatal(err)
	}
}

func TestChangesReachStreamsOfEveryNodeAfterCommit(t *testing.T) {
	t.Parallel()
	testkit.Each(t, empty, clock.System(), func(t *testing.T, d *db.DB) {
		ctx, cancel := context.WithCancel(context.Background())
		t.Cleanup(cancel)
		log := slog.New(slog.DiscardHandler)
		here, there := live.New(d, log, "a"), live.New(d, log, "b")
		heard := make(chan string, 100)
		there.On("probe", func(ref string) { heard <- ref })
		here.Start(ctx)
		there.Start(ctx)
		next := follow(t, here, "anna", "agency:mvd")
		testkit.Eventually(t, "a stream", func() bool { return here.Streams() == 1 })
		touch(t, d, here, "anna", "rolled back", errors.New("no"))
		touch(t, d, here, "boris", "foreign", nil)
		touch(t, d, here, "agency:mvd", "queue", nil)
		if got := next(); got != `{"topic":"agency:mvd","ref":"queue"}` {
			t.Fatalf("got %s", got)
		}
		if d.Engine() != db.Postgres {
			return
		}
		testkit.Eventually(t, "the other node listens", func() bool {
			here.Now(live.Change{Topic: "probe", Ref: "x"})
			return len(heard) > 0
		})
		far := follow(t, there, "anna")
		testkit.Eventually(t, "a stream there", func() bool { return there.Streams() == 1 })
		touch(t, d, here, "anna", "case:1", nil)
		if got := far(); got != `{"topic":"anna","ref":"case:1"}` {
			t.Fatalf("got %s", got)
		}
	})
}
