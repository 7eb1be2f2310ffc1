-- +goose Up

-- A store is the tenant: every other row belongs to one, and every key starts with it.
CREATE TABLE stores (
    id             BIGINT PRIMARY KEY,
    name           TEXT   NOT NULL,
    network_domain TEXT   NOT NULL,
    support_email  TEXT   NOT NULL DEFAULT '',
    time_zone      TEXT   NOT NULL DEFAULT 'UTC',
    media_ttl      BIGINT NOT NULL DEFAULT 0, -- microseconds; 0: links to attachments do not expire
    media_secret   TEXT   NOT NULL,
    created_at     BIGINT NOT NULL
);

CREATE TABLE store_hosts (
    host     TEXT   PRIMARY KEY, -- lower case, without port
    store_id BIGINT NOT NULL
);

CREATE TABLE tokens (
    store_id     BIGINT NOT NULL,
    id           BIGINT NOT NULL,
    name         TEXT   NOT NULL,
    hash         TEXT   NOT NULL, -- SHA-256 of the token, hex; the token itself is never stored
    scopes       TEXT   NOT NULL,
    created_at   BIGINT NOT NULL,
    expires_at   BIGINT NOT NULL DEFAULT 0,
    revoked_at   BIGINT NOT NULL DEFAULT 0,
    last_used_at BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (store_id, id),
    UNIQUE (store_id, hash)
) WITHOUT ROWID;

CREATE TABLE users (
    store_id            BIGINT  NOT NULL,
    id                  BIGINT  NOT NULL,
    email               TEXT    NOT NULL, -- '' when unknown
    email_folded        TEXT    NOT NULL,
    first_name          TEXT    NOT NULL DEFAULT '',
    last_name           TEXT    NOT NULL DEFAULT '',
    name_folded         TEXT    NOT NULL DEFAULT '',
    ip                  TEXT,
    phone_number        TEXT,
    date_joined         BIGINT  NOT NULL,
    language            TEXT,
    is_blocked          BOOLEAN NOT NULL DEFAULT FALSE,
    addresses           TEXT    NOT NULL DEFAULT '[]', -- JSON
    orders_count        BIGINT  NOT NULL DEFAULT 0,
    subscriptions_count BIGINT  NOT NULL DEFAULT 0,
    total_spent         TEXT    NOT NULL DEFAULT '0.00',
    user_type           TEXT    NOT NULL DEFAULT 'lead',
    tags                TEXT    NOT NULL DEFAULT '[]', -- JSON
    accepts_marketing   BOOLEAN NOT NULL DEFAULT FALSE,
    metadata            TEXT,                          -- JSON
    user_agent          TEXT,
    PRIMARY KEY (store_id, id)
);
CREATE UNIQUE INDEX users_email ON users (store_id, email_folded) WHERE email_folded <> '';
CREATE INDEX users_phone ON users (store_id, phone_number, id);
CREATE INDEX users_joined ON users (store_id, date_joined, id);

CREATE TABLE ticket_types (
    store_id BIGINT NOT NULL,
    id       BIGINT NOT NULL,
    name     TEXT   NOT NULL,
    PRIMARY KEY (store_id, id)
) WITHOUT ROWID;

CREATE TABLE products (
    store_id     BIGINT  NOT NULL,
    id           BIGINT  NOT NULL,
    title        TEXT    NOT NULL,
    title_folded TEXT    NOT NULL,
    slug         TEXT    NOT NULL,
    structure    TEXT    NOT NULL,
    is_public    BOOLEAN NOT NULL,
    url          TEXT    NOT NULL,
    date_created BIGINT  NOT NULL,
    date_updated BIGINT  NOT NULL,
    PRIMARY KEY (store_id, id)
) WITHOUT ROWID;

CREATE TABLE orders (
    store_id           BIGINT  NOT NULL,
    id                 BIGINT  NOT NULL,
    number             TEXT    NOT NULL,
    status             TEXT    NOT NULL,
    fulfillment_status TEXT    NOT NULL,
    payment_status     TEXT    NOT NULL,
    is_test            BOOLEAN NOT NULL,
    total_incl_tax     TEXT    NOT NULL,
    currency           TEXT    NOT NULL,
    user_id            BIGINT  NOT NULL DEFAULT 0,
    date_placed        BIGINT  NOT NULL,
    created_at         BIGINT  NOT NULL,
    updated_at         BIGINT  NOT NULL,
    lines              TEXT    NOT NULL DEFAULT '[]', -- JSON
    PRIMARY KEY (store_id, id),
    UNIQUE (store_id, number)
);
CREATE INDEX orders_status ON orders (store_id, status, id);

