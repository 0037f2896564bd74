package cases

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

// tag groups the operations in the document.
const tag = "applications"

// mountAPI adds what citizens and officers do, as the pages offer it.
func (c *Cases) mountAPI(rt *web.Router) {
	citizen, staff := identity.Citizen(), identity.Staff(identity.Officer, identity.Head, identity.Integrator)
	op := func(pattern, opID, summary string) web.Operation {
		return web.Operation{Pattern: pattern, ID: opID, Summary: summary, Tag: tag}
	}
	const mine, desk = "/api/v1/applications", "/api/v1/desk/applications"
	c.mountMessageAPI(rt)
	c.mountTypoAPI(rt)
	web.Register(rt.API, op("GET "+mine, "list-applications", "One's own applications, newest first"), citizen, c.apiList)
	web.Register(rt.API, op("GET "+mine+"/{number}", "get-application", "The card of one's own application"), citizen, c.apiMine)
	answer := op("POST "+mine+"/{number}/answer", "answer-application", "Answer what the agency asks; the application returns to work")
	answer.MaxBody = 40 << 20
	web.Register(rt.API, answer, citizen, c.apiAnswer)
	web.Register(rt.API, op("POST "+mine+"/{number}/cancel", "cancel-application", "Cancel before a decision"), citizen, c.apiCancel)

	web.Register(rt.API, op("GET "+desk, "list-queue", "The queue of an agency"), staff, c.apiQueue)
	web.Register(rt.API, op("GET "+desk+"/{number}", "look-application", "The card of an application; the look is journalled"), staff, c.apiLook)
	web.Register(rt.API, op("POST "+desk+"/{number}/take", "take-application", "Take into work"), staff, c.apiTake)
	web.Register(rt.API, op("POST "+desk+"/{number}/return", "return-application", "Give back to the queue"), staff, c.apiReturn)
	web.Register(rt.API, op("POST "+desk+"/{number}/assign", "assign-application", "Give to an officer; heads only"), staff, c.apiAssign)
	web.Register(rt.API, op("POST "+desk+"/{number}/ask", "ask-application", "Ask the citizen for more"), staff, c.apiAsk)
	web.Register(rt.API, op("POST "+desk+"/{number}/correct", "send-back-application", "Return for correction of the named fields"), staff, c.apiSendBack)
	web.Register(rt.API, op("POST "+desk+"/{number}/proceed", "proceed-application", "Go on without the answer"), staff, c.apiProceed)
	web.Register(rt.API, op("POST "+desk+"/{number}/approve", "approve-application", "Approve and issue the result"), staff, c.apiApprove)
	web.Register(rt.API, op("POST "+desk+"/{number}/refuse", "refuse-application", "Refuse on a ground of the service"), staff, c.apiRefuse)
	web.Register(rt.API, op("POST "+desk+"/{number}/revoke", "revoke-document", "End the validity of a document that was issued; where the service asks for two pairs of eyes, once a colleague confirms it"), staff, c.apiRevoke)
	web.Register(rt.API, op("POST "+desk+"/{number}/confirm", "confirm-decision", "Confirm a decision or a revocation that a colleague prepared"), staff, c.apiConfirm)
	web.Register(rt.API, op("POST "+desk+"/{number}/decline", "decline-decision", "Send a prepared decision or revocation back"), staff, c.apiDecline)
	web.Register(rt.API, op("POST "+desk+"/{number}/hand-back", "hand-back-part", "Give a part back to the agency that leads"), staff, c.apiHandBack)
	web.Register(rt.API, op("POST "+desk+"/{number}/parts/{part}/again", "repeat-part", "Have a part done once more"), staff, c.apiPartAgain)
	web.Register(rt.API, op("POST "+desk+"/{number}/parts/{part}/drop", "drop-part", "Do without a part"), staff, c.apiPartDrop)
	c.mountAPITime(rt, desk)
	web.Register(rt.API, op("GET "+desk+"/{number}/files/{file}", "look-file", "A file of the application; the look is journalled"), staff, c.apiFile)
	c.mountDelivery(rt, op)
	web.Register(rt.API, op("POST "+desk+"/{number}/note", "note-application", "Add words to the chronology"), staff, c.apiNote)
}

