package cabinet

import (
	"context"
	"slices"
	"time"

	"okno/internal/applications/cases"
	"okno/internal/applications/draft"
	"okno/internal/catalog"
	"okno/internal/forms"
	"okno/internal/kit/db"
	"okno/internal/profile"
	"okno/internal/vault"
)

// How much is offered, and for how long.
const (
	freshMost     = 3
	recommendMost = 3
	freshDays     = 30 // what became available is new for so long
	afterDays     = 60 // a natural next service is recommended for so long
	doneDays      = 365
	papersLooked  = 50
)

// Why something is offered to a person.
const (
	whyLevel   = "level"   // the account has reached the level that it needs
	whyOpened  = "opened"  // it is offered since, for the first time or again
	whyAge     = "age"     // the person has reached the age from which it is given
	whyRule    = "rule"    // a rule of the service, in its own words
	whyExpires = "expires" // a document of the service ends
)

// Offer is a service that the home shows to this very person, and why.
type Offer struct {
	Service *forms.Service
	Why     string
	Day     db.Date // since when, or until when
	Age     int
	Level   profile.Level
	// Words are those of the service's rule.
	Words forms.Text
}

// Offers are what became available to a person, and what is recommended.
type Offers struct {
	Fresh, Recommended []Offer
	// Off: the person wants no recommendations, and none were reckoned.
	Off bool
}

// asking is one reckoning of offers.
type asking struct {
	room   *Room
	today  db.Date
	rows   []cases.Row
	drafts []draft.Row
	hidden map[string]bool
	basis  profile.Basis
}

func (r *Room) today() db.Date { return db.DateOf(r.Clock.Now().In(r.Zone)) }

// offers reckons what is offered to the owner. rows and drafts are what the home
// shows: what somebody has begun or was given lately is not offered.
func (r *Room) offers(ctx context.Context, owner string, b profile.Basis, rows []cases.Row, drafts []draft.Row) (Offers, error) {
	a := &asking{room: r, today: r.today(), basis: b, rows: rows, drafts: drafts}
	chosen, err := r.choices.of(ctx, owner)
	if err != nil {
		return Offers{}, err
	}
	a.hidden = chosen.hidden
	o := Offers{Off: chosen.off, Fresh: a.fresh()}
	if o.Off {
		return o, nil
	}
	o.Recommended, err = a.recommended(ctx, o.Fresh)
	return o, err
}

// open reports whether the service is for this person and nothing of it is under
// way, or was given within the last days.
func (a *asking) open(s *forms.Service, days int) bool {
	v := catalog.Visitor{SignedIn: true, Level: string(a.basis.Card.Level), Audience: "citizen"}
	if a.hidden[s.ID] || s.Opens != "" || catalog.Closed(s, v) != catalog.Open {
		return false
	}
	if w, ok := s.For(forms.WhoSelf); ok && !w.Fits(a.basis.Card.Person.BirthDate, string(a.today)) {
		return false
	}
	if slices.ContainsFunc(a.drafts, func(d draft.Row) bool { return d.ServiceID == s.ID }) {
		return false
	}
	since := a.ago(days)
	return !slices.ContainsFunc(a.rows, func(r cases.Row) bool {
		given := r.Status == cases.Approved || r.Status == cases.Completed
		return r.ServiceID == s.ID && (!r.Status.Final() && !given || given && r.ChangedAt >= since)
	})
}

// ago is so many days before now.
func (a *asking) ago(days int) db.Time {
	return db.At(a.room.Clock.Now().Add(-time.Duration(days) * 24 * time.Hour))
}

func (a *asking) day(at db.Time) db.Date { return db.DateOf(at.Time().In(a.room.Zone)) }

// fresh are the services that became available to the person lately.
func (a *asking) fresh() []Offer {
	var out []Offer
	for _, s := range a.room.Catalog.Services() {
		if len(out) == freshMost {
			break
		}
		if !a.open(s, doneDays) {
			continue
		}
		o, ok := a.became(s)
		if since := a.room.Catalog.Since(s.ID); !ok && since >= a.ago(freshDays) {
			o, ok = Offer{Service: s, Why: whyOpened, Day: a.day(since)}, since > a.basis.Account.CreatedAt
		}
		if ok {
			out = append(out, o)
		}
	}
	return out
}

