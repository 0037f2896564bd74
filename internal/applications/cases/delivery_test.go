package cases

import (
	"errors"
	"strings"
	"testing"

	"okno/internal/agency"
	"okno/internal/forms"
	"okno/internal/kit/event"
)

// offer lets the trial service be handed over in all ways.
func (b *bundle) offer() {
	b.service.Delivery = forms.Delivery{Ways: []string{ByEmail, ByOffice, ByPost}, KeepDays: 20}
	b.service.Next = []forms.Text{{RU: "Покажите справку", EN: "Show it"}}
}

// wished is an application whose result is wanted in a way.
func (b *bundle) wished(t *testing.T, w Wish) string {
	t.Helper()
	b.offer()
	s := submission()
	s.Wish = w
	s.Facts.Known["profile.address"] = forms.Known{Value: map[string]any{"city": "Казань", "street": "Лесная", "house": "1"}}
	number := b.send(t, s)
	must(t, b.Take(b.officer(), deal(number)))
	must(t, b.Approve(b.officer(), deal(number), ""))
	return number
}

func (b *bundle) mustCard(t *testing.T, number string) *Card {
	t.Helper()
	card, err := b.Mine(b.citizen(), number)
	must(t, err)
	return card
}

func deedsOf(card *Card) string {
	var all []string
	for _, e := range card.Events {
		all = append(all, string(e.Deed))
	}
	return strings.Join(all, " ")
}

func TestAPaperIsCollectedAtTheOffice(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bundle) {
		number := b.wished(t, Wish{Way: ByOffice, Office: "mvd-1"})
		card := b.mustCard(t, number)
		must(t, b.downloaded(b.citizen(), event.Event{Owner: "anna", Refs: map[string]string{"case": card.ID}}))
		if s := b.state(t, number).Status; s != Approved {
			t.Fatalf("a look at the electronic copy made it %s", s)
		}
		for name, err := range map[string]error{
			"handed over before it is there": b.Hand(b.officer2(), deal(number), true),
			"sent by post":                   b.Ship(b.officer2(), deal(number), "1"),
			"received by post":               b.Received(b.citizen(), deal(number)),
		} {
			if !errors.Is(err, ErrMove) {
				t.Errorf("%s: %v", name, err)
			}
		}
		b.drain(t)
		b.letters.take()
		must(t, b.Ready(b.officer2(), Deal{Number: number, Key: "k"}))
		must(t, b.Ready(b.officer2(), Deal{Number: number, Key: "k"}))
		card = b.mustCard(t, number)
		if card.Delivery.KeepUntil != "2026-12-07" || card.Delivery.Office != "mvd-1" {
			t.Errorf("%+v", card.Delivery)
		}
		b.drain(t)
		if sent := b.letters.take(); len(sent) != 3 || !strings.Contains(sent[0].Text, "2026") || !strings.Contains(sent[0].Text, "Лесная, 5") {
			t.Errorf("%+v", sent)
		}
		must(t, b.collect(b.citizen(), collect{Owner: "anna", Case: card.ID}))
		must(t, b.collect(b.citizen(), collect{Owner: "anna", Case: card.ID}))
		if sent := b.letters.take(); len(sent) != 3 || !strings.Contains(sent[0].Subject, "Заберите") {
			t.Errorf("%+v", sent)
		}
		if err := b.Hand(b.officer2(), deal(number), false); !errors.Is(err, ErrFields) {
			t.Errorf("without a look at the passport: %v", err)
		}
		must(t, b.Hand(b.officer2(), deal(number), true))
		card = b.mustCard(t, number)
		if card.Status != Completed || deedsOf(card) != "submit take approve ready hand" {
			t.Errorf("%s: %s", card.Status, deedsOf(card))
		}
		must(t, b.collect(b.citizen(), collect{Owner: "anna", Case: card.ID, Over: true}))
		b.drain(t)
		for _, l := range b.letters.take() {
			if strings.Contains(l.Subject, "истёк") {
				t.Error("a collected paper is asked about")
			}
		}
	})
}

