package cases

import (
	"context"
	"slices"
	"strings"
	"time"

	"okno/internal/agency"
	"okno/internal/applications/cases/casesdb"
	"okno/internal/forms"
	"okno/internal/identity"
	"okno/internal/kit/db"
	"okno/internal/kit/errs"
	"okno/internal/kit/secret"
	"okno/internal/reference"
)

// By what an officer can look for applicants. Each is exact: there is no search
// by beginnings and no list by name.
const (
	bySNILS = "snils"
	byPhone = "phone"
	byName  = "name"  // surname and first name
	byBirth = "birth" // surname and date of birth
)

// ErrSearch says that what was typed is nothing that can be looked for.
var ErrSearch = errs.NewInvalid("applications.error.search")

// wanted is one thing to look for.
type wanted struct{ kind, value string }

// peopleOf are the blind indexes by which the applicant is found at the agency.
func (c *Cases) peopleOf(s Submission, agencyCode string) []casesdb.ApplicationsPerson {
	known := func(name string) string { return factOf(s.Facts, name) }
	var all []casesdb.ApplicationsPerson
	add := func(kind, value string) {
		if value == "" {
			return
		}
		all = append(all, casesdb.ApplicationsPerson{
			OwnerID: s.Owner, AgencyID: agencyCode, Kind: kind,
			PersonIndex: agency.PersonIndex(c.Sealer.Keyset(), agencyCode, kind, value),
		})
	}
	last, first := folded(known("last_name")), folded(known("first_name"))
	if snils, err := reference.ParseSNILS(known("snils")); err == nil {
		add(bySNILS, snils)
	}
	if phone, err := reference.ParsePhone(known("phone")); err == nil {
		add(byPhone, phone)
	}
	if last != "" && first != "" {
		add(byName, last+" "+first)
	}
	if birth := known("birth_date"); last != "" && birth != "" {
		add(byBirth, last+" "+birth)
	}
	return all
}

// folded is a name as it is compared: without case, Ё as Е, one space.
func folded(name string) string {
	name = strings.ToLower(strings.Join(strings.Fields(name), " "))
	return strings.ReplaceAll(name, "ё", "е") // data: letters that are written for each other
}

// wants reads what an officer typed: СНИЛС, phone, «surname first-name», or
// «surname DD.MM.YYYY».
func wants(typed string) []wanted {
	if snils, err := reference.ParseSNILS(typed); err == nil {
		all := []wanted{{bySNILS, snils}}
		if phone, err := reference.ParsePhone(typed); err == nil {
			all = append(all, wanted{byPhone, phone})
		}
		return all
	}
	if phone, err := reference.ParsePhone(typed); err == nil {
		return []wanted{{byPhone, phone}}
	}
	words := strings.Fields(typed)
	if len(words) < 2 || len(typed) > 300 {
		return nil
	}
	if t, err := time.Parse("02.01.2006", words[len(words)-1]); err == nil {
		return []wanted{{byBirth, folded(strings.Join(words[:len(words)-1], " ")) + " " + t.Format(time.DateOnly)}}
	}
	if strings.ContainsAny(typed, "0123456789") {
		return nil
	}
	// A patronymic may follow; a surname may be of several words.
	all := []wanted{{byName, folded(typed)}}
	if len(words) > 2 {
		all = append(all, wanted{byName, folded(words[0] + " " + words[1])})
	}
	return all
}

// Search finds cases of the actor's agency by the exact СНИЛС, phone, name or
// name with date of birth of the applicant. The journal has the look before
// anything is found. Errors: ErrSearch.
func (c *Cases) Search(ctx context.Context, agencyCode, typed string) ([]QueueRow, error) {
	actor := identity.ActorOf(ctx)
	agencyCode, err := agencyFor(actor, agencyCode)
	if err != nil {
		return nil, err
	}
	all := wants(strings.TrimSpace(typed))
	if len(all) == 0 {
		return nil, ErrSearch
	}
	e := actor.Entry("applications.searched", "", "agency:"+agencyCode)
	e.Details = map[string]string{"by": all[0].kind}
	if err := c.Audit.Look(ctx, e); err != nil {
		return nil, err
	}
	ids, err := c.casesOf(ctx, agencyCode, all)
	if err != nil || len(ids) == 0 {
		return nil, err
	}
	rows, err := c.store.queueRows(ctx, agencyCode, ids)
	if err != nil {
		return nil, err
	}
	barred, err := c.barred(ctx, agencyCode, actor.ID)
	if err != nil {
		return nil, err
	}
	if rows, err = c.without(ctx, agencyCode, rows, barred); err != nil {
		return nil, err
	}
	return c.queueRows(ctx, actor, agencyCode, rows)
}

// casesOf are the ids of the cases of people that are looked for.
func (c *Cases) casesOf(ctx context.Context, agencyCode string, all []wanted) ([]string, error) {
	var owners []string
	for _, w := range all {
		for _, index := range agency.PersonIndexes(c.Sealer.Keyset(), agencyCode, w.kind, w.value) {
			found, err := c.store.read().PeopleFound(ctx, casesdb.PeopleFoundParams{AgencyID: agencyCode, PersonIndex: index})
			if err != nil {
				return nil, db.Classify(err)
			}
			for _, f := range found {
				if !slices.Contains(owners, f.OwnerID) {
					owners = append(owners, f.OwnerID)
				}
			}
		}
	}
	var ids []string
	for _, owner := range owners {
		if len(ids) >= 100 {
			break
		}
		some, err := c.store.read().CasesAt(ctx, casesdb.CasesAtParams{OwnerID: owner, AgencyID: agencyCode})
		if err != nil {
			return nil, db.Classify(err)
		}
		ids = append(ids, some...)
	}
	return ids, nil
}

// factOf is a text among the facts of a submission.
func factOf(f forms.Facts, name string) string {
	text, _ := f.Known["profile."+name].Value.(string)
	return text
}

// keysOf opens the keys of many cases for their initials.
func (c *Cases) keysOf(ctx context.Context, rows []casesdb.ApplicationsQueue) (map[string]*secret.DataKey, error) {
	ids := make([]string, len(rows))
	for i, r := range rows {
		ids[i] = r.CaseID
	}
	return c.Sealer.Keys(ctx, secret.Case, ids...)
}
