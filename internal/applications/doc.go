// Package applications is the door of the room: from a draft to the delivered
// result. draft holds what is being filled in, template answers under a name, bulk many applications in a table,
// mandate the right to help another, sheet the tables
// themselves, cases what was sent, upload the
// checks of files that both take. Nothing else is imported from outside.
package applications
