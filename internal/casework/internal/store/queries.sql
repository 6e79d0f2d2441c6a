-- name: InsertCase :exec
INSERT INTO casework_case (jurisdiction, id, team, status, risk, worker, second, manual, opened_day, closed_day, next_due_hour, due_class, seq, head, label)
VALUES (sqlc.arg(jurisdiction), sqlc.arg(id), sqlc.arg(team), sqlc.arg(status), sqlc.arg(risk), sqlc.arg(worker), sqlc.arg(second), sqlc.arg(manual), sqlc.arg(opened_day), sqlc.arg(closed_day), sqlc.arg(next_due_hour), sqlc.arg(due_class), sqlc.arg(seq), sqlc.arg(head), sqlc.arg(label));

-- name: GetCase :one
SELECT * FROM casework_case WHERE jurisdiction = sqlc.arg(jurisdiction) AND id = sqlc.arg(id);

-- UpdateCase writes every clear column that a deed may change, if nobody wrote since.
-- name: UpdateCase :execrows
UPDATE casework_case
SET team = sqlc.arg(team), status = sqlc.arg(status), risk = sqlc.arg(risk), worker = sqlc.arg(worker), second = sqlc.arg(second),
    manual = sqlc.arg(manual), closed_day = sqlc.arg(closed_day), next_due_hour = sqlc.arg(next_due_hour), due_class = sqlc.arg(due_class),
    seq = sqlc.arg(seq), head = sqlc.arg(head), label = sqlc.arg(label), rev = rev + 1
WHERE jurisdiction = sqlc.arg(jurisdiction) AND id = sqlc.arg(id) AND seq = sqlc.arg(was) AND rev = sqlc.arg(rev);

-- ListTeam pages one team's cases of one status by (next due, id); the label is opened by the reader.
-- name: ListTeam :many
SELECT c.*, g.epoch AS grant_epoch, g.wrap AS grant_wrap, g.granter FROM casework_case c
JOIN casework_grant g ON g.jurisdiction = c.jurisdiction AND g.case_id = c.id AND g.part = 'main' AND g.team = c.team
WHERE c.jurisdiction = sqlc.arg(jurisdiction) AND c.team = sqlc.arg(team) AND c.status = sqlc.arg(status)
  AND (c.next_due_hour, c.id) > (CAST(sqlc.arg(after_hour) AS BIGINT), CAST(sqlc.arg(after_id) AS TEXT))
ORDER BY c.next_due_hour, c.id LIMIT CAST(sqlc.arg(lim) AS BIGINT);

-- name: ListWorker :many
SELECT c.*, g.epoch AS grant_epoch, g.wrap AS grant_wrap, g.granter FROM casework_case c
JOIN casework_grant g ON g.jurisdiction = c.jurisdiction AND g.case_id = c.id AND g.part = 'main' AND g.team = c.team
WHERE c.jurisdiction = sqlc.arg(jurisdiction) AND c.worker = sqlc.arg(worker) AND c.status = sqlc.arg(status)
  AND (c.next_due_hour, c.id) > (CAST(sqlc.arg(after_hour) AS BIGINT), CAST(sqlc.arg(after_id) AS TEXT))
ORDER BY c.next_due_hour, c.id LIMIT CAST(sqlc.arg(lim) AS BIGINT);

-- name: ListSecond :many
SELECT c.*, g.epoch AS grant_epoch, g.wrap AS grant_wrap, g.granter FROM casework_case c
JOIN casework_grant g ON g.jurisdiction = c.jurisdiction AND g.case_id = c.id AND g.part = 'main' AND g.team = c.team
WHERE c.jurisdiction = sqlc.arg(jurisdiction) AND c.second = sqlc.arg(worker) AND c.status = sqlc.arg(status)
  AND (c.next_due_hour, c.id) > (CAST(sqlc.arg(after_hour) AS BIGINT), CAST(sqlc.arg(after_id) AS TEXT))
ORDER BY c.next_due_hour, c.id LIMIT CAST(sqlc.arg(lim) AS BIGINT);

-- CaseloadOf counts a worker's open cases and those of them whose next deadline passed before an hour.
-- name: CaseloadOf :many
SELECT worker, COUNT(*) AS cases, CAST(SUM(CASE WHEN next_due_hour > 0 AND next_due_hour < CAST(sqlc.arg(hour) AS BIGINT) THEN 1 ELSE 0 END) AS BIGINT) AS late
FROM casework_case WHERE jurisdiction = sqlc.arg(jurisdiction) AND team = sqlc.arg(team) AND status <> 'closed'
GROUP BY worker ORDER BY worker;

-- name: InsertDoc :exec
INSERT INTO casework_doc (jurisdiction, case_id, seq, kind, author, prev, box, day)
VALUES (sqlc.arg(jurisdiction), sqlc.arg(case_id), sqlc.arg(seq), sqlc.arg(kind), sqlc.arg(author), sqlc.arg(prev), sqlc.arg(box), sqlc.arg(day));

-- name: ListDocs :many
SELECT * FROM casework_doc WHERE jurisdiction = sqlc.arg(jurisdiction) AND case_id = sqlc.arg(case_id) ORDER BY seq;

-- name: DeleteDocs :exec
DELETE FROM casework_doc WHERE jurisdiction = sqlc.arg(jurisdiction) AND case_id = sqlc.arg(case_id);

