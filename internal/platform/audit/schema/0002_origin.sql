-- +goose Up
-- Every origin that the log ever signed under. A restore opens the next one: it
-- goes on over the restored leaves, of which there are from_size.
CREATE TABLE audit_origin (
    jurisdiction TEXT   NOT NULL,
    generation   BIGINT NOT NULL,
    origin       TEXT   NOT NULL,
    verifier     TEXT   NOT NULL,
    from_size    BIGINT NOT NULL,
    PRIMARY KEY (jurisdiction, generation)
);
