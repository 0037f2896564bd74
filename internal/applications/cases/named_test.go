package cases

import (
	"context"
	"maps"
	"slices"
	"testing"

	"okno/internal/agency"
	"okno/internal/applications/cases/casesdb"
	"okno/internal/forms"
)

// Numbers of people who are named in applications, and of one who is not.
const (
	childSNILS  = "08765430300"
	spouseSNILS = "00100199965"
	helperSNILS = "11223344595" // as the fake profile knows everybody
	nobodySNILS = "78790017550"
)

// minds lets the officer of agencies declare an interest in people.
func (b *bundle) minds(code string, numbers ...string) {
	r := agency.Rules{}
	for _, n := range numbers {
		r.Interests = append(r.Interests, agency.InterestOf("officer", agency.PersonIndex(b.Sealer.Keyset(), code, "snils", n)))
	}
	b.follow(r)
}

// ofChild is a parent's application on behalf of a child.
func ofChild() Submission {
	s := submission()
	s.Child = &Child{ID: "c", LastName: "Ёлкин", FirstName: "Пётр", BirthDate: "2020-02-01"}
	s.Facts.Known = maps.Clone(s.Facts.Known)
	s.Facts.Known["child.snils"] = forms.Known{Value: "087-654-303 00"}
	return s
}

// kept asserts whether an officer is kept away from an application everywhere.
func (b *bundle) kept(t *testing.T, number string, want error) {
	t.Helper()
	_, err := b.Look(b.officer(), number)
	wantErr(t, err, want, "looked at")
	left := 1
	if want != nil {
		left = 0
		wantErr(t, b.Take(b.officer(), deal(number)), want, "took")
		if err := b.Assign(b.head(), deal(number), "officer"); err == nil {
			t.Error("it was given to them")
		}
	}
	page, err := b.Queue(b.officer(), QueueFilter{})
	must(t, err)
	n, err := b.QueueCounts(b.officer(), "")
	must(t, err)
	found, err := b.Search(b.officer(), "", "Ёлкина Анна")
	must(t, err)
	seen := slices.ContainsFunc(found, func(r QueueRow) bool { return r.Number == number })
	if len(page.Rows) != left || n.Undecided != left || seen != (left == 1) {
		t.Errorf("the queue shows %d, counts %d, the search finds it %v, want %d", len(page.Rows), n.Undecided, seen, left)
	}
}

// An interest in somebody whom an application names beside its applicant keeps
// the officer away from it, whoever sent it.
func TestInterestInWhomACaseNames(t *testing.T) {
	t.Parallel()
	spouse := func(s Submission) Submission {
		s.Answers["spouse"] = map[string]any{"last_name": "Ёлкин", "snils": "001-001-999 65"}
		return s
	}
	each(t, func(t *testing.T, b *bundle) {
		for name, x := range map[string]struct {
			s      Submission
			by     string
			number string
			want   error
		}{
			"the child of another parent": {s: ofChild(), number: childSNILS, want: ErrInterest},
			"who is named in an answer":   {s: spouse(submission()), number: spouseSNILS, want: ErrInterest},
			"who is named in a list": {
				s: func() Submission {
					s := submission()
					s.Answers["family"] = []any{map[string]any{"who": map[string]any{"snils": spouseSNILS}}}
					return s
				}(),
				number: spouseSNILS, want: ErrInterest,
			},
			"who sent it for the owner": {s: submission(), by: "boris", number: helperSNILS, want: ErrInterest},
			"the officer sent it":       {s: submission(), by: "officer", number: nobodySNILS, want: ErrOwnCase},
			"somebody else":             {s: spouse(ofChild()), number: nobodySNILS},
		} {
			for k, v := range known(submission()).Facts.Known { // whom the search finds
				if k != "profile.snils" {
					x.s.Facts.Known[k] = v
				}
			}
			x.s.Helper = x.by
			number := b.send(t, x.s)
			b.minds("mvd", x.number)
			t.Log(name)
			b.kept(t, number, x.want)
			must(t, b.Take(b.officer2(), deal(number)))
			must(t, b.Refuse(b.officer2(), deal(number), "none", "Нет"))
		}
	})
}

// A case of the same parent that does not name the child stays in reach.
func TestInterestIsInTheCase(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bundle) {
		b.send(t, ofChild())
		own := b.submit(t)
		b.minds("mvd", childSNILS)
		page, err := b.Queue(b.officer(), QueueFilter{})
		must(t, err)
		if len(page.Rows) != 1 || page.Rows[0].Number != own {
			t.Errorf("the queue shows %+v", page.Rows)
		}
		must(t, b.Take(b.officer(), deal(own)))
	})
}

