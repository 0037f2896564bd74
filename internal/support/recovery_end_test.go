package support

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"okno/internal/applications/upload"
	"okno/internal/identity"
	"okno/internal/kit/blob"
	"okno/internal/kit/i18n"
	"okno/internal/support/supportdb"
)

// daily is the job of a day, with what it sends.
func (b *bundle) daily(t *testing.T) {
	t.Helper()
	fatal(t, b.purge(context.Background(), purge{}))
	fatal(t, b.Queue.Drain(context.Background()))
}

// reminders are the open tickets that remind of a request.
func (b *bundle) reminders(t *testing.T) (all []Ticket) {
	t.Helper()
	list, _, err := b.Tickets(b.as(operator), Filter{Limit: 50})
	fatal(t, err)
	for _, l := range list {
		seen, err := b.Look(b.as(operator), l.Number)
		fatal(t, err)
		if seen.About != "" {
			all = append(all, seen)
		}
	}
	return all
}

// TestUndecidedRequestsEnd: support is reminded of a request after three days, once;
// after two weeks it ends, whether nobody or one has approved it, the scan is
// deleted, whoever asked is told by the phone of the request and how to go on, and
// all of it stands in the journal.
func TestUndecidedRequestsEnd(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bundle) {
		ctx, files := context.Background(), withScans(t, b)
		number, request := b.claims(t)
		b.clk.Advance(remindAfter - time.Hour)
		b.daily(t)
		if n := len(b.reminders(t)); n != 0 {
			t.Fatalf("%d reminders before the time", n)
		}
		b.clk.Advance(2 * time.Hour)
		b.daily(t)
		b.daily(t)
		all := b.reminders(t)
		if len(all) != 1 || all[0].About != number || all[0].Kind != Security || !strings.Contains(all[0].Text, number) {
			t.Fatalf("reminders: %+v", all)
		}
		if page := b.call(operator, "/desk/tickets/"+all[0].Number, nil).Body.String(); !strings.Contains(page, `href="/desk/recoveries/`+number+`"`) {
			t.Error("the reminder does not lead to the request")
		}
		if page := b.call(operator, "/desk/recoveries/"+number, nil).Body.String(); !strings.Contains(page, b.Texts.T(i18n.RU, "support.recovery.ends")) {
			t.Error("the request does not say when it ends")
		}
		b.clk.Advance(undecidedFor - remindAfter - 2*time.Hour)
		b.daily(t)
		if _, err := files.Stat(ctx, scanPrefix+request); err != nil || len(b.phone.got) != 0 {
			t.Fatalf("ended too early: %v, %d SMS", err, len(b.phone.got))
		}
		b.clk.Advance(2 * time.Hour)
		b.daily(t)
		b.daily(t)
		b.ended(t, files, number, request)
	})
}

// ended wants all that the end of a request is.
func (b *bundle) ended(t *testing.T, files *blob.Folder, number, request string) {
	t.Helper()
	row, err := b.request(context.Background(), number)
	fatal(t, err)
	if row.State != RecoveryOver || row.BlobKey != "" || row.DecidedAt == 0 {
		t.Errorf("%s, scan %q, decided %d", row.State, row.BlobKey, row.DecidedAt)
	}
	if _, err := files.Stat(context.Background(), scanPrefix+request); !errors.Is(err, blob.ErrNone) {
		t.Errorf("the scan: %v", err)
	}
	if len(b.phone.got) != 1 || b.phone.got[0].To != "+79131234567" || b.phone.got[0].Text != b.Texts.T(i18n.RU, "support.recovery.sms_over", "Number", number) ||
		b.phone.got[0].Link != "/recover/help" {
		t.Errorf("told: %+v", b.phone.got)
	}
	if open := b.reminders(t); len(open) != 0 {
		t.Errorf("%d reminders are still open", len(open))
	}
	if list, err := b.Requests(b.as(operator)); err != nil || len(list) != 0 {
		t.Errorf("%d requests wait, %v", len(list), err)
	}
	page := b.call(operator, "/desk/recoveries/"+number, nil)
	if body := page.Body.String(); page.Code != http.StatusOK || !strings.Contains(body, b.Texts.T(i18n.RU, "support.recovery.scan_gone")) ||
		!strings.Contains(body, b.Texts.T(i18n.RU, "support.recovery.state_over")) || strings.Contains(body, "/yes") {
		t.Errorf("the page says %d %s", page.Code, body)
	}
	for _, yes := range []bool{true, false} {
		if err := b.Decide(b.as(operator), number, yes); !errors.Is(err, ErrDecided) {
			t.Errorf("decided after the end: %v", err)
		}
	}
	if _, _, err := b.Scan(b.as(operator), number); !errors.Is(err, ErrHeld) {
		t.Errorf("the scan opens: %v", err)
	}
	lines := journal(t, b)
	for _, want := range []string{"support.recovery_over system", "support.close system", "support.sent system"} {
		if n := len(slices.DeleteFunc(slices.Clone(lines), func(l string) bool { return l != want })); n != 1 {
			t.Errorf("%d times %q in the journal", n, want)
		}
	}
}

