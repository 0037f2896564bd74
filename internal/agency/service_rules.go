package agency

import (
	"context"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"okno/internal/identity"
	"okno/internal/kit/db"
	"okno/internal/kit/errs"
	"okno/internal/kit/id"
	"okno/internal/kit/secret"
	"okno/internal/reference"
)

// keepRules is for how long a node works by rules that another node may have
// changed.
const keepRules = 2 * time.Second

// Most of what can be set.
const (
	capacityMost = 10000
	titleMost    = 100
	bodyMost     = 4000
	leaveMost    = 366 // days
)

// rulesCache keeps the rules of agencies for a moment: every deed of an officer asks.
type rulesCache struct {
	mu   sync.Mutex
	kept map[string]keptRules
}

type keptRules struct {
	rules Rules
	until time.Time
}

func (c *rulesCache) get(agency string, now time.Time) (Rules, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	k, ok := c.kept[agency]
	return k.rules, ok && now.Before(k.until)
}

func (c *rulesCache) put(r Rules, now time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.kept == nil {
		c.kept = map[string]keptRules{}
	}
	c.kept[r.Agency] = keptRules{r, now.Add(keepRules)}
}

func (c *rulesCache) drop(agency string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.kept, agency)
}

// Rules are the agency's ways of work, for rooms above, which check their own
// permission.
func (r *Room) Rules(ctx context.Context, agency string) (Rules, error) {
	now := r.clock.Now()
	if kept, ok := r.cache.get(agency, now); ok {
		return kept, nil
	}
	rules, err := r.store.rules(ctx, agency, r.Today(agency))
	if err == nil {
		r.cache.put(rules, now)
	}
	return rules, err
}

// Today is the day at the agency.
func (r *Room) Today(agency string) db.Date {
	a, _ := r.ByCode(agency)
	return db.DateOf(r.clock.Now().In(a.Location()))
}

// PersonIndex is by what a person is known in an agency's scope: kind is snils,
// phone, name or birth, value is normalised.
func PersonIndex(k *secret.Keyset, agency, kind, value string) []byte {
	return k.Index("applications."+kind, agency, value)
}

// PersonIndexes is PersonIndex under every living key.
func PersonIndexes(k *secret.Keyset, agency, kind, value string) [][]byte {
	return k.Indexes("applications."+kind, agency, value)
}

// mayRun lets heads of the agency and administrators through.
func mayRun(ctx context.Context, agency string) (identity.Actor, error) {
	a := identity.ActorOf(ctx)
	if !a.SignedIn() {
		return a, identity.ErrSignIn
	}
	if slices.Contains(a.AgenciesAs(identity.Head), agency) || a.IsSystem() {
		return a, nil
	}
	return a, identity.ErrForbidden
}

// change writes a part of the rules with its line in the journal.
func (r *Room) change(ctx context.Context, agency, act, object string, details map[string]string, write func(ctx context.Context, tx *db.Tx) error) error {
	actor := identity.ActorOf(ctx)
	err := r.store.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := write(ctx, tx); err != nil {
			return err
		}
		e := actor.Entry(act, "", object)
		e.Details = map[string]string{"agency": agency}
		for k, v := range details {
			e.Details[k] = v
		}
		return r.audit.Write(ctx, tx, e)
	})
	r.cache.drop(agency)
	return err
}

// SetRules chooses how cases are shared out and who gets overdue ones.
// Errors: identity.ErrForbidden, ErrFields.
func (r *Room) SetRules(ctx context.Context, agency string, m Method, superior string) error {
	if _, err := mayRun(ctx, agency); err != nil {
		return err
	}
	if !m.Known() {
		return ErrFields.WithField("method", "agency.error.method")
	}
	if superior != "" {
		if err := r.works(ctx, agency, superior, "superior"); err != nil {
			return err
		}
	}
	return r.change(ctx, agency, "agency.rules_changed", "agency:"+agency, map[string]string{"method": string(m), "superior": superior},
		func(ctx context.Context, tx *db.Tx) error { return r.store.putRules(ctx, tx, agency, m, superior) })
}

