-- +goose Up

-- Whether the store's admins must have a second factor.
ALTER TABLE stores ADD COLUMN second_factor_for_admins BOOLEAN NOT NULL DEFAULT FALSE;

-- An account is a person who signs in. It belongs to the installation: one sign-in opens
-- every store the person is a member of.
CREATE TABLE accounts (
    id          BIGINT PRIMARY KEY,
    email       TEXT   NOT NULL,
    email_key   TEXT   NOT NULL UNIQUE,     -- the address as it is compared
    name        TEXT   NOT NULL,
    password    TEXT   NOT NULL DEFAULT '', -- argon2id in PHC form; '': no sign-in by password
    totp_secret TEXT   NOT NULL DEFAULT '', -- base32; '': none
    totp_step   BIGINT NOT NULL DEFAULT 0,  -- the last time step used, so that no code works twice
    created_at  BIGINT NOT NULL
);

-- A membership makes an account a dashboard user of a store.
CREATE TABLE memberships (
    store_id   BIGINT  NOT NULL,
    account_id BIGINT  NOT NULL,
    user_id    BIGINT  NOT NULL,
    is_admin   BOOLEAN NOT NULL DEFAULT FALSE,
    created_at BIGINT  NOT NULL,
    PRIMARY KEY (store_id, account_id),
    UNIQUE (store_id, user_id)
);
CREATE INDEX memberships_account ON memberships (account_id, store_id);

CREATE TABLE permission_groups (
    store_id    BIGINT NOT NULL,
    id          BIGINT NOT NULL,
    name        TEXT   NOT NULL,
    permissions TEXT   NOT NULL, -- separated by spaces
    PRIMARY KEY (store_id, id),
    UNIQUE (store_id, name)
);

CREATE TABLE permission_group_members (
    store_id   BIGINT NOT NULL,
    account_id BIGINT NOT NULL,
    group_id   BIGINT NOT NULL,
    PRIMARY KEY (store_id, account_id, group_id)
);

-- A session is a browser that signed in. Until second_factor_at is set, an account with
-- second factors can do nothing with it but show one.
CREATE TABLE sessions (
    id               BIGINT PRIMARY KEY,
    hash             TEXT   NOT NULL UNIQUE, -- SHA-256 of the cookie, hex
    account_id       BIGINT NOT NULL,
    method           TEXT   NOT NULL,           -- password, reset, invitation, setup, oidc
    second_factor_at BIGINT NOT NULL DEFAULT 0,
    confirmed_at     BIGINT NOT NULL DEFAULT 0, -- when the person last proved who they are
    created_at       BIGINT NOT NULL,
    last_seen_at     BIGINT NOT NULL,
    expires_at       BIGINT NOT NULL,
    ip               TEXT   NOT NULL,
    user_agent       TEXT   NOT NULL
);
CREATE INDEX sessions_account ON sessions (account_id, id);
CREATE INDEX sessions_expiry ON sessions (expires_at);

-- A browser that an account signed in from before: others' failures do not slow it down.
CREATE TABLE known_devices (
    account_id BIGINT NOT NULL,
    hash       TEXT   NOT NULL, -- SHA-256 of the device cookie, hex
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (account_id, hash)
);

CREATE TABLE recovery_codes (
    account_id BIGINT NOT NULL,
    hash       TEXT   NOT NULL,
    used_at    BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (account_id, hash)
);

CREATE TABLE passkeys (
    account_id    BIGINT NOT NULL,
    id            BIGINT NOT NULL,
    credential_id TEXT   NOT NULL, -- base64url
    host          TEXT   NOT NULL, -- the relying party: a passkey works on the host it was made on
    credential    TEXT   NOT NULL, -- JSON
    name          TEXT   NOT NULL,
    created_at    BIGINT NOT NULL,
    last_used_at  BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (account_id, id),
    UNIQUE (credential_id)
);

-- Who signs in through an OpenID provider is known by issuer and subject, never by address.
CREATE TABLE identities (
    issuer     TEXT   NOT NULL,
    subject    TEXT   NOT NULL,
    account_id BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (issuer, subject)
);
CREATE INDEX identities_account ON identities (account_id);

-- A link that works once: setup, invitation or reset of a password.
CREATE TABLE links (
    id         BIGINT  PRIMARY KEY,
    hash       TEXT    NOT NULL UNIQUE, -- SHA-256 of what the link holds, hex
    kind       TEXT    NOT NULL,
    store_id   BIGINT  NOT NULL,
    account_id BIGINT  NOT NULL DEFAULT 0, -- whose password a reset sets
    email      TEXT    NOT NULL DEFAULT '',
    name       TEXT    NOT NULL DEFAULT '',
    is_admin   BOOLEAN NOT NULL DEFAULT FALSE,
    group_ids  TEXT    NOT NULL DEFAULT '', -- ids of permission groups, separated by spaces
    created_by BIGINT  NOT NULL DEFAULT 0,
    created_at BIGINT  NOT NULL,
    expires_at BIGINT  NOT NULL
);
CREATE INDEX links_expiry ON links (expires_at);

-- What the program must remember between two requests of one ceremony: a passkey's
-- challenge, a secret not yet confirmed, an OpenID sign-in under way.
CREATE TABLE ceremonies (
    hash       TEXT   PRIMARY KEY,
    kind       TEXT   NOT NULL,
    session_id BIGINT NOT NULL,
    data       TEXT   NOT NULL, -- JSON
    expires_at BIGINT NOT NULL
);
CREATE INDEX ceremonies_expiry ON ceremonies (expires_at);

-- Rates as the time at which the next attempt would be in time (GCRA); one row for each
-- account, address or device that somebody tries.
CREATE TABLE rates (
    key TEXT   PRIMARY KEY,
    due BIGINT NOT NULL
);
CREATE INDEX rates_due ON rates (due);

-- Who did what to access: sign-ins, failures, grants, revocations. Rows are only added.
CREATE TABLE audit_log (
    store_id   BIGINT NOT NULL, -- 0: the installation
    id         BIGINT NOT NULL,
    action     TEXT   NOT NULL,
    account_id BIGINT NOT NULL, -- who acted; 0: nobody known, or the command line
    subject    TEXT   NOT NULL, -- whom or what it was done to, in words
    data       TEXT   NOT NULL, -- JSON object
    ip         TEXT   NOT NULL,
    user_agent TEXT   NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (store_id, id)
);
CREATE INDEX audit_log_account ON audit_log (account_id, id);

CREATE SEQUENCE account_ids;
CREATE SEQUENCE session_ids;
CREATE SEQUENCE group_ids;
CREATE SEQUENCE passkey_ids;
CREATE SEQUENCE link_ids;
CREATE SEQUENCE audit_ids;
