package cases

import (
	"context"
	"slices"
	"strconv"

	"okno/internal/applications/cases/casesdb"
	"okno/internal/identity"
	"okno/internal/kit/db"
	"okno/internal/notify"
)

// Incident is a stretch of time in which cases of an agency are late at a hop.
type Incident struct {
	Agency   string
	Hop      Hop
	OpenedAt db.Time
	ClosedAt db.Time // 0 while it lasts
	// Cases are how many it has concerned, Told how many citizens were told, Open
	// how many are late now.
	Cases, Told, Open int
	// Numbers are those of cases that are late now, at most so many as fit a page.
	Numbers []string
}

// numbersMost is how many numbers of late cases are listed.
const numbersMost = 50

// lates are the agencies whose incidents the actor sees: all for an
// administrator, for a head those that they lead.
func lates(ctx context.Context, all []string) ([]string, error) {
	a := identity.ActorOf(ctx)
	if a.Has(identity.Administrator) || a.IsSystem() {
		return all, nil
	}
	mine := a.AgenciesAs(identity.Head)
	if len(mine) == 0 {
		return nil, identity.ErrForbidden
	}
	return mine, nil
}

// Incidents lists what is late now, and what was of late: numbers only. Errors:
// identity.ErrForbidden.
func (c *Cases) Incidents(ctx context.Context) (open, over []Incident, err error) {
	var codes []string
	if all, ok := c.Offices.(agencies); ok {
		for _, a := range all.Agencies() {
			codes = append(codes, a.Code)
		}
	}
	if codes, err = lates(ctx, codes); err != nil {
		return nil, nil, err
	}
	for _, code := range codes {
		rows, err := c.store.read().Incidents(ctx, code)
		if err != nil {
			return nil, nil, db.Classify(err)
		}
		for _, r := range rows {
			i := Incident{Agency: code, Hop: Hop(r.Hop), OpenedAt: r.OpenedAt, ClosedAt: r.ClosedAt, Cases: int(r.Cases), Told: int(r.Told)}
			if i.ClosedAt > 0 {
				over = append(over, i)
				continue
			}
			if i, err = c.withNumbers(ctx, i); err != nil {
				return nil, nil, err
			}
			open = append(open, i)
		}
	}
	newest := func(a, b Incident) int { return int(b.OpenedAt - a.OpenedAt) }
	slices.SortStableFunc(open, newest)
	slices.SortStableFunc(over, newest)
	return open, over[:min(len(over), 20)], nil
}

func (c *Cases) withNumbers(ctx context.Context, i Incident) (Incident, error) {
	q := c.store.read()
	n, err := q.CountLate(ctx, casesdb.CountLateParams{AgencyID: i.Agency, Hop: string(i.Hop)})
	if err != nil {
		return i, db.Classify(err)
	}
	rows, err := q.OpenLate(ctx, casesdb.OpenLateParams{AgencyID: i.Agency, Hop: string(i.Hop), Limit: numbersMost})
	i.Open = int(n)
	for _, r := range rows {
		i.Numbers = append(i.Numbers, r.Number)
	}
	return i, db.Classify(err)
}

// LateCounts are how many cases are late now, by agency and hop, for the
// operator's monitoring.
func (c *Cases) LateCounts(ctx context.Context) ([]Incident, error) {
	rows, err := c.store.read().LateCounts(ctx)
	all := make([]Incident, len(rows))
	for i, r := range rows {
		all[i] = Incident{Agency: r.AgencyID, Hop: Hop(r.Hop), Open: int(r.Cases)}
	}
	return all, db.Classify(err)
}

// noIncident reports whether an incident would be a new one: none is open, and
// the last one is not over just now.
func (c *Cases) noIncident(ctx context.Context, agencyCode string, h Hop) (bool, error) {
	last, err := c.store.read().LastIncident(ctx, casesdb.LastIncidentParams{AgencyID: agencyCode, Hop: string(h)})
	if db.IsNone(err) {
		return true, nil
	}
	return err == nil && last.ClosedAt > 0 && !recent(last, db.At(c.Clock.Now())), db.Classify(err)
}

// recent reports whether an incident was over so lately that what is late now
// belongs to it.
func recent(i casesdb.ApplicationsIncident, now db.Time) bool {
	return i.ClosedAt > 0 && now.Time().Sub(i.ClosedAt.Time()) < calm
}

