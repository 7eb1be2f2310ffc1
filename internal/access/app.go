package access

import (
	"context"
	"crypto/rand"
	"strconv"
	"strings"
	"time"

	"storedesk/internal/desk"
	"storedesk/internal/store"
)

// Apps makes, changes and ends apps, and gives them their tokens. What it does is in
// the audit log.
type Apps struct {
	DB     *store.DB
	Now    func() time.Time
	Tokens *Service // told of every token that ends, so that it ends here at once
}

// Author is who changes something about access, for the audit log. The zero Author is
// the command line.
type Author struct {
	AccountID int64
	UserID    int64 // the dashboard user of the store
	Visit     Visit
}

// List returns the apps that a store can use and that are not revoked, oldest first.
func (a *Apps) List(ctx context.Context, st *desk.Store) ([]desk.App, error) {
	return a.DB.Apps(ctx, st)
}

// Get returns an app that a store can use, or desk.ErrNotFound.
func (a *Apps) Get(ctx context.Context, st *desk.Store, id int64) (*desk.App, error) {
	return a.DB.App(ctx, st, id)
}

// Create makes an app of a store, or with shared one of the installation, offered to
// every store (OAuth apps only). secret is the token or the client secret ("" for a
// public client): of a token this is the only time it can be seen. Errors: Invalid
// with fields.
func (a *Apps) Create(ctx context.Context, st *desk.Store, in *desk.AppInput, shared bool, by Author) (app *desk.App, secret string, err error) {
	if app, err = in.App(); err != nil {
		return nil, "", err
	}
	if shared && app.Kind != desk.AppOAuth {
		return nil, "", desk.Errorf(desk.Invalid, "only an OAuth app can be offered to every store: a token belongs to one")
	}
	app.StoreID, app.CreatedBy = st.ID, by.UserID
	if shared {
		app.StoreID = 0
	}
	if app.Kind == desk.AppOAuth {
		app.ClientID = rand.Text() + rand.Text()[:14] // 40 characters, as the original's
		if !app.Public {
			app.ClientSecret = newSecret()
		}
		secret = app.ClientSecret
	} else {
		secret = newSecret()
	}
	err = a.write(ctx, func(tx *store.Tx, now desk.Instant) error {
		app.CreatedAt = now
		if err := tx.InsertApp(ctx, app); err != nil {
			return err
		}
		if app.Kind == desk.AppToken {
			if err := insertToken(ctx, tx, app, app.StoreID, 0, app.Scopes, secret, 0, now); err != nil {
				return err
			}
		}
		return audit(ctx, tx, st, "app.created", app, by, now)
	})
	return app, secret, err
}

// Rotate gives an app a new token, or an OAuth app a new client secret; the old one is
// good for nothing from now on. Tokens that an OAuth app has fetched stay. Errors:
// NotFound, also for an app of the installation unless shared; Invalid for a public
// client.
func (a *Apps) Rotate(ctx context.Context, st *desk.Store, id int64, shared bool, by Author) (app *desk.App, secret string, err error) {
	err = a.write(ctx, func(tx *store.Tx, now desk.Instant) error {
		if app, err = lockOwn(ctx, tx, st, id, shared); err != nil {
			return err
		}
		if app.Public {
			return desk.Errorf(desk.Invalid, "a public client has no secret to rotate")
		}
		secret = newSecret()
		if app.Kind == desk.AppOAuth {
			app.ClientSecret = secret
		} else {
			tx.RevokeAppTokens(st.ID, app.ID, now)
			if err := insertToken(ctx, tx, app, st.ID, 0, app.Scopes, secret, 0, now); err != nil {
				return err
			}
		}
		tx.RotateApp(app, now)
		return audit(ctx, tx, st, "app.rotated", app, by, now)
	})
	return app, secret, err
}

// Revoke ends an app with all its tokens. An app of the installation ends in every
// store with shared; without, it loses its tokens in this store alone. Errors:
// NotFound.
func (a *Apps) Revoke(ctx context.Context, st *desk.Store, id int64, shared bool, by Author) error {
	return a.write(ctx, func(tx *store.Tx, now desk.Instant) error {
		app, err := lockOwn(ctx, tx, st, id, shared)
		if desk.CodeOf(err) == desk.NotFound {
			return disconnect(ctx, tx, st, id, by, now)
		}
		if err != nil {
			return err
		}
		tx.RevokeApp(app, now)
		return audit(ctx, tx, st, "app.revoked", app, by, now)
	})
}

