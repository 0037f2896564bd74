package cabinet

import (
	"strconv"
	"testing"
	"time"

	"okno/internal/applications/cases"
	"okno/internal/applications/draft"
	"okno/internal/forms"
	"okno/internal/kit/db"
	"okno/internal/kit/testkit"
	"okno/internal/notify"
	"okno/internal/profile"
)

// BenchmarkHome is what the cabinet's home costs above the rooms below: six
// applications, two drafts, five notices.
func BenchmarkHome(b *testing.B) {
	rooms := &below{level: profile.Standard}
	for i, s := range []cases.Status{cases.Waiting, cases.InWork, cases.Accepted, cases.Approved, cases.Refused, cases.Completed} {
		rooms.cases = append(rooms.cases, row(strconv.Itoa(10+i), s))
	}
	for i := range 5 {
		at := db.At(testkit.Start.Add(-time.Duration(i) * 24 * time.Hour))
		rooms.notices = append(rooms.notices, notify.Notice{ID: strconv.Itoa(i), Subject: "Заявление в работе", At: at})
		if i < 2 {
			rooms.drafts = append(rooms.drafts, draft.Row{ID: strconv.Itoa(i), Title: forms.Text{RU: "Услуга"}, UpdatedAt: at})
		}
	}
	call := site(b, rooms)
	b.ReportAllocs()
	for b.Loop() {
		rooms.whose, rooms.filters = rooms.whose[:0], rooms.filters[:0]
		if w := call("anna", "/cabinet", nil); w.Code != 200 {
			b.Fatal(w.Code)
		}
	}
}
