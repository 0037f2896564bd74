package draft

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"okno/internal/kit/db"
)

// staff are rows as they come from a spreadsheet, with their head.
func staff(n int) string {
	var b strings.Builder
	b.WriteString("ФИО: фамилия\tФИО: имя\tФИО: отчество\tФИО: дата рождения\tСНИЛС\tПринят\tОклад\tМесто работы\tУдалённо\r\n")
	for i := range n {
		place := []string{"Основное", "side"}[i%2]
		fmt.Fprintf(&b, "Петров\tИван\tСергеевич\t%02d.03.1980\t112-233-445 95\t01.02.2019\t%d,50\t%s\tда\r\n", i%28+1, 50000+i, place)
	}
	return b.String()
}

// table is a page's form with more in it.
func (p page) with(pairs ...string) url.Values {
	v := p.fields()
	for name := range v {
		if name == "_do" {
			v.Del(name)
		}
	}
	for i := 0; i < len(pairs); i += 2 {
		v.Set(pairs[i], pairs[i+1])
	}
	return v
}

func (b *bundle) people(draftID string) []any {
	b.t.Helper()
	d, err := b.load(b.as(b.anna), draftID)
	must(b.t, err)
	list, _ := d.Answers["people"].([]any)
	return slices.DeleteFunc(list, func(x any) bool { return len(x.(map[string]any)) == 0 })
}

func TestThousandRowsArePasted(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bundle) {
		step := b.start(b.anna, "staff-list")
		began := time.Now() // what is measured is the machine's
		p := b.post(b.anna, step, b.get(b.anna, step).with("_paste.people", staff(1000), "_do", "paste:people"))
		pasted := time.Since(began)
		if to := p.location(); to != step+"#people" {
			t.Errorf("led to %s", to)
		}
		if n := len(b.people(draftOf(step))); n != 1000 {
			t.Fatalf("%d rows are kept: %s", n, text(p.byClass("govuk-error-summary")[0]))
		}
		began = time.Now()
		shown := b.get(b.anna, step)
		opened := time.Since(began)
		if rows := shown.byClass("govuk-table__row"); len(rows) != rowsShown+1 {
			t.Errorf("%d rows on the page", len(rows))
		}
		if len(shown.body) > 150<<10 {
			t.Errorf("the page weighs %d bytes", len(shown.body))
		}
		began = time.Now()
		next := b.post(b.anna, step, shown.with("remark", "x")).location()
		saved := time.Since(began)
		t.Logf("%s: pasted in %v, opened in %v (%d bytes), saved in %v", b.db.Engine(), pasted, opened, len(shown.body), saved)
		if !strings.HasSuffix(next, "/end") || max(pasted, opened, saved) > 20*time.Second {
			t.Errorf("led to %s; %v %v %v", next, pasted, opened, saved)
		}
		if n := len(b.people(draftOf(step))); n != 1000 {
			t.Errorf("%d rows after saving", n)
		}
		check := b.get(b.anna, strings.TrimSuffix(step, "/staff")+"/check")
		if len(check.body) > 100<<10 || !strings.Contains(text(check.doc), "И ещё 990 строк") {
			t.Errorf("check: %d bytes", len(check.body))
		}
	})
}

func TestPasteStandsOrFallsWhole(t *testing.T) {
	t.Parallel()
	b := setup(t, db.SQLite)
	step := b.start(b.anna, "staff-list")
	bad := strings.Replace(staff(30), "12.03.1980", "12.13.1980", 1)
	b.untouchedRows(step, 0, func() page {
		return b.post(b.anna, step, b.get(b.anna, step).with("_paste.people", bad, "_do", "paste:people"))
	}, "Работник 12")
	b.untouchedRows(step, 0, func() page {
		return b.post(b.anna, step, b.get(b.anna, step).with("_paste.people", staff(1001), "_do", "paste:people"))
	}, "не больше 1")
	b.untouchedRows(step, 0, func() page {
		return b.post(b.anna, step, b.get(b.anna, step).with("_paste.people", "  \n\t\n", "_do", "paste:people"))
	}, "нет строк")
	b.post(b.anna, step, b.get(b.anna, step).with("_paste.people", staff(3), "_do", "paste:people")).location()
	b.post(b.anna, step, b.get(b.anna, step).with("_paste.people", staff(2), "_do", "paste:people")).location()
	if n := len(b.people(draftOf(step))); n != 5 {
		t.Errorf("%d rows after two pastes", n)
	}
	b.untouchedRows(step, 5, func() page {
		return b.post(b.anna, step, b.get(b.anna, step).with("_paste.people", bad, "_do", "paste:people"))
	}, "Работник 12") // counted from the first row of the paste
	b.post(b.anna, step, b.get(b.anna, step).with("_paste.people", "Иванов;Пётр;;01.02.1990;112-233-445 95;;;;", "_do", "replace:people")).location()
	list := b.people(draftOf(step))
	if len(list) != 1 || list[0].(map[string]any)["pay"] != nil || list[0].(map[string]any)["place"] != nil {
		t.Errorf("replaced by %v", list)
	}
}