// caseIn names an application.
type caseIn struct {
	Number string `path:"number" doc:"Number of the application, such as 1234-5678-9014" maxLength:"40"`
}

// DealIn is what every change carries.
type DealIn struct {
	Number string `path:"number" doc:"Number of the application, such as 1234-5678-9014" maxLength:"40"`
	Key    string `header:"Idempotency-Key" maxLength:"200" doc:"The same key does it once"`
}

func (d DealIn) deal(version int64) Deal { return Deal{Number: d.Number, Version: version, Key: d.Key} }

// VersionBody is the body of a change without words.
type VersionBody struct {
	Version int64 `json:"version,omitempty" doc:"The version that was read; a newer one is a conflict. 0: whatever it is"`
}

// CaseState is how an application stands.
type CaseState struct {
	Number      string    `json:"number"`
	Service     string    `json:"service"`
	Agency      string    `json:"agency"`
	Status      Status    `json:"status"`
	StatusText  string    `json:"status_text"`
	Stage       Stage     `json:"stage" doc:"Finer place inside the status; called as the status is where there is none"`
	StageText   string    `json:"stage_text"`
	EPGU        int       `json:"epgu_status" doc:"Code of the stage in ЕПГУ's API"`
	Progress    []apiLeg  `json:"progress" doc:"The line from sending to the result"`
	Version     int64     `json:"version"`
	SubmittedAt time.Time `json:"submitted_at"`
	RegisterBy  db.Date   `json:"register_by"`
	Deadline    db.Date   `json:"deadline,omitempty" doc:"Last day, at the agency's office"`
	DaysLeft    int       `json:"working_days_left"`
	Overdue     bool      `json:"overdue,omitempty"`
	Paused      bool      `json:"paused,omitempty" doc:"The agency's time stands still: it waits for the citizen, or has suspended the application"`
	PauseGround string    `json:"pause_ground,omitempty" doc:"Why the application is suspended" enum:"payment,documents,registry,inspection,court,other"`
	ResumeOn    db.Date   `json:"resume_on,omitempty" doc:"The day on which a suspended application goes on by itself"`
	Assigned    bool      `json:"assigned" doc:"Somebody works on it"`
}

func stateOf(ctx context.Context, k Case) CaseState {
	return CaseState{
		Number: k.Number, Service: k.ServiceID, Agency: k.Agency, Status: k.Status, StatusText: i18n.T(ctx, k.Status.Text()),
		Stage: k.Stage, StageText: i18n.T(ctx, k.Stage.Text()), Progress: outProgress(ctx, k.Status, k.Stage),
		PauseGround: k.PauseGround, ResumeOn: k.ResumeOn, EPGU: k.EPGU, Version: k.Version, SubmittedAt: k.SubmittedAt.Time(), RegisterBy: k.RegisterBy, Deadline: k.Due.Date,
		DaysLeft: k.Left.WorkingDays, Overdue: k.Left.Overdue, Paused: k.Left.Paused, Assigned: k.AssignedTo != "",
	}
}

type caseStateOut struct{ Body CaseState }

// done answers a change with how the application stands now.
func (c *Cases) done(ctx context.Context, number string, err error) (*caseStateOut, error) {
	if err != nil {
		return nil, err
	}
	k, known := c.seen(ctx)
	if !known { // nothing was moved: it was done before, under the same key
		k, err = c.find(ctx, number)
	}
	return &caseStateOut{Body: stateOf(ctx, k)}, err
}

type listCasesIn struct {
	Group   string `query:"group" enum:"active,finished" doc:"What is still to be done, or what is over"`
	Status  string `query:"status" enum:"accepted,in_work,waiting,approved,refused,completed,cancelled"`
	Service string `query:"service" maxLength:"100"`
	From    string `query:"from" format:"date" doc:"First day of submission"`
	To      string `query:"to" format:"date" doc:"Last day of submission"`
	After   string `query:"after" maxLength:"100" doc:"next of the page before"`
	Limit   int    `query:"limit" minimum:"1" maximum:"100" default:"20"`
}

