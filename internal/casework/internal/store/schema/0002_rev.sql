-- +goose Up
-- rev counts every change of the row: two deeds at once never overwrite each
-- other, even where neither writes a document.
ALTER TABLE casework_case ADD COLUMN rev BIGINT NOT NULL DEFAULT 0;
