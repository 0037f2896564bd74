package cabinet

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"okno/internal/applications/cases"
	"okno/internal/identity"
	"okno/internal/kit/clock"
	"okno/internal/kit/db"
	"okno/internal/kit/mark"
	"okno/internal/kit/testkit"
	"okno/internal/notify"
	"okno/internal/profile"
)

// watched are the tables whose changes move a mark.
var watched = []string{
	"profile_states", "profile_persons", "applications_cases", "applications_drafts", "notify_notices",
	"profile_holdings", "applications_complaints", "vault_documents",
}

// inHeader are those that the header shows something of.
var inHeader = []string{"profile_states", "profile_persons", "notify_notices"}

// schema is the room's own over tables that stand for those of the rooms below.
func schema() []db.Migrations {
	var text strings.Builder
	text.WriteString("-- +goose Up\n")
	for _, table := range watched {
		text.WriteString("CREATE TABLE " + table + " (owner_id TEXT NOT NULL, n BIGINT NOT NULL);\n")
	}
	return []db.Migrations{{Room: "below", FS: fstest.MapFS{"0001_all.sql": {Data: []byte(text.String())}}}, Migrations()}
}

func change(t *testing.T, d *db.DB, statements ...string) {
	t.Helper()
	err := d.Write(context.Background(), func(ctx context.Context, tx *db.Tx) error {
		for _, s := range statements {
			if _, err := tx.ExecContext(ctx, s); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestEveryChangeMovesTheMark(t *testing.T) {
	t.Parallel()
	testkit.Each(t, testkit.Of(schema()...), clock.NewFake(testkit.Start), func(t *testing.T, d *db.DB) {
		m, ctx := mark.New(d, "cabinet_marks", "head"), context.Background()
		both := func(owner string) mark.Values {
			v, err := m.Both(ctx, owner)
			if err != nil {
				t.Fatal(err)
			}
			return v
		}
		at := func(owner string) int64 { return both(owner)[0] }
		change(t, d, "INSERT INTO notify_notices VALUES ('boris', 1)")
		boris, seen := at("boris"), map[int64]bool{0: true}
		if at("anna") != 0 || boris == 0 {
			t.Fatalf("marks %d %d", at("anna"), boris)
		}
		for _, table := range watched {
			head := both("anna")[1]
			for _, s := range []string{"INSERT INTO %s VALUES ('anna', 1)", "UPDATE %s SET n = 2 WHERE owner_id = 'anna'", "DELETE FROM %s WHERE owner_id = 'anna'"} {
				change(t, d, fmt.Sprintf(s, table))
				if now := at("anna"); seen[now] {
					t.Errorf("%s of %s leaves the mark at %d", s, table, now)
				} else {
					seen[now] = true
				}
				now := both("anna")[1]
				if moved := now != head; moved != slices.Contains(inHeader, table) {
					t.Errorf("%s of %s: the header's mark %d, then %d", s, table, head, now)
				}
				head = now
			}
		}
		before := at("anna")
		boom := errors.New("boom")
		if err := d.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
			_, _ = tx.ExecContext(ctx, "INSERT INTO notify_notices VALUES ('anna', 3)")
			return boom
		}); !errors.Is(err, boom) || at("anna") != before || at("boris") != boris {
			t.Errorf("%v, marks %d %d", err, at("anna"), at("boris"))
		}
	})
}

func TestWhatIsKeptIsNeverOld(t *testing.T) {
	t.Parallel()
	testkit.Each(t, testkit.Of(schema()...), clock.NewFake(testkit.Start), func(t *testing.T, d *db.DB) {
		below := &below{level: profile.Standard, cases: []cases.Row{row("1", cases.InWork)}}
		clk := clock.NewFake(testkit.Start)
		node := func() *Room {
			return New(below.deps(d, clk))
		}
		here, there := node(), node()
		look := func(r *Room, who string) Home {
			ctx := identity.WithActor(WithVisit(context.Background()), identity.Actor{ID: who})
			h, err := r.Home(ctx)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := r.current(ctx, who); err != nil {
				t.Fatal(err)
			}
			if _, _, err := r.Header(ctx, who); err != nil {
				t.Fatal(err)
			}
			return h
		}
		change(t, d, "INSERT INTO profile_states VALUES ('anna', 1)")
		for _, r := range []*Room{here, there, here, there} {
			look(r, "anna")
		}
		if asked := below.asked; asked != 2*6 {
			t.Fatalf("two nodes asked %d times for six things", asked)
		}
		below.cases = []cases.Row{row("1", cases.Approved)}
		below.notices = []notify.Notice{{ID: "1", Subject: "Готово"}}
		change(t, d, "INSERT INTO applications_cases VALUES ('anna', 1)")
		for _, r := range []*Room{here, there} {
			if h := look(r, "anna"); len(h.Ready) != 1 {
				t.Errorf("a status that changed is not shown: %+v", h)
			}
		}
		look(here, "boris")
		if whose := below.whose[len(below.whose)-1]; whose != "boris" {
			t.Errorf("%s was read for boris", whose)
		}
		asked := below.asked
		here.Forget()
		if look(here, "anna"); below.asked == asked {
			t.Error("nothing was forgotten")
		}
	})
}

// TestWhoHasNoMarkIsNotKept empties the marks, as PostgreSQL does after a crash,
// while something changes: what was read before must not be shown again.
func TestWhoHasNoMarkIsNotKept(t *testing.T) {
	t.Parallel()
	testkit.Each(t, testkit.Of(schema()...), clock.NewFake(testkit.Start), func(t *testing.T, d *db.DB) {
		below := &below{level: profile.Standard, cases: []cases.Row{row("1", cases.InWork)}}
		r := New(below.deps(d, clock.NewFake(testkit.Start)))
		ready := func() int {
			h, err := r.Home(identity.WithActor(WithVisit(context.Background()), identity.Actor{ID: "anna"}))
			if err != nil {
				t.Fatal(err)
			}
			return len(h.Ready)
		}
		if n := ready(); n != 0 {
			t.Fatalf("%d are ready", n)
		}
		below.cases = []cases.Row{row("1", cases.Approved)}
		change(t, d, "INSERT INTO applications_cases VALUES ('anna', 1)", "DELETE FROM cabinet_marks")
		if n := ready(); n != 1 {
			t.Errorf("without a mark %d are ready", n)
		}
	})
}
