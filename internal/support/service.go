package support

import (
	"context"
	"encoding/json"
	"errors"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"okno/internal/identity"
	"okno/internal/kit/db"
	"okno/internal/kit/errs"
	"okno/internal/kit/i18n"
	"okno/internal/kit/id"
	"okno/internal/kit/secret"
	"okno/internal/kit/web"
	"okno/internal/notify"
	"okno/internal/reference"
	"okno/internal/support/supportdb"
)

// Topic is the live topic of support's desk, Ref its queue.
const (
	Topic = "support"
	Ref   = "tickets"
)

// Limits of a message and of messages from one address.
const (
	minText   = 10
	maxText   = 5000
	perHour   = 5
	limitName = "support.feedback"
)

// Message is what somebody writes to support.
type Message struct {
	// ID is the form's own, so that a form sent twice makes one ticket.
	ID          string
	Text, Email string
	// From is the page on which help was sought.
	From string
	// IP is from where, for the limit.
	IP string
	// Subject is what the page that led here knows the message to be about.
	Subject Subject
}

type sealedTicket struct {
	Text  string `json:"text"`
	Email string `json:"email,omitempty"`
	From  string `json:"from,omitempty"`
	// Alarm is in place of a text where the portal itself has opened the ticket.
	Alarm alarm `json:"alarm,omitempty"`
	// About is the number of the request for access that an alarm is about.
	About   string  `json:"about,omitempty"`
	Subject Subject `json:"subject,omitempty"`
	// Against is what an objection is about.
	Against *against `json:"against,omitempty"`
}

// Send makes a ticket of a message. Everybody may. Errors: ErrMessage with the
// faults of fields, ErrLimit of identity.
func (r *Room) Send(ctx context.Context, m Message) (Ticket, error) {
	if err := m.check(); err != nil {
		return Ticket{}, err
	}
	if old, err := r.Receipt(ctx, m.ID); err == nil {
		return old, nil
	}
	if err := r.Limit(ctx, limitName, m.IP, perHour, time.Hour); err != nil {
		return Ticket{}, err
	}
	return r.add(ctx, m)
}

func (m *Message) check() error {
	m.Text = strings.TrimSpace(strings.ReplaceAll(m.Text, "\r\n", "\n"))
	m.From = web.LocalPath(m.From, "")
	if len(m.From) > 300 {
		m.From = ""
	}
	fault := ErrMessage
	switch n := utf8.RuneCountInString(m.Text); {
	case n < minText:
		fault = fault.WithField("text", "support.error.text_short")
	case n > maxText:
		fault = fault.WithField("text", "support.error.text_long", "Max", maxText)
	}
	if strings.TrimSpace(m.Email) != "" {
		email, err := reference.ParseEmail(m.Email)
		if err != nil {
			fault = fault.WithField("email", "support.error.email")
		} else {
			m.Email = email
		}
	} else {
		m.Email = ""
	}
	if len(fault.Fields) > 0 {
		return fault
	}
	if !id.Valid(m.ID) {
		m.ID = id.New()
	}
	return nil
}

func (r *Room) add(ctx context.Context, m Message) (Ticket, error) {
	actor := identity.ActorOf(ctx)
	now := db.At(r.Clock.Now())
	t := Ticket{
		ID: m.ID, Number: id.Number(), Kind: m.Subject.or(r.sorter.kindOf(m.Text, m.From)), State: Waiting, Lang: i18n.Lang(ctx),
		Author: actor.ID, CreatedAt: now,
	}
	t.DueAt = now.Add(t.Kind.Within())
	sealed, err := r.seal(ctx, t.ID, "support_tickets", "ticket_sealed", t.ID, sealedTicket{Text: m.Text, Email: m.Email, From: m.From, Subject: m.Subject})
	if err != nil {
		return t, err
	}
	letters, err := r.Notify.Seal(ctx, r.receipt(t, m.Email)...)
	if err != nil {
		return t, err
	}
	err = r.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		added, err := r.enter(ctx, tx, t, sealed)
		if err != nil || !added {
			return err
		}
		return r.Notify.Send(ctx, tx, letters)
	})
	if err != nil {
		return t, err
	}
	return r.Receipt(ctx, t.ID) // of whoever was first, when the form came twice
}

// receipt tells the person by e-mail at once that the message has come. It
// repeats nothing of it, so that it can't be used to write to strangers.
func (r *Room) receipt(t Ticket, email string) []notify.Letter {
	if email == "" {
		return nil
	}
	text := func(key string, args ...any) string { return r.Texts.T(t.Lang, key, args...) }
	return []notify.Letter{{
		Channel: notify.Email, To: email, Owner: t.ID, Kind: "support", Ref: "ticket:" + t.ID,
		Subject: text("support.mail.received_subject", "Number", t.Number),
		Text:    text("support.mail.received_text", "Number", t.Number, "When", r.when(t.Lang, t.DueAt)),
		Link:    "/feedback/" + t.ID,
	}}
}

