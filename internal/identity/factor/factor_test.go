package factor_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/descope/virtualwebauthn"

	"okno/internal/identity"
	"okno/internal/identity/factor"
	"okno/internal/identity/identitytest"
	"okno/internal/kit/clock"
	"okno/internal/kit/db"
	"okno/internal/kit/errs"
	"okno/internal/kit/testkit"
)

const phone, email = "+79131234567", "anna@example.ru"

var schema = testkit.Of(identitytest.Migrations()...)

// ticking is a fake clock whose sleepers wake at once.
type ticking struct{ *clock.Fake }

func (c ticking) Sleep(ctx context.Context, _ time.Duration) error { return ctx.Err() }

// bench is a portal with one account and its session.
type stand struct {
	*testing.T
	*factor.Room
	clk   ticking
	anna  string
	ctx   context.Context
	roles identitytest.Roles
	log   *bytes.Buffer
}

func each(t *testing.T, f func(s *stand)) {
	t.Helper()
	for _, e := range []db.Engine{db.SQLite, db.Postgres} {
		t.Run(string(e), func(t *testing.T) {
			t.Parallel()
			f(newStand(t, e))
		})
	}
}

func newStand(t *testing.T, e db.Engine, more ...func(*identity.Deps)) *stand {
	t.Helper()
	clk := ticking{clock.NewFake(testkit.Start)}
	s := &stand{T: t, clk: clk, roles: identitytest.Roles{}, log: &bytes.Buffer{}}
	deps := identitytest.Deps(t, testkit.Open(t, e, schema, clk), identitytest.Sealer(t, clk), clk)
	deps.Roles = s.roles
	deps.Log = slog.New(slog.NewTextHandler(s.log, nil))
	for _, f := range more {
		f(&deps)
	}
	i := identitytest.With(t, deps)
	s.Room = identitytest.Factors(t, i)
	s.anna = identitytest.Account(t, i, phone, func(n *identity.NewAccount) { n.Email = email })
	s.ctx = identitytest.Context(t, i, s.anna)
	return s
}

func (s *stand) must(err error) {
	s.Helper()
	if err != nil {
		s.Fatal(err)
	}
}

func (s *stand) wants(err error, want *errs.Error) {
	s.Helper()
	if !errors.Is(err, want) {
		s.Fatalf("err = %v, want %v", err, want)
	}
}

func (s *stand) account() identity.Account {
	s.Helper()
	a, err := s.Account(s.ctx, s.anna)
	s.must(err)
	return a
}

func (s *stand) way(kind string) identity.Way {
	s.Helper()
	ways, err := s.Ways(s.ctx, s.account())
	s.must(err)
	n := slices.IndexFunc(ways, func(w identity.Way) bool { return w.Kind == kind })
	if n < 0 {
		s.Fatalf("no %s among %+v", kind, ways)
	}
	return ways[n]
}

// attempt is a proof by the kind.
func (s *stand) attempt(kind string) identity.Attempt {
	s.Helper()
	return identity.Attempt{ID: identity.ActorOf(s.ctx).Session, Purpose: identity.ForReauth, Account: s.account(), Way: s.way(kind)}
}

// proves notes a proof by the kind for the session.
func (s *stand) proves(kind string) {
	s.Helper()
	at := s.attempt(kind)
	s.must(s.DB.Write(s.ctx, func(ctx context.Context, tx *db.Tx) error { return s.Used(ctx, tx, at, identity.ActorOf(ctx).Session) }))
}

func (s *stand) code(secret []byte, digits int) string {
	return factor.HOTP(secret, s.clk.Now().Unix()/30, digits)
}

// addApp adds an authenticator app, and gives its secret.
func (s *stand) addApp(by string) []byte {
	s.Helper()
	var raw []byte
	s.proves(by)
	s.must(s.Enrol(s.ctx, factor.KindTOTP, func(_ string, e factor.Enrolment) url.Values {
		raw, _ = factor.ParseSecret(string(e.State))
		return url.Values{"code": {s.code(raw, 6)}, "name": {"  Мой   телефон "}}
	}))
	return raw
}

func (s *stand) told(kind string) (n int) {
	for _, l := range identitytest.SenderOf(s.T, s.Identity).Sent() {
		if l.Kind == "security" && l.Channel == kind {
			n++
		}
	}
	return n
}

