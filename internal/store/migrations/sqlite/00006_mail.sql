-- +goose Up

-- What a store's mail needs to know of the store, as JSON.
ALTER TABLE stores ADD COLUMN mail TEXT NOT NULL DEFAULT '{}';

-- The ledger: one row for each message ever received, whatever became of it. The bytes are
-- in the blob, or, of a short message, in mail_raws.
CREATE TABLE mails (
    store_id      BIGINT NOT NULL,
    id            BIGINT NOT NULL,
    source        TEXT   NOT NULL, -- smtp, pipe, http, or imap:ID
    source_key    TEXT   NOT NULL, -- what the source knows the message by; one row for each
    blob_key      TEXT   NOT NULL, -- '': in mail_raws
    sha256        TEXT   NOT NULL, -- of the bytes as they came
    size          BIGINT NOT NULL, -- of the bytes as they are kept, with the trace header of our own
    envelope_from TEXT   NOT NULL DEFAULT '',
    envelope_to   TEXT   NOT NULL DEFAULT '', -- the recipients of this store, a line each
    peer          TEXT   NOT NULL DEFAULT '', -- the address it came from
    helo          TEXT   NOT NULL DEFAULT '',
    fate          TEXT   NOT NULL DEFAULT 'waiting',
    reason        TEXT   NOT NULL DEFAULT '',
    message_id    TEXT   NOT NULL DEFAULT '', -- of its header
    from_address  TEXT   NOT NULL DEFAULT '', -- of its header, folded
    subject       TEXT   NOT NULL DEFAULT '',
    auth          TEXT   NOT NULL DEFAULT '', -- JSON: SPF, DKIM, DMARC
    ticket_id     BIGINT NOT NULL DEFAULT 0,
    comment_id    BIGINT NOT NULL DEFAULT 0,
    received_at   BIGINT NOT NULL,
    handled_at    BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (store_id, id)
);
CREATE UNIQUE INDEX mails_source ON mails (store_id, source, source_key);
CREATE INDEX mails_fate ON mails (store_id, fate, id);
CREATE INDEX mails_ticket ON mails (store_id, ticket_id, id) WHERE ticket_id > 0;
CREATE INDEX mails_message ON mails (store_id, message_id) WHERE message_id <> '';
CREATE INDEX mails_from ON mails (store_id, from_address, id);
CREATE INDEX mails_sha256 ON mails (store_id, sha256);
INSERT INTO sequences (name, value) VALUES ('mail', 0);

-- The bytes of short messages, so that taking one in costs a share of a group commit and no
-- file of its own. A table beside the ledger, whose rows are written again with their fate.
CREATE TABLE mail_raws (
    store_id BIGINT NOT NULL,
    mail_id  BIGINT NOT NULL,
    raw      BLOB  NOT NULL,
    PRIMARY KEY (store_id, mail_id)
);

-- Message-IDs by which an answer finds its ticket: of mail sent and of mail received.
CREATE TABLE message_ids (
    store_id   BIGINT  NOT NULL,
    message_id TEXT    NOT NULL, -- without brackets
    ticket_id  BIGINT  NOT NULL,
    comment_id BIGINT  NOT NULL DEFAULT 0,
    ours       BOOLEAN NOT NULL,
    created_at BIGINT  NOT NULL,
    PRIMARY KEY (store_id, message_id, ticket_id)
);
CREATE INDEX message_ids_ticket ON message_ids (store_id, ticket_id, created_at);

-- Who takes part in a ticket by mail, beside its requester.
CREATE TABLE participants (
    store_id  BIGINT NOT NULL,
    ticket_id BIGINT NOT NULL,
    address   TEXT   NOT NULL, -- folded
    shown     TEXT   NOT NULL, -- as written
    name      TEXT   NOT NULL DEFAULT '',
    PRIMARY KEY (store_id, ticket_id, address)
);

-- Further addresses of a user, beside the one of users.email.
CREATE TABLE user_addresses (
    store_id BIGINT NOT NULL,
    address  TEXT   NOT NULL, -- folded
    shown    TEXT   NOT NULL,
    user_id  BIGINT NOT NULL,
    PRIMARY KEY (store_id, address)
);
CREATE INDEX user_addresses_user ON user_addresses (store_id, user_id);

-- Tickets that may close by themselves, by what they are waiting since.
CREATE INDEX tickets_solved ON tickets (store_id, solved_at, id) WHERE status = 'solved';
CREATE INDEX tickets_idle ON tickets (store_id, updated_at, id) WHERE status <> 'closed';

-- What was written by addresses that belong to nobody yet.
CREATE INDEX tickets_unknown ON tickets (store_id, lower(from_email), id) WHERE requester_id = 0 AND from_email IS NOT NULL;
CREATE INDEX comments_unknown ON comments (store_id, lower(from_email), ticket_id) WHERE author_id = 0 AND from_email IS NOT NULL;

