package bulk

import "okno/internal/kit/errs"

// Errors of the package.
var (
	// ErrNotFound: no such batch of this person.
	ErrNotFound = errs.NewNotFound("applications.bulk.error.not_found")
	// ErrService: the service does not take many applications at once.
	ErrService = errs.NewNotFound("applications.bulk.error.service")
	// ErrMany: the person has as many batches as one may have.
	ErrMany = errs.NewTooMany("applications.bulk.error.many", "Count", maxBatches)
	// ErrFile: no file was chosen.
	ErrFile = errs.NewInvalid("applications.bulk.error.file")
	// ErrHead: the names of the columns are not those of the template.
	ErrHead = errs.NewInvalid("applications.bulk.error.head")
	// ErrColumn: a column that the template does not have; Args name it.
	ErrColumn = errs.NewInvalid("applications.bulk.error.column")
	// ErrTwice: a column stands twice; Args name it.
	ErrTwice = errs.NewInvalid("applications.bulk.error.twice")
	// ErrRows: no rows, or too many.
	ErrRows = errs.NewInvalid("applications.bulk.error.rows", "Max", maxRows)
	// ErrState: the batch can't do that from where it stands.
	ErrState = errs.NewConflict("applications.bulk.error.state")
	// ErrNothing: no row can be sent.
	ErrNothing = errs.NewConflict("applications.bulk.error.nothing")
)
