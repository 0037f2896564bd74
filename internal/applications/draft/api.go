package draft

import (
	"context"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"okno/internal/applications/cases"
	"okno/internal/forms"
	"okno/internal/identity"
	"okno/internal/kit/errs"
	"okno/internal/kit/web"
)

// tag groups the room's operations in the document.
const tag = "applications"

func (r *Room) operations(api *web.API) {
	me := identity.Citizen()
	web.Register(api, web.Operation{Pattern: "POST /api/v1/drafts", ID: "start-draft", Summary: "Begin an application", Tag: tag, Status: http.StatusCreated}, me, r.apiStart)
	web.Register(api, web.Operation{Pattern: "GET /api/v1/drafts", ID: "list-drafts", Summary: "List drafts", Tag: tag}, me, r.apiList)
	web.Register(api, web.Operation{Pattern: "GET /api/v1/drafts/{id}", ID: "get-draft", Summary: "Steps, fields, values and faults of a draft", Tag: tag}, me, r.apiGet)
	web.Register(api, web.Operation{Pattern: "PATCH /api/v1/drafts/{id}", ID: "answer-draft", Summary: "Answer the questions of one step", Tag: tag, MaxBody: 8 << 20}, me, r.apiPatch)
	web.Register(api, web.Operation{Pattern: "DELETE /api/v1/drafts/{id}", ID: "delete-draft", Summary: "Throw a draft away", Tag: tag, Status: http.StatusNoContent}, me, r.apiDelete)
	web.Register(api, web.Operation{Pattern: "POST /api/v1/drafts/{id}/files", ID: "attach-file", Summary: "Attach a file: the body is the file, or a multipart form with one; put the id that comes back into the answer", Tag: tag, Status: http.StatusCreated, MaxBody: maxBody}, me, r.apiAttach)
	web.Register(api, web.Operation{Pattern: "POST /api/v1/drafts/{id}/submit", ID: "submit-draft", Summary: "Send a draft; again gives the same number", Tag: tag}, me, r.apiSubmit)
	web.Register(api, web.Operation{Pattern: "POST /api/v1/applications", ID: "apply", Summary: "Send an application with all its answers at once", Tag: tag, Status: http.StatusCreated, MaxBody: 8 << 20}, me, r.apiApply)
}

// Keyed is the header of operations that create. It is exported because the
// library looks into exported parts of an input only, as is DraftPath.
type Keyed struct {
	Key string `header:"Idempotency-Key" maxLength:"200" doc:"The same key gives the same result for a week"`
}

// DraftPath names a draft.
type DraftPath struct {
	ID string `path:"id" doc:"The draft"`
}

type startIn struct {
	Keyed
	Body struct {
		Service     string `json:"service,omitempty" doc:"Id of the service" maxLength:"100"`
		Child       string `json:"child,omitempty" doc:"Id of one of your children in the profile, to act on behalf of; the civil registry must have confirmed the child" maxLength:"40"`
		Application string `json:"application,omitempty" doc:"Instead of a service: the number of one of your applications, whose answers are taken over" maxLength:"40"`
		As          string `json:"as,omitempty" enum:"again,mend,change" doc:"What for: again, a new application (as without it); mend, one in place of a refused one; change, other answers while nobody has taken it"`
	}
}

type startOut struct {
	Body struct {
		ID string `json:"id"`
	}
}

func (r *Room) apiStart(ctx context.Context, in *startIn) (*startOut, error) {
	out := &startOut{}
	var err error
	switch number := in.Body.Application; {
	case number == "" && in.Body.Child != "":
		out.Body.ID, err = r.StartForChild(ctx, in.Body.Service, in.Body.Child, in.Key)
	case number == "":
		out.Body.ID, err = r.Start(ctx, in.Body.Service, in.Key)
	case in.Body.As == originMend:
		out.Body.ID, err = r.Mend(ctx, number, in.Key)
	case in.Body.As == originChange:
		out.Body.ID, err = r.Change(ctx, number, in.Key)
	default:
		out.Body.ID, err = r.Again(ctx, number, in.Key)
	}
	return out, err
}

type rowOut struct {
	ID        string    `json:"id"`
	Service   string    `json:"service"`
	Version   int       `json:"version"`
	Title     string    `json:"title"`
	Step      string    `json:"step" doc:"The furthest step reached; empty when only sending is left"`
	CreatedAt time.Time `json:"created_at"`
	UpdatedAt time.Time `json:"updated_at"`
}

type listOut struct {
	Body struct {
		Drafts []rowOut `json:"drafts"`
	}
}

func (r *Room) apiList(ctx context.Context, _ *struct{}) (*listOut, error) {
	me, err := owner(ctx)
	if err != nil {
		return nil, err
	}
	rows, err := r.Drafts(ctx, me)
	out := &listOut{}
	out.Body.Drafts = make([]rowOut, len(rows))
	for i, d := range rows {
		out.Body.Drafts[i] = rowOut{
			ID: d.ID, Service: d.ServiceID, Version: d.Version, Title: d.Title.In(lang(ctx)), Step: stepName(d.Step),
			CreatedAt: d.CreatedAt.Time(), UpdatedAt: d.UpdatedAt.Time(),
		}
	}
	return out, err
}

func stepName(step string) string {
	if step == stepCheck {
		return ""
	}
	return step
}

type draftOut struct{ Body draftBody }

