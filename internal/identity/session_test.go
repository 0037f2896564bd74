package identity_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"okno/internal/identity"
	"okno/internal/identity/identitytest"
	"okno/internal/kit/clock"
	"okno/internal/kit/db"
	"okno/internal/kit/errs"
	"okno/internal/kit/testkit"
)

// alive reports whether the token is the account's session.
func alive(t testing.TB, i *identity.Identity, token string) bool {
	t.Helper()
	who, err := i.Who(context.Background(), token)
	must(t, err)
	return who.SignedIn()
}

func TestSessionEndsWhenIdle(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, i *identity.Identity, clk ticking) {
		anna := identitytest.Account(t, i, phone)
		token, err := i.Begin(context.Background(), anna, "registration")
		must(t, err)
		for range 5 {
			clk.Advance(20 * time.Minute)
			if !alive(t, i, token) {
				t.Fatal("a used session ended")
			}
		}
		clk.Advance(20*time.Minute + time.Second)
		if alive(t, i, token) {
			t.Fatal("an idle session lives")
		}
	})
}

func TestSessionEndsAfterTwelveHours(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, i *identity.Identity, clk ticking) {
		anna := identitytest.Account(t, i, phone)
		token, err := i.Begin(context.Background(), anna, "registration")
		must(t, err)
		for range 12*4 - 1 {
			clk.Advance(15 * time.Minute)
			if !alive(t, i, token) {
				t.Fatal("ended early")
			}
		}
		clk.Advance(15 * time.Minute)
		if alive(t, i, token) {
			t.Fatal("it lives for ever")
		}
	})
}

func TestFreshForFiveMinutes(t *testing.T) {
	t.Parallel()
	i, clk := lite(t)
	ctx := context.Background()
	anna := identitytest.Account(t, i, phone)
	token, err := i.Begin(ctx, anna, "registration")
	must(t, err)
	clk.Advance(5*time.Minute - time.Second)
	if who, _ := i.Who(ctx, token); !who.Fresh {
		t.Fatal("not fresh")
	}
	clk.Advance(time.Second)
	if who, _ := i.Who(ctx, token); who.Fresh || !who.SignedIn() {
		t.Fatalf("%+v", who)
	}
}

// twoNodes are two identities on one database.
func twoNodes(t *testing.T, e db.Engine, clk clock.Clock) (a, b *identity.Identity) {
	t.Helper()
	url, sealer := testkit.URL(t, e, schema), identitytest.Sealer(t, clk)
	return identitytest.With(t, identitytest.Deps(t, testkit.OpenURL(t, url, clk), sealer, clk)),
		identitytest.With(t, identitytest.Deps(t, testkit.OpenURL(t, url, clk), sealer, clk))
}

func TestEndedSessionIsDeadOnTheOtherNode(t *testing.T) {
	t.Parallel()
	clk := fake()
	a, b := twoNodes(t, db.Postgres, clk)
	ctx := context.Background()
	anna := identitytest.Account(t, a, phone)
	token, err := a.Begin(ctx, anna, "registration")
	must(t, err)
	must(t, b.Revalidate(ctx))
	for range 10 {
		if !alive(t, b, token) {
			t.Fatal("the other node does not know the session")
		}
	}
	if n := b.Reads(); n != 1 {
		t.Fatalf("%d reads for ten requests", n)
	}
	must(t, a.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error { return a.EndSessions(ctx, tx, anna, "") }))
	if alive(t, a, token) {
		t.Fatal("alive on the node that ended it")
	}
	must(t, b.Revalidate(ctx))
	if alive(t, b, token) {
		t.Fatal("alive after the round")
	}
}

