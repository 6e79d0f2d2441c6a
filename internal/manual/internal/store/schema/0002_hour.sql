-- +goose Up
-- The hour of a deed of the office, as its audit leaf has it; 0 for deeds from before
-- it was kept. A chain covers it where it stands.
ALTER TABLE manual_edition_deed ADD COLUMN hour BIGINT NOT NULL DEFAULT 0;
