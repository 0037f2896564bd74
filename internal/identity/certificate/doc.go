// Package certificate takes a certificate in the browser (TLS client
// authentication, RFC 8446 §4.4.2) as a second factor.
//
// Its nouns:
//
//	authority    who issues certificates that count, and which of them are revoked
//	certificate  one that an account's owner has bound to it
//	visit        a browser's way to the address that asks for certificates, and back
//
// Asking for a certificate makes browsers show a window, so the portal's own
// address never asks: a browser is sent for a moment to another address (name or
// port), shows its certificate there, and comes back with a code. The code is
// known to that browser alone: whoever sends somebody else there gains nothing.
//
//	begun ──shown──► shown ──taken──► taken        five minutes at most
package certificate
