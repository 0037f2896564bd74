-- +goose Up
-- SQLite alone has anything to add, see the twin: PostgreSQL knows how many
-- applications came on a day, and chooses.
SELECT 1;
