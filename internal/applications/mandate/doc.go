// Package mandate lets a person be helped: by another person, or by an operator
// of a service centre (МФЦ) beside whom the person stands. // data: the centre
//
// A mandate is narrow: it names services, ends on a day, and opens drafts of
// those services only. Profile, documents, factors, contacts and other
// applications of the owner stay closed, as the helper remains who they are; only
// package draft asks for whom the actor has stepped in. The owner withdraws it at
// once. Every act stands in the journal under both, and both see it.
//
//	offered → active → withdrawn | ended | expired
//	   └── declined | withdrawn
//
// A visit is a mandate for half an hour, given at the counter: the document was
// looked at, and the person has agreed by a code or on paper.
package mandate
