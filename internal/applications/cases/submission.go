package cases

import (
	"context"
	"io"

	"okno/internal/applications/upload"
	"okno/internal/forms"
)

// Submission is what draft hands over when the person sends an application.
type Submission struct {
	// ID is the new case's id, a UUID: the draft's own, so that a draft which is
	// sent twice becomes one case with one number.
	ID        string
	Owner     string
	ServiceID string
	Version   int
	// Agency decides; the service's own when empty. Office is the chosen office.
	Agency, Office string
	// Answers are forms.Result.Submission(): what counts, and nothing hidden.
	Answers forms.Answers
	// Facts are those that the answers were checked with; Files may be nil. They
	// are kept so that the officer sees the form as the person saw it.
	Facts forms.Facts
	// Level and Region are facets for reports, kept in the open.
	Level, Region string
	Files         []FileRef
	// Earlier is the owner's refused case in whose place this one is sent, "" for none.
	Earlier string
	// Helper is who sends it for the owner under a mandate, "" for the owner.
	Helper string
	// Child is on whose behalf the owner sends it, nil for the owner.
	Child *Child
	// Source is page, api or mfc.
	Source string
	// Fee in kopecks.
	Fee int64
	// Days is the time limit, in working days when Working; or Minutes. All from
	// forms.Decided; with none of them the service's page counts.
	Days    int
	Working bool
	Minutes int
	// PartOf is the id of the application that this is a part of; "" for none.
	PartOf string
	// Wish is how the person wants the result.
	Wish Wish
	// RulesVersion is forms.Decided.Version.
	RulesVersion int
}

// FileRef is a file of a draft, to be taken over into the case.
type FileRef struct {
	// ID is the file's id as the answers name it.
	ID   string
	Name string
	Type string // pdf, jpg … as recognised
	Size int64  // bytes
	// Scan is what the scanner said; a file that is still being checked comes
	// along held and is checked again here.
	Scan upload.Scan
	// Open gives the plain bytes; the reader reports damage before io.EOF.
	Open func(ctx context.Context) (io.ReadCloser, error)
}
