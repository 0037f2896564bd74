package db

import (
	"bufio"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
)

// sqliteDump is the name of SQLite's dump in a folder.
const sqliteDump = "okno.db"

// Dump writes the whole database as of one instant into files of the folder
// and names them. The files fit the same engine and schema only; see Load.
func (d *DB) Dump(ctx context.Context, dir string) ([]string, error) {
	if d.engine == SQLite {
		return []string{sqliteDump}, Classify(d.vacuumInto(ctx, filepath.Join(dir, sqliteDump)))
	}
	var files []string
	err := d.withPgx(ctx, func(c *pgx.Conn) error {
		tx, err := c.BeginTx(ctx, pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly})
		if err != nil {
			return err
		}
		defer func() { _ = tx.Rollback(ctx) }()
		tables, err := pgTables(ctx, tx)
		if err != nil {
			return err
		}
		for _, t := range tables {
			if err := copyOut(ctx, c, t, filepath.Join(dir, t+".copy")); err != nil {
				return fmt.Errorf("table %s: %w", t, err)
			}
			files = append(files, t+".copy")
		}
		return nil
	})
	return files, Classify(err)
}

// vacuumInto uses a connection of its own: the readers are not let write, even
// elsewhere, and the writer is needed.
func (d *DB) vacuumInto(ctx context.Context, file string) error {
	c, err := sql.Open("sqlite", sqliteDSN(SQLitePath(d.url), false, "deferred"))
	if err != nil {
		return err
	}
	_, err = c.ExecContext(ctx, "VACUUM INTO $1", file)
	return errors.Join(err, c.Close())
}

// Load reads what Dump wrote in the folder. The schema must be up to date and
// the tables empty; a table with rows is refused.
func (d *DB) Load(ctx context.Context, dir string) error {
	if d.engine == SQLite {
		return d.loadSQLite(ctx, filepath.Join(dir, sqliteDump))
	}
	err := d.withPgx(ctx, func(c *pgx.Conn) error {
		return pgx.BeginFunc(ctx, c, func(tx pgx.Tx) error {
			tables, err := pgTables(ctx, tx)
			if err != nil {
				return err
			}
			for _, t := range tables {
				if err := copyIn(ctx, tx, t, filepath.Join(dir, t+".copy")); err != nil {
					return fmt.Errorf("table %s: %w", t, err)
				}
			}
			return nil
		})
	})
	return Classify(err)
}

// pgTables are the tables that hold data; bookkeeping of migrations is made by
// the migrations themselves, and what is not logged is not meant to last.
func pgTables(ctx context.Context, tx pgx.Tx) ([]string, error) {
	rows, err := tx.Query(ctx, `SELECT relname FROM pg_class WHERE relnamespace = current_schema()::regnamespace AND relkind IN ('r', 'p')
		AND relpersistence = 'p' AND relname NOT LIKE '%\_migrations' AND relname <> 'river_migration' ORDER BY relname`)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowTo[string])
}

func copyOut(ctx context.Context, c *pgx.Conn, table, file string) error {
	f, err := os.OpenFile(file, os.O_CREATE|os.O_WRONLY|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	w := bufio.NewWriterSize(f, 1<<20)
	_, err = c.PgConn().CopyTo(ctx, w, "COPY "+pgx.Identifier{table}.Sanitize()+" TO STDOUT (FORMAT binary)")
	return errors.Join(err, w.Flush(), f.Close())
}

func copyIn(ctx context.Context, tx pgx.Tx, table, file string) error {
	name := pgx.Identifier{table}.Sanitize()
	f, err := os.Open(file)
	if errors.Is(err, os.ErrNotExist) {
		return nil // the table is newer than the backup
	}
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }()
	// River keeps its leader and queues there as soon as it runs; they are made anew.
	if strings.HasPrefix(table, "river_") && table != "river_job" {
		return nil
	}
	var rows bool
	if err := tx.QueryRow(ctx, "SELECT EXISTS (SELECT 1 FROM "+name+")").Scan(&rows); err != nil {
		return err
	}
	if rows {
		return errors.New("is not empty: restore into a new database")
	}
	if _, err := tx.Conn().PgConn().CopyFrom(ctx, bufio.NewReaderSize(f, 1<<20), "COPY "+name+" FROM STDIN (FORMAT binary)"); err != nil {
		return err
	}
	if table == "river_job" {
		_, err = tx.Exec(ctx, "SELECT setval(pg_get_serial_sequence('river_job', 'id'), GREATEST((SELECT MAX(id) FROM river_job), 1))")
	}
	return err
}

