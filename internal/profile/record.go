package profile

import (
	"context"
	"time"

	"okno/internal/identity"
	"okno/internal/kit/db"
	"okno/internal/kit/event"
	"okno/internal/kit/id"
	"okno/internal/kit/secret"
	"okno/internal/profile/profiledb"
)

// Question is what a check asks: the data as they were when it was asked, and
// the registries that have not answered it yet.
type Question struct {
	Owner, Check string
	Person       Person
	Registries   []Registry
	indexes      [][]byte
}

// Answer is a registry's answer to a question. Make it with [Question.Answer].
type Answer struct {
	Owner, Check string
	Registry     Registry
	Result       CheckState // CheckConfirmed, CheckRefused or CheckUnknown
	Differs      []string   // the registry's names of the fields that differ
	indexes      [][]byte
}

// Answer makes the answer of one registry to the question.
func (q Question) Answer(r Registry, result CheckState, differs []string) Answer {
	return Answer{Owner: q.Owner, Check: q.Check, Registry: r, Result: result, Differs: differs, indexes: q.indexes}
}

// Asks reports whether the registry has still to answer.
func (q Question) Asks(r Registry) bool {
	for _, one := range q.Registries {
		if one == r {
			return true
		}
	}
	return false
}

// Question reads what a check asks, for the exchange with registries. Only the
// portal itself may. A check that nobody waits for any more has no registries;
// the data of a citizen who withdrew the consent are not asked about either.
func (p *Profile) Question(ctx context.Context, owner, check string) (Question, error) {
	q := Question{Owner: owner, Check: check}
	if !identity.ActorOf(ctx).IsSystem() {
		return q, identity.ErrForbidden
	}
	var row profiledb.ProfilePerson
	err := p.DB.Read(ctx, func(ctx context.Context, tx *db.Tx) error {
		st, err := p.store.state(ctx, tx, owner)
		if err != nil {
			return err
		}
		checks, err := p.store.checks(ctx, tx, owner)
		if err != nil {
			return err
		}
		version := int64(0)
		for _, c := range waiting(checks) {
			if c.ID == check && st.Consented {
				q.Registries, version = append(q.Registries, c.Registry), c.Version
			}
		}
		if version == 0 {
			return nil
		}
		row, err = p.store.person(ctx, tx, owner, version)
		return err
	})
	if err != nil || len(q.Registries) == 0 {
		return q, err
	}
	key, err := p.Sealer.Key(ctx, owner, secret.Person)
	if err != nil {
		return q, err
	}
	if q.Person, err = openPerson(key, row); err != nil {
		return q, err
	}
	q.indexes = p.snilsIndexes(q.Person.SNILS)
	return q, nil
}

// Record takes a registry's answer in the transaction. An answer to a question
// that nobody waits for any more changes nothing; the same answer may come twice.
func (p *Profile) Record(ctx context.Context, tx *db.Tx, a Answer) error {
	if !identity.ActorOf(ctx).IsSystem() {
		return identity.ErrForbidden
	}
	c := Check{Registry: a.Registry, ID: a.Check, State: a.Result, Differs: fieldsOf(a.Differs)}
	if a.Result == CheckConfirmed && a.Registry == RegistrySNILS && len(a.indexes) > 0 {
		free, err := p.store.claim(ctx, tx, a.Owner, a.indexes)
		if err != nil {
			return err
		}
		if !free {
			c.State, c.Differs = CheckTaken, []string{"snils"}
		}
	}
	taken, err := p.store.answer(ctx, tx, a.Owner, c)
	if err != nil || !taken {
		return err
	}
	e := identity.ActorOf(ctx).Entry("profile.checked", a.Owner, "profile:"+a.Owner)
	e.Details = map[string]string{"registry": string(a.Registry), "result": string(c.State)}
	if err := p.Audit.Write(ctx, tx, e); err != nil {
		return err
	}
	return p.afterAnswer(ctx, tx, a.Owner)
}

func (p *Profile) afterAnswer(ctx context.Context, tx *db.Tx, owner string) error {
	st, err := p.store.state(ctx, tx, owner)
	if err != nil {
		return err
	}
	if err := p.settle(ctx, tx, st); err != nil {
		return err
	}
	p.Live.Touch(tx, owner, "profile")
	checks, err := p.store.checks(ctx, tx, owner)
	if err != nil || len(waiting(checks)) > 0 {
		return err
	}
	return p.Bus.Announce(ctx, tx, event.Event{Name: "profile.checked", ID: st.CheckID, Owner: owner, Version: st.Version})
}

// tell writes to the owner how a check ended, once a check.
func (p *Profile) tell(ctx context.Context, e event.Event) error {
	ctx = identity.AsSystem(ctx)
	st, err := p.store.state(ctx, p.DB.Reader(), e.Owner)
	if err != nil {
		return gone(err)
	}
	if st.CheckID != e.ID || st.ToldCheck == e.ID {
		return nil
	}
	what := "refused"
	if st.Level.AtLeast(Standard) {
		what = "standard"
	}
	letters, err := p.letters(ctx, e.Owner, what, "/cabinet/profile")
	if err != nil {
		return gone(err)
	}
	return p.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		n, err := profiledb.New(tx).Told(ctx, profiledb.ToldParams{OwnerID: e.Owner, ToldCheck: e.ID})
		if err != nil || n == 0 {
			return err
		}
		return p.Notify.Send(ctx, tx, letters)
	})
}

// stuckAfter is for how long a registry may be silent before a citizen may ask
// it anew. Its job goes on trying for weeks; only an operator can have ended it.
const stuckAfter = 24 * time.Hour

// withoutStuck leaves out checks that have been waiting for too long.
func (p *Profile) withoutStuck(checks []Check) []Check {
	var out []Check
	for _, c := range checks {
		if c.State != CheckWaiting || p.Clock.Now().Sub(c.AskedAt.Time()) <= stuckAfter {
			out = append(out, c)
		}
	}
	return out
}

// Recheck asks the registries that do not agree once more, at most five times a
// day: for when the data are right and the registry was mended.
func (p *Profile) Recheck(ctx context.Context, owner string) error {
	actor, err := own(ctx, owner)
	if err != nil {
		return err
	}
	c, err := p.card(ctx, owner)
	if err != nil {
		return err
	}
	if !c.Consented {
		return ErrNoConsent
	}
	ask := toAsk(c.Person, c.Person, p.withoutStuck(c.Checks))
	if len(ask) == 0 {
		return nil
	}
	if err := p.Identity.Limit(ctx, "profile.recheck", owner, rechecksADay, 24*time.Hour); err != nil {
		return err
	}
	check := id.New()
	return p.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := p.ask(ctx, tx, owner, check, c.Version, ask); err != nil {
			return err
		}
		p.Live.Touch(tx, owner, "profile")
		return p.Audit.Write(ctx, tx, actor.Entry("profile.check_asked", owner, "profile:"+owner))
	})
}

// snilsIndexes are the blind indexes of a СНИЛС under every living key.
func (p *Profile) snilsIndexes(snils string) [][]byte {
	return p.Sealer.Keyset().Indexes("profile_snils", "", snils)
}

// findsOf are the blind indexes by which a person can be found.
func (p *Profile) findsOf(person Person) map[string][]byte {
	keyset, finds := p.Sealer.Keyset(), map[string][]byte{}
	if person.SNILS != "" {
		finds[findSNILS] = keyset.Index("profile_snils", "", person.SNILS)
	}
	if person.BirthDate != "" {
		finds[findNameBirth] = keyset.Index("profile_name_birth", "", nameKey(person.LastName, person.BirthDate))
	}
	return finds
}
