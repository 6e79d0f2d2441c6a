-- InsertHead stores a report once: the same lookup id again changes nothing.
-- name: InsertHead :execrows
INSERT INTO report_head (jurisdiction, id, team, epoch, wrap, status, lane, channel, risk, danger, authority, opened_day, due_hour, officer, seq, head, size_step, lookup, reply_public, mailbox, label, waiting, inbox, mark)
VALUES (sqlc.arg(jurisdiction), sqlc.arg(id), sqlc.arg(team), sqlc.arg(epoch), sqlc.arg(wrap), sqlc.arg(status), sqlc.arg(lane), sqlc.arg(channel), sqlc.arg(risk), sqlc.arg(danger), sqlc.arg(authority), sqlc.arg(opened_day), sqlc.arg(due_hour), sqlc.arg(officer), sqlc.arg(seq), sqlc.arg(head), sqlc.arg(size_step), sqlc.arg(lookup), sqlc.arg(reply_public), sqlc.arg(mailbox), sqlc.arg(label), sqlc.arg(waiting), sqlc.arg(inbox), sqlc.arg(mark))
ON CONFLICT (jurisdiction, lookup) DO NOTHING;

-- name: GetHead :one
SELECT * FROM report_head WHERE jurisdiction = sqlc.arg(jurisdiction) AND id = sqlc.arg(id);

-- name: HeadByLookup :one
SELECT * FROM report_head WHERE jurisdiction = sqlc.arg(jurisdiction) AND lookup = sqlc.arg(lookup);

-- UpdateHead writes every clear column a deed may change, if nobody wrote since.
-- name: UpdateHead :execrows
UPDATE report_head
SET team = sqlc.arg(team), epoch = sqlc.arg(epoch), wrap = sqlc.arg(wrap), status = sqlc.arg(status), lane = sqlc.arg(lane), risk = sqlc.arg(risk), danger = sqlc.arg(danger), authority = sqlc.arg(authority), due_hour = sqlc.arg(due_hour), officer = sqlc.arg(officer), seq = sqlc.arg(seq), head = sqlc.arg(head), mailbox = sqlc.arg(mailbox), label = sqlc.arg(label), waiting = sqlc.arg(waiting), inbox = sqlc.arg(inbox), rev = rev + 1
WHERE jurisdiction = sqlc.arg(jurisdiction) AND id = sqlc.arg(id) AND seq = sqlc.arg(was) AND rev = sqlc.arg(rev);

-- name: AddWaiting :execrows
UPDATE report_head SET waiting = waiting + sqlc.arg(n), rev = rev + 1 WHERE jurisdiction = sqlc.arg(jurisdiction) AND id = sqlc.arg(id);

-- name: SetDanger :execrows
UPDATE report_head SET danger = TRUE, due_hour = sqlc.arg(due_hour), rev = rev + 1 WHERE jurisdiction = sqlc.arg(jurisdiction) AND id = sqlc.arg(id);

-- name: SetMailbox :execrows
UPDATE report_head SET mailbox = sqlc.arg(mailbox), rev = rev + 1 WHERE jurisdiction = sqlc.arg(jurisdiction) AND id = sqlc.arg(id);

-- name: SetStatus :execrows
UPDATE report_head SET status = sqlc.arg(status), rev = rev + 1 WHERE jurisdiction = sqlc.arg(jurisdiction) AND id = sqlc.arg(id);

-- name: SetOfficer :execrows
UPDATE report_head SET officer = sqlc.arg(officer), rev = rev + 1 WHERE jurisdiction = sqlc.arg(jurisdiction) AND id = sqlc.arg(id) AND officer = sqlc.arg(was);

-- Queue pages one team's reports of one status by (due, id), with the grant that opens the label.
-- name: Queue :many
SELECT h.*, COALESCE(g.team, h.team) AS grant_team, COALESCE(g.epoch, h.epoch) AS grant_epoch, COALESCE(g.wrap, h.wrap) AS grant_wrap, COALESCE(g.granter, '') AS granter
FROM report_head h LEFT JOIN report_grant g ON g.jurisdiction = h.jurisdiction AND g.report = h.id AND g.team = h.team
WHERE h.jurisdiction = sqlc.arg(jurisdiction) AND h.team = sqlc.arg(team) AND h.status = sqlc.arg(status) AND (h.lane = 'quarantine') = CAST(sqlc.arg(quarantine) AS BOOLEAN)
  AND (h.due_hour, h.id) > (CAST(sqlc.arg(after_hour) AS BIGINT), CAST(sqlc.arg(after_id) AS TEXT))
