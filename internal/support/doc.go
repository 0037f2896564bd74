// Package support is where people turn when they are stuck: help pages without
// a sign-in, the pages on privacy and accessibility, the feedback form, and the
// tickets that come of it, which support staff answer at the desk.
//
// Its nouns:
//
//	article  a help page; data in articles/, one file a language
//	ticket   a message of a person, sealed under a key of its own, with a number
//	kind     what a ticket is about, found by rules (kinds.yaml), with its time limit
//	reply    what support answered, sent by e-mail and as a notice in the cabinet
//
// A ticket's states:
//
//	new ──► taken ──► answered
//	 ▲        │  └───► closed
//	 └────────┘
//
// Security comes first, then the shorter limit, then who came first. Tickets are
// destroyed with their keys a year after they were closed. Chat, phone and
// escalation between support's ranks are not here.
//
// Everybody may write; app's error pages lead here; rooms above do not call it.
package support
