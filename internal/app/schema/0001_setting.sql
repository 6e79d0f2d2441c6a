-- +goose Up
-- Settings of the installation as a whole: that it is a demo, the recipient of its backups.
CREATE TABLE app_setting (
    jurisdiction TEXT NOT NULL,
    name         TEXT NOT NULL,
    value        TEXT NOT NULL,
    PRIMARY KEY (jurisdiction, name)
);
