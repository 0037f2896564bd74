-- +goose Up
-- The sweep asks which files a row names.
CREATE INDEX applications_files_blob ON applications_files (blob_key);
