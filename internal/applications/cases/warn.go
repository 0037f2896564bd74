package cases

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"
	"time"

	"okno/internal/agency"
	"okno/internal/applications/cases/casesdb"
	"okno/internal/forms"
	"okno/internal/identity"
	"okno/internal/kit/db"
	"okno/internal/kit/i18n"
	"okno/internal/notify"
)

const (
	// lookMost is how many terms of an agency are looked at in one round.
	lookMost = 300
	// listMost is how many cases one message names.
	listMost = 20
	// lookAgain is after how long a case is looked at again that could not be
	// dealt with, so that it does not stand in the way of others.
	lookAgain = 5 * time.Minute
)

// warning is what is told of one case.
type warning struct {
	k   Case
	say []Mark
	// told and look are what the row of the queue says afterwards, was what it said.
	was, told Mark
	look      db.Time
	due       db.Time
}

// spoken is one line of a message.
type spoken struct {
	k    Case
	mark Mark
}

// warn looks at the terms of an agency whose mark has come: it tells who holds
// the case, lets go on what was suspended until today, and grants what the law
// grants when nobody has decided.
func (c *Cases) warn(ctx context.Context, rules agency.Rules) error {
	now := db.At(c.Clock.Now())
	rows, err := c.store.read().Looked(ctx, casesdb.LookedParams{AgencyID: rules.Agency, WarnAt: now, Limit: lookMost})
	if err != nil || len(rows) == 0 {
		return db.Classify(err)
	}
	var all []warning
	var faults error
	for _, r := range rows {
		w, err := c.examine(ctx, r, now)
		if err != nil {
			c.Log.ErrorContext(ctx, "a term can't be dealt with", "case", r.CaseID, "err", err)
			faults = errors.Join(faults, err, c.lookLater(ctx, rules.Agency, r))
			continue
		}
		if w != nil {
			all = append(all, *w)
		}
	}
	return errors.Join(faults, c.tellConcerned(ctx, rules, all))
}

// examine settles what is to be done with one row; nil where somebody was faster.
func (c *Cases) examine(ctx context.Context, r casesdb.LookedRow, now db.Time) (*warning, error) {
	k, err := c.store.byID(ctx, r.OwnerID, r.CaseID)
	if errors.Is(err, ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	w := &warning{k: k, was: Mark(r.Warned), told: Mark(r.Warned), due: r.DeadlineAt}
	if k.PausedAt > 0 {
		w.look = c.resumes(k)
		if w.look > 0 && w.look <= now {
			return nil, c.resumeDue(ctx, k)
		}
		return w, nil
	}
	all := marks(c.Calendar, c.zone(k.Agency, k.Office), k)
	fresh, say := passed(all, w.was, now.Time())
	if fresh&MarkOver != 0 && !k.IsPart() {
		granted, err := c.tacit(ctx, k)
		if err == nil && granted {
			k.Left = c.left(k.Agency, k.Office, k.Due, k.PausedAt)
			err = c.grant(ctx, k)
		}
		if err != nil || granted {
			return nil, err
		}
	}
	w.say, w.told = say, w.was|fresh
	w.look = next(all, w.told, now.Time())
	return w, nil
}

func (c *Cases) lookLater(ctx context.Context, agencyCode string, r casesdb.LookedRow) error {
	return c.DB.WriteOnly(ctx, func(ctx context.Context, tx *db.Tx) error {
		return casesdb.New(tx).LookLater(ctx, casesdb.LookLaterParams{
			WarnAt: tx.Now().Add(lookAgain), AgencyID: agencyCode, CaseID: r.CaseID, WarnAt_2: r.WarnAt,
		})
	})
}

// tellConcerned notes the marks and sends one message to each who is to know. All
// of it or nothing: what somebody has changed meanwhile is looked at in the
// next round.
func (c *Cases) tellConcerned(ctx context.Context, rules agency.Rules, all []warning) error {
	if len(all) == 0 {
		return nil
	}
	heads, err := c.heads(ctx, rules.Agency)
	if err != nil {
		return err
	}
	by := map[string][]spoken{}
	for _, w := range all {
		for _, m := range w.say {
			for _, to := range c.concerned(rules, heads, w.k, m) {
				by[to] = append(by[to], spoken{w.k, m})
			}
		}
	}
	batches, err := c.staffLetters(ctx, by)
	if err != nil {
		return err
	}
	err = c.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		for _, w := range all {
			if err := c.noteWarned(ctx, tx, w); err != nil {
				return err
			}
		}
		for _, b := range batches {
			if err := c.Notify.Send(ctx, tx, b); err != nil {
				return err
			}
		}
		return nil
	})
	if errors.Is(err, ErrChanged) {
		return nil
	}
	return err
}