// Check takes the answer, as whoever opens something by it does.
func (s *stand) Check(ctx context.Context, at identity.Attempt, answer identity.Answer) (string, error) {
	ref, take, err := s.Room.Check(ctx, at, answer)
	if err == nil && take != nil {
		err = s.DB.Write(ctx, take)
	}
	return ref, err
}

// TestCodeStandsOrFallsWithWhatItOpens: a right code is used up in the transaction
// of what it opens, once, and not by a look.
func TestCodeStandsOrFallsWithWhatItOpens(t *testing.T) {
	t.Parallel()
	each(t, func(s *stand) {
		raw := s.addApp("sms")
		s.clk.Advance(time.Minute)
		answer := identity.Answer{Code: s.code(raw, 6)}
		_, first, err := s.Room.Check(s.ctx, s.attempt("totp"), answer)
		s.must(err)
		_, second, err := s.Room.Check(s.ctx, s.attempt("totp"), answer)
		s.must(err)
		undone := errors.New("undone")
		err = s.DB.Write(s.ctx, func(ctx context.Context, tx *db.Tx) error {
			if err := first(ctx, tx); err != nil {
				return err
			}
			return undone
		})
		if !errors.Is(err, undone) {
			s.Fatal(err)
		}
		s.must(s.DB.Write(s.ctx, first))
		s.wants(s.DB.Write(s.ctx, second), identity.ErrTOTPWrong)

		s.clk.Advance(time.Minute)
		answer.Code = s.code(raw, 6)
		_, late, err := s.Room.Check(s.ctx, s.attempt("totp"), answer) // the others came faster
		s.must(err)
		for range 10 {
			_, err := s.Check(s.ctx, s.attempt("totp"), identity.Answer{Code: "000000"})
			s.wants(err, identity.ErrTOTPWrong)
		}
		s.wants(s.DB.Write(s.ctx, late), identity.ErrLimit)
		_, err = s.Check(s.ctx, s.attempt("totp"), answer)
		s.wants(err, identity.ErrLimit)
	})
}

func TestAppIsAddedUsedAndRemoved(t *testing.T) {
	t.Parallel()
	each(t, func(s *stand) {
		s.wants(s.Enrol(s.ctx, factor.KindTOTP, nil), factor.ErrProof)
		raw := s.addApp("sms")
		if w := s.way("totp"); w.Name != "Мой телефон" || !w.Held || w.UsedAt != 0 {
			s.Fatalf("%+v", w)
		}
		for _, c := range []string{"sms", "email", "cabinet"} {
			if s.told(c) != 1 {
				s.Errorf("told by %s: %d", c, s.told(c))
			}
		}
		check := func() error {
			_, err := s.Check(s.ctx, s.attempt("totp"), identity.Answer{Code: s.code(raw, 6)})
			return err
		}
		s.wants(check(), identity.ErrTOTPWrong) // the code that confirmed it is used up
		s.clk.Advance(time.Minute)
		s.must(check())
		s.wants(check(), identity.ErrTOTPWrong)

		s.proves("sms") // what is sent does not take away what is held
		s.wants(s.Remove(s.ctx, s.way("totp").Ref), factor.ErrProof)
		s.proves("totp")
		s.must(s.Remove(s.ctx, s.way("totp").Ref))
		s.wants(s.Remove(s.ctx, "sms"), factor.ErrProof) // a proof is good for one change
	})
}

func TestLastWayStays(t *testing.T) {
	t.Parallel()
	each(t, func(s *stand) {
		s.proves("sms")
		s.wants(s.Remove(s.ctx, "sms"), factor.ErrProof) // not by itself
		s.proves("email")
		s.must(s.Remove(s.ctx, "sms"))
		ways, err := s.Ways(s.ctx, s.account())
		s.must(err)
		if len(ways) != 1 || ways[0].Kind != "email" {
			s.Fatalf("%+v", ways)
		}
		s.proves("email")
		s.wants(s.Remove(s.ctx, "email"), factor.ErrProof)
		s.addApp("email")
		s.proves("totp")
		s.must(s.Remove(s.ctx, "email"))
		s.proves("totp")
		s.wants(s.Remove(s.ctx, s.way("totp").Ref), factor.ErrLast)
		s.must(s.Enrol(s.ctx, "sms", nil)) // switched on again
		s.way("sms")
		s.wants(s.Remove(s.ctx, "nothing"), identity.ErrNotFound)
	})
}

