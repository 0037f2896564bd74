package cases

import (
	"context"
	"errors"
	"slices"

	"okno/internal/agency"
	"okno/internal/applications/cases/casesdb"
	"okno/internal/identity"
	"okno/internal/kit/errs"
	"okno/internal/kit/secret"
	"okno/internal/reference"
)

// namedBeside are the СНИЛС of those who stand beside the answers: the child on
// whose behalf the application is sent, and who sends it for its owner.
func (c *Cases) namedBeside(ctx context.Context, s Submission) ([]string, error) {
	child, _ := s.Facts.Known["child.snils"].Value.(string)
	all := numbersIn(nil, child)
	if s.Helper == "" {
		return all, nil
	}
	helper, err := c.Names.Facts(identity.AsSystem(ctx), s.Helper)
	if err != nil && !errs.IsKind(err, errs.NotFound) && !errors.Is(err, secret.ErrErased) {
		return nil, err // who helps at a service centre need not be known as a citizen
	}
	return numbersIn(all, factOf(helper, "snils")), nil
}

// people are the СНИЛС of all whom a submission names beside its owner.
func (f form) people() []string { return numbersIn(slices.Clone(f.Named), map[string]any(f.Answers)) }

// numbersIn adds each СНИЛС that stands in an answer: of a question for one, of a
// child or a spouse, in a list.
func numbersIn(all []string, answer any) []string {
	switch v := answer.(type) {
	case string:
		if n, err := reference.ParseSNILS(v); err == nil && !slices.Contains(all, n) {
			all = append(all, n)
		}
	case []any:
		for _, x := range v {
			all = numbersIn(all, x)
		}
	case map[string]any:
		for _, x := range v {
			all = numbersIn(all, x)
		}
	}
	return all
}

// named are the blind indexes by which the people whom a case names are known at
// an agency.
func (c *Cases) named(owner, caseID, agencyCode string, numbers []string) []casesdb.ApplicationsNamed {
	all := make([]casesdb.ApplicationsNamed, len(numbers))
	for i, n := range numbers {
		all[i] = casesdb.ApplicationsNamed{
			OwnerID: owner, CaseID: caseID, AgencyID: agencyCode,
			PersonIndex: agency.PersonIndex(c.Sealer.Keyset(), agencyCode, bySNILS, n),
		}
	}
	return all
}

// namedFor are the people whom a case names, as another agency knows them, for its
// own case or one of a part.
func (c *Cases) namedFor(ctx context.Context, k Case, caseID, agencyCode string) ([]casesdb.ApplicationsNamed, error) {
	key, err := c.Sealer.Key(ctx, k.ID, secret.Case)
	if err != nil {
		return nil, err
	}
	f, err := openForm(key, k.row)
	return c.named(k.Owner, caseID, agencyCode, f.people()), err
}

// namedAnew are those whom other answers of a case name: who was named before
// stays known, for the old answers are kept, too.
func (c *Cases) namedAnew(k Case, f form) []casesdb.ApplicationsNamed {
	return c.named(k.Owner, k.ID, k.Agency, f.people())
}