CREATE TABLE tags (
    store_id BIGINT NOT NULL,
    id       BIGINT NOT NULL,
    name     TEXT   NOT NULL,
    PRIMARY KEY (store_id, id),
    UNIQUE (store_id, name)
) WITHOUT ROWID;

-- Narrow on purpose: lists walk this table or one of its indexes, and take what they
-- show from ticket_docs.
CREATE TABLE tickets (
    store_id       BIGINT NOT NULL,
    id             BIGINT NOT NULL,
    seq            BIGINT NOT NULL, -- number of the latest event; 0 as imported
    subject        TEXT   NOT NULL,
    type_id        BIGINT NOT NULL,
    requester_id   BIGINT NOT NULL,
    assignee_id    BIGINT NOT NULL,
    priority       TEXT   NOT NULL,
    from_email     TEXT,
    order_number   TEXT   NOT NULL,
    channel        TEXT   NOT NULL,
    status         TEXT   NOT NULL,
    created_at     BIGINT NOT NULL,
    updated_at     BIGINT NOT NULL,
    first_reply_at BIGINT NOT NULL DEFAULT 0,
    solved_at      BIGINT NOT NULL DEFAULT 0,
    closed_at      BIGINT NOT NULL DEFAULT 0,
    agent_touches  BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (store_id, id)
) WITHOUT ROWID;
CREATE INDEX tickets_status ON tickets (store_id, status, id);
CREATE INDEX tickets_requester ON tickets (store_id, requester_id, id);
CREATE INDEX tickets_assignee ON tickets (store_id, assignee_id, id);
CREATE INDEX tickets_type ON tickets (store_id, type_id, id);
CREATE INDEX tickets_priority ON tickets (store_id, priority, id);
CREATE INDEX tickets_channel ON tickets (store_id, channel, id);
CREATE INDEX tickets_order ON tickets (store_id, order_number, id);
CREATE INDEX tickets_updated ON tickets (store_id, updated_at, id);

CREATE TABLE ticket_tags (
    store_id  BIGINT NOT NULL,
    ticket_id BIGINT NOT NULL,
    tag_id    BIGINT NOT NULL,
    PRIMARY KEY (store_id, ticket_id, tag_id)
) WITHOUT ROWID;
CREATE INDEX ticket_tags_tag ON ticket_tags (store_id, tag_id, ticket_id);

CREATE TABLE ticket_products (
    store_id   BIGINT NOT NULL,
    ticket_id  BIGINT NOT NULL,
    product_id BIGINT NOT NULL,
    PRIMARY KEY (store_id, ticket_id, product_id)
) WITHOUT ROWID;
CREATE INDEX ticket_products_product ON ticket_products (store_id, product_id, ticket_id);

CREATE TABLE comments (
    store_id   BIGINT  NOT NULL,
    ticket_id  BIGINT  NOT NULL,
    id         BIGINT  NOT NULL,
    author_id  BIGINT  NOT NULL,
    body       TEXT,
    is_public  BOOLEAN NOT NULL,
    from_email TEXT,
    created_at BIGINT  NOT NULL,
    PRIMARY KEY (store_id, ticket_id, id)
);

CREATE TABLE attachments (
    store_id   BIGINT NOT NULL,
    id         BIGINT NOT NULL,
    ticket_id  BIGINT NOT NULL DEFAULT 0,
    comment_id BIGINT NOT NULL DEFAULT 0, -- 0: nobody has claimed the upload yet
    file_name  TEXT   NOT NULL,
    path       TEXT   NOT NULL, -- what follows /media/; holds an unguessable key
    blob_key   TEXT   NOT NULL, -- '' when the file was never fetched
    size       BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (store_id, id),
    UNIQUE (store_id, path)
);
CREATE INDEX attachments_ticket ON attachments (store_id, ticket_id, comment_id, id);
CREATE INDEX attachments_unclaimed ON attachments (created_at) WHERE comment_id = 0;

