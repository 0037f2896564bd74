-- +goose Up
-- Which of somebody's applications have news: asked for each line of a list.
CREATE INDEX notify_notices_news ON notify_notices (owner_id, ref) WHERE read_at = 0;
