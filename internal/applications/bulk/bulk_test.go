package bulk

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"okno/internal/applications/applicationstest"
	"okno/internal/applications/bulk/bulkdb"
	"okno/internal/applications/cases"
	"okno/internal/applications/draft"
	"okno/internal/applications/sheet"
	"okno/internal/forms"
	"okno/internal/identity"
	"okno/internal/kit/clock"
	"okno/internal/kit/db"
	"okno/internal/kit/errs"
	"okno/internal/kit/i18n"
	"okno/internal/kit/id"
	"okno/internal/kit/live"
	"okno/internal/kit/testkit"
	"okno/internal/kit/web"
	"okno/internal/notify"
	"okno/internal/reference"
)

var must = applicationstest.Must

// registry stands in for drafts and cases: it knows one service and one person.
type registry struct {
	mu       sync.Mutex
	service  *forms.Service
	closed   error // why nobody may send
	prepared map[*cases.Prepared]string
	made     map[string]forms.Answers // by case id
	results  map[string]forms.Answers
	numbers  map[string]string
	fail     func(made int) error
	told     int
}

func (x *registry) Service(serviceID string) (*forms.Service, bool) {
	return x.service, serviceID == x.service.ID
}

func (x *registry) Basis(ctx context.Context, _ string) (*forms.Service, forms.Facts, error) {
	if _, err := mine(ctx); err != nil {
		return nil, forms.Facts{}, err
	}
	known := func(v any) forms.Known {
		return forms.Known{Value: v, Origin: forms.Text{RU: "профиль", EN: "profile"}}
	}
	return x.service, forms.Facts{Today: "2026-11-12", Level: "confirmed", Audience: "citizen", Files: map[string]forms.File{}, Known: map[string]forms.Known{
		"profile.person": known(map[string]any{"last_name": "Петрова", "first_name": "Анна", "middle_name": "Сергеевна", "birth_date": "1990-05-14"}),
		"profile.passport": known(map[string]any{
			"series": "4510", "number": "123456", "issued_on": "2010-06-01", "issued_by": "ОВД района Арбат", "unit_code": "770-001",
		}),
		"profile.snils": known("11223344595"), "profile.phone": known("+79131234567"), "profile.email": known("anna@example.org"),
	}}, x.closed
}

func (x *registry) Compose(_ context.Context, caseID string, _ forms.Facts, result *forms.Result, _ string) (*cases.Prepared, error) {
	x.mu.Lock()
	defer x.mu.Unlock()
	p := &cases.Prepared{}
	x.prepared[p], x.results[caseID] = caseID, result.Submission()
	return p, nil
}

func (x *registry) Create(_ context.Context, tx *db.Tx, p *cases.Prepared) (string, error) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.fail != nil {
		if err := x.fail(len(x.made)); err != nil {
			return "", err
		}
	}
	caseID := x.prepared[p]
	number := id.Number()
	tx.AfterCommit(func() {
		x.mu.Lock()
		defer x.mu.Unlock()
		x.made[caseID], x.numbers[caseID] = x.results[caseID], number
	})
	return number, nil
}

func (x *registry) Seal(context.Context, ...notify.Letter) (*notify.Batch, error) {
	return &notify.Batch{}, nil
}

func (x *registry) Send(_ context.Context, tx *db.Tx, _ *notify.Batch) error {
	tx.AfterCommit(func() { x.told++ })
	return nil
}

func (x *registry) Account(_ context.Context, account string) (identity.Account, error) {
	return identity.Account{ID: account, Lang: "ru"}, nil
}

type world struct {
	*applicationstest.World
	*Room
	x     *registry
	clock *clock.Fake
	anna  applicationstest.Visitor
	boris applicationstest.Visitor
}