-- Senders that the store has judged: an address, or @ and a domain.
CREATE TABLE sender_rules (
    store_id   BIGINT NOT NULL,
    pattern    TEXT   NOT NULL, -- folded
    rule       TEXT   NOT NULL, -- block, allow
    created_at BIGINT NOT NULL,
    PRIMARY KEY (store_id, pattern)
);

-- Addresses that mail came back from for good.
CREATE TABLE bad_addresses (
    store_id BIGINT NOT NULL,
    address  TEXT   NOT NULL, -- folded
    reason   TEXT   NOT NULL,
    since    BIGINT NOT NULL,
    PRIMARY KEY (store_id, address)
);

-- Tickets that belong together; each pair is there both ways.
CREATE TABLE ticket_links (
    store_id  BIGINT NOT NULL,
    ticket_id BIGINT NOT NULL,
    other_id  BIGINT NOT NULL,
    kind      TEXT   NOT NULL, -- follow_up: other follows ticket; follows: ticket follows other; related
    PRIMARY KEY (store_id, ticket_id, other_id, kind)
);

-- Mail to be sent, with a Message-ID that never changes.
CREATE TABLE outbox (
    store_id      BIGINT NOT NULL,
    id            BIGINT NOT NULL,
    kind          TEXT   NOT NULL, -- reply, or the name of a notification
    ticket_id     BIGINT NOT NULL,
    comment_id    BIGINT NOT NULL DEFAULT 0,
    event_id      BIGINT NOT NULL DEFAULT 0, -- that led to it
    message_id    TEXT   NOT NULL,
    envelope_from TEXT   NOT NULL,
    subject       TEXT   NOT NULL,
    blob_key      TEXT   NOT NULL, -- the bytes to send
    size          BIGINT NOT NULL,
    created_at    BIGINT NOT NULL,
    PRIMARY KEY (store_id, id)
);
CREATE UNIQUE INDEX outbox_once ON outbox (store_id, event_id, kind) WHERE event_id > 0;
CREATE INDEX outbox_comment ON outbox (store_id, comment_id) WHERE comment_id > 0;
CREATE INDEX outbox_message ON outbox (store_id, message_id);
INSERT INTO sequences (name, value) VALUES ('outbox', 0);

-- What became of a mail at each of its recipients.
CREATE TABLE outbox_recipients (
    store_id   BIGINT NOT NULL,
    outbox_id  BIGINT NOT NULL,
    address    TEXT   NOT NULL,
    state      TEXT   NOT NULL, -- queued, sending, accepted, deferred, bounced, uncertain, suppressed
    reason     TEXT   NOT NULL DEFAULT '', -- what the other server said
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (store_id, outbox_id, address)
);
CREATE INDEX outbox_recipients_state ON outbox_recipients (store_id, state, outbox_id);

-- Notifications as a store has changed them; the others are as the program brings them.
CREATE TABLE notifications (
    store_id BIGINT  NOT NULL,
    name     TEXT    NOT NULL,
    enabled  BOOLEAN NOT NULL,
    subject  TEXT    NOT NULL,
    body     TEXT    NOT NULL,
    PRIMARY KEY (store_id, name)
);

-- Mailboxes that are read over IMAP.
CREATE TABLE mailboxes (
    store_id     BIGINT  NOT NULL,
    id           BIGINT  NOT NULL,
    address      TEXT    NOT NULL, -- host:port
    security     TEXT    NOT NULL, -- tls, starttls, none
    username     TEXT    NOT NULL,
    secret       TEXT    NOT NULL, -- readable: password, or JSON of an OAuth 2 client and its refresh token
    folder       TEXT    NOT NULL,
    uid_validity BIGINT  NOT NULL DEFAULT 0,
    first_uid    BIGINT  NOT NULL DEFAULT 1, -- messages below it stay out
    last_uid     BIGINT  NOT NULL DEFAULT 0,
    enabled      BOOLEAN NOT NULL DEFAULT TRUE,
    pause        BIGINT  NOT NULL, -- microseconds between polls
    next_run_at  BIGINT  NOT NULL DEFAULT 0,
    lease_until  BIGINT  NOT NULL DEFAULT 0,
    last_ok_at   BIGINT  NOT NULL DEFAULT 0,
    last_mail_at BIGINT  NOT NULL DEFAULT 0,
    last_error   TEXT    NOT NULL DEFAULT '',
    there        BIGINT  NOT NULL DEFAULT 0, -- messages in the folder at the last poll
    seen         BIGINT  NOT NULL DEFAULT 0, -- of them in the ledger
    created_at   BIGINT  NOT NULL,
    PRIMARY KEY (store_id, id)
);
INSERT INTO sequences (name, value) VALUES ('mailbox', 0);