func (r *Room) when(lang string, at db.Time) string {
	return i18n.DateTime(lang, at.Time().In(r.Zone))
}

// Receipt is what the sender of a ticket may see of it: number, kind, state and
// when the answer is due. Whoever has the address of the page may see it.
func (r *Room) Receipt(ctx context.Context, ticket string) (Ticket, error) {
	row, err := r.store.ticket(ctx, r.DB.Reader(), ticket)
	if err != nil {
		return Ticket{}, err
	}
	return plain(row), nil
}

// Tabs of support's desk.
const (
	TabOpen   = ""
	TabNew    = "new"
	TabMine   = "mine"
	TabClosed = "closed"
)

// Filter chooses tickets.
type Filter struct {
	Tab   string
	After string // key of the last ticket of the page before
	Limit int
	Staff string // whose, for TabMine; the asking person
}

func (f Filter) before() db.Time {
	n, err := strconv.ParseInt(f.After, 10, 64)
	if err != nil || n <= 0 {
		return 1 << 62
	}
	return db.Time(n)
}

// Tickets lists tickets without their text. For support only.
func (r *Room) Tickets(ctx context.Context, f Filter) (list []Ticket, next string, err error) {
	actor, err := staff(ctx)
	if err != nil {
		return nil, "", err
	}
	f.Staff = actor.ID
	rows, err := r.store.list(ctx, f, int32(f.Limit+1)) //nolint:gosec // pages are short
	if err != nil {
		return nil, "", err
	}
	for i, row := range rows {
		if i == f.Limit {
			next = list[i-1].cursor(f.Tab)
			break
		}
		list = append(list, plain(row))
	}
	return list, next, nil
}

func (t Ticket) cursor(tab string) string {
	if tab == TabClosed {
		return strconv.FormatInt(int64(t.ClosedAt), 10)
	}
	return t.key
}

// Look opens a ticket for support; the look is in the journal before.
func (r *Room) Look(ctx context.Context, number string) (Ticket, error) {
	actor, err := staff(ctx)
	if err != nil {
		return Ticket{}, err
	}
	row, err := r.store.byNumber(ctx, number)
	if err != nil {
		return Ticket{}, err
	}
	if err := r.Audit.Look(ctx, actor.Entry("support.looked", row.AuthorID, "ticket:"+row.ID)); err != nil {
		return Ticket{}, err
	}
	return r.open(ctx, row)
}

// Do takes, returns or closes a ticket. For support only. Errors: ErrMoved.
func (r *Room) Do(ctx context.Context, number string, deed Deed) error {
	actor, err := staff(ctx)
	if err != nil {
		return err
	}
	row, err := r.store.byNumber(ctx, number)
	if err != nil {
		return err
	}
	if deed == Answer {
		return ErrReply // an answer has a text: see Reply
	}
	t, err := moved(plain(row), deed, actor.ID, db.At(r.Clock.Now()))
	if err == nil && deed == Close {
		err = r.mayEnd(ctx, row)
	}
	if err != nil {
		return err
	}
	return r.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		return r.write(ctx, tx, t, actor, deed)
	})
}

func (r *Room) write(ctx context.Context, tx *db.Tx, t Ticket, actor identity.Actor, deed Deed) error {
	if err := r.store.move(ctx, tx, t); err != nil {
		return err
	}
	r.Live.Touch(tx, Topic, Ref)
	return r.Audit.Write(ctx, tx, actor.Entry("support."+string(deed), t.Author, "ticket:"+t.ID))
}

// moved is the ticket after the deed; only who holds a ticket may end it.
func moved(t Ticket, deed Deed, by string, now db.Time) (Ticket, error) {
	to, ok := next(t.State, deed)
	if !ok || deed != Take && t.TakenBy != by {
		return t, ErrMoved
	}
	t.State = to
	switch to {
	case Taken:
		t.TakenBy, t.TakenAt = by, now
	case Waiting:
		t.TakenBy, t.TakenAt = "", 0
	default:
		t.ClosedAt = now
	}
	return t, nil
}

// Reply answers a ticket, by e-mail if the person left an address, and by a
// notice if the person was signed in; the ticket is answered then. Only who
// holds the ticket may. Errors: ErrReply with the field's fault, ErrMoved.
func (r *Room) Reply(ctx context.Context, number, text string) error {
	actor, err := staff(ctx)
	if err != nil {
		return err
	}
	text = strings.TrimSpace(strings.ReplaceAll(text, "\r\n", "\n"))
	if n := utf8.RuneCountInString(text); n < minText || n > maxText {
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
	if t, err = moved(t, Answer, actor.ID, db.At(r.Clock.Now())); err != nil {
		return err
	}
	if err := r.mayEnd(ctx, row); err != nil {
		return err
	}
	return r.sendReply(ctx, t, actor, text)
}

func (r *Room) sendReply(ctx context.Context, t Ticket, actor identity.Actor, text string) error {
	p, err := r.newReply(ctx, t, actor, text)
	if err != nil {
		return err
	}
	mail, err := r.Notify.Seal(ctx, r.answerMail(t, text)...)
	if err != nil {
		return err
	}
	notice, err := r.Notify.Seal(ctx, r.answerNotice(t, text)...)
	if errors.Is(err, secret.ErrErased) {
		notice, err = r.Notify.Seal(ctx) // the account is gone meanwhile
	}
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
		if err := r.Notify.Send(ctx, tx, mail); err != nil {
			return err
		}
		return r.Notify.Send(ctx, tx, notice)
	})
}

