package store

import (
	"context"

	"storedesk/internal/desk"
)

// Passkey is a WebAuthn credential of an account.
type Passkey struct {
	ID           int64
	AccountID    int64
	CredentialID string // base64url
	Host         string // the relying party it was made for
	Credential   string // JSON, as the library keeps it
	Name         string
	CreatedAt    desk.Instant
	LastUsedAt   desk.Instant // 0 = never
}

// Passkeys lists the passkeys of an account, oldest first.
func (db *DB) Passkeys(ctx context.Context, accountID int64) (list []Passkey, err error) {
	err = db.query(ctx, `SELECT id, account_id, credential_id, host, credential, name, created_at, last_used_at
		FROM passkeys WHERE account_id = $1 ORDER BY id`, []any{accountID}, func(row Row) error {
		var p Passkey
		err := row.Scan(&p.ID, &p.AccountID, &p.CredentialID, &p.Host, &p.Credential, &p.Name, &p.CreatedAt, &p.LastUsedAt)
		list = append(list, p)
		return err
	})
	return list, err
}

// InsertPasskey queues a new passkey; it gets its id here. A credential that is known
// already makes the write fail with desk.Conflict.
func (tx *Tx) InsertPasskey(ctx context.Context, p *Passkey) error {
	id, err := tx.nextID(ctx, kindPasskey)
	if err != nil {
		return err
	}
	p.ID = id
	tx.Exec(`INSERT INTO passkeys (account_id, id, credential_id, host, credential, name, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
		p.AccountID, p.ID, p.CredentialID, p.Host, p.Credential, p.Name, int64(p.CreatedAt))
	return nil
}

// UsePasskey queues what changed about a passkey by its use.
func (tx *Tx) UsePasskey(p *Passkey, now desk.Instant) {
	tx.Exec("UPDATE passkeys SET credential = $3, last_used_at = $4 WHERE account_id = $1 AND id = $2", p.AccountID, p.ID, p.Credential, int64(now))
}

// DeletePasskey deletes a passkey of an account; desk.ErrNotFound.
func (tx *Tx) DeletePasskey(ctx context.Context, accountID, id int64) (name string, err error) {
	err = one(ctx, tx, "DELETE FROM passkeys WHERE account_id = $1 AND id = $2 RETURNING name", []any{accountID, id}, &name)
	return name, err
}

// DeletePasskeys queues the end of all passkeys of an account.
func (tx *Tx) DeletePasskeys(accountID int64) {
	tx.Exec("DELETE FROM passkeys WHERE account_id = $1", accountID)
}

// SetRecoveryCodes queues that these and no others are an account's recovery codes.
func (tx *Tx) SetRecoveryCodes(accountID int64, hashes []string) {
	tx.Exec("DELETE FROM recovery_codes WHERE account_id = $1", accountID)
	for _, hash := range hashes {
		tx.Exec("INSERT INTO recovery_codes (account_id, hash) VALUES ($1, $2)", accountID, hash)
	}
}

// UseRecoveryCode uses a code up, and tells whether it was one.
func (tx *Tx) UseRecoveryCode(ctx context.Context, accountID int64, hash string, now desk.Instant) (bool, error) {
	var got int64
	err := one(ctx, tx, "UPDATE recovery_codes SET used_at = $3 WHERE account_id = $1 AND hash = $2 AND used_at = 0 RETURNING account_id",
		[]any{accountID, hash, int64(now)}, &got)
	if desk.CodeOf(err) == desk.NotFound {
		return false, nil
	}
	return err == nil, err
}

// RecoveryCodesLeft counts the codes of an account that are not used.
func (db *DB) RecoveryCodesLeft(ctx context.Context, accountID int64) (n int, err error) {
	err = one(ctx, db, "SELECT count(*) FROM recovery_codes WHERE account_id = $1 AND used_at = 0", []any{accountID}, &n)
	return n, err
}

// ForgetFactors queues that no session of an account has shown a second factor.
func (tx *Tx) ForgetFactors(accountID int64) {
	tx.Exec("UPDATE sessions SET second_factor_at = 0 WHERE account_id = $1", accountID)
}

// PutCeremony queues what is to be remembered under a key until it is taken or expires.
func (tx *Tx) PutCeremony(key, kind string, sessionID int64, data string, expires desk.Instant) {
	tx.Exec(`INSERT INTO ceremonies (hash, kind, session_id, data, expires_at) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (hash) DO UPDATE SET data = excluded.data, expires_at = excluded.expires_at`, key, kind, sessionID, data, int64(expires))
}

// Ceremony shows what is remembered under a key; desk.ErrNotFound.
func (db *DB) Ceremony(ctx context.Context, key, kind string, now desk.Instant) (data string, err error) {
	err = one(ctx, db, "SELECT data FROM ceremonies WHERE hash = $1 AND kind = $2 AND expires_at > $3", []any{key, kind, int64(now)}, &data)
	return data, err
}

// TakeCeremony forgets what is remembered under a key and returns it; desk.ErrNotFound.
func (tx *Tx) TakeCeremony(ctx context.Context, key, kind string, now desk.Instant) (data string, err error) {
	err = one(ctx, tx, "DELETE FROM ceremonies WHERE hash = $1 AND kind = $2 AND expires_at > $3 RETURNING data",
		[]any{key, kind, int64(now)}, &data)
	return data, err
}

// AccountByIdentity returns the account that an OpenID provider's subject is bound to,
// or desk.ErrNotFound.
func (db *DB) AccountByIdentity(ctx context.Context, issuer, subject string) (*desk.Account, error) {
	return account(ctx, db, "a.id = (SELECT i.account_id FROM identities i WHERE i.issuer = $1 AND i.subject = $2)", issuer, subject)
}

// InsertIdentity queues that a provider's subject is an account. One that is bound
// already makes the write fail with desk.Conflict.
func (tx *Tx) InsertIdentity(issuer, subject string, accountID int64, now desk.Instant) {
	tx.Exec("INSERT INTO identities (issuer, subject, account_id, created_at) VALUES ($1, $2, $3, $4)", issuer, subject, accountID, int64(now))
}

// Identities lists the issuers an account is bound to.
func (db *DB) Identities(ctx context.Context, accountID int64) (issuers []string, err error) {
	err = db.query(ctx, "SELECT issuer FROM identities WHERE account_id = $1 ORDER BY issuer", []any{accountID}, func(row Row) error {
		var issuer string
		err := row.Scan(&issuer)
		issuers = append(issuers, issuer)
		return err
	})
	return issuers, err
}

// DeleteIdentities queues that an account is bound to no subject of an issuer.
func (tx *Tx) DeleteIdentities(accountID int64, issuer string) {
	tx.Exec("DELETE FROM identities WHERE account_id = $1 AND issuer = $2", accountID, issuer)
}

// HasIdentity tells whether an account is bound to any provider's subject.
func (tx *Tx) HasIdentity(ctx context.Context, accountID int64) (bool, error) {
	n := 0
	err := one(ctx, tx, "SELECT count(*) FROM identities WHERE account_id = $1", []any{accountID}, &n)
	return n > 0, err
}
