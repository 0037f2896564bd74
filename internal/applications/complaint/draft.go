package complaint

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"okno/internal/applications/cases"
	"okno/internal/applications/complaint/complaintdb"
	"okno/internal/applications/upload"
	"okno/internal/forms"
	"okno/internal/identity"
	"okno/internal/kit/audit"
	"okno/internal/kit/db"
	"okno/internal/kit/id"
	"okno/internal/kit/secret"
)

// textMost is the longest text, in characters.
const textMost = 4000

// Begin opens the draft of a complaint about one of the actor's own
// applications, prefilled from it; the draft that stands already, when there is
// one. Errors: ErrOpen, ErrNoGround, those of cases.
func (r *Complaints) Begin(ctx context.Context, caseNumber string) (Complaint, error) {
	card, err := r.Cases.Mine(ctx, caseNumber)
	if err != nil {
		return Complaint{}, err
	}
	grounds := r.Grounds(card.Status)
	if len(grounds) == 0 {
		return Complaint{}, ErrNoGround
	}
	row := r.blankRow(card.Case)
	row.BodyID, row.Step = card.Agency, 1
	row.Ground = likely(grounds, card.Case)
	return r.insert(ctx, row, wordsOf(card), func(c Complaint) bool { return c.Step == 1 })
}

// likely is the ground that the case itself suggests, "" for none.
func likely(grounds []Ground, k cases.Case) string {
	want := ""
	switch {
	case k.Status == cases.Refused:
		want = "refusal"
	case k.Left.Overdue:
		want = "late"
	case len(grounds) == 1:
		want = grounds[0].Code
	}
	if slices.ContainsFunc(grounds, func(g Ground) bool { return g.Code == want }) {
		return want
	}
	return ""
}

// Appeal opens the draft of an appeal to the body above, against the answer to
// one of the actor's own complaints or against its delay. Errors: ErrMove,
// ErrCourt, ErrOpen.
func (r *Complaints) Appeal(ctx context.Context, number string) (Complaint, error) {
	c, err := r.mine(ctx, number)
	if err != nil {
		return Complaint{}, err
	}
	above, court := r.next(c)
	switch {
	case court:
		return Complaint{}, ErrCourt
	case above == "":
		return Complaint{}, ErrMove
	}
	card, err := r.Cases.Mine(ctx, c.CaseNumber)
	if err != nil {
		return Complaint{}, err
	}
	words, err := r.appealed(ctx, c, card)
	if err != nil {
		return Complaint{}, err
	}
	row := r.blankRow(card.Case)
	row.BodyID, row.Step, row.PriorID, row.Ground = above, 2, c.ID, c.Ground
	return r.insert(ctx, row, words, func(x Complaint) bool { return x.Prior == c.ID })
}

// next is where one may go on with a complaint: to a body above, or to the court.
func (r *Complaints) next(c Complaint) (above string, court bool) {
	if c.Status == Satisfied || !c.Status.Decided() && c.LateAt.IsZero() || c.Status == Withdrawn || c.Status == Draft {
		return "", false
	}
	body, _ := r.Offices.ByCode(c.Body)
	if c.Step == 1 && body.Superior != "" {
		return body.Superior, false
	}
	return "", true
}

func (r *Complaints) appealed(ctx context.Context, c Complaint, card *cases.Card) (Words, error) {
	words := wordsOf(card)
	key, err := r.Sealer.Key(ctx, c.ID, secret.Case)
	if err != nil {
		return words, err
	}
	var answer string
	var first Words
	err = errors.Join(openJSON(key, place("answer_sealed", c.ID), c.row.AnswerSealed, &answer), openJSON(key, place("words_sealed", c.ID), c.row.WordsSealed, &first))
	words.Text, words.Wants = first.Text, first.Wants
	words.Earlier = &Earlier{Number: c.Number, Status: c.Status, Words: answer}
	return words, err
}

