package cases

import (
	"context"
	"errors"
	"slices"
	"strconv"

	"okno/internal/applications/cases/casesdb"
	"okno/internal/forms"
	"okno/internal/identity"
	"okno/internal/kit/db"
	"okno/internal/kit/errs"
	"okno/internal/kit/event"
	"okno/internal/kit/i18n"
	"okno/internal/kit/id"
	"okno/internal/kit/secret"
	"okno/internal/notify"
)

// turns are how a turn of a part is called in the application's chronology.
func turns() map[Deed]Deed {
	return map[Deed]Deed{Approve: PartYes, Refuse: PartNo, HandBack: PartBack, Request: PartAsked, Proceed: PartHeard}
}

// concernsParts reports whether after a move parts may begin or have ended.
func concernsParts(e event.Event) bool {
	deed := Deed(e.Refs["deed"])
	if e.Refs["part_of"] != "" {
		return turns()[deed] != ""
	}
	return e.Refs["parts"] != "" && slices.Contains([]Deed{Submit, Answered, Modify, PartHeard, PartDrop, PartAgain}, deed)
}

// tries is how often what the system does with an application is tried again
// when somebody was faster.
const tries = 5

// advanceParts tells the application how a part has ended and begins the parts
// that are ready. It may run more than once: each turn is noted under a key, and
// what begins is a move of the application.
func (c *Cases) advanceParts(ctx context.Context, e event.Event) error {
	ctx = identity.AsSystem(secret.WithCache(ctx))
	wholeID := e.ID
	if part := e.Refs["part_of"]; part != "" {
		wholeID = part
		if err := c.noteTurn(ctx, e); err != nil {
			return err
		}
	}
	for try := 1; ; try++ {
		again, err := c.beginReady(ctx, e.Owner, wholeID)
		if err != nil || !again {
			return err
		}
		if try == tries {
			return ErrChanged // the job comes again
		}
	}
}

// noteTurn writes the end of a part into the application and tells the lead
// where something is to be done.
func (c *Cases) noteTurn(ctx context.Context, e event.Event) error {
	deed := turns()[Deed(e.Refs["deed"])]
	_, part := forms.CutPart(e.Refs["service"])
	key := "part/" + e.ID + "/" + string(deed)
	asks := deed == PartAsked || deed == PartHeard
	if asks {
		key += "/" + strconv.FormatInt(e.Version, 10) // a part may ask more than once
	}
	for try := 1; ; try++ {
		k, err := c.store.byID(ctx, e.Owner, e.Refs["part_of"])
		if err != nil || !k.Status.Open() {
			return err
		}
		parts, err := c.readParts(ctx, k)
		if err != nil {
			return err
		}
		what := string(deed)
		if !asks && deed != PartBack && !slices.ContainsFunc(parts, func(p Part) bool { return !p.State.Over() }) {
			what = "parts_in"
		}
		ch := change{deed: deed, side: System, text: part, key: key, edit: c.partClock(k, askedSince(casesOf(parts), ""))}
		if what == "parts_in" || deed == PartNo || deed == PartBack {
			if ch.also, err = c.tellLead(ctx, k, what, part); err != nil {
				return err
			}
		}
		err = c.move(ctx, k, ch)
		if !errors.Is(err, ErrChanged) || try == tries {
			if errors.Is(err, ErrMove) {
				return nil // decided meanwhile
			}
			return err
		}
	}
}

// beginReady begins what is ready; again: somebody was faster, look once more.
func (c *Cases) beginReady(ctx context.Context, owner, caseID string) (again bool, err error) {
	k, err := c.store.byID(ctx, owner, caseID)
	if errors.Is(err, ErrNotFound) || err == nil && (!k.Status.Open() || k.IsPart()) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	parts, err := c.readParts(ctx, k)
	if err != nil {
		return false, err
	}
	for _, p := range ready(parts) {
		err := c.beginPart(ctx, k, p.Part, System, PartBegun, Deal{})
		if errors.Is(err, ErrMove) {
			return false, nil // decided meanwhile
		}
		if errors.Is(err, ErrChanged) {
			return true, nil
		}
		if err != nil {
			return false, err
		}
		if k, err = c.store.byID(ctx, owner, caseID); err != nil {
			return false, err
		}
	}
	return false, nil
}

// beginPart makes the case of a part. It goes out with a move of the
// application, which must be as it was when the part was found to be ready.
func (c *Cases) beginPart(ctx context.Context, k Case, p *forms.Part, side Side, deed Deed, d Deal) error {
	prepared, err := c.preparePart(ctx, k, p)
	if err != nil {
		return err
	}
	return c.move(ctx, k, change{
		deed: deed, side: side, text: p.ID, key: d.once(deed), reads: true,
		also: func(ctx context.Context, tx *db.Tx) error {
			_, err := c.Create(ctx, tx, prepared)
			return err
		},
	})
}

// preparePart is Prepare for a part: its case holds no answers of its own.
func (c *Cases) preparePart(ctx context.Context, k Case, p *forms.Part) (*Prepared, error) {
	s := Submission{
		ID: id.New(), Owner: k.Owner, ServiceID: p.ServiceID(k.ServiceID), Version: k.ServiceVersion, Agency: p.Agency,
		Level: k.row.Level, Region: k.Region, Source: "part", PartOf: k.ID,
		Days: p.Term.WorkingDays + p.Term.CalendarDays, Working: p.Term.WorkingDays > 0, Minutes: p.Term.Minutes,
	}
	facts, err := c.Names.Facts(identity.AsSystem(ctx), k.Owner)
	if err != nil && !errs.IsKind(err, errs.NotFound) && !errors.Is(err, secret.ErrErased) {
		return nil, err // of who has gone nothing is known any more
	}
	prepared, err := c.Prepare(identity.AsSystem(ctx), s)
	if err != nil {
		return nil, err
	}
	s.Facts = facts // by them officers are kept from people whom they know; they are not stored
	prepared.facets, prepared.people = facetsOf(s, p.Agency), c.peopleOf(s, p.Agency)
	prepared.row.HelperID, prepared.queue.HelperID = k.row.HelperID, k.row.HelperID
	prepared.named, err = c.namedFor(ctx, k, s.ID, p.Agency)
	return prepared, err
}

