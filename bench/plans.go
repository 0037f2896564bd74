package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"okno/internal/app"
	"okno/internal/applications/cases"
	"okno/internal/identity"
)

// plans keeps in docs/plans.md how PostgreSQL answers the hot queries, as it
// tells itself (auto_explain), asked through the rooms.
func (b *bench) plans(ctx context.Context) error {
	h, err := build(ctx, b.telling())
	if err != nil {
		return err
	}
	defer h.Close()
	var all []section
	for _, q := range hot(h.Doors(), b.people) {
		text, err := b.explained(func() error { return q.ask(ctx) })
		if err != nil {
			return fmt.Errorf("%s: %w", q.what, err)
		}
		all = append(all, section{q.what, text})
	}
	return b.keepPlans(all)
}

// telling are settings under which PostgreSQL writes each plan into its log.
func (b *bench) telling() []string {
	options := "-c session_preload_libraries=auto_explain -c auto_explain.log_min_duration=0 -c auto_explain.log_analyze=on" +
		" -c auto_explain.log_buffers=on -c auto_explain.log_timing=off"
	return append(append([]string{}, b.env...), "OKNO_DATABASE="+b.pg.url("okno")+"&options="+strings.NewReplacer(" ", "%20", "=", "%3D").Replace(options))
}

// section is one query of docs/plans.md.
type section struct{ what, plan string }

// keepPlans puts the sections into docs/plans.md, each in the place of the one of
// its name, or at the end; without -write into a copy beside the data.
func (b *bench) keepPlans(all []section) error {
	file := "docs/plans.md"
	raw, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	_, rest, _ := strings.Cut(string(raw), "\n## ")
	page := "# Plans of the hot queries\n\nWritten by `go run ./bench -only volume -engines postgres -write` with 1,000,000 applications, the history by `-only signin`, on " + postgresVersion() +
		"; not to be edited. Times are those of one run, with the cost of telling them; rows and buffers say more.\n\n## " + rest
	for _, s := range all {
		head := "\n## " + s.what + "\n"
		text := head + "\n```\n" + s.plan + "```\n"
		before, rest, found := strings.Cut(page, head)
		if !found {
			page += text
			continue
		}
		if at := strings.Index(rest, "\n## "); at >= 0 {
			text += rest[at:]
		}
		page = before + text
	}
	if !b.write {
		file = filepath.Join(b.dir, "plans.md")
	}
	return os.WriteFile(file, []byte(page), 0o644)
}

// asked is a hot query by the name of what asks it.
type asked struct {
	what string
	ask  func(ctx context.Context) error
}

func hot(d app.Doors, p people) []asked {
	officer := identity.Actor{ID: "officer-1", Roles: []identity.Role{{Name: identity.Officer, Agency: agencyCode}}, Lang: "ru"}
	queue := func(f cases.QueueFilter) func(context.Context) error {
		return func(ctx context.Context) error {
			_, err := d.Cases.Queue(identity.WithActor(ctx, officer), f)
			return err
		}
	}
	list := func(f cases.ListFilter) func(context.Context) error {
		return func(ctx context.Context) error {
			_, err := d.Cases.List(identity.WithActor(ctx, identity.Actor{ID: p.IDs[1], Lang: "ru"}), f)
			return err
		}
	}
	return []asked{
		{"Queue by deadline", queue(cases.QueueFilter{})},
		{"Queue, newest first", queue(cases.QueueFilter{Order: cases.ByNewest})},
		{"Queue, one's own", queue(cases.QueueFilter{Assigned: cases.ByMe})},
		{"Queue, nobody's", queue(cases.QueueFilter{Assigned: cases.ByNobody})},
		{"Queue by status", queue(cases.QueueFilter{Status: []cases.Status{cases.Waiting}})},
		{"Queue by service", queue(cases.QueueFilter{Service: serviceID})},
		{"Queue, overdue", queue(cases.QueueFilter{Due: cases.DueOverdue})},
		{"Queue, decided", queue(cases.QueueFilter{Closed: true})},
		{"Queue, decided, newest first", queue(cases.QueueFilter{Closed: true, Order: cases.ByNewest})},
		{"Counts of a queue", func(ctx context.Context) error {
			_, err := d.Cases.QueueCounts(identity.WithActor(ctx, officer), agencyCode)
			return err
		}},
		{"A person's list", list(cases.ListFilter{})},
		{"A person's list, what is active", list(cases.ListFilter{Group: cases.Active})},
		{"A person's list, by service", list(cases.ListFilter{Service: serviceID})},
		{"One application by its number", func(ctx context.Context) error {
			var number string
			if err := d.DB.Reader().QueryRowContext(ctx, "SELECT number FROM applications_cases WHERE owner_id = $1 AND number NOT LIKE 'V%' LIMIT 1", p.IDs[0]).Scan(&number); err != nil {
				return err
			}
			_, err := d.Cases.State(identity.WithActor(ctx, identity.Actor{ID: p.IDs[0], Lang: "ru"}), number)
			return err
		}},
	}
}

// explained gives the plans that PostgreSQL wrote while f ran: the third time,
// when pages are in memory.
func (b *bench) explained(f func() error) (string, error) {
	file := serverLog(filepath.Join(b.dir, b.engine, "server"))
	var before int64
	for range 3 {
		time.Sleep(50 * time.Millisecond) // what was written before arrives
		if st, err := os.Stat(file); err == nil {
			before = st.Size()
		}
		if err := f(); err != nil {
			return "", err
		}
	}
	time.Sleep(100 * time.Millisecond)
	raw, err := os.ReadFile(file)
	if err != nil {
		return "", err
	}
	return plansIn(string(raw[before:])), nil
}

// plansIn picks the plans out of a log: what follows "plan:" with a tab.
func plansIn(log string) string {
	var text strings.Builder
	in := false
	for s := range strings.Lines(log) {
		switch {
		case strings.Contains(s, "plan:"):
			in = true
		case in && strings.HasPrefix(s, "\t"):
			text.WriteString(strings.TrimPrefix(strings.Replace(s, "Query Text: ", "", 1), "\t"))
		default:
			in = false
		}
	}
	return text.String()
}
