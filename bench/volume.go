package main

import (
	"context"
	"database/sql"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
)

// volumes are how many applications there are when submitting is measured.
var volumes = []int{10_000, 100_000, 1_000_000} //nolint:gochecknoglobals // a constant that Go has no word for

// hoard is how many of them one person has.
const hoard = 10_000

// volume measures what many applications change. They are copies of one that
// the portal wrote, made by PostgreSQL itself: only their form can't be opened,
// because it is sealed for another row, and no list opens forms. It runs on
// PostgreSQL, and only when it is asked for: it takes minutes and gigabytes.
func (b *bench) volume(ctx context.Context) error {
	if b.engine != "postgres" || b.only == "" {
		return nil
	}
	d, err := sql.Open("pgx", b.pg.url("okno"))
	if err != nil {
		return err
	}
	defer func() { _ = d.Close() }()
	if err := b.grow(ctx, d); err != nil {
		return err
	}
	if err := b.livesFrom(ctx, " among 1,000,000", 180); err != nil {
		return err
	}
	b.lists()
	if err := b.nextCase(ctx, d); err != nil {
		return err
	}
	return b.plans(ctx)
}

// grow measures submitting at each volume.
func (b *bench) grow(ctx context.Context, d *sql.DB) error {
	var first float64
	for _, n := range volumes {
		var have int
		if err := d.QueryRowContext(ctx, "SELECT COUNT(*) FROM applications_numbers").Scan(&have); err != nil {
			return err
		}
		if n < 1_000_000 && have >= 1_000_000 {
			continue // a kept folder is beyond that
		}
		begin := time.Now()
		if err := b.fillTo(ctx, d, n); err != nil {
			return fmt.Errorf("%d applications: %w", n, err)
		}
		b.report.note("%s: %d applications are there after another %.0f s", b.engine, n, time.Since(begin).Seconds())
		if err := b.rest(ctx); err != nil {
			return err
		}
		cost, text, err := b.costOfSubmitting(ctx)
		if err != nil {
			return err
		}
		if n == volumes[0] {
			first = cost
		}
		what := fmt.Sprintf("submitting among %d applications, 64 clients", n)
		if first == 0 {
			b.report.add(b.engine, what, text, "", true)
			continue
		}
		b.report.add(b.engine, what, fmt.Sprintf("%s, %.2f of that among %d", text, cost/first, volumes[0]), "≤ 1.2", cost/first <= 1.2)
	}
	return nil
}

// costOfSubmitting is the processor time that the portal and PostgreSQL spend
// on one: clocks would tell how busy the machine is with others.
func (b *bench) costOfSubmitting(ctx context.Context) (cost float64, text string, err error) {
	var portal, server, rates []float64
	for range b.runs {
		before := b.pg.family()
		f, err := b.generate(ctx, b.portal, job{Kind: "submit", Conns: 64, Tokens: b.people.Bearers, Body: form, Warm: time.Second, Length: b.length})
		if err != nil {
			return 0, "", err
		}
		if f.Errors > 0 {
			return 0, "", fmt.Errorf("%d errors: %s", f.Errors, f.Fault)
		}
		if err := b.rest(ctx); err != nil { // the jobs are part of the cost
			return 0, "", err
		}
		portal = append(portal, f.CPU)
		server = append(server, float64((b.pg.family()-before).Microseconds())/float64(max(f.All, 1)))
		rates = append(rates, f.rate())
	}
	cost = median(portal) + median(server)
	return cost, fmt.Sprintf("%.0f/s, %.0f µs CPU of the portal and %.0f of PostgreSQL", median(rates), median(portal), median(server)), nil
}

// family is the processor time of a process and of its children, also of those
// that have ended.
func (p *process) family() time.Duration {
	pid := p.cmd.Process.Pid
	all := p.cpu()
	children, _ := os.ReadFile(fmt.Sprintf("/proc/%d/task/%d/children", pid, pid))
	for _, c := range strings.Fields(string(children)) {
		raw, _ := os.ReadFile("/proc/" + c + "/stat")
		all += ticks(string(raw), 11, 12)
	}
	raw, _ := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	return all + ticks(string(raw), 13, 14)
}

// ticks adds fields of /proc/PID/stat, counted behind the name.
func ticks(stat string, fields ...int) (sum time.Duration) {
	_, rest, _ := strings.Cut(stat, ") ")
	f := strings.Fields(rest)
	for _, i := range fields {
		if i < len(f) {
			n, _ := strconv.ParseInt(f[i], 10, 64)
			sum += time.Duration(n) * 10 * time.Millisecond
		}
	}
	return sum
}

// copied is a table whose rows are copied, and where the model stands.
type copied struct{ table, where, name string }

