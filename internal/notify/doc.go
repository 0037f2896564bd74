// Package notify delivers messages to an address that it is handed, by channel:
// SMS, e-mail, or a notice in the cabinet. It knows no accounts and no
// preferences: the rooms above choose whom, what and in which language.
//
// Its nouns:
//
//	letter   one message to one address by one channel, its text ready
//	batch    the letters of one transition, sealed before the transaction
//	notice   a letter to the cabinet, which its owner reads there
//	gateway  what takes a letter out: notify/smtp, notify/smpp
//
// A delivery's states:
//
//	waiting ──► sending ──► sent
//	   ▲           │  └───► doubtful (the process died between answer and commit)
//	                refused (the address does not exist)
//	   └── failed ◄┘        expired (a code that came too late to be of use)
//
// It is called by every room that tells people something.
package notify
