package identity

import (
	"context"
	"strings"

	"okno/internal/kit/web"
)

type faultKey struct{}

// withFault remembers that the session could not be checked: pages for
// everybody still open, all others say what is wrong.
func withFault(ctx context.Context, err error) context.Context {
	return context.WithValue(ctx, faultKey{}, err)
}

// signedIn is the actor, or the reason why there is none.
func signedIn(ctx context.Context) (Actor, error) {
	if err, ok := ctx.Value(faultKey{}).(error); ok {
		return Actor{}, err
	}
	a := ActorOf(ctx)
	if !a.SignedIn() {
		return Actor{}, ErrSignIn
	}
	return a, nil
}

// SignedIn lets anybody in who is signed in.
func SignedIn() web.Guard {
	return web.Guard{Name: "signed in", Check: func(ctx context.Context) error {
		_, err := signedIn(ctx)
		return err
	}}
}

// Returning lets in who is signed in, also from elsewhere than the session
// began: the way to the factor that is asked for then.
func Returning() web.Guard {
	return web.Guard{Name: "signed in", Check: func(ctx context.Context) error {
		_, err := signedIn(returned(ctx))
		return err
	}}
}

// Citizen lets those in who are signed in and have no role: the cabinet.
func Citizen() web.Guard {
	return web.Guard{Name: "citizen", Check: func(ctx context.Context) error {
		a, err := signedIn(ctx)
		if err == nil && a.IsStaff() {
			return ErrForbidden
		}
		return err
	}}
}

// CitizenOr lets in citizens, and staff with one of the roles: pages on which
// staff may stand beside a citizen.
func CitizenOr(names ...RoleName) web.Guard {
	return web.Guard{Name: "citizen, " + staffName(names), Check: func(ctx context.Context) error {
		a, err := signedIn(ctx)
		if err == nil && a.IsStaff() && !a.Has(names...) {
			return ErrForbidden
		}
		return err
	}}
}

// Staff lets those in who have one of the roles; without names, any role.
func Staff(names ...RoleName) web.Guard {
	return web.Guard{Name: staffName(names), Check: func(ctx context.Context) error {
		a, err := signedIn(ctx)
		if err == nil && (!a.IsStaff() || len(names) > 0 && !a.Has(names...)) {
			return a.kept(ctx)
		}
		return err
	}}
}

// kept is why the actor does not come to the desk: ErrNeedsKey and ErrNeedsProof
// for those who would with a key, ErrForbidden for all others.
func (a Actor) kept(ctx context.Context) error {
	if a.lacks != nil {
		if err := a.lacks(ctx, a); err != nil {
			return err
		}
	}
	return ErrForbidden
}

func staffName(names []RoleName) string {
	if len(names) == 0 {
		return "staff"
	}
	all := make([]string, len(names))
	for i, n := range names {
		all[i] = string(n)
	}
	return strings.Join(all, ", ")
}

// Fresh is the guard g, and asks for the second factor if the last one is more
// than five minutes old. A page is led through /reauth and back.
func Fresh(g web.Guard) web.Guard {
	return web.Guard{Name: g.Name + ", fresh factor", Check: func(ctx context.Context) error {
		if err := g.Check(ctx); err != nil {
			return err
		}
		return NeedFresh(ctx)
	}}
}

// needOpen refuses what an account is closed for: ErrRestricted, ErrFrozen.
func (a Actor) needOpen(ctx context.Context) error {
	switch {
	case a.Restricted:
		return ErrRestricted
	case !a.Frozen.IsZero():
		e := *ErrFrozen
		e.Args = []any{"When", MoscowTime(ctx, a.Frozen)}
		return &e
	}
	return nil
}

// NeedOpen is the first line of a change that asks for a proof of its own:
// ErrSignIn for nobody, ErrRestricted and ErrFrozen where the account is closed
// for such acts.
func NeedOpen(ctx context.Context) (Actor, error) {
	a, err := signedIn(ctx)
	if err == nil {
		err = a.needOpen(ctx)
	}
	return a, err
}

// NeedFresh is the first line of a sensitive use case: ErrSignIn for nobody,
// ErrRestricted and ErrFrozen where the account is closed for such acts,
// ErrFresh when the last factor is too old.
func NeedFresh(ctx context.Context) error {
	a, err := NeedOpen(ctx)
	if err == nil && !a.Fresh {
		err = ErrFresh
	}
	return err
}

// needProved is the first line of what shuts others out of the account: ErrSignIn
// for nobody, ErrFresh when the last factor is too old. An account that is
// restricted or closed for other acts may do it all the same.
func needProved(ctx context.Context) (Actor, error) {
	a, err := signedIn(ctx)
	if err == nil && !a.Fresh {
		err = ErrFresh
	}
	return a, err
}

// NeedHeld is the first line of what only a factor that is held may open, such as
// a service of high security: the errors of NeedFresh, and ErrHeld when the last
// factor was sent to a phone or a mailbox.
func NeedHeld(ctx context.Context) error {
	if err := NeedFresh(ctx); err != nil {
		return err
	}
	if !ActorOf(ctx).Held {
		return ErrHeld
	}
	return nil
}
