-- +goose Up
-- Who made decisions that were cancelled after a complaint, with spaces between:
-- they do not work on the case again. -- plain
ALTER TABLE applications_cases ADD COLUMN redo_of TEXT NOT NULL DEFAULT '';
