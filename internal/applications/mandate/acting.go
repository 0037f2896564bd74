package mandate

import (
	"context"
	"strconv"

	"okno/internal/applications/draft"
	"okno/internal/applications/mandate/mandatedb"
	"okno/internal/forms"
	"okno/internal/identity"
	"okno/internal/kit/db"
	"okno/internal/notify"
)

// Enter steps in for the owner of a mandate: until the session steps out, drafts
// that the mandate names are open to it. Errors: ErrNotFound, ErrState.
func (r *Room) Enter(ctx context.Context, mandateID string) error {
	m, mine, err := r.One(ctx, mandateID)
	switch {
	case err != nil:
		return err
	case mine:
		return ErrNotFound
	case m.State != Active:
		return ErrState
	}
	return r.enter(ctx, m)
}

func (r *Room) enter(ctx context.Context, m Mandate) error {
	me := identity.ActorOf(ctx)
	return r.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		err := mandatedb.New(tx).StepIn(ctx, mandatedb.StepInParams{
			SessionID: me.Session, HelperID: me.ID, OwnerID: m.Owner, MandateID: m.ID, BegunAt: tx.Now(),
		})
		if err != nil {
			return err
		}
		return r.Audit.Write(ctx, tx, me.Entry("applications.mandate_entered", m.Owner, "mandate:"+m.ID))
	})
}

// Leave steps out: the actor acts for nobody but themselves.
func (r *Room) Leave(ctx context.Context) error {
	me := identity.ActorOf(ctx)
	if !me.SignedIn() {
		return identity.ErrSignIn
	}
	m, err := r.current(ctx)
	if err != nil || m == nil {
		return err
	}
	return r.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := mandatedb.New(tx).StepOut(ctx, me.Session); err != nil {
			return err
		}
		return r.Audit.Write(ctx, tx, me.Entry("applications.mandate_left", m.Owner, "mandate:"+m.ID))
	})
}

// current is the mandate under which the session works, nil for none: it is
// looked at anew each time, so that one which was withdrawn opens nothing.
func (r *Room) current(ctx context.Context) (*Mandate, error) {
	me := identity.ActorOf(ctx)
	if !me.SignedIn() || me.Session == "" {
		return nil, nil
	}
	row, err := r.store.read().Acting(ctx, me.Session)
	if db.IsNone(err) || err == nil && row.HelperID != me.ID {
		return nil, nil
	}
	if err != nil {
		return nil, db.Classify(err)
	}
	stored, err := r.store.read().GivenOne(ctx, mandatedb.GivenOneParams{OwnerID: row.OwnerID, ID: row.MandateID})
	if db.IsNone(err) {
		return nil, nil
	}
	if err != nil {
		return nil, db.Classify(err)
	}
	m := mandateOf(stored).at(r.Clock.Now())
	switch {
	case m.State != Active || m.Helper != me.ID:
		return nil, nil
	case m.Kind == Visit && !me.Has(identity.MFCOperator), m.Kind == Person && me.IsStaff():
		return nil, nil
	}
	m.Who, err = r.initials(ctx, m.Owner)
	return &m, err
}

// Acting implements draft.Helpers.
func (r *Room) Acting(ctx context.Context) (*draft.Behalf, error) {
	m, err := r.current(ctx)
	if err != nil || m == nil {
		return nil, err
	}
	return m.behalf(), nil
}

// codeSubject binds a code to a draft as it stands.
func codeSubject(draftID string, version int64) string {
	return draftID + ":" + strconv.FormatInt(version, 10)
}

// SendCode implements draft.Helpers.
func (r *Room) SendCode(ctx context.Context, b *draft.Behalf, draftID string, version int64) error {
	account, err := r.Accounts.Account(ctx, b.Owner)
	if err != nil {
		return err
	}
	req := identity.CodeTo(account, notify.SMS, identity.ForHelper)
	req.Subject = codeSubject(draftID, version)
	return r.Accounts.SendCode(ctx, req)
}

// CheckCode implements draft.Helpers.
func (r *Room) CheckCode(ctx context.Context, _ *draft.Behalf, draftID string, version int64, typed string) error {
	return r.Accounts.CheckCode(ctx, identity.ForHelper, codeSubject(draftID, version), notify.SMS, typed)
}

// Tell implements draft.Helpers.
func (r *Room) Tell(ctx context.Context, b *draft.Behalf, serviceID, number string) (func(context.Context, *db.Tx) error, error) {
	me := identity.ActorOf(ctx)
	m := Mandate{ID: b.Mandate, Owner: b.Owner, Helper: me.ID}
	letter, err := r.letter(ctx, b.Owner, m, "sent", "Service", r.titleOf(serviceID).RU, "Number", number)
	if err != nil {
		return nil, err
	}
	return func(ctx context.Context, tx *db.Tx) error {
		// Withdrawn in this very moment, it sends nothing.
		row, err := mandatedb.New(tx).GivenOne(ctx, mandatedb.GivenOneParams{OwnerID: b.Owner, ID: b.Mandate})
		if err == nil && mandateOf(row).at(tx.Now().Time()).State != Active || db.IsNone(err) {
			err = ErrState
		}
		if err != nil {
			return err
		}
		if err := r.Notify.Send(ctx, tx, letter); err != nil {
			return err
		}
		return r.Audit.Write(ctx, tx, me.Entry("applications.mandate_sent", b.Owner, "mandate:"+b.Mandate))
	}, nil
}

func (r *Room) titleOf(serviceID string) forms.Text {
	for _, s := range r.All() {
		if s.ID == serviceID {
			return s.Title
		}
	}
	return forms.Text{RU: serviceID, EN: serviceID}
}
