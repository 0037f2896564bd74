package profile

import (
	"context"
	"time"

	"okno/internal/identity"
	"okno/internal/kit/db"
	"okno/internal/kit/event"
	"okno/internal/kit/id"
	"okno/internal/kit/secret"
	"okno/internal/notify"
	"okno/internal/profile/profiledb"
)

// rechecksADay is how often a citizen may ask the registries again.
const rechecksADay = 5

// own lets in the owner and the portal itself; for all others there is nothing.
func own(ctx context.Context, owner string) (identity.Actor, error) {
	actor := identity.ActorOf(ctx)
	if actor.IsSystem() || (actor.SignedIn() && actor.ID == owner) {
		return actor, nil
	}
	return actor, ErrNoProfile
}

// today is the latest day that it is anywhere in Russia: a document that was
// issued this morning in Kamchatka is not from the future.
func (p *Profile) today() string {
	return p.Clock.Now().In(time.FixedZone("UTC+12", 12*60*60)).Format(time.DateOnly)
}

// Card is everything that the owner's page shows.
type Card struct {
	Owner     string
	Person    Person
	Version   int64
	Level     Level
	LevelAt   db.Time
	OfficeAt  db.Time
	Checks    []Check
	Consented bool
	ChangedAt db.Time
	// Stuck: a registry has been silent for more than a day.
	Stuck bool
}

// Card is the owner's profile. ErrNoProfile for anybody else.
func (p *Profile) Card(ctx context.Context, owner string) (Card, error) {
	if _, err := own(ctx, owner); err != nil {
		return Card{}, err
	}
	return p.card(ctx, owner)
}

// card reads at one instant; permission is the caller's.
func (p *Profile) card(ctx context.Context, owner string) (c Card, err error) {
	st, row, checks, err := p.store.card(ctx, owner)
	if err != nil {
		return c, err
	}
	c.Checks = checks
	key, err := p.Sealer.Key(ctx, owner, secret.Person)
	if err != nil {
		return c, err
	}
	c.Owner, c.Version, c.Level, c.LevelAt, c.OfficeAt = owner, st.Version, st.effective(), st.LevelAt, st.OfficeAt
	c.Consented, c.ChangedAt = st.Consented, st.ChangedAt
	c.Stuck = len(p.withoutStuck(c.Checks)) < len(c.Checks)
	c.Person, err = openPerson(key, row)
	return c, err
}

// effective is the level that counts: without consent the data may not be used.
func (s state) effective() Level {
	if !s.Consented {
		return Simplified
	}
	return s.Level
}

// Level is how far the owner is proven. It tells no personal data: any room may ask.
func (p *Profile) Level(ctx context.Context, owner string) (Level, error) {
	st, err := p.store.state(ctx, p.DB.Reader(), owner)
	if err != nil {
		return "", err
	}
	return st.effective(), nil
}

// Person is the owner's current data: for the owner and the portal itself.
func (p *Profile) Person(ctx context.Context, owner string) (Person, error) {
	if _, err := own(ctx, owner); err != nil {
		return Person{}, err
	}
	return p.person(ctx, owner)
}

func (p *Profile) person(ctx context.Context, owner string) (Person, error) {
	row, err := p.store.person(ctx, p.DB.Reader(), owner, 0)
	if err != nil {
		return Person{}, err
	}
	key, err := p.Sealer.Key(ctx, owner, secret.Person)
	if err != nil {
		return Person{}, err
	}
	return openPerson(key, row)
}

// Name is «Имя Фамилия», for the header and for letters to the owner.
func (p *Profile) Name(ctx context.Context, owner string) (string, error) {
	if _, err := own(ctx, owner); err != nil {
		return "", err
	}
	r, err := p.remembered(ctx, owner)
	if err != nil {
		return "", err
	}
	return r.name.Get(func() (string, error) {
		person, err := p.person(ctx, owner)
		return person.ShortName(), err
	})
}

