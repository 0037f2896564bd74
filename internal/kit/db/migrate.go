package db

import (
	"context"
	"fmt"
	"io/fs"
	"strings"

	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/database"
)

// Migrations are the schema changes of one room: a folder of goose files
// 0001_name.sql, with 0001_name.pg.sql where PostgreSQL wants another text.
// Each room has a timeline of its own, kept in the table ROOM_migrations.
type Migrations struct {
	Room string
	FS   fs.FS
}

// migrateLock is the key of PostgreSQL's advisory lock under which one node
// migrates while others wait.
const migrateLock = 0x6f6b6e6f

// Migrate brings the schema of every room up to date, in the order given.
// Changes only add, so that the previous release works on the new schema.
func (d *DB) Migrate(ctx context.Context, all ...Migrations) error {
	if d.engine == Postgres {
		c, err := d.SQL().Conn(ctx)
		if err != nil {
			return Classify(err)
		}
		defer func() { _ = c.Close() }()
		if _, err := c.ExecContext(ctx, "SELECT pg_advisory_lock($1)", migrateLock); err != nil {
			return Classify(err)
		}
		defer func() { _, _ = c.ExecContext(context.WithoutCancel(ctx), "SELECT pg_advisory_unlock($1)", migrateLock) }()
	}
	for _, m := range all {
		p, err := d.provider(m)
		if err != nil {
			return fmt.Errorf("migrations of %s: %w", m.Room, err)
		}
		if _, err := p.Up(ctx); err != nil {
			return fmt.Errorf("migrate %s: %w", m.Room, err)
		}
	}
	return nil
}

// Pending names the rooms whose schema is behind.
func (d *DB) Pending(ctx context.Context, all ...Migrations) ([]string, error) {
	var rooms []string
	for _, m := range all {
		p, err := d.provider(m)
		if err != nil {
			return nil, fmt.Errorf("migrations of %s: %w", m.Room, err)
		}
		behind, err := p.HasPending(ctx)
		if err != nil {
			return nil, Classify(err)
		}
		if behind {
			rooms = append(rooms, m.Room)
		}
	}
	return rooms, nil
}

func (d *DB) provider(m Migrations) (*goose.Provider, error) {
	dialect := goose.DialectSQLite3
	if d.engine == Postgres {
		dialect = goose.DialectPostgres
	}
	store, err := database.NewStore(dialect, m.Room+"_migrations")
	if err != nil {
		return nil, err
	}
	return goose.NewProvider(goose.DialectCustom, d.SQL(), engineFS{m.FS, d.engine},
		goose.WithStore(store), goose.WithDisableGlobalRegistry(true))
}

// engineFS shows of each pair of twins only the file of its engine.
type engineFS struct {
	fs.FS
	engine Engine
}

// ReadDir lists the folder without the other engine's files.
func (e engineFS) ReadDir(name string) ([]fs.DirEntry, error) {
	all, err := fs.ReadDir(e.FS, name)
	if err != nil {
		return nil, err
	}
	twins := map[string]bool{}
	for _, f := range all {
		if base, ok := strings.CutSuffix(f.Name(), ".pg.sql"); ok {
			twins[base+".sql"] = true
		}
	}
	var mine []fs.DirEntry
	for _, f := range all {
		isPG := strings.HasSuffix(f.Name(), ".pg.sql")
		if (e.engine == SQLite && isPG) || (e.engine == Postgres && twins[f.Name()]) {
			continue
		}
		mine = append(mine, f)
	}
	return mine, nil
}
