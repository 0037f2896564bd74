package complaint

import (
	"bytes"
	"context"
	"time"

	"okno/internal/applications/upload"
	"okno/internal/identity"
	"okno/internal/kit/db"
	"okno/internal/kit/i18n"
	"okno/internal/kit/web"
)

const tag = "complaints"

// mountAPI adds what citizens and officers do, as the pages offer it.
func (r *Complaints) mountAPI(rt *web.Router) {
	citizen, staff := identity.Citizen(), identity.Staff(identity.Officer, identity.Head)
	op := func(pattern, opID, summary string) web.Operation {
		return web.Operation{Pattern: pattern, ID: opID, Summary: summary, Tag: tag}
	}
	const mine, desk = "/api/v1/complaints", "/api/v1/desk/complaints"
	web.Register(rt.API, op("GET "+mine, "list-complaints", "One's own complaints, newest first"), citizen, r.apiList)
	web.Register(rt.API, op("GET "+mine+"/{number}", "get-complaint", "The card of one's own complaint"), citizen, r.apiMine)
	send := op("POST /api/v1/applications/{number}/complain", "complain", "Complain about how an application is dealt with; sent at once")
	send.MaxBody = 40 << 20
	web.Register(rt.API, send, citizen, r.apiComplain)
	appeal := op("POST "+mine+"/{number}/appeal", "appeal", "Appeal to the body above against the answer to a complaint; sent at once")
	appeal.MaxBody = 40 << 20
	web.Register(rt.API, appeal, citizen, r.apiAppeal)
	web.Register(rt.API, op("POST "+mine+"/{number}/withdraw", "withdraw-complaint", "Withdraw before a verdict"), citizen, r.apiWithdraw)
	web.Register(rt.API, op("GET "+desk, "list-complaint-queue", "The complaints that one may decide"), staff, r.apiQueue)
	web.Register(rt.API, op("GET "+desk+"/{number}", "look-complaint", "The card of a complaint; the look is journalled"), staff, r.apiLook)
	web.Register(rt.API, op("POST "+desk+"/{number}/register", "register-complaint", "Register: the term runs from now"), staff, r.apiRegister)
	web.Register(rt.API, op("POST "+desk+"/{number}/take", "take-complaint", "Take into work"), staff, r.apiTake)
	web.Register(rt.API, op("POST "+desk+"/{number}/return", "return-complaint", "Give back to the queue"), staff, r.apiReturn)
	web.Register(rt.API, op("POST "+desk+"/{number}/decide", "decide-complaint", "Give the verdict with its answer"), staff, r.apiDecide)
}

// Which names a complaint, or the application that it is about.
type Which struct {
	Number string `path:"number" maxLength:"40"`
}

// Standing is how a complaint stands.
type Standing struct {
	Number      string    `json:"number,omitempty" doc:"Empty for a draft"`
	Application string    `json:"application" doc:"Number of the application"`
	Service     string    `json:"service"`
	Agency      string    `json:"agency" doc:"Whose acts are complained of"`
	Body        string    `json:"body" doc:"Who decides"`
	Step        int       `json:"step" doc:"1 to the agency itself, 2 to the body above it"`
	Ground      string    `json:"ground"`
	Status      Status    `json:"status"`
	StatusText  string    `json:"status_text"`
	Version     int64     `json:"version"`
	SentAt      time.Time `json:"sent_at"`
	Deadline    db.Date   `json:"deadline,omitempty" doc:"Of registration, then of the answer"`
	DaysLeft    int       `json:"working_days_left"`
	Overdue     bool      `json:"overdue,omitempty"`
	Measure     Measure   `json:"measure,omitempty" doc:"What is done about the application of an upheld complaint"`
	Document    string    `json:"document,omitempty" doc:"Id of the answer among one's documents"`
}