func each(t *testing.T, f func(t *testing.T, w *world)) {
	t.Helper()
	testkit.Each(t, applicationstest.Schema("bulk", Migrations()), clock.NewFake(testkit.Start), func(t *testing.T, d *db.DB) {
		clk := clock.NewFake(testkit.Start) // the engines run side by side, each in its own time
		d = testkit.OpenURL(t, d.URL(), clk)
		words, err := i18n.New(Locale(), draft.Locale(), forms.Locale(), web.Locale(), identity.Locale(), reference.Locale())
		must(t, err)
		service, faults := forms.Load(os.DirFS("../../../services"), "egrn-extract/service.yaml")
		if len(faults) > 0 {
			t.Fatal(faults)
		}
		w := &world{
			World: applicationstest.New(t, d, clk, words), clock: clk, anna: applicationstest.Visitor{Account: applicationstest.Person()},
			boris: applicationstest.Visitor{Account: applicationstest.Person()},
			x: &registry{
				service: service, prepared: map[*cases.Prepared]string{}, made: map[string]forms.Answers{}, results: map[string]forms.Answers{}, numbers: map[string]string{},
			},
		}
		w.Room = New(Deps{
			DB: d, Sealer: w.Sealer, Queue: w.Queue, Audit: w.Journal, Live: live.New(d, w.Log, "n"), Clock: clk, Log: w.Log, Texts: words, Services: w.x,
			All: func() []*forms.Service { return []*forms.Service{service} }, Drafts: w.x, Cases: w.x, Notify: w.x, Accounts: w.x,
		})
		w.Serve(w.Mount)
		f(t, w)
	})
}

// table is a file in the form of the template: a row for each cadastral number.
func (w *world) table(numbers ...string) []byte {
	w.T.Helper()
	rows := w.head(w.As(w.anna.Account), w.x.service)
	at := map[string]int{}
	for i, name := range rows[1] {
		at[name] = i
	}
	for i, number := range numbers {
		row := make([]string, len(rows[0]))
		row[0] = "к-" + strconv.Itoa(i+1)
		for name, v := range map[string]string{
			"sort": "Об объекте", "objects.0.kind": "Квартира или комната", "objects.0.by": "Кадастровый номер", "objects.0.cadastral": number,
		} {
			if _, ok := at[name]; !ok {
				w.T.Fatalf("no column %s in %v", name, rows[1])
			}
			row[at[name]] = v
		}
		for name, v := range w.rest() {
			if i, ok := at[name]; ok {
				row[i] = v
			}
		}
		rows = append(rows, row)
	}
	raw, err := sheet.CSV(rows)
	must(w.T, err)
	return raw
}

// rest are answers that the profile does not give.
func (w *world) rest() map[string]string {
	return map[string]string{"form": "Электронная", "purpose": "self", "truth": "да"}
}

func (w *world) take(raw []byte) string {
	w.T.Helper()
	p := w.PostFile(w.anna, "/cabinet/batches", url.Values{"service": {"egrn-extract"}}, "file", "заявки.csv", raw)
	return strings.TrimPrefix(p.Location(), "/cabinet/batches/")
}

// run works the jobs of a batch until it is done or stopped.
func (w *world) run(batchID string) Batch {
	w.T.Helper()
	for range 100 {
		b, err := w.One(w.As(w.anna.Account), batchID)
		must(w.T, err)
		if b.State != Running {
			return b
		}
		must(w.T, w.chunk(context.Background(), chunk{Owner: w.anna.Account, Batch: batchID}))
	}
	w.T.Fatal("the batch does not end")
	return Batch{}
}

func number(i int) string { return "77:01:0001001:" + strconv.Itoa(1000+i) }

func TestGoodRowsAreSentAndBadOnesTold(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		batchID := w.take(w.table(number(1), "не номер", number(3), ""))
		b, rows, err := w.Rows(w.As(w.anna.Account), batchID)
		must(t, err)
		if b.All != 4 || b.Bad != 2 || b.Good() != 2 || len(w.x.made) != 0 {
			t.Fatalf("%+v %+v", b, rows)
		}
		p := w.Get(w.anna, "/cabinet/batches/"+batchID)
		if !p.Has("Кадастровый номер", "5", "Отправить 2 заявления", "Скачать строки с ошибками") {
			t.Errorf("the report says %s", p.Text())
		}
		w.Post(w.anna, "/cabinet/batches/"+batchID+"/send", nil).Location()
		w.Post(w.anna, "/cabinet/batches/"+batchID+"/send", nil).Location()
		if b = w.run(batchID); b.State != Done || b.Sent != 2 || len(w.x.made) != 2 || w.x.told != 1 {
			t.Errorf("%+v, %d made, %d told", b, len(w.x.made), w.x.told)
		}
		// what is mended is handed in from the report: only that is sent
		report := w.Get(w.anna, "/cabinet/batches/"+batchID+"/report?format=csv")
		mended := strings.ReplaceAll(report.Body, "не номер", number(2))
		again := w.take([]byte(mended))
		b, rows, err = w.Rows(w.As(w.anna.Account), again)
		must(t, err)
		if b.All != 2 || b.Good() != 1 || rows[0].Number != 5 {
			t.Errorf("mended: %+v %+v\n%s", b, rows, mended)
		}
		must(t, w.Send(w.As(w.anna.Account), again))
		if b = w.run(again); b.Sent != 1 || len(w.x.made) != 3 {
			t.Errorf("mended: %+v", b)
		}
		if w.Did("applications.batch_confirmed", w.anna.Account) != 2 || w.Did("applications.batch_done", w.anna.Account) != 2 {
			t.Error("the journal misses something")
		}
	})
}

