-- +goose Up
CREATE TABLE events_outbox (
    jurisdiction TEXT   NOT NULL,
    id           TEXT   NOT NULL,
    topic        TEXT   NOT NULL,
    payload      TEXT   NOT NULL,
    tries        BIGINT NOT NULL,
    PRIMARY KEY (jurisdiction, id)
);