ORDER BY h.due_hour, h.id LIMIT CAST(sqlc.arg(lim) AS BIGINT);

-- QueueWaiting lists reports of a team that the desk is done with, to which the
-- reporter wrote again.
-- name: QueueWaiting :many
SELECT h.*, COALESCE(g.team, h.team) AS grant_team, COALESCE(g.epoch, h.epoch) AS grant_epoch, COALESCE(g.wrap, h.wrap) AS grant_wrap, COALESCE(g.granter, '') AS granter
FROM report_head h LEFT JOIN report_grant g ON g.jurisdiction = h.jurisdiction AND g.report = h.id AND g.team = h.team
WHERE h.jurisdiction = sqlc.arg(jurisdiction) AND h.team = sqlc.arg(team) AND h.waiting > 0 AND h.status IN ('handling', 'finished')
ORDER BY h.due_hour, h.id LIMIT 200;

-- WaitingFor lists reports in a case team's hands to which the reporter wrote.
-- name: WaitingFor :many
SELECT h.id, h.waiting FROM report_grant g JOIN report_head h ON h.jurisdiction = g.jurisdiction AND h.id = g.report
WHERE g.jurisdiction = sqlc.arg(jurisdiction) AND g.team = sqlc.arg(team) AND g.reason IN ('handover', 'case') AND h.waiting > 0 ORDER BY h.id LIMIT 200;

-- name: CountWaiting :one
SELECT COUNT(*) AS n FROM report_head WHERE jurisdiction = sqlc.arg(jurisdiction) AND team = sqlc.arg(team) AND waiting > 0;

-- name: CountQueue :many
SELECT status, lane, risk, danger, COUNT(*) AS reports, CAST(SUM(CASE WHEN status IN ('received', 'read') AND due_hour < sqlc.arg(hour) THEN 1 ELSE 0 END) AS BIGINT) AS overdue
FROM report_head WHERE jurisdiction = sqlc.arg(jurisdiction) AND team = sqlc.arg(team) AND status <> 'finished' GROUP BY status, lane, risk, danger ORDER BY status, lane, risk, danger;

-- Quarantined counts unread reports in quarantine as far as lim: a flood there must
-- not make every view of the queue count it.
-- name: Quarantined :one
SELECT COUNT(*) AS n FROM (
    SELECT 1 AS one FROM report_head
    WHERE jurisdiction = sqlc.arg(jurisdiction) AND team = sqlc.arg(team) AND status = 'received' AND lane = 'quarantine'
    LIMIT CAST(sqlc.arg(lim) AS BIGINT)
) AS unread;

-- name: NextInLane :one
SELECT id FROM report_head WHERE jurisdiction = sqlc.arg(jurisdiction) AND team = sqlc.arg(team) AND status = 'received' AND officer = '' AND lane = sqlc.arg(lane) ORDER BY due_hour, id LIMIT 1;

-- name: InsertDoc :exec
INSERT INTO report_doc (jurisdiction, report, seq, kind, author, prev, box, day)
VALUES (sqlc.arg(jurisdiction), sqlc.arg(report), sqlc.arg(seq), sqlc.arg(kind), sqlc.arg(author), sqlc.arg(prev), sqlc.arg(box), sqlc.arg(day));

-- name: ListDocs :many
SELECT * FROM report_doc WHERE jurisdiction = sqlc.arg(jurisdiction) AND report = sqlc.arg(report) ORDER BY seq;

-- name: DeleteDocs :exec
DELETE FROM report_doc WHERE jurisdiction = sqlc.arg(jurisdiction) AND report = sqlc.arg(report);

-- name: PutGrant :exec
INSERT INTO report_grant (jurisdiction, report, team, epoch, wrap, granter, reason, until_day, sig)
VALUES (sqlc.arg(jurisdiction), sqlc.arg(report), sqlc.arg(team), sqlc.arg(epoch), sqlc.arg(wrap), sqlc.arg(granter), sqlc.arg(reason), sqlc.arg(until_day), sqlc.arg(sig))
ON CONFLICT (jurisdiction, report, team) DO UPDATE
SET epoch = EXCLUDED.epoch, wrap = EXCLUDED.wrap, granter = EXCLUDED.granter, reason = EXCLUDED.reason, until_day = EXCLUDED.until_day, sig = EXCLUDED.sig;

