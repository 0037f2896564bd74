package profile_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"okno/internal/identity"
	"okno/internal/kit/audit"
	"okno/internal/kit/clock"
	"okno/internal/kit/db"
	"okno/internal/kit/errs"
	"okno/internal/kit/testkit"
	"okno/internal/profile"
	"okno/internal/profile/profiletest"
)

const password = "Синий-Кит_2719"

// each runs f in a world of its own on both engines.
func each(t *testing.T, f func(t *testing.T, w *profiletest.World)) {
	t.Helper()
	for _, e := range []db.Engine{db.SQLite, db.Postgres} {
		t.Run(string(e), func(t *testing.T) {
			t.Parallel()
			f(t, world(t, e))
		})
	}
}

func world(t testing.TB, e db.Engine) *profiletest.World {
	t.Helper()
	clk := clock.NewFake(testkit.Start)
	return profiletest.New(t, testkit.Open(t, e, profiletest.Schema(), clk), clk)
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func applicant() profile.Values {
	return profile.Values{
		"last_name": "Петрова", "first_name": "Анна", "middle_name": "Викторовна",
		"phone": "8 (913) 123-45-67", "email": "Anna@Example.ru",
	}
}

const phone, email = "+79131234567", "anna@example.ru"

func begin(t *testing.T, w *profiletest.World, in profile.Values) string {
	t.Helper()
	token, err := w.Profile.BeginRegistration(w.Nobody(), "", in)
	must(t, err)
	w.Drain(t)
	return token
}

func confirm(t *testing.T, w *profiletest.World, token string) {
	t.Helper()
	_, err := w.Profile.CheckCodes(w.Nobody(), token, profile.Codes{SMS: w.Post.Code(phone), Email: w.Post.Code(email)})
	must(t, err)
}

func finish() profile.Finish {
	return profile.Finish{Password: password, Terms: true, PersonalData: true}
}

func TestRegistration(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *profiletest.World) {
		token := begin(t, w, applicant())
		confirm(t, w, token)
		owner, err := w.Profile.FinishRegistration(w.Nobody(), token, finish())
		must(t, err)
		ctx := w.As(t, owner)
		c, err := w.Profile.Card(ctx, owner)
		must(t, err)
		want := profile.Person{LastName: "Петрова", FirstName: "Анна", MiddleName: "Викторовна"}
		if diff := cmp.Diff(want, c.Person); diff != "" || c.Level != profile.Simplified {
			t.Errorf("%s, level %s", diff, c.Level)
		}
		consents, err := w.Profile.Consents(ctx, owner)
		must(t, err)
		if len(consents) != 2 || consents[0].IP != "203.0.113.9" || consents[0].Version != "1" || consents[0].Agent != "test browser" {
			t.Errorf("consents: %+v", consents)
		}
		lines, err := w.Audit.Find(ctx, audit.Filter{Owner: owner, Act: "profile.registered"})
		must(t, err)
		if len(lines) != 1 || lines[0].IP == "" {
			t.Errorf("journal: %+v", lines)
		}
		if found, err := w.Identity.FindByPhone(ctx, phone); err != nil || found != owner {
			t.Errorf("account by phone: %v, %v", found, err)
		}
	})
}

func TestRegistrationFieldFaults(t *testing.T) {
	t.Parallel()
	w := world(t, db.SQLite)
	_, err := w.Profile.BeginRegistration(w.Nobody(), "", profile.Values{"phone": "8 495 123-45-67", "email": "anna@", "last_name": "П3трова"})
	want := map[string]string{
		"last_name": "reference.error.name_characters", "first_name": "profile.error.empty.first_name",
		"phone": "profile.error.phone_mobile", "email": "reference.error.email_format",
	}
	if diff := cmp.Diff(want, keys(err)); diff != "" {
		t.Error(diff)
	}
	if len(w.Post.To("")) != 0 {
		t.Error("a code was sent")
	}
}

func keys(err error) map[string]string {
	e, ok := errs.As(err)
	if !ok {
		return nil
	}
	out := map[string]string{}
	for _, f := range e.Fields {
		out[f.Name] = f.Key
	}
	return out
}

func TestEachCodeByItself(t *testing.T) {
	t.Parallel()
	w := world(t, db.SQLite)
	token := begin(t, w, applicant())
	r, err := w.Profile.CheckCodes(w.Nobody(), token, profile.Codes{SMS: " " + w.Post.Code(phone)[:3] + "-" + w.Post.Code(phone)[3:], Email: wrong(w.Post.Code(email))})
	if !r.PhoneConfirmed || r.EmailConfirmed || keys(err)["email_code"] != "identity.error.code_wrong" || len(keys(err)) != 1 {
		t.Fatalf("%+v, %v", r, keys(err))
	}
	r, err = w.Profile.CheckCodes(w.Nobody(), token, profile.Codes{Email: w.Post.Code(email)})
	must(t, err)
	if !r.Confirmed() {
		t.Error("not confirmed")
	}
}

