// Package vault keeps the documents that agencies issue: the PDF sealed under
// the case's key, the number that opens the check page, validity and
// revocation. It does not decide whether something is issued (applications
// does) and does not draw the PDF (kit/pdf does).
//
// Its nouns:
//
//	NewDocument  what is to be issued, with its PDF
//	Prepared     the same, sealed and stored, before the transaction
//	Document     an issued one, as its owner sees it
//	Proof        what anybody may learn by the number printed on it
//
// A document is valid, expired by its date, or revoked with a reason:
//
//	Prepare → Issue ─► valid ─► PrepareRevocation → Revoke ─► revoked
package vault
