package cases

import (
	"okno/internal/applications/cases/casesdb"
	"okno/internal/applications/upload"
	"okno/internal/forms"
	"okno/internal/kit/db"
	"okno/internal/vault"
)

// Case is a submitted application, without what is sealed.
type Case struct {
	ID     string
	Owner  string
	Number string
	// ServiceID and ServiceVersion: the case stays on the version it began with.
	ServiceID      string
	ServiceVersion int
	Agency, Office string
	Status         Status
	// Stage is the finer place inside the status, EPGU its code.
	Stage Stage
	EPGU  int
	// Version grows with each change; hand it back with a change to be told when
	// somebody else was faster.
	Version    int64
	AssignedTo string
	Source     string
	Region     string
	Fee        int64 // kopecks
	Term       Term
	Due        Due
	Left       Left
	// RegisterBy is the last day of registration, RegisteredAt when the agency
	// took the case up.
	RegisterBy                     db.Date
	SubmittedAt, RegisteredAt      db.Time
	PausedAt, DecidedAt, ChangedAt db.Time
	// Ground is the code of the ground for refusal; of a part also how it ended
	// without an opinion. PauseGround is why a case is suspended, ResumeOn the day
	// on which that ends by itself.
	Ground, PauseGround string
	ResumeOn            db.Date
	// PartOf is the id of the application that this is a part of, "" for none.
	PartOf string

	row casesdb.ApplicationsCase
	// delivery was read before, where it is needed several times.
	delivery *Delivery
}

func caseOf(row casesdb.ApplicationsCase) Case {
	stage := stageIn(Status(row.Status), Stage(row.Stage))
	return Case{
		ID: row.ID, Owner: row.OwnerID, Number: row.Number, ServiceID: row.ServiceID, ServiceVersion: int(row.ServiceVersion),
		Agency: row.AgencyID, Office: row.Office, Status: Status(row.Status), Stage: stage.Stage, EPGU: stage.EPGU, Version: row.Version,
		AssignedTo: row.AssignedTo, Source: row.Source, Region: row.Region, Fee: row.Fee,
		Term:        Term{Days: int(row.TermDays), Working: row.TermWorking, Minutes: int(row.TermMinutes)},
		Due:         Due{At: row.DeadlineAt, Date: db.Date(row.DeadlineDate)},
		RegisterBy:  db.Date(row.RegisterBy),
		SubmittedAt: row.SubmittedAt, RegisteredAt: row.RegisteredAt, PausedAt: row.PausedAt,
		DecidedAt: row.DecidedAt, ChangedAt: row.ChangedAt, Ground: row.Ground, PartOf: row.PartOf,
		PauseGround: row.PauseGround, ResumeOn: db.Date(row.ResumeOn), row: row,
	}
}

// Event is one line of the chronology.
type Event struct {
	Version  int64
	At       db.Time
	Deed     Deed
	From, To Status
	Side     Side
	// Actor is the account; citizens are shown the side only.
	Actor string
	// Inner notes are for the agency's eyes.
	Inner bool
	Text  string
}

// AskText are the words of an ask and what it wants.
type AskText struct {
	Text forms.Text `json:"text"`
	// Fields are ids of the form's fields to be corrected.
	Fields []string `json:"fields,omitempty"`
	// Attach: the person may attach files.
	Attach bool `json:"files,omitempty"`
	// Remarks say what is wrong, by field. Wanted are files, each by its name.
	Remarks map[string]string `json:"remarks,omitempty"`
	Wanted  []string          `json:"wanted,omitempty"`
}

// Change is a field before and after a correction, as people read it.
type Change struct {
	Field string `json:"field"`
	Old   string `json:"old"`
	New   string `json:"new"`
}

// Answer is what the person said.
type Answer struct {
	Text    string   `json:"text,omitempty"`
	Changes []Change `json:"changes,omitempty"`
	// Same are the opened fields that stayed as they were.
	Same []string `json:"same,omitempty"`
	// Skipped: the agency went on without an answer.
	Skipped bool `json:"skipped,omitempty"`
}

// Ask is what an officer wants to know more.
type Ask struct {
	ID      string
	Preset  string
	Kind    string // AskForMore, AskToCorrect
	AskedAt db.Time
	// LapsesAt is when the term for the answer ends, 0 for none.
	LapsesAt   db.Time
	AnsweredAt db.Time // 0 while it is open
	AskText
	Answer Answer
	Files  []File // of the answer
}

// Open reports whether it waits for the citizen.
func (a Ask) Open() bool { return a.AnsweredAt.IsZero() }

// File is a file of the case.
type File struct {
	ID      string
	AskID   string // "" for a file of the form
	Field   string
	Name    string
	Type    upload.Type
	Size    int64 // bytes
	Scan    upload.Scan
	AddedAt db.Time
}

// Card is all of a case that may be shown to who asked for it.
type Card struct {
	Case
	Service *forms.Service
	// Sections are the answers, printed in the language asked for.
	Sections  []forms.Section
	Events    []Event
	Asks      []Ask
	Files     []File // of the form, without those of asks
	Documents []vault.Document
	// Decision are the words of the decision; Refusal is its ground, nil unless refused.
	Decision string
	Refusal  *forms.Ground
	// Remarks say at the fields what a refusal is for. Earlier is the refused
	// application in whose place this one was sent, Followers are the numbers of
	// those that were sent in place of this one.
	Remarks   map[string]string
	Earlier   *Earlier
	Followers []string
	// Typos are mistakes that the owner found in documents.
	Typos []Typo
	// Changed are the owner's changes before it was taken, newest first.
	Changed []Changed
	// Delivery is how the result is handed over.
	Delivery Delivery
	// Can is what the reader can do now.
	Can []Deed
	// Estimate is what the owner may expect, nil where nothing is waited for.
	Estimate *Estimate
	// Chain is the way from the portal to whoever decides.
	Chain []Link
	// Initials of the applicant, for staff.
	Initials string
	// Child is on whose behalf it was sent, nil for the applicant.
	Child *Child
	// Helper are the initials of who sent it for the applicant under a mandate, ""
	// for the applicant.
	Helper string
	// Mine: the case is assigned to the reader, or to whom the reader stands in for.
	Mine bool
	// Barred: the reader made the decision that was cancelled after a complaint,
	// and has no second say.
	Barred bool
	// Proposal is a decision that waits for a second pair of eyes, for staff.
	Proposal *Proposal
	// Parts are what other agencies do for the application. A part's own card has
	// the number of the application in Whole and the parts that came first in Before.
	Parts, Before []Part
	Whole         string

	result *forms.Result
}

// Asked is the open ask, nil when nothing is waited for.
func (c *Card) Asked() *Ask {
	if c.Status != Waiting {
		return nil
	}
	for i := range c.Asks {
		if c.Asks[i].Open() {
			return &c.Asks[i]
		}
	}
	return nil
}
