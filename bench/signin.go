package main

import (
	"context"
	"fmt"
	"math"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/alexedwards/argon2id"
	"github.com/pquerna/otp/totp"

	"okno/internal/app"
	"okno/internal/identity"
	"okno/internal/kit/db"
	"okno/internal/kit/id"
)

const (
	// guestPassword and guestSecret are what all guests sign in with.
	guestPassword = "Синий-Кит_2719"
	guestSecret   = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
	// signIns are held against as many bare hashes, signInBatch of each in turn.
	signIns, signInBatch = 400, 5
	// namesEach is how many known and how many unknown names are tried.
	namesEach = 200
)

// signin measures what a sign-in costs beyond its hash, whether known names take
// another time than unknown ones, sessions by the million and a long history.
func (b *bench) signin(ctx context.Context) error {
	h, err := build(ctx, b.env)
	if err != nil {
		return err
	}
	defer h.Close()
	d, prefix := h.Doors(), "guest-"+strings.ToLower(id.New()[24:])+"-"
	guests, err := guests(identity.AsSystem(ctx), d, prefix, namesEach+signIns+signInBatch)
	if err != nil {
		return fmt.Errorf("guests: %w", err)
	}
	for _, part := range []func() error{
		func() error { return b.rest(ctx) }, // jobs of the seeding are no part of it
		func() error { return b.signInCost(ctx, guests[namesEach:]) },
		func() error { return b.namesAlike(guests[:namesEach], prefix) },
		func() error { return b.checks(ctx, h) },
		func() error { return b.longHistory(ctx, d) },
	} {
		if err := part(); err != nil {
			return err
		}
	}
	return nil
}

// guests are accounts with a login name, a password and an authenticator.
func guests(ctx context.Context, d app.Doors, prefix string, n int) ([]string, error) {
	hash, err := d.Identity.HashPassword(ctx, guestPassword)
	if err != nil {
		return nil, err
	}
	logins := make([]string, n)
	err = parallel(8, n, func(i int) error {
		logins[i] = fmt.Sprintf("%s%d", prefix, i)
		a, err := d.Identity.Prepare(ctx, identity.NewAccount{Login: logins[i], Lang: "ru", PasswordHash: hash})
		if err != nil {
			return err
		}
		err = patient(func() error {
			return d.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
				_, err := d.Identity.Create(ctx, tx, a)
				return err
			})
		})
		if err != nil {
			return err
		}
		return patient(func() error { return d.Identity.SetTOTP(ctx, a.ID(), guestSecret) })
	})
	return logins, err
}

// stranger is a browser that has never been here.
func (b *bench) stranger() *visit {
	return &visit{client: &http.Client{
		Transport:     &http.Transport{MaxIdleConnsPerHost: 2, DisableCompression: true, DialContext: (&net.Dialer{}).DialContext},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}, addr: b.portal.addr, cookies: map[string]string{}}
}

// entry is a sign-in in microseconds: whole, with the pages that ask for name and
// code, and the two requests alone that give them.
type entry struct{ whole, asked float64 }

// enters signs the guest in, page by page, as a browser does.
func (v *visit) enters(login string) (e entry, err error) {
	v.path, v.cookies = "/login", map[string]string{}
	give := func(path string, form url.Values) error {
		begin := time.Now()
		defer func() { e.asked += since(begin) }()
		return v.post(path, form)
	}
	begin := time.Now()
	if err := v.get(); err != nil {
		return e, err
	}
	if err := give("/login", url.Values{"name": {login}, "password": {guestPassword}}); err != nil {
		return e, err
	}
	form := v.path
	if err := v.get(); err != nil {
		return e, err
	}
	code, err := totp.GenerateCode(guestSecret, time.Now())
	if err != nil {
		return e, err
	}
	if err := give(form, url.Values{"code": {code}}); err != nil {
		return e, err
	}
	e.whole = since(begin)
	if v.path != "/cabinet" {
		return e, fmt.Errorf("the sign-in of %s ended at %s", login, v.path)
	}
	return e, nil
}

func since(begin time.Time) float64 { return float64(time.Since(begin).Nanoseconds()) / 1e3 }

