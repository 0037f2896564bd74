package cases

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strconv"

	"okno/internal/applications/cases/casesdb"
	"okno/internal/forms"
	"okno/internal/kit/db"
	"okno/internal/kit/secret"
)

// Changeable says why the actor's own application can't be changed, nil if it
// can: it was accepted and nobody has taken it. Errors: ErrNotFound, ErrTakenUp,
// ErrNoChange.
func (c *Cases) Changeable(ctx context.Context, number string) error {
	_, err := c.changeable(ctx, number)
	return err
}

func (c *Cases) changeable(ctx context.Context, number string) (Case, error) {
	k, err := c.mine(ctx, number)
	if err != nil {
		return k, err
	}
	s, err := c.Services.Version(ctx, k.ServiceID, k.ServiceVersion)
	if err != nil {
		return k, ErrService.Wrap(err)
	}
	return k, mayChange(k, s)
}

// mayChange says why an application can't be changed by its owner any more, nil
// if it can.
func mayChange(k Case, s *forms.Service) error {
	_, open := Step(k.Status, Modify, Citizen)
	switch {
	case s.NoChange:
		return ErrNoChange
	case !open || k.Redone():
		return ErrTakenUp
	}
	return nil
}

// Amend puts other answers into one of the actor's own applications; those
// before are kept. The time of the agency still runs from the submission; one that
// stood still or began anew since stays as it is. also is done in the same
// transaction. Errors: those of Changeable, ErrChanged.
func (c *Cases) Amend(ctx context.Context, number string, s Submission, also func(context.Context, *db.Tx) error) error {
	k, err := c.changeable(ctx, number)
	if err != nil {
		return err
	}
	if s.ServiceID != k.ServiceID || s.Owner != k.Owner {
		return ErrNotFound
	}
	service, err := c.Services.Version(ctx, s.ServiceID, s.Version)
	if err != nil {
		return ErrService.Wrap(err)
	}
	key, err := c.Sealer.Key(ctx, k.ID, secret.Case)
	if err != nil {
		return err
	}
	s.ID = k.ID
	files, err := c.takeOver(ctx, key, s)
	if err != nil {
		return err
	}
	p, err := c.amended(key, k, s, service)
	if err == nil {
		err = c.move(ctx, k, change{deed: Modify, side: Citizen, reads: true, edit: p.edit, also: func(ctx context.Context, tx *db.Tx) error {
			if err := errors.Join(p.write(ctx, tx), c.store.putNamed(ctx, tx, p.named)); err != nil {
				return err
			}
			if err := c.insertFiles(ctx, tx, files); err != nil {
				return err
			}
			return also(ctx, tx)
		}})
	}
	if err != nil {
		c.dropFiles(ctx, k.ID, files)
	}
	return c.takenUp(ctx, number, err)
}

// takenUp turns a race that was lost against the officer into words.
func (c *Cases) takenUp(ctx context.Context, number string, err error) error {
	if err == nil {
		return nil
	}
	if now := c.Changeable(ctx, number); now != nil {
		return now
	}
	return err
}

// amendment are other answers, sealed and ready for the transaction.
type amendment struct {
	row  casesdb.SetServiceParams
	kept casesdb.InsertVersionParams
	// named are people whom the answers name now.
	named []casesdb.ApplicationsNamed
	edit  func(*casesdb.ApplicationsCase, db.Time)
}

func (p *amendment) write(ctx context.Context, tx *db.Tx) error {
	kept := p.kept
	kept.ChangedAt = tx.Now()
	q := casesdb.New(tx)
	if err := q.InsertVersion(ctx, kept); err != nil {
		return err
	}
	return q.SetService(ctx, p.row)
}

