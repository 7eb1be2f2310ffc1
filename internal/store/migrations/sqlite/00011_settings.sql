-- +goose Up

-- Ticket types stand in the order of position, and those of one position by id; a new one
-- stands behind those that were put in order.
ALTER TABLE ticket_types ADD COLUMN position BIGINT NOT NULL DEFAULT 1000000;
ALTER TABLE ticket_types ADD COLUMN is_public BOOLEAN NOT NULL DEFAULT TRUE;

-- What a store has set for its dashboard, as JSON.
ALTER TABLE stores ADD COLUMN dashboard TEXT NOT NULL DEFAULT '{}';

-- Tags and ticket types whose tickets are being given another one, or another name, a
-- piece at a time.
CREATE TABLE moves (
    store_id   BIGINT NOT NULL,
    kind       TEXT   NOT NULL, -- tag, type
    from_id    BIGINT NOT NULL,
    to_id      BIGINT NOT NULL, -- from_id: renamed
    reason     TEXT   NOT NULL, -- for the history of each ticket
    user_id    BIGINT NOT NULL, -- whoever asked for it
    after_id   BIGINT NOT NULL DEFAULT 0, -- the last ticket that was done
    created_at BIGINT NOT NULL,
    PRIMARY KEY (store_id, kind, from_id)
);

-- Pictures that mail of a store shows, such as its logo. They stay, for sent mail goes on
-- showing them.
CREATE TABLE pictures (
    store_id   BIGINT NOT NULL,
    key        TEXT   NOT NULL, -- in the path of its URL
    blob_key   TEXT   NOT NULL,
    type       TEXT   NOT NULL, -- image/png and the like
    size       BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (store_id, key)
);