// wordsOf is what the case itself says.
func wordsOf(card *cases.Card) Words {
	w := Words{Title: forms.Text{RU: card.Service.Title.RU, EN: card.Service.Title.EN}, Status: card.Status, Decision: card.Decision, DecidedAt: card.DecidedAt}
	if card.Refusal != nil {
		w.Refusal = card.Refusal.Text
	}
	return w
}

func (r *Complaints) blankRow(k cases.Case) complaintdb.ApplicationsComplaint {
	now := db.At(r.Clock.Now())
	return complaintdb.ApplicationsComplaint{
		OwnerID: k.Owner, ID: id.New(), CaseID: k.ID, CaseNumber: k.Number, ServiceID: k.ServiceID,
		ServiceVersion: int64(k.ServiceVersion), AgencyID: k.Agency, Status: string(Draft), Version: 1, StartedAt: now, ChangedAt: now,
		AnswerSealed: []byte{},
	}
}

// insert writes a draft, unless one of the same sort stands or is on its way.
func (r *Complaints) insert(ctx context.Context, row complaintdb.ApplicationsComplaint, w Words, same func(Complaint) bool) (Complaint, error) {
	key, err := r.Sealer.Key(ctx, row.ID, secret.Case)
	if err != nil {
		return Complaint{}, err
	}
	if row.WordsSealed, err = sealJSON(key, place("words_sealed", row.ID), w); err != nil {
		return Complaint{}, err
	}
	made := complaintOf(row)
	err = r.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		q := complaintdb.New(tx)
		all, err := r.store.about(ctx, q, row.OwnerID, row.CaseID)
		if err != nil {
			return err
		}
		for _, c := range all {
			switch {
			case c.Status == Draft && same(c):
				made = c
				return errDone
			case c.Status.Open() && c.LateAt.IsZero(), c.Step == 2 && same(c) && c.Status != Withdrawn:
				return ErrOpen
			}
		}
		if err := q.InsertComplaint(ctx, complaintdb.InsertComplaintParams(row)); err != nil {
			return err
		}
		err = q.InsertEvent(ctx, complaintdb.InsertEventParams{
			OwnerID: row.OwnerID, ComplaintID: row.ID, Version: 1, DoneAt: tx.Now(), Deed: string(Begin), ToStatus: row.Status,
			Side: string(Citizen), ActorID: identity.ActorOf(ctx).ID,
		})
		if err != nil {
			return err
		}
		return r.Audit.Write(ctx, tx, r.entry(ctx, Begin, made))
	})
	if errors.Is(err, errDone) {
		return made, nil
	}
	return made, err
}

func (r *Complaints) entry(ctx context.Context, deed Deed, c Complaint) audit.Entry {
	return identity.ActorOf(ctx).Entry("applications.complaint_"+string(deed), c.Owner, "complaint:"+c.ID)
}

// Form is what is typed into a draft.
type Form struct {
	Ground, Text, Wants string
	Files               []upload.File
}

// Save keeps what was typed, whatever is wrong with it; then the error says
// what. Errors: ErrFields.
func (r *Complaints) Save(ctx context.Context, draftID string, f Form) error {
	c, err := r.draft(ctx, draftID)
	if err != nil {
		return err
	}
	key, err := r.Sealer.Key(ctx, c.ID, secret.Case)
	if err != nil {
		return err
	}
	var w Words
	if err := openJSON(key, place("words_sealed", c.ID), c.row.WordsSealed, &w); err != nil {
		return err
	}
	w.Text, w.Wants = cut(f.Text), cut(f.Wants)
	files, ferr := r.takeFiles(ctx, key, c, f.Files)
	if ferr != nil && !errors.Is(ferr, ErrFields) {
		return ferr
	}
	row := c.row
	row.Version++
	if g, ok := r.Ground(f.Ground); ok && c.Step == 1 {
		row.Ground = g.Code
	}
	if row.WordsSealed, err = sealJSON(key, place("words_sealed", c.ID), w); err != nil {
		return err
	}
	err = r.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		row.ChangedAt = tx.Now()
		if err := r.store.update(ctx, tx, c.Version, row); err != nil {
			return err
		}
		if err := r.insertFiles(ctx, tx, files); err != nil {
			return err
		}
		return r.Audit.Write(ctx, tx, identity.ActorOf(ctx).Entry("applications.complaint_saved", c.Owner, "complaint:"+c.ID))
	})
	if err != nil {
		r.drop(ctx, files)
		return err
	}
	state, err := r.Cases.State(ctx, c.CaseNumber)
	if err != nil {
		return err
	}
	return together(r.faults(row.Ground, state.Status, w), ferr)
}