func wrong(code string) string {
	if code == "111111" {
		return "222222"
	}
	return "111111"
}

func TestTriesAndResend(t *testing.T) {
	t.Parallel()
	w := world(t, db.SQLite)
	token := begin(t, w, applicant())
	right := w.Post.Code(phone)
	for range 5 {
		_, err := w.Profile.CheckCodes(w.Nobody(), token, profile.Codes{SMS: wrong(right), Email: "1"})
		if keys(err)["email_code"] != "identity.error.code_format" {
			t.Fatal(keys(err))
		}
	}
	_, err := w.Profile.CheckCodes(w.Nobody(), token, profile.Codes{SMS: right})
	if keys(err)["sms_code"] != "profile.error.tries" {
		t.Fatalf("the sixth try: %v", keys(err))
	}
	if err := w.Profile.ResendCode(w.Nobody(), token, profile.SMS); !errors.Is(err, profile.ErrResendPause) {
		t.Fatalf("at once again: %v", err)
	}
	w.Clock.Advance(time.Minute)
	must(t, w.Profile.ResendCode(w.Nobody(), token, profile.SMS))
	w.Drain(t)
	r, _ := w.Profile.CheckCodes(w.Nobody(), token, profile.Codes{SMS: w.Post.Code(phone)})
	if !r.PhoneConfirmed {
		t.Error("the new code is not taken")
	}
}

func TestCodeExpires(t *testing.T) {
	t.Parallel()
	w := world(t, db.SQLite)
	token := begin(t, w, applicant())
	w.Clock.Advance(10*time.Minute + time.Second)
	_, err := w.Profile.CheckCodes(w.Nobody(), token, profile.Codes{SMS: w.Post.Code(phone), Email: w.Post.Code(email)})
	want := map[string]string{"sms_code": "identity.error.code_expired", "email_code": "identity.error.code_expired"}
	if diff := cmp.Diff(want, keys(err)); diff != "" {
		t.Error(diff)
	}
	w.Clock.Advance(24 * time.Hour)
	if _, err := w.Profile.Registration(w.Nobody(), token); !errors.Is(err, profile.ErrNoRegistration) {
		t.Errorf("after a day: %v", err)
	}
}

func TestChangedNumber(t *testing.T) {
	t.Parallel()
	w := world(t, db.SQLite)
	token := begin(t, w, applicant())
	old := w.Post.Code(phone)
	in := applicant()
	in["phone"] = "+7 913 765-43-21"
	token, err := w.Profile.BeginRegistration(w.Nobody(), token, in)
	must(t, err)
	w.Drain(t)
	fresh := w.Post.Code("+79137654321")
	if fresh == "" || len(w.Post.To(email)) != 1 {
		t.Fatalf("code %q, %d letters", fresh, len(w.Post.To(email)))
	}
	if old != fresh {
		if r, _ := w.Profile.CheckCodes(w.Nobody(), token, profile.Codes{SMS: old}); r.PhoneConfirmed {
			t.Error("a code of the old number confirms the new one")
		}
	}
	if r, _ := w.Profile.CheckCodes(w.Nobody(), token, profile.Codes{SMS: fresh}); !r.PhoneConfirmed {
		t.Error("the new number is not confirmed")
	}
}

// A contact that belongs to somebody looks like any other; its owner is told.
func TestTakenContactDoesNotShow(t *testing.T) {
	t.Parallel()
	w := world(t, db.SQLite)
	w.Citizen(t, 1, profile.Simplified)
	in := applicant()
	in["phone"] = profiletest.Phone(1)
	token := begin(t, w, in)
	letters := w.Post.To(profiletest.Phone(1))
	if len(letters) != 1 || w.Post.Code(profiletest.Phone(1)) != "" || letters[0].Kind != "security" {
		t.Fatalf("%+v", letters)
	}
	free := begin(t, w, applicant())
	for range 6 {
		_, a := w.Profile.CheckCodes(w.Nobody(), token, profile.Codes{SMS: "111111", Email: "x"})
		_, b := w.Profile.CheckCodes(w.Nobody(), free, profile.Codes{SMS: wrong(w.Post.Code(phone)), Email: "x"})
		if diff := cmp.Diff(keys(b), keys(a)); diff != "" {
			t.Fatal(diff)
		}
	}
	if _, err := w.Profile.FinishRegistration(w.Nobody(), token, finish()); !errors.Is(err, profile.ErrCodesFirst) {
		t.Errorf("finished: %v", err)
	}
}

