package cabinet

import (
	"bytes"
	"context"
	"io"
	"sync"

	"github.com/a-h/templ"

	"okno/internal/applications/cases"
	"okno/internal/forms"
	"okno/internal/kit/i18n"
	"okno/internal/kit/ui"
	"okno/internal/notify"
)

// molds are the cards of the home page, rendered once in each language and kind.
// The page has ten of them: without molds they were half of its rendering.
type molds struct {
	cases   sync.Map // caseKind → *ui.Mold
	notices sync.Map // noticeKey → *ui.Mold
	offers  sync.Map // language → *ui.Mold
	popular sync.Map // popularKey → []byte, the same for everybody
}

type caseKind struct {
	lang   string
	status cases.Status
	stage  cases.Stage
	dated  bool
	news   bool
}

type noticeKey struct {
	lang string
	kind ui.Kind
	read bool
}

// popularKey holds the services themselves: a new version is another one.
type popularKey struct {
	lang     string
	services [homePopular]*forms.Service
}

// caseCard is caseParts of a row.
func (v view) caseCard(row cases.Row) templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		lang, left := i18n.Lang(ctx), deadline(ctx, row)
		key := caseKind{lang, row.Status, row.Stage, left != "", row.News}
		m, err := molded(ctx, &v.molds.cases, key, func() (templ.Component, int) {
			left := ""
			if key.dated {
				left = ui.Hole(4)
			}
			return caseParts(key.status, key.stage, key.news, caseTexts{ui.Hole(0), ui.Hole(1), ui.Hole(2), ui.Hole(3), left}), 5
		})
		if err != nil {
			return err
		}
		return m.Fill(w, row.Number, text(ctx, row.Title), v.day(ctx, row.SubmittedAt), v.agency(row.Agency, lang), left)
	})
}

// noticeCard is noticeParts of a notice.
func (v view) noticeCard(n notify.Notice) templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		key := noticeKey{i18n.Lang(ctx), noticeKind(n.Kind, n.Read), n.Read}
		m, err := molded(ctx, &v.molds.notices, key, func() (templ.Component, int) {
			return noticeParts(key.kind, key.read, ui.Hole(0), ui.Hole(1), ui.Hole(2)), 3
		})
		if err != nil {
			return err
		}
		return m.Fill(w, n.ID, n.Subject, capital(v.moment(ctx, n.At)))
	})
}

// offerCard is offerParts of an offer.
func (v view) offerCard(o Offer) templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		m, err := molded(ctx, &v.molds.offers, i18n.Lang(ctx), func() (templ.Component, int) {
			return offerParts(ui.Hole(0), ui.Hole(1), ui.Hole(2)), 3
		})
		if err != nil {
			return err
		}
		return m.Fill(w, o.Service.ID, text(ctx, o.Service.Title), o.reason(ctx))
	})
}

// popular is popularCards, rendered once in each language.
func (v view) popular(services []*forms.Service) templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		key := popularKey{lang: i18n.Lang(ctx)}
		copy(key.services[:], services)
		kept, ok := v.molds.popular.Load(key)
		text, _ := kept.([]byte)
		if !ok {
			var b bytes.Buffer
			if err := popularCards(v, services).Render(ctx, &b); err != nil {
				return err
			}
			text = b.Bytes()
			v.molds.popular.Store(key, text)
		}
		_, err := w.Write(text)
		return err
	})
}

func molded(ctx context.Context, all *sync.Map, key any, make func() (templ.Component, int)) (*ui.Mold, error) {
	if m, ok := all.Load(key); ok {
		if m, ok := m.(*ui.Mold); ok {
			return m, nil
		}
	}
	c, holes := make()
	m, err := ui.NewMold(ctx, c, holes)
	if err == nil {
		all.Store(key, m)
	}
	return m, err
}
