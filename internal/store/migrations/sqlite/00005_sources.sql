-- +goose Up

-- The live store that a store mirrors. A row stays when the mirror is turned off; its
-- secrets do not.
CREATE TABLE sources (
    store_id      BIGINT  NOT NULL PRIMARY KEY,
    url           TEXT    NOT NULL DEFAULT '', -- scheme and host; '': nothing is pulled
    token         TEXT    NOT NULL DEFAULT '', -- readable: it is shown to the live store
    secret        TEXT    NOT NULL DEFAULT '', -- readable: signatures are computed with it; '': no webhook is taken
    pause         BIGINT  NOT NULL DEFAULT 0,  -- microseconds between the end of a pull and the next
    enabled       BOOLEAN NOT NULL DEFAULT FALSE,
    next_run_at   BIGINT  NOT NULL DEFAULT 0,
    lease_until   BIGINT  NOT NULL DEFAULT 0,  -- while a pull is under way; 0: none is
    last_run_at   BIGINT  NOT NULL DEFAULT 0,  -- start of the latest pull, by which it knows its lease again
    last_ok_at    BIGINT  NOT NULL DEFAULT 0,  -- end of the latest pull that went through
    last_error    TEXT    NOT NULL DEFAULT '', -- of the latest pull
    last_event_at BIGINT  NOT NULL DEFAULT 0,
    runs          BIGINT  NOT NULL DEFAULT 0,  -- pulls begun
    pulled        BIGINT  NOT NULL DEFAULT 0,  -- objects that pulls made or changed
    received      BIGINT  NOT NULL DEFAULT 0,  -- events taken, each once
    applied       BIGINT  NOT NULL DEFAULT 0   -- events that made or changed an object
);
CREATE INDEX sources_due ON sources (next_run_at) WHERE enabled;

-- Events that webhooks of the live store have brought, so that none counts twice. Swept
-- after 30 days.
CREATE TABLE source_events (
    store_id    BIGINT NOT NULL,
    event_id    TEXT   NOT NULL,
    event_type  TEXT   NOT NULL,
    outcome     TEXT   NOT NULL, -- applied, unchanged, older or ignored
    received_at BIGINT NOT NULL,
    PRIMARY KEY (store_id, event_id)
) WITHOUT ROWID;
CREATE INDEX source_events_age ON source_events (received_at);
