package support

import "okno/internal/kit/errs"

// Errors that people see.
var (
	ErrNoArticle = errs.NewNotFound("support.error.no_article")
	ErrNoTicket  = errs.NewNotFound("support.error.no_ticket")
	// ErrMoved: somebody else was faster, or the ticket is closed already.
	ErrMoved   = errs.NewConflict("support.error.moved")
	ErrMessage = errs.NewInvalid("support.error.message")
	ErrReply   = errs.NewInvalid("support.error.reply")
)