// openIncident counts n late cases in the agency's incident and opens one where
// there is none: whoever does that sends the notices. ErrChanged where it was to
// be opened and no notices were prepared.
func (c *Cases) openIncident(ctx context.Context, tx *db.Tx, agencyCode string, h Hop, n int64, notices []*notify.Batch) (opened bool, err error) {
	q := casesdb.New(tx)
	last, err := q.LastIncident(ctx, casesdb.LastIncidentParams{AgencyID: agencyCode, Hop: string(h)})
	if err != nil && !db.IsNone(err) {
		return false, err
	}
	switch {
	case err == nil && last.ClosedAt == 0:
	case err == nil && recent(last, tx.Now()):
		err = q.ReopenIncident(ctx, casesdb.ReopenIncidentParams{AgencyID: agencyCode, Hop: string(h), OpenedAt: last.OpenedAt})
	case len(notices) == 0:
		return false, ErrChanged
	default:
		var made int64
		made, err = q.OpenIncident(ctx, casesdb.OpenIncidentParams{AgencyID: agencyCode, Hop: string(h), OpenedAt: tx.Now()})
		if opened = err == nil && made > 0; opened {
			err = c.announceIncident(ctx, tx, "applications.incident_opened", agencyCode, h, notices)
		}
	}
	if err != nil {
		return opened, err
	}
	return opened, q.CountIncident(ctx, casesdb.CountIncidentParams{Cases: n, AgencyID: agencyCode, Hop: string(h)})
}

func (c *Cases) announceIncident(ctx context.Context, tx *db.Tx, act, agencyCode string, h Hop, notices []*notify.Batch) error {
	e := identity.ActorOf(identity.AsSystem(ctx)).Entry(act, "", "agency:"+agencyCode)
	e.Details = map[string]string{"hop": string(h)}
	if err := c.Audit.Write(ctx, tx, e); err != nil {
		return err
	}
	for _, b := range notices {
		if err := c.Notify.Send(ctx, tx, b); err != nil {
			return err
		}
	}
	return nil
}

// closeIncidents ends those that have no late case left, and tells whoever was
// told of them.
func (c *Cases) closeIncidents(ctx context.Context) error {
	all, err := c.store.read().OpenIncidents(ctx)
	if err != nil {
		return db.Classify(err)
	}
	for _, i := range all {
		left := casesdb.AnyLateParams{AgencyID: i.AgencyID, Hop: i.Hop}
		n, err := c.store.read().AnyLate(ctx, left)
		if err != nil {
			return db.Classify(err)
		}
		if n > 0 {
			continue
		}
		notices, err := c.incidentNotices(ctx, i.AgencyID, Hop(i.Hop), "closed", int(i.Cases))
		if err != nil {
			return err
		}
		err = c.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
			q := casesdb.New(tx)
			if n, err := q.AnyLate(ctx, left); n > 0 || err != nil {
				return err
			}
			n, err := q.CloseIncident(ctx, casesdb.CloseIncidentParams{ClosedAt: tx.Now(), AgencyID: i.AgencyID, Hop: i.Hop})
			if n == 0 || err != nil {
				return err
			}
			return c.announceIncident(ctx, tx, "applications.incident_closed", i.AgencyID, Hop(i.Hop), notices)
		})
		if err != nil {
			return err
		}
		c.Log.InfoContext(ctx, "an agency is no longer late", "agency", i.AgencyID, "hop", i.Hop)
	}
	return nil
}

// incidentNotices are for the portal's administrators and the agency's heads: a
// mail and a notice each, with numbers and no personal data.
func (c *Cases) incidentNotices(ctx context.Context, agencyCode string, h Hop, what string, n int) ([]*notify.Batch, error) {
	to, err := c.members(ctx, "", identity.Administrator)
	if err != nil {
		return nil, err
	}
	heads, err := c.heads(ctx, agencyCode)
	if err != nil {
		return nil, err
	}
	a, _ := c.Offices.ByCode(agencyCode)
	to = append(to, heads...)
	slices.Sort(to)
	return c.toStaff(ctx, slices.Compact(to), func(lang string) notify.Letter {
		t := func(part string) string {
			return c.Texts.T(lang, "applications.incident."+what+"_"+string(h)+"."+part, "Agency", a.Title.In(lang), "Count", n)
		}
		return notify.Letter{Subject: t("subject"), Text: t("text"), Link: "/desk/chain", Kind: "deadline", Ref: "incident:" + agencyCode + "/" + string(h)}
	})
}

// keyOfLate names what is late; since tells one delay of a case from another.
func keyOfLate(r casesdb.ApplicationsLate) lateKey {
	return lateKey{Agency: r.AgencyID, Hop: Hop(r.Hop), Owner: r.OwnerID, Case: r.CaseID, Since: int64(r.SinceAt)}
}

// lateKey is one delay of a case at a hop.
type lateKey struct {
	Agency string `json:"agency"`
	Hop    Hop    `json:"hop"`
	Owner  string `json:"owner"`
	Case   string `json:"case"`
	Since  int64  `json:"since"`
}

func (k lateKey) once(what string) string {
	return "chain:" + what + ":" + string(k.Hop) + ":" + strconv.FormatInt(k.Since, 10)
}
