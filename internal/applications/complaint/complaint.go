package complaint

import (
	"slices"
	"strings"

	"okno/internal/applications/cases"
	"okno/internal/applications/complaint/complaintdb"
	"okno/internal/applications/upload"
	"okno/internal/forms"
	"okno/internal/kit/db"
)

// Complaint is a complaint without what is sealed.
type Complaint struct {
	ID, Owner string
	// Number is "" while it is a draft.
	Number             string
	CaseID, CaseNumber string
	ServiceID          string
	ServiceVersion     int
	// Agency is whose acts are complained of, Body who decides.
	Agency, Body string
	// Step is 1 to the agency itself, 2 to the body above; Prior is the id of the
	// complaint against whose answer one appeals.
	Step   int
	Prior  string
	Ground string
	Status Status
	// Version grows with each change.
	Version    int64
	AssignedTo string
	RegisterBy db.Date
	// Days is the term, in working days from registration; Due its end, and that
	// of the registration before.
	Days                            int
	Due                             cases.Due
	StartedAt, SentAt, RegisteredAt db.Time
	LateAt, DecidedAt, ChangedAt    db.Time
	DecidedBy, Document             string
	Measure                         Measure
	Left                            Left

	row complaintdb.ApplicationsComplaint
}

// Left is what is left of the term.
type Left struct {
	WorkingDays int
	Overdue     bool
}

func complaintOf(row complaintdb.ApplicationsComplaint) Complaint {
	return Complaint{
		ID: row.ID, Owner: row.OwnerID, Number: row.Number, CaseID: row.CaseID, CaseNumber: row.CaseNumber,
		ServiceID: row.ServiceID, ServiceVersion: int(row.ServiceVersion), Agency: row.AgencyID, Body: row.BodyID,
		Step: int(row.Step), Prior: row.PriorID, Ground: row.Ground, Status: Status(row.Status), Version: row.Version,
		AssignedTo: row.AssignedTo, RegisterBy: db.Date(row.RegisterBy), Days: int(row.TermDays),
		Due:       cases.Due{At: row.DeadlineAt, Date: db.Date(row.DeadlineDate)},
		StartedAt: row.StartedAt, SentAt: row.SentAt, RegisteredAt: row.RegisteredAt, LateAt: row.LateAt,
		DecidedAt: row.DecidedAt, ChangedAt: row.ChangedAt, DecidedBy: row.DecidedBy, Document: row.DocumentID,
		Measure: Measure(row.Measure), row: row,
	}
}

// bars reports whether the account had a part in what is complained of.
func (c Complaint) bars(account string) bool {
	return account == c.Owner || slices.Contains(strings.Fields(c.row.Barred), account)
}

// Words are what is said in a complaint, with what it is about as it was then.
type Words struct {
	Text  string `json:"text"`
	Wants string `json:"wants,omitempty"`
	// Initials of who complains.
	Initials string `json:"initials,omitempty"`
	// Title of the service; Status, Refusal, Decision and DecidedAt of the case.
	Title     forms.Text   `json:"title"`
	Status    cases.Status `json:"status"`
	Refusal   forms.Text   `json:"refusal"`
	Decision  string       `json:"decision,omitempty"`
	DecidedAt db.Time      `json:"decided_at,omitempty"`
	// Earlier is the answer that an appeal is against.
	Earlier *Earlier `json:"earlier,omitempty"`
}

// Earlier is the answer to the first complaint.
type Earlier struct {
	Number string `json:"number"`
	Status Status `json:"status"`
	Words  string `json:"words"`
}

// Event is one line of the chronology.
type Event struct {
	At   db.Time
	Deed Deed
	To   Status
	Side Side
}

// File is a file of the complaint.
type File struct {
	ID   string
	Name string
	Type upload.Type
	Size int64 // bytes
	Scan upload.Scan
}

// Card is all of a complaint that may be shown to who asked for it.
type Card struct {
	Complaint
	Words  Words
	Answer string
	Files  []File
	Events []Event
	Can    []Deed
	// Mine: the complaint is the reader's to decide.
	Mine bool
	// Case is what the complaint is about, for staff only.
	Case *cases.Card
	// Above is the body to which one may appeal now, "" for none; Court: the next
	// way is the court.
	Above string
	Court bool
}
