package cases

import (
	"context"
	"net/url"

	"okno/internal/identity"
	"okno/internal/kit/db"
	"okno/internal/kit/i18n"
	"okno/internal/kit/web"
)

// mountAPITime adds what stops the time of an application, lets it go on, and
// hands it to another agency.
func (c *Cases) mountAPITime(rt *web.Router, desk string) {
	staff := identity.Staff(identity.Officer, identity.Head, identity.Integrator)
	op := func(deed, opID, summary string) web.Operation {
		return web.Operation{Pattern: "POST " + desk + "/{number}/" + deed, ID: opID, Summary: summary, Tag: tag}
	}
	web.Register(rt.API, op("suspend", "suspend-application", "Suspend on a ground: the term stands still"), staff, c.apiSuspend)
	web.Register(rt.API, op("resume", "resume-application", "Let a suspended application go on"), staff, c.apiResume)
	web.Register(rt.API, op("forward", "forward-application", "Hand to the agency that it is for; the person is told"), staff, c.apiForward)
}

// apiLeg is a part of the line of progress.
type apiLeg struct {
	Stage Stage  `json:"stage"`
	Text  string `json:"text"`
	State string `json:"state" enum:"done,current,next"`
}

func outProgress(ctx context.Context, status Status, stage Stage) []apiLeg {
	line := Progress(status, stage)
	out := make([]apiLeg, len(line))
	for i, l := range line {
		out[i] = apiLeg{Stage: l.Stage, Text: i18n.T(ctx, "applications.step."+string(l.Stage)), State: l.State}
	}
	return out
}

// apiEstimate is what the owner may expect.
type apiEstimate struct {
	Low     int `json:"low_days,omitempty" doc:"Working days from submission: a fifth took no longer"`
	Median  int `json:"median_days,omitempty"`
	High    int `json:"high_days,omitempty" doc:"Four fifths took no longer"`
	Decided int `json:"decided" doc:"From how many decisions of the last weeks it is counted; 0: too few to say"`
	Ahead   int `json:"ahead" doc:"Applications that are taken before this one; 101 means more than 100"`
}

func outEstimate(e *Estimate) *apiEstimate {
	if e == nil {
		return nil
	}
	return &apiEstimate{Low: e.Low, Median: e.Median, High: e.High, Decided: e.Decided, Ahead: e.Ahead}
}

type suspendIn struct {
	DealIn
	Body struct {
		VersionBody
		Ground string `json:"ground" enum:"payment,documents,registry,inspection,court,other"`
		Text   string `json:"text" maxLength:"8000" doc:"Why, for the person"`
		Until  string `json:"until,omitempty" format:"date" doc:"The day on which it goes on by itself"`
	}
}

func (c *Cases) apiSuspend(ctx context.Context, in *suspendIn) (*caseStateOut, error) {
	ctx = watching(ctx)
	return c.done(ctx, in.Number, c.Suspend(ctx, in.deal(in.Body.Version), Suspension{
		Ground: in.Body.Ground, Words: in.Body.Text, Until: db.Date(in.Body.Until),
	}))
}

func (c *Cases) apiResume(ctx context.Context, in *versionIn) (*caseStateOut, error) {
	ctx = watching(ctx)
	return c.done(ctx, in.Number, c.Resume(ctx, in.deal(in.Body.Version)))
}

type forwardIn struct {
	DealIn
	Body struct {
		VersionBody
		Agency string `json:"agency" maxLength:"50" doc:"Code of the agency that it is for"`
		Text   string `json:"text" maxLength:"8000" doc:"Why, for the person"`
	}
}

func (c *Cases) apiForward(ctx context.Context, in *forwardIn) (*caseStateOut, error) {
	ctx = watching(ctx)
	return c.done(ctx, in.Number, c.Forward(ctx, in.deal(in.Body.Version), in.Body.Agency, in.Body.Text))
}

func (c *Cases) deskSuspend(ctx context.Context, d Deal, v url.Values) error {
	return c.Suspend(ctx, d, Suspension{Ground: v.Get("pause_ground"), Words: v.Get("pause_words"), Until: db.Date(v.Get("until"))})
}
