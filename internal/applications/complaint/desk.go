package complaint

import (
	"context"
	"errors"
	"io"
	"slices"
	"unicode/utf8"

	"okno/internal/applications/cases"
	"okno/internal/applications/complaint/complaintdb"
	"okno/internal/identity"
	"okno/internal/kit/db"
	"okno/internal/kit/i18n"
	"okno/internal/kit/secret"
	"okno/internal/vault"
)

// bodies are the agencies for which the actor may decide about complaints: as
// officer or head, never as a machine.
func bodies(actor identity.Actor) []string { return actor.AgenciesAs(identity.Officer, identity.Head) }

// headOf reports whether the actor heads the body.
func headOf(actor identity.Actor, body string) bool {
	return slices.Contains(actor.AgenciesAs(identity.Head), body)
}

// theirs is a complaint that the actor may decide: it went to a body for which
// they work, and they had no part in what it is about. That of another body is
// not found. Errors: ErrPart, cases.ErrInterest.
func (r *Complaints) theirs(ctx context.Context, number string) (Complaint, error) {
	actor := identity.ActorOf(ctx)
	if !actor.SignedIn() {
		return Complaint{}, identity.ErrSignIn
	}
	c, err := r.find(ctx, number)
	if err != nil {
		return Complaint{}, err
	}
	if !slices.Contains(bodies(actor), c.Body) {
		return Complaint{}, ErrNotFound
	}
	if c.bars(actor.ID) {
		return Complaint{}, ErrPart
	}
	// Who took the case since the complaint was sent has a part in it too.
	parties, err := r.parties(ctx, c)
	if err != nil {
		return Complaint{}, err
	}
	if c.Status.Open() && slices.Contains(parties, actor.ID) {
		return Complaint{}, ErrPart
	}
	return c, r.Cases.Impartial(ctx, c.Body, c.Owner, c.CaseID, actor.ID)
}

func (r *Complaints) looked(ctx context.Context, c Complaint, object string) error {
	return r.Audit.Look(ctx, identity.ActorOf(ctx).Entry("applications.complaint_looked", c.Owner, object))
}

// Look opens the card for who decides, with the case. The journal has the look
// before anything is shown.
func (r *Complaints) Look(ctx context.Context, number string) (*Card, error) {
	c, err := r.theirs(ctx, number)
	if err != nil {
		return nil, err
	}
	if err := r.looked(ctx, c, "complaint:"+c.ID); err != nil {
		return nil, err
	}
	card, err := r.card(ctx, c, Staff)
	if err != nil {
		return nil, err
	}
	actor := identity.ActorOf(ctx)
	card.Mine = c.AssignedTo == actor.ID || headOf(actor, c.Body)
	card.Case, err = r.Cases.Materials(ctx, c.Owner, c.CaseID)
	return card, err
}

// CaseFile opens a file of the case for who decides; close it.
func (r *Complaints) CaseFile(ctx context.Context, number, fileID string) (cases.File, io.ReadCloser, error) {
	c, err := r.theirs(ctx, number)
	if err != nil {
		return cases.File{}, nil, err
	}
	if err := r.looked(ctx, c, "file:"+fileID); err != nil {
		return cases.File{}, nil, err
	}
	return r.Cases.Material(ctx, c.Owner, c.CaseID, fileID)
}

// CaseDocument opens a document that was issued in the case, for who decides; close it.
func (r *Complaints) CaseDocument(ctx context.Context, number, documentID string) (vault.Document, io.ReadCloser, error) {
	c, err := r.theirs(ctx, number)
	if err != nil {
		return vault.Document{}, nil, err
	}
	if err := r.looked(ctx, c, "document:"+documentID); err != nil {
		return vault.Document{}, nil, err
	}
	d, body, err := r.Vault.Look(ctx, c.Owner, documentID)
	if err == nil && d.CaseID != c.CaseID && d.CaseID != c.ID {
		_ = body.Close()
		return vault.Document{}, nil, ErrFile
	}
	return d, body, err
}

