package cases

import (
	"context"
	"errors"
	"slices"
	"time"
	"unicode/utf8"

	"okno/internal/agency"
	"okno/internal/applications/cases/casesdb"
	"okno/internal/forms"
	"okno/internal/identity"
	"okno/internal/kit/db"
	"okno/internal/kit/i18n"
	"okno/internal/kit/secret"
)

// The ways of a result. It always stands in the cabinet.
const (
	ByCabinet = "cabinet"
	ByEmail   = "email"
	ByOffice  = "office"
	ByPost    = "post"
)

// Wish is how the person wants the result. The zero Wish is the cabinet.
type Wish struct {
	Way    string
	Office string // code, for ByOffice
}

// Delivery is how the result of a case is handed over.
type Delivery struct {
	Wish
	// Address is where the post brings it.
	Address string
	// ReadyAt is since when the paper waits at the office, KeepUntil the last day.
	ReadyAt   db.Time
	KeepUntil db.Date
	ShippedAt db.Time
	Track     string
	DoneAt    db.Time

	row casesdb.ApplicationsDelivery
}

// Paper reports whether something is handed over outside the cabinet.
func (d Delivery) Paper() bool { return d.Way == ByOffice || d.Way == ByPost }

// lets reports whether a deed makes sense as the delivery stands; all deeds that
// have nothing to do with it do.
func (d Delivery) lets(deed Deed) bool {
	switch deed {
	case Ready:
		return d.Way == ByOffice && d.ReadyAt.IsZero()
	case Hand:
		return d.Way == ByOffice && !d.ReadyAt.IsZero()
	case Ship:
		return d.Way == ByPost && d.ShippedAt.IsZero()
	case Arrive:
		return d.Way == ByPost && !d.ShippedAt.IsZero()
	case Deliver:
		return !d.Paper()
	}
	return true
}

// Offer is how a person may get the result of a service.
type Offer struct {
	// Ways are those beside the cabinet; none: there is nothing to choose.
	Ways    []string
	Offices []agency.Office
	// Address of the profile in one line, "" where it has none.
	Address  string
	KeepDays int
}

// Offer tells what a person can choose from before sending.
func (c *Cases) Offer(s *forms.Service, f forms.Facts) Offer {
	o := Offer{Ways: s.Delivery.Ways, KeepDays: s.Delivery.Kept(), Address: forms.AddressText(f.Known["profile.address"].Value)}
	if slices.Contains(o.Ways, ByOffice) {
		a, _ := c.Offices.ByCode(s.Agency)
		o.Offices = a.Offices
	}
	return o
}

// Fits checks a wish. Errors: ErrDelivery with the field.
func (o Offer) Fits(w Wish) error {
	switch {
	case w.Way == "" || w.Way == ByCabinet:
		return nil
	case !slices.Contains(o.Ways, w.Way):
		return ErrDelivery.WithField("way", "applications.error.way")
	case w.Way == ByOffice && !slices.ContainsFunc(o.Offices, func(x agency.Office) bool { return x.Code == w.Office }):
		return ErrDelivery.WithField("office", "applications.error.delivery_office")
	case w.Way == ByPost && o.Address == "":
		return ErrDelivery.WithField("way", "applications.error.delivery_address")
	}
	return nil
}

func deliveryPlace(column, caseID string) secret.Place {
	return secret.At("applications_deliveries", column, caseID)
}

// deliver prepares the row of a wish; nil for the cabinet.
func (c *Cases) deliver(key *secret.DataKey, s Submission, service *forms.Service) (*casesdb.InsertDeliveryParams, error) {
	w := s.Wish
	if w.Way == "" || w.Way == ByCabinet {
		return nil, nil
	}
	o := c.Offer(service, s.Facts)
	if err := o.Fits(w); err != nil {
		return nil, err
	}
	row := &casesdb.InsertDeliveryParams{OwnerID: s.Owner, CaseID: s.ID, Way: w.Way, AddressSealed: []byte{}, TrackSealed: []byte{}}
	if w.Way == ByOffice {
		row.Office = w.Office
	}
	if w.Way == ByPost {
		row.AddressSealed = key.SealString(deliveryPlace("address_sealed", s.ID), o.Address)
	}
	return row, nil
}

