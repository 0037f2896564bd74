package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"time"

	"okno/internal/app"
	"okno/internal/identity"
	"okno/internal/kit/db"
	"okno/internal/kit/id"
	"okno/internal/kit/secret"
)

const (
	// oneInUse of so many sessions in store is used on the node.
	oneInUse = 10
	// longLife is how many lines the long history has.
	longLife = 100_000
	// bulk is the method of sessions made by the million.
	bulk = "bench+million"
	// fillBatch is how many rows one statement brings, fillTogether how many one
	// transaction.
	fillBatch, fillTogether = 500, 50_000
)

// fill inserts n rows.
func fill(ctx context.Context, d *db.DB, table string, columns []string, n int, row func(i int) []any) error {
	for from := 0; from < n; from += fillTogether {
		err := d.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
			for at := from; at < min(n, from+fillTogether); at += fillBatch {
				var args []any
				var marks strings.Builder
				for i := at; i < min(n, at+fillBatch); i++ {
					for c, v := range row(i) {
						marks.WriteString(map[bool]string{true: ",($", false: ",$"}[c == 0])
						fmt.Fprint(&marks, len(args)+1)
						args = append(args, v)
					}
					marks.WriteString(")")
				}
				query := "INSERT INTO " + table + " (" + strings.Join(columns, ", ") + ") VALUES " + marks.String()[1:]
				if _, err := tx.ExecContext(ctx, query, args...); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// tokenOf is the token of the n-th of the sessions.
func tokenOf(run string, n int) string {
	var raw [8]byte
	binary.LittleEndian.PutUint64(raw[:], uint64(n))
	sum := sha256.Sum256(append([]byte(run), raw[:]...))
	return fmt.Sprintf("%x", sum[:])
}

// checks measures what a request pays for its session among many: the first
// request of each on a node (the session is read from the database, as it is once
// a minute after that), and the following ones. A round that asks which sessions
// have ended goes on beside them, twice a second, as on every node; one that has
// ended meanwhile must be refused.
func (b *bench) checks(ctx context.Context, h *app.House) error {
	d, run := h.Doors(), id.Token()
	begin := time.Now()
	if err := b.manySessions(ctx, d, run); err != nil {
		return fmt.Errorf("%d sessions: %w", b.sessions, err)
	}
	defer func() { _ = execAll(ctx, d.DB, "DELETE FROM identity_sessions WHERE method = '"+bulk+"'") }()
	b.report.note("%s: %d sessions made in %.0f s", b.engine, b.sessions, time.Since(begin).Seconds())
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	d.Identity.Start(ctx)
	time.Sleep(time.Second) // the node is in step
	requests := make([]*http.Request, b.sessions/oneInUse)
	for i, n := range rand.Perm(b.sessions)[:len(requests)] {
		requests[i] = httptest.NewRequest(http.MethodGet, "/cabinet", nil)
		requests[i].AddCookie(&http.Cookie{Name: identity.SessionCookie, Value: tokenOf(run, n)})
	}
	cold, err := checked(ctx, d.Identity, requests[:len(requests)/5])
	if err != nil {
		return err
	}
	if _, err := checked(ctx, d.Identity, requests[len(requests)/5:]); err != nil {
		return err
	}
	var warm []float64
	for range max(b.runs, 3) {
		rand.Shuffle(len(requests), func(i, j int) { requests[i], requests[j] = requests[j], requests[i] })
		times, err := checked(ctx, d.Identity, requests)
		if err != nil {
			return err
		}
		warm = append(warm, times...)
	}
	if err := b.endedIsRefused(ctx, d, requests[0]); err != nil {
		return err
	}
	b.report.add(b.engine, fmt.Sprintf("checking a session among %d, %d in use", b.sessions, len(requests)), told(warm), "mean ≤ 20 µs", mean(warm) <= 20)
	b.report.add(b.engine, "the same at the first request of each on the node", told(cold), "", true)
	return nil
}

// endedIsRefused ends the session as another node would, by a row alone, and
// tells how long this one still took it.
func (b *bench) endedIsRefused(ctx context.Context, d app.Doors, r *http.Request) error {
	cookie, err := r.Cookie(identity.SessionCookie)
	if err != nil {
		return err
	}
	err = d.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.ExecContext(ctx, "UPDATE identity_sessions SET ended_at = $1 WHERE session_hash = $2", tx.Now(), id.Hash(cookie.Value))
		return err
	})
	if err != nil {
		return err
	}
	begin := time.Now()
	for time.Since(begin) < 5*time.Second {
		if in, err := d.Identity.Authenticate(ctx, r); err != nil || !identity.ActorOf(in).SignedIn() {
			break
		}
		time.Sleep(time.Millisecond)
	}
	took := time.Since(begin)
	b.report.add(b.engine, "an ended session is refused by a node that nobody told", fmt.Sprintf("after %.2f s", took.Seconds()), "≤ 1 s", took <= time.Second)
	return nil
}

func (b *bench) manySessions(ctx context.Context, d app.Doors, run string) error {
	now, key := db.At(d.DB.Clock().Now()), d.Sealer.Keyset()
	address := key.Index("identity session address", "", "")
	browser := key.Index("identity session browser", "", "")
	columns := []string{
		"session_hash", "id", "owner_id", "method", "bearer", "from_sealed", "device_index", "created_at", "seen_at", "fresh_at", "expires_at", "ended_at",
		"address_index", "browser_index",
	}
	hashes := make([][]byte, b.sessions) // in the order of the index, which is built faster so
	for n := range hashes {
		hashes[n] = id.Hash(tokenOf(run, n))
	}
	slices.SortFunc(hashes, bytes.Compare)
	err := fill(ctx, d.DB, "identity_sessions", columns, b.sessions, func(n int) []any {
		return []any{
			hashes[n], fmt.Sprintf("%s-s%07d", run[:8], n), fmt.Sprintf("%s-o%07d", run[:8], n/2), bulk, false, address, address,
			now, now, now, now.Add(12 * time.Hour), 0, address, browser,
		}
	})
	if err != nil || b.engine != "postgres" {
		return err
	}
	_, err = d.DB.SQL().ExecContext(ctx, "VACUUM ANALYZE identity_sessions")
	return err
}

// checked gives the microseconds of each check; every session must be living.
func checked(ctx context.Context, i *identity.Identity, requests []*http.Request) ([]float64, error) {
	times := make([]float64, len(requests))
	for n, r := range requests {
		begin := time.Now()
		in, err := i.Authenticate(ctx, r)
		times[n] = float64(time.Since(begin).Nanoseconds()) / 1e3
		if err != nil || !identity.ActorOf(in).SignedIn() {
			return nil, fmt.Errorf("session %d is not known: %w", n, err)
		}
	}
	return times, nil
}

func mean(xs []float64) float64 {
	sum := 0.0
	for _, x := range xs {
		sum += x
	}
	return sum / float64(max(len(xs), 1))
}

func told(xs []float64) string {
	return fmt.Sprintf("mean %.1f µs, median %.1f, p99 %.1f, worst %.0f", mean(xs), median(xs), part(xs, 0.99), slices.Max(xs))
}

// longHistory opens the history of somebody who has 100,000 lines: its first
// page, with each filter, and pages far down.
func (b *bench) longHistory(ctx context.Context, d app.Doors) error {
	owner, cookie := b.people.IDs[2], b.people.Cookies[2]
	marks, err := b.longLife(ctx, d, owner)
	if err != nil {
		return fmt.Errorf("a long history: %w", err)
	}
	worst, text := 0.0, []string{}
	path := "/cabinet/security/history"
	for _, query := range []string{
		"", "outcome=refused", "kind=phone", "kind=tablet", "act=password", "act=unlocked", "kind=tablet&outcome=refused", "act=password&kind=tablet",
		"from=2026-01-01&to=2026-01-31", "after=" + marks[0], "after=" + marks[1], "kind=tablet&after=" + marks[0],
	} {
		var times []float64
		for range 30 {
			begin := time.Now()
			if _, err := fetch(b.portal.addr, path+"?"+query, cookie, false); err != nil {
				return err
			}
			times = append(times, float64(time.Since(begin).Microseconds())/1e3)
		}
		worst = max(worst, median(times))
		query, _, _ = strings.Cut(query, "-")
		text = append(text, fmt.Sprintf("%s %.1f", orAll(strings.NewReplacer(marks[0][:16], "half", marks[1][:16], "end").Replace(query)), median(times)))
	}
	b.report.add(b.engine, "history of sign-ins with 100,000 lines", fmt.Sprintf("worst median %.1f ms: %s", worst, strings.Join(text, ", ")), "≤ 50 ms", worst <= 50)
	if b.engine != "postgres" {
		return nil
	}
	return b.historyPlans(ctx, owner, marks)
}

// longLife writes the lines, and gives places in the middle and near the end.
// They are sealed as the portal seals them. Few are of tablets, of the password,
// refused; none is an unlocking.
func (b *bench) longLife(ctx context.Context, d app.Doors, owner string) (marks [2]string, err error) {
	key, err := d.Sealer.Key(ctx, owner, secret.Person)
	if err != nil {
		return marks, err
	}
	if err := execAll(ctx, d.DB, "DELETE FROM identity_history WHERE owner_id = '"+owner+"'"); err != nil {
		return marks, err
	}
	now := db.At(d.DB.Clock().Now())
	columns := []string{"owner_id", "noted_at", "id", "act", "outcome", "method", "device_kind", "session_id", "denied_at", "from_sealed"}
	pick := func(n, each int, rare, usual string) string {
		if n%each == each/2 {
			return rare
		}
		return usual
	}
	err = fill(ctx, d.DB, "identity_history", columns, longLife, func(n int) []any {
		row, at := id.New(), now.Add(-time.Duration(n)*5*time.Minute)
		switch n {
		case longLife / 2:
			marks[0] = fmt.Sprintf("%d-%s", at, row)
		case longLife - 60:
			marks[1] = fmt.Sprintf("%d-%s", at, row)
		}
		from := fmt.Sprintf(`{"ip":"203.0.113.%d","agent":"Mozilla/5.0 (Windows NT 10.0; rv:140.0) Firefox/140.0"}`, n%256)
		return []any{
			owner, at, row, pick(n, 9973, "password", "signed_in"), pick(n, 997, "refused", "ok"), "password+sms",
			pick(n, 20011, "tablet", pick(n, 3, "phone", "computer")), "", 0, key.Seal(secret.At("identity_history", "from_sealed", row), []byte(from)),
		}
	})
	if err == nil && b.engine == "postgres" {
		_, err = d.DB.SQL().ExecContext(ctx, "VACUUM ANALYZE identity_history")
	}
	return marks, err
}

// historyPlans keeps in docs/plans.md how PostgreSQL finds lines of it.
func (b *bench) historyPlans(ctx context.Context, owner string, marks [2]string) error {
	h, err := build(ctx, b.telling())
	if err != nil {
		return err
	}
	defer h.Close()
	history := func(f identity.HistoryFilter) func(context.Context) error {
		return func(ctx context.Context) error {
			_, _, err := h.Doors().Identity.History(identity.WithActor(ctx, identity.Actor{ID: owner, Lang: "ru"}), f)
			return err
		}
	}
	var all []section
	for _, q := range []asked{
		{"History of sign-ins, 100,000 lines", history(identity.HistoryFilter{})},
		{"History of sign-ins, a page far down", history(identity.HistoryFilter{After: marks[0]})},
		{"History of sign-ins, by outcome", history(identity.HistoryFilter{Outcome: "refused"})},
		{"History of sign-ins, by a rare device", history(identity.HistoryFilter{Kind: "tablet"})},
		{"History of sign-ins, by an act", history(identity.HistoryFilter{Act: "unlocked"})},
	} {
		text, err := b.explained(func() error { return q.ask(ctx) })
		if err != nil {
			return fmt.Errorf("%s: %w", q.what, err)
		}
		all = append(all, section{q.what, text})
	}
	return b.keepPlans(all)
}
