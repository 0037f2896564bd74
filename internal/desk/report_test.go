package desk

import (
	"bytes"
	"math/rand/v2"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"okno/internal/applications/cases"
	"okno/internal/kit/clock"
	"okno/internal/kit/db"
	"okno/internal/kit/i18n"
	"okno/internal/kit/testkit"
)

// TestHiddenStaysHidden builds many tables and looks at each line and column
// with its total, as somebody would who wants to work out what is hidden.
func TestHiddenStaysHidden(t *testing.T) {
	t.Parallel()
	dice := rand.New(rand.NewPCG(1, 2))
	for range 2000 {
		var all []cases.Tally
		for i := range 1 + dice.IntN(5) {
			for j := range 1 + dice.IntN(5) {
				all = append(all, cases.Tally{Key: strconv.Itoa(i), Cross: strconv.Itoa(j), All: dice.IntN(30) * dice.IntN(3)})
			}
		}
		g := gridOf(all)
		for i := range g.Cells {
			check(t, all, g.Cells[i], g.LineTotals[i])
		}
		for j := range g.Columns {
			var column []cell
			for i := range g.Cells {
				column = append(column, g.Cells[i][j])
			}
			check(t, all, column, g.ColumnTotals[j])
		}
		check(t, all, g.LineTotals, g.Total)
		check(t, all, g.ColumnTotals, g.Total)
	}
}

func check(t *testing.T, all []cases.Tally, line []cell, total cell) {
	t.Helper()
	hidden, sum := 0, 0
	for _, c := range append(slices.Clone(line), total) {
		if !c.Hidden && c.N > 0 && c.N < hideBelow {
			t.Fatalf("%d is shown in %+v", c.N, all)
		}
	}
	for _, c := range line {
		if c.Hidden {
			hidden++
			sum += c.N
		}
	}
	if total.Hidden && hidden == 0 && slices.ContainsFunc(line, func(c cell) bool { return c.N > 0 }) {
		t.Fatalf("a hidden total is the sum of what is shown: %+v", all)
	}
	if !total.Hidden && hidden > 0 && (hidden < 2 || sum < hideBelow) {
		t.Fatalf("%d hidden cells with %d together can be worked out: %+v", hidden, sum, all)
	}
}

func TestReport(t *testing.T) {
	t.Parallel()
	b := &below{tallies: []cases.Tally{
		{Key: "passport", All: 120, Decided: 100, Refused: 20, Asked: 30, TookDays: 350},
		{Key: "tax", All: 4, Decided: 3, Refused: 1},
		{Key: "rare", All: 30},
	}}
	call := site(t, room(t, b))
	w := call("h head:mvd", "/desk/reports?by=service&from=2026-10-01&to=2026-10-31", nil)
	body := w.Body.String()
	if w.Code != http.StatusOK || strings.Contains(body, "[desk.") || strings.Count(body, "<h1") != 1 {
		t.Fatalf("%d %s", w.Code, body)
	}
	inOrder(t, body, "<svg", "Загранпаспорт", "120", "83\u00a0%", "20\u00a0%", "3,5", "tax", "скрыто", "rare", "скрыто", "155")
	csv := call("h head:mvd", "/desk/reports/export?by=service", nil)
	if !strings.HasPrefix(csv.Body.String(), "\uFEFFУслуга;Подано") || strings.Contains(csv.Body.String(), ";4;") || b.looks[0].Act != "desk.report_exported" {
		t.Errorf("%s %+v", csv.Body, b.looks)
	}
	book, err := excelize.OpenReader(bytes.NewReader(call("h head:mvd", "/desk/reports/export?format=xlsx", nil).Body.Bytes()))
	if err != nil {
		t.Fatal(err)
	}
	if got, _ := book.GetCellValue("Отчёт", "B2"); got != "120" {
		t.Errorf("XLSX: %s", got)
	}
	for who, want := range map[string]int{"x officer:mvd": 403, "x auditor": 403, "x administrator": 200, "anna": 403, "": 303} {
		for _, path := range []string{"/desk/reports", "/desk/reports/export"} {
			if w := call(who, path, nil); w.Code != want {
				t.Errorf("%s as %q: %d", path, who, w.Code)
			}
		}
	}
}

func TestHeadSeesLoad(t *testing.T) {
	t.Parallel()
	call := site(t, room(t, &below{}))
	w := call("h head:mvd", "/desk/head", nil)
	if w.Code != http.StatusOK || strings.Contains(w.Body.String(), "[desk.") {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
	inOrder(t, w.Body.String(), "login-other", "assigned=other", "5", "due=overdue", "2", "20", "50\u00a0%", "25\u00a0%", "Ни у кого", "3")
	for _, who := range []string{"x officer:mvd", "x administrator", "anna"} {
		if w := call(who, "/desk/head", nil); w.Code != http.StatusForbidden {
			t.Errorf("%s: %d", who, w.Code)
		}
	}
}

func TestReportsByTheClock(t *testing.T) {
	t.Parallel()
	clk := clock.NewFake(testkit.Start)
	testkit.Each(t, testkit.Of(Migrations()), clk, func(t *testing.T, d *db.DB) {
		b := &below{}
		r := roomOn(d, b)
		texts, err := i18n.New(Locale())
		if err != nil {
			t.Fatal(err)
		}
		fake := clock.NewFake(testkit.Start)
		r.Texts, r.Clock = texts, fake
		head := as("offmvd head:mvd")
		if err := r.order(head, reportChoice{By: "channel", From: "2020-01-01"}, weekly); err != nil {
			t.Fatal(err)
		}
		if err := r.order(as("x officer:mvd"), reportChoice{}, weekly); err == nil {
			t.Error("an officer orders a report")
		}
		for range 2 {
			if err := r.sendDue(t.Context()); err != nil || len(b.letters) != 0 {
				t.Fatalf("sent before its time: %v", err)
			}
		}
		fake.Advance(8 * 24 * time.Hour)
		for range 2 {
			if err := r.sendDue(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		if len(b.letters) != 1 || !strings.Contains(b.letters[0].Link, "by=channel") || strings.Contains(b.letters[0].Link, "2020") {
			t.Fatalf("%+v", b.letters)
		}
		all, _ := r.store.schedules(t.Context(), "mvd", "offmvd")
		if err := r.unorder(head, "mvd", all[0].ID); err != nil {
			t.Error(err)
		}
	})
}

func TestNext(t *testing.T) {
	t.Parallel()
	zone := time.FixedZone("MSK", 3*3600)
	for day, want := range map[string][2]string{
		"2026-11-16": {"2026-11-23", "2026-12-01"}, "2026-11-22": {"2026-11-23", "2026-12-01"}, "2026-12-31": {"2027-01-04", "2027-01-01"},
	} {
		at, _ := time.ParseInLocation(time.DateOnly, day, zone)
		if got := [2]string{next(weekly, at).Format(time.DateOnly), next(monthly, at).Format(time.DateOnly)}; got != want {
			t.Errorf("after %s: %v", day, got)
		}
	}
	if from, to := span(monthly, time.Date(2027, 1, 1, 7, 0, 0, 0, zone)); from != "2026-12-01" || to != "2026-12-31" {
		t.Error(from, to)
	}
}