func TestProofGrowsOld(t *testing.T) {
	t.Parallel()
	s := newStand(t, db.SQLite)
	s.proves("email")
	s.clk.Advance(6 * time.Minute)
	s.wants(s.Remove(s.ctx, "sms"), factor.ErrProof)
	s.proves("email")
	thief := identitytest.Context(t, s.Identity, s.anna) // another session of the same account
	s.wants(s.Room.Remove(thief, "sms"), factor.ErrProof)
	s.must(s.Sweep(s.ctx))
	s.must(s.Remove(s.ctx, "sms"))
}

func TestStaffKeepsWhatIsHeld(t *testing.T) {
	t.Parallel()
	s := newStand(t, db.SQLite)
	s.addApp("sms")
	s.roles[s.anna] = []identity.Role{{Name: identity.Officer}}
	s.proves("totp")
	s.wants(s.Remove(s.ctx, s.way("totp").Ref), factor.ErrLast)
}

func TestRecoveryCodes(t *testing.T) {
	t.Parallel()
	each(t, func(s *stand) {
		_, err := s.Recovery(s.ctx)
		s.wants(err, factor.ErrProof)
		s.proves("sms")
		codes, err := s.Recovery(s.ctx)
		s.must(err)
		if len(codes) != 10 || s.way("recovery").Hint != "10" {
			s.Fatalf("%v", codes)
		}
		use := func(c string) error {
			_, err := s.Check(s.ctx, s.attempt("recovery"), identity.Answer{Code: c})
			return err
		}
		s.must(use(strings.ToLower(codes[0][:4] + "-" + codes[0][4:8] + " " + codes[0][8:])))
		s.wants(use(codes[0]), factor.ErrRecovery)
		s.wants(use("0000-0000-0000"), factor.ErrRecovery)
		s.wants(use("?"), factor.ErrRecovery)
		few := 0
		for _, c := range codes[1:8] {
			s.must(use(c))
		}
		for _, l := range identitytest.SenderOf(s.T, s.Identity).Sent() {
			if strings.Contains(l.Subject, "заканчиваются") && l.Channel == "cabinet" {
				few++
			}
		}
		if few != 2 {
			s.Errorf("told %d times that few are left", few)
		}
		s.proves("recovery")
		fresh, err := s.Recovery(s.ctx)
		s.must(err)
		s.wants(use(codes[9]), factor.ErrRecovery)
		s.must(use(fresh[0]))
		for _, c := range append(codes, fresh...) {
			if strings.Contains(s.log.String(), c) {
				s.Error("the log holds a code")
			}
		}
	})
}

func TestTokenIsAdded(t *testing.T) {
	t.Parallel()
	each(t, func(s *stand) {
		secret := []byte("12345678901234567890")
		s.proves("sms")
		err := s.Enrol(s.ctx, factor.KindOATH, func(string, factor.Enrolment) url.Values { return url.Values{"secret": {"x"}} })
		if e, ok := errs.As(err); !ok || len(e.Fields) != 2 {
			s.Fatal(err)
		}
		s.proves("sms")
		s.must(s.Enrol(s.ctx, factor.KindOATH, func(string, factor.Enrolment) url.Values {
			return url.Values{"secret": {"3132333435363738393031323334353637383930"}, "mode": {"hotp"}, "digits": {"8"}, "code": {factor.HOTP(secret, 3, 8)}}
		}))
		use := func(n int64) error {
			_, err := s.Check(s.ctx, s.attempt("oath"), identity.Answer{Code: factor.HOTP(secret, n, 8)})
			return err
		}
		s.wants(use(3), factor.ErrToken)
		s.must(use(5))
		s.wants(use(4), factor.ErrToken)
		for range 9 {
			s.wants(use(100), factor.ErrToken)
		}
		s.wants(use(6), identity.ErrLimit)
	})
}

func TestRename(t *testing.T) {
	t.Parallel()
	s := newStand(t, db.SQLite)
	s.addApp("sms")
	ref := s.way("totp").Ref
	stale := identity.ActorOf(s.ctx)
	stale.Fresh = false
	s.wants(s.Rename(identity.WithActor(s.ctx, stale), ref, "x"), identity.ErrFresh)
	s.must(s.Rename(s.ctx, ref, "Рабочий"))
	if s.way("totp").Name != "Рабочий" {
		t.Fatal(s.way("totp"))
	}
	s.wants(s.Rename(s.ctx, "sms", "x"), identity.ErrNotFound)
	if err := s.Rename(s.ctx, ref, strings.Repeat("я", 61)); !errs.IsKind(err, errs.Invalid) {
		t.Fatal(err)
	}
}