// signInCost holds sign-ins against bare hashes of the same parameters by processor
// time, without what the portal spends when nobody comes, and by a clock on the wall
// against a bare server that is asked the same and makes the hash, nothing else. A few
// of each in turn, so that a busy machine spoils all. PostgreSQL's own processor time
// is told beside it.
func (b *bench) signInCost(ctx context.Context, logins []string) error {
	hash, err := argon2id.CreateHash(guestPassword, &argon2id.Params{Memory: 19 * 1024, Iterations: 2, Parallelism: 1, SaltLength: 16, KeyLength: 32})
	if err != nil {
		return err
	}
	v, door := b.stranger(), b.stranger()
	v.path = "/login"
	if err := v.get(); err != nil {
		return err
	}
	if err := b.startDoor(ctx, hash, v.body); err != nil {
		return err
	}
	door.addr = b.bare.addr
	idle, idleServer := b.idle()
	var portal, server, own time.Duration
	var all, bare entries
	rounds := len(logins)/signInBatch - 1
	for round := range rounds + 1 { // the first warms up
		some := logins[round*signInBatch:][:signInBatch]
		portalAt, serverAt, began := b.portal.cpu(), b.serverCPU(), time.Now()
		entered, err := batch(some, v.enters)
		if err != nil {
			return err
		}
		took := time.Since(began).Seconds()
		portalTook := b.portal.cpu() - portalAt - time.Duration(idle*took)
		serverTook := b.serverCPU() - serverAt - time.Duration(idleServer*took)
		passed, err := batch(some, door.enters)
		if err != nil {
			return err
		}
		ownAt := ownCPU()
		for range some {
			if ok, err := argon2id.ComparePasswordAndHash(guestPassword, hash); err != nil || !ok {
				return fmt.Errorf("bare hash: %v %w", ok, err)
			}
		}
		if round == 0 {
			continue
		}
		own += ownCPU() - ownAt
		portal, server = portal+portalTook, server+serverTook
		all.add(entered)
		bare.add(passed)
	}
	n := time.Duration(rounds * signInBatch)
	cpu := float64(portal) / float64(own)
	b.report.add(b.engine, "processor time of a sign-in (password, authenticator) beside a bare Argon2id", fmt.Sprintf(
		"%.2f (%.1f ms of the portal; bare %.1f ms; %.1f ms of PostgreSQL)", cpu, ms(portal/n), ms(own/n), ms(server/n)), "≤ 1.10", cpu <= 1.1)
	b.addClock("its two requests by the clock, beside a server that makes the hash and nothing else", all.asked, bare.asked)
	b.addClock("the same with the two pages that ask for them", all.whole, bare.whole)
	return nil
}

// entries are the times of many sign-ins, in the order of their batches.
type entries struct{ whole, asked []float64 }

func (e *entries) add(more entries) {
	e.whole, e.asked = append(e.whole, more.whole...), append(e.asked, more.asked...)
}

func batch(logins []string, enter func(login string) (entry, error)) (all entries, err error) {
	for _, login := range logins {
		e, err := enter(login)
		if err != nil {
			return all, err
		}
		all.add(entries{[]float64{e.whole}, []float64{e.asked}})
	}
	return all, nil
}

// addClock reports the median of the batches' ratios.
func (b *bench) addClock(what string, ours, bare []float64) {
	var ratios []float64
	for n := 0; n < len(ours); n += signInBatch {
		ratios = append(ratios, median(ours[n:n+signInBatch])/median(bare[n:n+signInBatch]))
	}
	b.report.add(b.engine, what, fmt.Sprintf("%.2f (%.1f ms; bare %.1f ms)", median(ratios), median(ours)/1e3, median(bare)/1e3),
		"≤ 1.10", median(ratios) <= 1.1)
}

// idle is what the portal and PostgreSQL spend in a second when nobody comes, in
// nanoseconds: it is no part of a sign-in.
func (b *bench) idle() (portal, server float64) {
	portalAt, serverAt, began := b.portal.cpu(), b.serverCPU(), time.Now()
	time.Sleep(3 * time.Second)
	took := time.Since(began).Seconds()
	return float64(b.portal.cpu()-portalAt) / took, float64(b.serverCPU()-serverAt) / took
}

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1e3 }

// serverCPU is what PostgreSQL has used; nothing on SQLite.
func (b *bench) serverCPU() time.Duration {
	if b.pg == nil || b.engine != "postgres" {
		return 0
	}
	return b.pg.family()
}

// namesAlike tries wrong passwords under names that somebody has and that nobody
// has, in turn, and asks by ranks whether their times can be told apart.
func (b *bench) namesAlike(known []string, prefix string) error {
	v := b.stranger()
	var times [2][]float64
	for i := range known {
		names := [2]string{known[i], fmt.Sprintf("%sx%d", prefix, i)}
		for turn := range names {
			which := (i + turn) % 2 // who comes first takes turns as well
			begin := time.Now()
			status, err := v.ask(http.MethodPost, "/login", strings.NewReader(url.Values{"name": {names[which]}, "password": {"wrong wrong"}}.Encode()))
			if err != nil || status != http.StatusUnprocessableEntity {
				return fmt.Errorf("a wrong password of %s: status %d, %w", names[which], status, err)
			}
			times[which] = append(times[which], float64(time.Since(begin).Microseconds())/1e3)
		}
	}
	later, p := ranks(times[0], times[1])
	b.report.add(b.engine, "a wrong password under known and unknown names", fmt.Sprintf(
		"medians %.2f and %.2f ms, quartiles %.2f–%.2f and %.2f–%.2f; the known name is later in %.0f %% of pairs, p = %.3f (Mann–Whitney, %d each)",
		median(times[0]), median(times[1]), part(times[0], 0.25), part(times[0], 0.75), part(times[1], 0.25), part(times[1], 0.75), later*100, p, len(known)),
		"40–60 % of pairs", math.Abs(later-0.5) <= 0.1)
	return nil
}

func part(xs []float64, q float64) float64 {
	xs = slices.Sorted(slices.Values(xs))
	return xs[int(q*float64(len(xs)-1))]
}

// ranks is the test of Mann and Whitney: the share of pairs in which x is larger
// (ties count half), and the two-sided probability of one so far from a half
// when both are of one distribution, by the normal approximation.
func ranks(xs, ys []float64) (larger, p float64) {
	var u float64
	for _, x := range xs {
		for _, y := range ys {
			switch {
			case x > y:
				u++
			case x == y:
				u += 0.5
			}
		}
	}
	n, m := float64(len(xs)), float64(len(ys))
	z := (u - n*m/2) / math.Sqrt(n*m*(n+m+1)/12)
	return u / (n * m), math.Erfc(math.Abs(z) / math.Sqrt2)
}