func disconnect(ctx context.Context, tx *store.Tx, st *desk.Store, id int64, by Author, now desk.Instant) error {
	app, err := tx.LockApp(ctx, 0, id)
	if err != nil {
		return err
	}
	tx.DisconnectApp(st.ID, id, now)
	return audit(ctx, tx, st, "app.disconnected", app, by, now)
}

// Disconnect ends the tokens that an OAuth app has fetched in a store; it may ask for
// consent again. Errors: NotFound.
func (a *Apps) Disconnect(ctx context.Context, st *desk.Store, id int64, by Author) error {
	return a.write(ctx, func(tx *store.Tx, now desk.Instant) error {
		app, err := lockOwn(ctx, tx, st, id, true)
		if err != nil {
			return err
		}
		tx.DisconnectApp(st.ID, id, now)
		return audit(ctx, tx, st, "app.disconnected", app, by, now)
	})
}

// maxGrants bounds the list of an app's grants.
const maxGrants = 200

// Grants lists who has let an app at the store's data, the newest first. Errors:
// NotFound.
func (a *Apps) Grants(ctx context.Context, st *desk.Store, id int64) ([]store.GrantUse, error) {
	if _, err := a.DB.App(ctx, st, id); err != nil {
		return nil, err
	}
	return a.DB.Grants(ctx, st, id, maxGrants)
}

// EndGrant ends one grant of an app, with its tokens. Errors: NotFound, also for that of
// another app.
func (a *Apps) EndGrant(ctx context.Context, st *desk.Store, id, grant int64, by Author) error {
	app, err := a.DB.App(ctx, st, id)
	if err != nil {
		return err
	}
	return a.write(ctx, func(tx *store.Tx, now desk.Instant) error {
		g, err := tx.LockGrant(ctx, st.ID, grant)
		if err != nil {
			return err
		}
		if g.AppID != id || g.RevokedAt != 0 {
			return desk.ErrNotFound
		}
		tx.RevokeGrant(st.ID, grant, now)
		return audit(ctx, tx, st, "app.grant_ended", app, by, now, "grant_id", strconv.FormatInt(grant, 10))
	})
}

// lockOwn locks an app of the store, or with shared one of the installation.
func lockOwn(ctx context.Context, tx *store.Tx, st *desk.Store, id int64, shared bool) (*desk.App, error) {
	app, err := tx.LockApp(ctx, st.ID, id)
	if shared && desk.CodeOf(err) == desk.NotFound {
		return tx.LockApp(ctx, 0, id)
	}
	return app, err
}

// write runs one change, all of it at one instant, and makes this node look at the
// tokens anew.
func (a *Apps) write(ctx context.Context, fn func(tx *store.Tx, now desk.Instant) error) error {
	err := a.DB.Write(ctx, func(tx *store.Tx) error { return fn(tx, desk.At(a.Now())) })
	a.Tokens.forget()
	return err
}

// insertToken queues an access token of an app; expires 0 is never.
func insertToken(ctx context.Context, tx *store.Tx, app *desk.App, storeID, grantID int64, scopes []string, secret string, expires, now desk.Instant) error {
	row := &store.Token{
		StoreID: storeID, Name: app.Name, Scopes: strings.Join(scopes, " "), CreatedAt: now, ExpiresAt: expires, AppID: app.ID, GrantID: grantID,
	}
	return tx.InsertToken(ctx, row, digest(secret))
}

// audit queues a line of the log about an app.
func audit(ctx context.Context, tx *store.Tx, st *desk.Store, action string, app *desk.App, by Author, now desk.Instant, more ...string) error {
	data := map[string]string{"kind": string(app.Kind)}
	if app.ClientID != "" {
		data["client_id"] = app.ClientID
	}
	for i := 0; i+1 < len(more); i += 2 {
		data[more[i]] = more[i+1]
	}
	return tx.Audit(ctx, &desk.AuditEntry{
		StoreID: st.ID, Action: action, AccountID: by.AccountID, Subject: app.Name, Data: data, IP: by.Visit.IP, UserAgent: by.Visit.clean().UserAgent, CreatedAt: now,
	})
}
