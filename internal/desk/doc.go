// Package desk is where staff begins: the agency's queue for officers and heads,
// the state of the system for administrators, the journal for auditors; МФЦ
// operators and support are led to their pages. Its tables
// hold only what officers have named for themselves.
//
// Its pages:
//
//	/desk          the queue, or the page of the role
//	/desk/system   jobs, parties outside, services, staff; no citizen's data
//	/desk/journal  who did or saw what; the auditor's own look is in it too
//
// Cards of applications, visitors and tickets are pages of their rooms, under
// /desk too. Lists show number, service, deadline and initials, no more.
package desk
