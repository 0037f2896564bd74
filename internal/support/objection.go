package support

import (
	"context"
	"strings"
	"time"
	"unicode/utf8"

	"okno/internal/identity"
	"okno/internal/kit/db"
	"okno/internal/kit/errs"
	"okno/internal/kit/i18n"
	"okno/internal/kit/id"
	"okno/internal/notify"
	"okno/internal/support/supportdb"
)

// Restrictions is what support asks of identity about what staff have put on
// accounts.
type Restrictions interface {
	OwnRestriction(ctx context.Context) (identity.Restriction, error)
	RestrictionByLink(ctx context.Context, token string) (identity.Restriction, error)
	RestrictionOf(ctx context.Context, owner string) (identity.Restriction, error)
	ObjectionOf(ctx context.Context, owner, message string) (identity.Objection, error)
	NoteObjection(ctx context.Context, tx *db.Tx, r identity.Restriction, message, number string) error
	PrepareDecision(ctx context.Context, d identity.Decision) (*identity.DecisionDraft, error)
	Decide(ctx context.Context, tx *db.Tx, d *identity.DecisionDraft) error
}

// Decisions on an objection.
const (
	DecideLift = "lift"
	DecideKeep = "keep"
)

// ErrDecision says that an objection is decided on, and not merely answered.
var ErrDecision = errs.NewConflict("support.error.decision")

// objectionsAnHour bounds the objections of one account.
const objectionsAnHour = 3

// against is the restriction that a ticket objects to.
type against struct {
	Kind  string  `json:"kind"`
	Since db.Time `json:"since"`
	// ByLink: its owner came by the link of the notice, not signed in.
	ByLink bool `json:"by_link,omitempty"`
}

// restrictionBehind is what an owner objects to: that of the token of a notice, or
// of the actor without one. Who finds it may object.
func (r *Room) restrictionBehind(ctx context.Context, token string) (identity.Restriction, error) {
	if token == "" {
		return r.Restrictions.OwnRestriction(ctx)
	}
	return r.Restrictions.RestrictionByLink(ctx, token)
}

// Object makes a ticket of an objection to the restriction of the actor's
// account, or of the account whose notice had that token. Errors: ErrMessage with
// the faults of fields; identity's ErrSignIn, ErrNotFound, ErrLinkOver,
// ErrObjected, ErrLimit.
func (r *Room) Object(ctx context.Context, token string, m Message) (Ticket, error) {
	to, err := r.restrictionBehind(ctx, token)
	if err != nil {
		return Ticket{}, err
	}
	m.Email, m.From = "", "" // the answer goes to the account's own contacts
	if err := m.check(); err != nil {
		return Ticket{}, err
	}
	if old, err := r.Receipt(ctx, m.ID); err == nil {
		return old, nil
	}
	if to.Objection.State == identity.ObjectionWaits {
		return Ticket{}, identity.ErrObjected
	}
	if err := r.Limit(ctx, "support.objection", to.Owner, objectionsAnHour, time.Hour); err != nil {
		return Ticket{}, err
	}
	return r.addObjection(ctx, to, m, against{Kind: to.Kind, Since: to.Since, ByLink: token != ""})
}

func (r *Room) addObjection(ctx context.Context, to identity.Restriction, m Message, a against) (Ticket, error) {
	now := db.At(r.Clock.Now())
	t := Ticket{ID: m.ID, Number: id.Number(), Kind: Objection, State: Waiting, Lang: to.Lang, Author: to.Owner, CreatedAt: now, DueAt: now.Add(Objection.Within())}
	sealed, err := r.seal(ctx, t.ID, "support_tickets", "ticket_sealed", t.ID, sealedTicket{Text: m.Text, Against: &a})
	if err != nil {
		return t, err
	}
	letters, err := r.Notify.Seal(ctx, notify.Letter{
		Channel: notify.Cabinet, To: t.Author, Owner: t.Author, Kind: "support", Ref: "ticket:" + t.ID, Link: "/feedback/" + t.ID,
		Subject: r.Texts.T(t.Lang, "support.objection.told_subject", "Number", t.Number),
		Text:    r.Texts.T(t.Lang, "support.objection.told", "When", r.when(t.Lang, t.DueAt)),
	})
	if err != nil {
		return t, err
	}
	err = r.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		added, err := r.enter(ctx, tx, t, sealed)
		if err != nil || !added {
			return err
		}
		if err := r.Restrictions.NoteObjection(ctx, tx, to, t.ID, t.Number); err != nil {
			return err
		}
		return r.Notify.Send(ctx, tx, letters)
	})
	if err != nil {
		return t, err
	}
	return r.Receipt(ctx, t.ID)
}

