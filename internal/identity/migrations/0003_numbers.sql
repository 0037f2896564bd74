-- +goose Up
-- The account's own number, which people sign in by; '' until it is given one.
ALTER TABLE identity_accounts ADD COLUMN number TEXT NOT NULL DEFAULT ''; -- plain
CREATE INDEX identity_accounts_number ON identity_accounts (number);
