// Package forms is the form language and its engine. A service is data: one
// folder with a service.yaml which says what people read about the service,
// what they are asked, what is decided by rule and what they get. The package
// reads and checks such files, fills a form from what is known, checks what is
// sent, and prints the answers.
//
// It is a pure engine: no web, no database, no clock, no randomness. Today's
// date, the person's profile and the files that were uploaded are arguments
// (Facts); the same arguments give the same result. It knows nothing of
// drafts, applications, payments or pages: those rooms call it.
//
// Its nouns:
//
//	Service   a loaded, compiled file; immutable, safe for many goroutines
//	Step      one page of questions; Field: one question; Group: repeated questions
//	Kind      what sort of answer a field takes (kind_<name>.go)
//	Expr      a condition or calculation in CEL over a (answers), item, facts
//	Answers   what the person gave, as JSON-ready values by field id
//	Facts     what is known without asking, each value with its origin
//	Result    the form filled: visible steps, values, what is missing or wrong, decisions
//	Fault     a mistake in a service file, with file, line, column and a hint
//	Wrong     a mistake in an answer, with the field's name and a message
//
// Who calls it: catalog loads and publishes services; applications shows the
// steps, checks what is sent, decides fee and deadline and prints the summary.
//
// Names in the page: a field's box has the field's id as its name; boxes of one
// field have a part (passport.series, birth_date.day, see Field.Inputs); items
// of a group are counted from 0 (children.0.person.last_name). children.count
// may say how many items there are; names that begin with "_" are the page's
// own. FieldState.Boxes gives what stands in the boxes.
//
// The order of evaluation is the order of the file: a condition may use fields
// before it only, so one pass is enough and it always stops. An unanswered or
// hidden field has no value; a condition which needs it is not met (see
// Expr). docs/services/language.md is the guide for authors.
package forms