func TestFactorsOfNobodyElse(t *testing.T) {
	t.Parallel()
	s := newStand(t, db.SQLite)
	s.addApp("sms")
	ref := s.way("totp").Ref
	other := identitytest.Account(t, s.Identity, "+79130000002")
	stranger := identitytest.Context(t, s.Identity, other)
	s.wants(s.Remove(stranger, ref), identity.ErrNotFound)
	s.wants(s.Rename(stranger, ref, "x"), identity.ErrNotFound)
}

var (
	home      = virtualwebauthn.RelyingParty{Name: "Okno", ID: "localhost", Origin: "http://localhost"}
	elsewhere = virtualwebauthn.RelyingParty{Name: "Okno", ID: "localhost", Origin: "https://localhost.evil.example"}
)

// wholeKey is how long a public key is of which no coordinate begins with a zero.
const wholeKey = 77

// newCredential is one whose key is whole: the library drops leading zeros of a
// coordinate, which no real authenticator does (RFC 9053 §7.1.1).
func newCredential() virtualwebauthn.Credential {
	for {
		if c := virtualwebauthn.NewCredential(virtualwebauthn.KeyTypeEC2); len(c.Key.AttestationData()) == wholeKey {
			return c
		}
	}
}

// addKey adds a credential, and gives it.
func (s *stand) addKey(kind string, auth *virtualwebauthn.Authenticator) virtualwebauthn.Credential {
	s.Helper()
	cred := newCredential()
	s.proves("sms")
	s.must(s.addCredential(kind, auth, cred, home))
	auth.AddCredential(cred)
	auth.Options.UserHandle = []byte(s.anna)
	return cred
}

func (s *stand) addCredential(kind string, auth *virtualwebauthn.Authenticator, cred virtualwebauthn.Credential, rp virtualwebauthn.RelyingParty) error {
	s.Helper()
	return s.EnrolKey(s.ctx, kind, func(options string) string {
		asked, err := virtualwebauthn.ParseAttestationOptions(options)
		s.must(err)
		return virtualwebauthn.CreateAttestationResponse(rp, *auth, cred, *asked)
	})
}

// answer lets the authenticator answer a challenge.
func (s *stand) answer(auth virtualwebauthn.Authenticator, cred virtualwebauthn.Credential, rp virtualwebauthn.RelyingParty, options []byte) string {
	s.Helper()
	asked, err := virtualwebauthn.ParseAssertionOptions(string(options))
	s.must(err)
	return virtualwebauthn.CreateAssertionResponse(rp, auth, cred, *asked)
}

func (s *stand) useKey(auth virtualwebauthn.Authenticator, cred virtualwebauthn.Credential, rp virtualwebauthn.RelyingParty) error {
	s.Helper()
	at := s.attempt("webauthn")
	asked, err := s.Begin(s.ctx, at)
	s.must(err)
	answer := identity.Answer{Credential: s.answer(auth, cred, rp, asked.Options)}
	if _, err = s.Check(s.ctx, at, answer); err == nil {
		if _, again := s.Check(s.ctx, at, answer); !errors.Is(again, factor.ErrStale) {
			s.Errorf("an answer is taken twice: %v", again)
		}
	}
	return err
}

func TestSecurityKey(t *testing.T) {
	t.Parallel()
	each(t, func(s *stand) {
		auth := virtualwebauthn.NewAuthenticator()
		s.proves("sms")
		s.wants(s.addCredential("key", &auth, newCredential(), elsewhere), factor.ErrKey)
		cred := s.addKey("key", &auth)
		if w := s.way("webauthn"); !w.Held || !w.Script {
			s.Fatalf("%+v", w)
		}
		cred.Counter = 5
		s.must(s.useKey(auth, cred, home))
		s.wants(s.useKey(auth, cred, home), factor.ErrCloned)
		if told := s.told("sms"); told != 2 {
			s.Errorf("told %d times by SMS", told)
		}
		cred.Counter = 6
		s.wants(s.useKey(auth, cred, elsewhere), factor.ErrKey)
		s.wants(s.useKey(auth, newCredential(), home), factor.ErrKey)
		s.must(s.useKey(auth, cred, home))
		at := s.attempt("webauthn")
		_, err := s.Check(s.ctx, at, identity.Answer{Credential: "{}"})
		s.wants(err, factor.ErrKey)
	})
}

