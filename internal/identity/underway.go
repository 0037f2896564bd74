package identity

import (
	"cmp"
	"sync"
)

// underway is work that goes on beside other work, such as the making of a hash.
type underway[T any] struct {
	done  chan struct{}
	value T
	err   error
}

// start begins the work.
func start[T any](work func() (T, error)) *underway[T] {
	u := &underway[T]{done: make(chan struct{})}
	go func() {
		defer close(u.done)
		u.value, u.err = work()
	}()
	return u
}

// result waits for the end of the work and gives what came of it.
func (u *underway[T]) result() (T, error) {
	<-u.done
	return u.value, u.err
}

// beside runs the functions beside each other, so that their questions share a
// round trip, and gives the first error in their order.
func beside(all ...func() error) error {
	faults := make([]error, len(all))
	var others sync.WaitGroup
	for n, f := range all[1:] {
		others.Go(func() { faults[n+1] = f() })
	}
	faults[0] = all[0]()
	others.Wait()
	return cmp.Or(faults...)
}
