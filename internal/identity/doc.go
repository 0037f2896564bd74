// Package identity knows who is there: accounts, their contacts and factors,
// sessions and one-time codes. It holds no personal data beyond contacts; names
// and documents are the profile's.
//
// Its nouns:
//
//	account   an id with contacts (phone, e-mail, login name) and a status
//	code      six digits sent to a contact, to prove that it is theirs
//	factor    a second proof: a code by SMS, an authenticator app
//	sign-in   a password that was right, waiting for its second factor
//	session   a signed-in browser or program; what each request is checked by
//	actor     who asks, with roles and from where; it rides in the context
//
// The way in:
//
//	          wrong more than three times
//	name+password ──────────────► locked (15 min, then longer) ──┐
//	     │ right                                                 │ time, recovery
//	     ▼                                                       ▼
//	  sign-in ──code──► session ──idle 20 min, 12 h, end──► ended
//	                       ▲  │ fresh for 5 minutes
//	                       └──┘ factor again: new session id
//
// A known and an unknown name get the same answer after the same work. Sessions
// are read from memory; an ended one is dead on every node within a second.
//
// Every room above calls it: for guards, for the actor, to create accounts (in
// their own transaction), to send and check codes, to limit attempts.
package identity
