package db_test

import (
	"context"
	"fmt"
	"testing"

	"okno/internal/kit/db"
	"okno/internal/kit/errs"
)

func TestClosedPoolIsUnavailable(t *testing.T) {
	t.Parallel()
	d, err := db.Open(context.Background(), "sqlite:"+t.TempDir()+"/x.db", db.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	_, err = d.SQL().ExecContext(context.Background(), "SELECT 1")
	for _, e := range []error{err, fmt.Errorf("read: %w", err), d.Ping(context.Background())} {
		if got := db.Classify(e); !errs.IsKind(got, errs.Unavailable) {
			t.Errorf("%v is %v", e, errs.KindOf(got))
		}
	}
}