func (r *Room) answerMail(t Ticket, text string) []notify.Letter {
	if t.Email == "" {
		return nil
	}
	return []notify.Letter{{
		Channel: notify.Email, To: t.Email, Owner: t.ID, Kind: "support", Ref: "ticket:" + t.ID,
		Subject: r.Texts.T(t.Lang, "support.mail.answer_subject", "Number", t.Number), Text: text,
	}}
}

func (r *Room) answerNotice(t Ticket, text string) []notify.Letter {
	if t.Author == "" {
		return nil
	}
	return []notify.Letter{{
		Channel: notify.Cabinet, To: t.Author, Owner: t.Author, Kind: "support", Ref: "ticket:" + t.ID,
		Subject: r.Texts.T(t.Lang, "support.mail.answer_subject", "Number", t.Number), Text: text,
	}}
}

// staff is who asks, if it is support.
func staff(ctx context.Context) (identity.Actor, error) {
	a := identity.ActorOf(ctx)
	if !a.SignedIn() {
		return a, identity.ErrSignIn
	}
	if !a.Has(roles()...) {
		return a, identity.ErrForbidden
	}
	return a, nil
}

// roles are support's ranks.
func roles() []identity.RoleName {
	return []identity.RoleName{identity.SupportOperator, identity.SupportSpecialist, identity.SupportChief}
}

func (r *Room) seal(ctx context.Context, ticket, table, column, row string, v any) ([]byte, error) {
	key, err := r.Sealer.Key(ctx, ticket, secret.Case)
	if err != nil {
		return nil, err
	}
	raw, err := json.Marshal(v)
	if err != nil {
		return nil, err
	}
	return key.Seal(secret.At(table, column, row), raw), nil
}

// open gives the ticket with its text and replies.
func (r *Room) open(ctx context.Context, row supportdb.SupportTicket) (Ticket, error) {
	t := plain(row)
	key, err := r.Sealer.Key(ctx, t.ID, secret.Case)
	if err != nil {
		return t, err
	}
	var s sealedTicket
	if err := unseal(key, secret.At("support_tickets", "ticket_sealed", t.ID), row.TicketSealed, &s); err != nil {
		return t, err
	}
	t.Text, t.Email, t.From, t.Subject, t.Against = s.Text, s.Email, s.From, s.Subject, s.Against
	if key := s.Alarm.key(); key != "" {
		t.Text, t.About = i18n.T(ctx, key, "Number", s.About), s.About
	}
	replies, err := r.store.replies(ctx, t.ID)
	if err != nil {
		return t, err
	}
	for _, p := range replies {
		reply := Reply{By: p.AuthorID, At: p.CreatedAt}
		if err := unseal(key, secret.At("support_replies", "reply_sealed", p.ID), p.ReplySealed, &reply.Text); err != nil {
			return t, err
		}
		t.Replies = append(t.Replies, reply)
	}
	return t, nil
}

func unseal(key *secret.DataKey, at secret.Place, sealed []byte, v any) error {
	raw, err := key.Open(at, sealed)
	if err != nil {
		return err
	}
	return json.Unmarshal(raw, v)
}

// plain is a ticket without what is sealed.
func plain(row supportdb.SupportTicket) Ticket {
	return Ticket{
		ID: row.ID, Number: row.Number, Kind: Kind(row.Kind), State: State(row.State), Lang: row.Lang, Author: row.AuthorID,
		CreatedAt: row.CreatedAt, DueAt: row.DueAt, TakenBy: row.TakenBy, TakenAt: row.TakenAt, ClosedAt: row.ClosedAt,
		Version: row.Version, key: row.QueueKey,
	}
}

// Counts are the open tickets by state. For support only.
func (r *Room) Counts(ctx context.Context) (map[State]int64, error) {
	if _, err := staff(ctx); err != nil {
		return nil, err
	}
	return r.store.countOpen(ctx)
}

// fields are the faults of an error by field, in words.
func fields(ctx context.Context, err error) (map[string]string, bool) {
	e, ok := errs.As(err)
	if !ok || e.Kind != errs.Invalid || len(e.Fields) == 0 {
		return nil, false
	}
	faults := map[string]string{}
	for _, f := range e.Fields {
		faults[f.Name] = i18n.T(ctx, f.Key, f.Args...)
	}
	return faults, true
}
