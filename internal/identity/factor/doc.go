// Package factor keeps the second factors of accounts: what a person proves by,
// beside the password, that it is they. It is part of the room identity, which
// asks it through identity.SecondFactors and knows none of the kinds.
//
// Its nouns:
//
//	kind       a way of proving: a code by SMS, an authenticator app, a passkey
//	factor     one of a kind that an account has, named by its owner
//	attempt    a challenge that waits for its answer, or a factor that is being added
//	proof      that a session has just proved itself, good for one change of factors
//
// A factor is added and removed only after a proof of its own, given for that
// change; while the account holds something, only by what it holds. So a stolen
// session changes nothing, and the last factor is never removed. Each change is
// told to every contact and journalled.
//
// A new kind is one file: a type with the methods of Kind, handed over by
// Register before requests come; one that people add themselves is an Adder.
// Its texts are identity.factor.kind_NAME and identity.factor.title_NAME.
package factor
