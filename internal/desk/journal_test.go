package desk

import (
	"encoding/csv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"okno/internal/kit/audit"
	"okno/internal/kit/db"
	"okno/internal/kit/errs"
)

const auditor = "aud auditor"

func TestJournalIsReadWholeWithoutLosingLines(t *testing.T) {
	t.Parallel()
	b := &below{}
	for i := 3000; i > 0; i-- { // three lines of one transaction each
		l := line(i/3, "room.did")
		l.ID = time.Duration(i).String()
		b.lines = append(b.lines, l)
	}
	r, s, seen := room(t, b), search{}, map[string]int{}
	for pages := 0; ; pages++ {
		f, err := r.find(t.Context(), s, 100)
		if err != nil || pages > 60 {
			t.Fatal(err, pages)
		}
		for _, l := range f.Lines {
			seen[l.ID]++
		}
		if f.Next == 0 {
			break
		}
		s.Before = f.Next
	}
	if len(seen) != 3000 {
		t.Errorf("%d lines of 3000", len(seen))
	}
	for id, n := range seen {
		if n != 1 {
			t.Fatalf("%s was seen %d times", id, n)
		}
	}
}

func TestJournalOfOneGreatTransaction(t *testing.T) {
	t.Parallel()
	b := &below{}
	for range scanBatch {
		b.lines = append(b.lines, line(7, "room.did"))
	}
	b.lines = append(b.lines, line(6, "room.last"))
	f, err := room(t, b).find(t.Context(), search{}, 10000)
	if err != nil || len(f.Lines) != scanBatch+1 {
		t.Errorf("%d lines, %v", len(f.Lines), err)
	}
}

func TestJournalFilters(t *testing.T) {
	t.Parallel()
	at := func(s string) int {
		v, err := time.Parse(time.RFC3339, s)
		if err != nil {
			t.Fatal(err)
		}
		return int(db.At(v))
	}
	other := line(at("2026-11-15T20:59:59Z"), "support.sent")
	other.Object, other.Owner = "ticket:1", "boris"
	b := &below{lines: []audit.Line{
		line(at("2026-11-16T21:00:00Z"), "cases.looked"), // already the 17th in Moscow
		line(at("2026-11-16T10:00:00Z"), "support.looked"), line(at("2026-11-15T21:00:00Z"), "cases.looked"), other,
	}}
	for _, c := range []struct {
		s    search
		want []string
	}{
		{search{}, []string{"cases.looked", "support.looked", "cases.looked", "support.sent"}},
		{search{Act: "support."}, []string{"support.looked", "support.sent"}},
		{search{Act: "support"}, nil},
		{search{Object: "ticket:1"}, []string{"support.sent"}},
		{search{Owner: "boris"}, []string{"support.sent"}},
		{search{From: "2026-11-16", To: "2026-11-16"}, []string{"support.looked", "cases.looked"}},
		{search{To: "2026-11-15"}, []string{"support.sent"}},
		{search{From: "soon"}, []string{"cases.looked", "support.looked", "cases.looked", "support.sent"}},
	} {
		f, err := room(t, b).find(t.Context(), c.s, 100)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, l := range f.Lines {
			got = append(got, l.Act)
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%+v: %s", c.s, diff)
		}
	}
}

func TestJournalPageLeavesItsOwnTrace(t *testing.T) {
	t.Parallel()
	staff := line(5, "desk.job_retried")
	staff.Actor, staff.Role, staff.IP = "boss", "administrator", "203.0.113.7"
	staff.Details = map[string]string{"why": "<b>"}
	b := &below{lines: []audit.Line{staff, line(4, "cases.looked"), {At: 3, Entry: audit.Entry{Act: "identity.code_sent"}}, {At: 2, Entry: audit.Entry{Act: "x.y", Actor: "system", Role: "system"}}}}
	call := site(t, room(t, b))
	body := call(auditor, "/desk/journal?owner=", nil).Body.String()
	inOrder(t, body, "Журнал", "desk.job_retried", "login-boss", "Администратор", "203.0.113.7", "&lt;b&gt;", "cases.looked", "anna", "Гражданин", "Без входа", "Портал")
	if strings.Contains(body, "login-anna") || b.opened != 1 {
		t.Error("a citizen's account was opened")
	}
	call(auditor, "/desk/journal?owner=anna&from=2026-11-01", nil)
	want := map[string]string{"owner": "anna", "from": "2026-11-01"}
	if len(b.looks) != 2 || b.looks[1].Act != "desk.journal_looked" || b.looks[1].Owner != "anna" || cmp.Diff(want, b.looks[1].Details) != "" {
		t.Errorf("%+v", b.looks)
	}
	if _, err := room(t, b).look(as("adm administrator"), "x", search{}, 1); errs.KindOf(err) != errs.Forbidden {
		t.Errorf("an administrator reads the journal: %v", err)
	}
}

func TestExport(t *testing.T) {
	t.Parallel()
	bad := line(9, "cases.looked")
	bad.Agent, bad.Details = "=cmd|' /C calc'!A0", map[string]string{"b": "2", "a": "1"}
	b := &below{lines: []audit.Line{bad, line(4, "cases.looked"), line(3, "support.sent")}}
	w := site(t, room(t, b))(auditor, "/desk/journal/export?act=cases.looked", nil)
	text, marked := strings.CutPrefix(w.Body.String(), "\uFEFF")
	sheet := csv.NewReader(strings.NewReader(text))
	sheet.Comma = ';'
	rows, err := sheet.ReadAll()
	if err != nil || !marked || len(rows) != 3 {
		t.Fatalf("%v %v %v", rows, marked, err)
	}
	if rows[1][8] != "'=cmd|' /C calc'!A0" || rows[1][10] != "a=1; b=2" || b.looks[0].Act != "desk.journal_exported" {
		t.Errorf("%v %+v", rows[1], b.looks)
	}
	if got := w.Header().Get("Content-Disposition"); !strings.HasPrefix(got, "attachment") {
		t.Error(got)
	}
}
