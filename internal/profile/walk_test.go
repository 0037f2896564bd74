package profile_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"okno/internal/identity"
	"okno/internal/identity/device"
	"okno/internal/identity/identitytest"
	"okno/internal/kit/clock"
	"okno/internal/kit/db"
	"okno/internal/kit/testkit"
	"okno/internal/kit/web"
	"okno/internal/profile"
	"okno/internal/profile/profiletest"
)

// What a thief in a walk has stolen: one proof, or two that must not do together.
type loot struct {
	phone, mail, password, session bool
	// strict: the portal has the built-in rules of risk.
	strict bool
}

func loots() []loot {
	return []loot{
		{phone: true},
		{mail: true},
		{password: true},
		{session: true},
		{session: true, password: true},
		{phone: true, password: true, strict: true},
		{phone: true, strict: true},
		{mail: true, strict: true},
		{session: true, strict: true},
	}
}

// plot are the deeds that such a thief would try again and again.
func (l loot) plot() []string {
	all := []string{"days pass", "thief recovers"}
	if l.phone {
		all = append(all, "the number is stolen", "owner at an office", "owner changes phone", "thief stops a change")
	}
	if l.session {
		all = append(all, "a session is stolen", "thief uses a session", "owner signs in", "thief says not me", "thief adds an app by a session")
	}
	if l.password {
		all = append(all, "thief guesses", "thief signs in")
	}
	if l.mail {
		all = append(all, "owner changes mail", "thief stops a change", "thief says not me")
	}
	return all
}

// step is one deed of a walk, with a number for what it chooses.
type step struct {
	deed string
	dice uint32
}

// realm is a portal on which walks are made, one after the other.
type realm struct {
	t     *testing.T
	world *profiletest.World
	site  http.Handler
	clerk string
	made  int
	added int // factors that a thief has added
}

// walk is one account's life: its owner, a thief, and what the model knows.
type walk struct {
	*realm
	loot
	account              string
	phone, mail, reserve string
	owner, thief         *person
	stolen               *surfer // a browser with the owner's cookie
	swapped, gone, anew  bool
	n                    int
	fresh                int // contacts that were made up
}

func newRealm(t *testing.T, e db.Engine, strict bool) *realm {
	t.Helper()
	clk := clock.NewFake(testkit.Start)
	c := identity.Config{RiskFile: identity.RiskOpen}
	if strict {
		c.RiskFile = ""
	}
	w := profiletest.With(t, testkit.Open(t, e, profiletest.Schema(device.Migrations()), clk), clk, c)
	asks := device.New(device.Deps{
		DB: w.DB, Sealer: w.Sealer, Queue: w.Queue, Audit: w.Audit, Clock: clk, Log: w.Identity.Log, Texts: w.Texts, Notify: w.Notify,
		Identity: w.Identity, BaseURL: "http://localhost",
	})
	w.Profile.SetOwners(
		profile.Owner{Name: "notify", Export: w.Notify.Export, Erase: w.Notify.Erase},
		profile.Owner{Name: "identity", Export: w.Identity.Export, Erase: w.Identity.Erase},
		profile.Owner{Name: "devices", Export: asks.Export, Erase: asks.Erase},
	)
	r := &realm{t: t, world: w}
	r.site = w.Handler(w.Factors.Mount, asks.Mount, func(rt *web.Router) {
		rt.Handle("GET /cabinet", identity.Citizen(), func(rw http.ResponseWriter, _ *http.Request) error {
			rw.WriteHeader(http.StatusOK)
			return nil
		})
	})
	r.clerk = identitytest.StaffAccount(t, w.Identity, "clerk")
	w.Roles[r.clerk] = []identity.Role{{Name: identity.SupportChief}}
	return r
}

func (r *realm) drain()                { r.world.Drain(r.t) }
func (r *realm) later(d time.Duration) { r.world.Clock.Advance(d) }
func (w *walk) name() string           { return w.phone }
func (w *walk) newPhone() string       { w.fresh++; return fmt.Sprintf("+7925%05d%02d", w.n, w.fresh) }

func (w *walk) newMail() string { w.fresh++; return fmt.Sprintf("n%d-%d@example.ru", w.n, w.fresh) }

func (w *walk) newPassword() string {
	w.fresh++
	return fmt.Sprintf("Кит-Синий_%d%d", w.n, 70+w.fresh)
}

func (w *walk) ip(net, host int) string {
	return fmt.Sprintf("%d.%d.%d.%d", net, w.n/200%200, w.n%200, host)
}

const (
	ownersAgent = "Mozilla/5.0 (Windows NT 10.0) Firefox/140.0"
	thiefsAgent = "Mozilla/5.0 (X11; Linux) Chrome/140.0"
)