func (r *Room) apiGet(ctx context.Context, in *DraftPath) (*draftOut, error) {
	d, err := r.load(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	return &draftOut{Body: bodyOf(ctx, d)}, nil
}

type patchIn struct {
	DraftPath
	Body struct {
		Step    string         `json:"step" maxLength:"100"`
		Version int64          `json:"version,omitempty" doc:"version of the draft that was read; a newer one is a conflict. 0: whatever it is"`
		Answers map[string]any `json:"answers" doc:"By field id, values as the field's kind takes them; a group is a list of objects, a file a list of ids. null empties an answer, what is left out stays"`
	}
}

func (r *Room) apiPatch(ctx context.Context, in *patchIn) (*draftOut, error) {
	w, err := r.unsent(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	if in.Body.Version != 0 && in.Body.Version != w.RowVersion {
		return nil, ErrChanged
	}
	next, wrong := forms.CheckJSON(w.service, in.Body.Step, in.Body.Answers, w.Answers, w.facts)
	if wrong := refused(brief(wrong)); len(wrong) > 0 {
		e := *ErrFault
		e.Fields = faults(ctx, wrong)
		return nil, &e
	}
	w.Answers = next
	if len(wrong) == 0 {
		w.Step = w.past(w.fill(), in.Body.Step)
	}
	if err := r.save(ctx, w, nil); err != nil {
		return nil, err
	}
	return &draftOut{Body: bodyOf(ctx, w)}, nil
}

// refused are the faults because of which nothing is kept; answers that are
// still missing are told with the draft.
func refused(wrong []forms.Wrong) []forms.Wrong {
	var out []forms.Wrong
	for _, w := range wrong {
		if !missing(w) {
			out = append(out, w)
		}
	}
	return out
}

func (r *Room) apiDelete(ctx context.Context, in *DraftPath) (*struct{}, error) {
	return nil, r.Delete(ctx, in.ID)
}

// attachIn leaves the body where it is: a file is read as it comes.
type attachIn struct {
	DraftPath
	Field string `query:"field" required:"true" maxLength:"200" doc:"Name of the field; children.0.scan within a group"`
	Name  string `query:"name" maxLength:"255" doc:"Name of the file, where the body is the file"`
	kind  string
	body  io.Reader
}

// Resolve implements huma.Resolver.
func (in *attachIn) Resolve(ctx huma.Context) []error {
	in.kind, in.body = ctx.Header("Content-Type"), io.LimitReader(ctx.BodyReader(), maxBody)
	return nil
}

type fileOut struct {
	Body struct {
		ID    string `json:"id"`
		Name  string `json:"name"`
		Size  int64  `json:"size"`
		Type  string `json:"type"`
		State string `json:"state" enum:"clean,unscanned,checking" doc:"checking: the scanner has not answered yet"`
	}
}

func (r *Room) apiAttach(ctx context.Context, in *attachIn) (*fileOut, error) {
	name, body, err := in.file()
	if err != nil {
		return nil, err
	}
	f, err := r.Attach(ctx, in.ID, in.Field, name, body)
	if errs.IsKind(err, errs.Invalid) && len(fieldsOf(err)) == 0 {
		e, _ := errs.As(err)
		err = e.WithField(in.Field, e.Key, e.Args...)
	}
	if err != nil {
		return nil, err
	}
	out := &fileOut{}
	out.Body.ID, out.Body.Name, out.Body.Size, out.Body.Type, out.Body.State = f.ID, f.Name, f.Size, f.Type, string(f.Scan)
	return out, nil
}

func fieldsOf(err error) []errs.Field {
	if e, ok := errs.As(err); ok {
		return e.Fields
	}
	return nil
}

// file is the body, or the first file of a multipart body.
func (in *attachIn) file() (string, io.Reader, error) {
	kind, params, err := mime.ParseMediaType(in.kind)
	if err != nil || kind != "multipart/form-data" {
		return in.Name, in.body, nil
	}
	parts := multipart.NewReader(in.body, params["boundary"])
	for {
		p, err := parts.NextPart()
		if err != nil {
			return "", nil, web.ErrBadForm.Wrap(err)
		}
		if p.FileName() != "" {
			return p.FileName(), p, nil
		}
	}
}

type submitIn struct {
	DraftPath
	Keyed
	Version int64  `query:"version" doc:"version of the draft that was read; 0: whatever it is"`
	Way     string `query:"way" enum:"cabinet,email,office,post" doc:"How the result is wanted; the service says which ways there are"`
	Office  string `query:"office" maxLength:"50" doc:"Code of the office, for way=office"`
}

type numberOut struct {
	Body struct {
		Number string `json:"number" doc:"The application's number"`
	}
}

func (r *Room) apiSubmit(ctx context.Context, in *submitIn) (*numberOut, error) {
	out := &numberOut{}
	var err error
	out.Body.Number, err = r.SendFor(ctx, in.ID, in.Version, fromAPI, cases.Wish{Way: in.Way, Office: in.Office})
	return out, err
}

type applyIn struct {
	Keyed
	Body struct {
		Service string         `json:"service" maxLength:"100"`
		Child   string         `json:"child,omitempty" doc:"Id of one of your children in the profile, to act on behalf of; the civil registry must have confirmed the child" maxLength:"40"`
		Answers map[string]any `json:"answers" doc:"All answers by field id; no files"`
	}
}

func (r *Room) apiApply(ctx context.Context, in *applyIn) (*numberOut, error) {
	out := &numberOut{}
	var err error
	out.Body.Number, err = r.ApplyForChild(ctx, in.Body.Service, in.Body.Child, in.Body.Answers, in.Key)
	return out, err
}
