package mandate

import (
	"context"
	"strings"

	"okno/internal/identity"
	"okno/internal/kit/db"
	"okno/internal/kit/errs"
	"okno/internal/kit/id"
	"okno/internal/notify"
)

// Welcome is how a visitor is received at a service centre.
type Welcome struct {
	Person string // the account of the visitor
	// Document: the operator has compared the identity document.
	Document bool
	// Consent is ByCode with the Code that the visitor told, or ByPaper with the
	// number of the Paper that the visitor has signed.
	Consent, Code, Paper string
}

// operator is the permission of a service centre's work.
func operator(ctx context.Context) (identity.Actor, error) {
	a := identity.ActorOf(ctx)
	if !a.SignedIn() {
		return a, identity.ErrSignIn
	}
	if !a.Has(identity.MFCOperator) {
		return a, identity.ErrForbidden
	}
	return a, nil
}

// Visitor is the initials of a person at the counter. The journal has the look
// before it is given out.
func (r *Room) Visitor(ctx context.Context, person string) (string, error) {
	me, err := operator(ctx)
	if err != nil {
		return "", err
	}
	if !id.Valid(person) {
		return "", ErrNotFound
	}
	if _, err := r.Accounts.Account(ctx, person); err != nil {
		return "", ErrNotFound
	}
	if err := r.Audit.Look(ctx, me.Entry("applications.visit_looked", person, "person:"+person)); err != nil {
		return "", err
	}
	return r.initials(ctx, person)
}

// AskVisitor sends the visitor a code: telling it to the operator is the consent.
func (r *Room) AskVisitor(ctx context.Context, person string) error {
	me, err := operator(ctx)
	if err != nil {
		return err
	}
	account, err := r.Accounts.Account(ctx, person)
	if err != nil {
		return ErrNotFound
	}
	req := identity.CodeTo(account, notify.SMS, identity.ForVisit)
	req.Subject = visitSubject(me, person)
	return r.Accounts.SendCode(ctx, req)
}

func visitSubject(me identity.Actor, person string) string { return person + ":" + me.ID }

// Open opens a visit and steps in for the visitor. Errors: identity.ErrForbidden,
// ErrSelf, ErrFields, those of a wrong code.
func (r *Room) Open(ctx context.Context, w Welcome) (string, error) {
	me, err := operator(ctx)
	if err != nil {
		return "", err
	}
	if _, err := r.Accounts.Account(ctx, w.Person); err != nil || !id.Valid(w.Person) {
		return "", ErrNotFound
	}
	if me.ID == w.Person {
		return "", ErrSelf
	}
	e := *ErrFields
	w.Paper = strings.TrimSpace(w.Paper)
	if !w.Document {
		e.Fields = append(e.Fields, errs.Field{Name: "document", Key: "applications.mandate.error.document"})
	}
	if w.Consent == ByPaper && (w.Paper == "" || len(w.Paper) > 100) {
		e.Fields = append(e.Fields, errs.Field{Name: "paper", Key: "applications.mandate.error.paper"})
	}
	if w.Consent != ByCode && w.Consent != ByPaper {
		e.Fields = append(e.Fields, errs.Field{Name: "consent", Key: "applications.mandate.error.consent"})
	}
	if len(e.Fields) > 0 {
		return "", &e
	}
	if w.Consent == ByCode {
		if err := r.Accounts.CheckCode(ctx, identity.ForVisit, visitSubject(me, w.Person), notify.SMS, w.Code); err != nil {
			return "", err
		}
	}
	m := Mandate{
		ID: id.New(), Owner: w.Person, Helper: me.ID, Kind: Visit, State: Active, Alone: true, Office: officeOf(me), Consent: w.Consent, Contact: w.Paper,
		ExpiresAt: db.At(r.Clock.Now().Add(visitLife)),
	}
	letter, err := r.letter(ctx, w.Person, m, "visit")
	if err != nil {
		return "", err
	}
	if err := r.insert(ctx, m, letter, "applications.visit_opened"); err != nil {
		return "", err
	}
	return m.ID, r.enter(ctx, m)
}

func officeOf(a identity.Actor) string {
	for _, role := range a.Roles {
		if role.Name == identity.MFCOperator {
			return role.Office
		}
	}
	return ""
}

// Close ends a visit of the operator's.
func (r *Room) Close(ctx context.Context, visitID string) error {
	m, err := r.OneVisit(ctx, visitID)
	if err != nil || m.State != Active {
		return err
	}
	return r.turn(ctx, m, Ended, "closed")
}

// OneVisit is one of the operator's visits.
func (r *Room) OneVisit(ctx context.Context, visitID string) (Mandate, error) {
	if _, err := operator(ctx); err != nil {
		return Mandate{}, err
	}
	m, mine, err := r.One(ctx, visitID)
	if err == nil && (mine || m.Kind != Visit) {
		err = ErrNotFound
	}
	return m, err
}

// Visits are the operator's, the last first.
func (r *Room) Visits(ctx context.Context) ([]Mandate, error) {
	me, err := operator(ctx)
	if err != nil {
		return nil, err
	}
	rows, err := r.store.read().Received(ctx, me.ID)
	if err != nil {
		return nil, db.Classify(err)
	}
	var out []Mandate
	for _, row := range rows {
		if m := mandateOf(row).at(r.Clock.Now()); m.Kind == Visit {
			if m.Who, err = r.initials(ctx, m.Owner); err != nil {
				return nil, err
			}
			out = append(out, m)
		}
	}
	return out, nil
}
