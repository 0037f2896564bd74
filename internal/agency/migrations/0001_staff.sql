-- +goose Up
-- class: owner
CREATE TABLE agency_staff (
    owner_id TEXT NOT NULL, -- plain: the member, an account of identity
    agency TEXT NOT NULL, -- plain: code, '' for roles of the whole portal
    office TEXT NOT NULL, -- plain: code, '' for all offices of the agency
    role TEXT NOT NULL, -- plain
    added_at BIGINT NOT NULL, -- plain
    PRIMARY KEY (owner_id, agency, office, role)
);
CREATE INDEX agency_staff_agency ON agency_staff (agency, role);
