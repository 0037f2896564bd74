package vault

import (
	"crypto/sha256"

	"okno/internal/forms"
	"okno/internal/kit/db"
)

// NewDocument is what is to be issued. Number comes from NewNumber and is
// printed on the PDF.
type NewDocument struct {
	Number    string
	Owner     string
	CaseID    string
	ServiceID string
	Agency    string
	// Kind is what sort of document it is, for the check page; Title is the
	// document's own heading, which may name the holder. Both in two languages.
	Kind, Title forms.Text
	// Initials of the holder: all that the check page says of the person.
	Initials string
	// ValidUntil is the last day of validity, "" without end.
	ValidUntil db.Date
	PDF        []byte
}

// Status is whether a document counts.
type Status string

// The statuses.
const (
	Valid   Status = "valid"
	Expired Status = "expired"
	Revoked Status = "revoked"
	// Replaced: a corrected one was issued in its place.
	Replaced Status = "replaced"
)

// Document is an issued document as its owner sees it.
type Document struct {
	ID         string
	Number     string
	Owner      string
	CaseID     string
	ServiceID  string
	Agency     string
	Kind       forms.Text
	Title      forms.Text
	Initials   string
	IssuedAt   db.Time
	ValidUntil db.Date
	RevokedAt  db.Time
	// ReplacedBy is the id of the document that was issued in place of it.
	ReplacedBy string
	// Reason says why it was revoked or replaced, "" while it is not.
	Reason string
	Size   int64 // bytes of the PDF
	SHA256 [sha256.Size]byte
}

// StatusOn is whether the document counts on the day.
func (d Document) StatusOn(today db.Date) Status {
	switch {
	case d.ReplacedBy != "":
		return Replaced
	case !d.RevokedAt.IsZero():
		return Revoked
	case d.ValidUntil != "" && d.ValidUntil < today:
		return Expired
	}
	return Valid
}

// Proof is what anybody may learn by a document's number: no more than is
// needed to trust the paper.
type Proof struct {
	Status     Status
	Kind       forms.Text
	Agency     string
	Initials   string
	IssuedAt   db.Time
	ValidUntil db.Date
	RevokedAt  db.Time
	SHA256     [sha256.Size]byte
}
