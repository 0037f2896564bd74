package mandate

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"okno/internal/applications/mandate/mandatedb"
	"okno/internal/forms"
	"okno/internal/identity"
	"okno/internal/kit/audit"
	"okno/internal/kit/db"
	"okno/internal/kit/errs"
	"okno/internal/kit/i18n"
	"okno/internal/kit/id"
	"okno/internal/kit/secret"
	"okno/internal/notify"
)

// Offer is what the owner gives.
type Offer struct {
	// Contact is an exact phone, address or account number of the helper.
	Contact  string
	Services []string
	Days     int
	// Alone: the helper sends without a code of the owner's.
	Alone bool
}

// tries bounds how many contacts one may try in an hour.
const tries = 10

// citizen is the permission of who gives and takes mandates.
func citizen(ctx context.Context) (identity.Actor, error) {
	a := identity.ActorOf(ctx)
	if !a.SignedIn() {
		return a, identity.ErrSignIn
	}
	if a.IsStaff() {
		return a, ErrNotFound
	}
	return a, nil
}

// Give offers a mandate and gives its id. Whether anybody has the contact is not
// told: the offer of nobody just lapses. It needs a fresh factor. Errors: ErrFields,
// ErrMany, ErrSelf, those of identity.NeedFresh.
func (r *Room) Give(ctx context.Context, o Offer) (string, error) {
	me, err := citizen(ctx)
	if err != nil {
		return "", err
	}
	if err := identity.NeedFresh(ctx); err != nil {
		return "", err
	}
	if err := r.checked(&o); err != nil {
		return "", err
	}
	if err := r.Accounts.Limit(ctx, "mandate.find", me.ID, tries, time.Hour); err != nil {
		return "", err
	}
	helper, err := r.Accounts.FindContact(ctx, o.Contact)
	if errs.IsKind(err, errs.NotFound) {
		helper, err = "", nil
	}
	if err != nil {
		return "", err
	}
	if helper == me.ID {
		return "", ErrSelf
	}
	now := r.Clock.Now()
	m := Mandate{
		ID: id.New(), Owner: me.ID, Helper: helper, Kind: Person, State: Offered, Services: o.Services, Alone: o.Alone, Contact: o.Contact,
		ExpiresAt: db.At(now.AddDate(0, 0, o.Days)),
	}
	var letter *notify.Batch
	if helper != "" {
		if letter, err = r.letter(ctx, helper, m, "offered"); err != nil {
			return "", err
		}
	}
	return m.ID, r.insert(ctx, m, letter, "applications.mandate_offered")
}

// checked puts an offer in order. Error: ErrFields.
func (r *Room) checked(o *Offer) error {
	e := *ErrFields
	o.Contact = strings.TrimSpace(o.Contact)
	if o.Contact == "" || len(o.Contact) > 200 {
		e.Fields = append(e.Fields, errs.Field{Name: "contact", Key: "applications.mandate.error.contact"})
	}
	known := func(serviceID string) bool {
		return slices.ContainsFunc(r.All(), func(s *forms.Service) bool { return s.ID == serviceID && len(s.Form.Steps) > 0 })
	}
	if len(o.Services) == 0 || slices.ContainsFunc(o.Services, func(s string) bool { return !known(s) }) {
		e.Fields = append(e.Fields, errs.Field{Name: "services", Key: "applications.mandate.error.services"})
	}
	if o.Days < 1 || o.Days > maxDays {
		e.Fields = append(e.Fields, errs.Field{Name: "days", Key: "applications.mandate.error.days", Args: []any{"Max", maxDays}})
	}
	if len(e.Fields) > 0 {
		return &e
	}
	return nil
}

// insert writes a new mandate.
func (r *Room) insert(ctx context.Context, m Mandate, letter *notify.Batch, act string) error {
	key, err := r.Sealer.Key(ctx, m.Owner, secret.Person)
	if err != nil {
		return err
	}
	sealed := key.SealString(contactPlace(m.ID), m.Contact)
	me := identity.ActorOf(ctx)
	return r.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		q := mandatedb.New(tx)
		if m.Kind == Person {
			n, err := q.CountGiven(ctx, mandatedb.CountGivenParams{OwnerID: m.Owner, ExpiresAt: tx.Now()})
			if err != nil {
				return err
			}
			if n >= maxMandates {
				return ErrMany
			}
		}
		err := q.InsertMandate(ctx, mandatedb.InsertMandateParams{
			OwnerID: m.Owner, ID: m.ID, HelperID: m.Helper, Kind: m.Kind, State: string(m.State), Services: strings.Join(m.Services, ","),
			Alone: m.Alone, Office: m.Office, Consent: m.Consent, ContactSealed: sealed, CreatedAt: tx.Now(), ExpiresAt: m.ExpiresAt,
		})
		if err != nil {
			return err
		}
		if letter != nil {
			if err := r.Notify.Send(ctx, tx, letter); err != nil {
				return err
			}
		}
		return r.Audit.Write(ctx, tx, me.Entry(act, m.Owner, "mandate:"+m.ID))
	})
}

