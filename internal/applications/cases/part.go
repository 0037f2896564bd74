package cases

import (
	"context"
	"fmt"
	"slices"

	"okno/internal/applications/cases/casesdb"
	"okno/internal/forms"
	"okno/internal/kit/db"
	"okno/internal/kit/i18n"
	"okno/internal/kit/secret"
)

// A part of an application that another agency does is a case of its own: it
// stands in that agency's queue with its deadline and its officer, may ask the
// citizen, and ends with an opinion instead of a document. Its service is that
// of the application as the agency knows it (forms.Service.OfPart), its answers
// are those of the application which the service lets it see.
//
// Parts begin and report by themselves (part_begin.go): each turn of a part is
// a move of the application too, so that whoever decides it has seen all turns.

// Ends of a part without an opinion, kept as the ground of its case.
const (
	endReturned  = "returned"  // its agency handed it back: the lead says how to go on
	endWithdrawn = "withdrawn" // the lead does without it
	endClosed    = "closed"    // the application ended before it
)

// IsPart reports whether the case is a part of an application.
func (k Case) IsPart() bool { return k.PartOf != "" }

// partID is the part's id in its service.
func (k Case) partID() string {
	_, part := forms.CutPart(k.ServiceID)
	return part
}

// PartState is how a part stands, as people see it.
type PartState string

// The states of a part.
const (
	PartPlanned   PartState = "planned"   // others come first
	PartNew       PartState = "new"       // in its agency's queue
	PartWork      PartState = "work"      // an officer works on it
	PartAsks      PartState = "asks"      // it waits for the citizen
	PartHalted    PartState = "halted"    // its agency has suspended it
	PartPositive  PartState = "positive"  // the opinion is positive
	PartNegative  PartState = "negative"  // the opinion is negative
	PartReturned  PartState = "returned"  // handed back
	PartWithdrawn PartState = "withdrawn" // the lead does without it
	PartClosed    PartState = "closed"    // the application ended first
)

// Text is the key of the state's name in the locale files.
func (s PartState) Text() string { return "applications.part.state." + string(s) }

// Over reports whether nothing more is to come of the part.
func (s PartState) Over() bool {
	return s == PartPositive || s == PartNegative || s == PartWithdrawn
}

// running reports whether another agency has it in its queue.
func (s PartState) running() bool {
	return s == PartNew || s == PartWork || s == PartAsks || s == PartHalted
}

func partState(k Case) PartState {
	switch k.Status {
	case Accepted:
		return PartNew
	case InWork:
		return PartWork
	case Waiting:
		if k.Stage.Halted() {
			return PartHalted
		}
		return PartAsks
	case Approved, Completed:
		return PartPositive
	case Refused:
		return PartNegative
	}
	switch k.Ground {
	case endReturned:
		return PartReturned
	case endWithdrawn:
		return PartWithdrawn
	}
	return PartClosed
}

// Part is what another agency does for an application, as it stands.
type Part struct {
	*forms.Part
	State PartState
	// Case is the newest try; zero while the part has not begun. Tries counts them.
	Case  Case
	Tries int
	// Words are the opinion, or why it was handed back; for staff.
	Words string
	// Found is the ground of a negative opinion, nil for none.
	Found *forms.Ground
}

// binds reports whether the part's opinion leaves no choice but to refuse.
func (p *Part) binds() bool { return p.State == PartNegative && p.Ground != "" }

// partedServices gives parts of services by the ids under which their cases go.
type partedServices struct{ Services }

// WithParts lets services be asked for their parts too.
func WithParts(s Services) Services { return partedServices{s} }

// Service is the current version.
func (p partedServices) Service(id string) (*forms.Service, bool) {
	service, part := forms.CutPart(id)
	s, ok := p.Services.Service(service)
	if !ok || part == "" {
		return s, ok
	}
	s = s.OfPart(part)
	return s, s != nil
}

// Version is a published version.
func (p partedServices) Version(ctx context.Context, id string, version int) (*forms.Service, error) {
	service, part := forms.CutPart(id)
	s, err := p.Services.Version(ctx, service, version)
	if err != nil || part == "" {
		return s, err
	}
	if s = s.OfPart(part); s == nil {
		return nil, fmt.Errorf("service %s has no part %s", service, part)
	}
	return s, nil
}

