package cases

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"

	"okno/internal/applications/cases/casesdb"
	"okno/internal/applications/upload"
	"okno/internal/forms"
	"okno/internal/identity"
	"okno/internal/kit/db"
	"okno/internal/kit/event"
	"okno/internal/kit/id"
	"okno/internal/kit/secret"
)

// Moved is the event of every change. ID is the case, Version its version
// after it; Refs: number, deed, from, to, service, agency; part_of where it is a
// part, and parts where it may have some.
const Moved = "applications.moved"

// Prepared is a submission that is sealed and ready for the transaction.
type Prepared struct {
	actor identity.Actor
	row   casesdb.InsertCaseParams
	queue casesdb.InsertQueueParams
	files []casesdb.InsertFileParams
	term  Term
	// facets are what reports count, people by what the applicant is found.
	facets casesdb.InsertFacetsParams
	people []casesdb.ApplicationsPerson
	// named are other people whom the case names.
	named []casesdb.ApplicationsNamed
	// earlier is the refused case that it stands in place of, "" for none.
	earlier string
	// parts: the service has some.
	parts bool
	// delivery is how the result is wanted, nil for the cabinet alone.
	delivery *casesdb.InsertDeliveryParams
}

// Number is the number that the case will have, if it is still free.
func (p *Prepared) Number() string { return p.row.Number }

// form is what is sealed of a submission.
type form struct {
	Answers forms.Answers `json:"answers"`
	Facts   forms.Facts   `json:"facts"`
	// Initials of the applicant, as they were on the day.
	Initials string `json:"initials"`
	// Child is on whose behalf it was sent, nil for the owner.
	Child *Child `json:"child,omitempty"`
	// Named are the СНИЛС of the child and of who helped.
	Named []string `json:"named,omitempty"`
}

// Prepare makes the case's key, takes the files over into it and seals the
// answers: before the transaction. The actor must be the owner, or the portal.
func (c *Cases) Prepare(ctx context.Context, s Submission) (*Prepared, error) {
	actor := identity.ActorOf(ctx)
	if actor.ID != s.Owner && !actor.IsSystem() && (s.Helper == "" || s.Helper != actor.ID) {
		return nil, ErrNotFound
	}
	if !id.Valid(s.ID) || s.Owner == "" {
		return nil, fmt.Errorf("cases: a submission needs an id and an owner")
	}
	service, err := c.Services.Version(ctx, s.ServiceID, s.Version)
	if err != nil {
		return nil, fmt.Errorf("service of a submission: %w", err)
	}
	key, err := c.Sealer.NewKey(ctx, s.ID, secret.Case)
	if err != nil {
		return nil, err
	}
	p := &Prepared{actor: actor, term: termOf(s, service), parts: len(service.Parts) > 0}
	if p.earlier, err = c.earlierOf(ctx, s); err != nil {
		return nil, err
	}
	if p.files, err = c.takeOver(ctx, key, s); err != nil {
		return nil, err
	}
	// The portal notes them down: a citizen has no right to lists of initials.
	initials, err := c.Names.Initials(identity.AsSystem(ctx), s.Owner)
	if err != nil {
		return nil, fmt.Errorf("initials: %w", err)
	}
	text, err := c.textOf(service)
	if err != nil {
		return nil, err
	}
	f := form{Answers: s.Answers, Facts: keepFacts(s.Facts, text), Initials: initials[s.Owner], Child: s.Child}
	if f.Named, err = c.namedBeside(ctx, s); err != nil {
		return nil, err
	}
	if err := p.seal(key, s, service, f); err != nil {
		return nil, err
	}
	p.named = c.named(s.Owner, s.ID, p.row.AgencyID, f.people())
	if p.delivery, err = c.deliver(key, s, service); err != nil {
		return nil, err
	}
	p.facets, p.people = facetsOf(s, p.row.AgencyID), c.peopleOf(s, p.row.AgencyID)
	return p, nil
}

func termOf(s Submission, service *forms.Service) Term {
	t := Term{Days: s.Days, Working: s.Working, Minutes: s.Minutes}
	if t.Days == 0 && t.Minutes == 0 {
		d := service.Page.Duration
		t = Term{Days: d.WorkingDays + d.CalendarDays, Working: d.WorkingDays > 0, Minutes: d.Minutes}
	}
	return t
}

