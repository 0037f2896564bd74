// Package cases holds submitted applications: from «Принято» to the delivered
// result. What a person fills in before sending belongs to draft; who works in
// an agency belongs to agency; the paper that is issued belongs to vault.
//
// Its nouns:
//
//	Submission  what draft hands over: answers, files, what the rules decided
//	Case        a submitted application, under a key of its own (secret.Case)
//	Move        one line of the table of states (state.go): from, event, to
//	Event       one line of the chronology, kept for ever with the case
//	Ask         what an officer wants to know more, and the answer to it
//	Row         a line of an agency's queue or of a citizen's list
//	Stage       a finer place inside a status, with its code in ЕПГУ (stage.go)
//	Mark        a point of a term at which whoever holds the case is told
//	Hop         a step of a case on its way to the agency, with its time (chain.go)
//	Handover    what the courier to an agency's own system says of a case
//	Incident    a stretch of time in which cases of an agency are late at a hop
//
// The states:
//
//	submit → accepted ⇄ in_work ⇄ waiting
//	            │          ├── approved → completed
//	            │          └── refused
//	            └── cancelled (also from in_work and waiting)
//
// A document that was issued can be revoked afterwards; that completes the case.
//
// Every use case begins with the permission, every change is one short
// transaction with its chronology, journal, queue row and announcement. Keys,
// PDFs and files are made before it. The case of somebody else is «not found».
package cases
