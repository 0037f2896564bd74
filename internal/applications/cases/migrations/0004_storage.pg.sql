-- +goose Up
-- What is sealed can't be compressed: trying cost more than the rest of a move.
ALTER TABLE applications_cases ALTER COLUMN form_sealed SET STORAGE EXTERNAL;
ALTER TABLE applications_cases ALTER COLUMN decision_sealed SET STORAGE EXTERNAL;
-- A case is changed a few times soon after it was written, in no column of an
-- index: with room on its page the indexes are left alone (HOT).
ALTER TABLE applications_cases SET (fillfactor = 70);