func (b *bundle) untouchedRows(step string, n int, f func() page, said string) {
	b.t.Helper()
	p := f()
	summary := ""
	for _, s := range p.byClass("govuk-error-summary") {
		summary = text(s)
	}
	if p.status != http.StatusUnprocessableEntity || !strings.Contains(summary, said) {
		b.t.Errorf("%d, said %q, not %q", p.status, summary, said)
	}
	if got := len(b.people(draftOf(step))); got != n {
		b.t.Errorf("%d rows, not %d", got, n)
	}
	if box := p.byID("_paste.people"); box == nil {
		b.t.Error("what was pasted is lost")
	}
}

func TestRowsAreChangedOneByOne(t *testing.T) {
	t.Parallel()
	b := setup(t, db.SQLite)
	step := b.start(b.anna, "staff-list")
	b.post(b.anna, step, b.get(b.anna, step).with("_paste.people", staff(120), "_do", "paste:people")).location()
	to := b.post(b.anna, step, b.get(b.anna, step).with("_do", "row:people.117")).location()
	if to != step+"?row=people.117#people.open" {
		t.Fatalf("led to %s", to)
	}
	open := b.get(b.anna, to)
	if open.byID("people.117.snils") == nil || open.byID("people.0.snils") != nil || !strings.Contains(text(open.doc), "Работник 118") {
		t.Error("the row is not open")
	}
	bad := b.post(b.anna, step, open.with("people.117.snils", "112-233-445 96", "people.117.pay", "77", "_do", "row:people"))
	if bad.status != http.StatusUnprocessableEntity || bad.byID("people.117.snils-error") == nil {
		t.Errorf("a wrong row is closed: %d", bad.status)
	}
	b.post(b.anna, step, bad.with("people.117.snils", "112-233-445 95", "_do", "row:people")).location()
	row := b.people(draftOf(step))[117].(map[string]any)
	if fmt.Sprint(row["pay"]) != "7700" || row["snils"] != "11223344595" {
		t.Errorf("the row is %v", row)
	}
	to = b.post(b.anna, step, b.get(b.anna, step).with("_do", "add:people")).location()
	if to != step+"?row=people.120#people.open" {
		t.Errorf("a new row leads to %s", to)
	}
	b.post(b.anna, step, b.get(b.anna, to).with("_do", "remove:people.120")).location()
	b.post(b.anna, step, b.get(b.anna, step).with("_do", "remove:people.0")).location()
	if n := len(b.people(draftOf(step))); n != 119 {
		t.Errorf("%d rows", n)
	}
	if row := b.people(draftOf(step))[116].(map[string]any); fmt.Sprint(row["pay"]) != "7700" {
		t.Errorf("the row has moved: %v", row)
	}
	second := b.get(b.anna, step+"?rows=3")
	if n := len(second.byClass("govuk-table__row")); n != 20 || len(second.byClass("govuk-pagination")) != 1 {
		t.Errorf("%d rows on the last page", n)
	}
}

func TestFaultsOfClosedRowsLeadToThem(t *testing.T) {
	t.Parallel()
	b := setup(t, db.SQLite)
	step := b.start(b.anna, "staff-list")
	b.post(b.anna, step, b.get(b.anna, step).with("_paste.people", strings.Repeat("Иванов;Пётр;;01.02.1990\n", 40), "_do", "paste:people")).location()
	p := b.post(b.anna, step, b.get(b.anna, step).with())
	links := p.find(func(n *htmlNode) bool { return n.Data == "a" && strings.Contains(attr(n, "href"), "?row=people.") })
	if p.status != http.StatusUnprocessableEntity || len(links) != faultsShown {
		t.Fatalf("%d, %d links", p.status, len(links))
	}
	if to := b.get(b.anna, attr(links[0], "href")); to.byID("people.0.who.birth_date.day") == nil {
		t.Error("the link does not open the row")
	}
	if len(p.byClass("okno-status--refused")) != 40 {
		t.Error("rows are not marked")
	}
}

func FuzzCells(f *testing.F) {
	for _, s := range []string{"", "a\tb\n", "\"a\nb\"\tc", "a;b", "\"", "\ufeffx\t\x00", "\r\n\r\n"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		rows, err := cells(s)
		if err != nil {
			return
		}
		for _, row := range rows {
			if blankRow(row) {
				t.Errorf("%q has an empty row", s)
			}
		}
	})
}
