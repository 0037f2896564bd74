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
// ErrFurther when a code to the e-mail is asked for as well, or ErrRisk.
func (i *Identity) further(ctx context.Context, a Account, way Way, token string) error {
	row, err := i.signInOf(ctx, token, forSignIn)
	if err != nil {
		return err
	}
	if row.Passed != "" && row.Passed != way.Ref {
		return nil // the other one was given now
	}
	v, err := i.weigh(ctx, a)
	if err != nil {
		return err
	}
	if len(v.Why) > 0 {
		if err := i.explain(ctx, a, v); err != nil {
			return err
		}
	}
	if v.Then == risk.Notice && !slices.Contains(v.Why, risk.NewDevice) {
		if err := i.tellPlace(ctx, a); err != nil {
			return err
		}
	}
	switch {
	case v.Then == risk.Block:
		return ErrRisk
	case v.Then != risk.Confirm || way.Held || way.Kind == factorEmail || a.Email == "":
		return nil // what is held is proof enough; without an e-mail there is nothing to ask
	}
	return i.askMail(ctx, way, token)
}

// tellPlace tells the owner of a sign-in from elsewhere; of a new device the
// session's own notice tells.
func (i *Identity) tellPlace(ctx context.Context, a Account) error {
	batch, err := i.notice(ctx, a, false, "identity.notice.new_place_subject", "identity.notice.new_place")
	if err != nil {
		return err
	}
	return i.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error { return i.Notify.Send(ctx, tx, batch) })
}

// explain writes the verdict and its rules into the journal.
func (i *Identity) explain(ctx context.Context, a Account, v risk.Verdict) error {
	e := ActorOf(ctx).Entry("identity.risk", a.ID, "account:"+a.ID)
	e.Details = map[string]string{"why": strings.Join(v.Why, ","), "then": string(v.Then)}
	return i.Audit.Look(ctx, e)
}

// askMail makes the sign-in wait for a code to the e-mail, and sends it.
func (i *Identity) askMail(ctx context.Context, way Way, token string) error {
	err := i.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		_, err := in(tx).PassSignIn(ctx, identitydb.PassSignInParams{
			TokenHash: id.Hash(token), Passed: way.Ref, Factor: factorEmail, SentAt: tx.Now(), Passed_2: "",
		})
		return err
	})
	if err != nil {
		return err
	}
	if _, err := i.chooseWay(ctx, token, factorEmail); err != nil {
		return err
	}
	return ErrFurther
}
