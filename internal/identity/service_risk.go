package identity

import (
	"context"
	"os"
	"slices"
	"strings"
	"time"

	"okno/internal/identity/identitydb"
	"okno/internal/identity/risk"
	"okno/internal/kit/db"
	"okno/internal/kit/id"
	"okno/internal/kit/secret"
)

// RiskOpen names the mild rules of the demo in place of a file.
const RiskOpen = "open"

// lastSignIns are how many earlier sign-ins a new one is held against, travelLeast
// is the shortest way in kilometres that counts: places of addresses are rough.
const (
	lastSignIns = 20
	travelLeast = 300
	visitsPer   = time.Hour
)

func (c Config) rules() (risk.Rules, error) {
	switch c.RiskFile {
	case "":
		return risk.BuiltIn()
	case RiskOpen:
		return risk.Open()
	}
	raw, err := os.ReadFile(c.RiskFile)
	if err != nil {
		return risk.Rules{}, err
	}
	return risk.Parse(raw)
}

// visit notes the name that was tried from the address.
func (i *Identity) visit(ctx context.Context, tx *db.Tx, name string) error {
	ip := ActorOf(ctx).IP
	if ip == "" {
		return nil
	}
	return in(tx).PutVisit(ctx, identitydb.PutVisitParams{
		AddressIndex: i.visitAddress(ip), AccountIndex: i.keys().Index("identity visit name", "", name), SeenAt: tx.Now(),
	})
}

func (i *Identity) visitAddress(ip string) []byte {
	return i.keys().Index("identity visit address", "", network(ip))
}

// weigh holds a sign-in whose proofs were right against the rules.
func (i *Identity) weigh(ctx context.Context, a Account) (risk.Verdict, error) {
	f, err := i.factsOf(ctx, a)
	if err != nil {
		return risk.Verdict{}, err
	}
	return i.rules.Decide(f), nil
}

func (i *Identity) factsOf(ctx context.Context, a Account) (f risk.Facts, err error) {
	actor := ActorOf(ctx)
	_, proved, err := i.deviceOf(ctx, a.ID)
	if err != nil {
		return f, err
	}
	f.NewDevice = !proved
	if f.Accounts, err = i.store.read().CountVisits(ctx, identitydb.CountVisitsParams{
		AddressIndex: i.visitAddress(actor.IP), SeenAt: db.At(i.Clock.Now()).Add(-visitsPer),
	}); err != nil {
		return f, db.Classify(err)
	}
	rows, err := i.store.read().LastPassages(ctx, identitydb.LastPassagesParams{OwnerID: a.ID, Limit: lastSignIns})
	if err != nil || len(rows) == 0 {
		return f, db.Classify(err)
	}
	key, err := i.Sealer.Key(ctx, a.ID, secret.Person)
	if err != nil {
		return f, err
	}
	here, bound := i.placeOf(actor.IP), Config{Binding: BindNetwork}
	f.NewCountry, f.NewNetwork = here.Known(), actor.IP != ""
	for n, row := range rows {
		p, err := openPassage(key, row)
		if err != nil {
			return f, err
		}
		if n == 0 {
			if way := p.Place.Distance(here); way > travelLeast {
				hours := max(db.At(i.Clock.Now()).Sub(p.At), time.Minute).Hours()
				f.Speed = way / hours
			}
		}
		f.NewCountry = f.NewCountry && p.Place.Country != here.Country && p.Place.Known()
		f.NewNetwork = f.NewNetwork && bound.bound(p.IP) != bound.bound(actor.IP)
	}
	return f, nil
}

// further decides after a right proof whether the session begins: nil, or
// ErrFurther when another proof is asked for as well, or ErrRisk.
func (i *Identity) further(ctx context.Context, a Account, way Way, ways []Way, token string) error {
	row, err := i.signInOf(ctx, token, forSignIn)
	if err != nil {
		return err
	}
	if row.Passed != "" && row.Passed != way.Ref {
		return nil // the other one was given now
	}
	v, err := i.judged(ctx, a)
	if err != nil {
		return err
	}
	other, ok := besides(ways, way)
	if v.Then != risk.Confirm || way.Held || !ok {
		return i.tellPlace(ctx, a, v) // what is held is proof enough; without another way there is nothing to ask
	}
	return i.askOther(ctx, way, other, token)
}

// besides is what may be asked for when a code by the way is not enough: a code
// to the other contact, or what is held where the owner has switched codes to
// that one off. Codes for a rainy day are not spent on it.
func besides(ways []Way, way Way) (Way, bool) {
	n := slices.IndexFunc(ways, func(w Way) bool { return w.Kind != way.Kind && (w.Kind == factorEmail || w.Kind == factorSMS) })
	if n < 0 {
		n = slices.IndexFunc(ways, func(w Way) bool { return w.Held && !w.Spare })
	}
	if n < 0 {
		return Way{}, false
	}
	return ways[n], true
}

// judged weighs a sign-in whose proofs were right, and explains the verdict in
// the journal. ErrRisk where a rule closes the door; its owner is told then, as
// somebody has all proofs.
func (i *Identity) judged(ctx context.Context, a Account) (risk.Verdict, error) {
	v, err := i.weigh(ctx, a)
	if err != nil || len(v.Why) == 0 {
		return v, err
	}
	if err := i.explain(ctx, a.ID, v); err != nil {
		return v, err
	}
	if v.Then != risk.Block {
		return v, nil
	}
	if err := i.tell(ctx, a, "identity.notice.closed_subject", "identity.notice.closed"); err != nil {
		return v, err
	}
	return v, ErrRisk
}

// barred is ErrRisk, with its line in the journal, where nobody may sign in from.
// owner is "" for a name that nobody has.
func (i *Identity) barred(ctx context.Context, owner string) error {
	if !i.rules.Blocks(ActorOf(ctx).IP) {
		return nil
	}
	if err := i.explain(ctx, owner, risk.Verdict{Then: risk.Block, Why: []string{risk.Network}}); err != nil {
		return err
	}
	return ErrRisk
}

// tellPlace tells the owner of a sign-in that a rule finds odd and lets in; of a
// new device the session's own notice tells.
func (i *Identity) tellPlace(ctx context.Context, a Account, v risk.Verdict) error {
	if v.Then == risk.Allow || slices.Contains(v.Why, risk.NewDevice) {
		return nil
	}
	return i.tell(ctx, a, "identity.notice.new_place_subject", "identity.notice.new_place")
}

func (i *Identity) tell(ctx context.Context, a Account, subject, text string) error {
	batch, err := i.notice(ctx, a, false, subject, text)
	if err != nil {
		return err
	}
	return i.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error { return i.Notify.Send(ctx, tx, batch) })
}

// explain writes the verdict and its rules into the journal.
func (i *Identity) explain(ctx context.Context, owner string, v risk.Verdict) error {
	e := ActorOf(ctx).Entry("identity.risk", owner, "account:"+owner)
	e.Details = map[string]string{"why": strings.Join(v.Why, ","), "then": string(v.Then)}
	return i.Audit.Look(ctx, e)
}

// askOther makes the sign-in wait for another proof, and begins it.
func (i *Identity) askOther(ctx context.Context, way, other Way, token string) error {
	err := i.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		_, err := in(tx).PassSignIn(ctx, identitydb.PassSignInParams{
			TokenHash: id.Hash(token), Passed: way.Ref, Factor: other.Ref, SentAt: tx.Now(), Passed_2: "",
		})
		return err
	})
	if err != nil {
		return err
	}
	if _, err := i.chooseWay(ctx, token, other.Ref); err != nil {
		return err
	}
	return ErrFurther
}
