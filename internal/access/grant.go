package access

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"strings"
	"unicode/utf8"

	"storedesk/internal/desk"
	"storedesk/internal/store"
)

// Pair is what a client gets for a code or a refresh token.
type Pair struct {
	Access  string
	Refresh string
	Scopes  []string
	Seconds int64 // the access token's life; does not fit into a time.Duration
}

// maxSecret is the longest code or token that is looked up.
const maxSecret = 1024

// Client returns the app with a client id that a store can use, or desk.ErrNotFound.
func (a *Apps) Client(ctx context.Context, st *desk.Store, clientID string) (*desk.App, error) {
	if clientID == "" || len(clientID) > maxSecret || strings.Contains(clientID, "\x00") || !utf8.ValidString(clientID) {
		return nil, desk.ErrNotFound // PostgreSQL would refuse to look for some of them
	}
	return a.DB.AppByClient(ctx, st, clientID)
}

// Identify finds the client that shows an id and a secret (RFC 6749, section 2.3). A
// public client is known by its id alone. Error: desk.ErrInvalidClient, whether the id
// or the secret is wrong.
func (a *Apps) Identify(ctx context.Context, st *desk.Store, clientID, secret string) (*desk.App, error) {
	app, err := a.Client(ctx, st, clientID)
	if desk.CodeOf(err) == desk.NotFound {
		return nil, desk.ErrInvalidClient
	}
	if err != nil {
		return nil, err
	}
	given, kept := sha256.Sum256([]byte(secret)), sha256.Sum256([]byte(app.ClientSecret))
	if !app.Public && (app.ClientSecret == "" || subtle.ConstantTimeCompare(given[:], kept[:]) != 1) {
		return nil, desk.ErrInvalidClient
	}
	return app, nil
}

// Allow records that somebody lets an app have scopes in a store, and returns the code
// that the app may change for tokens, once and within desk.CodeSeconds.
func (a *Apps) Allow(ctx context.Context, st *desk.Store, app *desk.App, q *desk.Authorization, scopes []string, by Author) (code string, err error) {
	err = a.DB.Write(ctx, func(tx *store.Tx) error {
		now := desk.At(a.Now())
		g := &store.Grant{StoreID: st.ID, AppID: app.ID, UserID: by.UserID, Scopes: scopes, CreatedAt: now}
		if err := tx.InsertGrant(ctx, g); err != nil {
			return err
		}
		code = newSecret()
		tx.InsertCode(g, digest(code), &store.Code{
			RedirectURI: q.RedirectURI, Challenge: q.Challenge, ExpiresAt: now.After(desk.CodeSeconds),
		})
		return audit(ctx, tx, st, "app.granted", app, by, now, "scopes", strings.Join(scopes, " "))
	})
	return code, err
}

// errReplayed asks the write that found a replay to end the family.
var errReplayed = errors.New("used already")

// Exchange changes a code for tokens (RFC 6749, section 4.1.3). A code that was used
// already ends the tokens it was changed for (section 4.1.2). Errors: the
// *desk.OAuthErrors invalid_grant, invalid_request.
func (a *Apps) Exchange(ctx context.Context, st *desk.Store, app *desk.App, code, redirectURI, verifier string, from Visit) (*Pair, error) {
	var pair *Pair
	var replayed int64
	err := a.write(ctx, func(tx *store.Tx, now desk.Instant) error {
		pair, replayed = nil, 0
		if len(code) > maxSecret {
			return desk.ErrInvalidGrant
		}
		c, err := tx.LockCode(ctx, st.ID, digest(code))
		if err != nil {
			return grantError(err)
		}
		if c.AppID != app.ID { // another client's: its owner must not suffer for it
			return desk.ErrInvalidGrant
		}
		if c.UsedAt != 0 {
			replayed = c.GrantID
			return errReplayed
		}
		if err := checkCode(c, redirectURI, verifier, now); err != nil {
			return err
		}
		g, err := a.livingGrant(ctx, tx, st, c.GrantID)
		if err != nil {
			return err
		}
		tx.UseCode(g, digest(code), now)
		pair = newPair(g.Scopes)
		tx.InsertRefresh(g, digest(pair.Refresh), now)
		return insertToken(ctx, tx, app, st.ID, g.ID, g.Scopes, pair.Access, now.After(desk.AccessTokenSeconds), now)
	})
	return pair, a.afterReplay(ctx, st, app, replayed, "code", from, err)
}

func checkCode(c *store.Code, redirectURI, verifier string, now desk.Instant) error {
	if now >= c.ExpiresAt {
		return desk.ErrInvalidGrant
	}
	if err := desk.CheckVerifier(c.Challenge, verifier); err != nil {
		return err
	}
	switch { // RFC 6749, section 4.1.3: identical to the request's
	case redirectURI == "" && c.RedirectURI != "":
		return desk.ErrMissingRedirect
	case redirectURI != c.RedirectURI:
		return desk.ErrMismatchingRedirect
	}
	return nil
}

func (a *Apps) livingGrant(ctx context.Context, tx *store.Tx, st *desk.Store, id int64) (*store.Grant, error) {
	g, err := tx.LockGrant(ctx, st.ID, id)
	if err != nil {
		return nil, grantError(err)
	}
	if g.RevokedAt != 0 {
		return nil, desk.ErrInvalidGrant
	}
	return g, nil
}