// delivery is how the result of a case is handed over; only services that offer
// ways are asked about.
func (c *Cases) delivery(ctx context.Context, k Case, s *forms.Service) (Delivery, error) {
	if k.delivery != nil {
		return *k.delivery, nil
	}
	d := Delivery{Wish: Wish{Way: ByCabinet}}
	if s == nil || len(s.Delivery.Ways) == 0 {
		return d, nil
	}
	row, err := c.store.read().FindDelivery(ctx, casesdb.FindDeliveryParams{OwnerID: k.Owner, CaseID: k.ID})
	if db.IsNone(err) {
		return d, nil
	}
	if err != nil {
		return d, db.Classify(err)
	}
	key, err := c.Sealer.Key(ctx, k.ID, secret.Case)
	if err != nil {
		return d, err
	}
	d = Delivery{
		Wish: Wish{Way: row.Way, Office: row.Office}, ReadyAt: row.ReadyAt, KeepUntil: db.Date(row.KeepUntil),
		ShippedAt: row.ShippedAt, DoneAt: row.DoneAt, row: row,
	}
	open := func(column string, sealed []byte) string {
		if len(sealed) == 0 || err != nil {
			return ""
		}
		var text string
		text, err = key.OpenString(deliveryPlace(column, k.ID), sealed)
		return text
	}
	d.Address, d.Track = open("address_sealed", row.AddressSealed), open("track_sealed", row.TrackSealed)
	return d, err
}

// deliveryOf is delivery for who has only the case.
func (c *Cases) deliveryOf(ctx context.Context, k Case) (Delivery, *forms.Service, error) {
	s, err := c.Services.Version(ctx, k.ServiceID, k.ServiceVersion)
	if err != nil {
		return Delivery{}, nil, ErrService.Wrap(err)
	}
	d, err := c.delivery(ctx, k, s)
	return d, s, err
}

// hop carries one step of a delivery out; edit changes its row.
func (c *Cases) hop(ctx context.Context, k Case, side Side, d Deal, deed Deed, text string, edit func(row *casesdb.ApplicationsDelivery, now db.Time), also func(context.Context, *db.Tx) error) error {
	x, _, err := c.deliveryOf(ctx, k)
	if err != nil {
		return err
	}
	if !x.lets(deed) {
		return ErrMove
	}
	row := x.row
	return c.move(ctx, k, change{deed: deed, side: side, key: d.once(deed), text: text, also: func(ctx context.Context, tx *db.Tx) error {
		edit(&row, tx.Now())
		err := casesdb.New(tx).MoveDelivery(ctx, casesdb.MoveDeliveryParams{
			ReadyAt: row.ReadyAt, KeepUntil: row.KeepUntil, ShippedAt: row.ShippedAt, DoneAt: row.DoneAt,
			TrackSealed: blank(row.TrackSealed), OwnerID: k.Owner, CaseID: k.ID,
		})
		if err == nil && also != nil {
			err = also(ctx, tx)
		}
		return err
	}})
}

// Ready says that the paper waits at the office that was chosen. The citizen
// hears until when, and is reminded before the end.
func (c *Cases) Ready(ctx context.Context, d Deal) error {
	k, side, err := c.work(ctx, d)
	if err != nil {
		return c.again(ctx, d, Ready, err)
	}
	x, s, err := c.deliveryOf(ctx, k)
	if err != nil {
		return err
	}
	zone := c.zone(k.Agency, x.Office)
	end := c.Calendar.DeadlineDays(c.Clock.Now(), s.Delivery.Kept(), zone)
	early := end.Add(-collectBefore)
	if half := c.Clock.Now().Add(end.Sub(c.Clock.Now()) / 2); early.Before(half) {
		early = half
	}
	return c.again(ctx, d, Ready, c.hop(ctx, k, side, d, Ready, "", func(row *casesdb.ApplicationsDelivery, now db.Time) {
		row.ReadyAt, row.KeepUntil = now, string(db.DateOf(end.In(zone)))
	}, func(ctx context.Context, tx *db.Tx) error {
		return errors.Join(
			c.Jobs.EnqueueAt(ctx, tx, early, collect{Owner: k.Owner, Case: k.ID}),
			c.Jobs.EnqueueAt(ctx, tx, end, collect{Owner: k.Owner, Case: k.ID, Over: true}),
		)
	}))
}

// Hand says that the paper was handed over to a person whose identity document
// was seen: without that it can't be. Errors: ErrFields.
func (c *Cases) Hand(ctx context.Context, d Deal, seen bool) error {
	k, side, err := c.work(ctx, d)
	if err != nil {
		return c.again(ctx, d, Hand, err)
	}
	if !seen {
		return ErrFields.WithField("seen", "applications.error.seen")
	}
	return c.again(ctx, d, Hand, c.hop(ctx, k, side, d, Hand, "", done, nil))
}

func done(row *casesdb.ApplicationsDelivery, now db.Time) { row.DoneAt = now }

// trackMost is the longest number of a parcel, in characters.
const trackMost = 40

