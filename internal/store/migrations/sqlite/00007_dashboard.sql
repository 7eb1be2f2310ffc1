-- +goose Up

-- The permission group a ticket is given to; 0: none.
ALTER TABLE tickets ADD COLUMN group_id BIGINT NOT NULL DEFAULT 0;
CREATE INDEX tickets_group ON tickets (store_id, group_id, id) WHERE group_id > 0;

-- The tickets that somebody has to do with, by whose they are and by what they wait since.
CREATE INDEX tickets_live ON tickets (store_id, assignee_id, id) WHERE solved_at = 0;
CREATE INDEX tickets_live_updated ON tickets (store_id, updated_at, id) WHERE solved_at = 0;

-- What a list shows of a ticket's mail.
CREATE INDEX outbox_ticket ON outbox (store_id, ticket_id, id);

-- How far a dashboard user has read a ticket.
CREATE TABLE seen (
    store_id  BIGINT NOT NULL,
    user_id   BIGINT NOT NULL,
    ticket_id BIGINT NOT NULL,
    seq       BIGINT NOT NULL, -- of the last event seen
    at        BIGINT NOT NULL,
    PRIMARY KEY (store_id, user_id, ticket_id)
) WITHOUT ROWID;

-- Searches that people have saved.
CREATE TABLE views (
    store_id   BIGINT NOT NULL,
    id         BIGINT NOT NULL,
    owner_id   BIGINT NOT NULL DEFAULT 0, -- the dashboard user; 0: everybody's
    group_id   BIGINT NOT NULL DEFAULT 0, -- of a view of everybody: only this group's; 0: all
    name       TEXT   NOT NULL,
    query      TEXT   NOT NULL,
    list_order TEXT   NOT NULL,
    columns    TEXT   NOT NULL DEFAULT '[]', -- JSON
    position   BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (store_id, id)
);
CREATE INDEX views_owner ON views (store_id, owner_id, position, id);
INSERT INTO sequences (name, value) VALUES ('view', 0);

-- Changes of many tickets at once.
CREATE TABLE bulks (
    store_id    BIGINT NOT NULL,
    id          BIGINT NOT NULL,
    user_id     BIGINT NOT NULL, -- the dashboard user who asked for it
    state       TEXT   NOT NULL, -- running, done, undoing, undone
    change      TEXT   NOT NULL, -- JSON
    total       BIGINT NOT NULL,
    created_at  BIGINT NOT NULL,
    finished_at BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (store_id, id)
);
INSERT INTO sequences (name, value) VALUES ('bulk', 0);

-- What became of each of them.
CREATE TABLE bulk_items (
    store_id  BIGINT NOT NULL,
    bulk_id   BIGINT NOT NULL,
    ticket_id BIGINT NOT NULL,
    state     TEXT   NOT NULL, -- waiting, done, same, failed; undone, kept, same
    reason    TEXT   NOT NULL DEFAULT '',
    changes   TEXT   NOT NULL DEFAULT '[]', -- JSON: what was before and after
    seq       BIGINT NOT NULL DEFAULT 0,    -- of the event
    PRIMARY KEY (store_id, bulk_id, ticket_id)
) WITHOUT ROWID;
CREATE INDEX bulk_items_state ON bulk_items (store_id, bulk_id, state, ticket_id);
