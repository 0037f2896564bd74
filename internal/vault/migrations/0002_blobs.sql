-- +goose Up
-- The sweep asks which files a row names.
CREATE INDEX vault_documents_blob ON vault_documents (blob_key);
