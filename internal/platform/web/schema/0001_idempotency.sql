-- +goose Up
-- Posted staff forms: the same form again leads to where the first led.
CREATE TABLE web_idempotency (
    jurisdiction TEXT   NOT NULL,
    key_hash     TEXT   NOT NULL,
    person       TEXT   NOT NULL,
    led          TEXT   NOT NULL,
    day          BIGINT NOT NULL,
    PRIMARY KEY (jurisdiction, key_hash)
);
