-- +goose Up
-- What was not read is counted by notify_notices_news, too; one index less to
-- write for each notice.
DROP INDEX notify_notices_unread;
