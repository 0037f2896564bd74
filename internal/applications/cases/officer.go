package cases

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"
	"unicode/utf8"

	"okno/internal/agency"
	"okno/internal/applications/cases/casesdb"
	"okno/internal/identity"
	"okno/internal/kit/db"
)

// textMost is the longest text of an officer or a citizen, in characters.
const textMost = 4000

// Deal says on which case something is done, as it was shown.
type Deal struct {
	Number string
	// Version is Case.Version as it was shown; 0 takes it as it is now.
	Version int64
	// Key is an idempotency key: the same deal twice is done once. "" for none.
	Key string
}

// once is the key of one deed: a client that uses a key for two deeds means two.
func (d Deal) once(deed Deed) string {
	if d.Key == "" {
		return ""
	}
	return string(deed) + "/" + d.Number + "/" + d.Key
}

// work is a case that the actor may work on. Who applied, or has declared an
// interest, can't.
func (c *Cases) work(ctx context.Context, d Deal) (Case, Side, error) {
	k, side, err := c.theirs(ctx, d.Number)
	if err != nil {
		return k, side, err
	}
	return k, side, c.fresh(ctx, k, d)
}

// fresh refuses a case that somebody has moved on since it was shown. What the
// portal itself does within seconds of the submission (it begins parts, gives the
// case to an officer by the agency's rules) changes nothing of what was looked at.
func (c *Cases) fresh(ctx context.Context, k Case, d Deal) error {
	if d.Version == 0 || d.Version == k.Version {
		return nil
	}
	if d.Version > k.Version {
		return ErrChanged
	}
	n, err := c.store.read().MovedSince(ctx, casesdb.MovedSinceParams{OwnerID: k.Owner, CaseID: k.ID, Version: d.Version})
	if err == nil && n > 0 {
		return ErrChanged
	}
	return db.Classify(err)
}

// patiently does a deed again that met another: the next try sees whose it was.
func patiently(do func() error) error {
	err := do()
	for try := 1; try < tries && errors.Is(err, ErrChanged); try++ {
		err = do()
	}
	return err
}

// held is a case that the actor works on: an officer has taken it, a head may
// step in.
func (c *Cases) held(ctx context.Context, d Deal) (Case, Side, error) {
	k, side, err := c.work(ctx, d)
	if err == nil {
		err = k.anew(identity.ActorOf(ctx).ID)
	}
	if err != nil || side != Officer {
		return k, side, err
	}
	if ok, herr := c.holds(ctx, k, identity.ActorOf(ctx).ID); herr != nil || !ok {
		return k, side, cmp.Or(herr, error(ErrTaken))
	}
	return k, side, nil
}

// again reports whether the deal was already done under its key: then what is
// changed since is its own doing.
func (c *Cases) again(ctx context.Context, d Deal, deed Deed, err error) error {
	if err == nil || d.Key == "" {
		return err
	}
	used, uerr := c.store.used(ctx, identity.ActorOf(ctx).ID, d.once(deed))
	if uerr == nil && used {
		return nil
	}
	return err
}

// Take takes a new case into work. A case that the head gave to somebody else
// is theirs.
func (c *Cases) Take(ctx context.Context, d Deal) error {
	return patiently(func() error { return c.take(ctx, d) })
}

func (c *Cases) take(ctx context.Context, d Deal) error {
	k, side, err := c.work(ctx, d)
	if err != nil {
		return c.again(ctx, d, Take, err)
	}
	me := identity.ActorOf(ctx).ID
	if err := k.anew(me); err != nil {
		return err
	}
	if side == Officer && k.AssignedTo != "" {
		if ok, herr := c.holds(ctx, k, me); herr != nil || !ok {
			return c.again(ctx, d, Take, cmp.Or(herr, error(ErrTaken)))
		}
	}
	return c.again(ctx, d, Take, c.move(ctx, k, change{deed: Take, side: side, key: d.once(Take), edit: assignTo(me)}))
}

