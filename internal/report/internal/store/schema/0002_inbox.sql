-- +goose Up
-- inbox is the public half of the record key's own mailbox key: since the first
-- opening, messages are sealed to it, so that every team that may open the report
-- reads them. Drafts are sealed to their author alone.
ALTER TABLE report_head ADD COLUMN inbox BYTEA NOT NULL DEFAULT '';
DROP TABLE report_draft;
CREATE TABLE report_draft (
    jurisdiction TEXT   NOT NULL,
    person       TEXT   NOT NULL,
    key          TEXT   NOT NULL,
    box          BYTEA  NOT NULL,
    day          BIGINT NOT NULL,
    PRIMARY KEY (jurisdiction, person, key)
);