// letter tells a person how a mandate stands: in the cabinet, by e-mail and by
// SMS, as what somebody else may do in one's name must not wait for a visit. An
// SMS, which others may see on the screen, names nobody. What the owner is told
// leads to «It wasn't me», as a thief may have given the mandate; a helper's own
// account was not touched.
func (r *Room) letter(ctx context.Context, to string, m Mandate, what string, args ...any) (*notify.Batch, error) {
	account, err := r.Accounts.Account(ctx, to)
	if err != nil {
		return nil, err
	}
	lang := account.Lang
	if !i18n.Known(lang) {
		lang = i18n.RU
	}
	about := m.Owner
	if to == m.Owner {
		about = m.Helper
	}
	who, err := r.initials(ctx, about)
	if err != nil {
		return nil, err
	}
	args = append(args, "Who", who)
	subject := r.Texts.T(lang, "applications.mandate.told."+what+".subject", args...)
	text := r.Texts.T(lang, "applications.mandate.told."+what+".text", args...)
	sms, link := "sms", basePath+"/"+m.ID
	if to == m.Owner {
		sms, link = "sms_owner", r.Accounts.NotMePath(to)
		text += "\n\n" + r.Texts.T(lang, "applications.mandate.told.not_me")
	}
	var all []notify.Letter
	add := func(channel notify.Channel, address, subject, text string) {
		if address != "" {
			all = append(all, notify.Letter{
				Channel: channel, To: address, Owner: to, Kind: "security", Ref: "mandate:" + m.ID, Link: link, Subject: subject, Text: text,
			})
		}
	}
	add(notify.Email, account.Email, subject, text)
	add(notify.SMS, account.Phone, "", r.Texts.T(lang, "applications.mandate.told."+sms, "Subject", subject))
	add(notify.Cabinet, to, subject, text)
	return r.Notify.Seal(ctx, all...)
}

// initials are those of a person; the portal reads them: one person has no right
// to another's.
func (r *Room) initials(ctx context.Context, person string) (string, error) {
	if person == "" {
		return "", nil
	}
	all, err := r.People.Initials(identity.AsSystem(ctx), person)
	if err != nil {
		return "", err
	}
	if all[person] == "" {
		return r.Texts.T(i18n.Lang(ctx), "applications.mandate.nameless"), nil
	}
	return all[person], nil
}

// One is a mandate that the actor has given or received; mine tells which.
func (r *Room) One(ctx context.Context, mandateID string) (m Mandate, mine bool, err error) {
	a := identity.ActorOf(ctx)
	if !a.SignedIn() {
		return m, false, identity.ErrSignIn
	}
	if !id.Valid(mandateID) {
		return m, false, ErrNotFound
	}
	row, mine, err := r.store.one(ctx, a.ID, mandateID)
	if err != nil {
		return m, mine, err
	}
	m = mandateOf(row).at(r.Clock.Now())
	other := m.Owner
	if mine {
		other = m.Helper
		key, err := r.Sealer.Key(ctx, a.ID, secret.Person)
		if err != nil {
			return m, mine, err
		}
		if m.Contact, err = contact(key, row); err != nil {
			return m, mine, err
		}
		if m.State == Offered {
			other = "" // who it is shows when they have agreed
		}
	}
	m.Who, err = r.initials(ctx, other)
	return m, mine, err
}

// List gives the mandates that the actor has given and received.
func (r *Room) List(ctx context.Context) (given, received []Mandate, err error) {
	me, err := citizen(ctx)
	if err != nil {
		return nil, nil, err
	}
	mine, err := r.store.read().Given(ctx, me.ID)
	theirs, terr := r.store.read().Received(ctx, me.ID)
	if err := errors.Join(err, terr); err != nil {
		return nil, nil, db.Classify(err)
	}
	key, err := r.Sealer.Key(ctx, me.ID, secret.Person)
	if err != nil {
		return nil, nil, err
	}
	for _, row := range mine {
		m := mandateOf(row).at(r.Clock.Now())
		if m.Contact, err = contact(key, row); err != nil {
			return nil, nil, err
		}
		given = append(given, m)
	}
	for _, row := range theirs {
		m := mandateOf(row).at(r.Clock.Now())
		if m.Who, err = r.initials(ctx, m.Owner); err != nil {
			return nil, nil, err
		}
		received = append(received, m)
	}
	return given, received, nil
}

// Answer takes or declines an offer; taking needs a fresh factor of the helper's.
func (r *Room) Answer(ctx context.Context, mandateID string, take bool) error {
	if _, err := citizen(ctx); err != nil {
		return err
	}
	m, mine, err := r.One(ctx, mandateID)
	if err != nil {
		return err
	}
	if mine {
		return ErrNotFound
	}
	if !take {
		return r.turn(ctx, m, Declined, "declined")
	}
	if m.State == Active {
		return nil // a second press
	}
	if err := identity.NeedFresh(ctx); err != nil {
		return err
	}
	return r.turn(ctx, m, Active, "taken")
}

