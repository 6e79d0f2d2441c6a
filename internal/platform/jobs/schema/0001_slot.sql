-- +goose Up
-- The last interval in which a job ran: a count of intervals, not a time of anybody's deed.
CREATE TABLE jobs_slot (
    jurisdiction TEXT   NOT NULL,
    job          TEXT   NOT NULL,
    slot         BIGINT NOT NULL,
    PRIMARY KEY (jurisdiction, job)
);
