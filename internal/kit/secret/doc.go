// Package secret seals personal data so that a copy of the database, of a backup or
// of a disk is of no use, and destroys them by destroying their key.
//
// Its nouns:
//
//	keyset       key-encryption keys by epoch and blind-index keys by version, from a
//	             file or a KMS (Source), held in memory
//	data key     one per owner (person, case, agency), wrapped by the current epoch's key,
//	             kept in a database of its own; unwrapped it lives for one request,
//	             wrapped it is remembered for a minute
//	place        table, column and row that a ciphertext belongs to: moved elsewhere it
//	             does not open
//	blind index  a keyed hash of a value, so that equal values can be found
//
// A person's life here:
//
//	Sealer.Key ──► Seal / Open ──► Erase
//	(made durably      ▲             (wrapped keys gone, noted for restores;
//	 at first use)     │              Key says ErrErased from then on)
//	                Rewrap (each new epoch), then DropUnused
//
// What is sealed, byte by byte:
//
//	field   suite 1 | key id 4 | nonce 12 | AES-256-GCM ciphertext and tag
//	file    suite 2 | key id 4 | AES-GCM-HKDF stream of 64 KiB segments
//	wrapped suite 1 | epoch 4  | nonce 12 | the data key, sealed by the epoch's key
//
// No call here reaches a KMS except OpenKeyset, Reload and Rotate. It does not protect
// against a taken-over node, which holds the keys. Call Sealer before a database
// transaction, never inside one.
package secret
