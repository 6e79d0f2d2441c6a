-- +goose Up
-- What waits in quarantine is counted at every view of the queue: through this
-- index, whose rows are those alone, a normal report costs it nothing.
CREATE INDEX report_head_quarantine ON report_head (jurisdiction, team) WHERE status = 'received' AND lane = 'quarantine';
