// Package complaint holds pre-trial complaints (210-ФЗ, ст. 11.1–11.3) about how
// an agency dealt with an application, and appeals against the answer to them.
// The application itself belongs to cases; the paper of the answer to vault.
//
// Its nouns:
//
//	Complaint  what somebody complains of, under a key of its own (secret.Case)
//	Ground     why one may complain, with the term that the law sets (grounds.yaml)
//	Verdict    what who decides makes of it
//	Measure    what is done about a case whose complaint is upheld
//	Move       one line of the table of states (state.go)
//
// The states:
//
//	draft → sent → registered ⇄ in_work → satisfied, partly, refused, unanswered
//	          └───────┴───────────┴──→ withdrawn
//
// Who had a part in what is complained of neither sees nor decides the
// complaint: another officer of the agency does, or its head. The first step
// goes to the agency itself, the second to the body above it (agency.Superior);
// where there is none, and after it, the way leads to the court.
//
// A verdict, its answer and what becomes of the case are one transaction.
package complaint
