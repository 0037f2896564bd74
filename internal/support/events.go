package support

import (
	"context"

	"okno/internal/identity"
	"okno/internal/kit/db"
	"okno/internal/kit/event"
	"okno/internal/kit/i18n"
	"okno/internal/kit/id"
	"okno/internal/notify"
	"okno/internal/support/supportdb"
)

// listen hears what happens to accounts.
func (r *Room) listen() {
	if r.Bus == nil {
		return
	}
	r.Bus.On(identity.EventDenied, "support.denied", r.onAlarm(alarmDenied))
	r.Bus.On(identity.EventStopped, "support.stopped", r.onAlarm(alarmStopped))
}

// alarm is what a security ticket of the portal's own is about. It is stored, and
// its text is made for whoever reads it.
type alarm string

const (
	alarmDenied  alarm = "denied"  // the owner has said «It wasn't me»
	alarmStopped alarm = "stopped" // an old contact has stopped a change
	// alarmUndecided: a request for access waits for long.
	alarmUndecided alarm = "undecided"
)

// key is of the text for those who read the ticket, "" for none.
func (a alarm) key() string {
	switch a {
	case alarmDenied:
		return "support.alarm.denied"
	case alarmStopped:
		return "support.alarm.stopped"
	case alarmUndecided:
		return "support.alarm.undecided"
	}
	return ""
}

// onAlarm opens a security ticket in the owner's name. The event's id is the
// ticket's: heard twice, it is one ticket.
func (r *Room) onAlarm(what alarm) event.Listener {
	return func(ctx context.Context, e event.Event) error {
		lang, err := r.langOf(ctx, e.Owner)
		if err != nil {
			return err
		}
		return r.raise(identity.AsSystem(ctx), e.ID, e.Owner, lang, what)
	}
}

// langOf is the language of an account.
func (r *Room) langOf(ctx context.Context, owner string) (string, error) {
	if r.Accounts == nil {
		return i18n.RU, nil
	}
	a, err := r.Accounts.Account(ctx, owner)
	return a.Lang, err
}

// raise opens a security ticket about an account and tells its owner the number.
// It is for the portal itself, not for people.
func (r *Room) raise(ctx context.Context, ticket, owner, lang string, what alarm) error {
	t := r.alarmTicket(ticket, owner, lang)
	sealed, err := r.seal(ctx, t.ID, "support_tickets", "ticket_sealed", t.ID, sealedTicket{Alarm: what})
	if err != nil {
		return err
	}
	letters, err := r.Notify.Seal(ctx, notify.Letter{
		Channel: notify.Cabinet, To: owner, Owner: owner, Kind: "support", Ref: "ticket:" + t.ID, Link: "/feedback/" + t.ID,
		Subject: r.Texts.T(t.Lang, "support.alarm.subject", "Number", t.Number), Text: r.Texts.T(t.Lang, "support.alarm.told"),
	})
	if err != nil {
		return err
	}
	return r.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		added, err := r.enter(ctx, tx, t, sealed)
		if err != nil || !added {
			return err
		}
		return r.Notify.Send(ctx, tx, letters)
	})
}

// alarmTicket is a new ticket of security.
func (r *Room) alarmTicket(ticket, owner, lang string) Ticket {
	now := db.At(r.Clock.Now())
	t := Ticket{ID: ticket, Number: id.Number(), Kind: Security, State: Waiting, Lang: lang, Author: owner, CreatedAt: now}
	t.DueAt = now.Add(t.Kind.Within())
	return t
}

// enter keeps a new ticket and tells the desk and the journal; false when it is
// there already.
func (r *Room) enter(ctx context.Context, tx *db.Tx, t Ticket, sealed []byte) (added bool, err error) {
	added, err = r.store.add(ctx, tx, supportdb.InsertTicketParams{
		ID: t.ID, Number: t.Number, QueueKey: queueKey(t.Kind, t.DueAt, t.ID), Kind: string(t.Kind), Lang: t.Lang,
		AuthorID: t.Author, CreatedAt: t.CreatedAt, DueAt: t.DueAt, TicketSealed: sealed,
	})
	if err != nil || !added {
		return false, err
	}
	r.Live.Touch(tx, Topic, Ref)
	entry := identity.ActorOf(ctx).Entry("support.sent", t.Author, "ticket:"+t.ID)
	entry.Details = map[string]string{"kind": string(t.Kind), "number": t.Number}
	return true, r.Audit.Write(ctx, tx, entry)
}
