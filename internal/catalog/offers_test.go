package catalog

import (
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"okno/internal/kit/clock"
	"okno/internal/kit/db"
	"okno/internal/kit/testkit"
)

// TestSinceWhenAServiceIsOffered: a node that starts again, or another one, knows
// it too; who comes back begins anew, a new version does not.
func TestSinceWhenAServiceIsOffered(t *testing.T) {
	t.Parallel()
	for _, engine := range []db.Engine{db.SQLite, db.Postgres} { // each with a clock of its own
		t.Run(string(engine), func(t *testing.T) {
			t.Parallel()
			clk := clock.NewFake(testkit.Start)
			d := testkit.Open(t, engine, schema(), clk)
			const id = "tax-deduction"
			f := files(t)
			c := open(t, d, clk, f, nil)
			began := c.Since(id)
			if began != db.At(testkit.Start) || !c.Since("nothing").IsZero() {
				t.Fatalf("since %v", began)
			}
			clk.Advance(24 * time.Hour)
			edit(f, taxFile, "version: 1\ntitle", "version: 2\ntitle")
			look(t, c)
			if again := open(t, d, clk, f, nil); c.Since(id) != began || again.Since(id) != began {
				t.Errorf("a new version: since %v and %v", c.Since(id), again.Since(id))
			}
			withdraw(f, "withdrawn: ["+id+"]\n")
			look(t, c)
			if !c.Since(id).IsZero() {
				t.Errorf("withdrawn, and offered since %v", c.Since(id))
			}
			clk.Advance(24 * time.Hour)
			withdraw(f, "")
			back := open(t, d, clk, f, nil)
			if back.Since(id) != db.At(clk.Now()) || back.Since("egrn-extract") != began {
				t.Errorf("back since %v, the others since %v", back.Since(id), back.Since("egrn-extract"))
			}
		})
	}
}

// withdraw sets what is withdrawn.
func withdraw(f fstest.MapFS, line string) {
	text, _, _ := strings.Cut(string(f[guideFile].Data), "withdrawn:")
	f[guideFile] = &fstest.MapFile{Data: []byte(text + line), ModTime: f[guideFile].ModTime.Add(time.Second)}
}
