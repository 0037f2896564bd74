// Package exchange speaks with systems outside the portal: today with the state
// registries that check personal data.
//
// Its nouns:
//
//	registry  МВД, СФР, ФНС: asked over HTTP, requests and answers signed
//	ask       a job: one question to one registry, tried until it is answered
//	lookup    a question of a form that a person waits for: asked once, for
//	          seconds; a registry that failed is left alone, longer and longer
//
//	profile.check_asked ────► one ask a registry ──► profile.Record
//	profile.holdings_asked ─► one ask             ──► profile.RecordHoldings
//	                             │      ▲
//	                             └──────┘ down, slow, garbage: again, later and later
//
// While a registry is down the citizen's work goes on. A question keeps its
// request id through all tries, so the registry answers it once however often
// it is sent. Only the data that a registry needs go to it.
//
// It decides nothing on the answers: the rooms that asked do. It listens; only
// lookups are called, through an interface that the room of applications declares.
package exchange
