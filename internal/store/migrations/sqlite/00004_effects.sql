-- +goose Up

-- Events of users too: those have user_id instead of ticket_id, and a seq per user.
CREATE TABLE events_new (
    store_id   BIGINT NOT NULL,
    id         BIGINT NOT NULL,
    ticket_id  BIGINT NOT NULL,
    seq        BIGINT NOT NULL, -- 1, 2, 3 … for each ticket
    actor_kind TEXT   NOT NULL,
    actor_id   BIGINT NOT NULL,
    type       TEXT   NOT NULL,
    data       TEXT   NOT NULL, -- JSON: changes, comment
    cause_id   BIGINT NOT NULL DEFAULT 0,
    created_at BIGINT NOT NULL,
    user_id    BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (store_id, id)
) WITHOUT ROWID;
INSERT INTO events_new (store_id, id, ticket_id, seq, actor_kind, actor_id, type, data, cause_id, created_at)
SELECT store_id, id, ticket_id, seq, actor_kind, actor_id, type, data, cause_id, created_at FROM events ORDER BY store_id, id;
DROP TABLE events;
ALTER TABLE events_new RENAME TO events;
CREATE UNIQUE INDEX events_ticket ON events (store_id, ticket_id, seq) WHERE ticket_id > 0;
CREATE UNIQUE INDEX events_user ON events (store_id, user_id, seq) WHERE user_id > 0;
ALTER TABLE users ADD COLUMN seq BIGINT NOT NULL DEFAULT 0;

-- Where a store's events are sent to.
CREATE TABLE webhooks (
    store_id       BIGINT  NOT NULL,
    id             BIGINT  NOT NULL,
    name           TEXT,
    target         TEXT    NOT NULL,
    events         BIGINT  NOT NULL, -- bits: 1 ticket.created, 2 ticket.updated, 4 customer.created, 8 customer.updated
    secret         TEXT    NOT NULL, -- readable: deliveries are signed with it
    old_secret     TEXT    NOT NULL DEFAULT '',
    old_until      BIGINT  NOT NULL DEFAULT 0, -- until when a receiver may still know only the old one
    active         BOOLEAN NOT NULL,
    since          BIGINT  NOT NULL, -- events after this one are sent
    next_check_at  BIGINT  NOT NULL DEFAULT 0, -- of the next try of what failed; 0: nothing waits
    warning_count  BIGINT  NOT NULL DEFAULT 0, -- events given up in a row
    warned_at      BIGINT  NOT NULL DEFAULT 0, -- when admins last heard of it
    api_version    TEXT,
    created_at     BIGINT  NOT NULL,
    updated_at     BIGINT  NOT NULL,
    PRIMARY KEY (store_id, id)
) WITHOUT ROWID;
INSERT INTO sequences (name, value) VALUES ('webhook', 0);

-- Up to which event a store's webhooks have their jobs.
CREATE TABLE fanouts (
    store_id BIGINT NOT NULL,
    position BIGINT NOT NULL,
    PRIMARY KEY (store_id)
) WITHOUT ROWID;

-- Each attempt to deliver an event to a webhook.
CREATE TABLE deliveries (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    store_id   BIGINT  NOT NULL,
    webhook_id BIGINT  NOT NULL,
    event_id   BIGINT  NOT NULL, -- 0: a test
    event_type TEXT    NOT NULL,
    ticket_id  BIGINT  NOT NULL,
    user_id    BIGINT  NOT NULL,
    seq        BIGINT  NOT NULL,
    attempt    BIGINT  NOT NULL,
    outcome    TEXT    NOT NULL, -- delivered, retry, failed, gone
    status     BIGINT  NOT NULL, -- of the answer; 0: there was none
    took_ms    BIGINT  NOT NULL,
    answer     TEXT    NOT NULL, -- its start, or what went wrong
    created_at BIGINT  NOT NULL
);
CREATE INDEX deliveries_webhook ON deliveries (store_id, webhook_id, id);

-- Work to be done after a write, in the transaction of which its row was made. A row is
-- deleted when the work is done.
CREATE TABLE jobs (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    store_id   BIGINT  NOT NULL, -- 0: the installation's
    kind       TEXT    NOT NULL,
    queue      TEXT    NOT NULL, -- what shares a limit
    lane       TEXT    NOT NULL, -- of a lane, one after the other; '': in no order
    once       TEXT,             -- while a job has it, no other may
    args       TEXT    NOT NULL,
    state      TEXT    NOT NULL, -- ready, running, dead
    attempt    BIGINT  NOT NULL DEFAULT 0, -- tries begun
    run_at     BIGINT  NOT NULL,
    node       TEXT    NOT NULL DEFAULT '', -- who runs it,
    lease      BIGINT  NOT NULL DEFAULT 0,  -- and until when others leave it alone
    error      TEXT    NOT NULL DEFAULT '', -- of the last try
    created_at BIGINT  NOT NULL
);
CREATE INDEX jobs_ready ON jobs (queue, run_at, id) WHERE state = 'ready';
CREATE INDEX jobs_lane ON jobs (queue, lane, id) WHERE lane <> '' AND state <> 'dead';
CREATE INDEX jobs_running ON jobs (lease) WHERE state = 'running';
CREATE INDEX jobs_dead ON jobs (id) WHERE state = 'dead';
CREATE UNIQUE INDEX jobs_once ON jobs (once) WHERE once IS NOT NULL;
