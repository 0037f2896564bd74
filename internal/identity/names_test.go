package identity_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"okno/internal/identity"
	"okno/internal/identity/identitytest"
	"okno/internal/kit/db"
	"okno/internal/kit/errs"
	"okno/internal/kit/job"
	"okno/internal/kit/testkit"
)

// numbers is a source of insurance numbers.
type numbers map[string]string

func (n numbers) OwnerOfSNILS(_ context.Context, snils string) (string, error) { return n[snils], nil }

func TestSignInByNumbers(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, i *identity.Identity, _ ticking) {
		ctx := context.Background()
		anna := identitytest.Account(t, i, phone)
		// 89131234588 could be a phone, too, and 12345678964 can't.
		i.SetSNILS(numbers{"12345678964": anna, "89131234588": anna})
		a, err := i.Account(ctx, anna)
		must(t, err)
		if len(a.Number) != 14 {
			t.Fatalf("number %q", a.Number)
		}
		for _, name := range []string{a.Number, strings.ReplaceAll(a.Number, "-", ""), "№ " + strings.ReplaceAll(a.Number, "-", " "), "123-456-789 64", "12345678964"} {
			must(t, try(i, name, identitytest.Password))
		}
		wantErr(t, try(i, a.Number[:13]+"x", identitytest.Password), identity.ErrWrong)
		wantErr(t, try(i, "123-456-789 65", identitytest.Password), identity.ErrWrong)
		b := newBrowser(t, i)
		b.signIn(i, a.Number)
		b.get("/cabinet/security").shows(t, 200, a.Number)
	})
}

func TestOldAccountsGetNumbers(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, i *identity.Identity, _ ticking) {
		ctx := context.Background()
		anna := identitytest.Account(t, i, phone)
		must(t, i.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
			_, err := tx.ExecContext(ctx, "UPDATE identity_accounts SET number = '' WHERE owner_id = $1", anna)
			return err
		}))
		must(t, i.Sweep(ctx))
		a, err := i.Account(ctx, anna)
		must(t, err)
		must(t, try(i, a.Number, identitytest.Password))
	})
}

// TestLocksQueueAlike: a lock of a known and of an unknown name queues as many
// jobs and hashes.
func TestLocksQueueAlike(t *testing.T) {
	t.Parallel()
	clk := fake()
	d := testkit.Open(t, db.SQLite, testkit.Schema{Name: "identity with jobs", Prepare: func(ctx context.Context, d *db.DB) error {
		if err := job.Migrate(ctx, d); err != nil {
			return err
		}
		return d.Migrate(ctx, identitytest.Migrations()...)
	}}, clk)
	deps := identitytest.Deps(t, d, identitytest.Sealer(t, clk), clk)
	var err error
	deps.Queue, err = job.New(d, deps.Log)
	must(t, err)
	i := identitytest.With(t, deps)
	identitytest.Account(t, i, phone)
	jobs := func() (n int) {
		must(t, d.Reader().QueryRowContext(t.Context(), "SELECT COUNT(*) FROM river_job").Scan(&n))
		return n
	}
	walk := func(name string) (queued, hashes []int64) {
		for range 6 {
			was, made := jobs(), i.Hashes()
			err := try(i, name, wrong)
			if !errs.IsKind(err, errs.Invalid) && !errs.IsKind(err, errs.TooMany) {
				t.Fatal(err)
			}
			queued, hashes = append(queued, int64(jobs()-was)), append(hashes, i.Hashes()-made)
		}
		return queued, hashes
	}
	queued, hashes := walk(phone)
	if queued[3] != 1 {
		t.Fatalf("the lock queued %v", queued)
	}
	for _, name := range []string{"+79990000000", "nobody@example.ru", "nobody", "123-456-789 64", "1234-5678-9014"} {
		if q, h := walk(name); !equal(q, queued) || !equal(h, hashes) {
			t.Errorf("%s: jobs %v, hashes %v; known: %v, %v", name, q, h, queued, hashes)
		}
	}
	clk.Advance(time.Second)
}