// Ship says that the paper was sent by post, under a number of the parcel.
func (c *Cases) Ship(ctx context.Context, d Deal, track string) error {
	k, side, err := c.work(ctx, d)
	if err != nil {
		return c.again(ctx, d, Ship, err)
	}
	if track = cleanText(track); track == "" || utf8.RuneCountInString(track) > trackMost {
		return ErrFields.WithField("track", "applications.error.track", "Max", trackMost)
	}
	key, err := c.Sealer.Key(ctx, k.ID, secret.Case)
	if err != nil {
		return err
	}
	sealed := key.SealString(deliveryPlace("track_sealed", k.ID), track)
	return c.again(ctx, d, Ship, c.hop(ctx, k, side, d, Ship, track, func(row *casesdb.ApplicationsDelivery, now db.Time) {
		row.ShippedAt, row.TrackSealed = now, sealed
	}, nil))
}

// Arrived says that what was sent by post has come: as the agency knows it.
func (c *Cases) Arrived(ctx context.Context, d Deal) error {
	k, side, err := c.work(ctx, d)
	if err != nil {
		return c.again(ctx, d, Arrive, err)
	}
	return c.again(ctx, d, Arrive, c.hop(ctx, k, side, d, Arrive, "", done, nil))
}

// Received is Arrived, as the citizen knows it.
func (c *Cases) Received(ctx context.Context, d Deal) error {
	k, err := c.mine(ctx, d.Number)
	if err == nil {
		err = c.fresh(ctx, k, d)
	}
	if err != nil {
		return c.again(ctx, d, Arrive, err)
	}
	return c.again(ctx, d, Arrive, c.hop(ctx, k, Citizen, d, Arrive, "", done, nil))
}

// mailed notes that the letter with the link has gone.
func (c *Cases) mailed(ctx context.Context, k Case) error {
	d, _, err := c.deliveryOf(ctx, k)
	if err != nil || d.Way != ByEmail {
		return err
	}
	k, err = c.store.byID(ctx, k.Owner, k.ID)
	if err != nil || k.Status != Approved {
		return err
	}
	return c.move(identity.AsSystem(ctx), k, change{deed: Mail, side: System, key: "mailed/" + k.ID})
}

// collectBefore is how long before the end the person is reminded of a paper
// that waits at an office.
const collectBefore = 7 * 24 * time.Hour

// collect is the job that reminds of a paper that waits; Over: it waits no more.
type collect struct {
	Owner string `json:"owner"`
	Case  string `json:"case"`
	Over  bool   `json:"over,omitempty"`
}

// Kind is the name of the job.
func (collect) Kind() string { return "applications.collect" }

func (c *Cases) collect(ctx context.Context, a collect) error {
	k, err := c.store.byID(ctx, a.Owner, a.Case)
	if errors.Is(err, ErrNotFound) || err == nil && k.Status != Approved {
		return nil
	}
	if err != nil {
		return err
	}
	what := "collect"
	if a.Over {
		what = "uncollected"
	}
	return c.write(ctx, k, what, what, "deadline")
}

// handover are the words of a message about the delivery: where, until when,
// under what number. None in messages about anything else.
func (c *Cases) handover(ctx context.Context, k Case, lang, what string) ([]any, error) {
	if !slices.Contains([]string{string(Ready), string(Ship), string(Hand), string(Arrive), "collect", "uncollected"}, what) {
		return nil, nil
	}
	d, _, err := c.deliveryOf(ctx, k)
	if err != nil {
		return nil, err
	}
	return []any{
		"Office", c.officeText(k.Agency, d.Office, lang), "Until", i18n.DateISO(lang, string(d.KeepUntil)), "Track", d.Track,
	}, nil
}

// officeText is an office with its address, "" for none.
func (c *Cases) officeText(agencyCode, office, lang string) string {
	a, _ := c.Offices.ByCode(agencyCode)
	o, ok := a.Office(office)
	if !ok {
		return ""
	}
	return o.Title.In(lang) + ", " + o.Address.In(lang)
}

// documentLink is where the letter of an approval leads when the result is
// wanted by e-mail: to the document itself, behind the sign-in. "" for the card.
func (c *Cases) documentLink(ctx context.Context, k Case, what string) (string, error) {
	if what != string(Approve) {
		return "", nil
	}
	d, _, err := c.deliveryOf(ctx, k)
	if err != nil || d.Way != ByEmail {
		return "", err
	}
	docs, err := c.Vault.OfCase(ctx, k.Owner, k.ID)
	if err != nil || len(docs) == 0 {
		return "", err
	}
	return "/cabinet/documents/" + docs[len(docs)-1].ID + "/file", nil
}