func (c *Cases) amended(key *secret.DataKey, k Case, s Submission, service *forms.Service) (*amendment, error) {
	old, err := openForm(key, k.row)
	if err != nil {
		return nil, err
	}
	text, err := c.textOf(service)
	if err != nil {
		return nil, err
	}
	f := form{Answers: s.Answers, Facts: keepFacts(s.Facts, text), Initials: old.Initials, Child: old.Child, Named: old.Named}
	sealed, err := sealJSON(key, casePlace("form_sealed", k.ID), f)
	if err != nil {
		return nil, err
	}
	kept, err := keptForm(key, k, old)
	if err != nil {
		return nil, err
	}
	term := termOf(s, service)
	zone, due := c.zone(k.Agency, k.Office), k.Due
	if k.Term.due(c.Calendar, zone, k.SubmittedAt.Time()) == due { // it neither stood still nor began anew
		due = term.due(c.Calendar, zone, k.SubmittedAt.Time())
	}
	return &amendment{
		kept: kept, named: c.namedAnew(k, f),
		row: casesdb.SetServiceParams{
			ServiceVersion: int64(s.Version), RulesVersion: int64(s.RulesVersion), Fee: s.Fee, TermDays: int64(term.Days),
			TermWorking: term.Working, TermMinutes: int64(term.Minutes), OwnerID: k.Owner, ID: k.ID,
		},
		edit: func(row *casesdb.ApplicationsCase, _ db.Time) {
			row.FormSealed, row.DeadlineAt, row.DeadlineDate = sealed, due.At, string(due.Date)
		},
	}, nil
}

func versionPlace(caseID string, version int64) secret.Place {
	return secret.At("applications_versions", "form_sealed", caseID+"/"+strconv.FormatInt(version, 10))
}

// keptForm seals the answers as they are before a change, for the history.
func keptForm(key *secret.DataKey, k Case, f form) (casesdb.InsertVersionParams, error) {
	raw, err := json.Marshal(f)
	return casesdb.InsertVersionParams{
		OwnerID: k.Owner, CaseID: k.ID, Version: k.Version + 1, ServiceVersion: int64(k.ServiceVersion),
		FormSealed: key.Seal(versionPlace(k.ID, k.Version+1), raw),
	}, err
}

// Changed is a change that the person made to an application before it was taken.
type Changed struct {
	At          db.Time
	Differences []Difference
	Same        int
}

// loadVersions says what the person changed, by comparing each version with the
// next one. An application that nobody changed is asked nothing.
func (c *Cases) loadVersions(ctx context.Context, key *secret.DataKey, card *Card) error {
	if !slices.ContainsFunc(card.Events, func(e Event) bool { return e.Deed == Modify }) {
		return nil
	}
	rows, err := c.store.read().Versions(ctx, casesdb.VersionsParams{OwnerID: card.Owner, CaseID: card.ID})
	if err != nil {
		return db.Classify(err)
	}
	hashes, err := c.hashes(ctx, card.Case)
	if err != nil {
		return err
	}
	after := card.result
	for _, row := range slices.Backward(rows) {
		before, err := c.version(ctx, key, card, row)
		if err != nil {
			return err
		}
		if slices.ContainsFunc(card.Events, func(e Event) bool { return e.Version == row.Version && e.Deed == Modify }) {
			x := Changed{At: row.ChangedAt}
			x.Differences, x.Same = c.compareForms(ctx, before, after, hashes, hashes)
			card.Changed = append(card.Changed, x)
		}
		after = before
	}
	return nil
}

// version fills the form as it was.
func (c *Cases) version(ctx context.Context, key *secret.DataKey, card *Card, row casesdb.ApplicationsVersion) (*forms.Result, error) {
	var f form
	if err := openJSON(key, versionPlace(card.ID, row.Version), row.FormSealed, &f); err != nil {
		return nil, err
	}
	s, err := c.Services.Version(ctx, card.ServiceID, int(row.ServiceVersion))
	if err != nil {
		return nil, ErrService.Wrap(err)
	}
	return forms.Fill(s, complete(s, f.Answers), f.Facts), nil
}

// dropFiles deletes files that came to belong to no case; what can't be deleted
// now, the sweep deletes.
func (c *Cases) dropFiles(ctx context.Context, caseID string, files []casesdb.InsertFileParams) {
	ctx = context.WithoutCancel(ctx)
	for _, f := range files {
		if err := c.Files.Store().Delete(ctx, f.BlobKey); err != nil {
			c.Log.WarnContext(ctx, "a file stays in the store for the sweep", "case", caseID, "err", err)
		}
	}
}