// cut keeps as much as is taken, so that nothing typed is lost by being too
// long only by a little: the fault says how long it may be.
func cut(text string) string {
	text = strings.TrimSpace(strings.ReplaceAll(text, "\r\n", "\n"))
	if runes := []rune(text); len(runes) > 2*textMost {
		return string(runes[:2*textMost])
	}
	return text
}

// faults are what keeps a draft from being sent.
func (r *Complaints) faults(ground string, s cases.Status, w Words) error {
	e := ErrFields
	if !slices.ContainsFunc(r.Grounds(s), func(g Ground) bool { return g.Code == ground }) && w.Earlier == nil {
		e = e.WithField("ground", "applications.complaint.error.ground")
	}
	switch n := utf8.RuneCountInString(w.Text); {
	case n == 0:
		e = e.WithField("text", "applications.complaint.error.text_needed")
	case n > textMost:
		e = e.WithField("text", "applications.complaint.error.text_long", "Max", textMost)
	}
	if utf8.RuneCountInString(w.Wants) > textMost {
		e = e.WithField("wants", "applications.complaint.error.text_long", "Max", textMost)
	}
	if len(e.Fields) == 0 {
		return nil
	}
	return e
}

// Delete throws a draft away. One that is gone already is not found.
func (r *Complaints) Delete(ctx context.Context, draftID string) error {
	c, err := r.draft(ctx, draftID)
	if err != nil {
		return err
	}
	return r.throwAway(ctx, c)
}

func (r *Complaints) throwAway(ctx context.Context, c Complaint) error {
	return r.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := r.dropDraft(ctx, tx, c.Owner, c.ID); err != nil {
			return err
		}
		return r.Audit.Write(ctx, tx, identity.ActorOf(ctx).Entry("applications.complaint_deleted", c.Owner, "complaint:"+c.ID))
	})
}

// dropDraft deletes a draft with its files, and its key after the commit.
func (r *Complaints) dropDraft(ctx context.Context, tx *db.Tx, owner, draftID string) error {
	q := complaintdb.New(tx)
	n, err := q.DeleteDraft(ctx, complaintdb.DeleteDraftParams{OwnerID: owner, ID: draftID})
	if err != nil || n == 0 {
		return err
	}
	err = errors.Join(
		q.DeleteFiles(ctx, complaintdb.DeleteFilesParams{OwnerID: owner, ComplaintID: draftID}),
		q.DeleteEvents(ctx, complaintdb.DeleteEventsParams{OwnerID: owner, ComplaintID: draftID}),
	)
	after := context.WithoutCancel(ctx)
	tx.AfterCommit(func() {
		if err := r.Sealer.Erase(after, draftID); err != nil {
			r.Log.WarnContext(after, "the key of a deleted draft stays", "complaint", draftID, "err", err)
		}
	})
	return err
}

// draft is one of the actor's own drafts; anything else is not found.
func (r *Complaints) draft(ctx context.Context, draftID string) (Complaint, error) {
	actor := identity.ActorOf(ctx)
	if !actor.SignedIn() {
		return Complaint{}, identity.ErrSignIn
	}
	c, err := r.store.byID(ctx, actor.ID, draftID)
	if err == nil && c.Status != Draft {
		err = ErrNotFound
	}
	return c, err
}

