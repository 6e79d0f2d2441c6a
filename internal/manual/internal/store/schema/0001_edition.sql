-- +goose Up
-- One row an edition: a draft while it is written, a version once it is signed.
-- The text is the manual itself: published, about no person (docs/clear-columns.md).
CREATE TABLE manual_edition (
    jurisdiction TEXT   NOT NULL,
    id           TEXT   NOT NULL,
    base         TEXT   NOT NULL,
    state        TEXT   NOT NULL,
    origin       TEXT   NOT NULL,
    version      TEXT   NOT NULL,
    hash         TEXT   NOT NULL,
    text         BYTEA  NOT NULL,
    begun_day    BIGINT NOT NULL,
    active_day   BIGINT NOT NULL,
    past_day     BIGINT NOT NULL,
    seq          BIGINT NOT NULL,
    head         BYTEA  NOT NULL,
    PRIMARY KEY (jurisdiction, id)
);
CREATE INDEX manual_edition_hash ON manual_edition (jurisdiction, hash, state);
CREATE UNIQUE INDEX manual_edition_active ON manual_edition (jurisdiction) WHERE state = 'active';

-- What was done to an edition, by whom and why; each row chains to the one before.
CREATE TABLE manual_edition_deed (
    jurisdiction TEXT   NOT NULL,
    edition      TEXT   NOT NULL,
    seq          BIGINT NOT NULL,
    kind         TEXT   NOT NULL,
    person       TEXT   NOT NULL,
    session      TEXT   NOT NULL,
    hash         TEXT   NOT NULL,
    about        TEXT   NOT NULL,
    reason       TEXT   NOT NULL,
    day          BIGINT NOT NULL,
    sig          BYTEA  NOT NULL,
    PRIMARY KEY (jurisdiction, edition, seq),
    FOREIGN KEY (jurisdiction, edition) REFERENCES manual_edition (jurisdiction, id)
);

-- Whom to call here, by the role of the manual: offices, never a child's people.
CREATE TABLE manual_contact (
    jurisdiction TEXT   NOT NULL,
    id           TEXT   NOT NULL,
    role         TEXT   NOT NULL,
    name         TEXT   NOT NULL,
    number       TEXT   NOT NULL,
    note         TEXT   NOT NULL,
    person       TEXT   NOT NULL,
    day          BIGINT NOT NULL,
    PRIMARY KEY (jurisdiction, id)
);

-- What was changed of contacts, by whom and why; nobody changes these rows.
CREATE TABLE manual_contact_change (
    jurisdiction TEXT   NOT NULL,
    id           TEXT   NOT NULL,
    contact      TEXT   NOT NULL,
    what         TEXT   NOT NULL,
    person       TEXT   NOT NULL,
    day          BIGINT NOT NULL,
    PRIMARY KEY (jurisdiction, id)
);
CREATE INDEX manual_contact_role ON manual_contact (jurisdiction, role, name, id);
