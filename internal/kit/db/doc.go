// Package db opens the portal's database, SQLite or PostgreSQL, and runs
// transactions on it. It knows no table: rooms bring their SQL.
//
// One SQL text serves both engines. Columns are TEXT, BIGINT, BOOLEAN and BYTEA
// only, never NULL (” and 0 mean none); placeholders are $1, $2, …; instants
// are [Time], dates [Date]; a conflict is met by ON CONFLICT and never by
// catching its error. Where the dialects part in a migration, a twin file
// 0001_name.pg.sql stands beside 0001_name.sql.
//
// [DB.Write] may run its function more than once: nothing in it may reach
// outside (no message, hash, signature, PDF or file), and only the tx it is
// given may be used. What must follow a commit is a job in the same
// transaction, or, for memory only, [Tx.AfterCommit].
package db