// Initials are what lists of staff show of people, by owner; who was erased is
// not there. For staff and the portal itself.
func (p *Profile) Initials(ctx context.Context, owners ...string) (map[string]string, error) {
	if actor := identity.ActorOf(ctx); !actor.IsStaff() && !actor.IsSystem() {
		return nil, identity.ErrForbidden
	}
	return p.initials(ctx, owners)
}

func (p *Profile) initials(ctx context.Context, owners []string) (map[string]string, error) {
	out := make(map[string]string, len(owners))
	if len(owners) == 0 {
		return out, nil
	}
	rows, err := p.store.persons(ctx, owners)
	if err != nil {
		return nil, err
	}
	keys, err := p.Sealer.Keys(ctx, secret.Person, owners...)
	if err != nil {
		return nil, err
	}
	for _, row := range rows {
		if keys[row.OwnerID] == nil {
			continue
		}
		person, err := openPerson(keys[row.OwnerID], row)
		if err != nil {
			return nil, err
		}
		out[row.OwnerID] = person.Initials()
	}
	return out, nil
}

// Change is an edited section: Version is that of the person which was shown.
type Change struct {
	Section Section
	Version int64
	Values  Values
}

// Save takes over an edited section and asks the registries where they have to
// look again. Errors: ErrNoProfile, ErrNoConsent, ErrConflict when the data have
// moved on, identity.ErrFresh when known data are changed without a fresh
// factor, field faults of kind Invalid. Saving the same again is no change.
func (p *Profile) Save(ctx context.Context, owner string, changes ...Change) error {
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
	next, fresh, err := p.edited(c, changes)
	if err != nil || next == c.Person {
		return err
	}
	for _, ch := range changes {
		if ch.Version != c.Version {
			return ErrConflict
		}
	}
	if fresh {
		if err := needFresh(ctx, actor); err != nil {
			return err
		}
	}
	return p.save(ctx, actor, c, next)
}

// edited applies the changes, and tells whether they touch what was known.
func (p *Profile) edited(c Card, changes []Change) (next Person, fresh bool, err error) {
	next = c.Person
	for _, ch := range changes {
		before := next
		if next, err = next.apply(ch.Section, ch.Values, p.today()); err != nil {
			return next, false, err
		}
		known := ch.Section != SectionAddress && c.Person.has(ch.Section)
		fresh = fresh || (known && before != next)
	}
	return next, fresh, nil
}

func needFresh(ctx context.Context, actor identity.Actor) error {
	if actor.IsSystem() {
		return nil
	}
	return identity.NeedFresh(ctx)
}

func (p *Profile) save(ctx context.Context, actor identity.Actor, c Card, next Person) error {
	key, err := p.Sealer.Key(ctx, c.Owner, secret.Person)
	if err != nil {
		return err
	}
	sealed, err := sealPerson(key, c.Version+1, next)
	if err != nil {
		return err
	}
	letters, err := p.changedLetters(ctx, c, next)
	if err != nil {
		return err
	}
	ask, check := toAsk(c.Person, next, c.Checks), id.New()
	return p.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		st, err := p.moved(ctx, tx, actor, c, next, sealed)
		if err != nil {
			return err
		}
		if err := p.ask(ctx, tx, c.Owner, check, st.Version+1, ask); err != nil {
			return err
		}
		if err := p.settle(ctx, tx, st); err != nil {
			return err
		}
		if letters == nil {
			return nil
		}
		return p.Notify.Send(ctx, tx, letters)
	})
}

// changedLetters tells the owner that known data were replaced; who fills in what
// was empty knows it, and gets none.
func (p *Profile) changedLetters(ctx context.Context, c Card, next Person) (*notify.Batch, error) {
	if !next.replaces(c.Person) {
		return nil, nil
	}
	return p.letters(ctx, c.Owner, "changed", "/cabinet/profile")
}

