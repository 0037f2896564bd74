package app

import (
	"context"
	"strings"

	"okno/internal/agency"
	"okno/internal/identity"
	"okno/internal/kit/db"
	"okno/internal/kit/errs"
	"okno/internal/kit/i18n"
	"okno/internal/profile"
	"okno/internal/sandbox"
)

// seed makes the demo's people, once: a folder that is resumed has them.
func (h *House) seed(ctx context.Context, sb *sandbox.Sandbox) error {
	ctx = identity.AsSystem(ctx)
	hash, err := h.identity.HashPassword(ctx, demoPassword)
	if err != nil {
		return err
	}
	for n, c := range demoCitizens {
		if err := h.seedCitizen(ctx, sb.Person(c.person), n+1, c.login, profile.Level(c.level), hash); err != nil {
			return err
		}
	}
	for n, s := range demoStaff {
		sb.AddAuthenticator(s.login, demoTOTP(s.login))
		if s.agency != "" {
			if _, ok := h.agency.ByCode(s.agency); !ok {
				return errNoAgency
			}
		}
		m := agency.Member{Agency: s.agency, Office: s.office, Role: identity.RoleName(s.role)}
		if err := h.makeStaff(ctx, s.login, demoPhone(100+n), demoEmail(s.login), hash, demoTOTP(s.login), m); err != nil {
			return err
		}
	}
	return h.seedWebhooks(ctx, sb)
}

// known reports whether an account with the login stands already.
func (h *House) known(ctx context.Context, login string) (bool, error) {
	_, err := h.identity.FindByLogin(ctx, login)
	if errs.IsKind(err, errs.NotFound) {
		return false, nil
	}
	return err == nil, err
}

func (h *House) seedCitizen(ctx context.Context, p sandbox.Person, n int, login string, level profile.Level, hash string) error {
	if known, err := h.known(ctx, login); known || err != nil {
		return err
	}
	in := profile.NewPerson{
		Account: identity.NewAccount{Phone: demoPhone(n), Email: demoEmail(login), Login: login, Lang: i18n.RU, PasswordHash: hash},
		Person:  profile.Person{LastName: p.LastName, FirstName: p.FirstName, MiddleName: p.MiddleName},
		Level:   level,
	}
	if level != profile.Simplified {
		in.Person = personOf(p)
	}
	_, err := h.profile.Enter(ctx, in)
	return err
}

// personOf is a person of the sandbox's population as the profile knows one.
func personOf(p sandbox.Person) profile.Person {
	digits := func(s string) string { return strings.NewReplacer("-", "", " ", "").Replace(s) }
	out := profile.Person{
		LastName: p.LastName, FirstName: p.FirstName, MiddleName: p.MiddleName,
		BirthDate: p.BirthDate, Sex: p.Sex, SNILS: digits(p.SNILS), INN: p.INN,
	}
	if p.Passport != nil {
		out.Passport = profile.Passport{
			Series: p.Passport.Series, Number: p.Passport.Number, IssuedOn: p.Passport.IssuedOn,
			IssuedBy: p.Passport.IssuedBy, UnitCode: p.Passport.UnitCode,
		}
	}
	out.Address = profile.Address{
		Region: p.Address.Region, City: p.Address.City, Street: p.Address.Street, House: p.Address.House, Flat: p.Address.Flat, Index: p.Address.Index,
	}
	return out
}

// makeStaff makes an account with a role and an authenticator, unless one with
// the login stands.
func (h *House) makeStaff(ctx context.Context, login, phone, email, hash, totp string, m agency.Member) error {
	if known, err := h.known(ctx, login); known || err != nil {
		return err
	}
	d, err := h.identity.Prepare(ctx, identity.NewAccount{Phone: phone, Email: email, Login: login, Lang: i18n.RU, PasswordHash: hash})
	if err != nil {
		return err
	}
	m.Account = d.ID()
	err = h.stores.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if _, err := h.identity.Create(ctx, tx, d); err != nil {
			return err
		}
		return h.agency.AddStaff(ctx, tx, m)
	})
	if err != nil {
		return err
	}
	return h.identity.SetTOTP(ctx, m.Account, totp)
}
