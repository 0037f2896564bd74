// Package pdf writes the portal's documents: certificates, copies of applications,
// receipts. A4, the portal's calm look, no state emblem.
//
// Its nouns:
//
//	Document  what is to be said: heading, number, sections of paragraphs and rows,
//	          a stamp of the electronic signature, an address to check it at
//	Writer    holds fonts and texts; Write turns a Document into a file
//
// The same Document gives the same bytes: nothing is taken from the clock, so a document
// can be hashed, signed and made again. Fonts are embedded as subsets; text can be
// searched and copied; the QR code is drawn, not an image. What the fonts have no sign
// for is shown as «◊», never left out. Don't call Write inside a transaction.
//
// It does not sign and makes no tagged PDF: the page on the portal is the accessible form.
package pdf
