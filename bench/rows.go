package main

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"okno/internal/kit/id"
)

// tableRows is how long the table of the measurement is.
const tableRows = 1000

// rows measures a form with a table of a thousand rows, as one visitor meets it:
// all rows are pasted, the page is opened, the step is saved.
func (b *bench) rows(context.Context) error {
	var pasted, opened, saved []float64
	for i := range b.runs {
		name, value, _ := strings.Cut(b.people.Cookies[i], "=")
		v := &visit{
			client: &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }},
			addr:   b.portal.addr, cookies: map[string]string{name: value},
		}
		took, err := v.table()
		if err != nil {
			return err
		}
		pasted, opened, saved = append(pasted, took[0]), append(opened, took[1]), append(saved, took[2])
	}
	text := fmt.Sprintf("pasted in %.2f s, opened in %.2f s, saved in %.2f s", median(pasted), median(opened), median(saved))
	b.report.add(b.engine, "a table of 1,000 rows, one visitor", text, "each ≤ 1 s", max(median(pasted), median(opened), median(saved)) <= 1)
	return nil
}

// table fills the table in and gives the seconds of each of three requests.
func (v *visit) table() ([3]float64, error) {
	var took [3]float64
	if err := v.post("/cabinet/drafts", url.Values{"service": {"staff-list"}, "_once": {id.New()}}); err != nil {
		return took, err
	}
	if err := v.get(); err != nil { // leads to the first page
		return took, err
	}
	var lines strings.Builder
	for i := range tableRows {
		fmt.Fprintf(&lines, "Соколова\tАнна\tВикторовна\t12.04.1990\t112-233-445 95\t01.02.2020\t%d\tОсновное\tнет\n", 50000+i)
	}
	seen, _ := inputValue(v.body, "_seen")
	step := v.path
	begin := time.Now()
	if err := v.post(step, url.Values{"_seen": {seen}, "_do": {"paste:people"}, "_paste.people": {lines.String()}}); err != nil {
		return took, err
	}
	took[0] = time.Since(begin).Seconds()
	begin = time.Now()
	if err := v.get(); err != nil {
		return took, err
	}
	took[1] = time.Since(begin).Seconds()
	if !strings.Contains(v.body, "1000") {
		return took, fmt.Errorf("the rows are not on the page")
	}
	seen, _ = inputValue(v.body, "_seen")
	begin = time.Now()
	if err := v.post(step, url.Values{"_seen": {seen}, "remark": {"x"}}); err != nil {
		return took, err
	}
	took[2] = time.Since(begin).Seconds()
	return took, v.ends("/end")
}