// grantError makes invalid_grant of "not found".
func grantError(err error) error {
	if desk.CodeOf(err) == desk.NotFound {
		return desk.ErrInvalidGrant
	}
	return err
}

func newPair(scopes []string) *Pair {
	return &Pair{Access: newSecret(), Refresh: newSecret(), Scopes: scopes, Seconds: desk.AccessTokenSeconds}
}

// Refresh changes a refresh token for a new pair (RFC 6749, section 6); the old pair is
// dead at once. asked narrows the new access token's scopes; nil leaves them. A refresh
// token that was used already ends the family (RFC 9700, section 4.14.2): either its
// thief or its owner comes second, and nobody can tell which. Errors: the
// *desk.OAuthErrors invalid_grant, invalid_scope.
func (a *Apps) Refresh(ctx context.Context, st *desk.Store, app *desk.App, refresh string, asked []string, from Visit) (*Pair, error) {
	var pair *Pair
	var replayed int64
	err := a.write(ctx, func(tx *store.Tx, now desk.Instant) error {
		pair, replayed = nil, 0
		if len(refresh) > maxSecret {
			return desk.ErrInvalidGrant
		}
		r, err := tx.LockRefresh(ctx, st.ID, digest(refresh))
		if err != nil {
			return grantError(err)
		}
		if r.AppID != app.ID {
			return desk.ErrInvalidGrant
		}
		if r.UsedAt != 0 {
			replayed = r.GrantID
			return errReplayed
		}
		g, err := a.livingGrant(ctx, tx, st, r.GrantID)
		if err != nil {
			return err
		}
		scopes := g.Scopes
		if asked != nil {
			if !desk.Within(asked, g.Scopes) {
				return desk.ErrInvalidScope
			}
			scopes = asked
		}
		pair = newPair(scopes)
		tx.UseRefresh(st.ID, digest(refresh), now)
		tx.InsertRefresh(g, digest(pair.Refresh), now)
		row := &store.Token{Scopes: strings.Join(scopes, " "), CreatedAt: now, ExpiresAt: now.After(desk.AccessTokenSeconds)}
		return grantError(tx.RenewToken(ctx, g, digest(pair.Access), row))
	})
	return pair, a.afterReplay(ctx, st, app, replayed, "refresh_token", from, err)
}

// afterReplay ends a family whose code or refresh token came twice. It is a write of its
// own, for the one that found it writes nothing.
func (a *Apps) afterReplay(ctx context.Context, st *desk.Store, app *desk.App, grantID int64, what string, from Visit, err error) error {
	if !errors.Is(err, errReplayed) {
		return err
	}
	err = a.write(ctx, func(tx *store.Tx, now desk.Instant) error {
		tx.RevokeGrant(st.ID, grantID, now)
		return audit(ctx, tx, st, "app.replayed", app, Author{Visit: from}, now, "what", what)
	})
	if err != nil {
		return err
	}
	return desk.ErrInvalidGrant
}

// End ends the family of an access or refresh token of the app (RFC 7009, section 2.1).
// What is no token of the app's in this store ends nothing, and is no error (2.2).
func (a *Apps) End(ctx context.Context, st *desk.Store, app *desk.App, secret string, from Visit) error {
	t, r, err := a.find(ctx, st, secret)
	var grantID int64
	switch {
	case desk.CodeOf(err) == desk.NotFound:
		return nil
	case err != nil:
		return err
	case t != nil && t.AppID == app.ID:
		grantID = t.GrantID
	case r != nil && r.AppID == app.ID && r.UsedAt == 0:
		grantID = r.GrantID
	}
	if grantID == 0 {
		return nil
	}
	return a.write(ctx, func(tx *store.Tx, now desk.Instant) error {
		tx.RevokeGrant(st.ID, grantID, now)
		return audit(ctx, tx, st, "app.ended", app, Author{Visit: from}, now)
	})
}

func (a *Apps) find(ctx context.Context, st *desk.Store, secret string) (*store.Token, *store.Refresh, error) {
	if secret == "" || len(secret) > maxSecret {
		return nil, nil, desk.ErrNotFound
	}
	return a.DB.TokenOrRefresh(ctx, st, digest(secret))
}

// Living describes a token that is good, for the app that it was given to.
type Living struct {
	Scopes    []string
	IssuedAt  desk.Instant
	ExpiresAt desk.Instant
	Email     string // of who let the app in; "" when that is no user any more
}

// Describe tells an app of an access token of its own in this store (RFC 7662). It is
// NotFound for any other, for a dead one and for a refresh token.
func (a *Apps) Describe(ctx context.Context, st *desk.Store, app *desk.App, secret string) (*Living, error) {
	t, _, err := a.find(ctx, st, secret)
	if err != nil {
		return nil, err
	}
	if t == nil || t.AppID != app.ID || t.RevokedAt != 0 || t.ExpiresAt != 0 && desk.At(a.Now()) >= t.ExpiresAt {
		return nil, desk.ErrNotFound
	}
	email, err := a.DB.GrantEmail(ctx, st, t.GrantID)
	if err != nil && desk.CodeOf(err) != desk.NotFound {
		return nil, err
	}
	return &Living{Scopes: strings.Fields(t.Scopes), IssuedAt: t.CreatedAt, ExpiresAt: t.ExpiresAt, Email: email}, nil
}
