package notify_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"okno/internal/kit/db"
	"okno/internal/notify"
)

// tell does what a job does that delivers: the same at each try.
func (b bench) tell(t *testing.T, fresh bool) error {
	t.Helper()
	ctx := context.Background()
	batch, err := b.n.Seal(ctx,
		notify.Letter{Channel: notify.Email, To: "a@example.org", Owner: "anna", Text: "письмо"},
		notify.Letter{Channel: notify.SMS, To: "+79990000001", Owner: "anna", Text: "sms"},
		notify.Letter{Channel: notify.Cabinet, To: "anna", Owner: "anna", Text: "notice"},
	)
	if err != nil {
		t.Fatal(err)
	}
	return b.n.Deliver(ctx, "case/told:1", batch, func(context.Context, *db.Tx) (bool, error) { return fresh, nil })
}

func TestDeliveredOnceInTheCallersJob(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b bench) {
		ctx := context.Background()
		for i := range 3 {
			if err := b.tell(t, i == 0); err != nil {
				t.Fatal(err)
			}
		}
		notices, err := b.n.Notices(ctx, "anna", 10)
		if len(b.mail.got) != 1 || len(b.first.got) != 1 || len(notices) != 1 || err != nil {
			t.Errorf("mail %v, sms %v, notices %d, %v", b.mail.got, b.first.got, len(notices), err)
		}
		if err := b.q.Drain(ctx); err != nil || len(b.mail.got) != 1 {
			t.Errorf("a job delivers too: %v, %v", b.mail.got, err)
		}
	})
}

func TestWhatFailedGoesOutAtTheNextTry(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b bench) {
		b.mail.fail = errors.New("down")
		if err := b.tell(t, true); err == nil {
			t.Fatal("a letter that waits must be tried again")
		}
		if err := b.tell(t, false); err == nil || len(b.first.got) != 1 {
			t.Fatalf("sms %v", b.first.got)
		}
		b.mail.fail = nil
		if err := b.tell(t, false); err != nil || len(b.mail.got) != 1 || len(b.first.got) != 1 {
			t.Errorf("mail %v, sms %v, %v", b.mail.got, b.first.got, err)
		}
	})
}

// TestDeathOnTheWay: the process dies between the commit and the gateways'
// answers. The e-mail goes again under its message id, the SMS is in doubt.
func TestDeathOnTheWay(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b bench) {
		ctx := context.Background()
		if err := b.tell(t, true); err != nil {
			t.Fatal(err)
		}
		err := b.d.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
			_, err := tx.ExecContext(ctx, "UPDATE notify_letters SET state = 'sending'")
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		b.clk.Advance(time.Minute)
		if err := b.tell(t, false); err != nil {
			t.Fatal(err)
		}
		if len(b.first.got) != 1 || len(b.mail.got) != 2 || len(b.mail.ids) != 1 {
			t.Errorf("sms %v, mail %v under %v", b.first.got, b.mail.got, b.mail.ids)
		}
		var doubtful int
		if err := b.d.Reader().QueryRowContext(ctx, "SELECT COUNT(*) FROM notify_letters WHERE state = 'doubtful'").Scan(&doubtful); err != nil || doubtful != 1 {
			t.Errorf("%d in doubt, %v", doubtful, err)
		}
	})
}
