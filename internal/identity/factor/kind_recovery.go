package factor

import (
	"context"
	"crypto/rand"
	"encoding/base32"
	"strconv"
	"strings"
	"time"

	"github.com/a-h/templ"

	"okno/internal/identity"
	"okno/internal/identity/factor/factordb"
	"okno/internal/kit/db"
	"okno/internal/kit/id"
	"okno/internal/notify"
)

// Recovery codes: ten, each good once, each of 60 random bits. The first two
// characters say which one it is, so that one hash is enough to check it.
const (
	recoveryCodes  = 10
	recoveryLetter = 12
	recoverySelect = 2
	recoveryFew    = 3
)

// letters are those of Crockford's base32: none looks like another.
const letters = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

// recovery are codes on paper.
type recovery struct{ *Room }

// Name is the kind's.
func (*recovery) Name() string { return KindRecovery }

// Held is true: the paper is held.
func (*recovery) Held() bool { return true }

// Ways is one, while any code is left.
func (k *recovery) Ways(ctx context.Context, a identity.Account, _ []Row) ([]identity.Way, error) {
	n, err := k.read().CountRecovery(ctx, a.ID)
	if err != nil || n.Living == 0 {
		return nil, db.Classify(err)
	}
	return []identity.Way{{
		Ref: KindRecovery, Kind: KindRecovery, Hint: strconv.FormatInt(n.Living, 10), Held: true, Spare: true, UsedAt: db.Time(n.Used),
	}}, nil
}

func (*recovery) unprompted() {}

// Elsewhere: the codes have a table of their own.
func (*recovery) Elsewhere() {}

// Begin needs nothing.
func (*recovery) Begin(context.Context, Proof) (identity.Asked, error) { return identity.Asked{}, nil }

// Wait is none.
func (*recovery) Wait(context.Context, Proof) (time.Duration, error) { return 0, nil }

// Check takes a code, once, and tells the owner when few are left.
func (k *recovery) Check(ctx context.Context, p Proof, answer identity.Answer) (string, identity.Step, error) {
	typed, ok := parseRecovery(answer.Code)
	if !ok {
		return "", nil, fault(ErrRecovery)
	}
	if err := k.Limit(ctx, limitTyped, p.Account.ID, typedTries, typedPer); err != nil {
		return "", nil, err
	}
	row, _, err := one(k.read().RecoveryOf(ctx, factordb.RecoveryOfParams{OwnerID: p.Account.ID, Selector: typed[:recoverySelect]}))
	if err != nil {
		return "", nil, err
	}
	if ok, err := k.CheckHash(ctx, typed, row.CodeHash); err != nil || !ok {
		return "", nil, orFault(err, ErrRecovery)
	}
	batch, err := k.usedNotice(ctx, p.Account)
	if err != nil {
		return "", nil, err
	}
	return KindRecovery, nil, k.use(ctx, p.Account.ID, row.Selector, batch)
}

func (k *recovery) use(ctx context.Context, owner, selector string, batch *notify.Batch) error {
	var n int64
	err := k.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		n, err = in(tx).UseRecovery(ctx, factordb.UseRecoveryParams{OwnerID: owner, Selector: selector, UsedAt: tx.Now()})
		if err != nil || n == 0 {
			return err
		}
		if err := k.ClearLimit(ctx, tx, limitTyped, owner); err != nil {
			return err
		}
		if err := k.Audit.Write(ctx, tx, identity.ActorOf(ctx).Entry("identity.recovery_used", owner, "account:"+owner)); err != nil {
			return err
		}
		return k.Notify.Send(ctx, tx, batch)
	})
	if err == nil && n == 0 {
		return fault(ErrRecovery)
	}
	return err
}

// usedNotice says that a code was used, and asks for new ones when few are left.
func (k *recovery) usedNotice(ctx context.Context, a identity.Account) (*notify.Batch, error) {
	n, err := k.read().CountRecovery(ctx, a.ID)
	if err != nil {
		return nil, db.Classify(err)
	}
	if left := n.Living - 1; left <= recoveryFew {
		return k.FactorNotice(ctx, a, "identity.factor.notice_few_subject", "identity.factor.notice_few", "Count", left)
	}
	return k.FactorNotice(ctx, a, "identity.factor.notice_recovery_subject", "identity.factor.notice_recovery", "Count", n.Living-1)
}

// Form asks for a code.
func (*recovery) Form(v identity.FormView) templ.Component { return typedForm(v) }

// newRecovery makes the codes, each with another beginning.
func newRecovery() []string {
	enc, seen := base32.NewEncoding(letters).WithPadding(base32.NoPadding), map[string]bool{}
	var all []string
	for len(all) < recoveryCodes {
		raw := make([]byte, 8)
		_, _ = rand.Read(raw)
		c := enc.EncodeToString(raw)[:recoveryLetter]
		if !seen[c[:recoverySelect]] {
			seen[c[:recoverySelect]] = true
			all = append(all, c)
		}
	}
	return all
}

// shown is a code as it is printed: XXXX-XXXX-XXXX.
func shown(c string) string { return c[:4] + "-" + c[4:8] + "-" + c[8:] }

// parseRecovery takes a code as it was typed: any case, O for 0, I and L for 1.
func parseRecovery(s string) (string, bool) {
	var b strings.Builder
	for _, r := range strings.ToUpper(s) {
		switch r {
		case ' ', '-', '–', '—', '\u00a0', '\t':
			continue
		case 'O', 'О': // data: a Cyrillic letter that looks the same
			r = '0'
		case 'I', 'L':
			r = '1'
		}
		if !strings.ContainsRune(letters, r) || b.Len() == recoveryLetter {
			return "", false
		}
		b.WriteRune(r)
	}
	return b.String(), b.Len() == recoveryLetter
}

// makeRecovery gives the actor ten new codes, which void the old ones. It needs
// a proof, which is used up.
func (r *Room) makeRecovery(ctx context.Context) ([]string, error) {
	c, err := r.change(ctx, "")
	if err != nil {
		return nil, err
	}
	codes := newRecovery()
	hashes := make([]string, len(codes))
	for n, code := range codes {
		if hashes[n], err = r.HashPassword(ctx, code); err != nil {
			return nil, err
		}
	}
	return codes, r.make(ctx, c, "identity.recovery_made", "account:"+c.account.ID, "identity.factor.notice_codes", "", func(ctx context.Context, tx *db.Tx) error {
		if err := in(tx).DeleteRecovery(ctx, c.account.ID); err != nil {
			return err
		}
		for n, code := range codes {
			err := in(tx).InsertRecovery(ctx, factordb.InsertRecoveryParams{
				OwnerID: c.account.ID, Selector: code[:recoverySelect], CodeHash: hashes[n], CreatedAt: tx.Now(),
			})
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// newAttempt is the id of an enrolment.
func newAttempt() string { return id.Token() }
