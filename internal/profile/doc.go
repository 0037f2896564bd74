// Package profile is who a citizen is to the portal: registration, personal
// data, how far they are proven, consents, and the citizen's right to take all
// data away or have them deleted.
//
// Its nouns:
//
//	registration  a citizen to be, for at most 24 hours, known by a random token
//	person        the personal data, one sealed row per version
//	check         one question to one registry about one version of the person
//	holding       a spouse, child, vehicle or property: kept, and compared with registries
//	level         simplified → standard → confirmed: what the portal may rely on
//	consent       what was agreed to: which text, which version, when, from where
//	owner         a room that keeps data of citizens (export, erase, retain)
//
// A registration's way:
//
//	names, contacts ──► codes ──► password, consents ──► account, signed in
//	       ▲              │
//	       └── change ────┘
//
// A check's states, and the level that follows from all checks of a person:
//
//	waiting ──► confirmed   all asked registries agree      → standard
//	        ├─► refused     names the fields that differ    → simplified
//	        ├─► unknown     nobody with such data           → simplified
//	        └─► taken       another account has this СНИЛС  → simplified
//
//	standard ──(an МФЦ operator compares the passport in hand)──► confirmed
//
// Registries are asked by the room exchange, which hears "profile.check_asked",
// reads the question with [Profile.Question] and answers with [Profile.Record].
//
// Holdings go the same way: exchange hears "profile.holdings_asked", reads
// [Profile.HoldingsQuestion] and answers with [Profile.RecordHoldings].
//
// It sends no message and signs nobody in by itself: notify and identity do. It
// is called by every room above that needs a name, a level or facts for forms.
package profile
