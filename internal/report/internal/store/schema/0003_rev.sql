-- +goose Up
-- rev counts every change of the row: two deeds at once never overwrite each
-- other, even where neither writes a document. mark tells a repeated post from a
-- changed one: 16 bytes under the reporter's code, which no row holds.
ALTER TABLE report_head ADD COLUMN rev BIGINT NOT NULL DEFAULT 0;
ALTER TABLE report_head ADD COLUMN mark BYTEA NOT NULL DEFAULT '';
ALTER TABLE report_message ADD COLUMN mark BYTEA NOT NULL DEFAULT '';
CREATE INDEX report_head_waiting ON report_head (jurisdiction, team, id) WHERE waiting > 0;