-- name: ListGrants :many
SELECT * FROM report_grant WHERE jurisdiction = sqlc.arg(jurisdiction) AND report = sqlc.arg(report) ORDER BY team;

-- name: DeleteGrants :exec
DELETE FROM report_grant WHERE jurisdiction = sqlc.arg(jurisdiction) AND report = sqlc.arg(report);

-- name: InsertMessage :exec
INSERT INTO report_message (jurisdiction, report, n, direction, team, epoch, desk_box, reporter_box, day, mark)
VALUES (sqlc.arg(jurisdiction), sqlc.arg(report), sqlc.arg(n), sqlc.arg(direction), sqlc.arg(team), sqlc.arg(epoch), sqlc.arg(desk_box), sqlc.arg(reporter_box), sqlc.arg(day), sqlc.arg(mark));

-- name: ListMessages :many
SELECT * FROM report_message WHERE jurisdiction = sqlc.arg(jurisdiction) AND report = sqlc.arg(report) ORDER BY n;

-- name: NextMessage :one
SELECT CAST(COALESCE(MAX(n), 0) + 1 AS BIGINT) AS n FROM report_message WHERE jurisdiction = sqlc.arg(jurisdiction) AND report = sqlc.arg(report);

-- Repeated counts the messages of a day with the same mark.
-- name: Repeated :one
SELECT COUNT(*) AS n FROM report_message WHERE jurisdiction = sqlc.arg(jurisdiction) AND report = sqlc.arg(report) AND mark = sqlc.arg(mark) AND day = sqlc.arg(day);

-- name: EmptyMessage :exec
UPDATE report_message SET desk_box = sqlc.arg(desk_box) WHERE jurisdiction = sqlc.arg(jurisdiction) AND report = sqlc.arg(report) AND n = sqlc.arg(n);

-- name: DeleteMessages :exec
DELETE FROM report_message WHERE jurisdiction = sqlc.arg(jurisdiction) AND report = sqlc.arg(report);

-- name: PutTag :exec
INSERT INTO report_tag (jurisdiction, tag, team, year, report, kind, whose, version)
VALUES (sqlc.arg(jurisdiction), sqlc.arg(tag), sqlc.arg(team), sqlc.arg(year), sqlc.arg(report), sqlc.arg(kind), sqlc.arg(whose), sqlc.arg(version))
ON CONFLICT DO NOTHING;

-- name: FindTag :many
SELECT t.report, t.kind, t.whose, h.status, h.opened_day FROM report_tag t
JOIN report_head h ON h.jurisdiction = t.jurisdiction AND h.id = t.report
WHERE t.jurisdiction = sqlc.arg(jurisdiction) AND t.tag = sqlc.arg(tag) AND t.team = sqlc.arg(team)
ORDER BY t.report LIMIT CAST(sqlc.arg(lim) AS BIGINT);

-- name: DeleteTags :exec
DELETE FROM report_tag WHERE jurisdiction = sqlc.arg(jurisdiction) AND report = sqlc.arg(report);

-- name: PutLink :exec
INSERT INTO report_link (jurisdiction, report, other, person, day, undone)
VALUES (sqlc.arg(jurisdiction), sqlc.arg(report), sqlc.arg(other), sqlc.arg(person), sqlc.arg(day), sqlc.arg(undone))
ON CONFLICT (jurisdiction, report, other) DO UPDATE SET person = EXCLUDED.person, day = EXCLUDED.day, undone = EXCLUDED.undone;

-- DeleteLinks takes a report out of every link, on both sides.
-- name: DeleteLinks :exec
DELETE FROM report_link WHERE jurisdiction = sqlc.arg(jurisdiction) AND (report = sqlc.arg(report) OR other = sqlc.arg(report));

-- Overtake ends the open proposals of a report: what they were about has changed.
-- name: Overtake :exec
UPDATE report_proposal SET state = 'overtaken' WHERE jurisdiction = sqlc.arg(jurisdiction) AND report = sqlc.arg(report) AND state = 'open' AND kind <> 'sample';

