package identity_test

import (
	"context"
	"log/slog"
	"testing"
	"time"

	"okno/internal/identity"
	"okno/internal/identity/identitytest"
	"okno/internal/kit/db"
	"okno/internal/kit/job"
	"okno/internal/kit/testkit"
)

// withJobs is the schema with the tables of the queue.
var withJobs = testkit.Schema{Name: "identity_jobs", Prepare: func(ctx context.Context, d *db.DB) error {
	if err := job.Migrate(ctx, d); err != nil {
		return err
	}
	return d.Migrate(ctx, identitytest.Migrations()...)
}}

func TestRecoveryCodeGoesByJob(t *testing.T) {
	t.Parallel()
	clk := fake()
	testkit.Each(t, withJobs, clk, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		deps := identitytest.Deps(t, d, identitytest.Sealer(t, clk), clk)
		queue, err := job.New(d, slog.New(slog.DiscardHandler))
		must(t, err)
		deps.Queue = queue
		i := identitytest.With(t, deps)
		identitytest.Account(t, i, phone)
		known, err := i.StartRecover(ctx, phone, "sms")
		must(t, err)
		unknown, err := i.StartRecover(ctx, "+79990000000", "sms")
		must(t, err)
		if n := len(identitytest.SenderOf(t, i).Sent()); n != 0 {
			t.Fatalf("%d letters before the jobs", n)
		}
		must(t, queue.Drain(ctx))
		must(t, i.ProveRecover(ctx, known, sent(t, i, phone)))
		wantErr(t, i.ProveRecover(ctx, unknown, "000000"), identity.ErrCodeWrong)
	})
}

func TestRecoveryRunsOut(t *testing.T) {
	t.Parallel()
	i, clk := lite(t)
	ctx := context.Background()
	identitytest.Account(t, i, phone)
	token, err := i.StartRecover(ctx, phone, "sms")
	must(t, err)
	code := sent(t, i, phone)
	clk.Advance(15 * time.Minute)
	wantErr(t, i.ProveRecover(ctx, token, code), identity.ErrSignInStale)
	wantErr(t, i.ProveRecover(ctx, "no-such-token", code), identity.ErrSignInStale)
}