// Whom other answers name is known from then on, and goes along to another agency.
func TestNamedLater(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bundle) {
		b.Offices = town{}
		s := ofChild()
		number := b.send(t, s)
		b.minds("mvd", spouseSNILS)
		_, err := b.Look(b.officer(), number)
		must(t, err)
		s.Answers = forms.Answers{"name": "Анна", "spouse": map[string]any{"snils": spouseSNILS}}
		delete(s.Facts.Known, "child.snils")
		must(t, b.Amend(b.citizen(), number, s, nothing))
		for _, n := range []string{spouseSNILS, childSNILS} {
			b.minds("mvd", n)
			_, err = b.Look(b.officer(), number)
			wantErr(t, err, ErrInterest, n)
		}
		must(t, b.Forward(b.officer2(), deal(number), "fns", "Это решает налоговая"))
		for _, n := range []string{spouseSNILS, childSNILS} {
			b.minds("fns", n)
			_, err = b.Look(b.at("fns", "officer"), number)
			wantErr(t, err, ErrInterest, "forwarded: "+n)
		}
		var rows int
		must(t, b.DB.Reader().QueryRowContext(context.Background(), "SELECT COUNT(*) FROM applications_named WHERE agency_id = 'mvd'").Scan(&rows))
		if rows != 0 {
			t.Errorf("the agency before still has %d", rows)
		}
	})
}

// Officers of other agencies are kept from the parts of an application likewise.
func TestInterestInAPart(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bundle) {
		b.parted(t)
		number := b.send(t, ofChild())
		must(t, b.Take(b.officer2(), deal(number)))
		b.drain(t)
		income := b.parts(t, number)["income"].Case.Number
		b.minds("fns", childSNILS)
		wantErr(t, b.Take(b.at("fns", "officer"), deal(income)), ErrInterest, "a part about the child")
		must(t, b.Take(b.at("fns", "officer2"), deal(income)))
	})
}

// A prepared decision about a child is confirmed by somebody without interest.
func TestInterestAmongPreparedDecisions(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bundle) {
		b.service.FourEyes = true
		number := b.send(t, ofChild())
		must(t, b.Take(b.officer2(), deal(number)))
		must(t, b.Approve(b.officer2(), deal(number), ""))
		b.minds("mvd", childSNILS)
		rows, err := b.ToConfirm(b.officer(), "")
		must(t, err)
		if len(rows) != 0 {
			t.Error("it waits for an officer with an interest in the child")
		}
		wantErr(t, b.Confirm(b.officer(), deal(number)), ErrInterest, "confirmed")
	})
}

func TestNumbersIn(t *testing.T) {
	t.Parallel()
	got := numbersIn(nil, map[string]any{
		"a": "087-654-303 00", "b": []any{map[string]any{"snils": childSNILS}, "001-001-999 65"}, "c": "+79991234567", "d": 11223344595.0, "e": nil,
	})
	slices.Sort(got)
	if !slices.Equal(got, []string{spouseSNILS, childSNILS}) {
		t.Errorf("found %v", got)
	}
}

// TestNobodyIsNoHelper: most applications are sent by nobody else, and whoever has no
// account, such as a clock, has sent none of them.
func TestNobodyIsNoHelper(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bundle) {
		ctx := context.Background()
		own := b.submit(t)
		helped := submission()
		helped.Helper = "boris"
		theirs := b.send(t, helped)
		barred, err := b.barred(ctx, "mvd", "")
		must(t, err)
		rows, _, err := b.store.queue(ctx, queueFilter{QueueFilter: QueueFilter{Agency: "mvd", Limit: 10}, barred: barred})
		must(t, err)
		if len(rows) != 2 {
			t.Fatalf("%d rows", len(rows))
		}
		if left, err := b.without(ctx, "mvd", slices.Clone(rows), barred); err != nil || len(left) != 2 {
			t.Errorf("nobody is kept from %d of 2, %v", 2-len(left), err)
		}
		for _, number := range []string{own, theirs} {
			n := slices.IndexFunc(rows, func(r casesdb.ApplicationsQueue) bool { return r.Number == number })
			k, err := b.store.byID(ctx, rows[n].OwnerID, rows[n].CaseID)
			must(t, err)
			must(t, b.fairFor(ctx, k, ""))
			if number == theirs {
				wantErr(t, b.fairFor(ctx, k, "boris"), ErrOwnCase, "the helper works on it")
			}
		}
	})
}
