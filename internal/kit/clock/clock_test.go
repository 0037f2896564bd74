package clock

import (
	"context"
	"errors"
	"runtime"
	"testing"
	"time"
)

func TestFakeWakesOnlyWhoseTimeHasCome(t *testing.T) {
	t.Parallel()
	start := time.Date(2026, 11, 21, 9, 0, 0, 0, time.FixedZone("MSK", 3*3600))
	f := NewFake(start)
	done := make(chan error, 1)
	go func() { done <- f.Sleep(context.Background(), time.Minute) }()
	for f.Sleepers() == 0 {
		runtime.Gosched()
	}
	f.Advance(59 * time.Second)
	if f.Sleepers() != 1 {
		t.Fatal("woken too early")
	}
	f.Advance(time.Second)
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	if got := f.Now(); !got.Equal(start.Add(time.Minute)) || got.Location() != time.UTC {
		t.Fatalf("now = %v", got)
	}
}

func TestSleepEndsWithContext(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	for _, c := range []Clock{System(), NewFake(time.Unix(0, 0))} {
		if err := c.Sleep(ctx, time.Hour); !errors.Is(err, context.Canceled) {
			t.Fatalf("%T: %v", c, err)
		}
	}
}