-- name: DeleteProposals :exec
DELETE FROM report_proposal WHERE jurisdiction = sqlc.arg(jurisdiction) AND report = sqlc.arg(report);

-- name: MoveAlarm :exec
UPDATE report_alarm SET team = sqlc.arg(team) WHERE jurisdiction = sqlc.arg(jurisdiction) AND report = sqlc.arg(report);

-- name: ListLinks :many
SELECT * FROM report_link WHERE jurisdiction = sqlc.arg(jurisdiction) AND report = sqlc.arg(report) ORDER BY other;

-- name: InsertProposal :exec
INSERT INTO report_proposal (jurisdiction, id, report, kind, to_value, team, proposer, state, decided_by, day)
VALUES (sqlc.arg(jurisdiction), sqlc.arg(id), sqlc.arg(report), sqlc.arg(kind), sqlc.arg(to_value), sqlc.arg(team), sqlc.arg(proposer), sqlc.arg(state), sqlc.arg(decided_by), sqlc.arg(day));

-- name: GetProposal :one
SELECT * FROM report_proposal WHERE jurisdiction = sqlc.arg(jurisdiction) AND id = sqlc.arg(id);

-- name: Decide :execrows
UPDATE report_proposal SET state = sqlc.arg(state), decided_by = sqlc.arg(decided_by) WHERE jurisdiction = sqlc.arg(jurisdiction) AND id = sqlc.arg(id) AND state = 'open';

-- name: ProposalsOf :many
SELECT * FROM report_proposal WHERE jurisdiction = sqlc.arg(jurisdiction) AND report = sqlc.arg(report) ORDER BY id;

-- name: OpenProposals :many
SELECT * FROM report_proposal WHERE jurisdiction = sqlc.arg(jurisdiction) AND team = sqlc.arg(team) AND state = 'open' AND id > sqlc.arg(after) ORDER BY id LIMIT CAST(sqlc.arg(lim) AS BIGINT);

-- name: PutShift :exec
INSERT INTO report_roster (jurisdiction, team, from_hour, to_hour, person, deputy)
VALUES (sqlc.arg(jurisdiction), sqlc.arg(team), sqlc.arg(from_hour), sqlc.arg(to_hour), sqlc.arg(person), sqlc.arg(deputy))
ON CONFLICT (jurisdiction, team, from_hour) DO UPDATE SET to_hour = EXCLUDED.to_hour, person = EXCLUDED.person, deputy = EXCLUDED.deputy;

-- name: Shifts :many
SELECT * FROM report_roster WHERE jurisdiction = sqlc.arg(jurisdiction) AND team = sqlc.arg(team) AND to_hour > sqlc.arg(from_hour) AND from_hour < sqlc.arg(to_hour) ORDER BY from_hour LIMIT 200;

-- name: RaiseAlarm :exec
INSERT INTO report_alarm (jurisdiction, report, team, raised_hour, repeats, accepted_by, accepted_hour)
VALUES (sqlc.arg(jurisdiction), sqlc.arg(report), sqlc.arg(team), sqlc.arg(raised_hour), sqlc.arg(repeats), sqlc.arg(accepted_by), sqlc.arg(accepted_hour))
ON CONFLICT (jurisdiction, report) DO UPDATE SET team = EXCLUDED.team, raised_hour = EXCLUDED.raised_hour, repeats = 0, accepted_by = '', accepted_hour = 0;

-- name: AcceptAlarm :execrows
UPDATE report_alarm SET accepted_by = sqlc.arg(person), accepted_hour = sqlc.arg(hour) WHERE jurisdiction = sqlc.arg(jurisdiction) AND report = sqlc.arg(report) AND accepted_by = '';

-- OpenAlarms lists a team's alarms, the newest first and quarantine last: a flood
-- there hides none of the others.
-- name: OpenAlarms :many
SELECT a.* FROM report_alarm a JOIN report_head h ON h.jurisdiction = a.jurisdiction AND h.id = a.report
WHERE a.jurisdiction = sqlc.arg(jurisdiction) AND a.team = sqlc.arg(team) AND a.accepted_by = ''
ORDER BY CASE WHEN h.lane = 'quarantine' THEN 1 ELSE 0 END, a.raised_hour DESC, a.report DESC LIMIT 100;

