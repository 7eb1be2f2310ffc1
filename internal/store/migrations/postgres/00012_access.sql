-- +goose Up

-- When somebody was last seen in a store: the sessions that knew end, and are the account's.
ALTER TABLE memberships ADD COLUMN last_seen_at BIGINT NOT NULL DEFAULT 0; -- kept to the minute

-- The audit log is read by time and by who acted.
CREATE INDEX audit_log_time ON audit_log (store_id, created_at);
CREATE INDEX audit_log_actor ON audit_log (store_id, account_id, id);
