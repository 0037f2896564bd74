package identity

import (
	"context"
	"slices"

	"okno/internal/kit/audit"
	"okno/internal/kit/db"
)

// RoleName is what a member of staff is.
type RoleName string

// The roles of staff. A person without any is a citizen.
const (
	Officer           RoleName = "officer"
	Head              RoleName = "head"
	MFCOperator       RoleName = "mfc_operator"
	SupportOperator   RoleName = "support_operator"
	SupportSpecialist RoleName = "support_specialist"
	SupportChief      RoleName = "support_chief"
	Administrator     RoleName = "administrator"
	Auditor           RoleName = "auditor"
	Integrator        RoleName = "integrator"
)

// Role is a role, for staff of an agency with the agency and the office.
type Role struct {
	Name           RoleName
	Agency, Office string
}

// SystemID is the actor of jobs: the portal itself.
const SystemID = "system"

// Actor is who asks. The zero Actor is nobody.
type Actor struct {
	// ID is the account, Session the public id of the session.
	ID, Session string
	// Roles are those of staff, only in a session with a strong factor.
	Roles []Role
	// IP, Agent, Request and Lang are of the request.
	IP, Agent, Request, Lang string
	// Fresh: a second factor was given within the last five minutes.
	Fresh bool
	// Held: so was one that is held, and not sent.
	Held bool
	// Bearer: came with a token to the API and not with a cookie.
	Bearer bool
	// Program: asks the API, signed in or not.
	Program bool
	// Device is the token of the browser, "" for one that has none. It opens nothing.
	Device string
	// Moved says that the session is used from elsewhere: "address", "browser".
	Moved string
	// Frozen is until when sensitive acts are closed, as access was recovered
	// lately; zero when they are open.
	Frozen db.Time
	// Restricted: staff have closed what changes anything, for a reason that the
	// owner was told.
	Restricted bool
	entry      *entry // the session in memory, nil where none was asked for
	// lacks tells what keeps somebody who works here from the desk; nil for nothing.
	lacks func(ctx context.Context, a Actor) error
}

type actorKey struct{}

// ActorOf is who asks; the zero Actor where nobody is known.
func ActorOf(ctx context.Context) Actor {
	a, _ := ctx.Value(actorKey{}).(Actor)
	return a
}

// WithActor puts the actor into the context.
func WithActor(ctx context.Context, a Actor) context.Context {
	return context.WithValue(ctx, actorKey{}, a)
}

// AsSystem makes the portal itself the actor, for jobs.
func AsSystem(ctx context.Context) context.Context {
	return WithActor(ctx, Actor{ID: SystemID})
}

// SignedIn reports whether it is a person with a session.
func (a Actor) SignedIn() bool { return a.ID != "" && a.ID != SystemID }

// IsStaff reports whether the actor has any role.
func (a Actor) IsStaff() bool { return a.SignedIn() && len(a.Roles) > 0 }

// IsSystem reports whether it is the portal itself.
func (a Actor) IsSystem() bool { return a.ID == SystemID }

// Has reports whether the actor has one of the roles.
func (a Actor) Has(names ...RoleName) bool {
	return slices.ContainsFunc(a.Roles, func(r Role) bool { return slices.Contains(names, r.Name) })
}

// Restricts reports whether the actor may look at accounts and restrict them: the
// seniors of support.
func (a Actor) Restricts() bool { return a.Has(SupportSpecialist, SupportChief) }

// AgenciesAs lists the agencies where the actor has one of the roles, each once.
func (a Actor) AgenciesAs(names ...RoleName) []string {
	var all []string
	for _, r := range a.Roles {
		if r.Agency != "" && slices.Contains(names, r.Name) && !slices.Contains(all, r.Agency) {
			all = append(all, r.Agency)
		}
	}
	return all
}

// Entry begins a line of the journal: act by this actor on the owner's object.
func (a Actor) Entry(act, owner, object string) audit.Entry {
	return audit.Entry{
		Act: act, Actor: a.ID, Role: a.as(), Owner: owner, Object: object,
		Request: a.Request, IP: a.IP, Agent: a.Agent,
	}
}

// as is the role that the journal names.
func (a Actor) as() string {
	switch {
	case a.ID == "":
		return ""
	case a.ID == SystemID:
		return SystemID
	case len(a.Roles) > 0:
		return string(a.Roles[0].Name)
	}
	return "citizen"
}