// journal is what was done, and by whom.
func journal(t *testing.T, b *bundle) (all []string) {
	t.Helper()
	rows, err := b.DB.Reader().QueryContext(context.Background(), "SELECT act, actor_id FROM audit_entries")
	fatal(t, err)
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var act, actor string
		fatal(t, rows.Scan(&act, &actor))
		all = append(all, act+" "+actor)
	}
	fatal(t, rows.Err())
	return all
}

// TestReminderGoesWithTheDecision: a request that is decided reminds nobody, even if
// a colleague has the reminder in hand.
func TestReminderGoesWithTheDecision(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bundle) {
		withScans(t, b)
		number, _ := b.claims(t)
		b.clk.Advance(remindAfter + time.Hour)
		b.daily(t)
		all := b.reminders(t)
		if len(all) != 1 {
			t.Fatalf("%d reminders", len(all))
		}
		fatal(t, b.Do(b.as(operator), all[0].Number, Take))
		fatal(t, b.Decide(b.as(operator), number, false))
		b.clk.Advance(undecidedFor)
		b.daily(t)
		if open := b.reminders(t); len(open) != 0 {
			t.Errorf("%d reminders are open", len(open))
		}
		if row, err := b.request(context.Background(), number); err != nil || row.State != RecoveryRefused {
			t.Errorf("%s %v", row.State, err)
		}
	})
}

// TestScanThatCouldNotBeDeletedGoesLater: the request ends although its file can't
// be deleted now, and the next round deletes it.
func TestScanThatCouldNotBeDeletedGoesLater(t *testing.T) {
	t.Parallel()
	b := lite(t)
	files := withScans(t, b)
	number, request := b.claims(t)
	b.clk.Advance(remindAfter + time.Hour)
	b.daily(t)
	b.clk.Advance(undecidedFor)
	row, err := b.request(context.Background(), number)
	fatal(t, err)
	fatal(t, b.endRequest(identity.AsSystem(context.Background()), row)) // and there the process died
	fatal(t, b.endRequest(identity.AsSystem(context.Background()), row)) // heard twice
	if _, err := files.Stat(context.Background(), scanPrefix+request); err != nil {
		t.Fatal(err)
	}
	b.daily(t)
	b.ended(t, files, number, request)
}

// stuck is a store that can't delete one file.
type stuck struct {
	blob.Store
	key string
}

var errStuck = errors.New("the file can't be deleted")

func (s stuck) Delete(ctx context.Context, key string) error {
	if key == s.key {
		return errStuck
	}
	return s.Store.Delete(ctx, key)
}

// TestAScanThatStaysHoldsUpNoOther: a file that can't be deleted is told of, and
// other scans go and reminders come all the same.
func TestAScanThatStaysHoldsUpNoOther(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bundle) {
		ctx, files := context.Background(), withScans(t, b)
		_, first := b.claims(t)
		b.clk.Advance(time.Minute)
		_, second := b.claims(t)
		b.Intake = upload.NewIntake(cleanScanner{}, blob.NewSealed(stuck{files, scanPrefix + first}), b.Log)
		b.clk.Advance(undecidedFor - remindAfter - time.Hour)
		young, _ := b.claims(t)
		b.clk.Advance(remindAfter + 2*time.Hour)
		for range 2 {
			if err := b.purge(ctx, purge{}); !errors.Is(err, errStuck) {
				t.Fatal("the fault is not told:", err)
			}
		}
		if _, err := files.Stat(ctx, scanPrefix+second); !errors.Is(err, blob.ErrNone) {
			t.Error("the other scan stays:", err)
		}
		fatal(t, b.Queue.Drain(ctx))
		if all := b.reminders(t); len(all) != 1 || all[0].About != young {
			t.Errorf("reminders: %+v", all)
		}
		b.Intake = upload.NewIntake(cleanScanner{}, blob.NewSealed(files), b.Log)
		b.daily(t)
		if _, err := files.Stat(ctx, scanPrefix+first); !errors.Is(err, blob.ErrNone) {
			t.Error("the scan stays although it can be deleted now:", err)
		}
	})
}

// TestRoundsPassOverWhatFails: as many that fail as a round has rows do not hide
// those behind them, and do not go on for ever.
func TestRoundsPassOverWhatFails(t *testing.T) {
	t.Parallel()
	rows := make([]supportdb.SupportRecovery, purgeAtOnce+3)
	for n := range rows {
		rows[n].ID = strconv.Itoa(n)
	}
	done := map[string]int{}
	err := inRounds(func(limit int32) ([]supportdb.SupportRecovery, error) {
		return slices.Clone(rows[:min(int(limit), len(rows))]), nil
	}, func(row supportdb.SupportRecovery) error {
		done[row.ID]++
		if len(done) <= purgeAtOnce {
			return errStuck
		}
		rows = slices.DeleteFunc(rows, func(r supportdb.SupportRecovery) bool { return r.ID == row.ID })
		return nil
	})
	if !errors.Is(err, errStuck) || len(done) != purgeAtOnce+3 || len(rows) != purgeAtOnce {
		t.Errorf("%d of them were tried, %d are left, %v", len(done), len(rows), err)
	}
	for row, n := range done {
		if n != 1 {
			t.Errorf("%s was tried %d times", row, n)
		}
	}
}