-- The contract's JSON of each ticket, rewritten with every change of it. head ends at
-- the opening bracket of the comments; comments holds the newest of them, each after a
-- comma; when that grows past a limit it moves to ticket_doc_parts, so that a comment
-- on a long ticket stays cheap.
CREATE TABLE ticket_docs (
    store_id  BIGINT NOT NULL,
    ticket_id BIGINT NOT NULL,
    seq       BIGINT NOT NULL,
    head      TEXT   NOT NULL,
    sealed    BIGINT NOT NULL DEFAULT 0, -- parts of this ticket in ticket_doc_parts
    comments  TEXT   NOT NULL,
    PRIMARY KEY (store_id, ticket_id)
);

CREATE TABLE ticket_doc_parts (
    store_id  BIGINT NOT NULL,
    ticket_id BIGINT NOT NULL,
    n         BIGINT NOT NULL,
    body      TEXT   NOT NULL,
    PRIMARY KEY (store_id, ticket_id, n)
);

-- What substring search compares: the folded subject, and beside it the folded address of
-- the requester, so that a walk reads one narrow row a ticket.
CREATE TABLE ticket_subjects (
    store_id  BIGINT NOT NULL,
    ticket_id BIGINT NOT NULL,
    folded    TEXT   NOT NULL,
    email     TEXT   NOT NULL DEFAULT '',
    PRIMARY KEY (store_id, ticket_id)
) WITHOUT ROWID;

-- The distinct folded words of subject, requester and comments, for full-text search.
CREATE TABLE ticket_words (
    store_id  BIGINT NOT NULL,
    ticket_id BIGINT NOT NULL,
    words     TEXT  NOT NULL,
    PRIMARY KEY (store_id, ticket_id)
);

-- Inverted indexes; rowid is store_id * 2^44 + id. The trigrams hold no positions: a
-- hit is checked against the text itself.
CREATE VIRTUAL TABLE ticket_subjects_text USING fts5 (
    folded, content = '', contentless_delete = 1, detail = none, tokenize = 'trigram case_sensitive 1'
);
CREATE VIRTUAL TABLE ticket_words_text USING fts5 (
    words, content = '', contentless_delete = 1, detail = none, tokenize = "unicode61 remove_diacritics 0 categories 'L* N* M* S* Co'"
);
CREATE VIRTUAL TABLE users_text USING fts5 (
    email, name, content = '', contentless_delete = 1, detail = column, tokenize = 'trigram case_sensitive 1'
);

-- For each run of 1,024 ids, the times its tickets were created in (rounded outwards),
-- so that a filter by day knows which ids it need not look at.
CREATE TABLE ticket_spans (
    store_id BIGINT NOT NULL,
    span     BIGINT NOT NULL,
    first_at BIGINT NOT NULL,
    last_at  BIGINT NOT NULL,
    PRIMARY KEY (store_id, span)
) WITHOUT ROWID;

-- What happened: one row for each write to a ticket, in the transaction of the write.
CREATE TABLE events (
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
    PRIMARY KEY (store_id, ticket_id, seq)
) WITHOUT ROWID;
CREATE UNIQUE INDEX events_id ON events (store_id, id);

-- Writes that must happen once: the first answer is kept with the key for a day.
CREATE TABLE idempotency_keys (
    store_id    BIGINT NOT NULL,
    token_id    BIGINT NOT NULL,
    key         TEXT   NOT NULL,
    fingerprint TEXT   NOT NULL,
    status      BIGINT NOT NULL,
    answer      TEXT   NOT NULL,
    created_at  BIGINT NOT NULL,
    PRIMARY KEY (store_id, token_id, key)
);
CREATE INDEX idempotency_keys_age ON idempotency_keys (created_at);

-- How far an import has come, for each source and kind of object.
CREATE TABLE imports (
    store_id   BIGINT NOT NULL,
    source     TEXT   NOT NULL,
    kind       TEXT   NOT NULL,
    position   TEXT   NOT NULL,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (store_id, source, kind)
);

-- PostgreSQL has sequences for this.
CREATE TABLE sequences (
    name  TEXT   PRIMARY KEY,
    value BIGINT NOT NULL
) WITHOUT ROWID;
INSERT INTO sequences (name, value) VALUES
    ('store', 0),
    ('token', 0),
    ('user', 0),
    ('ticket_type', 0),
    ('product', 0),
    ('order', 0),
    ('tag', 0),
    ('ticket', 0),
    ('comment', 0),
    ('attachment', 0),
    ('event', 0);