// queueMost is how many complaints the queue shows.
const queueMost = 300

// Queue are the complaints that the actor may decide, most urgent first; those
// of closed are decided. body is one of the actor's, the first when "".
func (r *Complaints) Queue(ctx context.Context, body string, closed bool) ([]Complaint, error) {
	actor := identity.ActorOf(ctx)
	mine := bodies(actor)
	if body == "" && len(mine) > 0 {
		body = mine[0]
	}
	if !slices.Contains(mine, body) {
		return nil, identity.ErrForbidden
	}
	rows, err := r.store.read().Queue(ctx, complaintdb.QueueParams{AgencyID: body, Undecided: !closed, Limit: queueMost})
	if err != nil {
		return nil, db.Classify(err)
	}
	all := slices.DeleteFunc(complaintsOf(rows), func(c Complaint) bool { return c.bars(actor.ID) })
	for i := range all {
		all[i].Left = r.left(all[i])
	}
	if closed {
		slices.SortStableFunc(all, func(a, b Complaint) int { return int(b.ChangedAt - a.ChangedAt) })
	}
	return all, nil
}

// work is a complaint that the actor may decide, as it was shown.
func (r *Complaints) work(ctx context.Context, d Deal) (Complaint, error) {
	c, err := r.theirs(ctx, d.Number)
	if err == nil {
		err = fresh(c, d)
	}
	return c, err
}

// Register registers a complaint: the term runs from now.
func (r *Complaints) Register(ctx context.Context, d Deal) error {
	c, err := r.work(ctx, d)
	if err != nil {
		return r.again(ctx, d, Register, err)
	}
	return r.again(ctx, d, Register, r.register(ctx, c, Staff, d.once(Register)))
}

func (r *Complaints) register(ctx context.Context, c Complaint, side Side, key string) error {
	return r.move(ctx, c, change{deed: Register, side: side, key: key, edit: func(_ context.Context, tx *db.Tx, row *complaintdb.ApplicationsComplaint) error {
		zone := r.zone(c.Body)
		due := r.Calendar.DeadlineWorking(tx.Now().Time(), c.Days, zone)
		row.RegisteredAt, row.DeadlineAt, row.DeadlineDate = tx.Now(), db.At(due), string(db.DateOf(due.In(zone)))
		return nil
	}})
}

// Take takes a registered complaint into work.
func (r *Complaints) Take(ctx context.Context, d Deal) error {
	c, err := r.work(ctx, d)
	if err != nil {
		return r.again(ctx, d, Take, err)
	}
	return r.again(ctx, d, Take, r.move(ctx, c, change{deed: Take, side: Staff, key: d.once(Take), edit: assign(identity.ActorOf(ctx).ID)}))
}

func assign(to string) func(context.Context, *db.Tx, *complaintdb.ApplicationsComplaint) error {
	return func(_ context.Context, _ *db.Tx, row *complaintdb.ApplicationsComplaint) error {
		row.AssignedTo = to
		return nil
	}
}

// held is a complaint that the actor works on; a head may step in.
func (r *Complaints) held(ctx context.Context, d Deal) (Complaint, error) {
	c, err := r.work(ctx, d)
	actor := identity.ActorOf(ctx)
	if err == nil && c.AssignedTo != "" && c.AssignedTo != actor.ID && !headOf(actor, c.Body) {
		err = ErrTaken
	}
	return c, err
}

// Return gives a complaint back to the queue.
func (r *Complaints) Return(ctx context.Context, d Deal) error {
	c, err := r.held(ctx, d)
	if err != nil {
		return r.again(ctx, d, Return, err)
	}
	return r.again(ctx, d, Return, r.move(ctx, c, change{deed: Return, side: Staff, key: d.once(Return), edit: assign("")}))
}