func assignTo(to string) func(*casesdb.ApplicationsCase, db.Time) {
	return func(row *casesdb.ApplicationsCase, _ db.Time) { row.AssignedTo = to }
}

// Return gives a case back to the queue.
func (c *Cases) Return(ctx context.Context, d Deal) error {
	k, side, err := c.held(ctx, d)
	if err != nil {
		return c.again(ctx, d, Return, err)
	}
	return c.again(ctx, d, Return, c.move(ctx, k, change{deed: Return, side: side, key: d.once(Return), edit: assignTo("")}))
}

// Assign gives a case to an officer of the agency; "" to nobody. Only the head may.
func (c *Cases) Assign(ctx context.Context, d Deal, to string) error {
	return patiently(func() error { return c.assign(ctx, d, to) })
}

func (c *Cases) assign(ctx context.Context, d Deal, to string) error {
	k, side, err := c.work(ctx, d)
	if err != nil {
		return c.again(ctx, d, Assign, err)
	}
	if side != Head {
		return identity.ErrForbidden
	}
	if to != "" {
		if err := c.canWork(ctx, k, to); err != nil {
			return err
		}
	}
	return c.again(ctx, d, Assign, c.move(ctx, k, change{deed: Assign, side: side, key: d.once(Assign), edit: assignTo(to)}))
}

func (c *Cases) canWork(ctx context.Context, k Case, account string) error {
	if err := k.anew(account); err != nil {
		return err
	}
	err := c.fairFor(ctx, k, account)
	if errors.Is(err, ErrInterest) { // its own words are for the officer
		return ErrFields.WithField("to", "applications.error.interest_of")
	}
	if err != nil {
		return err
	}
	officers, err := c.officers(ctx, k.Agency)
	if err != nil {
		return err
	}
	if !slices.Contains(officers, account) {
		return ErrFields.WithField("to", "applications.error.officer")
	}
	return nil
}

// Officers are the accounts that can work on cases of the actor's agency.
func (c *Cases) Officers(ctx context.Context, agencyCode string) ([]string, error) {
	agencyCode, err := agencyFor(identity.ActorOf(ctx), agencyCode)
	if err != nil {
		return nil, err
	}
	return c.officers(ctx, agencyCode)
}

func (c *Cases) officers(ctx context.Context, agencyCode string) ([]string, error) {
	members, err := c.Offices.Members(ctx, agencyCode)
	if err != nil {
		return nil, err
	}
	members = slices.DeleteFunc(members, func(m agency.Member) bool {
		return m.Role != identity.Officer && m.Role != identity.Head
	})
	var all []string
	for _, m := range members {
		if !slices.Contains(all, m.Account) {
			all = append(all, m.Account)
		}
	}
	return all, nil
}

// Note adds words to the chronology; inner ones are for the agency only.
func (c *Cases) Note(ctx context.Context, d Deal, text string, inner bool) error {
	return c.note(ctx, d, text, "text", inner)
}

// note is Note; field names the box of the text.
func (c *Cases) note(ctx context.Context, d Deal, text, field string, inner bool) error {
	k, side, err := c.work(ctx, d)
	if err != nil {
		return c.again(ctx, d, Comment, err)
	}
	text, err = needText(text, field)
	if err != nil {
		return err
	}
	return c.again(ctx, d, Comment, c.move(ctx, k, change{deed: Comment, side: side, key: d.once(Comment), text: text, inner: inner}))
}

func needText(text, field string) (string, error) {
	text = cleanText(text)
	if text == "" {
		return "", ErrFields.WithField(field, "applications.error.text_needed")
	}
	return limitText(text, field)
}

func limitText(text, field string) (string, error) {
	text = cleanText(text)
	if utf8.RuneCountInString(text) > textMost {
		return "", ErrFields.WithField(field, "applications.error.text_long", "Max", textMost)
	}
	return text, nil
}

func cleanText(text string) string {
	return strings.TrimSpace(strings.ReplaceAll(text, "\r\n", "\n"))
}
