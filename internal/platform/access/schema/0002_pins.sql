-- +goose Up
CREATE TABLE access_pin (jurisdiction TEXT NOT NULL, name TEXT NOT NULL, team TEXT NOT NULL, person TEXT NOT NULL, print TEXT NOT NULL, mac BYTEA NOT NULL, PRIMARY KEY (jurisdiction, name));
CREATE TABLE access_steward (jurisdiction TEXT NOT NULL, team TEXT NOT NULL, person TEXT NOT NULL, signer TEXT NOT NULL, sig BYTEA NOT NULL, PRIMARY KEY (jurisdiction, team, person));
