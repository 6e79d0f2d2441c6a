-- +goose Up
-- What is late is counted from next_due_hour and the present hour; a count of the
-- last write was wrong an hour later, and said in clear what nobody needs.
DROP INDEX casework_case_team;
ALTER TABLE casework_case DROP COLUMN overdue;
CREATE INDEX casework_case_team ON casework_case (jurisdiction, team, status, next_due_hour, id, risk, worker, second, due_class);