// TestNodeOutOfStepReadsTheDatabase: without a round for more than a second
// memory is not believed.
func TestNodeOutOfStepReadsTheDatabase(t *testing.T) {
	t.Parallel()
	clk := fake()
	a, b := twoNodes(t, db.Postgres, clk)
	ctx := context.Background()
	anna := identitytest.Account(t, a, phone)
	token, err := a.Begin(ctx, anna, "registration")
	must(t, err)
	must(t, b.Revalidate(ctx))
	if !alive(t, b, token) {
		t.Fatal("not alive")
	}
	must(t, a.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error { return a.EndSessions(ctx, tx, anna, "") }))
	clk.Advance(time.Second + time.Microsecond)
	if alive(t, b, token) {
		t.Fatal("an ended session lives on a node that is out of step")
	}
}

// TestPropagationInRealTime runs the rounds as a server does.
func TestPropagationInRealTime(t *testing.T) {
	t.Parallel()
	clk := clock.System()
	a, b := twoNodes(t, db.Postgres, clk)
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	anna := identitytest.Account(t, a, phone)
	token, err := a.Begin(ctx, anna, "registration")
	must(t, err)
	a.Start(ctx)
	b.Start(ctx)
	testkit.Eventually(t, "the session is served from memory", func() bool {
		before := b.Reads()
		return alive(t, b, token) && b.Reads() == before
	})
	must(t, a.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error { return a.EndSessions(ctx, tx, anna, "") }))
	ended := clk.Now()
	testkit.Eventually(t, "the session is dead on the other node", func() bool { return !alive(t, b, token) })
	if took := clk.Now().Sub(ended); took > time.Second {
		t.Fatalf("it took %v", took)
	}
}

func TestLostDatabaseRefuses(t *testing.T) {
	t.Parallel()
	i, clk := lite(t)
	ctx := context.Background()
	anna := identitytest.Account(t, i, phone)
	b := newBrowser(t, i)
	b.signIn(i, phone)
	must(t, i.Revalidate(ctx))
	b.get("/cabinet").shows(t, 200)
	must(t, i.DB.Close())
	b.get("/cabinet").shows(t, 200) // within the second memory still speaks
	clk.Advance(2 * time.Second)
	b.get("/cabinet").shows(t, 503)
	b.get("/open").shows(t, 200, "page open")
	if err := i.Revalidate(ctx); err == nil {
		t.Fatal("a round on a lost database succeeds")
	}
	_ = anna
}

func TestLastActivityOfOtherNodeCounts(t *testing.T) {
	t.Parallel()
	for _, e := range []db.Engine{db.SQLite, db.Postgres} {
		t.Run(string(e), func(t *testing.T) {
			t.Parallel()
			clk := fake()
			a, b := twoNodes(t, e, clk)
			ctx := context.Background()
			anna := identitytest.Account(t, a, phone)
			token, err := a.Begin(ctx, anna, "registration")
			must(t, err)
			must(t, b.Revalidate(ctx))
			if !alive(t, b, token) {
				t.Fatal("not alive")
			}
			for range 3 { // used on a alone, for half an hour
				clk.Advance(10 * time.Minute)
				must(t, a.Revalidate(ctx))
				if !alive(t, a, token) {
					t.Fatal("ended on a")
				}
				must(t, a.Revalidate(ctx)) // writes it
			}
			must(t, b.Revalidate(ctx))
			if !alive(t, b, token) {
				t.Fatal("b thinks that it was idle")
			}
		})
	}
}

func TestForeignSessionIsNotFound(t *testing.T) {
	t.Parallel()
	i, _ := lite(t)
	ctx := context.Background()
	anna := identitytest.Account(t, i, phone)
	token, err := i.Begin(ctx, anna, "registration")
	must(t, err)
	who, err := i.Who(ctx, token)
	must(t, err)
	boris := newBrowser(t, i)
	identitytest.Account(t, i, "+79130000002", func(n *identity.NewAccount) { n.Login = "boris" })
	boris.post("/login", "name", "boris", "password", identitytest.Password).goes(t, "/login/code")
	boris.post("/login/code", "code", sent(t, i, "+79130000002")).goes(t, "/cabinet")
	boris.post("/cabinet/security/sessions/"+who.Session+"/end").shows(t, 404)
	if !alive(t, i, token) {
		t.Fatal("a stranger ended it")
	}
}