// Verdict is what who decides makes of a complaint.
type Verdict struct {
	Deed Deed
	// Measure is what is done about the case of an upheld complaint.
	Measure Measure
	// Words are why, for the person.
	Words string
}

// Decide gives the verdict: the answer is issued, and what is complained of is
// set right, in one transaction. Errors: ErrFields, ErrPart, ErrTaken, ErrMove,
// cases.ErrMove when the case has moved on meanwhile.
func (r *Complaints) Decide(ctx context.Context, d Deal, v Verdict) error {
	c, err := r.held(ctx, d)
	if err != nil {
		return r.again(ctx, d, v.Deed, err)
	}
	if _, ok := Step(c.Status, v.Deed, Staff); !ok || !slices.Contains(Verdicts(), v.Deed) {
		return r.again(ctx, d, v.Deed, ErrMove)
	}
	card, err := r.Cases.Materials(ctx, c.Owner, c.CaseID)
	if err != nil {
		return err
	}
	if v.Words = cut(v.Words); !upholds(v.Deed) {
		v.Measure = ""
	}
	if err := r.sound(c, card.Status, v); err != nil {
		return err
	}
	key, err := r.Sealer.Key(ctx, c.ID, secret.Case)
	if err != nil {
		return err
	}
	answer, err := r.answer(ctx, key, c, v)
	if err != nil {
		return err
	}
	sealed, err := sealJSON(key, place("answer_sealed", c.ID), v.Words)
	if err != nil {
		return err
	}
	err = r.settle(ctx, c, card.Status, v, change{deed: v.Deed, side: Staff, key: d.once(v.Deed), edit: func(ctx context.Context, tx *db.Tx, row *complaintdb.ApplicationsComplaint) error {
		row.AnswerSealed, row.Measure, row.DocumentID = sealed, string(v.Measure), answer.Document().ID
		row.DecidedAt, row.DecidedBy = tx.Now(), identity.ActorOf(ctx).ID
		_, err := r.Vault.Issue(ctx, tx, answer)
		return err
	}})
	if err != nil {
		r.Vault.Drop(ctx, answer)
	}
	if errors.Is(err, errDone) {
		err = nil
	}
	return r.again(ctx, d, v.Deed, err)
}

// settle writes the verdict, together with what becomes of the case.
func (r *Complaints) settle(ctx context.Context, c Complaint, s cases.Status, v Verdict, ch change) error {
	write := func(ctx context.Context, tx *db.Tx) error { return r.write(ctx, tx, c, ch) }
	if !upholds(v.Deed) || s == cases.Cancelled {
		return r.DB.Write(ctx, write)
	}
	return r.Cases.Redo(ctx, cases.Redo{
		Owner: c.Owner, CaseID: c.CaseID, Deed: v.Measure.deed(), Days: redoDays, Also: write,
		Text: r.Texts.T(i18n.RU, "applications.complaint.redo."+string(v.Measure), "Number", c.Number, "Count", redoDays),
	})
}

func upholds(d Deed) bool { return d == Satisfy || d == Part }

// sound checks a verdict before it is written.
func (r *Complaints) sound(c Complaint, s cases.Status, v Verdict) error {
	e := ErrFields
	switch n := utf8.RuneCountInString(v.Words); {
	case n == 0:
		e = e.WithField("words", "applications.complaint.error.why")
	case n > textMost:
		e = e.WithField("words", "applications.complaint.error.text_long", "Max", textMost)
	}
	g, _ := r.Ground(c.Ground)
	switch {
	case !upholds(v.Deed):
	case !slices.Contains(Measures(), v.Measure) || !v.Measure.Fits(s):
		e = e.WithField("measure", "applications.complaint.error.measure")
	case v.Deed == Satisfy && g.Measure == CancelDecision && g.Measure.Fits(s) && v.Measure != CancelDecision:
		e = e.WithField("measure", "applications.complaint.error.cancel")
	}
	if len(e.Fields) == 0 {
		return nil
	}
	return e
}
