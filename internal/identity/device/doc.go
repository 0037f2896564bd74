// Package device lets a phone speak for its owner: it reads a QR code that a
// computer shows, or answers a push message, and the computer is let in or an
// act is confirmed. It also keeps the devices that take push messages.
//
// Its nouns:
//
//	ask     a question of one browser, answered by another device of the owner
//	code    what the QR code of an ask holds; it changes every half a minute
//	device  a browser or an installed web app that takes push messages
//
// An ask's life, three minutes at most for a QR code, two for a push:
//
//	shown ──read──► read ──confirm──► confirmed ──use──► used
//	                  └────refuse───► refused
//
// The browser that asks holds a secret, so that a code alone never gives a
// session elsewhere. A code relayed by a thief to somebody who confirms it
// nevertheless lets the thief in: no QR code and no push excludes that, only a
// passkey does. The page says from where it is asked, and push has numbers to
// match. The room above it in the same house is identity, which opens sessions.
package device