// objectedTo is the restriction that a ticket objects to while it is still there:
// then the ticket is decided on, and not merely answered.
func (r *Room) objectedTo(ctx context.Context, t Ticket) (now identity.Restriction, decidable bool, err error) {
	if t.Against == nil || !t.State.Open() {
		return now, false, nil
	}
	now, err = r.Restrictions.RestrictionOf(ctx, t.Author)
	if errs.IsKind(err, errs.NotFound) { // the account is gone
		return now, false, nil
	}
	return now, now.Against(t.Against.Since) && now.Objection.ID == t.ID, err
}

// outcomeOf is what became of an objection, "" for what is none.
func (r *Room) outcomeOf(ctx context.Context, t Ticket) (string, error) {
	if t.Against == nil {
		return "", nil
	}
	o, err := r.Restrictions.ObjectionOf(ctx, t.Author, t.ID)
	if errs.IsKind(err, errs.NotFound) { // the account is gone
		return "", nil
	}
	return o.State, err
}

// mayEnd refuses to answer or close what has to be decided on: ErrDecision.
func (r *Room) mayEnd(ctx context.Context, row supportdb.SupportTicket) error {
	t, err := r.open(ctx, row)
	if err != nil {
		return err
	}
	_, waits, err := r.objectedTo(ctx, t)
	if err == nil && waits {
		err = ErrDecision
	}
	return err
}

// DecideObjection answers an objection: the restriction is lifted or kept, and the owner is
// told by all contacts. For the senior who holds the ticket. Errors: ErrReply with
// the field's fault, ErrMoved, ErrForbidden and ErrOwnAct of identity.
func (r *Room) DecideObjection(ctx context.Context, number, decision, answer string) error {
	actor, err := staff(ctx)
	if err != nil {
		return err
	}
	answer = strings.TrimSpace(strings.ReplaceAll(answer, "\r\n", "\n"))
	if n := utf8.RuneCountInString(answer); n < minText || n > maxText {
		return ErrReply.WithField("reply", "support.error.reply_length", "Min", minText, "Max", maxText)
	}
	row, err := r.store.byNumber(ctx, number)
	if err != nil {
		return err
	}
	t, err := r.open(ctx, row)
	if err != nil {
		return err
	}
	if t.Against == nil || decision != DecideLift && decision != DecideKeep {
		return ErrNoTicket
	}
	if t, err = moved(t, Answer, actor.ID, db.At(r.Clock.Now())); err != nil {
		return err
	}
	draft, err := r.Restrictions.PrepareDecision(ctx, identity.Decision{
		Owner: t.Author, Number: t.Number, Answer: answer, Since: t.Against.Since, Lift: decision == DecideLift,
	})
	if errs.IsKind(err, errs.NotFound) {
		return ErrMoved
	}
	if err != nil {
		return err
	}
	p, err := r.newReply(ctx, t, actor, answer)
	if err != nil {
		return err
	}
	return r.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := r.write(ctx, tx, t, actor, Answer); err != nil {
			return err
		}
		if err := r.store.addReply(ctx, tx, p); err != nil {
			return err
		}
		err := r.Restrictions.Decide(ctx, tx, draft)
		if errs.IsKind(err, errs.NotFound) {
			return ErrMoved
		}
		return err
	})
}

// newReply is an answer of support, sealed.
func (r *Room) newReply(ctx context.Context, t Ticket, actor identity.Actor, text string) (supportdb.InsertReplyParams, error) {
	p := supportdb.InsertReplyParams{TicketID: t.ID, ID: id.New(), AuthorID: actor.ID, CreatedAt: t.ClosedAt}
	var err error
	p.ReplySealed, err = r.seal(ctx, t.ID, "support_replies", "reply_sealed", p.ID, text)
	return p, err
}

// kindOfRestriction is a restriction in words.
func kindOfRestriction(ctx context.Context, kind string) string {
	if kind == identity.BlockedFor {
		return i18n.T(ctx, "support.objection.blocked")
	}
	return i18n.T(ctx, "support.objection.restricted")
}
