package bulk

import (
	"context"

	"okno/internal/applications/sheet"
	"okno/internal/forms"
	"okno/internal/identity"
	"okno/internal/kit/db"
)

// Limits of what one person may hand in and keep.
const (
	maxRows    = sheet.MaxRows
	maxBatches = 50
	maxKey     = 100 // bytes of a row's key
)

// State is how a batch stands.
type State string

// The states.
const (
	Checked State = "checked" // waits for the person
	Running State = "running"
	Stopped State = "stopped"
	Done    State = "done"
)

// RowState is how a row stands.
type RowState string

// The states of rows.
const (
	Good   RowState = "good"
	Bad    RowState = "bad"
	Sent   RowState = "sent"
	Before RowState = "before" // an application was sent for it before
)

// Batch is a table that was handed in.
type Batch struct {
	ID, Owner, ServiceID string
	Version              int
	Source               string // page, api
	State                State
	Name                 string // of the file
	Title                forms.Text
	// All are the rows; Sent, Bad and Before those that stand so.
	All, Bad, Sent, Before int
	CreatedAt, UpdatedAt   db.Time
}

// Good is how many rows wait to be sent.
func (b Batch) Good() int { return b.All - b.Bad - b.Sent - b.Before }

// Fault is what is wrong with a row: in which column, and how to mend it.
type Fault struct {
	Field  string     `json:"field"`
	Column forms.Text `json:"column"`
	Text   forms.Text `json:"text"`
}

// Row is one application of a batch.
type Row struct {
	Number int // in the file
	State  RowState
	// Cells are as they came, in the order of the template, of a row with faults.
	Cells  []string
	Faults []Fault
	// CaseNumber is the application's, "" before it is sent.
	CaseNumber string

	key, print []byte
	caseID     string
	answers    forms.Answers
}

// when says when a batch was handed in.
func (b Batch) when(ctx context.Context) string {
	return say(ctx, "applications.bulk.when", "When", identity.MoscowTime(ctx, b.CreatedAt))
}