func TestAPaperComesByPost(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bundle) {
		number := b.wished(t, Wish{Way: ByPost})
		if a := b.mustCard(t, number).Delivery.Address; a != "Казань, Лесная, 1" {
			t.Errorf("the address is %q", a)
		}
		if err := b.Ship(b.officer(), deal(number), strings.Repeat("1", 41)); !errors.Is(err, ErrFields) {
			t.Error(err)
		}
		if err := b.Ship(b.stranger(), deal(number), "80080"); !errors.Is(err, ErrNotFound) {
			t.Error(err)
		}
		must(t, b.Ship(b.officer(), deal(number), "80080012345678"))
		b.drain(t)
		told := false
		for _, l := range b.letters.take() {
			told = told || strings.Contains(l.Text, "80080012345678")
		}
		if !told {
			t.Error("the number of the parcel was not told")
		}
		if err := b.Received(b.as("boris"), deal(number)); !errors.Is(err, ErrNotFound) {
			t.Error(err)
		}
		must(t, b.Received(b.citizen(), deal(number)))
		card := b.mustCard(t, number)
		if card.Status != Completed || card.Delivery.Track != "80080012345678" || deedsOf(card) != "submit take approve ship arrive" {
			t.Errorf("%s %+v: %s", card.Status, card.Delivery, deedsOf(card))
		}
		if err := b.Arrived(b.officer(), deal(number)); !errors.Is(err, ErrMove) {
			t.Errorf("twice: %v", err)
		}
		out, err := b.Export(b.citizen(), "anna")
		must(t, err)
		list, _ := out["applications"].([]map[string]any)
		if d, _ := list[0]["delivery"].(map[string]any); d["address"] != "Казань, Лесная, 1" {
			t.Errorf("the export has %+v", list[0]["delivery"])
		}
	})
}

func TestALinkGoesByEmail(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bundle) {
		number := b.wished(t, Wish{Way: ByEmail})
		b.drain(t)
		b.drain(t)
		card := b.mustCard(t, number)
		link := ""
		for _, l := range b.letters.take() {
			if l.Channel == "email" && strings.Contains(l.Subject, "одобрено") {
				link = l.Link
				if !strings.Contains(l.Text, "Покажите справку") {
					t.Errorf("the letter names no next step: %s", l.Text)
				}
			}
		}
		if link != "/cabinet/documents/"+card.Documents[0].ID+"/file" {
			t.Errorf("the letter leads to %q", link)
		}
		if deedsOf(card) != "submit take approve mail" || card.Status != Approved {
			t.Errorf("%s: %s", card.Status, deedsOf(card))
		}
		must(t, b.downloaded(b.citizen(), event.Event{Owner: "anna", Refs: map[string]string{"case": card.ID}}))
		if s := b.state(t, number).Status; s != Completed {
			t.Errorf("after a look it is %s", s)
		}
	})
}

func TestTheCabinetAloneAsksForNothing(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bundle) {
		number := b.wished(t, Wish{})
		card, err := b.Look(b.officer(), number)
		must(t, err)
		for _, d := range card.Can {
			if d == Ready || d == Hand || d == Ship || d == Arrive {
				t.Errorf("one may %s", d)
			}
		}
		if card.Delivery.Way != ByCabinet {
			t.Errorf("%+v", card.Delivery)
		}
	})
}

func TestWishesAreChecked(t *testing.T) {
	t.Parallel()
	o := Offer{Ways: []string{ByOffice, ByPost}, Offices: []agency.Office{{Code: "a"}}}
	for w, ok := range map[Wish]bool{
		{}: true, {Way: ByCabinet}: true, {Way: ByOffice, Office: "a"}: true, {Way: ByOffice}: false, {Way: ByOffice, Office: "b"}: false,
		{Way: ByPost}: false, {Way: ByEmail}: false, {Way: "pigeon"}: false,
	} {
		if err := o.Fits(w); (err == nil) != ok || err != nil && !errors.Is(err, ErrDelivery) {
			t.Errorf("%+v: %v", w, err)
		}
	}
	o.Address = "x"
	must(t, o.Fits(Wish{Way: ByPost}))
	if (Offer{}).Fits(Wish{Way: ByPost}) == nil {
		t.Error("a service without ways takes one")
	}
}
