-- +goose Up
-- One row a report: only what routing and clocks need (docs/clear-columns.md).
-- wrap is the public channel's key wrap; the first opening empties it.
CREATE TABLE report_head (
    jurisdiction TEXT    NOT NULL,
    id           TEXT    NOT NULL,
    team         TEXT    NOT NULL,
    epoch        BIGINT  NOT NULL,
    wrap         BYTEA   NOT NULL,
    status       TEXT    NOT NULL,
    lane         TEXT    NOT NULL,
    channel      TEXT    NOT NULL,
    risk         TEXT    NOT NULL,
    danger       BOOLEAN NOT NULL,
    authority    TEXT    NOT NULL,
    opened_day   BIGINT  NOT NULL,
    due_hour     BIGINT  NOT NULL,
    officer      TEXT    NOT NULL,
    seq          BIGINT  NOT NULL,
    head         BYTEA   NOT NULL,
    size_step    BIGINT  NOT NULL,
    lookup       BYTEA   NOT NULL,
    reply_public BYTEA   NOT NULL,
    mailbox      TEXT    NOT NULL,
    label        BYTEA   NOT NULL,
    waiting      BIGINT  NOT NULL,
    PRIMARY KEY (jurisdiction, id)
);
CREATE UNIQUE INDEX report_head_lookup ON report_head (jurisdiction, lookup);
CREATE INDEX report_head_queue ON report_head (jurisdiction, team, status, due_hour, id);

-- Sealed documents; prev chains them, seq counts within the report.
CREATE TABLE report_doc (
    jurisdiction TEXT   NOT NULL,
    report       TEXT   NOT NULL,
    seq          BIGINT NOT NULL,
    kind         TEXT   NOT NULL,
    author       TEXT   NOT NULL,
    prev         BYTEA  NOT NULL,
    box          BYTEA  NOT NULL,
    day          BIGINT NOT NULL,
    PRIMARY KEY (jurisdiction, report, seq)
);

CREATE TABLE report_grant (
    jurisdiction TEXT   NOT NULL,
    report       TEXT   NOT NULL,
    team         TEXT   NOT NULL,
    epoch        BIGINT NOT NULL,
    wrap         BYTEA  NOT NULL,
    granter      TEXT   NOT NULL,
    reason       TEXT   NOT NULL,
    until_day    BIGINT NOT NULL,
    sig          BYTEA  NOT NULL,
    PRIMARY KEY (jurisdiction, report, team)
);
CREATE INDEX report_grant_team ON report_grant (jurisdiction, team, report);

-- Messages both ways. In: desk_box until the first opening seals it again under
-- the record key. Out: reporter_box under the code's key; the desk's copy is a document.
CREATE TABLE report_message (
    jurisdiction TEXT   NOT NULL,
    report       TEXT   NOT NULL,
    n            BIGINT NOT NULL,
    direction    TEXT   NOT NULL,
    team         TEXT   NOT NULL,
    epoch        BIGINT NOT NULL,
    desk_box     BYTEA  NOT NULL,
    reporter_box BYTEA  NOT NULL,
    day          BIGINT NOT NULL,
    PRIMARY KEY (jurisdiction, report, n)
);

CREATE TABLE report_tag (
    jurisdiction TEXT   NOT NULL,
    tag          BYTEA  NOT NULL,
    team         TEXT   NOT NULL,
    year         BIGINT NOT NULL,
    report       TEXT   NOT NULL,
    kind         TEXT   NOT NULL,
    whose        TEXT   NOT NULL,
    version      BIGINT NOT NULL,
    PRIMARY KEY (jurisdiction, tag, team, report, kind, whose)
);
CREATE INDEX report_tag_report ON report_tag (jurisdiction, report);

-- Links between reports: undone stays visible, mailboxes stay apart.
CREATE TABLE report_link (
    jurisdiction TEXT    NOT NULL,
    report       TEXT    NOT NULL,
    other        TEXT    NOT NULL,
    person       TEXT    NOT NULL,
    day          BIGINT  NOT NULL,
    undone       BOOLEAN NOT NULL,
    PRIMARY KEY (jurisdiction, report, other)
);

-- What a second person outside the desk decides: close, lower_risk, not_ours; and the sampled tenth.
CREATE TABLE report_proposal (
    jurisdiction TEXT   NOT NULL,
    id           TEXT   NOT NULL,
    report       TEXT   NOT NULL,
    kind         TEXT   NOT NULL,
    to_value     TEXT   NOT NULL,
    team         TEXT   NOT NULL,
    proposer     TEXT   NOT NULL,
    state        TEXT   NOT NULL,
    decided_by   TEXT   NOT NULL,
    day          BIGINT NOT NULL,
    PRIMARY KEY (jurisdiction, id)
);
CREATE INDEX report_proposal_open ON report_proposal (jurisdiction, team, state, id);
CREATE INDEX report_proposal_report ON report_proposal (jurisdiction, report, id);

CREATE TABLE report_roster (
    jurisdiction TEXT   NOT NULL,
    team         TEXT   NOT NULL,
    from_hour    BIGINT NOT NULL,
    to_hour      BIGINT NOT NULL,
    person       TEXT   NOT NULL,
    deputy       TEXT   NOT NULL,
    PRIMARY KEY (jurisdiction, team, from_hour)
);

CREATE TABLE report_alarm (
    jurisdiction  TEXT   NOT NULL,
    report        TEXT   NOT NULL,
    team          TEXT   NOT NULL,
    raised_hour   BIGINT NOT NULL,
    repeats       BIGINT NOT NULL,
    accepted_by   TEXT   NOT NULL,
    accepted_hour BIGINT NOT NULL,
    PRIMARY KEY (jurisdiction, report)
);
CREATE INDEX report_alarm_open ON report_alarm (jurisdiction, accepted_by, team);

CREATE TABLE report_draft (
    jurisdiction TEXT   NOT NULL,
    person       TEXT   NOT NULL,
    key          TEXT   NOT NULL,
    team         TEXT   NOT NULL,
    epoch        BIGINT NOT NULL,
    box          BYTEA  NOT NULL,
    day          BIGINT NOT NULL,
    PRIMARY KEY (jurisdiction, person, key)
);

CREATE TABLE report_partner (
    jurisdiction TEXT    NOT NULL,
    id           TEXT    NOT NULL,
    name         TEXT    NOT NULL,
    key_hash     TEXT    NOT NULL,
    ended        BOOLEAN NOT NULL,
    PRIMARY KEY (jurisdiction, id)
);
CREATE UNIQUE INDEX report_partner_key ON report_partner (jurisdiction, key_hash);

-- How much heavy material somebody opened on a day: staff care.
CREATE TABLE report_heavy (
    jurisdiction TEXT   NOT NULL,
    person       TEXT   NOT NULL,
    day          BIGINT NOT NULL,
    opened       BIGINT NOT NULL,
    PRIMARY KEY (jurisdiction, person, day)
);

CREATE TABLE report_tombstone (
    jurisdiction TEXT   NOT NULL,
    id           TEXT   NOT NULL,
    reason       TEXT   NOT NULL,
    person       TEXT   NOT NULL,
    day          BIGINT NOT NULL,
    PRIMARY KEY (jurisdiction, id)
);