// begin registers an account by pages, and lets the thief have the loot.
func (r *realm) begin(l loot) (*walk, error) {
	r.made++
	w := &walk{realm: r, loot: l, n: r.made}
	w.phone, w.mail = w.newPhone(), w.newMail()
	w.owner = &person{surfer: newSurfer(r.site, w.ip(11, 7), ownersAgent), walk: w, password: w.newPassword(), reads: map[string]bool{w.phone: true, w.mail: true}}
	w.thief = &person{surfer: newSurfer(r.site, w.ip(13, 9), thiefsAgent), walk: w, password: "Thief's-guess_81", reads: map[string]bool{}}
	if !registers(r.world, w.owner.surfer, r.drain, w.phone, w.mail, w.owner.password) {
		return nil, errors.New("the owner can't register")
	}
	var err error
	if w.account, err = r.world.Identity.FindByPhone(context.Background(), w.phone); err != nil {
		return nil, err
	}
	if w.loot.mail {
		w.thief.reads[w.mail] = true
	}
	r.later(4 * 24 * time.Hour)
	return w, w.comeBack() // a known browser
}

// deeds are what may happen in a walk. A deed that makes no sense at the moment
// does nothing. An error says that the thief is in, or the owner out.
func deeds() map[string]func(w *walk, dice uint32) error {
	return map[string]func(*walk, uint32) error{
		"time passes":                    func(w *walk, d uint32) error { w.later(time.Duration(d%90) * time.Minute); return nil },
		"days pass":                      func(w *walk, d uint32) error { w.later(time.Duration(d%5) * 24 * time.Hour); return w.sweep() },
		"owner signs in":                 func(w *walk, _ uint32) error { _, _ = w.owner.signIn(); return nil },
		"owner signs out":                func(w *walk, _ uint32) error { w.owner.post("/logout"); return nil },
		"owner moves":                    func(w *walk, d uint32) error { w.owner.ip = w.ip(11+int(d%2), 7); return nil },
		"owner has a new one":            (*walk).newBrowser,
		"owner changes phone":            (*walk).changePhone,
		"owner changes mail":             (*walk).changeMail,
		"owner adds a reserve":           (*walk).addReserve,
		"owner adds an app":              func(w *walk, _ uint32) error { w.owner.addApp(); return nil },
		"owner drops the app":            func(w *walk, _ uint32) error { w.owner.removeApp(); return nil },
		"owner says not me":              func(w *walk, _ uint32) error { return w.notMe(w.owner) },
		"owner at an office":             (*walk).atOffice,
		"owner comes back":               func(w *walk, _ uint32) error { return w.comeBack() },
		"staff restrict":                 (*walk).staffRestrict,
		"the number is stolen":           (*walk).swap,
		"a session is stolen":            (*walk).steal,
		"thief guesses":                  (*walk).guess,
		"thief signs in":                 func(w *walk, _ uint32) error { _, _ = w.thief.signIn(); return nil },
		"thief recovers":                 (*walk).thiefRecovers,
		"thief unlocks":                  func(w *walk, d uint32) error { w.thief.prove("/unlock", channels[d%2]); return nil },
		"thief says not me":              func(w *walk, _ uint32) error { return w.notMe(w.thief) },
		"thief stops a change":           (*walk).thiefStops,
		"thief registers":                (*walk).thiefRegisters,
		"thief uses a session":           (*walk).useStolen,
		"thief shows a code":             (*walk).scanned,
		"thief adds an app by a session": (*walk).thiefAdds,
		"owner deletes":                  (*walk).deletes,
	}
}

var channels = []string{"sms", "email"}

// draw makes a walk of n steps, of what can happen to such a thief.
func draw(dice *rand.Rand, l loot, n int) []step {
	var names []string
	for name := range deeds() {
		if strings.Contains(name, "number") && !l.phone || !l.session && (strings.Contains(name, "session") || strings.Contains(name, "code")) {
			continue
		}
		names = append(names, name)
	}
	slices.Sort(names)
	for range 4 {
		names = append(names, l.plot()...)
	}
	all := make([]step, n)
	for i := range all {
		name := names[dice.IntN(len(names))]
		if name == "owner deletes" && dice.IntN(6) > 0 {
			name = "thief recovers"
		}
		all[i] = step{name, dice.Uint32N(1000)}
	}
	return all
}

// run makes the steps of a walk on a new account. At its end the owner must be
// able to come in.
func (r *realm) run(l loot, steps []step) error {
	w, err := r.begin(l)
	if err != nil {
		return err
	}
	all := deeds()
	for n, s := range steps {
		if err := all[s.deed](w, s.dice); err != nil {
			return fmt.Errorf("step %d, %s: %w", n, s.deed, err)
		}
		r.drain()
		if err := w.check(); err != nil {
			return fmt.Errorf("after step %d, %s: %w", n, s.deed, err)
		}
	}
	if err := w.comeBack(); err != nil {
		return fmt.Errorf("at the end: %w", err)
	}
	return w.check()
}

