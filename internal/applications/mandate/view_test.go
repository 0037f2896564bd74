package mandate

import (
	"testing"

	"okno/internal/kit/audit"
	"okno/internal/kit/db"
)

func TestTheSameAgainAndAgainIsOneLine(t *testing.T) {
	t.Parallel()
	line := func(at int64, act, object string) audit.Line {
		return audit.Line{At: db.Time(at), Entry: audit.Entry{Act: act, Object: object}}
	}
	v := oneView{lines: []audit.Line{
		line(6, "applications.draft_looked", "draft:1"), line(5, "applications.draft_looked", "draft:1"), line(4, "applications.draft_looked", "draft:2"),
		line(3, "applications.draft_saved", "draft:1"), line(2, "applications.draft_looked", "draft:1"),
	}}
	if rows := v.journal(t.Context()).Rows; len(rows) != 4 {
		t.Errorf("%d rows: %v", len(rows), rows)
	}
}
