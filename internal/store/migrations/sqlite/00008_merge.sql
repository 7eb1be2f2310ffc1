-- +goose Up

-- A ticket that was merged into another: it is closed and linked, and its comments stay its
-- own. What the merge changed beside that is kept, so that it can be undone.
CREATE TABLE ticket_merges (
    store_id      BIGINT NOT NULL,
    source_id     BIGINT NOT NULL,
    seq           BIGINT NOT NULL, -- of the source's event
    target_id     BIGINT NOT NULL,
    user_id       BIGINT NOT NULL, -- who did it
    source_status TEXT   NOT NULL, -- what the source's was
    target_status TEXT   NOT NULL, -- what the target's was
    closed_at     BIGINT NOT NULL, -- when the source became closed
    target_seq    BIGINT NOT NULL, -- of the target's event
    joined        TEXT   NOT NULL, -- folded address that takes part in the target since; '': none
    created_at    BIGINT NOT NULL,
    undone_at     BIGINT NOT NULL DEFAULT 0,
    undone_by     BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (store_id, source_id, seq)
);
CREATE UNIQUE INDEX ticket_merges_source ON ticket_merges (store_id, source_id) WHERE undone_at = 0;
CREATE INDEX ticket_merges_target ON ticket_merges (store_id, target_id, source_id) WHERE undone_at = 0;

-- A ticket that was begun with a copy of another's comment.
CREATE TABLE ticket_splits (
    store_id     BIGINT NOT NULL,
    ticket_id    BIGINT NOT NULL, -- the new one
    comment_id   BIGINT NOT NULL, -- its first comment
    from_ticket  BIGINT NOT NULL,
    from_comment BIGINT NOT NULL,
    user_id      BIGINT NOT NULL,
    created_at   BIGINT NOT NULL,
    PRIMARY KEY (store_id, ticket_id)
);
CREATE INDEX ticket_splits_from ON ticket_splits (store_id, from_ticket);

-- Who looks at a ticket or writes in it at the moment, until when they were last heard of.
CREATE TABLE presence (
    store_id  BIGINT NOT NULL,
    ticket_id BIGINT NOT NULL,
    user_id   BIGINT NOT NULL,
    state     TEXT   NOT NULL, -- viewing, typing
    until     BIGINT NOT NULL,
    PRIMARY KEY (store_id, ticket_id, user_id)
) WITHOUT ROWID;
CREATE INDEX presence_until ON presence (until);

-- Whether a received message has HTML, for which it is worth looking at.
ALTER TABLE mails ADD COLUMN has_html BOOLEAN NOT NULL DEFAULT FALSE;
