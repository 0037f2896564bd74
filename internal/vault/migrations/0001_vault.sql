-- +goose Up
-- class: owner
CREATE TABLE vault_documents (
    owner_id TEXT NOT NULL, -- plain: whose document it is
    id TEXT NOT NULL, -- plain
    case_id TEXT NOT NULL, -- plain: the case whose key seals it, '' for the owner's own key
    service_id TEXT NOT NULL, -- plain
    agency TEXT NOT NULL, -- plain: code of who issued it
    issued_at BIGINT NOT NULL, -- plain
    valid_until TEXT NOT NULL, -- plain: last day, '' without end
    revoked_at BIGINT NOT NULL, -- plain
    size BIGINT NOT NULL, -- plain: bytes of the PDF
    blob_key TEXT NOT NULL, -- plain
    pdf_hash BYTEA NOT NULL, -- secret: SHA-256 of the PDF
    number_hash BYTEA NOT NULL, -- secret: SHA-256 of the number
    number_sealed BYTEA NOT NULL, -- personal: it opens the check page
    text_sealed BYTEA NOT NULL, -- personal: kind, title, initials of the holder
    reason_sealed BYTEA NOT NULL, -- personal: why it was revoked
    PRIMARY KEY (owner_id, id)
);
CREATE INDEX vault_documents_case ON vault_documents (owner_id, case_id);
-- class: resource
CREATE TABLE vault_numbers (
    number_hash BYTEA NOT NULL, -- secret: SHA-256 of the number
    owner_id TEXT NOT NULL, -- plain
    document_id TEXT NOT NULL, -- plain
    PRIMARY KEY (number_hash)
);
