package agency

import (
	"context"
	"slices"

	"okno/internal/identity"
	"okno/internal/kit/db"
)

// Member is a person of the staff: an account with a role at a place.
type Member struct {
	Account string
	Agency  string // "" for roles of the whole portal
	Office  string // "" for all offices of the agency
	Role    identity.RoleName
}

// Agencies lists all agencies in the order of the file. Do not change them.
func (r *Room) Agencies() []Agency { return slices.Clone(r.agencies) }

// ByCode finds an agency.
func (r *Room) ByCode(code string) (Agency, bool) {
	i := slices.IndexFunc(r.agencies, func(a Agency) bool { return a.Code == code })
	if i < 0 {
		return Agency{}, false
	}
	return r.agencies[i], true
}

// Title is the agency's title in the language, its code when it is not known.
func (r *Room) Title(code, lang string) string {
	if a, ok := r.ByCode(code); ok {
		return a.Title.In(lang)
	}
	return code
}

// RolesOf are the roles of an account: identity's RoleSource.
func (r *Room) RolesOf(ctx context.Context, account string) ([]identity.Role, error) {
	members, err := r.store.roles(ctx, account)
	if err != nil {
		return nil, err
	}
	roles := make([]identity.Role, len(members))
	for i, m := range members {
		roles[i] = identity.Role{Name: m.Role, Agency: m.Agency, Office: m.Office}
	}
	return roles, nil
}

// AddStaff gives an account a role at a place, once however often it is called.
// Only administrators and the portal itself may. Errors: ErrUnknown, ErrRole.
func (r *Room) AddStaff(ctx context.Context, tx *db.Tx, m Member) error {
	actor := identity.ActorOf(ctx)
	if err := mayManage(actor); err != nil {
		return err
	}
	if err := r.check(m); err != nil {
		return err
	}
	added, err := r.store.add(ctx, tx, m)
	if err != nil || !added {
		return err
	}
	r.changed(tx, m.Account)
	return r.audit.Write(ctx, tx, entry(actor, "agency.staff_added", m))
}

// RemoveStaff ends a role. Only administrators and the portal itself may.
func (r *Room) RemoveStaff(ctx context.Context, tx *db.Tx, m Member) error {
	actor := identity.ActorOf(ctx)
	if err := mayManage(actor); err != nil {
		return err
	}
	removed, err := r.store.remove(ctx, tx, m)
	if err != nil || !removed {
		return err
	}
	r.changed(tx, m.Account)
	return r.audit.Write(ctx, tx, entry(actor, "agency.staff_removed", m))
}

// Members lists the staff of an agency: for its heads and administrators.
func (r *Room) Members(ctx context.Context, agency string) ([]Member, error) {
	actor := identity.ActorOf(ctx)
	if !slices.Contains(actor.AgenciesAs(identity.Head), agency) {
		if err := mayManage(actor); err != nil {
			return nil, err
		}
	}
	return r.store.members(ctx, agency)
}

func mayManage(a identity.Actor) error {
	if a.IsSystem() || a.Has(identity.Administrator) {
		return nil
	}
	return identity.ErrForbidden
}

// check holds a role against its place: officers decide for an agency, an МФЦ
// operator stands in an office, the others work for the whole portal.
func (r *Room) check(m Member) error {
	a, known := r.ByCode(m.Agency)
	_, office := a.Office(m.Office)
	if (m.Agency != "" && !known) || (m.Office != "" && !office) {
		return ErrUnknown
	}
	switch m.Role {
	case identity.Officer, identity.Head:
		if m.Agency == "" {
			return ErrRole
		}
	case identity.MFCOperator:
		if m.Office == "" {
			return ErrRole
		}
	case identity.SupportOperator, identity.SupportSpecialist, identity.SupportChief,
		identity.Administrator, identity.Auditor, identity.Integrator:
	default:
		return ErrRole
	}
	return nil
}