// check is what holds after each step: no thief is in.
func (w *walk) check() error {
	if w.thief.inside() {
		return errors.New("the thief is signed in")
	}
	if w.gone {
		if w.owner.inside() || w.stolen != nil && w.stolen.inside() {
			return errors.New("a session of a deleted account lives")
		}
	}
	return nil
}

// shrink leaves out steps for as long as the walk still fails.
func (r *realm) shrink(l loot, steps []step) []step {
	for size := len(steps) / 2; size > 0; size /= 2 {
		for at := 0; at+size <= len(steps); {
			less := slices.Concat(steps[:at], steps[at+size:])
			if r.run(l, less) != nil {
				steps = less
			} else {
				at += size
			}
		}
	}
	return steps
}

func tell(steps []step) string {
	var b strings.Builder
	for _, s := range steps {
		fmt.Fprintf(&b, "\t{%q, %d},\n", s.deed, s.dice)
	}
	return b.String()
}

// walks makes n walks of each loot and shows the shortest form of one that fails.
// A seed is enough to make a walk again: OKNO_WALK=seed.
func walks(t *testing.T, e db.Engine, strict bool, from, n, length int) {
	r := newRealm(t, e, strict)
	for seed := from; seed < from+n; seed++ {
		for _, l := range loots() {
			if l.strict != strict {
				continue
			}
			steps := draw(rand.New(rand.NewPCG(uint64(seed), 5)), l, length)
			err := r.run(l, steps)
			if err == nil {
				continue
			}
			short := r.shrink(l, steps)
			t.Fatalf("seed %d, %+v: %v\nthe shortest such walk (%v):\n%s", seed, l, err, r.run(l, short), tell(short))
		}
	}
}

func eachRealm(t *testing.T, f func(t *testing.T, e db.Engine, strict bool)) {
	t.Helper()
	for _, e := range []db.Engine{db.SQLite, db.Postgres} {
		for _, strict := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, strict %v", e, strict), func(t *testing.T) {
				t.Parallel()
				f(t, e, strict)
			})
		}
	}
}

// TestWalksOfAnAccount does at random what an owner, a thief, staff and time do
// to an account. No walk lets a thief in, and none keeps an owner out who has
// proofs.
func TestWalksOfAnAccount(t *testing.T) {
	t.Parallel()
	first, n := 1, 1
	if seed, err := strconv.Atoi(os.Getenv("OKNO_WALK")); err == nil {
		first = seed
	}
	length := map[db.Engine]int{db.SQLite: 20, db.Postgres: 8}
	eachRealm(t, func(t *testing.T, e db.Engine, strict bool) { walks(t, e, strict, first, n, length[e]) })
}

// TestAThiefAddsAFactorAndIsDenied is the walk that a draw may leave out: a thief with
// a session whose factor is fresh, with the password and without it, with an app of
// the owner's beside the thief's and without one.
func TestAThiefAddsAFactorAndIsDenied(t *testing.T) {
	t.Parallel()
	adds := step{"thief adds an app by a session", 7}
	eachRealm(t, func(t *testing.T, e db.Engine, strict bool) {
		r := newRealm(t, e, strict)
		for _, l := range []loot{{session: true, strict: strict}, {session: true, password: true, strict: strict}} {
			for _, steps := range [][]step{{adds}, {{"owner adds an app", 0}, {"days pass", 4}, {"owner comes back", 0}, adds}, {{"owner adds an app", 0}, adds, adds}} {
				before := r.added
				if err := r.run(l, steps); err != nil {
					t.Errorf("%+v: %v\n%s", l, err, tell(steps))
				}
				if r.added == before {
					t.Errorf("%+v: nothing was added by\n%s", l, tell(steps))
				}
			}
		}
	})
}

// TestSoakWalksOfAnAccount makes many long ones (OKNO_SOAK_WALKS of each loot).
func TestSoakWalksOfAnAccount(t *testing.T) {
	if os.Getenv("OKNO_SOAK") == "" {
		t.Skip("OKNO_SOAK is not set: `make soak`")
	}
	t.Parallel()
	n := 60
	if asked, err := strconv.Atoi(os.Getenv("OKNO_SOAK_WALKS")); err == nil {
		n = asked
	}
	eachRealm(t, func(t *testing.T, e db.Engine, strict bool) {
		for from := 100; from < 100+n; from += 10 { // a new portal now and then, as its post only grows
			t.Run(strconv.Itoa(from), func(t *testing.T) { walks(t, e, strict, from, min(10, 100+n-from), 60) })
		}
	})
}
