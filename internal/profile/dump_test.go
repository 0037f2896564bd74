package profile_test

import (
	"bytes"
	"context"
	"fmt"
	"testing"

	"okno/internal/kit/db"
)

// searchDatabase reads every value of every table and looks for what must not
// be there in the clear.
func searchDatabase(t *testing.T, d *db.DB, values []string) {
	t.Helper()
	query := "SELECT name FROM sqlite_master WHERE type = 'table'"
	if d.Engine() == db.Postgres {
		query = "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'"
	}
	for _, table := range column(t, d, query) {
		for _, v := range values {
			if bytes.Contains(dump(t, d, fmt.Sprint(table)), []byte(v)) {
				t.Errorf("%v holds %q", table, v)
			}
		}
	}
}

func column(t *testing.T, d *db.DB, query string) []any {
	t.Helper()
	rows, err := d.Reader().QueryContext(context.Background(), query)
	must(t, err)
	defer func() { _ = rows.Close() }()
	var out []any
	for rows.Next() {
		var v any
		must(t, rows.Scan(&v))
		out = append(out, v)
	}
	must(t, rows.Err())
	return out
}

func dump(t *testing.T, d *db.DB, table string) []byte {
	t.Helper()
	rows, err := d.Reader().QueryContext(context.Background(), `SELECT * FROM "`+table+`"`)
	must(t, err)
	defer func() { _ = rows.Close() }()
	names, err := rows.Columns()
	must(t, err)
	var out bytes.Buffer
	for rows.Next() {
		values, into := make([]any, len(names)), make([]any, len(names))
		for i := range values {
			into[i] = &values[i]
		}
		must(t, rows.Scan(into...))
		for _, v := range values {
			if raw, ok := v.([]byte); ok {
				out.Write(raw)
			} else {
				fmt.Fprint(&out, v, "\n")
			}
		}
	}
	must(t, rows.Err())
	return out.Bytes()
}