// caseRow is a line of a list.
type caseRow struct {
	Number      string    `json:"number"`
	Service     string    `json:"service"`
	Title       string    `json:"title"`
	Status      Status    `json:"status"`
	StatusText  string    `json:"status_text"`
	Stage       Stage     `json:"stage" doc:"Finer place inside the status"`
	StageText   string    `json:"stage_text"`
	EPGU        int       `json:"epgu_status" doc:"Code of the stage in ЕПГУ's API"`
	Version     int64     `json:"version"`
	SubmittedAt time.Time `json:"submitted_at"`
	Deadline    db.Date   `json:"deadline,omitempty"`
	DaysLeft    int       `json:"working_days_left"`
	Overdue     bool      `json:"overdue,omitempty"`
	News        bool      `json:"news,omitempty" doc:"For the owner: it has changed, or somebody wrote, since it was last opened on the page"`
	Initials    string    `json:"initials,omitempty" doc:"For staff only"`
	AssignedTo  string    `json:"assigned_to,omitempty" doc:"For staff only"`
}

type listCasesOut struct {
	Body struct {
		Applications []caseRow `json:"applications"`
		Next         string    `json:"next,omitempty"`
	}
}

func statuses(s string) []Status {
	if s == "" {
		return nil
	}
	return []Status{Status(s)}
}

func (c *Cases) apiList(ctx context.Context, in *listCasesIn) (*listCasesOut, error) {
	p, err := c.List(ctx, ListFilter{
		Group: in.Group, Status: statuses(in.Status), Service: in.Service, From: db.Date(in.From), To: db.Date(in.To),
		After: in.After, Limit: in.Limit,
	})
	out := &listCasesOut{}
	out.Body.Next, out.Body.Applications = p.Next, make([]caseRow, len(p.Rows))
	for i, r := range p.Rows {
		out.Body.Applications[i] = caseRow{
			Number: r.Number, Service: r.ServiceID, Title: agencyText(i18n.Lang(ctx), r.Title.RU, r.Title.EN), Status: r.Status,
			StatusText: i18n.T(ctx, r.Status.Text()), Stage: r.Stage, StageText: i18n.T(ctx, r.Stage.Text()),
			EPGU: stageIn(r.Status, r.Stage).EPGU, Version: r.Version, SubmittedAt: r.SubmittedAt.Time(),
			Deadline: r.Due.Date, DaysLeft: r.Left.WorkingDays, Overdue: r.Left.Overdue, News: r.News,
		}
	}
	return out, err
}

func agencyText(lang, ru, en string) string {
	if lang == i18n.EN {
		return en
	}
	return ru
}

func (c *Cases) apiMine(ctx context.Context, in *caseIn) (*cardOut, error) {
	card, err := c.Mine(ctx, in.Number)
	if err != nil {
		return nil, err
	}
	return outCard(ctx, card), nil
}

type answerIn struct {
	DealIn
	Body struct {
		VersionBody
		Text   string              `json:"text,omitempty" maxLength:"8000"`
		Fields map[string][]string `json:"fields,omitempty" doc:"What was asked to be corrected, by box: {\"name\": [\"Анна\"], \"passport.series\": [\"4510\"]}; a list is sent whole, item by item: {\"objects.0.kind\": [\"flat\"]}"`
		Files  []answerFile        `json:"files,omitempty" maxItems:"10"`
	}
}

// answerFile is a file of an answer, in base64.
type answerFile struct {
	Name    string `json:"name" maxLength:"300"`
	Field   string `json:"field,omitempty" maxLength:"100" doc:"The field that was asked for, if it was one; wanted.0 for the first file that was asked for by name"`
	Content []byte `json:"content" doc:"base64"`
}

func (c *Cases) apiAnswer(ctx context.Context, in *answerIn) (*caseStateOut, error) {
	r := Reply{Text: in.Body.Text, Values: in.Body.Fields}
	for _, f := range in.Body.Files {
		r.Files = append(r.Files, Sent{Field: f.Field, File: upload.File{
			Name: f.Name, Size: int64(len(f.Content)), Body: bytes.NewReader(f.Content),
		}})
	}
	ctx = watching(ctx)
	return c.done(ctx, in.Number, c.Reply(ctx, in.deal(in.Body.Version), r))
}

type versionIn struct {
	DealIn
	Body VersionBody `required:"false"`
}

func (c *Cases) apiCancel(ctx context.Context, in *versionIn) (*caseStateOut, error) {
	ctx = watching(ctx)
	return c.done(ctx, in.Number, c.Cancel(ctx, in.deal(in.Body.Version)))
}