// SetWorker sets what an officer takes part in. Errors: identity.ErrForbidden, ErrFields.
func (r *Room) SetWorker(ctx context.Context, agency string, w Worker) error {
	if _, err := mayRun(ctx, agency); err != nil {
		return err
	}
	if err := r.works(ctx, agency, w.Account, "account"); err != nil {
		return err
	}
	if w.Capacity < 0 || w.Capacity > capacityMost {
		return ErrFields.WithField("capacity", "agency.error.capacity", "Max", capacityMost)
	}
	return r.change(ctx, agency, "agency.capacity_changed", "account:"+w.Account, nil,
		func(ctx context.Context, tx *db.Tx) error { return r.store.putWorker(ctx, tx, agency, w) })
}

// NoteGiven notes in the caller's transaction that a case was given by rule.
func (r *Room) NoteGiven(ctx context.Context, tx *db.Tx, agency, account string) error {
	tx.AfterCommit(func() { r.cache.drop(agency) })
	return r.store.setGiven(ctx, tx, agency, account)
}

// works reports whether the account decides at the agency.
func (r *Room) works(ctx context.Context, agency, account, field string) error {
	members, err := r.store.members(ctx, agency)
	if err != nil {
		return err
	}
	decides := func(m Member) bool {
		return m.Account == account && (m.Role == identity.Officer || m.Role == identity.Head)
	}
	if !slices.ContainsFunc(members, decides) {
		return ErrFields.WithField(field, "agency.error.officer")
	}
	return nil
}

// AddLeave notes that somebody will be away, and who stands in. Errors:
// identity.ErrForbidden, ErrFields.
func (r *Room) AddLeave(ctx context.Context, agency string, l Leave) error {
	actor, err := mayRun(ctx, agency)
	if err != nil {
		return err
	}
	if err := r.checkLeave(ctx, agency, l); err != nil {
		return err
	}
	l.ID = id.New()
	return r.change(ctx, agency, "agency.leave_added", "account:"+l.Account,
		map[string]string{"from": string(l.From), "to": string(l.To), "substitute": l.Substitute},
		func(ctx context.Context, tx *db.Tx) error { return r.store.addLeave(ctx, tx, agency, actor.ID, l) })
}

func (r *Room) checkLeave(ctx context.Context, agency string, l Leave) error {
	if err := r.works(ctx, agency, l.Account, "account"); err != nil {
		return err
	}
	if l.Substitute != "" {
		if err := r.works(ctx, agency, l.Substitute, "substitute"); err != nil {
			return err
		}
	}
	if l.Substitute == l.Account {
		return ErrFields.WithField("substitute", "agency.error.substitute")
	}
	from, err := time.Parse(time.DateOnly, string(l.From))
	if err != nil {
		return ErrFields.WithField("from", "agency.error.day")
	}
	to, err := time.Parse(time.DateOnly, string(l.To))
	switch {
	case err != nil:
		return ErrFields.WithField("to", "agency.error.day")
	case to.Before(from) || l.To < r.Today(agency):
		return ErrFields.WithField("to", "agency.error.leave_order")
	case to.Sub(from) > leaveMost*24*time.Hour:
		return ErrFields.WithField("to", "agency.error.leave_long")
	}
	return nil
}

// EndLeave takes a leave back.
func (r *Room) EndLeave(ctx context.Context, agency, leaveID string) error {
	if _, err := mayRun(ctx, agency); err != nil {
		return err
	}
	return r.change(ctx, agency, "agency.leave_ended", "leave:"+leaveID, nil, func(ctx context.Context, tx *db.Tx) error {
		found, err := r.store.deleteLeave(ctx, tx, agency, leaveID)
		return none(found, err)
	})
}

