// Package draft holds applications that are being filled in: from «Получить
// услугу» to «Отправить». What was sent belongs to cases; the questions are data
// of the catalogue and are understood by forms.
//
// Its nouns:
//
//	Draft   answers to a version of a service, sealed under the person's key
//	File    an attached file, checked, scanned and sealed, with its draft
//	Key     an idempotency key and what was done under it
//
// A draft's life:
//
//	start → step → step → … → check → send → a case with the draft's own id
//	          └── stop: the service is not for this person, and what to do instead
//
// It is saved after every step, by whichever browser comes, and only as a whole:
// row_version sees that two windows do not overwrite each other. A draft that
// was sent keeps its number for a month, so that sending again gives the same
// number; its answers and files are then the case's.
//
// A draft is seen by its owner alone: for everybody else, also for staff, it is
// «not found». The room's pages are under /cabinet/drafts, and work without
// JavaScript; the same is done by /api/v1/drafts and /api/v1/applications.
package draft