func (p *Prepared) seal(key *secret.DataKey, s Submission, service *forms.Service, f form) error {
	raw, err := json.Marshal(f)
	if err != nil {
		return err
	}
	agency := s.Agency
	if agency == "" {
		agency = service.Agency
	}
	p.row = casesdb.InsertCaseParams{
		OwnerID: s.Owner, ID: s.ID, Number: id.Number(), ServiceID: s.ServiceID, ServiceVersion: int64(s.Version),
		RulesVersion: int64(s.RulesVersion), AgencyID: agency, Office: s.Office, Status: string(Accepted),
		Epgu: int64(Accepted.EPGU()), Version: 1, Source: s.Source, Level: s.Level, Region: s.Region, Fee: s.Fee,
		TermDays: int64(p.term.Days), TermWorking: p.term.Working, TermMinutes: int64(p.term.Minutes),
		FormSealed: key.Seal(casePlace("form_sealed", s.ID), raw), DecisionSealed: []byte{}, PartOf: s.PartOf,
		HelperID: s.Helper,
	}
	p.queue = casesdb.InsertQueueParams{
		AgencyID: agency, CaseID: s.ID, OwnerID: s.Owner, ServiceID: s.ServiceID, Status: string(Accepted), Undecided: true,
		Region: s.Region, Version: 1, InitialsSealed: key.SealString(secret.At("applications_queue", "initials_sealed", s.ID), f.Initials),
		PartOf: s.PartOf, Office: s.Office, HelperID: s.Helper,
	}
	return nil
}

// keepFacts leaves out what the service has no use for, so that the case does
// not hold a profile that nobody asked about, and the list of uploads. text is
// the service's.
func keepFacts(f forms.Facts, text []byte) forms.Facts {
	f.Files = nil
	if len(f.Known) == 0 {
		return f
	}
	known := map[string]forms.Known{}
	for path, k := range f.Known {
		if bytes.Contains(text, []byte(path)) {
			known[path] = k
		}
	}
	f.Known = known
	return f
}

// textOf is the service as JSON, made once for each version: it takes as long
// as the rest of a submission.
func (c *Cases) textOf(service *forms.Service) ([]byte, error) {
	key := service.ID + "@" + strconv.Itoa(service.Version)
	if text, ok := c.texts.Load(key); ok {
		if raw, ok := text.([]byte); ok {
			return raw, nil
		}
	}
	raw, err := json.Marshal(service)
	if err == nil {
		c.texts.Store(key, raw)
	}
	return raw, err
}

// takeOver copies the draft's files under the case's key.
func (c *Cases) takeOver(ctx context.Context, key *secret.DataKey, s Submission) ([]casesdb.InsertFileParams, error) {
	var rows []casesdb.InsertFileParams
	for _, f := range s.Files {
		if f.Scan == upload.Infected {
			return nil, upload.ErrInfected
		}
		row, err := c.copyFile(ctx, key, s, f)
		if err != nil {
			return nil, fmt.Errorf("take file %s over: %w", f.ID, err)
		}
		rows = append(rows, row)
	}
	return rows, nil
}

func (c *Cases) copyFile(ctx context.Context, key *secret.DataKey, s Submission, f FileRef) (casesdb.InsertFileParams, error) {
	r, err := f.Open(ctx)
	if err != nil {
		return casesdb.InsertFileParams{}, err
	}
	defer func() { _ = r.Close() }()
	ref, err := c.Files.Save(ctx, fileKey(s.ID, f.ID), key, filePlace(f.ID), r, max(f.Size, 1))
	if err != nil {
		return casesdb.InsertFileParams{}, err
	}
	return casesdb.InsertFileParams{
		OwnerID: s.Owner, CaseID: s.ID, ID: f.ID, Type: f.Type, Size: ref.Size, Scan: string(f.Scan), BlobKey: ref.Key,
		FileHash: ref.SHA256[:], NameSealed: key.SealString(secret.At("applications_files", "name_sealed", f.ID), upload.CleanName(f.Name)),
	}, nil
}

// Create writes the case in the caller's transaction, with chronology, journal,
// queue row and announcement. A submission whose case is there already gives
// the number that it has. For a new id nothing is read, so that db.WriteOnly
// will do; one in place of a refused application needs db.Write. Errors: ErrStands.
func (c *Cases) Create(ctx context.Context, tx *db.Tx, p *Prepared) (string, error) {
	row := p.row
	c.date(&row, tx.Now(), p.term)
	number, fresh, err := c.store.insert(ctx, tx, row)
	if err != nil {
		return "", err
	}
	if !fresh {
		return c.store.numberOf(ctx, casesdb.New(tx), row.OwnerID, row.ID)
	}
	row.Number = number
	return number, c.accompany(ctx, tx, p, row)
}

func (c *Cases) date(row *casesdb.InsertCaseParams, now db.Time, term Term) {
	zone := c.zone(row.AgencyID, row.Office)
	due := term.due(c.Calendar, zone, now.Time())
	row.SubmittedAt, row.ChangedAt = now, now
	row.RegisterBy = string(registerBy(c.Calendar, zone, now.Time()))
	row.DeadlineAt, row.DeadlineDate = due.At, string(due.Date)
}