-- name: CountAlarms :one
SELECT COUNT(*) AS n FROM report_alarm WHERE jurisdiction = sqlc.arg(jurisdiction) AND accepted_by = '' AND team = sqlc.arg(team);

-- name: CountAllAlarms :one
SELECT COUNT(*) AS n FROM report_alarm WHERE jurisdiction = sqlc.arg(jurisdiction) AND accepted_by = '';

-- name: Rings :one
SELECT COUNT(*) AS n FROM report_alarm WHERE jurisdiction = sqlc.arg(jurisdiction) AND report = sqlc.arg(report) AND accepted_by = '';

-- name: RepeatAlarms :exec
UPDATE report_alarm SET repeats = repeats + 1 WHERE jurisdiction = sqlc.arg(jurisdiction) AND accepted_by = '';

-- name: PutDraft :exec
INSERT INTO report_draft (jurisdiction, person, key, box, day)
VALUES (sqlc.arg(jurisdiction), sqlc.arg(person), sqlc.arg(key), sqlc.arg(box), sqlc.arg(day))
ON CONFLICT (jurisdiction, person, key) DO UPDATE SET box = EXCLUDED.box, day = EXCLUDED.day;

-- name: GetDraft :one
SELECT * FROM report_draft WHERE jurisdiction = sqlc.arg(jurisdiction) AND person = sqlc.arg(person) AND key = sqlc.arg(key);

-- name: DeleteDraft :exec
DELETE FROM report_draft WHERE jurisdiction = sqlc.arg(jurisdiction) AND person = sqlc.arg(person) AND key = sqlc.arg(key);

-- name: InsertPartner :exec
INSERT INTO report_partner (jurisdiction, id, name, key_hash, ended)
VALUES (sqlc.arg(jurisdiction), sqlc.arg(id), sqlc.arg(name), sqlc.arg(key_hash), sqlc.arg(ended));

-- name: PartnerByKey :one
SELECT * FROM report_partner WHERE jurisdiction = sqlc.arg(jurisdiction) AND key_hash = sqlc.arg(key_hash) AND ended = FALSE;

-- name: CountHeavy :exec
INSERT INTO report_heavy (jurisdiction, person, day, opened)
VALUES (sqlc.arg(jurisdiction), sqlc.arg(person), sqlc.arg(day), sqlc.arg(opened))
ON CONFLICT (jurisdiction, person, day) DO UPDATE SET opened = report_heavy.opened + EXCLUDED.opened;

-- name: HeavyToday :one
SELECT opened FROM report_heavy WHERE jurisdiction = sqlc.arg(jurisdiction) AND person = sqlc.arg(person) AND day = sqlc.arg(day);

-- name: PutTombstone :exec
INSERT INTO report_tombstone (jurisdiction, id, reason, person, day)
VALUES (sqlc.arg(jurisdiction), sqlc.arg(id), sqlc.arg(reason), sqlc.arg(person), sqlc.arg(day));

-- name: Heads :many
SELECT id, seq, head FROM report_head WHERE jurisdiction = sqlc.arg(jurisdiction) AND id > sqlc.arg(after) ORDER BY id LIMIT CAST(sqlc.arg(lim) AS BIGINT);

-- HandedTo lists the reports that were given to a case team and have no case yet.
-- name: HandedTo :many
SELECT h.id, h.team, h.risk, h.danger, h.opened_day, h.due_hour, h.label, g.epoch, g.wrap, g.granter FROM report_grant g
JOIN report_head h ON h.jurisdiction = g.jurisdiction AND h.id = g.report
WHERE g.jurisdiction = sqlc.arg(jurisdiction) AND g.team = sqlc.arg(team) AND g.reason = 'handover' ORDER BY h.due_hour, h.id LIMIT 200;

-- name: TakeGrant :execrows
UPDATE report_grant SET reason = 'case' WHERE jurisdiction = sqlc.arg(jurisdiction) AND report = sqlc.arg(report) AND team = sqlc.arg(team) AND reason = 'handover';

-- name: Tombstones :many
SELECT id, reason, person, day FROM report_tombstone WHERE jurisdiction = sqlc.arg(jurisdiction) ORDER BY id;

-- name: HasTombstone :one
SELECT COUNT(*) AS n FROM report_tombstone WHERE jurisdiction = sqlc.arg(jurisdiction) AND id = sqlc.arg(id);
