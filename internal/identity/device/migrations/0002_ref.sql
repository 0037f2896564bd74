-- +goose Up
CREATE INDEX identity_asks_ref ON identity_asks (ref);