func TestFinishFaults(t *testing.T) {
	t.Parallel()
	w := world(t, db.SQLite)
	token := begin(t, w, applicant())
	if _, err := w.Profile.FinishRegistration(w.Nobody(), token, finish()); !errors.Is(err, profile.ErrCodesFirst) {
		t.Fatalf("without codes: %v", err)
	}
	confirm(t, w, token)
	_, err := w.Profile.FinishRegistration(w.Nobody(), token, profile.Finish{Password: "анна"})
	got := keys(err)
	if got["terms"] == "" || got["personal_data"] == "" || !strings.HasPrefix(got["password"], "identity.") {
		t.Errorf("%v", got)
	}
	if _, err := w.Profile.FinishRegistration(w.Nobody(), "nobody's", finish()); !errors.Is(err, profile.ErrNoRegistration) {
		t.Errorf("a foreign token: %v", err)
	}
}

// Double clicks and two tabs make one account.
func TestFinishedOnce(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *profiletest.World) {
		token := begin(t, w, applicant())
		confirm(t, w, token)
		owners := make([]string, 4)
		var wait sync.WaitGroup
		for i := range owners {
			wait.Go(func() {
				owner, err := w.Profile.FinishRegistration(w.Nobody(), token, finish())
				if err != nil {
					t.Error(err)
				}
				owners[i] = owner
			})
		}
		wait.Wait()
		for _, o := range owners {
			if o == "" || o != owners[0] {
				t.Errorf("accounts %v", owners)
			}
		}
		w.Clock.Advance(11 * time.Minute)
		if _, err := w.Profile.FinishRegistration(w.Nobody(), token, finish()); !errors.Is(err, profile.ErrNoRegistration) {
			t.Errorf("much later: %v", err)
		}
	})
}

// Two people (or tabs without a common cookie) confirm the same contacts; the
// second finds them taken.
func TestContactTakenMeanwhile(t *testing.T) {
	t.Parallel()
	w := world(t, db.SQLite)
	first, second := begin(t, w, applicant()), ""
	confirm(t, w, first)
	w.Clock.Advance(time.Minute)
	second = begin(t, w, applicant())
	confirm(t, w, second)
	_, err := w.Profile.FinishRegistration(w.Nobody(), first, finish())
	must(t, err)
	if _, err := w.Profile.FinishRegistration(w.Nobody(), second, finish()); !errors.Is(err, identity.ErrContactTaken) {
		t.Errorf("taken twice: %v", err)
	}
}

func TestLimitByContact(t *testing.T) {
	t.Parallel()
	w := world(t, db.SQLite)
	var err error
	for range 7 {
		if _, err = w.Profile.BeginRegistration(w.Nobody(), "", applicant()); err != nil {
			break
		}
		w.Clock.Advance(time.Minute)
	}
	if !errs.IsKind(err, errs.TooMany) {
		t.Errorf("codes without end: %v", err)
	}
}

func TestPurge(t *testing.T) {
	t.Parallel()
	w := world(t, db.SQLite)
	begin(t, w, applicant())
	w.Clock.Advance(26 * time.Hour)
	must(t, w.Profile.Purge(context.Background()))
	for _, table := range []string{"profile_registrations", "notify_letters"} {
		if n := count(t, w, table); n != 0 {
			t.Errorf("%d rows left in %s", n, table)
		}
	}
}

func count(t *testing.T, w *profiletest.World, table string) (n int) {
	t.Helper()
	must(t, w.DB.Reader().QueryRowContext(context.Background(), "SELECT COUNT(*) FROM "+table).Scan(&n))
	return n
}

// TestLimitsDoNotTellWhoseAContactIs: who has used up the codes to a contact otherwise
// is refused alike, whether it is somebody's or nobody's.
func TestLimitsDoNotTellWhoseAContactIs(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *profiletest.World) {
		w.Citizen(t, 1, profile.Simplified)
		register := func(to string) error {
			for range 10 {
				must(t, w.Identity.CountCode(w.Nobody(), identity.CodeRequest{Purpose: "change", Channel: "sms", To: to}))
			}
			in := applicant()
			in["phone"] = to
			_, err := w.Profile.BeginRegistration(w.Nobody(), "", in)
			return err
		}
		taken, free := register(profiletest.Phone(1)), register(profiletest.Phone(2))
		if !errors.Is(taken, identity.ErrLimit) || !errors.Is(free, identity.ErrLimit) {
			t.Errorf("somebody's: %v, nobody's: %v", taken, free)
		}
	})
}