// became tells of a level or an age that the person has reached lately.
func (a *asking) became(s *forms.Service) (Offer, bool) {
	if level := a.basis.Card.Level; string(level) == s.Level && level.AtLeast(profile.Standard) && a.basis.Card.LevelAt >= a.ago(freshDays) {
		return Offer{Service: s, Why: whyLevel, Level: level, Day: a.day(a.basis.Card.LevelAt)}, true
	}
	w, ok := s.For(forms.WhoSelf)
	if !ok || w.From == 0 || a.basis.Card.Person.BirthDate == "" {
		return Offer{}, false
	}
	day := forms.Birthday(a.basis.Card.Person.BirthDate, w.From)
	if day <= string(a.today) && day >= string(a.day(a.ago(freshDays))) {
		return Offer{Service: s, Why: whyAge, Age: w.From, Day: db.Date(day)}, true
	}
	return Offer{}, false
}

// recommended are the services whose rules speak for this person. Facts and
// documents are read only where a rule looks at them.
func (a *asking) recommended(ctx context.Context, fresh []Offer) ([]Offer, error) {
	var whys *forms.Whys
	var papers []vault.Document
	looked := false
	var out []Offer
	for _, s := range a.room.Catalog.Services() {
		if len(out) == recommendMost {
			break
		}
		if slices.ContainsFunc(fresh, func(o Offer) bool { return o.Service.ID == s.ID }) {
			continue
		}
		for i := range s.Recommend {
			rule := &s.Recommend[i]
			if rule.Expires > 0 && !looked {
				var err error
				if papers, err = a.room.Documents.Documents(ctx, "", papersLooked); err != nil {
					return nil, err
				}
				looked = true
			}
			if whys == nil {
				f := a.room.Profiles.FactsOf(a.basis)
				f.Today = string(a.today)
				made := forms.WhysOf(f)
				whys = &made
			}
			if o, ok := a.speaks(s, rule, *whys, papers); ok {
				out = append(out, o)
				break
			}
		}
	}
	return out, nil
}

// speaks reports whether a rule recommends the service.
func (a *asking) speaks(s *forms.Service, rule *forms.Recommend, whys forms.Whys, papers []vault.Document) (Offer, bool) {
	o := Offer{Service: s, Why: whyRule}
	switch {
	case rule.Expires > 0:
		until, ends := a.ending(s.ID, rule.Expires, papers)
		if !ends || !a.open(s, 0) {
			return o, false
		}
		o.Why, o.Day = whyExpires, until
	case len(rule.After) > 0:
		if !a.follows(rule.After) || !a.open(s, doneDays) {
			return o, false
		}
	case !a.open(s, doneDays) || !whys.Holds(rule):
		return o, false
	}
	o.Words = forms.Text{
		RU: whys.Why(rule, a.room.printer(forms.RU)), EN: whys.Why(rule, a.room.printer(forms.EN)),
	}
	return o, true
}

// ending is the last day of the newest document of the service, where it comes
// within so many days or is just over.
func (a *asking) ending(serviceID string, days int, papers []vault.Document) (db.Date, bool) {
	for _, d := range papers {
		if d.ServiceID != serviceID || !d.RevokedAt.IsZero() || d.ValidUntil == "" {
			continue
		}
		last, err := time.Parse(time.DateOnly, string(d.ValidUntil))
		if err != nil {
			return "", false
		}
		now, err := time.Parse(time.DateOnly, string(a.today))
		left := int(last.Sub(now).Hours() / 24)
		return d.ValidUntil, err == nil && left <= days && left >= -freshDays
	}
	return "", false
}

// follows reports whether one of the services was approved lately.
func (a *asking) follows(services []string) bool {
	since := a.ago(afterDays)
	return slices.ContainsFunc(a.rows, func(r cases.Row) bool {
		return (r.Status == cases.Approved || r.Status == cases.Completed) && r.ChangedAt >= since && slices.Contains(services, r.ServiceID)
	})
}

func (r *Room) printer(lang forms.Lang) forms.Printer {
	return forms.Printer{Lang: lang, Words: func(key string, args ...any) string { return r.Texts.T(string(lang), key, args...) }}
}
