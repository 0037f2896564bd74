-- +goose Up
-- How an agency shares out its cases, and to whom overdue ones go.
-- class: agency
CREATE TABLE agency_rules (
    agency_id TEXT NOT NULL, -- plain
    method TEXT NOT NULL, -- plain: '' by hand, turns, least
    superior TEXT NOT NULL, -- plain: account that gets overdue cases, '' for nobody
    changed_at BIGINT NOT NULL, -- plain
    PRIMARY KEY (agency_id)
);
-- What an officer takes part in when cases are shared out.
-- class: agency
CREATE TABLE agency_workers (
    agency_id TEXT NOT NULL, -- plain
    account TEXT NOT NULL, -- plain
    capacity BIGINT NOT NULL, -- plain: most open cases at once, 0 takes no part
    services TEXT NOT NULL, -- plain: codes with spaces between, '' for all
    given_at BIGINT NOT NULL, -- plain: when the last case was given
    PRIMARY KEY (agency_id, account)
);
-- class: agency
CREATE TABLE agency_leaves (
    agency_id TEXT NOT NULL, -- plain
    id TEXT NOT NULL, -- plain
    account TEXT NOT NULL, -- plain: who is away
    substitute TEXT NOT NULL, -- plain: who stands in, '' for nobody
    from_day TEXT NOT NULL, -- plain: first day, counted in
    to_day TEXT NOT NULL, -- plain: last day, counted in
    made_by TEXT NOT NULL, -- plain
    made_at BIGINT NOT NULL, -- plain
    PRIMARY KEY (agency_id, id)
);
-- People on whose cases an officer must not work.
-- class: agency
CREATE TABLE agency_interests (
    agency_id TEXT NOT NULL, -- plain
    id TEXT NOT NULL, -- plain
    account TEXT NOT NULL, -- plain: the officer
    relation TEXT NOT NULL, -- plain: relative, other
    declared_at BIGINT NOT NULL, -- plain
    person_index BYTEA NOT NULL, -- personal: blind index of the СНИЛС in the agency's own scope
    PRIMARY KEY (agency_id, id)
);
-- Ready words of decisions and asks.
-- class: agency
CREATE TABLE agency_templates (
    agency_id TEXT NOT NULL, -- plain
    id TEXT NOT NULL, -- plain
    service_id TEXT NOT NULL, -- plain: '' for all services
    outcome TEXT NOT NULL, -- plain: approve, refuse, ask
    title TEXT NOT NULL, -- plain
    body TEXT NOT NULL, -- plain: words with places such as {number}
    changed_at BIGINT NOT NULL, -- plain
    PRIMARY KEY (agency_id, id)
);
