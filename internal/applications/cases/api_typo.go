package cases

import (
	"context"
	"time"

	"okno/internal/identity"
	"okno/internal/kit/db"
	"okno/internal/kit/web"
)

func (c *Cases) mountTypoAPI(rt *web.Router) {
	op := func(pattern, opID, summary string) web.Operation {
		return web.Operation{Pattern: pattern, ID: opID, Summary: summary, Tag: tag}
	}
	staff := identity.Staff(identity.Officer, identity.Head)
	web.Register(rt.API, op("POST /api/v1/applications/{number}/typos", "name-typo", "Ask to correct a mistake in an issued document"), identity.Citizen(), c.apiTypo)
	web.Register(rt.API, op("POST /api/v1/desk/applications/{number}/typos/{typo}/fix", "fix-typo", "Issue a corrected document in place of the one with the mistake; where the service asks for two pairs of eyes, when a second officer sends the same text"), staff, c.apiFixTypo)
	web.Register(rt.API, op("POST /api/v1/desk/applications/{number}/typos/{typo}/decline", "decline-typo", "Say why there is nothing to correct; where the service asks for two pairs of eyes, answered when a second officer sends the same words"), staff, c.apiDeclineTypo)
}

type typoIn struct {
	DealIn
	Body struct {
		VersionBody
		Document string `json:"document" maxLength:"64" doc:"Id of a document of the application"`
		Text     string `json:"text" maxLength:"8000" doc:"What is wrong, and how it should be"`
	}
}

func (c *Cases) apiTypo(ctx context.Context, in *typoIn) (*caseStateOut, error) {
	ctx = watching(ctx)
	return c.done(ctx, in.Number, c.AskTypo(ctx, in.deal(in.Body.Version), in.Body.Document, in.Body.Text))
}

type fixTypoIn struct {
	DealIn
	Typo string `path:"typo" maxLength:"64"`
	Body struct {
		VersionBody
		Corrected
	}
}

func (c *Cases) apiFixTypo(ctx context.Context, in *fixTypoIn) (*caseStateOut, error) {
	ctx = watching(ctx)
	return c.done(ctx, in.Number, c.FixTypo(ctx, in.deal(in.Body.Version), in.Typo, in.Body.Corrected))
}

type declineTypoIn struct {
	DealIn
	Typo string `path:"typo" maxLength:"64"`
	Body struct {
		VersionBody
		Reason string `json:"reason" maxLength:"8000" doc:"Why, for the person"`
	}
}

func (c *Cases) apiDeclineTypo(ctx context.Context, in *declineTypoIn) (*caseStateOut, error) {
	ctx = watching(ctx)
	return c.done(ctx, in.Number, c.DeclineTypo(ctx, in.deal(in.Body.Version), in.Typo, in.Body.Reason))
}

// caseTypo is a mistake in an issued document.
type caseTypo struct {
	ID         string     `json:"id"`
	Document   string     `json:"document"`
	AskedAt    time.Time  `json:"asked_at"`
	Deadline   db.Date    `json:"deadline"`
	ClosedAt   *time.Time `json:"closed_at,omitempty"`
	ReplacedBy string     `json:"replaced_by,omitempty" doc:"The corrected document"`
	Text       string     `json:"text"`
	Reason     string     `json:"reason,omitempty" doc:"Why nothing was corrected"`
	Prepared   *Corrected `json:"prepared,omitempty" doc:"For staff only: a correction that waits for a second pair of eyes"`
	PreparedNo string     `json:"prepared_no,omitempty" doc:"For staff only: why nothing would be corrected, waiting for a second pair of eyes"`
}

func outTypos(all []Typo) []caseTypo {
	out := make([]caseTypo, len(all))
	for i, t := range all {
		out[i] = caseTypo{
			ID: t.ID, Document: t.Document, AskedAt: t.AskedAt.Time(), Deadline: t.Due.Date, ReplacedBy: t.ReplacedBy,
			Text: t.Words, Reason: t.Answer, Prepared: t.Prepared, PreparedNo: t.PreparedNo,
		}
		if !t.Open() {
			at := t.ClosedAt.Time()
			out[i].ClosedAt = &at
		}
	}
	return out
}
