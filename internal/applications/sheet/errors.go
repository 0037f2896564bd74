package sheet

import "okno/internal/kit/errs"

// Errors of tables that people send; Args name the cell where there is one.
var (
	// ErrFormat: neither CSV nor XLSX.
	ErrFormat = errs.NewInvalid("applications.sheet.error.format")
	// ErrOld: a workbook of the format before XLSX, or one with a password.
	ErrOld = errs.NewInvalid("applications.sheet.error.old")
	// ErrEmpty: there are no rows.
	ErrEmpty = errs.NewInvalid("applications.sheet.error.empty")
	// ErrHuge: too large, packed or unpacked.
	ErrHuge = errs.NewInvalid("applications.sheet.error.huge")
	// ErrRows, ErrColumns, ErrCell: more than a table may have.
	ErrRows    = errs.NewInvalid("applications.sheet.error.rows", "Max", MaxRows)
	ErrColumns = errs.NewInvalid("applications.sheet.error.columns", "Max", MaxColumns)
	ErrCell    = errs.NewInvalid("applications.sheet.error.cell")
	// ErrFormula, ErrMacros, ErrMerged: what a table of answers must not have.
	ErrFormula = errs.NewInvalid("applications.sheet.error.formula")
	ErrMacros  = errs.NewInvalid("applications.sheet.error.macros")
	ErrMerged  = errs.NewInvalid("applications.sheet.error.merged")
)

// at is the error with the name of the cell or range, such as B7.
func at(e *errs.Error, cell string) error {
	out := *e
	out.Args = append([]any{"Cell", cell}, e.Args...)
	return &out
}
