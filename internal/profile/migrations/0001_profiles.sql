-- +goose Up
-- class: resource
CREATE TABLE profile_registrations (
    token_hash BYTEA NOT NULL, -- secret: of the token in the browser's cookie
    id TEXT NOT NULL, -- plain: subject of the codes, owner of the data key
    version BIGINT NOT NULL, -- plain
    created_at BIGINT NOT NULL, -- plain
    expires_at BIGINT NOT NULL, -- plain
    phone_confirmed BOOLEAN NOT NULL, -- plain
    email_confirmed BOOLEAN NOT NULL, -- plain
    sms_sent_at BIGINT NOT NULL, -- plain
    email_sent_at BIGINT NOT NULL, -- plain
    sms_tries BIGINT NOT NULL, -- plain: wrong codes since the last one was sent
    email_tries BIGINT NOT NULL, -- plain
    account_id TEXT NOT NULL, -- plain: '' until it is finished
    finished_at BIGINT NOT NULL, -- plain
    applicant_sealed BYTEA NOT NULL, -- personal: name, phone, e-mail
    PRIMARY KEY (token_hash)
);
CREATE INDEX profile_registrations_expiry ON profile_registrations (expires_at);
-- class: owner
CREATE TABLE profile_states (
    owner_id TEXT NOT NULL, -- plain
    version BIGINT NOT NULL, -- plain: of the current person
    level TEXT NOT NULL, -- plain
    level_at BIGINT NOT NULL, -- plain
    level_version BIGINT NOT NULL, -- plain: grows with each change of the level
    office_at BIGINT NOT NULL, -- plain: when an operator saw the passport, 0 = never
    office_by TEXT NOT NULL, -- plain: the operator's account
    office_code TEXT NOT NULL, -- plain: the office
    check_id TEXT NOT NULL, -- plain: the last check, '' = none
    told_check TEXT NOT NULL, -- plain: the check whose outcome was told
    consented BOOLEAN NOT NULL, -- plain: agrees to the processing of personal data
    changed_at BIGINT NOT NULL, -- plain
    PRIMARY KEY (owner_id)
);
-- class: owner
CREATE TABLE profile_persons (
    owner_id TEXT NOT NULL, -- plain
    version BIGINT NOT NULL, -- plain
    changed_at BIGINT NOT NULL, -- plain
    changed_by TEXT NOT NULL, -- plain: account
    person_sealed BYTEA NOT NULL, -- personal: the whole person as JSON
    PRIMARY KEY (owner_id, version)
);
-- class: owner
CREATE TABLE profile_checks (
    owner_id TEXT NOT NULL, -- plain
    registry TEXT NOT NULL, -- plain: passport, snils, inn
    check_id TEXT NOT NULL, -- plain
    version BIGINT NOT NULL, -- plain: of the person that was asked about
    state TEXT NOT NULL, -- plain: waiting, confirmed, refused, unknown, taken
    differs TEXT NOT NULL, -- plain: names of fields, comma between them
    asked_at BIGINT NOT NULL, -- plain
    answered_at BIGINT NOT NULL, -- plain
    PRIMARY KEY (owner_id, registry)
);
-- class: directory
CREATE TABLE profile_snils (
    snils_index BYTEA NOT NULL, -- personal: who owns a confirmed СНИЛС
    owner_id TEXT NOT NULL, -- plain
    PRIMARY KEY (snils_index)
);
CREATE INDEX profile_snils_owner ON profile_snils (owner_id);
-- class: directory
CREATE TABLE profile_finds (
    purpose TEXT NOT NULL, -- plain: snils, name_birth
    value_index BYTEA NOT NULL, -- personal
    owner_id TEXT NOT NULL, -- plain
    PRIMARY KEY (purpose, value_index, owner_id)
);
CREATE INDEX profile_finds_owner ON profile_finds (owner_id);
-- class: owner
CREATE TABLE profile_consents (
    owner_id TEXT NOT NULL, -- plain
    id TEXT NOT NULL, -- plain
    kind TEXT NOT NULL, -- plain: terms, personal_data
    text_version TEXT NOT NULL, -- plain
    given_at BIGINT NOT NULL, -- plain
    withdrawn_at BIGINT NOT NULL, -- plain: 0 = in force
    origin_sealed BYTEA NOT NULL, -- personal: address and browser
    PRIMARY KEY (owner_id, id)
);