func TestGuards(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	citizen := identity.WithActor(ctx, identity.Actor{ID: "a"})
	officer := identity.WithActor(ctx, identity.Actor{ID: "b", Fresh: true, Roles: []identity.Role{{Name: identity.Officer, Agency: "mvd"}}})
	system := identity.AsSystem(ctx)
	for _, c := range []struct {
		name string
		ctx  context.Context
		err  [5]*errs.Error // SignedIn, Citizen, Staff, Staff(head), Fresh
	}{
		{"nobody", ctx, [5]*errs.Error{identity.ErrSignIn, identity.ErrSignIn, identity.ErrSignIn, identity.ErrSignIn, identity.ErrSignIn}},
		{"system", system, [5]*errs.Error{identity.ErrSignIn, identity.ErrSignIn, identity.ErrSignIn, identity.ErrSignIn, identity.ErrSignIn}},
		{"citizen", citizen, [5]*errs.Error{nil, nil, identity.ErrForbidden, identity.ErrForbidden, identity.ErrFresh}},
		{"officer", officer, [5]*errs.Error{nil, identity.ErrForbidden, nil, identity.ErrForbidden, nil}},
	} {
		for n, g := range []func(context.Context) error{
			identity.SignedIn().Check, identity.Citizen().Check, identity.Staff().Check, identity.Staff(identity.Head).Check,
			identity.Fresh(identity.SignedIn()).Check,
		} {
			err := g(c.ctx)
			if c.err[n] == nil && err != nil || c.err[n] != nil && !c.err[n].Is(asError(err)) {
				t.Errorf("%s, guard %d: %v, want %v", c.name, n, err, c.err[n])
			}
		}
	}
}

func asError(err error) error {
	if e, ok := errs.As(err); ok {
		return e
	}
	return fmt.Errorf("no kind: %w", err)
}

func TestActor(t *testing.T) {
	t.Parallel()
	a := identity.Actor{ID: "b", IP: "1.2.3.4", Agent: "x", Request: "r", Roles: []identity.Role{
		{Name: identity.Officer, Agency: "mvd"}, {Name: identity.Officer, Agency: "mvd", Office: "1"}, {Name: identity.Head, Agency: "fns"},
	}}
	if got := a.AgenciesAs(identity.Officer); !equal(got, []string{"mvd"}) {
		t.Error(got)
	}
	if got := a.AgenciesAs(identity.Officer, identity.Head); !equal(got, []string{"mvd", "fns"}) {
		t.Error(got)
	}
	if e := a.Entry("cases.taken", "o", "case:1"); e.Role != "officer" || e.Actor != "b" || e.IP != "1.2.3.4" || e.Request != "r" {
		t.Errorf("%+v", e)
	}
	if e := identity.ActorOf(identity.AsSystem(context.Background())).Entry("x", "", ""); e.Role != "system" || e.Actor != "system" {
		t.Errorf("%+v", e)
	}
}

// TestOpenPageDoesNotKeepASession: parts that a script fetches are no activity.
func TestOpenPageDoesNotKeepASession(t *testing.T) {
	t.Parallel()
	i, clk := lite(t)
	identitytest.Account(t, i, phone)
	b := newBrowser(t, i)
	b.signIn(i, phone)
	part := func() answer {
		r := httptest.NewRequest(http.MethodGet, "/cabinet", nil)
		r.Header.Set("X-Fragment", "1")
		return b.do(r)
	}
	for range 4 {
		part().shows(t, 200)
		clk.Advance(5 * time.Minute)
	}
	stream := httptest.NewRequest(http.MethodGet, "/live", nil)
	stream.AddCookie(&http.Cookie{Name: identity.SessionCookie, Value: b.cookie(identity.SessionCookie)})
	if !i.Alive(stream) {
		t.Fatal("ended early")
	}
	clk.Advance(time.Second)
	part().shows(t, 401)
	if i.Alive(stream) {
		t.Fatal("an idle session's stream lives")
	}
}
