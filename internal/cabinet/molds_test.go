package cabinet

import (
	"bytes"
	"context"
	"testing"

	"okno/internal/applications/cases"
	"okno/internal/forms"
	"okno/internal/kit/clock"
	"okno/internal/kit/i18n"
	"okno/internal/kit/testkit"
	"okno/internal/kit/ui"
	"okno/internal/notify"
)

// TestMoldsGiveWhatTheyWereMadeOf holds each card out of a mold against the
// card itself, with texts that try to break out.
func TestMoldsGiveWhatTheyWereMadeOf(t *testing.T) {
	t.Parallel()
	texts, err := i18n.New(Locale(), statuses())
	if err != nil {
		t.Fatal(err)
	}
	r := New(Deps{Clock: clock.NewFake(testkit.Start), Catalog: &below{}})
	v := r.view()
	for range 2 {
		for _, lang := range i18n.Langs() {
			ctx := i18n.With(context.Background(), texts, lang)
			for _, status := range cases.Statuses() {
				for _, title := range []string{"Справка", `<b>"&'` + ui.Hole(0)} {
					c := row("1", status)
					c.Title, c.News = forms.Text{RU: title, EN: title}, title == "Справка"
					var got, want bytes.Buffer
					_ = v.caseCard(c).Render(ctx, &got)
					_ = caseParts(status, cases.Stage(status), c.News, caseTexts{c.Number, title, v.day(ctx, c.SubmittedAt), v.agency(c.Agency, lang), deadline(ctx, c)}).Render(ctx, &want)
					if got.String() != want.String() || got.Len() == 0 {
						t.Errorf("%s %s: %s\nwant %s", lang, status, got.String(), want.String())
					}
				}
			}
			for _, n := range []notify.Notice{{ID: "1", Subject: "a&b"}, {ID: "2", Kind: "security"}, {ID: "3", Kind: "deadline", Read: true}} {
				var got, want bytes.Buffer
				_ = v.noticeCard(n).Render(ctx, &got)
				_ = noticeParts(noticeKind(n.Kind, n.Read), n.Read, n.ID, n.Subject, capital(v.moment(ctx, n.At))).Render(ctx, &want)
				if got.String() != want.String() || got.Len() == 0 {
					t.Errorf("%s %s\nwant %s", lang, got.String(), want.String())
				}
			}
			for _, o := range []Offer{{Why: whyRule, Words: forms.Text{RU: "a<b>", EN: "a&b"}}, {Why: whyAge, Age: 14, Day: "2026-11-01"}} {
				o.Service = &forms.Service{ID: "x-1", Title: forms.Text{RU: `Услуга "А"`, EN: "A & B"}}
				var got, want bytes.Buffer
				_ = v.offerCard(o).Render(ctx, &got)
				_ = offerParts(o.Service.ID, text(ctx, o.Service.Title), o.reason(ctx)).Render(ctx, &want)
				if got.String() != want.String() || got.Len() == 0 {
					t.Errorf("%s\nwant %s", got.String(), want.String())
				}
			}
			var got, want bytes.Buffer
			services := r.Catalog.Popular()
			_ = v.popular(services).Render(ctx, &got)
			_ = popularCards(v, services).Render(ctx, &want)
			if got.String() != want.String() || got.Len() == 0 {
				t.Errorf("%s\nwant %s", got.String(), want.String())
			}
		}
	}
}