func TestBackupFlags(t *testing.T) {
	t.Parallel()
	s := newStand(t, db.SQLite)
	auth := virtualwebauthn.NewAuthenticatorWithOptions(virtualwebauthn.AuthenticatorOptions{BackupEligible: true})
	cred := s.addKey("passkey", &auth)
	auth.Options.BackupState = true
	s.must(s.useKey(auth, cred, home))
	auth.Options.BackupEligible, auth.Options.BackupState = false, false
	s.wants(s.useKey(auth, cred, home), factor.ErrKey) // eligibility never changes
}

func TestPasskeyTellsWhoseItIs(t *testing.T) {
	t.Parallel()
	each(t, func(s *stand) {
		auth := virtualwebauthn.NewAuthenticator()
		cred := s.addKey("passkey", &auth)
		sign := func(change func(*virtualwebauthn.Authenticator)) (identity.Attempt, error) {
			token, options, err := s.BeginPasskey(s.ctx)
			s.must(err)
			a := auth
			change(&a)
			return s.CheckPasskey(s.ctx, token, s.answer(a, cred, home, options))
		}
		at, err := sign(func(*virtualwebauthn.Authenticator) {})
		s.must(err)
		if at.Account.ID != s.anna || at.Way.Kind != "webauthn" {
			s.Fatalf("%+v", at)
		}
		for name, change := range map[string]func(*virtualwebauthn.Authenticator){
			"nobody's": func(a *virtualwebauthn.Authenticator) {
				a.Options.UserHandle = []byte("0190f3f4-0000-7000-8000-000000000000")
			},
			"no handle":  func(a *virtualwebauthn.Authenticator) { a.Options.UserHandle = nil },
			"unverified": func(a *virtualwebauthn.Authenticator) { a.Options.UserNotVerified = true },
		} {
			if _, err := sign(change); !errors.Is(err, factor.ErrKey) {
				s.Errorf("%s: %v", name, err)
			}
		}
		_, err = s.CheckPasskey(s.ctx, "no such token", "{}")
		s.wants(err, factor.ErrKey)
	})
}

func FuzzAssertion(f *testing.F) {
	rp, auth, cred := home, virtualwebauthn.NewAuthenticator(), virtualwebauthn.NewCredential(virtualwebauthn.KeyTypeEC2)
	asked, err := virtualwebauthn.ParseAssertionOptions(`{"publicKey":{"challenge":"AAAA","rpId":"localhost","allowCredentials":[]}}`)
	if err != nil {
		f.Fatal(err)
	}
	for _, s := range []string{"", "{}", `{"id":"AA","rawId":"AA","type":"public-key","response":{}}`, virtualwebauthn.CreateAssertionResponse(rp, auth, cred, *asked)} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if err := factor.ParseAssertion(s); err == nil && !json.Valid([]byte(s)) {
			t.Fatalf("%q is an assertion", s)
		}
	})
}

func FuzzAttestation(f *testing.F) {
	asked, err := virtualwebauthn.ParseAttestationOptions(`{"publicKey":{"challenge":"AAAA","rp":{"id":"localhost","name":"Okno"},"user":{"id":"AA","name":"a","displayName":"a"},"pubKeyCredParams":[]}}`)
	if err != nil {
		f.Fatal(err)
	}
	for _, kind := range []virtualwebauthn.KeyType{virtualwebauthn.KeyTypeEC2, virtualwebauthn.KeyTypeRSA} {
		auth, cred := virtualwebauthn.NewAuthenticator(), virtualwebauthn.NewCredential(kind)
		f.Add(virtualwebauthn.CreateAttestationResponse(home, auth, cred, *asked))
	}
	for _, s := range []string{"", "{}", `{"id":"AA","rawId":"AA","type":"public-key","response":{"attestationObject":"oA","clientDataJSON":"e30"}}`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if err := factor.ParseAttestation(s); err == nil && !json.Valid([]byte(s)) {
			t.Fatalf("%q is an attestation", s)
		}
	})
}