// closeParts ends the open parts of an application in its own transaction.
func (c *Cases) closeParts(ctx context.Context, tx *db.Tx, k Case) error {
	rows, err := casesdb.New(tx).PartsOf(ctx, casesdb.PartsOfParams{OwnerID: k.Owner, PartOf: k.ID})
	if err != nil {
		return err
	}
	for _, row := range rows {
		if x := caseOf(row); x.Status.Open() {
			if err := c.closePart(ctx, tx, x, endClosed); err != nil {
				return err
			}
		}
	}
	return nil
}

// closePart ends a part without an opinion, in the transaction of the application.
func (c *Cases) closePart(ctx context.Context, tx *db.Tx, k Case, end string) error {
	ch := change{deed: Close, side: System, edit: func(row *casesdb.ApplicationsCase, _ db.Time) { row.Ground, row.PausedAt = end, 0 }}
	m, ok := Step(k.Status, ch.deed, ch.side)
	if !ok {
		return ErrMove
	}
	actor := identity.ActorOf(ctx)
	row := c.changed(k, m, ch, tx.Now())
	err := c.store.moved(ctx, tx, k.row, row, 0, casesdb.InsertEventParams{
		OwnerID: k.Owner, CaseID: k.ID, Version: row.Version, DoneAt: tx.Now(), Deed: string(ch.deed),
		FromStatus: string(m.From), ToStatus: string(m.To), Side: string(ch.side), ActorID: actor.ID, TextSealed: []byte{},
	})
	if err != nil {
		return err
	}
	if m.From == Waiting {
		if err := c.store.unsent(ctx, tx, k.Owner, k.ID); err != nil {
			return err
		}
	}
	if err := c.outcome(ctx, tx, k, row, ""); err != nil {
		return err
	}
	if err := c.Audit.Write(ctx, tx, entryOf(actor, k, ch)); err != nil {
		return err
	}
	return c.announce(ctx, tx, newsOf(k, row, m, ch))
}

// warnLateParts tells the lead of each part of the agency that is late, once.
func (c *Cases) warnLateParts(ctx context.Context, agencyCode string) error {
	late, err := c.store.read().LateParts(ctx, casesdb.LatePartsParams{AgencyID: agencyCode, DeadlineAt: db.At(c.Clock.Now())})
	if err != nil {
		return db.Classify(err)
	}
	for _, l := range late {
		k, err := c.store.byID(ctx, l.OwnerID, l.PartOf)
		if err != nil {
			return err
		}
		_, part := forms.CutPart(l.ServiceID)
		told, err := c.tellLead(ctx, k, string(PartLate), part)
		if err != nil {
			return err
		}
		err = c.move(ctx, k, change{
			deed: PartLate, side: System, inner: true, text: part, key: "late/" + l.CaseID, reads: true,
			also: func(ctx context.Context, tx *db.Tx) error {
				err := casesdb.New(tx).SetLeadTold(ctx, casesdb.SetLeadToldParams{LeadToldAt: tx.Now(), AgencyID: agencyCode, CaseID: l.CaseID})
				return errors.Join(err, told(ctx, tx))
			},
		})
		if err != nil && !errors.Is(err, ErrChanged) && !errors.Is(err, ErrMove) {
			return err // one that is changed or decided meanwhile is looked at in the next round
		}
	}
	return nil
}

// tellLead writes to who leads the application: its officer, and the superior
// where a part is late or nobody has taken the application. The letters are
// sealed now and go out with the move.
func (c *Cases) tellLead(ctx context.Context, k Case, what, part string) (func(context.Context, *db.Tx) error, error) {
	rules, err := c.rules(ctx, k.Agency)
	if err != nil {
		return nil, err
	}
	whom := []string{k.AssignedTo}
	if what == string(PartLate) || k.AssignedTo == "" {
		whom = append(whom, rules.Superior)
	}
	var letters []notify.Letter
	for _, account := range whom {
		if account == "" || c.fairFor(ctx, k, account) != nil {
			continue
		}
		a, err := c.Accounts.Account(ctx, account)
		if err != nil || a.Email == "" {
			continue // who can't be written to still sees it on the card
		}
		lang := a.Lang
		if !i18n.Known(lang) {
			lang = i18n.RU
		}
		title := c.partTitle(Case{ServiceID: k.ServiceID + "/" + part}, lang)
		letters = append(letters, notify.Letter{
			Channel: notify.Email, To: a.Email, Owner: account, Kind: "status", Ref: "case:" + k.ID, Link: deskBase + k.Number,
			Subject: c.Texts.T(lang, "applications.lead."+what+".subject", "Number", k.Number),
			Text:    c.Texts.T(lang, "applications.lead."+what+".text", "Number", k.Number, "Part", title),
		})
	}
	batch, err := c.Notify.Seal(ctx, letters...)
	return func(ctx context.Context, tx *db.Tx) error { return c.Notify.Send(ctx, tx, batch) }, err
}
