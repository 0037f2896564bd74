package complaint

import (
	"strings"
	"testing"
	"time"

	"okno/internal/identity"
	"okno/internal/kit/event"
	"okno/internal/notify"
)

// toHead are the messages to a head whose subject has the words, by channel.
func toHead(all []notify.Letter, head, words string) map[string]int {
	n := map[string]int{}
	for _, l := range all {
		if l.Owner == head && strings.Contains(l.Subject, words) {
			n[l.Channel]++
		}
	}
	return n
}

// TestHeadsHear: of a new complaint and of one whose term is over, once each, by
// mail and at the desk.
func TestHeadsHear(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bundle) {
		number := b.complain(t, b.refused(t), "not_taken")
		b.drain(t)
		got := toHead(b.letters.take(), "head", "Новая жалоба "+number)
		if got[notify.Cabinet] != 1 || got[notify.Email] != 1 {
			t.Errorf("new: %v", got)
		}
		c := b.card1(t, number)
		news := event.Event{ID: c.ID, Owner: "anna", Version: 2, Refs: map[string]string{"deed": "send"}}
		for range 2 { // the job runs again
			must(t, b.tellHeads(b.citizen(), news))
		}
		if sent := b.letters.take(); len(sent) != 2 {
			t.Errorf("another version, once: %+v", sent)
		}
		b.clock.Advance(60 * 24 * time.Hour)
		for range 3 { // registered by the portal, then late
			must(t, b.Watch(identity.AsSystem(b.citizen())))
			b.drain(t)
			b.clock.Advance(60 * 24 * time.Hour)
		}
		got = toHead(b.letters.take(), "head", "просрочена")
		if got[notify.Cabinet] != 1 || got[notify.Email] != 1 {
			t.Errorf("late: %v", got)
		}
		must(t, b.Withdraw(b.citizen(), Deal{Number: number}))
		news.Version = 9
		must(t, b.tellHeads(b.citizen(), news))
		if sent := b.letters.take(); len(toHead(sent, "head", "")) != 0 {
			t.Errorf("withdrawn meanwhile: %+v", sent)
		}
	})
}
