-- +goose Up

-- What agents are writing, and what they have submitted but may still take back.
CREATE TABLE drafts (
    store_id   BIGINT NOT NULL,
    ticket_id  BIGINT NOT NULL, -- 0: a new ticket
    user_id    BIGINT NOT NULL,
    kind       TEXT   NOT NULL, -- reply, note, new
    body       TEXT   NOT NULL,
    data       TEXT   NOT NULL, -- JSON
    base_seq   BIGINT NOT NULL, -- the ticket's version that the agent has seen
    send_at    BIGINT NOT NULL DEFAULT 0, -- 0: not submitted
    held       TEXT   NOT NULL DEFAULT '', -- why it did not go out
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (store_id, ticket_id, user_id, kind)
);
CREATE INDEX drafts_user ON drafts (store_id, user_id, updated_at);

-- Who uploaded a file in the dashboard, and the draft that keeps it from being swept.
CREATE TABLE staff_uploads (
    store_id      BIGINT NOT NULL,
    attachment_id BIGINT NOT NULL,
    user_id       BIGINT NOT NULL,
    draft_ticket  BIGINT NOT NULL DEFAULT 0,
    draft_kind    TEXT   NOT NULL DEFAULT '', -- '': no draft
    PRIMARY KEY (store_id, attachment_id)
);
CREATE INDEX staff_uploads_draft ON staff_uploads (store_id, user_id, draft_ticket, draft_kind);

CREATE TABLE macros (
    store_id     BIGINT NOT NULL,
    id           BIGINT NOT NULL,
    name         TEXT   NOT NULL,
    name_folded  TEXT   NOT NULL,
    position     BIGINT NOT NULL,
    group_ids    TEXT   NOT NULL DEFAULT '', -- separated by spaces; '': all
    actions      TEXT   NOT NULL, -- JSON
    uses         BIGINT NOT NULL DEFAULT 0,
    last_used_at BIGINT NOT NULL DEFAULT 0,
    created_at   BIGINT NOT NULL,
    updated_at   BIGINT NOT NULL,
    PRIMARY KEY (store_id, id),
    UNIQUE (store_id, name_folded)
);
INSERT INTO sequences (name, value) VALUES ('macro', 0);

-- Whether mail ever went to an address.
CREATE INDEX outbox_recipients_address ON outbox_recipients (store_id, lower(address));
