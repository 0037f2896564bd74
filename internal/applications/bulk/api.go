package bulk

import (
	"context"
	"net/http"
	"time"

	"okno/internal/forms"
	"okno/internal/identity"
	"okno/internal/kit/i18n"
	"okno/internal/kit/web"
)

func (r *Room) operations(api *web.API) {
	me, tag := identity.Citizen(), "applications"
	web.Register(api, web.Operation{Pattern: "POST /api/v1/batches", ID: "check-batch", Summary: "Check many applications at once; send: true sends the good ones", Tag: tag, Status: http.StatusCreated, MaxBody: 16 << 20}, me, r.apiTake)
	web.Register(api, web.Operation{Pattern: "GET /api/v1/batches", ID: "list-batches", Summary: "List batches", Tag: tag}, me, r.apiList)
	web.Register(api, web.Operation{Pattern: "GET /api/v1/batches/{id}", ID: "get-batch", Summary: "How a batch stands, row by row", Tag: tag}, me, r.apiGet)
	web.Register(api, web.Operation{Pattern: "POST /api/v1/batches/{id}/send", ID: "send-batch", Summary: "Send the good rows of a batch", Tag: tag, Status: http.StatusNoContent}, me, r.apiSend)
	web.Register(api, web.Operation{Pattern: "POST /api/v1/batches/{id}/stop", ID: "stop-batch", Summary: "Send no further row", Tag: tag, Status: http.StatusNoContent}, me, r.apiStop)
}

// Path names a batch. It is exported because the library looks into exported
// parts of an input only.
type Path struct {
	ID string `path:"id" doc:"The batch"`
}

type rowIn struct {
	Key     string         `json:"key,omitempty" maxLength:"100" doc:"Your own name of the row: the same key gives no second application. By default the answers are the key"`
	Answers map[string]any `json:"answers" doc:"All answers by field id; no files"`
}

type takeIn struct {
	Key  string `header:"Idempotency-Key" maxLength:"200" doc:"The same key gives the same batch"`
	Body struct {
		Service string  `json:"service" maxLength:"100"`
		Send    bool    `json:"send,omitempty" doc:"Send the good rows at once, without a look at the report"`
		Rows    []rowIn `json:"rows" minItems:"1" maxItems:"1000"`
	}
}

type batchBody struct {
	ID        string    `json:"id"`
	Service   string    `json:"service"`
	State     string    `json:"state" enum:"checked,running,stopped,done"`
	Rows      int       `json:"rows"`
	Good      int       `json:"good" doc:"Rows that wait to be sent"`
	Bad       int       `json:"bad"`
	Sent      int       `json:"sent"`
	Before    int       `json:"before" doc:"Rows for which an application was sent before"`
	CreatedAt time.Time `json:"created_at"`
}

type faultBody struct {
	Field   string `json:"field,omitempty"`
	Column  string `json:"column,omitempty"`
	Message string `json:"message"`
}

type rowBody struct {
	Row    int         `json:"row"`
	State  string      `json:"state" enum:"good,bad,sent,before"`
	Number string      `json:"number,omitempty" doc:"The application's number"`
	Faults []faultBody `json:"faults,omitempty"`
}

type batchOut struct {
	Body struct {
		batchBody
		List []rowBody `json:"list"`
	}
}

func bodyOf(b Batch) batchBody {
	return batchBody{b.ID, b.ServiceID, string(b.State), b.All, b.Good(), b.Bad, b.Sent, b.Before, b.CreatedAt.Time()}
}

func (r *Room) apiTake(ctx context.Context, in *takeIn) (*batchOut, error) {
	items := make([]Item, len(in.Body.Rows))
	for i, x := range in.Body.Rows {
		raw, err := forms.Answers(x.Answers).Encode()
		if err != nil {
			return nil, web.ErrBadForm.Wrap(err)
		}
		clean, err := forms.DecodeAnswers(raw) // not too deep, valid text
		if err != nil {
			return nil, web.ErrBadForm.Wrap(err)
		}
		items[i] = Item{Key: x.Key, Answers: clean}
	}
	batchID, err := r.TakeItems(ctx, in.Body.Service, items, in.Key)
	if err != nil {
		return nil, err
	}
	if b, err := r.One(ctx, batchID); err != nil {
		return nil, err
	} else if in.Body.Send && b.State == Checked && b.Good() > 0 {
		if err := r.Send(ctx, batchID); err != nil {
			return nil, err
		}
	}
	return r.apiGet(ctx, &Path{ID: batchID})
}

func (r *Room) apiGet(ctx context.Context, in *Path) (*batchOut, error) {
	b, rows, err := r.Rows(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	out := &batchOut{}
	out.Body.batchBody, out.Body.List = bodyOf(b), make([]rowBody, len(rows))
	lang := forms.Lang(i18n.Lang(ctx))
	for i, x := range rows {
		row := rowBody{Row: x.Number, State: string(x.State), Number: x.CaseNumber}
		for _, f := range x.Faults {
			row.Faults = append(row.Faults, faultBody{f.Field, f.Column.In(lang), f.Text.In(lang)})
		}
		out.Body.List[i] = row
	}
	return out, nil
}

type listOut struct {
	Body struct {
		Batches []batchBody `json:"batches"`
	}
}

func (r *Room) apiList(ctx context.Context, _ *struct{}) (*listOut, error) {
	all, err := r.List(ctx)
	out := &listOut{}
	out.Body.Batches = make([]batchBody, len(all))
	for i, b := range all {
		out.Body.Batches[i] = bodyOf(b)
	}
	return out, err
}

func (r *Room) apiSend(ctx context.Context, in *Path) (*struct{}, error) {
	return nil, r.Send(ctx, in.ID)
}

func (r *Room) apiStop(ctx context.Context, in *Path) (*struct{}, error) {
	return nil, r.Stop(ctx, in.ID)
}
