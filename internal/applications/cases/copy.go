package cases

import (
	"context"
	"io"

	"okno/internal/forms"
	"okno/internal/kit/secret"
)

// Copy is with what an application was sent, for another one like it.
type Copy struct {
	CaseID, Number string
	// Service is the version that the answers were given for.
	Service *forms.Service
	// Answers are all that counted; Known are the names of those fields of the
	// form whose values the portal knew and nobody typed.
	Answers forms.Answers
	Known   []string
	// Files are those of the form and of answers to the agency; an answer names
	// them by their ids.
	Files []FileRef
	// Status is how the application stands, Remarks what a refusal says at the
	// fields. Agency and Number name it to people.
	Status  Status
	Remarks map[string]string
	// Child is on whose behalf it was sent, nil for the owner.
	Child *Child
}

// Copy reads one of the actor's own applications, open or finished, so that
// another one can be begun from it. Errors: ErrNotFound, ErrService.
func (c *Cases) Copy(ctx context.Context, number string) (*Copy, error) {
	k, err := c.mine(ctx, number)
	if err != nil {
		return nil, err
	}
	key, err := c.Sealer.Key(ctx, k.ID, secret.Case)
	if err != nil {
		return nil, err
	}
	card := &Card{Case: k}
	if _, err := c.fill(ctx, key, card); err != nil {
		return nil, err
	}
	if err := c.loadFiles(ctx, key, card); err != nil {
		return nil, err
	}
	out := &Copy{Status: k.Status, CaseID: k.ID, Number: k.Number, Service: card.Service, Answers: card.result.Submission(), Known: knownFields(card.result), Child: card.Child}
	for _, f := range card.Files {
		out.Files = append(out.Files, FileRef{
			ID: f.ID, Name: f.Name, Type: string(f.Type), Size: f.Size, Scan: f.Scan,
			Open: func(ctx context.Context) (io.ReadCloser, error) {
				_, body, err := c.file(ctx, k, f.ID, nil)
				return body, err
			},
		})
	}
	if k.Status == Refused {
		out.Remarks, err = c.remarks(ctx, key, k)
	}
	return out, err
}

// Last is Copy of the actor's last application for the service that fits, nil for
// none among the newest few.
func (c *Cases) Last(ctx context.Context, serviceID string, most int, fits func(*Copy) bool) (*Copy, error) {
	page, err := c.List(ctx, ListFilter{Service: serviceID, Limit: most})
	if err != nil {
		return nil, err
	}
	for _, row := range page.Rows {
		last, err := c.Copy(ctx, row.Number)
		if err != nil || fits(last) {
			return last, err
		}
	}
	return nil, nil
}

func knownFields(r *forms.Result) []string {
	var out []string
	for _, step := range r.Steps {
		for i := range step.Fields {
			if step.Fields[i].Source.From == forms.FromKnown {
				out = append(out, step.Fields[i].Name)
			}
		}
	}
	return out
}