func stateOf(ctx context.Context, c Complaint) Standing {
	return Standing{
		Number: c.Number, Application: c.CaseNumber, Service: c.ServiceID, Agency: c.Agency, Body: c.Body, Step: c.Step, Ground: c.Ground,
		Status: c.Status, StatusText: i18n.T(ctx, c.Status.Text()), Version: c.Version, SentAt: c.SentAt.Time(), Deadline: c.Due.Date,
		DaysLeft: c.Left.WorkingDays, Overdue: c.Left.Overdue, Measure: c.Measure, Document: c.Document,
	}
}

type listOut struct {
	Body struct {
		Complaints []Standing `json:"complaints"`
	}
}

func listed(ctx context.Context, all []Complaint) *listOut {
	out := &listOut{}
	out.Body.Complaints = make([]Standing, len(all))
	for i, c := range all {
		out.Body.Complaints[i] = stateOf(ctx, c)
	}
	return out
}

func (r *Complaints) apiList(ctx context.Context, _ *struct{}) (*listOut, error) {
	all, err := r.List(ctx)
	return listed(ctx, all), err
}

type queueIn struct {
	Agency string `query:"agency" maxLength:"50" doc:"One of yours; the first when empty"`
	Closed bool   `query:"closed" doc:"What is decided instead of what is to be done"`
}

func (r *Complaints) apiQueue(ctx context.Context, in *queueIn) (*listOut, error) {
	all, err := r.Queue(ctx, in.Agency, in.Closed)
	return listed(ctx, all), err
}

// cardBody is all of a complaint that the reader may see.
type cardBody struct {
	Standing
	Text   string      `json:"text"`
	Wants  string      `json:"wants,omitempty"`
	Answer string      `json:"answer,omitempty"`
	Can    []Deed      `json:"can" doc:"What the reader can do now"`
	Above  string      `json:"above,omitempty" doc:"Code of the body to which one may appeal now"`
	Court  bool        `json:"court,omitempty" doc:"The next way is the court"`
	Files  []fileBody  `json:"files,omitempty"`
	Events []eventBody `json:"events"`
}

type fileBody struct {
	ID   string `json:"id"`
	Name string `json:"name"`
	Size int64  `json:"size" doc:"Bytes"`
	Scan string `json:"scan"`
}

type eventBody struct {
	At     time.Time `json:"at"`
	Deed   Deed      `json:"deed"`
	Status Status    `json:"status"`
	Side   Side      `json:"side"`
}

type cardOut struct{ Body cardBody }

func outCard(ctx context.Context, card *Card, err error) (*cardOut, error) {
	if err != nil {
		return nil, err
	}
	b := cardBody{
		Standing: stateOf(ctx, card.Complaint), Text: card.Words.Text, Wants: card.Words.Wants, Answer: card.Answer, Can: card.Can,
		Above: card.Above, Court: card.Court,
	}
	for _, f := range card.Files {
		b.Files = append(b.Files, fileBody{ID: f.ID, Name: f.Name, Size: f.Size, Scan: string(f.Scan)})
	}
	for _, e := range card.Events {
		b.Events = append(b.Events, eventBody{At: e.At.Time(), Deed: e.Deed, Status: e.To, Side: e.Side})
	}
	return &cardOut{Body: b}, nil
}

func (r *Complaints) apiMine(ctx context.Context, in *Which) (*cardOut, error) {
	card, err := r.Mine(ctx, in.Number)
	return outCard(ctx, card, err)
}

func (r *Complaints) apiLook(ctx context.Context, in *Which) (*cardOut, error) {
	card, err := r.Look(ctx, in.Number)
	return outCard(ctx, card, err)
}

// Saying is what is said.
type Saying struct {
	Text  string     `json:"text" maxLength:"8000" doc:"What happened, and why you disagree"`
	Wants string     `json:"wants,omitempty" maxLength:"8000"`
	Files []sentFile `json:"files,omitempty" maxItems:"10"`
}

// sentFile is a file in base64.
type sentFile struct {
	Name    string `json:"name" maxLength:"300"`
	Content []byte `json:"content" doc:"base64"`
}