func (d *DB) withPgx(ctx context.Context, f func(c *pgx.Conn) error) error {
	c, err := d.SQL().Conn(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = c.Close() }()
	return c.Raw(func(dc any) error {
		sc, ok := dc.(*stdlib.Conn)
		if !ok {
			return errors.New("driver is not pgx")
		}
		return f(sc.Conn())
	})
}

// loadSQLite copies every table of the dump into the open database, in one
// transaction.
func (d *DB) loadSQLite(ctx context.Context, file string) error {
	c, err := d.SQL().Conn(ctx)
	if err != nil {
		return Classify(err)
	}
	defer func() { _ = c.Close() }()
	if _, err := c.ExecContext(ctx, "ATTACH DATABASE $1 AS dump", file); err != nil {
		return Classify(err)
	}
	defer func() { _, _ = c.ExecContext(context.WithoutCancel(ctx), "DETACH DATABASE dump") }()
	tx, err := c.BeginTx(ctx, nil)
	if err != nil {
		return Classify(err)
	}
	defer func() { _ = tx.Rollback() }()
	tables, err := sqliteTables(ctx, tx)
	if err != nil {
		return Classify(err)
	}
	for _, t := range tables {
		if err := loadSQLiteTable(ctx, tx, t); err != nil {
			return fmt.Errorf("table %s: %w", t, Classify(err))
		}
	}
	return Classify(tx.Commit())
}

// sqliteTables are the dump's tables that hold data; marks are made by triggers
// as the rows are loaded.
func sqliteTables(ctx context.Context, tx *sql.Tx) ([]string, error) {
	rows, err := tx.QueryContext(ctx, `SELECT name FROM dump.sqlite_master WHERE type = 'table'
		AND name NOT LIKE 'sqlite\_%' ESCAPE '\' AND name NOT LIKE '%\_migrations' ESCAPE '\' AND name NOT LIKE '%\_marks' ESCAPE '\' AND name <> 'river_migration'`)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	var names []string
	for rows.Next() {
		var n string
		if err := rows.Scan(&n); err != nil {
			return nil, err
		}
		names = append(names, n)
	}
	return names, rows.Err()
}

func loadSQLiteTable(ctx context.Context, tx *sql.Tx, table string) error {
	quoted := `"` + strings.ReplaceAll(table, `"`, `""`) + `"`
	columns, err := sqliteColumns(ctx, tx, table)
	if err != nil {
		return err
	}
	if strings.HasPrefix(table, "river_") && table != "river_job" {
		return nil
	}
	var rows bool
	if err := tx.QueryRowContext(ctx, "SELECT EXISTS (SELECT 1 FROM main."+quoted+")").Scan(&rows); err != nil {
		return err
	}
	if rows {
		return errors.New("is not empty: restore into a new database")
	}
	_, err = tx.ExecContext(ctx, "INSERT INTO main."+quoted+" ("+columns+") SELECT "+columns+" FROM dump."+quoted)
	return err
}

// sqliteColumns names the dump's columns: the table may have gained others.
func sqliteColumns(ctx context.Context, tx *sql.Tx, table string) (string, error) {
	rows, err := tx.QueryContext(ctx, "SELECT name FROM pragma_table_info($1, 'dump')", table)
	if err != nil {
		return "", err
	}
	defer func() { _ = rows.Close() }()
	var names []string
	for rows.Next() {
		var n string
		if err := rows.Scan(&n); err != nil {
			return "", err
		}
		names = append(names, `"`+strings.ReplaceAll(n, `"`, `""`)+`"`)
	}
	return strings.Join(names, ", "), rows.Err()
}
