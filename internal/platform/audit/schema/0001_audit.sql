-- +goose Up
-- One row a deed or reading. The leaf's bytes are made of these columns, so any
-- change of any of them is a break. tree_index is given by the sequencer.
CREATE TABLE audit_leaf (
    jurisdiction TEXT   NOT NULL,
    id           TEXT   NOT NULL,
    verb         TEXT   NOT NULL,
    person       TEXT   NOT NULL,
    session      TEXT   NOT NULL,
    record       TEXT   NOT NULL,
    head         BYTEA  NOT NULL,
    reason       TEXT   NOT NULL,
    outcome      TEXT   NOT NULL,
    hour         BIGINT NOT NULL,
    salt         BYTEA  NOT NULL,
    counter      BIGINT NOT NULL,
    sig          BYTEA  NOT NULL,
    tree_index   BIGINT,
    PRIMARY KEY (jurisdiction, id),
    UNIQUE (jurisdiction, tree_index)
);
CREATE INDEX audit_leaf_new ON audit_leaf (jurisdiction, id) WHERE tree_index IS NULL;
CREATE INDEX audit_leaf_record ON audit_leaf (jurisdiction, record, hour, id);

-- The tree's stored hashes, in the order of golang.org/x/mod/sumdb/tlog.
CREATE TABLE audit_hash (
    jurisdiction TEXT   NOT NULL,
    idx          BIGINT NOT NULL,
    hash         BYTEA  NOT NULL,
    PRIMARY KEY (jurisdiction, idx)
);

CREATE TABLE audit_checkpoint (
    jurisdiction TEXT   NOT NULL,
    size         BIGINT NOT NULL,
    note         TEXT   NOT NULL,
    hour         BIGINT NOT NULL,
    PRIMARY KEY (jurisdiction, size)
);

-- The log itself: origin, verifier key, and how many leaves have an index.
CREATE TABLE audit_log (
    jurisdiction TEXT   NOT NULL,
    origin       TEXT   NOT NULL,
    verifier     TEXT   NOT NULL,
    public       BYTEA  NOT NULL,
    size         BIGINT NOT NULL,
    PRIMARY KEY (jurisdiction)
);

-- Session keys, certified by their person; counter is that of the newest leaf.
CREATE TABLE audit_signer (
    jurisdiction TEXT   NOT NULL,
    session      TEXT   NOT NULL,
    person       TEXT   NOT NULL,
    public       BYTEA  NOT NULL,
    person_key   BYTEA  NOT NULL,
    until_hour   BIGINT NOT NULL,
    certificate  BYTEA  NOT NULL,
    counter      BIGINT NOT NULL,
    PRIMARY KEY (jurisdiction, session)
);