func TestTheSameRowIsNotSentTwice(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		raw := w.table(number(1), number(2), number(3))
		first, second := w.take(raw), w.take(raw) // both checked before either is sent
		must(t, w.Send(w.As(w.anna.Account), first))
		must(t, w.Send(w.As(w.anna.Account), second))
		a, b := w.run(first), w.run(second)
		if a.Sent+b.Sent != 3 || a.Before+b.Before != 3 || len(w.x.made) != 3 {
			t.Errorf("%+v %+v, %d made", a, b, len(w.x.made))
		}
		third := w.take(raw)
		if b, err := w.One(w.As(w.anna.Account), third); err != nil || b.Before != 3 || b.Good() != 0 {
			t.Errorf("%+v %v", b, err)
		}
		if err := w.Send(w.As(w.anna.Account), third); !errors.Is(err, ErrNothing) {
			t.Errorf("sent again: %v", err)
		}
		// the same key with other answers is no silent second application
		_, rows, err := w.Rows(w.As(w.anna.Account), w.take(w.table(number(9), number(2), number(2))))
		must(t, err)
		if rows[0].State != Bad || rows[1].State != Before || !strings.Contains(rows[0].Faults[0].Text.RU, "другими ответами") {
			t.Errorf("%+v", rows)
		}
		// without keys the answers are the key, within one table too
		bare := strings.NewReplacer("к-1;", ";", "к-2;", ";").Replace(string(w.table(number(7), number(7))))
		_, rows, err = w.Rows(w.As(w.anna.Account), w.take([]byte(bare)))
		must(t, err)
		if rows[0].State != Good || rows[1].State != Bad || !strings.Contains(rows[1].Faults[0].Text.RU, "Повторяет строку 4") {
			t.Errorf("%+v", rows)
		}
	})
}

func TestANodeDiesInTheMiddle(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		var numbers []string
		for i := range 60 {
			numbers = append(numbers, number(i))
		}
		batchID := w.take(w.table(numbers...))
		must(t, w.Send(w.As(w.anna.Account), batchID))
		args := chunk{Owner: w.anna.Account, Batch: batchID}
		for _, at := range []int{7, 31, 44} {
			dead := errors.New("the node is dead")
			w.x.fail = func(made int) error {
				if made >= at {
					return dead
				}
				return nil
			}
			for range 10 {
				if err := w.chunk(context.Background(), args); errors.Is(err, dead) {
					break
				}
			}
			if len(w.x.made) != at {
				t.Fatalf("%d made, not %d", len(w.x.made), at)
			}
		}
		w.x.fail = nil
		before := w.jobs()
		must(t, w.resume(context.Background(), resume{}))
		if n := w.jobs() - before; n != 0 {
			t.Errorf("%d jobs for a batch that moves", n)
		}
		w.clock.Advance(2 * time.Minute)
		must(t, w.resume(context.Background(), resume{}))
		if n := w.jobs() - before; n != 1 {
			t.Errorf("%d jobs for a batch that stands still", n)
		}
		// two nodes have it at once
		var both sync.WaitGroup
		for range 2 {
			both.Go(func() {
				for range 5 {
					if err := w.chunk(context.Background(), args); err != nil {
						t.Error(err)
					}
				}
			})
		}
		both.Wait()
		if b := w.run(batchID); b.Sent != 60 || len(w.x.made) != 60 || b.State != Done {
			t.Errorf("%+v, %d made", b, len(w.x.made))
		}
	})
}

