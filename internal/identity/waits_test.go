package identity_test

import (
	"context"
	"testing"
	"time"

	"okno/internal/identity"
	"okno/internal/identity/identitytest"
	"okno/internal/kit/db"
	"okno/internal/kit/errs"
)

// TestWhatANodeRemembersDecidesNothing: a sign-in that waits ends by what stands in
// the database, also where another node has changed it meanwhile, or where the
// node that is asked never heard of it.
func TestWhatANodeRemembersDecidesNothing(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, here *identity.Identity, clk ticking) {
		ctx := context.Background()
		there := identitytest.With(t, here.Deps)
		anna := identitytest.Account(t, here, phone, func(n *identity.NewAccount) { n.Email = "anna@example.ru" })
		begin := func() string {
			t.Helper()
			clk.Advance(2 * time.Minute) // another code may be sent
			token, _, err := here.SignIn(ctx, phone, identitytest.Password)
			must(t, err)
			return token
		}

		session, err := there.Finish(ctx, begin(), sent(t, here, phone))
		must(t, err)
		if who, err := here.Who(ctx, session); err != nil || who.ID != anna {
			t.Fatalf("%+v, %v", who, err)
		}

		token := begin()
		must(t, there.ChooseWay(ctx, token, "email"))
		_, err = here.Finish(ctx, token, sent(t, here, phone))
		if !errs.IsKind(err, errs.Invalid) {
			t.Fatalf("a code of the way that was left: %v", err)
		}
		session, err = here.Finish(ctx, token, sent(t, here, "anna@example.ru"))
		must(t, err)
		if who, err := here.Who(ctx, session); err != nil || who.ID != anna {
			t.Fatalf("%+v, %v", who, err)
		}
		_, err = here.Finish(ctx, token, sent(t, here, "anna@example.ru"))
		wantErr(t, err, identity.ErrSignInStale)

		token = begin()
		must(t, there.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
			_, err := tx.ExecContext(ctx, "UPDATE identity_accounts SET status = $2 WHERE owner_id = $1", anna, identity.Blocked)
			return err
		}))
		_, err = here.Finish(ctx, token, sent(t, here, "anna@example.ru")) // the way that was good last
		wantErr(t, err, identity.ErrBlocked)
	})
}

// TestFirstPageAsksNothing: it is shown as the password's request has found it, to
// the first who asks and within moments, and then as it stands.
func TestFirstPageAsksNothing(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, i *identity.Identity, clk ticking) {
		ctx := context.Background()
		identitytest.Account(t, i, phone)
		gone := func() string {
			t.Helper()
			clk.Advance(2 * time.Minute)
			token, _, err := i.SignIn(ctx, phone, identitytest.Password)
			must(t, err)
			must(t, i.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
				_, err := tx.ExecContext(ctx, "DELETE FROM identity_signins")
				return err
			}))
			return token
		}
		token := gone()
		must(t, i.Shown(ctx, token))
		wantErr(t, i.Shown(ctx, token), identity.ErrSignInStale)
		token = gone()
		clk.Advance(6 * time.Second)
		wantErr(t, i.Shown(ctx, token), identity.ErrSignInStale)
	})
}
