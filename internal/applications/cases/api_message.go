package cases

import (
	"bytes"
	"context"
	"time"

	"okno/internal/applications/upload"
	"okno/internal/identity"
	"okno/internal/kit/db"
	"okno/internal/kit/web"
)

func (c *Cases) mountMessageAPI(rt *web.Router) {
	citizen, staff := identity.Citizen(), identity.Staff(identity.Officer, identity.Head, identity.Integrator)
	op := func(pattern, opID, summary string) web.Operation {
		return web.Operation{Pattern: pattern, ID: opID, Summary: summary, Tag: tag}
	}
	const mine, desk = "/api/v1/applications/{number}/messages", "/api/v1/desk/applications/{number}/messages"
	web.Register(rt.API, op("GET "+mine, "list-messages", "What you and the agency wrote; it counts as read"), citizen, threadOf(c.MyThread))
	web.Register(rt.API, op("GET "+desk, "look-messages", "What the citizen and the agency wrote; the look is journalled"), staff, threadOf(c.TheirThread))
	write, answer := op("POST "+mine, "write-message", "Write to the agency"), op("POST "+desk, "write-to-citizen", "Write to the citizen")
	write.MaxBody, answer.MaxBody = 70<<20, 70<<20
	web.Register(rt.API, write, citizen, c.writing(c.Write, c.MyThread))
	web.Register(rt.API, answer, staff, c.writing(c.WriteBack, c.TheirThread))
}

type messageIn struct {
	DealIn
	Body struct {
		Text  string       `json:"text,omitempty" maxLength:"8000"`
		Files []answerFile `json:"files,omitempty" maxItems:"5"`
	}
}

type caseMessage struct {
	ID    string     `json:"id"`
	At    time.Time  `json:"at"`
	Side  Side       `json:"side"`
	Fresh bool       `json:"fresh,omitempty" doc:"Not read before"`
	Text  string     `json:"text,omitempty"`
	Files []caseFile `json:"files,omitempty"`
}

type threadOut struct {
	Body struct {
		Messages []caseMessage `json:"messages"`
		Open     bool          `json:"open" doc:"One may still write"`
		Until    db.Date       `json:"until,omitempty" doc:"After a decision: the last day to write"`
	}
}

func threadOf(read func(context.Context, string) (*Thread, error)) func(context.Context, *caseIn) (*threadOut, error) {
	return func(ctx context.Context, in *caseIn) (*threadOut, error) {
		t, err := read(ctx, in.Number)
		if err != nil {
			return nil, err
		}
		out := &threadOut{}
		out.Body.Open, out.Body.Until, out.Body.Messages = t.Open, t.Until, make([]caseMessage, len(t.Messages))
		for i, m := range t.Messages {
			out.Body.Messages[i] = caseMessage{ID: m.ID, At: m.At.Time(), Side: m.Side, Fresh: m.Fresh, Text: m.Text, Files: outFiles(m.Files)}
		}
		return out, nil
	}
}

func (c *Cases) writing(write func(context.Context, Deal, Written) error, read func(context.Context, string) (*Thread, error)) func(context.Context, *messageIn) (*threadOut, error) {
	return func(ctx context.Context, in *messageIn) (*threadOut, error) {
		w := Written{Text: in.Body.Text}
		for _, f := range in.Body.Files {
			w.Files = append(w.Files, upload.File{Name: f.Name, Size: int64(len(f.Content)), Body: bytes.NewReader(f.Content)})
		}
		if err := write(ctx, in.deal(0), w); err != nil {
			return nil, err
		}
		return threadOf(read)(ctx, &caseIn{Number: in.Number})
	}
}