// jobs counts the chunks that were asked for.
func (w *world) jobs() (n int) {
	w.T.Helper()
	must(w.T, w.DB.SQL().QueryRowContext(context.Background(), "SELECT COUNT(*) FROM river_job WHERE kind = 'applications.batch.chunk'").Scan(&n))
	return n
}

func TestABatchIsStoppedAndGoesOn(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		var numbers []string
		for i := range 30 {
			numbers = append(numbers, number(i))
		}
		batchID := w.take(w.table(numbers...))
		if p := w.Post(w.anna, "/cabinet/batches/"+batchID+"/stop", nil); p.Status != http.StatusConflict {
			t.Errorf("stopped before it ran: %d", p.Status)
		}
		must(t, w.Send(w.As(w.anna.Account), batchID))
		if p := w.Get(w.anna, "/cabinet/batches/"+batchID); !p.Has("Отправлено 0 из 30") {
			t.Errorf("%s", p.Text())
		}
		if p := w.Post(w.anna, "/cabinet/batches/"+batchID+"/delete", nil); p.Status != http.StatusConflict {
			t.Errorf("deleted while it runs: %d", p.Status)
		}
		must(t, w.chunk(context.Background(), chunk{Owner: w.anna.Account, Batch: batchID}))
		w.Post(w.anna, "/cabinet/batches/"+batchID+"/stop", nil).Location()
		must(t, w.chunk(context.Background(), chunk{Owner: w.anna.Account, Batch: batchID}))
		if len(w.x.made) != chunkRows {
			t.Errorf("%d made of a stopped batch", len(w.x.made))
		}
		must(t, w.Send(w.As(w.anna.Account), batchID))
		if b := w.run(batchID); b.Sent != 30 {
			t.Errorf("%+v", b)
		}
		// who may not send any more has the batch stopped, not lost
		other := w.take([]byte(strings.Replace(string(w.table(number(100))), "к-1;", "новый;", 1)))
		must(t, w.Send(w.As(w.anna.Account), other))
		w.x.closed = draft.ErrLevel
		if b := w.run(other); b.State != Stopped || b.Sent != 0 {
			t.Errorf("%+v", b)
		}
	})
}

func TestBatchesAreTheirOwners(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		batchID := w.take(w.table(number(1), "плохой"))
		one := "/cabinet/batches/" + batchID
		for _, p := range []applicationstest.Page{
			w.Get(w.boris, one), w.Get(w.boris, one+"/state"), w.Get(w.boris, one+"/report"), w.Post(w.boris, one+"/send", nil),
			w.Post(w.boris, one+"/stop", nil), w.Post(w.boris, one+"/delete", nil), w.JSON(w.boris, "GET", "/api/v1/batches/"+batchID, ""),
			w.JSON(w.boris, "POST", "/api/v1/batches/"+batchID+"/send", "{}"),
		} {
			if p.Status != http.StatusNotFound {
				t.Errorf("another's batch: %d %s", p.Status, p.Text())
			}
		}
		if p := w.Get(applicationstest.Visitor{}, one); p.Status == http.StatusOK {
			t.Error("nobody sees a batch")
		}
		rows, err := w.store.read().Rows(context.Background(), rowsOf(w.anna.Account, batchID))
		must(t, err)
		for _, row := range rows {
			if s := string(row.AnswersSealed) + string(row.CellsSealed) + string(row.FaultsSealed); strings.Contains(s, "77:01") || strings.Contains(s, "плохой") {
				t.Error("a row is not sealed")
			}
		}
		out, err := w.Export(context.Background(), w.anna.Account)
		must(t, err)
		if list, _ := out["batches"].([]map[string]any); len(list) != 1 || list[0]["file"] != "заявки.csv" {
			t.Errorf("export %v", out)
		}
		must(t, w.DB.Write(context.Background(), func(ctx context.Context, tx *db.Tx) error { return w.Erase(ctx, tx, w.anna.Account) }))
		if p := w.Get(w.anna, one); p.Status != http.StatusNotFound {
			t.Errorf("erased: %d", p.Status)
		}
	})
}