-- name: PutGrant :exec
INSERT INTO casework_grant (jurisdiction, case_id, part, team, epoch, wrap, granter, reason, until_day, sig)
VALUES (sqlc.arg(jurisdiction), sqlc.arg(case_id), sqlc.arg(part), sqlc.arg(team), sqlc.arg(epoch), sqlc.arg(wrap), sqlc.arg(granter), sqlc.arg(reason), sqlc.arg(until_day), sqlc.arg(sig))
ON CONFLICT (jurisdiction, case_id, part, team) DO UPDATE
SET epoch = EXCLUDED.epoch, wrap = EXCLUDED.wrap, granter = EXCLUDED.granter, reason = EXCLUDED.reason, until_day = EXCLUDED.until_day, sig = EXCLUDED.sig;

-- name: ListGrants :many
SELECT * FROM casework_grant WHERE jurisdiction = sqlc.arg(jurisdiction) AND case_id = sqlc.arg(case_id) ORDER BY part, team;

-- name: DeleteGrants :exec
DELETE FROM casework_grant WHERE jurisdiction = sqlc.arg(jurisdiction) AND case_id = sqlc.arg(case_id);

-- name: PutTag :exec
INSERT INTO casework_tag (jurisdiction, tag, team, year, case_id, kind, whose, version)
VALUES (sqlc.arg(jurisdiction), sqlc.arg(tag), sqlc.arg(team), sqlc.arg(year), sqlc.arg(case_id), sqlc.arg(kind), sqlc.arg(whose), sqlc.arg(version))
ON CONFLICT DO NOTHING;

-- name: DeleteTags :exec
DELETE FROM casework_tag WHERE jurisdiction = sqlc.arg(jurisdiction) AND case_id = sqlc.arg(case_id);

-- FindTag returns cases of a team that bear the tag: the caller's grants decide the team.
-- name: FindTag :many
SELECT t.case_id, t.kind, t.whose, t.team FROM casework_tag t
WHERE t.jurisdiction = sqlc.arg(jurisdiction) AND t.tag = sqlc.arg(tag) AND t.team = sqlc.arg(team)
ORDER BY t.case_id LIMIT CAST(sqlc.arg(lim) AS BIGINT);

-- name: PutLink :exec
INSERT INTO casework_link (jurisdiction, case_id, report, day)
VALUES (sqlc.arg(jurisdiction), sqlc.arg(case_id), sqlc.arg(report), sqlc.arg(day))
ON CONFLICT DO NOTHING;

-- name: LinksOfCase :many
SELECT * FROM casework_link WHERE jurisdiction = sqlc.arg(jurisdiction) AND case_id = sqlc.arg(case_id) ORDER BY report;

-- UnlinkOthers takes a report out of every other case.
-- name: UnlinkOthers :exec
DELETE FROM casework_link WHERE jurisdiction = sqlc.arg(jurisdiction) AND report = sqlc.arg(report) AND case_id <> sqlc.arg(case_id);

-- name: InsertRequest :exec
INSERT INTO casework_request (jurisdiction, id, case_id, team, kind, state, proposer, decided_by, box, day)
VALUES (sqlc.arg(jurisdiction), sqlc.arg(id), sqlc.arg(case_id), sqlc.arg(team), sqlc.arg(kind), 'open', sqlc.arg(proposer), '', sqlc.arg(box), sqlc.arg(day));

-- name: GetRequest :one
SELECT * FROM casework_request WHERE jurisdiction = sqlc.arg(jurisdiction) AND id = sqlc.arg(id);

-- name: DecideRequest :execrows
UPDATE casework_request SET state = sqlc.arg(state), decided_by = sqlc.arg(decided_by)
WHERE jurisdiction = sqlc.arg(jurisdiction) AND id = sqlc.arg(id) AND state = sqlc.arg(was);

-- OvertakeRequests ends what is still open of a case: of one kind, or of every kind where kind is ''.
-- name: OvertakeRequests :exec
UPDATE casework_request SET state = 'overtaken', decided_by = sqlc.arg(decided_by)
WHERE jurisdiction = sqlc.arg(jurisdiction) AND case_id = sqlc.arg(case_id) AND state = 'open'
  AND (CAST(sqlc.arg(kind) AS TEXT) = '' OR kind = CAST(sqlc.arg(kind) AS TEXT));

-- name: RequestsOfCase :many
SELECT * FROM casework_request WHERE jurisdiction = sqlc.arg(jurisdiction) AND case_id = sqlc.arg(case_id) ORDER BY id;

-- name: OpenRequests :many
SELECT * FROM casework_request
WHERE jurisdiction = sqlc.arg(jurisdiction) AND team = sqlc.arg(team) AND state = 'open' AND id > sqlc.arg(after)
ORDER BY id LIMIT CAST(sqlc.arg(lim) AS BIGINT);

-- name: DeleteRequests :exec
DELETE FROM casework_request WHERE jurisdiction = sqlc.arg(jurisdiction) AND case_id = sqlc.arg(case_id);

-- name: NextPrint :one
SELECT CAST(COALESCE(MAX(number), 0) + 1 AS BIGINT) AS number FROM casework_print WHERE jurisdiction = sqlc.arg(jurisdiction) AND case_id = sqlc.arg(case_id);

-- name: InsertPrint :exec
INSERT INTO casework_print (jurisdiction, case_id, number, person, kind, day)
VALUES (sqlc.arg(jurisdiction), sqlc.arg(case_id), sqlc.arg(number), sqlc.arg(person), sqlc.arg(kind), sqlc.arg(day));

-- name: Heads :many
SELECT id, seq, head FROM casework_case WHERE jurisdiction = sqlc.arg(jurisdiction) AND id > sqlc.arg(after) ORDER BY id LIMIT CAST(sqlc.arg(lim) AS BIGINT);
