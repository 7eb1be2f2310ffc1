-- +goose Up

-- Programs that a store lets at its data. store_id 0: the installation's own, offered to
-- every store.
CREATE TABLE apps (
    store_id      BIGINT  NOT NULL,
    id            BIGINT  NOT NULL,
    kind          TEXT    NOT NULL, -- token: made for one store; oauth: a partner's, that staff consent to
    name          TEXT    NOT NULL,
    scopes        TEXT    NOT NULL, -- the most it may have
    client_id     TEXT    NOT NULL DEFAULT '',
    client_secret TEXT    NOT NULL DEFAULT '', -- readable: session tokens are signed with it
    is_public     BOOLEAN NOT NULL DEFAULT FALSE,
    url           TEXT    NOT NULL DEFAULT '',
    redirect_uris TEXT    NOT NULL DEFAULT '', -- a line each
    created_by    BIGINT  NOT NULL DEFAULT 0,
    created_at    BIGINT  NOT NULL,
    rotated_at    BIGINT  NOT NULL DEFAULT 0,
    revoked_at    BIGINT  NOT NULL DEFAULT 0,
    PRIMARY KEY (store_id, id)
);
CREATE UNIQUE INDEX apps_client ON apps (store_id, client_id) WHERE client_id <> '';

-- What somebody has allowed an app: the family that its code, its access token and its
-- refresh tokens belong to, and with which they end.
CREATE TABLE app_grants (
    store_id   BIGINT NOT NULL,
    id         BIGINT NOT NULL,
    app_id     BIGINT NOT NULL,
    user_id    BIGINT NOT NULL,
    scopes     TEXT   NOT NULL,
    created_at BIGINT NOT NULL,
    active_at  BIGINT NOT NULL DEFAULT 0, -- when its code was used; 0: not yet
    revoked_at BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (store_id, id)
);
CREATE INDEX app_grants_app ON app_grants (store_id, app_id);
CREATE INDEX app_grants_idle ON app_grants (created_at) WHERE active_at = 0;

-- Authorization codes, as SHA-256 in hex. A used one is kept for a day, to know it again.
CREATE TABLE app_codes (
    store_id     BIGINT NOT NULL,
    hash         TEXT   NOT NULL,
    grant_id     BIGINT NOT NULL,
    app_id       BIGINT NOT NULL,
    redirect_uri TEXT   NOT NULL, -- as the request had it; '' if it had none
    challenge    TEXT   NOT NULL, -- '' without PKCE
    expires_at   BIGINT NOT NULL,
    used_at      BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (store_id, hash)
);
CREATE INDEX app_codes_age ON app_codes (expires_at);

-- Refresh tokens, as SHA-256 in hex; used ones stay, to know them again.
CREATE TABLE app_refreshes (
    store_id   BIGINT NOT NULL,
    hash       TEXT   NOT NULL,
    grant_id   BIGINT NOT NULL,
    app_id     BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    used_at    BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (store_id, hash)
);

ALTER TABLE tokens ADD COLUMN app_id BIGINT NOT NULL DEFAULT 0;
ALTER TABLE tokens ADD COLUMN grant_id BIGINT NOT NULL DEFAULT 0;
CREATE INDEX tokens_app ON tokens (store_id, app_id);
CREATE INDEX tokens_grant ON tokens (store_id, grant_id) WHERE grant_id <> 0;

CREATE SEQUENCE app_ids;
CREATE SEQUENCE app_grant_ids;
