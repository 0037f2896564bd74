package template

import (
	"context"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"strings"
	"testing"

	"okno/internal/applications/applicationstest"
	"okno/internal/applications/draft"
	"okno/internal/forms"
	"okno/internal/kit/clock"
	"okno/internal/kit/db"
	"okno/internal/kit/errs"
	"okno/internal/kit/i18n"
	"okno/internal/kit/testkit"
	"okno/internal/kit/web"
)

var must = applicationstest.Must

// desk holds the drafts of one person, and the service that they are for.
type desk struct {
	owner   string
	service *forms.Service
	sown    []draft.Seed
}

func (d *desk) Service(id string) (*forms.Service, bool) { return d.service, id == d.service.ID }

func (d *desk) Version(context.Context, string, int) (*forms.Service, error) { return d.service, nil }

func (d *desk) Typed(ctx context.Context, draftID string) (draft.Seed, error) {
	if me, err := mine(ctx); err != nil || me.ID != d.owner || draftID != "d1" {
		return draft.Seed{}, draft.ErrNotFound
	}
	return draft.Seed{Service: d.service, Answers: forms.Answers{"family_size": 3, "why": "персональное"}}, nil
}

func (d *desk) Sent(context.Context, string) (draft.Seed, error) {
	return draft.Seed{Service: d.service, Answers: forms.Answers{}}, nil
}

func (d *desk) Sow(_ context.Context, s draft.Seed, _ string) (string, error) {
	d.sown = append(d.sown, s)
	return "draft-" + strconv.Itoa(len(d.sown)), nil
}

type world struct {
	*applicationstest.World
	*Room
	desk *desk
	anna string
}

func each(t *testing.T, f func(t *testing.T, w *world)) {
	t.Helper()
	clk := clock.NewFake(testkit.Start)
	testkit.Each(t, applicationstest.Schema("template", Migrations()), clk, func(t *testing.T, d *db.DB) {
		words, err := i18n.New(Locale(), draft.Locale(), forms.Locale(), web.Locale())
		must(t, err)
		service, faults := forms.Load(os.DirFS("../../../docs/services"), "child-benefit/service.yaml")
		if len(faults) > 0 {
			t.Fatal(faults)
		}
		w := &world{World: applicationstest.New(t, d, clk, words), anna: applicationstest.Person()}
		w.desk = &desk{owner: w.anna, service: service}
		w.Room = New(Deps{DB: d, Sealer: w.Sealer, Audit: w.Journal, Services: w.desk, Drafts: w.desk})
		w.Serve(w.Mount)
		f(t, w)
	})
}

func TestATemplateIsKeptAndUsed(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		anna, boris := applicationstest.Visitor{Account: w.anna}, applicationstest.Visitor{Account: applicationstest.Person()}
		if p := w.Get(anna, "/cabinet/templates/new?draft=d1"); p.Status != http.StatusOK || p.Value("draft") != "d1" {
			t.Fatalf("%d %s", p.Status, p.Text())
		}
		if p := w.Get(boris, "/cabinet/templates/new?draft=d1"); p.Status != http.StatusNotFound {
			t.Errorf("another's draft: %d", p.Status)
		}
		if p := w.Post(anna, "/cabinet/templates", url.Values{"draft": {"d1"}, "name": {" "}}); p.Status != http.StatusUnprocessableEntity || !p.Has("Введите название") {
			t.Errorf("no name: %d", p.Status)
		}
		w.Post(anna, "/cabinet/templates", url.Values{"draft": {"d1"}, "name": {"  Для   работы "}}).Location()
		all, err := w.List(w.As(w.anna))
		must(t, err)
		if len(all) != 1 || all[0].Name != "Для работы" || !all[0].Offered {
			t.Fatalf("%+v", all)
		}
		one := "/cabinet/templates/" + all[0].ID
		if p := w.Get(anna, "/cabinet/templates"); !p.Has("Для работы", w.desk.service.Title.RU) {
			t.Errorf("the list says %s", p.Text())
		}
		for _, p := range []applicationstest.Page{
			w.Get(boris, one), w.Post(boris, one, url.Values{"name": {"x"}}), w.Post(boris, one+"/delete", nil), w.Post(boris, one+"/begin", nil),
			w.JSON(boris, "POST", "/api/v1/templates/"+all[0].ID+"/drafts", "{}"), w.JSON(boris, "DELETE", "/api/v1/templates/"+all[0].ID, ""),
		} {
			if p.Status != http.StatusNotFound {
				t.Errorf("another's template: %d %s", p.Status, p.Text())
			}
		}
		if to := w.Post(anna, one+"/begin", url.Values{"_once": {"k"}}).Location(); to != "/cabinet/drafts/draft-1" {
			t.Errorf("begins %s", to)
		}
		if s := w.desk.sown[0]; s.Name != "Для работы" || s.From != draft.FromTemplate || s.Answers["why"] != "персональное" {
			t.Errorf("sown %+v", s)
		}
		w.Post(anna, one, url.Values{"name": {"Другое"}}).Location()
		if p := w.Post(anna, one, url.Values{"name": {strings.Repeat("я", maxName+1)}}); p.Status != http.StatusUnprocessableEntity {
			t.Errorf("a long name: %d", p.Status)
		}
		out, err := w.Export(context.Background(), w.anna)
		must(t, err)
		if list, _ := out["templates"].([]map[string]any); len(list) != 1 || list[0]["name"] != "Другое" {
			t.Errorf("export %v", out)
		}
		w.Post(anna, one+"/delete", nil).Location()
		if p := w.Get(anna, one); p.Status != http.StatusNotFound {
			t.Errorf("deleted: %d", p.Status)
		}
		if w.Did("applications.template_saved", w.anna) != 1 || w.Did("applications.template_deleted", w.anna) != 1 {
			t.Error("the journal misses something")
		}
	})
}

func TestTemplatesAreSealedAndBounded(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		ctx := w.As(w.anna)
		for range maxTemplates {
			if _, err := w.Save(ctx, "Тайна", Source{Draft: "d1"}); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := w.Save(ctx, "Ещё", Source{Draft: "d1"}); !errs.IsKind(err, errs.TooMany) {
			t.Errorf("one too many: %v", err)
		}
		if _, err := w.Save(ctx, "Пусто", Source{Number: "1"}); !errs.IsKind(err, errs.Invalid) {
			t.Errorf("nothing to keep: %v", err)
		}
		rows, err := w.store.read().Templates(ctx, w.anna)
		must(t, err)
		for _, row := range rows {
			if strings.Contains(string(row.NameSealed)+string(row.AnswersSealed), "персональное") || strings.Contains(string(row.NameSealed), "Тайна") {
				t.Fatal("a template is not sealed")
			}
		}
		must(t, w.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error { return w.Erase(ctx, tx, w.anna) }))
		if all, err := w.List(ctx); err != nil || len(all) != 0 {
			t.Errorf("erased: %v %v", all, err)
		}
	})
}
