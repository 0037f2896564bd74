package complaint

import (
	"context"
	"errors"

	"okno/internal/agency"
	"okno/internal/applications/complaint/complaintdb"
	"okno/internal/identity"
	"okno/internal/kit/db"
	"okno/internal/kit/id"
	"okno/internal/kit/secret"
)

// listMost is how many complaints a list has: nobody has more.
const listMost = 200

// List are the actor's own complaints and drafts of such, newest first.
func (r *Complaints) List(ctx context.Context) ([]Complaint, error) {
	actor := identity.ActorOf(ctx)
	if !actor.SignedIn() {
		return nil, identity.ErrSignIn
	}
	rows, err := r.store.read().ComplaintsOf(ctx, complaintdb.ComplaintsOfParams{OwnerID: actor.ID, Limit: listMost})
	all := complaintsOf(rows)
	for i := range all {
		all[i].Left = r.left(all[i])
	}
	return all, db.Classify(err)
}

// About are the actor's own complaints about one of their applications, oldest first.
func (r *Complaints) About(ctx context.Context, caseID string) ([]Complaint, error) {
	actor := identity.ActorOf(ctx)
	if !actor.SignedIn() {
		return nil, identity.ErrSignIn
	}
	return r.store.about(ctx, r.store.read(), actor.ID, caseID)
}

// mine is one of the actor's own complaints that was sent; anybody else's is
// not found.
func (r *Complaints) mine(ctx context.Context, number string) (Complaint, error) {
	actor := identity.ActorOf(ctx)
	if !actor.SignedIn() {
		return Complaint{}, identity.ErrSignIn
	}
	c, err := r.find(ctx, number)
	if err != nil {
		return Complaint{}, err
	}
	if c.Owner != actor.ID {
		return Complaint{}, ErrNotFound
	}
	return c, nil
}

func (r *Complaints) find(ctx context.Context, typed string) (Complaint, error) {
	number, ok := id.ParseNumber(typed)
	if !ok {
		return Complaint{}, ErrNotFound
	}
	c, err := r.store.byNumber(ctx, number)
	c.Left = r.left(c)
	return c, err
}

// Mine is the card of one of the actor's own complaints.
func (r *Complaints) Mine(ctx context.Context, number string) (*Card, error) {
	c, err := r.mine(ctx, number)
	if err != nil {
		return nil, err
	}
	return r.card(ctx, c, Citizen)
}

// Draft is one of the actor's own drafts.
func (r *Complaints) Draft(ctx context.Context, draftID string) (*Card, error) {
	c, err := r.draft(ctx, draftID)
	if err != nil {
		return nil, err
	}
	return r.card(ctx, c, Citizen)
}

// card gathers all of a complaint for one side. The caller has checked the right.
func (r *Complaints) card(ctx context.Context, c Complaint, side Side) (*Card, error) {
	key, err := r.Sealer.Key(ctx, c.ID, secret.Case)
	if err != nil {
		return nil, err
	}
	card := &Card{Complaint: c, Can: Can(c.Status, side)}
	err = errors.Join(
		openJSON(key, place("words_sealed", c.ID), c.row.WordsSealed, &card.Words),
		openJSON(key, place("answer_sealed", c.ID), c.row.AnswerSealed, &card.Answer),
		r.loadFiles(ctx, key, card), r.loadEvents(ctx, card),
	)
	if err != nil {
		return nil, err
	}
	card.Above, card.Court = r.next(c)
	if card.Above == "" || side != Citizen {
		return card, nil
	}
	all, err := r.store.about(ctx, r.store.read(), c.Owner, c.CaseID)
	for _, x := range all {
		if x.Prior == c.ID && x.Status != Draft && x.Status != Withdrawn {
			card.Above = "" // the appeal is on its way
		}
	}
	return card, err
}

func (r *Complaints) loadFiles(ctx context.Context, key *secret.DataKey, card *Card) error {
	rows, err := r.store.read().Files(ctx, complaintdb.FilesParams{OwnerID: card.Owner, ComplaintID: card.ID})
	if err != nil {
		return db.Classify(err)
	}
	for _, row := range rows {
		f, err := fileOf(key, row)
		if err != nil {
			return err
		}
		card.Files = append(card.Files, f)
	}
	return nil
}

func (r *Complaints) loadEvents(ctx context.Context, card *Card) error {
	rows, err := r.store.read().Events(ctx, complaintdb.EventsParams{OwnerID: card.Owner, ComplaintID: card.ID})
	for _, e := range rows {
		card.Events = append(card.Events, Event{At: e.DoneAt, Deed: Deed(e.Deed), To: Status(e.ToStatus), Side: Side(e.Side)})
	}
	return db.Classify(err)
}

// Withdraw takes back one of the actor's own complaints before a verdict.
func (r *Complaints) Withdraw(ctx context.Context, d Deal) error {
	c, err := r.mine(ctx, d.Number)
	if err == nil {
		err = fresh(c, d)
	}
	if err != nil {
		return r.again(ctx, d, Withdraw, err)
	}
	return r.again(ctx, d, Withdraw, r.move(ctx, c, change{deed: Withdraw, side: Citizen, key: d.once(Withdraw)}))
}

// body is the agency that decides.
func (r *Complaints) body(c Complaint) agency.Agency {
	a, _ := r.Offices.ByCode(c.Body)
	return a
}