// Send sends a draft: it gets a number, and the body has a working day to
// register it. A draft that was sent already gives the number that it has.
// Errors: ErrFields, ErrNotFound.
func (r *Complaints) Send(ctx context.Context, draftID string) (string, error) {
	actor := identity.ActorOf(ctx)
	if !actor.SignedIn() {
		return "", identity.ErrSignIn
	}
	c, err := r.store.byID(ctx, actor.ID, draftID)
	if err != nil || c.Status != Draft {
		return c.Number, err
	}
	words, barred, err := r.ready(ctx, c)
	if err != nil {
		return "", err
	}
	number := ""
	err = r.move(ctx, c, change{deed: Send, side: Citizen, edit: func(ctx context.Context, tx *db.Tx, row *complaintdb.ApplicationsComplaint) error {
		number, err = r.store.number(ctx, tx, c.Owner, c.ID)
		if err != nil {
			return err
		}
		ground, _ := r.Ground(c.Ground)
		zone := r.zone(c.Body)
		due := r.Calendar.DeadlineWorking(tx.Now().Time(), registerDays, zone)
		row.Number, row.SentAt, row.WordsSealed, row.Barred = number, tx.Now(), words, strings.Join(barred, " ")
		row.TermDays, row.RegisterBy = int64(ground.Days), string(db.DateOf(due.In(zone)))
		row.DeadlineAt, row.DeadlineDate = db.At(due), row.RegisterBy
		return r.Cases.Complained(ctx, tx, c.Agency, c.CaseID)
	}})
	if errors.Is(err, ErrChanged) { // sent in another tab
		if c, ferr := r.store.byID(ctx, actor.ID, draftID); ferr == nil && c.Status != Draft {
			return c.Number, nil
		}
	}
	return number, err
}

// registerDays is the term of registration: the working day after the one of
// sending (210-ФЗ, ст. 11.2, ч. 6).
const registerDays = 1

// ready is the draft as it is sent: with the case as it stands today and the
// accounts that must not decide.
func (r *Complaints) ready(ctx context.Context, c Complaint) (sealed []byte, barred []string, err error) {
	card, err := r.Cases.Mine(ctx, c.CaseNumber)
	if err != nil {
		return nil, nil, err
	}
	key, err := r.Sealer.Key(ctx, c.ID, secret.Case)
	if err != nil {
		return nil, nil, err
	}
	var w Words
	if err := openJSON(key, place("words_sealed", c.ID), c.row.WordsSealed, &w); err != nil {
		return nil, nil, err
	}
	if err := r.faults(c.Ground, card.Status, w); err != nil {
		return nil, nil, err
	}
	as := wordsOf(card)
	as.Text, as.Wants, as.Earlier = w.Text, w.Wants, w.Earlier
	// The portal notes them down: a citizen has no right to lists of initials.
	initials, err := r.Names.Initials(identity.AsSystem(ctx), c.Owner)
	if err != nil {
		return nil, nil, err
	}
	as.Initials = initials[c.Owner]
	if barred, err = r.parties(ctx, c); err != nil {
		return nil, nil, err
	}
	sealed, err = sealJSON(key, place("words_sealed", c.ID), as)
	return sealed, barred, err
}

// parties are the accounts that had a part in what is complained of.
func (r *Complaints) parties(ctx context.Context, c Complaint) ([]string, error) {
	all, err := r.Cases.Deciders(ctx, c.Owner, c.CaseID)
	if err != nil || c.Prior == "" {
		return all, err
	}
	first, err := r.store.byID(ctx, c.Owner, c.Prior)
	for _, account := range []string{first.DecidedBy, first.AssignedTo} {
		if account != "" && !slices.Contains(all, account) {
			all = append(all, account)
		}
	}
	return all, err
}

// keepDraft is how long a draft waits that nobody touches.
const keepDraft = 90 * 24 * time.Hour
