// Package webhook tells the systems of an agency that something happened to an
// application: signed messages by the Standard Webhooks specification, with ids
// and codes only. What stands in an application the agency fetches by the API.
//
// Its nouns:
//
//	endpoint   an address that an administrator or an integrator of the agency
//	           registered, with a secret that is shown once
//	delivery   one message to one endpoint; its id stays the same at each try
//	try        one attempt, with the answer's status
//
// The way of a case to its agency is told to the room of applications: that it
// was handed over, received, given up, or that the agency works at its desk again
// (chain.go). A delivery is tried over four days; when an endpoint that failed
// answers again, what waits goes out at once. An endpoint that fails for five days is
// switched off, and who made it is told. Only public addresses by HTTPS are
// spoken to, unless the operator allows private ones; redirects are not followed.
package webhook