func (c *Cases) noteWarned(ctx context.Context, tx *db.Tx, w warning) error {
	n, err := casesdb.New(tx).NoteWarned(ctx, casesdb.NoteWarnedParams{
		Warned: int64(w.told), WarnAt: w.look, AgencyID: w.k.Agency, CaseID: w.k.ID, Warned_2: int64(w.was), DeadlineAt: w.due,
		Version: w.k.Version,
	})
	if err != nil {
		return err
	}
	if n == 0 {
		return ErrChanged
	}
	if len(w.say) == 0 {
		return nil
	}
	var names []string
	for _, m := range w.say {
		names = append(names, m.name())
	}
	e := identity.ActorOf(identity.AsSystem(ctx)).Entry("applications.warned", w.k.Owner, "case:"+w.k.ID)
	e.Details = map[string]string{"marks": strings.Join(names, " ")}
	return c.Audit.Write(ctx, tx, e)
}

// name is the mark in the journal and in keys of texts.
func (m Mark) name() string {
	return map[Mark]string{
		MarkRegister: "register", MarkUnregistered: "unregistered", MarkHalf: "half", MarkMost: "most", MarkOver: "over",
	}[m]
}

// heads are the heads of the agency.
func (c *Cases) heads(ctx context.Context, agencyCode string) ([]string, error) {
	return c.members(ctx, agencyCode, identity.Head)
}

// concerned are those who are told of a mark: who holds the case, or who stands
// in for them; the heads where nobody does. What is late the superior hears of
// too. Nobody hears of their own application.
func (c *Cases) concerned(rules agency.Rules, heads []string, k Case, m Mark) []string {
	today := c.Rules.Today(rules.Agency)
	to := slices.Clone(heads)
	if holder := rules.Acting(k.AssignedTo, today); holder != "" {
		to = []string{holder}
	}
	if superior := rules.Acting(rules.Superior, today); superior != "" && (m == MarkOver || m == MarkUnregistered) {
		to = append(to, superior)
	}
	slices.Sort(to)
	return slices.DeleteFunc(slices.Compact(to), func(a string) bool { return a == k.Owner })
}

// staffLetters are the messages, a notice and a mail to each, the most urgent
// cases first.
func (c *Cases) staffLetters(ctx context.Context, by map[string][]spoken) ([]*notify.Batch, error) {
	var all []*notify.Batch
	for _, to := range slices.Sorted(maps.Keys(by)) {
		more, err := c.toStaff(ctx, []string{to}, func(lang string) notify.Letter { return c.warningLetter(lang, by[to]) })
		if err != nil {
			return nil, err
		}
		all = append(all, more...)
	}
	return all, nil
}

func (c *Cases) warningLetter(lang string, all []spoken) notify.Letter {
	slices.SortStableFunc(all, func(a, b spoken) int { return int(b.mark - a.mark) })
	var lines []string
	for _, w := range all[:min(listMost, len(all))] {
		lines = append(lines, c.Texts.T(lang, "applications.warned."+w.mark.name(),
			"Number", w.k.Number, "Service", c.title(w.k.ServiceID).In(forms.Lang(lang)), "Deadline", i18n.DateISO(lang, string(w.k.Due.Date)),
			"RegisterBy", i18n.DateISO(lang, string(w.k.RegisterBy))))
	}
	if more := len(all) - len(lines); more > 0 {
		lines = append(lines, c.Texts.T(lang, "applications.warned.more", "Count", more))
	}
	numbers := map[string]bool{}
	for _, w := range all {
		numbers[w.k.Number] = true
	}
	link := deskBase + all[0].k.Number
	if len(numbers) > 1 {
		link = "/desk?agency=" + all[0].k.Agency
	}
	return notify.Letter{
		Subject: c.Texts.T(lang, "applications.warned.subject", "Count", len(numbers)), Text: strings.Join(lines, "\n"), Link: link,
		Kind: "deadline",
	}
}