func TestTablesThatAreNotTemplates(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		good := string(w.table(number(1)))
		for name, x := range map[string]struct{ raw, says string }{
			"no head":    {"а;б\n1;2\n", "названий столбцов"},
			"column":     {strings.Replace(good, ";sort;", ";чужой;", 1), "Столбца «чужой»"},
			"twice":      {strings.Replace(good, ";sort;", ";objects.0.kind;", 1), "дважды"},
			"no rows":    {strings.Join(strings.SplitAfter(good, "\n")[:3], ""), "от одной до 1000"},
			"formula":    {strings.Replace(good, number(1), "=A1", 1), "формула"},
			"no file":    {"", "Выберите файл"},
			"many rows":  {string(w.table(make([]string, 1002)...)), ""},
			"other file": {"\x00\x01", "не читается"},
		} {
			p := w.PostFile(w.anna, "/cabinet/batches", url.Values{"service": {"egrn-extract"}}, "file", "a.csv", []byte(x.raw))
			if p.Status != http.StatusUnprocessableEntity || !p.Has(x.says) {
				t.Errorf("%s: %d %s", name, p.Status, p.Text())
			}
		}
		if p := w.Get(w.anna, "/cabinet/batches/new?service=child-benefit"); p.Status != http.StatusNotFound {
			t.Errorf("another service: %d", p.Status)
		}
		w.x.closed = draft.ErrLevel
		if p := w.PostFile(w.anna, "/cabinet/batches", url.Values{"service": {"egrn-extract"}}, "file", "a.csv", []byte(good)); p.Status != http.StatusUnprocessableEntity {
			t.Errorf("who may not send: %d", p.Status)
		}
	})
}

func TestTheTemplateIsReadBack(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		for _, format := range []string{"xlsx", "csv"} {
			p := w.Get(w.anna, "/cabinet/batches/template?service=egrn-extract&format="+format)
			lines, err := sheet.Read([]byte(p.Body))
			if err != nil || len(lines) != 3 || lines[1].Cells[0] != keyColumn {
				t.Errorf("%s: %v %v", format, lines, err)
			}
			if _, err := w.understood(layout(w.x.service), lines); !errors.Is(err, ErrRows) {
				t.Errorf("%s: %v", format, err)
			}
		}
	})
}

func TestByTheAPI(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		row := func(key, cadastral string) string {
			return `{"key":"` + key + `","answers":{"sort":"object","objects":[{"kind":"flat","by":"number","cadastral":"` + cadastral + `"}],"form":"electronic","purpose":"self","truth":true}}`
		}
		body := `{"service":"egrn-extract","send":true,"rows":[` + row("a", number(1)) + "," + row("b", "x") + `,{"answers":{"nonsense":1}}]}`
		req := func() applicationstest.Page { return w.JSON(w.anna, "POST", "/api/v1/batches", body) }
		p := req()
		if p.Status != http.StatusCreated || !strings.Contains(p.Body, `"state":"running"`) || !strings.Contains(p.Body, `"bad":2`) {
			t.Fatalf("%d %s", p.Status, p.Body)
		}
		batchID := p.Body[strings.Index(p.Body, `"id":"`)+6:][:36]
		if b := w.run(batchID); b.Sent != 1 {
			t.Errorf("%+v", b)
		}
		p = w.JSON(w.anna, "GET", "/api/v1/batches/"+batchID, "")
		if !strings.Contains(p.Body, `"state":"sent","number":"`) {
			t.Error(p.Body)
		}
		items := []Item{{Key: "z", Answers: forms.Answers{"sort": "object"}}}
		first, err := w.TakeItems(w.As(w.anna.Account), "egrn-extract", items, "once")
		must(t, err)
		second, err := w.TakeItems(w.As(w.anna.Account), "egrn-extract", items, "once")
		must(t, err)
		if first != second {
			t.Error("the same key gave two batches")
		}
		if _, err := w.TakeItems(w.As(w.anna.Account), "egrn-extract", nil, ""); !errs.IsKind(err, errs.Invalid) {
			t.Error(err)
		}
	})
}

func rowsOf(owner, batchID string) bulkdb.RowsParams {
	return bulkdb.RowsParams{OwnerID: owner, BatchID: batchID}
}
