-- +goose Up
-- The texts that a draft had before its last changes, so that one can be taken
-- back: seq is the deed after which the text stood so. The newest few are kept, and
-- none once the edition is a version or was dropped.
CREATE TABLE manual_edition_kept (
    jurisdiction TEXT   NOT NULL,
    edition      TEXT   NOT NULL,
    seq          BIGINT NOT NULL,
    text         BYTEA  NOT NULL,
    PRIMARY KEY (jurisdiction, edition, seq),
    FOREIGN KEY (jurisdiction, edition) REFERENCES manual_edition (jurisdiction, id)
);
