package blob

import (
	"context"
	"time"
)

// sweepBatch is how many files are asked about at once.
const sweepBatch = 200

// Sweep deletes the files below prefix that were last written before the instant and
// that no row names: what a node left that died between storing and committing. named
// tells which of the keys a row names. It gives the number of files that it deleted.
func Sweep(ctx context.Context, s Store, prefix string, before time.Time, named func(ctx context.Context, keys []string) (map[string]bool, error)) (int, error) {
	deleted := 0
	var batch []string
	flush := func() error {
		known, err := named(ctx, batch)
		if err != nil {
			return err
		}
		for _, key := range batch {
			if known[key] {
				continue
			}
			if err := s.Delete(ctx, key); err != nil {
				return err
			}
			deleted++
		}
		batch = batch[:0]
		return nil
	}
	err := s.List(ctx, prefix, func(i Info) error {
		if !i.Modified.Before(before) {
			return nil
		}
		if batch = append(batch, i.Key); len(batch) < sweepBatch {
			return nil
		}
		return flush()
	})
	if err == nil && len(batch) > 0 {
		err = flush()
	}
	return deleted, err
}
