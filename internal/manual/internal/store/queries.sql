-- name: InsertEdition :exec
INSERT INTO manual_edition (jurisdiction, id, base, state, origin, version, hash, text, begun_day, active_day, past_day, seq, head)
VALUES (sqlc.arg(jurisdiction), sqlc.arg(id), sqlc.arg(base), sqlc.arg(state), sqlc.arg(origin), sqlc.arg(version), sqlc.arg(hash), sqlc.arg(text), sqlc.arg(begun_day), sqlc.arg(active_day), 0, 0, sqlc.arg(head));

-- name: GetEdition :one
SELECT * FROM manual_edition WHERE jurisdiction = sqlc.arg(jurisdiction) AND id = sqlc.arg(id);

-- GetVersion returns a version, running or past, by its content hash.
-- name: GetVersion :one
SELECT * FROM manual_edition WHERE jurisdiction = sqlc.arg(jurisdiction) AND hash = sqlc.arg(hash) AND state IN ('active', 'past')
ORDER BY state, id LIMIT 1;

-- name: ActiveHead :one
SELECT id, base, state, origin, version, hash, seq FROM manual_edition WHERE jurisdiction = sqlc.arg(jurisdiction) AND state = 'active';

-- name: ListEditions :many
SELECT id, base, state, origin, version, hash, seq FROM manual_edition
WHERE jurisdiction = sqlc.arg(jurisdiction) AND id < sqlc.arg(before) ORDER BY id DESC LIMIT CAST(sqlc.arg(lim) AS BIGINT);

-- PutText writes a draft's text if nobody wrote since; a signed one is never written to.
-- name: PutText :execrows
UPDATE manual_edition SET text = sqlc.arg(text), hash = sqlc.arg(hash), version = sqlc.arg(version)
WHERE jurisdiction = sqlc.arg(jurisdiction) AND id = sqlc.arg(id) AND state = 'draft' AND seq = sqlc.arg(was);

-- PutState moves an edition on if it still stands where the deed found it.
-- name: PutState :execrows
UPDATE manual_edition SET state = sqlc.arg(state), active_day = sqlc.arg(active_day), past_day = sqlc.arg(past_day)
WHERE jurisdiction = sqlc.arg(jurisdiction) AND id = sqlc.arg(id) AND state = sqlc.arg(was_state) AND seq = sqlc.arg(was);

-- PutHead moves the chain of deeds on.
-- name: PutHead :execrows
UPDATE manual_edition SET seq = sqlc.arg(seq), head = sqlc.arg(head)
WHERE jurisdiction = sqlc.arg(jurisdiction) AND id = sqlc.arg(id) AND seq = sqlc.arg(was);

-- name: InsertDeed :exec
INSERT INTO manual_edition_deed (jurisdiction, edition, seq, kind, person, session, hash, about, reason, day, hour, sig)
VALUES (sqlc.arg(jurisdiction), sqlc.arg(edition), sqlc.arg(seq), sqlc.arg(kind), sqlc.arg(person), sqlc.arg(session), sqlc.arg(hash), sqlc.arg(about), sqlc.arg(reason), sqlc.arg(day), sqlc.arg(hour), sqlc.arg(sig));

-- name: ListDeeds :many
SELECT * FROM manual_edition_deed WHERE jurisdiction = sqlc.arg(jurisdiction) AND edition = sqlc.arg(edition) ORDER BY seq;

-- name: EditionIDs :many
SELECT id FROM manual_edition WHERE jurisdiction = sqlc.arg(jurisdiction) AND id > sqlc.arg(after) ORDER BY id LIMIT CAST(sqlc.arg(lim) AS BIGINT);

-- name: ListContacts :many
SELECT * FROM manual_contact WHERE jurisdiction = sqlc.arg(jurisdiction) ORDER BY role, name, id LIMIT 500;

-- name: PutContact :exec
INSERT INTO manual_contact (jurisdiction, id, role, name, number, note, person, day)
VALUES (sqlc.arg(jurisdiction), sqlc.arg(id), sqlc.arg(role), sqlc.arg(name), sqlc.arg(number), sqlc.arg(note), sqlc.arg(person), sqlc.arg(day))
ON CONFLICT (jurisdiction, id) DO UPDATE SET role = EXCLUDED.role, name = EXCLUDED.name, number = EXCLUDED.number, note = EXCLUDED.note, person = EXCLUDED.person, day = EXCLUDED.day;

-- name: PutContactChange :exec
INSERT INTO manual_contact_change (jurisdiction, id, contact, what, person, day)
VALUES (sqlc.arg(jurisdiction), sqlc.arg(id), sqlc.arg(contact), sqlc.arg(what), sqlc.arg(person), sqlc.arg(day));

-- name: ListContactChanges :many
SELECT * FROM manual_contact_change WHERE jurisdiction = sqlc.arg(jurisdiction) ORDER BY id DESC LIMIT 100;

-- name: DeleteContact :execrows
DELETE FROM manual_contact WHERE jurisdiction = sqlc.arg(jurisdiction) AND id = sqlc.arg(id);

-- name: EditionNamed :many
SELECT id FROM manual_edition WHERE jurisdiction = sqlc.arg(jurisdiction) AND version = sqlc.arg(version) AND state <> 'dropped' ORDER BY id LIMIT 2;

-- name: KeepText :exec
INSERT INTO manual_edition_kept (jurisdiction, edition, seq, text) VALUES (sqlc.arg(jurisdiction), sqlc.arg(edition), sqlc.arg(seq), sqlc.arg(text));

-- name: ListKept :many
SELECT seq FROM manual_edition_kept WHERE jurisdiction = sqlc.arg(jurisdiction) AND edition = sqlc.arg(edition) ORDER BY seq DESC;

-- name: GetKept :one
SELECT text FROM manual_edition_kept WHERE jurisdiction = sqlc.arg(jurisdiction) AND edition = sqlc.arg(edition) AND seq = sqlc.arg(seq);

-- name: ForgetKept :exec
DELETE FROM manual_edition_kept WHERE jurisdiction = sqlc.arg(jurisdiction) AND edition = sqlc.arg(edition) AND seq < sqlc.arg(before);
