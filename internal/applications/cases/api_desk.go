package cases

import (
	"context"
	"io"

	"okno/internal/kit/i18n"
)

type queueIn struct {
	Agency   string `query:"agency" maxLength:"50" doc:"One of yours; the first when empty"`
	Closed   bool   `query:"closed" doc:"What is decided instead of what is to be done"`
	Status   string `query:"status" enum:"accepted,in_work,waiting,approved,refused,completed,cancelled"`
	Service  string `query:"service" maxLength:"100"`
	Assigned string `query:"assigned" maxLength:"64" doc:"me, nobody, or an account"`
	Due      string `query:"due" enum:"overdue,soon"`
	Order    string `query:"order" enum:"deadline,newest"`
	After    string `query:"after" maxLength:"100" doc:"next of the page before"`
	Limit    int    `query:"limit" minimum:"1" maximum:"100" default:"25"`
}

func (c *Cases) apiQueue(ctx context.Context, in *queueIn) (*listCasesOut, error) {
	p, err := c.Queue(ctx, QueueFilter{
		Agency: in.Agency, Closed: in.Closed, Status: statuses(in.Status), Service: in.Service, Assigned: in.Assigned,
		Due: in.Due, Order: in.Order, After: in.After, Limit: in.Limit,
	})
	out := &listCasesOut{}
	out.Body.Next, out.Body.Applications = p.Next, make([]caseRow, len(p.Rows))
	for i, r := range p.Rows {
		out.Body.Applications[i] = caseRow{
			Number: r.Number, Service: r.ServiceID, Title: agencyText(i18n.Lang(ctx), r.Title.RU, r.Title.EN), Status: r.Status,
			StatusText: i18n.T(ctx, r.Status.Text()), Stage: r.Stage, StageText: i18n.T(ctx, r.Stage.Text()),
			EPGU: stageIn(r.Status, r.Stage).EPGU, Version: r.Version, SubmittedAt: r.SubmittedAt.Time(), Deadline: r.Due.Date,
			DaysLeft: r.Left.WorkingDays, Overdue: r.Left.Overdue, Initials: r.Initials, AssignedTo: r.AssignedTo,
		}
	}
	return out, err
}

func (c *Cases) apiLook(ctx context.Context, in *caseIn) (*cardOut, error) {
	card, err := c.Look(ctx, in.Number)
	if err != nil {
		return nil, err
	}
	return outCard(ctx, card), nil
}

func (c *Cases) apiTake(ctx context.Context, in *versionIn) (*caseStateOut, error) {
	ctx = watching(ctx)
	return c.done(ctx, in.Number, c.Take(ctx, in.deal(in.Body.Version)))
}

func (c *Cases) apiReturn(ctx context.Context, in *versionIn) (*caseStateOut, error) {
	ctx = watching(ctx)
	return c.done(ctx, in.Number, c.Return(ctx, in.deal(in.Body.Version)))
}

type assignIn struct {
	DealIn
	Body struct {
		VersionBody
		To string `json:"to" maxLength:"64" doc:"Account of an officer; empty for nobody"`
	}
}

func (c *Cases) apiAssign(ctx context.Context, in *assignIn) (*caseStateOut, error) {
	ctx = watching(ctx)
	return c.done(ctx, in.Number, c.Assign(ctx, in.deal(in.Body.Version), in.Body.To))
}

type askIn struct {
	DealIn
	Body struct {
		VersionBody
		Preset string   `json:"preset,omitempty" maxLength:"100" doc:"Code of a ready text of the service"`
		Text   string   `json:"text,omitempty" maxLength:"8000" doc:"Own words; instead of those of the preset"`
		Fields []string `json:"fields,omitempty" maxItems:"100" doc:"Fields and lists that are opened for correction"`
		Files  bool     `json:"files,omitempty" doc:"Files may be attached"`

		Remarks map[string]string `json:"remarks,omitempty" doc:"What is wrong, by field; it opens the field too"`
		Wanted  []string          `json:"wanted,omitempty" maxItems:"5" doc:"Files by name; each gets a box wanted.0, wanted.1 …"`
	}
}

func (in *askIn) more() AskMore {
	return AskMore{
		Preset: in.Body.Preset, Text: in.Body.Text, Fields: in.Body.Fields, Files: in.Body.Files,
		Remarks: in.Body.Remarks, Wanted: in.Body.Wanted,
	}
}

func (c *Cases) apiAsk(ctx context.Context, in *askIn) (*caseStateOut, error) {
	ctx = watching(ctx)
	return c.done(ctx, in.Number, c.Request(ctx, in.deal(in.Body.Version), in.more()))
}

func (c *Cases) apiSendBack(ctx context.Context, in *askIn) (*caseStateOut, error) {
	ctx = watching(ctx)
	return c.done(ctx, in.Number, c.SendBack(ctx, in.deal(in.Body.Version), in.more()))
}

func (c *Cases) apiProceed(ctx context.Context, in *versionIn) (*caseStateOut, error) {
	ctx = watching(ctx)
	return c.done(ctx, in.Number, c.Proceed(ctx, in.deal(in.Body.Version)))
}

