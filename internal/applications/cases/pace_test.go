package cases

import (
	"context"
	"testing"
	"time"

	"okno/internal/agency"
)

// TestEstimate: the pace is counted from what was decided of late, said only
// when there is enough of it, and the place from those that are taken before.
func TestEstimate(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bundle) {
		b.Offices = town{}
		b.follow(agency.Rules{})
		var numbers []string
		for range paceLeast {
			numbers = append(numbers, b.submit(t))
		}
		mine := b.submit(t)
		card, err := b.Mine(b.citizen(), mine)
		must(t, err)
		if e := card.Estimate; e == nil || e.Ahead != paceLeast || e.Decided != 0 {
			t.Errorf("before anything was decided: %+v", e)
		}
		for i, n := range numbers {
			if i == paceLeast-3 { // the last three take longer
				b.clock.Advance(2 * 24 * time.Hour)
			}
			must(t, b.Take(b.officer(), deal(n)))
			must(t, b.Refuse(b.officer(), deal(n), "none", "Нет"))
			if i == paceLeast-2 {
				must(t, b.Measure(context.Background()))
				if card, err := b.Mine(b.citizen(), mine); err != nil || card.Estimate.Decided != 0 {
					t.Errorf("said from too few: %+v, %v", card.Estimate, err)
				}
			}
		}
		must(t, b.Measure(context.Background()))
		must(t, b.Measure(context.Background()))
		card, err = b.Mine(b.citizen(), mine)
		must(t, err)
		if e := card.Estimate; e.Decided != paceLeast || e.Low != 0 || e.Median != 0 || e.High != 2 || e.Ahead != 0 {
			t.Errorf("counted: %+v", e)
		}
		must(t, b.Take(b.officer(), deal(mine)))
		must(t, b.Refuse(b.officer(), deal(mine), "none", "Нет"))
		if card, err := b.Mine(b.citizen(), mine); err != nil || card.Estimate != nil {
			t.Errorf("of a decided one: %+v, %v", card.Estimate, err)
		}
	})
}
