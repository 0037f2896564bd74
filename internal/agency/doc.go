// Package agency knows the agencies that decide, their offices, and who of the
// staff works where and as what.
//
// Its nouns:
//
//	agency   a body that gives services: code, title, time zone, offices; data in
//	         services/agencies.yaml, read once at start
//	office   a place of an agency with an address, a region and its own time zone
//	member   an account with a role at an agency and, mostly, at an office
//
// A member's role is added by [Room.AddStaff] and ended by [Room.RemoveStaff];
// identity asks for the roles of a signed-in account through [Room.RolesOf].
//
// It does not sign anybody in, holds no personal data and no work of officers.
// It is called by identity (through its RoleSource), catalog, applications,
// cabinet and desk.
package agency
