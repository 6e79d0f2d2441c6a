-- +goose Up
CREATE TABLE access_secret (jurisdiction TEXT NOT NULL, name TEXT NOT NULL, blob BYTEA NOT NULL, PRIMARY KEY (jurisdiction, name));
CREATE TABLE access_person (
    jurisdiction TEXT NOT NULL, id TEXT NOT NULL, name TEXT NOT NULL, state TEXT NOT NULL, public BYTEA NOT NULL, totp_step BIGINT NOT NULL, day BIGINT NOT NULL,
    PRIMARY KEY (jurisdiction, id), UNIQUE (jurisdiction, name));
CREATE TABLE access_unlock (jurisdiction TEXT NOT NULL, person TEXT NOT NULL, method TEXT NOT NULL, blob BYTEA NOT NULL, PRIMARY KEY (jurisdiction, person, method));
CREATE TABLE access_roster (
    jurisdiction TEXT NOT NULL, subject TEXT NOT NULL, kind TEXT NOT NULL, epoch BIGINT NOT NULL, public BYTEA NOT NULL, signer TEXT NOT NULL, sig BYTEA NOT NULL, day BIGINT NOT NULL,
    PRIMARY KEY (jurisdiction, subject, kind, epoch));
CREATE TABLE access_team (jurisdiction TEXT NOT NULL, id TEXT NOT NULL, name TEXT NOT NULL, kind TEXT NOT NULL, reviewer TEXT NOT NULL, epoch BIGINT NOT NULL, PRIMARY KEY (jurisdiction, id));
CREATE TABLE access_member (jurisdiction TEXT NOT NULL, team TEXT NOT NULL, person TEXT NOT NULL, role TEXT NOT NULL, PRIMARY KEY (jurisdiction, team, person, role));
CREATE INDEX access_member_person ON access_member (jurisdiction, person, team, role);
CREATE TABLE access_wrap (
    jurisdiction TEXT NOT NULL, team TEXT NOT NULL, epoch BIGINT NOT NULL, person TEXT NOT NULL, wrap BYTEA NOT NULL, granter TEXT NOT NULL, sig BYTEA NOT NULL,
    PRIMARY KEY (jurisdiction, team, epoch, person));
CREATE TABLE access_kit (jurisdiction TEXT NOT NULL, team TEXT NOT NULL, epoch BIGINT NOT NULL, blob BYTEA NOT NULL, PRIMARY KEY (jurisdiction, team, epoch));
CREATE TABLE access_invite (jurisdiction TEXT NOT NULL, hash TEXT NOT NULL, person TEXT NOT NULL, until_hour BIGINT NOT NULL, PRIMARY KEY (jurisdiction, hash));
CREATE TABLE access_session (
    jurisdiction TEXT NOT NULL, hash TEXT NOT NULL, id TEXT NOT NULL, person TEXT NOT NULL, wrapped BYTEA NOT NULL, csrf TEXT NOT NULL,
    idle_until BIGINT NOT NULL, until_time BIGINT NOT NULL, step_until BIGINT NOT NULL,
    PRIMARY KEY (jurisdiction, hash));
CREATE INDEX access_session_person ON access_session (jurisdiction, person);