// Declare notes that an officer must not work on the cases of a person, known
// by the СНИЛС: officers declare for themselves, heads for anybody. The number
// itself is not kept. Errors: identity.ErrForbidden, ErrFields.
func (r *Room) Declare(ctx context.Context, agency, account, snils, relation string) error {
	actor := identity.ActorOf(ctx)
	mine := actor.ID == account && slices.Contains(actor.AgenciesAs(identity.Officer, identity.Head), agency)
	if !mine {
		if _, err := mayRun(ctx, agency); err != nil {
			return err
		}
		if err := r.works(ctx, agency, account, "account"); err != nil {
			return err
		}
	}
	number, err := reference.ParseSNILS(snils)
	if e, ok := errs.As(err); ok {
		return ErrFields.WithField("snils", e.Key)
	}
	if relation != "relative" && relation != "other" {
		return ErrFields.WithField("relation", "agency.error.relation")
	}
	i := Interest{ID: id.New(), Account: account, Relation: relation, index: PersonIndex(r.keyset, agency, "snils", number)}
	return r.change(ctx, agency, "agency.interest_declared", "account:"+account, map[string]string{"relation": relation},
		func(ctx context.Context, tx *db.Tx) error { return r.store.addInterest(ctx, tx, agency, i) })
}

// Withdraw takes a declared interest back: heads only, so that nobody frees
// themselves.
func (r *Room) Withdraw(ctx context.Context, agency, interestID string) error {
	if _, err := mayRun(ctx, agency); err != nil {
		return err
	}
	return r.change(ctx, agency, "agency.interest_withdrawn", "interest:"+interestID, nil, func(ctx context.Context, tx *db.Tx) error {
		found, err := r.store.deleteInterest(ctx, tx, agency, interestID)
		return none(found, err)
	})
}

// SaveTemplate adds or changes ready words. Errors: identity.ErrForbidden, ErrFields.
func (r *Room) SaveTemplate(ctx context.Context, agency string, t Template) error {
	if _, err := mayRun(ctx, agency); err != nil {
		return err
	}
	t.Title, t.Body = strings.TrimSpace(t.Title), strings.TrimSpace(strings.ReplaceAll(t.Body, "\r\n", "\n"))
	if err := checkTemplate(t); err != nil {
		return err
	}
	if t.ID == "" {
		t.ID = id.New()
	} else if rules, err := r.Rules(ctx, agency); err != nil || !slices.ContainsFunc(rules.Templates, func(x Template) bool { return x.ID == t.ID }) {
		return none(false, err)
	}
	return r.change(ctx, agency, "agency.template_saved", "template:"+t.ID, nil,
		func(ctx context.Context, tx *db.Tx) error { return r.store.putTemplate(ctx, tx, agency, t) })
}

func checkTemplate(t Template) error {
	switch {
	case t.Title == "" || utf8.RuneCountInString(t.Title) > titleMost:
		return ErrFields.WithField("title", "agency.error.title", "Max", titleMost)
	case t.Body == "" || utf8.RuneCountInString(t.Body) > bodyMost:
		return ErrFields.WithField("body", "agency.error.body", "Max", bodyMost)
	case !slices.Contains(Outcomes(), t.Outcome):
		return ErrFields.WithField("outcome", "agency.error.outcome")
	case t.Unknown() != "":
		return ErrFields.WithField("body", "agency.error.place", "Name", t.Unknown())
	}
	return nil
}

// DeleteTemplate removes ready words.
func (r *Room) DeleteTemplate(ctx context.Context, agency, templateID string) error {
	if _, err := mayRun(ctx, agency); err != nil {
		return err
	}
	return r.change(ctx, agency, "agency.template_deleted", "template:"+templateID, nil, func(ctx context.Context, tx *db.Tx) error {
		found, err := r.store.deleteTemplate(ctx, tx, agency, templateID)
		return none(found, err)
	})
}

func none(found bool, err error) error {
	if err == nil && !found {
		return ErrNone
	}
	return err
}