// parted reports whether the service of the case has parts; one that can't be
// read now may have some.
func (c *Cases) parted(ctx context.Context, k Case) bool {
	if k.IsPart() {
		return false
	}
	s, err := c.Services.Version(ctx, k.ServiceID, k.ServiceVersion)
	return err != nil || len(s.Parts) > 0
}

// partsOf are the parts of an application: those that its answers need, and
// those that have begun.
func (c *Cases) partsOf(ctx context.Context, k Case, r *forms.Result) ([]Part, error) {
	if len(r.Service.Parts) == 0 || k.IsPart() {
		return nil, nil
	}
	rows, err := c.store.read().PartsOf(ctx, casesdb.PartsOfParams{OwnerID: k.Owner, PartOf: k.ID})
	if err != nil {
		return nil, db.Classify(err)
	}
	needed := r.Parts()
	var all []Part
	for i := range r.Service.Parts {
		p := Part{Part: &r.Service.Parts[i], State: PartPlanned}
		for _, row := range rows {
			if x := caseOf(row); x.partID() == p.ID {
				x.Left = c.left(x.Agency, x.Office, x.Due, x.PausedAt)
				p.Case, p.State, p.Tries = x, partState(x), p.Tries+1
			}
		}
		if p.Tries == 0 && (!slices.Contains(needed, p.Part) || !k.Status.Open()) {
			continue
		}
		for j := range p.Negative {
			if p.State == PartNegative && p.Negative[j].Code == p.Case.Ground {
				p.Found = &p.Negative[j]
			}
		}
		all = append(all, p)
	}
	return all, nil
}

// withParts puts the parts into a card: staff read what they say.
func (c *Cases) withParts(ctx context.Context, card *Card, side Side) error {
	parts, err := c.partsOf(ctx, card.Case, card.result)
	if err != nil {
		return err
	}
	for i := range parts {
		if side == Citizen || len(parts[i].Case.row.DecisionSealed) == 0 {
			continue
		}
		if parts[i].Words, err = c.decisionOf(ctx, parts[i].Case); err != nil {
			return err
		}
	}
	card.Parts = parts
	return nil
}

func (c *Cases) decisionOf(ctx context.Context, k Case) (string, error) {
	key, err := c.Sealer.Key(ctx, k.ID, secret.Case)
	if err != nil {
		return "", err
	}
	return key.OpenString(casePlace("decision_sealed", k.ID), k.row.DecisionSealed)
}

// ready are the parts that can begin: nothing comes before them any more, and no
// opinion has settled the matter already.
func ready(parts []Part) []Part {
	if slices.ContainsFunc(parts, func(p Part) bool { return p.binds() }) {
		return nil
	}
	over := func(id string) bool {
		i := slices.IndexFunc(parts, func(p Part) bool { return p.ID == id })
		return i < 0 || parts[i].State.Over()
	}
	var out []Part
	for _, p := range parts {
		if p.State == PartPlanned && !slices.ContainsFunc(p.After, func(id string) bool { return !over(id) }) {
			out = append(out, p)
		}
	}
	return out
}

// settledBy reports whether the parts let the lead decide so: all are in, or one
// of them is itself the ground of the refusal. Errors: ErrParts, ErrPartGround.
func settledBy(parts []Part, deed Deed, ground string) error {
	open := slices.ContainsFunc(parts, func(p Part) bool { return !p.State.Over() })
	if deed == Approve {
		if slices.ContainsFunc(parts, func(p Part) bool { return p.binds() }) {
			return ErrPartGround
		}
		if open {
			return ErrParts
		}
		return nil
	}
	negative := func(p Part) bool { return p.State == PartNegative && (p.Ground == "" || p.Ground == ground) }
	if open && !slices.ContainsFunc(parts, negative) {
		return ErrParts
	}
	return nil
}

// decidable is settledBy for a case; services without parts cost nothing. What
// the law decides by itself does not wait for anybody.
func (c *Cases) decidable(ctx context.Context, k Case, side Side, deed Deed, ground string) error {
	if side == System || !c.parted(ctx, k) {
		return nil
	}
	parts, err := c.readParts(ctx, k)
	if err != nil {
		return err
	}
	return settledBy(parts, deed, ground)
}