// End ends a mandate at once: the owner withdraws it, the helper gives it back.
func (r *Room) End(ctx context.Context, mandateID string) error {
	m, mine, err := r.One(ctx, mandateID)
	if err != nil {
		return err
	}
	if m.State == Withdrawn || m.State == Ended {
		return nil
	}
	if mine {
		return r.turn(ctx, m, Withdrawn, "withdrawn")
	}
	return r.turn(ctx, m, Ended, "ended")
}

// moves are the states from which a state is reached.
func moves(to State) []State {
	if to == Active || to == Declined {
		return []State{Offered}
	}
	return []State{Offered, Active}
}

// turn moves a mandate on, tells the other and throws the helper out where it ends.
func (r *Room) turn(ctx context.Context, m Mandate, to State, what string) error {
	if !slices.Contains(moves(to), m.State) {
		return ErrState
	}
	me := identity.ActorOf(ctx)
	other := m.Owner
	if to == Withdrawn { // in the owner's name; all else is the helper's
		other = m.Helper
	}
	var letter *notify.Batch
	if other != "" && m.Kind == Person {
		var err error
		if letter, err = r.letter(ctx, other, m, what); err != nil && !errs.IsKind(err, errs.NotFound) && !errors.Is(err, secret.ErrErased) {
			return err
		}
	}
	return r.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		q := mandatedb.New(tx)
		ended := tx.Now()
		if to == Active {
			ended = 0
		}
		n, err := q.SetMandateState(ctx, mandatedb.SetMandateStateParams{OwnerID: m.Owner, ID: m.ID, State: string(m.State), State_2: string(to), EndedAt: ended})
		if err == nil && n == 0 {
			return ErrState
		}
		if err == nil && to != Active {
			err = q.StepOutAll(ctx, m.ID)
		}
		if err != nil {
			return err
		}
		if letter != nil {
			if err := r.Notify.Send(ctx, tx, letter); err != nil {
				return err
			}
		}
		return r.Audit.Write(ctx, tx, me.Entry("applications.mandate_"+what, m.Owner, "mandate:"+m.ID))
	})
}

// Journal is what the helper has done and looked at for the owner; both see it.
func (r *Room) Journal(ctx context.Context, m Mandate) ([]audit.Line, error) {
	a := identity.ActorOf(ctx)
	if a.ID == "" || a.ID != m.Owner && a.ID != m.Helper {
		return nil, ErrNotFound
	}
	if m.Helper == "" || m.State == Offered {
		return nil, nil // nobody has done anything yet
	}
	lines, err := r.Audit.Find(ctx, audit.Filter{Owner: m.Owner, Actor: m.Helper, Limit: 200})
	until := m.ExpiresAt
	if !m.EndedAt.IsZero() {
		until = m.EndedAt
	}
	return slices.DeleteFunc(lines, func(l audit.Line) bool {
		// Sending is told by the mandate's own line.
		return l.At < m.CreatedAt || l.At > until || !strings.HasPrefix(l.Act, "applications.") || l.Act == "applications.submitted"
	}), err
}

// Export is all that is kept of the owner.
func (r *Room) Export(ctx context.Context, owner string) (map[string]any, error) {
	rows, err := r.store.read().Given(ctx, owner)
	theirs, terr := r.store.read().Received(ctx, owner)
	if err := errors.Join(err, terr); err != nil {
		return nil, db.Classify(err)
	}
	key, err := r.Sealer.Key(ctx, owner, secret.Person)
	if err != nil {
		return nil, err
	}
	out := []map[string]any{}
	for _, row := range rows {
		text, err := contact(key, row)
		if err != nil {
			return nil, err
		}
		out = append(out, exported(row, "given", text))
	}
	for _, row := range theirs {
		out = append(out, exported(row, "received", ""))
	}
	return map[string]any{"mandates": out}, nil
}

func exported(row mandatedb.ApplicationsMandate, side, contact string) map[string]any {
	return map[string]any{
		"side": side, "kind": row.Kind, "state": row.State, "services": splitIDs(row.Services), "contact": contact, "alone": row.Alone,
		"created": row.CreatedAt.Time().Format(time.RFC3339), "expires": row.ExpiresAt.Time().Format(time.RFC3339),
	}
}

// Erase deletes what the owner has given, and ends what the owner has received.
func (r *Room) Erase(ctx context.Context, tx *db.Tx, owner string) error {
	q := mandatedb.New(tx)
	return errors.Join(
		q.DeleteActingOf(ctx, owner), q.DeleteMandatesOf(ctx, owner),
		q.EndReceived(ctx, mandatedb.EndReceivedParams{HelperID: owner, EndedAt: tx.Now()}),
	)
}

const sweepEvery = 6 * time.Hour

// sweep clears away what ended long ago.
type sweep struct{}

// Kind is the name of the job.
func (sweep) Kind() string { return "applications.mandate.sweep" }

func (r *Room) sweep(ctx context.Context, _ sweep) error {
	now := r.Clock.Now()
	return r.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		q := mandatedb.New(tx)
		return errors.Join(q.DeleteActing(ctx, db.At(now.Add(-actingLife))), q.DeleteOld(ctx, db.At(now.Add(-keepFor))))
	})
}
