package db_test

import (
	"context"
	"testing"

	"okno/internal/kit/clock"
	"okno/internal/kit/db"
	"okno/internal/kit/job"
	"okno/internal/kit/testkit"
)

func TestDumpLoadsIntoAnEmptyDatabaseOnly(t *testing.T) {
	t.Parallel()
	clk := clock.NewFake(testkit.Start)
	full := testkit.Schema{Name: "dump", Prepare: func(ctx context.Context, d *db.DB) error {
		if err := job.Migrate(ctx, d); err != nil {
			return err
		}
		return schema.Prepare(ctx, d)
	}}
	testkit.Each(t, full, clk, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		exec := func(d *db.DB, query string, args ...any) {
			t.Helper()
			if err := d.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
				_, err := tx.ExecContext(ctx, query, args...)
				return err
			}); err != nil {
				t.Fatal(err)
			}
		}
		exec(d, "INSERT INTO things VALUES ($1, 7, true, $2)", "Ёж", []byte{0, 1, 2})
		dir := t.TempDir()
		if _, err := d.Dump(ctx, dir); err != nil {
			t.Fatal(err)
		}
		other := testkit.Open(t, d.Engine(), full, clk)
		if err := other.Load(ctx, dir); err == nil {
			t.Fatal("loads over rows")
		}
		exec(other, "DELETE FROM things")
		if err := other.Load(ctx, dir); err != nil {
			t.Fatal(err)
		}
		var n int
		var data []byte
		if err := other.Reader().QueryRowContext(ctx, "SELECT n, data FROM things WHERE id = $1", "Ёж").Scan(&n, &data); err != nil || n != 7 || len(data) != 3 {
			t.Fatalf("%d %x %v", n, data, err)
		}
	})
}