type approveIn struct {
	DealIn
	Body struct {
		VersionBody
		Comment string `json:"comment,omitempty" maxLength:"8000"`
	} `required:"false"`
}

func (c *Cases) apiApprove(ctx context.Context, in *approveIn) (*caseStateOut, error) {
	ctx = watching(ctx)
	return c.done(ctx, in.Number, c.Approve(ctx, in.deal(in.Body.Version), in.Body.Comment))
}

type refuseIn struct {
	DealIn
	Body struct {
		VersionBody
		Ground  string `json:"ground" maxLength:"100" doc:"Code of a ground of the service"`
		Comment string `json:"comment" maxLength:"8000" doc:"Why, for the person"`

		Remarks map[string]string `json:"remarks,omitempty" doc:"What is wrong, by field: the person may mend it and send the application again"`
	}
}

func (c *Cases) apiRefuse(ctx context.Context, in *refuseIn) (*caseStateOut, error) {
	ctx = watching(ctx)
	return c.done(ctx, in.Number, c.RefuseWith(ctx, in.deal(in.Body.Version), Refusal{
		Ground: in.Body.Ground, Comment: in.Body.Comment, Remarks: in.Body.Remarks,
	}))
}

type revokeIn struct {
	DealIn
	Body struct {
		VersionBody
		Document string `json:"document" maxLength:"64" doc:"Id of a document of the application"`
		Reason   string `json:"reason" maxLength:"8000" doc:"Why, for the person"`
	}
}

func (c *Cases) apiRevoke(ctx context.Context, in *revokeIn) (*caseStateOut, error) {
	ctx = watching(ctx)
	return c.done(ctx, in.Number, c.Revoke(ctx, in.deal(in.Body.Version), in.Body.Document, in.Body.Reason))
}

type noteIn struct {
	DealIn
	Body struct {
		VersionBody
		Text  string `json:"text" maxLength:"8000"`
		Inner bool   `json:"inner,omitempty" doc:"For the agency's eyes only"`
	}
}

func (c *Cases) apiNote(ctx context.Context, in *noteIn) (*caseStateOut, error) {
	ctx = watching(ctx)
	return c.done(ctx, in.Number, c.Note(ctx, in.deal(in.Body.Version), in.Body.Text, in.Body.Inner))
}

func (c *Cases) apiConfirm(ctx context.Context, in *versionIn) (*caseStateOut, error) {
	ctx = watching(ctx)
	return c.done(ctx, in.Number, c.Confirm(ctx, in.deal(in.Body.Version)))
}

type declineIn struct {
	DealIn
	Body struct {
		VersionBody
		Words string `json:"words,omitempty" maxLength:"8000" doc:"What to mend, for the colleague"`
	} `required:"false"`
}

func (c *Cases) apiDecline(ctx context.Context, in *declineIn) (*caseStateOut, error) {
	ctx = watching(ctx)
	return c.done(ctx, in.Number, c.Decline(ctx, in.deal(in.Body.Version), in.Body.Words))
}

type handBackIn struct {
	DealIn
	Body struct {
		VersionBody
		Words string `json:"words" maxLength:"8000" doc:"Why, for the agency that leads"`
	}
}

func (c *Cases) apiHandBack(ctx context.Context, in *handBackIn) (*caseStateOut, error) {
	ctx = watching(ctx)
	return c.done(ctx, in.Number, c.HandBack(ctx, in.deal(in.Body.Version), in.Body.Words))
}

type partIn struct {
	DealIn
	Part string      `path:"part" maxLength:"100" doc:"Code of a part of the service"`
	Body VersionBody `required:"false"`
}

func (c *Cases) apiPartAgain(ctx context.Context, in *partIn) (*caseStateOut, error) {
	ctx = watching(ctx)
	return c.done(ctx, in.Number, c.AgainPart(ctx, in.deal(in.Body.Version), in.Part))
}

func (c *Cases) apiPartDrop(ctx context.Context, in *partIn) (*caseStateOut, error) {
	ctx = watching(ctx)
	return c.done(ctx, in.Number, c.DropPart(ctx, in.deal(in.Body.Version), in.Part))
}

type fileIn struct {
	Number string `path:"number" maxLength:"40"`
	File   string `path:"file" maxLength:"64" doc:"Id of a file of the application"`
}

// fileOut is a file in base64, as files are sent.
type fileOut struct {
	Body struct {
		Name    string `json:"name"`
		Type    string `json:"type" doc:"pdf, jpg … as recognised"`
		Content []byte `json:"content" doc:"base64"`
	}
}

func (c *Cases) apiFile(ctx context.Context, in *fileIn) (*fileOut, error) {
	f, body, err := c.TheirFile(ctx, in.Number, in.File)
	if err != nil {
		return nil, err
	}
	defer func() { _ = body.Close() }()
	out := &fileOut{}
	out.Body.Name, out.Body.Type = f.Name, string(f.Type)
	out.Body.Content, err = io.ReadAll(body)
	return out, err
}