// fillTo makes copies until there are n.
func (b *bench) fillTo(ctx context.Context, d *sql.DB, n int) error {
	var caseID, owner string
	err := d.QueryRowContext(ctx, "SELECT id, owner_id FROM applications_cases WHERE number NOT LIKE 'V%' ORDER BY submitted_at LIMIT 1").Scan(&caseID, &owner)
	if err != nil {
		return err
	}
	conn, err := d.Conn(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close() }()
	if _, err := conn.ExecContext(ctx, "SET synchronous_commit = off"); err != nil {
		return err
	}
	for _, t := range []copied{
		{"applications_numbers", "case_id = $1", caseID},
		{"applications_cases", "id = $1", caseID},
		{"applications_queue", "case_id = $1", caseID},
		{"applications_events", "case_id = $1", caseID},
		{"applications_facets", "case_id = $1", caseID},
		{"audit_entries", "object = 'case:' || $1", caseID},
		{"notify_notices", "owner_id = $1", owner},
	} {
		if err := b.copyTo(ctx, conn, t, n); err != nil {
			return fmt.Errorf("%s: %w", t.table, err)
		}
		if _, err := conn.ExecContext(ctx, "VACUUM ANALYZE "+t.table); err != nil {
			return err
		}
	}
	_, err = conn.ExecContext(ctx, "CHECKPOINT")
	return err
}

func (b *bench) copyTo(ctx context.Context, conn *sql.Conn, t copied, n int) error {
	mark := map[string]string{"applications_numbers": "number LIKE 'V%'", "applications_cases": "number LIKE 'V%'", "applications_queue": "number LIKE 'V%'"}[t.table]
	key := map[string]string{"audit_entries": "id", "notify_notices": "id"}[t.table]
	switch {
	case mark != "":
	case key != "":
		mark = key + " LIKE '" + copies + "%'"
	default:
		mark = "case_id LIKE '" + copies + "%'"
	}
	var have int
	if err := conn.QueryRowContext(ctx, "SELECT COUNT(*) FROM "+t.table+" WHERE "+mark).Scan(&have); err != nil {
		return err
	}
	columns, values, err := b.columns(ctx, conn, t.table)
	if err != nil {
		return err
	}
	for from := have + 1; from <= n; from += 50_000 {
		_, err := conn.ExecContext(ctx, fmt.Sprintf("INSERT INTO %s (%s) SELECT %s FROM (SELECT * FROM %s WHERE %s LIMIT 1) AS model, generate_series(%d, %d) AS n",
			t.table, columns, values, t.table, t.where, from, min(from+49_999, n)), t.name)
		if err != nil {
			return err
		}
	}
	return nil
}

// copies is how the ids of copies begin: of a time before everything else.
const copies = "01900000-0000-7000-"

// columns are those of a table and what stands in them: names and instants of
// their own, six of ten to be done, three of four given to somebody.
func (b *bench) columns(ctx context.Context, conn *sql.Conn, table string) (names, values string, err error) {
	rows, err := conn.QueryContext(ctx, "SELECT column_name FROM information_schema.columns WHERE table_schema = current_schema() AND table_name = $1", table)
	if err != nil {
		return "", "", err
	}
	defer func() { _ = rows.Close() }()
	caseID := "'" + copies + "8000-' || lpad(to_hex(n), 12, '0')"
	const at = "(1780000000000000::bigint + n::bigint * 10000000)"
	own := map[string]string{
		"id": caseID, "case_id": caseID, "object": "'case:' || " + caseID, "number": "'V' || n",
		"owner_id": fmt.Sprintf("CASE WHEN n <= %d THEN '%s' ELSE '%s9000-' || lpad(to_hex(n / 10), 12, '0') END", hoard, b.people.IDs[1], copies),
		"at":       at, "submitted_at": at, "changed_at": at, "done_at": at, "created_at": at,
		"deadline_at": "(1780000000000000::bigint + n::bigint * 10000000 + (n % 5) * 864000000000)",
		"undecided":   "n % 10 < 6", "initials_sealed": "''::bytea",
		"status":      "(ARRAY['accepted','accepted','in_work','in_work','in_work','waiting','approved','completed','refused','cancelled'])[n % 10 + 1]",
		"assigned_to": "CASE WHEN n % 4 = 0 THEN '' ELSE 'officer-' || n % 40 END",
	}
	var all, what []string
	for rows.Next() {
		var c string
		if err := rows.Scan(&c); err != nil {
			return "", "", err
		}
		all = append(all, c)
		if v, ok := own[c]; ok {
			c = v
		}
		what = append(what, c)
	}
	return strings.Join(all, ", "), strings.Join(what, ", "), rows.Err()
}