// moved writes the next version with all that follows from the values alone.
func (p *Profile) moved(ctx context.Context, tx *db.Tx, actor identity.Actor, c Card, next Person, sealed []byte) (state, error) {
	st, err := p.store.state(ctx, tx, c.Owner)
	if err != nil {
		return st, err
	}
	st.Version = c.Version
	if !next.sameHuman(c.Person) {
		st.OfficeAt, st.OfficeBy, st.OfficeCode = 0, "", ""
	}
	if err := p.store.move(ctx, tx, st, actor.ID, sealed); err != nil {
		return st, err
	}
	if err := p.store.setFinds(ctx, tx, c.Owner, p.findsOf(next)); err != nil {
		return st, err
	}
	if err := p.dropStale(ctx, tx, c, next); err != nil {
		return st, err
	}
	e := actor.Entry("profile.changed", c.Owner, "profile:"+c.Owner)
	e.Details = map[string]string{"sections": changedSections(c.Person, next)}
	if err := p.Audit.Write(ctx, tx, e); err != nil {
		return st, err
	}
	p.Live.Touch(tx, c.Owner, "profile")
	return st, p.Bus.Announce(ctx, tx, event.Event{Name: "profile.changed", ID: c.Owner, Owner: c.Owner, Version: c.Version + 1})
}

// dropStale forgets what stood for numbers that are given up.
func (p *Profile) dropStale(ctx context.Context, tx *db.Tx, c Card, next Person) error {
	q := profiledb.New(tx)
	if next.INN == "" {
		if err := q.DeleteCheck(ctx, profiledb.DeleteCheckParams{OwnerID: c.Owner, Registry: string(RegistryINN)}); err != nil {
			return err
		}
	}
	if next.SNILS == c.Person.SNILS {
		return nil
	}
	return q.ReleaseSNILS(ctx, c.Owner)
}

// ask writes the questions and announces them.
func (p *Profile) ask(ctx context.Context, tx *db.Tx, owner, check string, version int64, ask []Registry) error {
	if len(ask) == 0 {
		return nil
	}
	if err := p.store.putChecks(ctx, tx, owner, check, version, ask); err != nil {
		return err
	}
	if err := profiledb.New(tx).SetCheck(ctx, profiledb.SetCheckParams{OwnerID: owner, CheckID: check}); err != nil {
		return err
	}
	return p.Bus.Announce(ctx, tx, event.Event{Name: "profile.check_asked", ID: check, Owner: owner, Version: version})
}

// settle works the level out anew from what stands in the transaction.
func (p *Profile) settle(ctx context.Context, tx *db.Tx, st state) error {
	checks, err := p.store.checks(ctx, tx, st.Owner)
	if err != nil {
		return err
	}
	level := levelOf(checks, st.OfficeAt != 0)
	if level == st.Level {
		return nil
	}
	if err := profiledb.New(tx).SetLevel(ctx, profiledb.SetLevelParams{OwnerID: st.Owner, Level: string(level), LevelAt: tx.Now()}); err != nil {
		return err
	}
	e := identity.ActorOf(ctx).Entry("profile.level_changed", st.Owner, "profile:"+st.Owner)
	e.Details = map[string]string{"from": string(st.Level), "to": string(level)}
	if err := p.Audit.Write(ctx, tx, e); err != nil {
		return err
	}
	return p.Bus.Announce(ctx, tx, event.Event{
		Name: "profile.level_changed", ID: st.Owner, Owner: st.Owner, Version: st.LevelVersion + 1,
		Refs: map[string]string{"level": string(level)},
	})
}

// letters are a notice and an e-mail of the same words, in the owner's language;
// what names the texts profile.letter.<what>_subject and _text.
func (p *Profile) letters(ctx context.Context, owner, what, link string) (*notify.Batch, error) {
	a, err := p.Identity.Account(ctx, owner)
	if err != nil {
		return nil, err
	}
	l := notify.Letter{
		Channel: notify.Cabinet, To: owner, Owner: owner, Kind: "profile", Link: link, Ref: "profile",
		Subject: p.Texts.T(a.Lang, "profile.letter."+what+"_subject"),
		Text:    p.Texts.T(a.Lang, "profile.letter."+what+"_text"),
	}
	all := []notify.Letter{l}
	if a.Email != "" {
		l.Channel, l.To = notify.Email, a.Email
		all = append(all, l)
	}
	return p.Notify.Seal(ctx, all...)
}
