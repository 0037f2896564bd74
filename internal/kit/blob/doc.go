// Package blob keeps files: scans, results, messages' attachments. A folder or an S3
// bucket, both behind the same six methods and the same tests.
//
// Its nouns:
//
//	key     where a file is, such as "vault/0190a6e4-…/1": small letters, digits,
//	        "-", "_", "." and "/" between parts; it carries no personal data
//	Store   Put, Get, Delete, Stat, List, Ping over bytes as they are
//	Sealed  what rooms use: Save and Load over a Store, sealed by the owner's data key,
//	        with a limit of size, so that a store holds nothing that can be read
//	Ref     what a room keeps in its table of a saved file
//
// A file is written once and never changed: a new version is a new key. Call it before
// a database transaction and never inside one; a file whose transaction then fails is an
// orphan, which the room's sweep deletes.
package blob
