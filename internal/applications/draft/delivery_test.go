package draft

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"okno/internal/agency"
	"okno/internal/applications/cases"
	"okno/internal/kit/db"
)

func TestTheWayOfTheResultIsChosenBeforeSending(t *testing.T) {
	t.Parallel()
	b := setup(t, db.SQLite)
	b.cases.offer = cases.Offer{Ways: []string{cases.ByEmail, cases.ByOffice, cases.ByPost}, KeepDays: 14, Offices: []agency.Office{
		{Code: "one", Title: agency.Text{RU: "Отдел № 1", EN: "Office 1"}, Address: agency.Text{RU: "Лесная, 5", EN: "5 Lesnaya"}},
	}}
	check := b.walk(b.anna)
	p := b.get(b.anna, check)
	for _, want := range []string{"Как получить результат", "Отдел № 1, Лесная, 5", "14 дней", "укажите адрес в личных данных"} {
		if !strings.Contains(text(p.doc), want) {
			t.Errorf("the page does not say %q", want)
		}
	}
	send := strings.TrimSuffix(check, "check") + "send"
	with := func(way, office string) url.Values {
		form := b.get(b.anna, check).fields()
		form.Set("way", way)
		form.Set("office", office)
		return form
	}
	for way, link := range map[string]string{cases.ByOffice: "#office", cases.ByPost: "#way", "pigeon": "#way"} {
		p := b.post(b.anna, send, with(way, "two"))
		if p.status != http.StatusUnprocessableEntity || !strings.Contains(p.body, `href="`+link+`"`) || len(b.cases.numbers) != 0 {
			t.Errorf("%s: %d, %d cases", way, p.status, len(b.cases.numbers))
		}
	}
	b.post(b.anna, send, with(cases.ByOffice, "one")).location()
	for _, s := range b.cases.sent {
		if s.Wish != (cases.Wish{Way: cases.ByOffice, Office: "one"}) {
			t.Errorf("%+v", s.Wish)
		}
	}
	if len(b.cases.sent) != 1 {
		t.Errorf("%d cases", len(b.cases.sent))
	}
}