// lists measures single readers of long lists.
func (b *bench) lists() {
	desk, mine := "/api/v1/desk/applications?limit=25", "/api/v1/applications?limit=20"
	for _, l := range []struct {
		what, token string
		limit       float64
		paths       []string
	}{
		{"queue of an agency with 1,000,000 rows", b.people.Officers[0], 50, []string{
			desk, desk + "&order=newest", desk + "&assigned=nobody", desk + "&assigned=me", desk + "&status=in_work", desk + "&status=waiting",
			desk + "&due=overdue", desk + "&due=soon", desk + "&service=" + serviceID, desk + "&closed=true", desk + "&closed=true&order=newest",
		}},
		{"list of a person with 10,000 applications", b.people.Bearers[1], 20, []string{
			mine, mine + "&group=active", mine + "&group=finished", mine + "&status=refused", mine + "&service=" + serviceID, mine + "&from=2026-06-01",
		}},
	} {
		worst, text := 0.0, []string{}
		for _, path := range l.paths {
			p50, p99, err := b.timed(path, l.token, 60)
			_, query, _ := strings.Cut(path, "&")
			if err != nil {
				query += " " + err.Error()
				p50 = l.limit * 100
			}
			worst = max(worst, p50)
			text = append(text, fmt.Sprintf("%s %.1f (p99 %.1f)", orAll(query), p50, p99))
		}
		b.report.add(b.engine, l.what, fmt.Sprintf("worst median %.1f ms: %s", worst, strings.Join(text, ", ")), fmt.Sprintf("≤ %.0f ms", l.limit), worst <= l.limit)
	}
}

// nextTries is how often an officer goes on to the next case.
const nextTries = 40

// nextCase measures from an officer's press of «next» to the page of the case, in
// an agency with a million. The next ones are real: copies can't be opened.
func (b *bench) nextCase(ctx context.Context, d *sql.DB) error {
	for range nextTries {
		l, err := dial(b.portal.addr)
		if err != nil {
			return err
		}
		status, _, err := l.ask(post("/api/v1/applications", b.people.Bearers[2], strconv.FormatUint(rand.Uint64(), 36), form), true)
		l.close()
		if err != nil || status != http.StatusCreated {
			return fmt.Errorf("submit: status %d, %w", status, err)
		}
	}
	if err := b.rest(ctx); err != nil {
		return err
	}
	_, err := d.ExecContext(ctx, "UPDATE applications_queue SET deadline_at = 1 WHERE owner_id = $1 AND status = 'accepted' AND number NOT LIKE 'V%'", b.people.IDs[2])
	if err != nil {
		return err
	}
	var all []float64
	for range nextTries {
		begin := time.Now()
		if err := b.takeNext(ctx); err != nil {
			return err
		}
		all = append(all, float64(time.Since(begin).Microseconds())/1e3)
	}
	slices.Sort(all)
	worst := all[len(all)-1]
	b.report.add(b.engine, "from «next» to the page of the case, among 1,000,000", fmt.Sprintf("median %.1f ms, worst of %d %.1f", all[len(all)/2], nextTries, worst), "≤ 200 ms", worst <= 200)
	return nil
}

// takeNext is a press of «next» in a browser.
func (b *bench) takeNext(ctx context.Context) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+b.portal.addr+"/desk/queue/take", strings.NewReader("key="+strconv.FormatUint(rand.Uint64(), 36)))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Cookie", b.people.Desk)
	resp, err := http.DefaultTransport.RoundTrip(req)
	if err != nil {
		return err
	}
	_ = resp.Body.Close()
	if resp.StatusCode != http.StatusSeeOther {
		return fmt.Errorf("next: status %d", resp.StatusCode)
	}
	_, err = fetch(b.portal.addr, resp.Header.Get("Location"), b.people.Desk, true)
	return err
}

func orAll(query string) string {
	if query == "" {
		return "all"
	}
	return query
}

// timed asks n times, one after the other, and gives milliseconds.
func (b *bench) timed(path, token string, n int) (p50, p99 float64, err error) {
	var all []float64
	for range n {
		req, err := http.NewRequest(http.MethodGet, "http://"+b.portal.addr+path, nil)
		if err != nil {
			return 0, 0, err
		}
		req.Header.Set("Authorization", "Bearer "+token)
		begin := time.Now()
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			return 0, 0, err
		}
		_, err = io.Copy(io.Discard, resp.Body)
		_ = resp.Body.Close()
		if err == nil && resp.StatusCode != http.StatusOK {
			err = fmt.Errorf("status %d", resp.StatusCode)
		}
		if err != nil {
			return 0, 0, err
		}
		all = append(all, float64(time.Since(begin).Microseconds())/1e3)
	}
	slices.Sort(all)
	return all[len(all)/2], all[len(all)*99/100], nil
}

// serverLog is where PostgreSQL writes, plans among other things.
func serverLog(dir string) string { return filepath.Join(dir, "server.log") }