// accompany writes all that a new case has beside its row.
func (c *Cases) accompany(ctx context.Context, tx *db.Tx, p *Prepared, row casesdb.InsertCaseParams) error {
	q := casesdb.New(tx)
	queue := p.queue
	queue.Number, queue.SubmittedAt, queue.DeadlineAt, queue.DeadlineDate = row.Number, row.SubmittedAt, row.DeadlineAt, row.DeadlineDate
	queue.WarnAt = c.firstLook(row, tx.Now())
	if err := q.InsertQueue(ctx, queue); err != nil {
		return err
	}
	err := q.InsertEvent(ctx, casesdb.InsertEventParams{
		OwnerID: row.OwnerID, CaseID: row.ID, Version: 1, DoneAt: tx.Now(), Deed: string(Submit), ToStatus: row.Status,
		Side: string(sideOf(row)), ActorID: p.actor.ID, TextSealed: []byte{},
	})
	if err != nil {
		return err
	}
	facets := p.facets
	facets.SubmittedAt = row.SubmittedAt
	if err := q.InsertFacets(ctx, facets); err != nil {
		return err
	}
	if err := errors.Join(c.store.putPeople(ctx, tx, p.people), c.store.putNamed(ctx, tx, p.named)); err != nil {
		return err
	}
	if err := c.insertFiles(ctx, tx, p.files); err != nil {
		return err
	}
	if p.earlier != "" {
		if err := c.onlyOne(ctx, q, row.OwnerID, row.ID, p.earlier); err != nil {
			return err
		}
		err := q.InsertFollow(ctx, casesdb.InsertFollowParams{OwnerID: row.OwnerID, CaseID: row.ID, EarlierID: p.earlier})
		if err != nil {
			return err
		}
	}
	if p.delivery != nil {
		if err := q.InsertDelivery(ctx, *p.delivery); err != nil {
			return err
		}
	}
	if err := c.Audit.Write(ctx, tx, p.actor.Entry("applications.submitted", row.OwnerID, "case:"+row.ID)); err != nil {
		return err
	}
	return c.announce(ctx, tx, news{
		id: row.ID, owner: row.OwnerID, number: row.Number, service: row.ServiceID, agency: row.AgencyID,
		version: 1, deed: Submit, to: Accepted, partOf: row.PartOf, parts: p.parts,
	})
}

// sideOf is who has made a case: parts are made by the portal.
func sideOf(row casesdb.InsertCaseParams) Side {
	if row.PartOf != "" {
		return System
	}
	return Citizen
}

func (c *Cases) insertFiles(ctx context.Context, tx *db.Tx, files []casesdb.InsertFileParams) error {
	for _, f := range files {
		f.AddedAt = tx.Now()
		if err := casesdb.New(tx).InsertFile(ctx, f); err != nil {
			return err
		}
		if upload.Scan(f.Scan) == upload.Checking {
			if err := c.Jobs.Enqueue(ctx, tx, rescan{Owner: f.OwnerID, Case: f.CaseID, File: f.ID}); err != nil {
				return err
			}
		}
	}
	return nil
}

// news is what is announced of a change.
type news struct {
	id, owner, number, service, agency string
	version                            int64
	deed                               Deed
	from, to                           Status
	// was is the agency before, where it is another one now.
	was string
	// partOf is the application that the case is a part of; parts: it may have some.
	partOf string
	parts  bool
	// inner changes are not seen by the owner, so their page is left in peace.
	inner bool
}

// announce tells the listeners, the owner's open pages and the agency's.
func (c *Cases) announce(ctx context.Context, tx *db.Tx, n news) error {
	if !n.inner {
		c.Live.Touch(tx, n.owner, "case:"+n.id)
	}
	c.Live.Touch(tx, "agency:"+n.agency, "queue")
	refs := map[string]string{
		"number": n.number, "deed": string(n.deed), "from": string(n.from), "to": string(n.to),
		"service": n.service, "agency": n.agency,
	}
	if n.partOf != "" {
		refs["part_of"] = n.partOf
		c.Live.Touch(tx, n.owner, "case:"+n.partOf)
	}
	if n.parts {
		refs["parts"] = "yes"
	}
	if n.was != "" && n.was != n.agency {
		c.Live.Touch(tx, "agency:"+n.was, "queue")
		refs["was"] = n.was
	}
	return c.Bus.Announce(ctx, tx, event.Event{Name: Moved, ID: n.id, Owner: n.owner, Version: n.version, Refs: refs})
}

// NumberOf is the number of the case that a draft became, "" while it is none.
// It is for draft, which has checked the permission.
func (c *Cases) NumberOf(ctx context.Context, owner, draftID string) (string, error) {
	return c.store.numberOf(ctx, c.store.read(), owner, draftID)
}

func fileKey(caseID, fileID string) string { return blobs + caseID + "/" + fileID }

func casePlace(column, caseID string) secret.Place {
	return secret.At("applications_cases", column, caseID)
}

func filePlace(fileID string) secret.Place {
	return secret.At("applications_files", "blob_key", fileID)
}

func eventPlace(caseID string, version int64) secret.Place {
	return secret.At("applications_events", "text_sealed", caseID+"/"+strconv.FormatInt(version, 10))
}
