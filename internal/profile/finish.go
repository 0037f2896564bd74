package profile

import (
	"context"
	"encoding/json"
	"strings"

	"okno/internal/identity"
	"okno/internal/kit/db"
	"okno/internal/kit/errs"
	"okno/internal/kit/event"
	"okno/internal/kit/i18n"
	"okno/internal/kit/id"
	"okno/internal/kit/secret"
	"okno/internal/notify"
	"okno/internal/profile/profiledb"
)

// Finish is the last page: a password and two separate consents. Login is
// optional.
type Finish struct {
	Password, Login     string
	Terms, PersonalData bool
}

// FinishRegistration makes the account, the profile and the consents in one
// transaction and gives the account's id. Repeated within ten minutes it gives
// the same account again. Errors: ErrNoRegistration, ErrCodesFirst,
// identity.ErrContactTaken, field faults of kind Invalid.
func (p *Profile) FinishRegistration(ctx context.Context, token string, in Finish) (account string, err error) {
	r, err := p.registration(ctx, token)
	if err != nil {
		return "", err
	}
	if r.Account != "" {
		return p.repeated(r)
	}
	if !r.Confirmed() {
		return "", ErrCodesFirst
	}
	if err := p.checkFinish(ctx, r, in); err != nil {
		return "", err
	}
	return p.create(ctx, token, r, in)
}

// repeated answers a double click or the back button.
func (p *Profile) repeated(r Registration) (string, error) {
	if p.Clock.Now().Sub(r.finishedAt.Time()) > repeatTime {
		return "", ErrNoRegistration
	}
	return r.Account, nil
}

func (p *Profile) checkFinish(ctx context.Context, r Registration, in Finish) error {
	fault := errs.NewInvalid("profile.error.fields")
	err := p.Identity.CheckPassword(ctx, in.Password, append(r.ownWords(), in.Login))
	if e, ok := errs.As(err); ok && e.Kind == errs.Invalid {
		fault = passwordFault(fault, e)
	} else if err != nil {
		return err
	}
	if !in.Terms {
		fault = fault.WithField("terms", "profile.error.empty.terms")
	}
	if !in.PersonalData {
		fault = fault.WithField("personal_data", "profile.error.empty.personal_data")
	}
	if len(fault.Fields) > 0 {
		return fault
	}
	return nil
}

// passwordFault takes over what identity says of the password.
func passwordFault(fault, e *errs.Error) *errs.Error {
	if len(e.Fields) == 0 {
		return fault.WithField("password", e.Key, e.Args...)
	}
	for _, f := range e.Fields {
		fault = fault.WithField("password", f.Key, f.Args...)
	}
	return fault
}

// newborn is everything that the transaction writes, made before it.
type newborn struct {
	draft    *identity.Draft
	person   []byte
	consents []profiledb.AddConsentParams
	welcome  *notify.Batch
}

func (p *Profile) create(ctx context.Context, token string, r Registration, in Finish) (string, error) {
	n, err := p.prepare(ctx, r, in)
	if err != nil {
		return "", err
	}
	actor := identity.ActorOf(ctx)
	actor.ID = r.id
	repeat := false
	err = p.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		rows, err := profiledb.New(tx).FinishRegistration(ctx, profiledb.FinishRegistrationParams{
			TokenHash: r.hash, AccountID: r.id, FinishedAt: tx.Now(),
		})
		if repeat = rows == 0; err != nil || repeat {
			return err
		}
		return p.write(ctx, tx, actor, n)
	})
	if err != nil || !repeat {
		return r.id, err
	}
	if r, err = p.registration(ctx, token); err != nil {
		return "", err
	}
	if r.Account == "" {
		return "", ErrCodesFirst
	}
	return p.repeated(r)
}

func (p *Profile) prepare(ctx context.Context, r Registration, in Finish) (n newborn, err error) {
	lang := i18n.Lang(ctx)
	hash, err := p.Identity.HashPassword(ctx, in.Password)
	if err != nil {
		return n, err
	}
	n.draft, err = p.Identity.Prepare(ctx, identity.NewAccount{
		ID: r.id, Phone: r.Phone, Email: r.Email, Login: strings.TrimSpace(in.Login), Lang: lang, PasswordHash: hash,
	})
	if err != nil {
		return n, err
	}
	key, err := p.Sealer.Key(ctx, r.id, secret.Person)
	if err != nil {
		return n, err
	}
	person := Person{LastName: r.LastName, FirstName: r.FirstName, MiddleName: r.MiddleName}
	if n.person, err = sealPerson(key, 1, person); err != nil {
		return n, err
	}
	for _, kind := range ConsentKinds() {
		c, err := p.newConsent(ctx, key, r.id, kind)
		if err != nil {
			return n, err
		}
		n.consents = append(n.consents, c)
	}
	n.welcome, err = p.Notify.Seal(ctx, notify.Letter{
		Channel: notify.Cabinet, To: r.id, Owner: r.id, Kind: "profile", Link: "/cabinet/profile",
		Subject: p.Texts.T(lang, "profile.letter.welcome_subject"), Text: p.Texts.T(lang, "profile.letter.welcome_text"),
	})
	return n, err
}

// write is the body of the transaction; it may run twice.
func (p *Profile) write(ctx context.Context, tx *db.Tx, actor identity.Actor, n newborn) error {
	account, err := p.Identity.Create(ctx, tx, n.draft)
	if err != nil {
		return err
	}
	if err := p.store.start(ctx, tx, account.ID, account.ID, n.person); err != nil {
		return err
	}
	for _, c := range n.consents {
		c.GivenAt = tx.Now()
		if err := profiledb.New(tx).AddConsent(ctx, c); err != nil {
			return err
		}
	}
	if err := p.Audit.Write(ctx, tx, actor.Entry("profile.registered", account.ID, "account:"+account.ID)); err != nil {
		return err
	}
	if err := p.Notify.Send(ctx, tx, n.welcome); err != nil {
		return err
	}
	return p.Bus.Announce(ctx, tx, event.Event{Name: "profile.registered", ID: account.ID, Owner: account.ID, Version: 1})
}

// origin is from where a consent came.
type origin struct {
	IP    string `json:"ip,omitempty"`
	Agent string `json:"agent,omitempty"`
}

func consentPlace(id string) secret.Place { return secret.At("profile_consents", "origin_sealed", id) }

// newConsent is a consent to the current version of the text, from where the
// request comes; the transaction gives it its time.
func (p *Profile) newConsent(ctx context.Context, key *secret.DataKey, owner string, kind ConsentKind) (profiledb.AddConsentParams, error) {
	actor, row := identity.ActorOf(ctx), id.New()
	raw, err := json.Marshal(origin{IP: actor.IP, Agent: actor.Agent})
	return profiledb.AddConsentParams{
		OwnerID: owner, ID: row, Kind: string(kind), TextVersion: p.texts.current(kind),
		OriginSealed: key.Seal(consentPlace(row), raw),
	}, err
}
