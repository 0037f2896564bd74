-- +goose Up
-- A filter that few lines of a long history pass must not read all of them.
CREATE INDEX identity_history_kind ON identity_history (owner_id, device_kind, noted_at, id);
CREATE INDEX identity_history_act ON identity_history (owner_id, act, noted_at, id);