// readParts opens the form and tells the parts of a case.
func (c *Cases) readParts(ctx context.Context, k Case) ([]Part, error) {
	key, err := c.Sealer.Key(ctx, k.ID, secret.Case)
	if err != nil {
		return nil, err
	}
	card := &Card{Case: k}
	if _, err := c.fill(ctx, key, card); err != nil {
		return nil, err
	}
	return c.partsOf(ctx, k, card.result)
}

// whole is the application that a part belongs to.
func (c *Cases) whole(ctx context.Context, k Case) (Case, error) {
	return c.store.byID(ctx, k.Owner, k.PartOf)
}

// fillPart fills the form of the application and keeps what the part may see.
func (c *Cases) fillPart(ctx context.Context, key *secret.DataKey, card *Card) (form, error) {
	own, err := openForm(key, card.row)
	if err != nil {
		return own, err
	}
	k, err := c.whole(ctx, card.Case)
	if err != nil {
		return own, err
	}
	wholeKey, err := c.Sealer.Key(ctx, k.ID, secret.Case)
	if err != nil {
		return own, err
	}
	f, err := openForm(wholeKey, k.row)
	if err != nil {
		return own, err
	}
	s, err := c.Services.Version(ctx, k.ServiceID, k.ServiceVersion)
	if err != nil {
		return own, ErrService.Wrap(err)
	}
	p := s.Part(card.partID())
	if card.Service = s.OfPart(card.partID()); p == nil {
		return own, ErrService
	}
	card.Whole = k.Number
	card.result = forms.Fill(s, complete(s, f.Answers), f.Facts).Only(p.Sees)
	return own, nil
}

// seenByPart adds to a part's card the files of the application that it may see,
// and the opinions of the parts before it.
func (c *Cases) seenByPart(ctx context.Context, card *Card) error {
	k, err := c.whole(ctx, card.Case)
	if err != nil {
		return err
	}
	key, err := c.Sealer.Key(ctx, k.ID, secret.Case)
	if err != nil {
		return err
	}
	rows, err := c.store.read().Files(ctx, casesdb.FilesParams{OwnerID: k.Owner, CaseID: k.ID})
	if err != nil {
		return db.Classify(err)
	}
	may := card.result.Files()
	for _, row := range rows {
		if !slices.Contains(may, row.ID) {
			continue
		}
		f, err := fileOf(key, row)
		if err != nil {
			return err
		}
		f.AskID = "" // whoever asked for it, to the part it is a file of the form
		card.Files = append(card.Files, f)
	}
	parts, err := c.readParts(ctx, k)
	if err != nil {
		return err
	}
	after := card.result.Service.Part(card.partID()).After
	for _, p := range parts {
		if !slices.Contains(after, p.ID) || p.Tries == 0 {
			continue
		}
		if p.Words, err = c.decisionOf(ctx, p.Case); err != nil {
			return err
		}
		card.Before = append(card.Before, p)
	}
	return nil
}

// fileCase is the case to which a file belongs that a part may see: the part's
// own, or the application.
func (c *Cases) fileCase(ctx context.Context, k Case, fileID string) (Case, error) {
	if !k.IsPart() {
		return k, nil
	}
	_, err := c.store.read().FindFile(ctx, casesdb.FindFileParams{OwnerID: k.Owner, CaseID: k.ID, ID: fileID})
	if !db.IsNone(err) {
		return k, db.Classify(err)
	}
	key, err := c.Sealer.Key(ctx, k.ID, secret.Case)
	if err != nil {
		return k, err
	}
	card := &Card{Case: k}
	if _, err := c.fillPart(ctx, key, card); err != nil {
		return k, err
	}
	if !slices.Contains(card.result.Files(), fileID) {
		return k, ErrFile
	}
	return c.whole(ctx, k)
}

// nameParts puts the names of parts into the lines of the chronology that hold
// their ids.
func nameParts(card *Card, lang string) {
	for i := range card.Events {
		if e := &card.Events[i]; e.Deed.ofPart() {
			if p := card.Service.Part(e.Text); p != nil {
				e.Text = p.Title.In(forms.Lang(lang))
			}
		}
	}
}

// partTitle is a part's name in a language, for words about it.
func (c *Cases) partTitle(k Case, lang string) string {
	if !i18n.Known(lang) {
		lang = i18n.RU
	}
	return c.title(k.ServiceID).In(forms.Lang(lang))
}
