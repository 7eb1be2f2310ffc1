-- +goose Up

-- What agents keep in mind about a customer; nobody else sees it.
CREATE TABLE customer_notes (
    store_id   BIGINT NOT NULL,
    user_id    BIGINT NOT NULL,
    body       TEXT   NOT NULL,
    updated_by BIGINT NOT NULL, -- the user of the agent
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (store_id, user_id)
);

-- Customers that are merged into others or erased: work that is done ticket by ticket, and
-- goes on where it was interrupted. The row stays, as the fact that it was done.
CREATE TABLE customer_tasks (
    store_id    BIGINT NOT NULL,
    user_id     BIGINT NOT NULL, -- who is merged or erased
    kind        TEXT   NOT NULL, -- merge, erase
    into_id     BIGINT NOT NULL DEFAULT 0, -- of a merge: who gets everything
    step        TEXT   NOT NULL,
    position    BIGINT NOT NULL DEFAULT 0, -- how far the step has come
    done        BIGINT NOT NULL DEFAULT 0, -- tickets
    total       BIGINT NOT NULL DEFAULT 0,
    data        TEXT   NOT NULL DEFAULT '', -- of an erasure, until it is over: JSON of what to look for
    actor_id    BIGINT NOT NULL, -- the user of the agent
    account_id  BIGINT NOT NULL,
    created_at  BIGINT NOT NULL,
    finished_at BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (store_id, user_id)
);
CREATE INDEX customer_tasks_into ON customer_tasks (store_id, into_id) WHERE into_id > 0;

-- Blobs that an erasure has taken out of their tables and has yet to delete.
CREATE TABLE customer_task_blobs (
    store_id BIGINT NOT NULL,
    user_id  BIGINT NOT NULL,
    blob_key TEXT   NOT NULL,
    PRIMARY KEY (store_id, user_id, blob_key)
);

CREATE INDEX orders_user ON orders (store_id, user_id, id) WHERE user_id > 0;
CREATE INDEX tickets_unsolved ON tickets (store_id, requester_id, id) WHERE status IN ('new', 'open', 'pending');
CREATE INDEX users_type ON users (store_id, user_type, date_joined, id);
CREATE INDEX users_language ON users (store_id, language, date_joined, id);
CREATE INDEX users_blocked ON users (store_id, date_joined, id) WHERE is_blocked;

-- Whether another attachment shows the same bytes.
CREATE INDEX attachments_blob ON attachments (store_id, blob_key) WHERE blob_key <> '';
