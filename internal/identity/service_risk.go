package identity

import (
	"context"
	"os"
	"slices"
	"strings"
	"time"

	"okno/internal/identity/identitydb"
	"okno/internal/identity/risk"
	"okno/internal/kit/audit"
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

// weigh begins to hold a sign-in against the rules. What it comes to counts once
// the proofs are found to be right.
func (i *Identity) weigh(ctx context.Context, owner string) *underway[risk.Verdict] {
	return start(func() (v risk.Verdict, err error) {
		f, err := i.factsOf(ctx, owner)
		if err == nil {
			v = i.rules.Decide(f)
		}
		return v, err
	})
}

func (i *Identity) factsOf(ctx context.Context, owner string) (f risk.Facts, err error) {
	actor := ActorOf(ctx)
	var rows []identitydb.IdentityHistory
	err = beside(
		func() error {
			_, proved, err := i.deviceOf(ctx, owner)
			f.NewDevice = !proved
			return err
		},
		func() (err error) {
			f.Accounts, err = i.store.read().CountVisits(ctx, identitydb.CountVisitsParams{
				AddressIndex: i.visitAddress(actor.IP), SeenAt: db.At(i.Clock.Now()).Add(-visitsPer), Limit: i.rules.MostAccounts(),
			})
			return db.Classify(err)
		},
		func() (err error) {
			rows, err = i.store.read().LastPassages(ctx, identitydb.LastPassagesParams{OwnerID: owner, Limit: lastSignIns})
			return db.Classify(err)
		},
	)
	if err != nil || len(rows) == 0 {
		return f, err
	}
	key, err := i.Sealer.Key(ctx, owner, secret.Person)
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
// ErrFurther when another proof is asked for as well, or ErrRisk. keep is to be
// done in the session's transaction, take with it; where no session begins, that
// is done here.
func (i *Identity) further(ctx context.Context, at Attempt, w waiting, weighed *underway[risk.Verdict], take Step) (keep Step, err error) {
	if w.passed != "" && w.passed != at.Way.Ref {
		return take, nil // the other one was given now
	}
	v, keep, err := i.judged(ctx, at.Account, weighed, take)
	if err != nil {
		return nil, err
	}
	other, ok := besides(w.ways, at.Way)
	if v.Then == risk.Confirm && !at.Way.Held && ok {
		return nil, i.askOther(ctx, at.Way, other, w.token, keep)
	}
	tell, err := i.tellPlace(ctx, at.Account, v) // what is held is proof enough; without another way there is nothing to ask
	return steps(keep, tell), err
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
// the journal: by keep, with take before it, in the transaction of what comes of
// it. ErrRisk where a rule closes the door: then that is done, and the owner told,
// as somebody has all proofs.
func (i *Identity) judged(ctx context.Context, a Account, weighed *underway[risk.Verdict], take Step) (v risk.Verdict, keep Step, err error) {
	v, err = weighed.result()
	if err != nil || len(v.Why) == 0 {
		return v, take, err
	}
	keep = steps(take, func(ctx context.Context, tx *db.Tx) error { return i.Audit.Write(ctx, tx, verdictEntry(ctx, a.ID, v)) })
	if v.Then != risk.Block {
		return v, keep, nil
	}
	tell, err := i.telling(ctx, a, "identity.notice.closed_subject", "identity.notice.closed")
	if err != nil {
		return v, nil, err
	}
	if err := i.DB.Write(ctx, steps(keep, tell)); err != nil {
		return v, nil, err
	}
	return v, nil, ErrRisk
}

// barred is ErrRisk, with its line in the journal, where nobody may sign in from.
// owner is "" for a name that nobody has.
func (i *Identity) barred(ctx context.Context, owner string) error {
	if !i.rules.Blocks(ActorOf(ctx).IP) {
		return nil
	}
	if err := i.Audit.Look(ctx, verdictEntry(ctx, owner, risk.Verdict{Then: risk.Block, Why: []string{risk.Network}})); err != nil {
		return err
	}
	return ErrRisk
}

// tellPlace tells the owner of a sign-in that a rule finds odd and lets in; of a
// new device the session's own notice tells.
func (i *Identity) tellPlace(ctx context.Context, a Account, v risk.Verdict) (Step, error) {
	if v.Then == risk.Allow || slices.Contains(v.Why, risk.NewDevice) {
		return nil, nil
	}
	return i.telling(ctx, a, "identity.notice.new_place_subject", "identity.notice.new_place")
}

// telling seals a notice and sends it in the transaction.
func (i *Identity) telling(ctx context.Context, a Account, subject, text string) (Step, error) {
	batch, err := i.notice(ctx, a, false, subject, text)
	return func(ctx context.Context, tx *db.Tx) error { return i.Notify.Send(ctx, tx, batch) }, err
}

// verdictEntry is the verdict with its rules, for the journal.
func verdictEntry(ctx context.Context, owner string, v risk.Verdict) audit.Entry {
	e := ActorOf(ctx).Entry("identity.risk", owner, "account:"+owner)
	e.Details = map[string]string{"why": strings.Join(v.Why, ","), "then": string(v.Then)}
	return e
}

// askOther makes the sign-in wait for another proof, and begins it.
func (i *Identity) askOther(ctx context.Context, way, other Way, token string, keep Step) error {
	err := i.DB.Write(ctx, steps(keep, func(ctx context.Context, tx *db.Tx) error {
		_, err := in(tx).PassSignIn(ctx, identitydb.PassSignInParams{
			TokenHash: id.Hash(token), Passed: way.Ref, Factor: other.Ref, SentAt: tx.Now(), Passed_2: "",
		})
		return err
	}))
	if err != nil {
		return err
	}
	if _, err := i.chooseWay(ctx, token, other.Ref); err != nil {
		return err
	}
	return ErrFurther
}