type complainIn struct {
	Which
	Body struct {
		Saying
		Ground string `json:"ground" maxLength:"50" doc:"refusal, late, registration, not_taken, documents, money, typo, issue, suspended"`
	}
}

type appealIn struct {
	Which
	Body Saying
}

func (r *Complaints) apiComplain(ctx context.Context, in *complainIn) (*cardOut, error) {
	c, err := r.Begin(ctx, in.Number)
	if err != nil {
		return nil, err
	}
	return r.sendNow(ctx, c, in.Body.Ground, in.Body.Saying)
}

func (r *Complaints) apiAppeal(ctx context.Context, in *appealIn) (*cardOut, error) {
	c, err := r.Appeal(ctx, in.Number)
	if err != nil {
		return nil, err
	}
	return r.sendNow(ctx, c, c.Ground, in.Body)
}

// sendNow fills a draft in and sends it; what is wrong leaves it a draft.
func (r *Complaints) sendNow(ctx context.Context, c Complaint, ground string, b Saying) (*cardOut, error) {
	f := Form{Ground: ground, Text: b.Text, Wants: b.Wants}
	for _, x := range b.Files {
		f.Files = append(f.Files, upload.File{Name: x.Name, Size: int64(len(x.Content)), Body: bytes.NewReader(x.Content)})
	}
	if err := r.Save(ctx, c.ID, f); err != nil {
		return nil, err
	}
	number, err := r.Send(ctx, c.ID)
	if err != nil {
		return nil, err
	}
	card, err := r.Mine(ctx, number)
	return outCard(ctx, card, err)
}

// Doing is what every change carries.
type Doing struct {
	Which
	Key string `header:"Idempotency-Key" maxLength:"200" doc:"The same key does it once"`
}

// Shown is the version that was shown.
type Shown struct {
	Version int64 `json:"version,omitempty" doc:"The version that was read; a newer one is a conflict. 0: whatever it is"`
}

type versionIn struct {
	Doing
	Body Shown `required:"false"`
}

func (in versionIn) deal() Deal {
	return Deal{Number: in.Number, Version: in.Body.Version, Key: in.Key}
}

type stateOut struct{ Body Standing }

// done answers a change with how the complaint stands now.
func (r *Complaints) done(ctx context.Context, number string, err error) (*stateOut, error) {
	if err != nil {
		return nil, err
	}
	c, err := r.find(ctx, number)
	return &stateOut{Body: stateOf(ctx, c)}, err
}

func (r *Complaints) apiWithdraw(ctx context.Context, in *versionIn) (*stateOut, error) {
	return r.done(ctx, in.Number, r.Withdraw(ctx, in.deal()))
}

func (r *Complaints) apiRegister(ctx context.Context, in *versionIn) (*stateOut, error) {
	return r.done(ctx, in.Number, r.Register(ctx, in.deal()))
}

func (r *Complaints) apiTake(ctx context.Context, in *versionIn) (*stateOut, error) {
	return r.done(ctx, in.Number, r.Take(ctx, in.deal()))
}

func (r *Complaints) apiReturn(ctx context.Context, in *versionIn) (*stateOut, error) {
	return r.done(ctx, in.Number, r.Return(ctx, in.deal()))
}

type decideIn struct {
	Doing
	Body struct {
		Shown
		Verdict Deed    `json:"verdict" enum:"satisfy,partly,refuse,unanswer"`
		Measure Measure `json:"measure,omitempty" enum:"cancel,waive,hasten,mend,refund,other" doc:"What is done about the application; for an upheld complaint"`
		Words   string  `json:"words" maxLength:"8000" doc:"Why, for the person"`
	}
}

func (r *Complaints) apiDecide(ctx context.Context, in *decideIn) (*stateOut, error) {
	d := Deal{Number: in.Number, Version: in.Body.Version, Key: in.Key}
	return r.done(ctx, in.Number, r.Decide(ctx, d, Verdict{Deed: in.Body.Verdict, Measure: in.Body.Measure, Words: in.Body.Words}))
}
