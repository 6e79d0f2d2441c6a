-- +goose Up
-- One row a case: only what routing and clocks need (allow-list, docs/clear-columns.md).
CREATE TABLE casework_case (
    jurisdiction  TEXT    NOT NULL,
    id            TEXT    NOT NULL,
    team          TEXT    NOT NULL,
    status        TEXT    NOT NULL,
    risk          TEXT    NOT NULL,
    worker        TEXT    NOT NULL,
    second        TEXT    NOT NULL,
    manual        TEXT    NOT NULL,
    opened_day    BIGINT  NOT NULL,
    closed_day    BIGINT  NOT NULL,
    next_due_hour BIGINT  NOT NULL,
    due_class     TEXT    NOT NULL,
    overdue       BIGINT  NOT NULL,
    seq           BIGINT  NOT NULL,
    head          BYTEA   NOT NULL,
    label         BYTEA   NOT NULL,
    PRIMARY KEY (jurisdiction, id)
);
CREATE INDEX casework_case_team ON casework_case (jurisdiction, team, status, next_due_hour, id, risk, worker, second, due_class, overdue);
CREATE INDEX casework_case_worker ON casework_case (jurisdiction, worker, status, next_due_hour, id);
CREATE INDEX casework_case_second ON casework_case (jurisdiction, second, status, next_due_hour, id);

-- Sealed documents; prev chains them, seq counts within the case.
CREATE TABLE casework_doc (
    jurisdiction TEXT   NOT NULL,
    case_id      TEXT   NOT NULL,
    seq          BIGINT NOT NULL,
    kind         TEXT   NOT NULL,
    author       TEXT   NOT NULL,
    prev         BYTEA  NOT NULL,
    box          BYTEA  NOT NULL,
    day          BIGINT NOT NULL,
    PRIMARY KEY (jurisdiction, case_id, seq),
    FOREIGN KEY (jurisdiction, case_id) REFERENCES casework_case (jurisdiction, id)
);
CREATE INDEX casework_doc_kind ON casework_doc (jurisdiction, case_id, kind, seq);

CREATE TABLE casework_grant (
    jurisdiction TEXT   NOT NULL,
    case_id      TEXT   NOT NULL,
    part         TEXT   NOT NULL,
    team         TEXT   NOT NULL,
    epoch        BIGINT NOT NULL,
    wrap         BYTEA  NOT NULL,
    granter      TEXT   NOT NULL,
    reason       TEXT   NOT NULL,
    until_day    BIGINT NOT NULL,
    sig          BYTEA  NOT NULL,
    PRIMARY KEY (jurisdiction, case_id, part, team),
    FOREIGN KEY (jurisdiction, case_id) REFERENCES casework_case (jurisdiction, id)
);
CREATE INDEX casework_grant_team ON casework_grant (jurisdiction, team, case_id);

CREATE TABLE casework_tag (
    jurisdiction TEXT   NOT NULL,
    tag          BYTEA  NOT NULL,
    team         TEXT   NOT NULL,
    year         BIGINT NOT NULL,
    case_id      TEXT   NOT NULL,
    kind         TEXT   NOT NULL,
    whose        TEXT   NOT NULL,
    version      BIGINT NOT NULL,
    PRIMARY KEY (jurisdiction, tag, team, case_id, kind, whose)
);
CREATE INDEX casework_tag_case ON casework_tag (jurisdiction, case_id);

CREATE TABLE casework_link (
    jurisdiction TEXT   NOT NULL,
    case_id      TEXT   NOT NULL,
    report       TEXT   NOT NULL,
    day          BIGINT NOT NULL,
    PRIMARY KEY (jurisdiction, case_id, report)
);
CREATE INDEX casework_link_report ON casework_link (jurisdiction, report, case_id);

-- Requests that a second person decides: close, print_identity, export, wall.
CREATE TABLE casework_request (
    jurisdiction TEXT   NOT NULL,
    id           TEXT   NOT NULL,
    case_id      TEXT   NOT NULL,
    team         TEXT   NOT NULL,
    kind         TEXT   NOT NULL,
    state        TEXT   NOT NULL,
    proposer     TEXT   NOT NULL,
    decided_by   TEXT   NOT NULL,
    box          BYTEA  NOT NULL,
    day          BIGINT NOT NULL,
    PRIMARY KEY (jurisdiction, id),
    FOREIGN KEY (jurisdiction, case_id) REFERENCES casework_case (jurisdiction, id)
);
CREATE INDEX casework_request_open ON casework_request (jurisdiction, team, state, id);
CREATE INDEX casework_request_case ON casework_request (jurisdiction, case_id, state, id);

-- Numbered prints: a print can be traced to who made it.
CREATE TABLE casework_print (
    jurisdiction TEXT   NOT NULL,
    case_id      TEXT   NOT NULL,
    number       BIGINT NOT NULL,
    person       TEXT   NOT NULL,
    kind         TEXT   NOT NULL,
    day          BIGINT NOT NULL,
    PRIMARY KEY (jurisdiction, case_id, number)
);

-- What a wall deleted stays as a tombstone: no content, no key.
CREATE TABLE casework_tombstone (
    jurisdiction TEXT   NOT NULL,
    id           TEXT   NOT NULL,
    reason       TEXT   NOT NULL,
    person       TEXT   NOT NULL,
    day          BIGINT NOT NULL,
    PRIMARY KEY (jurisdiction, id)
);
