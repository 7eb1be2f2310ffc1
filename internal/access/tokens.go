// Package access knows who may do what: access tokens and their scopes.
package access

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"storedesk/internal/desk"
	"storedesk/internal/store"
)

// The two ways a bearer token can fail; RFC 6750 calls both invalid_token.
var (
	ErrUnknownToken = errors.New("the access token is invalid")
	ErrExpiredToken = errors.New("the access token has expired")
)

// Token is an access token that was found good.
type Token struct {
	ID      int64
	StoreID int64
	Scopes  []string
	allows  map[string]bool
}

// Allows tells whether the token covers a scope such as tickets:read. admin:read
// covers every :read and admin:write every :write; :write does not cover :read.
func (t *Token) Allows(scope string) bool {
	_, kind, _ := strings.Cut(scope, ":")
	return t.allows[scope] || t.allows["admin:"+kind]
}

// Service finds and makes tokens. Found tokens are remembered for cacheLife, so a
// revocation takes effect within that time on other nodes, at once on this one.
type Service struct {
	DB  *store.DB
	Now func() time.Time

	mu     sync.RWMutex
	cache  map[cacheKey]*cached
	usedMu sync.Mutex
	used   map[[2]int64]desk.Instant
}

const (
	cacheLife  = time.Second
	cacheLimit = 50_000
)

type cacheKey struct {
	store  int64
	secret [sha256.Size]byte
}

type cached struct {
	token   *Token // nil: no such token
	expires desk.Instant
	until   time.Time
}

// Authenticate finds the token a bearer shows, or returns ErrUnknownToken or
// ErrExpiredToken. Use is recorded by Flush.
func (s *Service) Authenticate(ctx context.Context, st *desk.Store, secret string) (*Token, error) {
	now := s.Now()
	key := cacheKey{st.ID, sha256.Sum256([]byte(secret))}
	s.mu.RLock()
	c := s.cache[key]
	s.mu.RUnlock()
	if c == nil || now.After(c.until) {
		var err error
		if c, err = s.look(ctx, st, key, now); err != nil {
			return nil, err
		}
	}
	switch {
	case c.token == nil:
		return nil, ErrUnknownToken
	case c.expires != 0 && desk.At(now) >= c.expires:
		return nil, ErrExpiredToken
	}
	return c.token, nil
}

func (s *Service) look(ctx context.Context, st *desk.Store, key cacheKey, now time.Time) (*cached, error) {
	c := &cached{until: now.Add(cacheLife)}
	row, err := s.DB.TokenByHash(ctx, st, hex.EncodeToString(key.secret[:]))
	switch {
	case desk.CodeOf(err) == desk.NotFound:
		return c, nil // unknown ones are not remembered: anyone can make up any number of them
	case err != nil:
		return nil, err
	case row.RevokedAt == 0:
		c.expires = row.ExpiresAt
		c.token = newToken(row)
		s.use(row, now)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.cache == nil || len(s.cache) >= cacheLimit {
		s.cache = map[cacheKey]*cached{}
	}
	s.cache[key] = c
	return c, nil
}

func newToken(row *store.Token) *Token {
	t := &Token{ID: row.ID, StoreID: row.StoreID, Scopes: strings.Fields(row.Scopes), allows: map[string]bool{}}
	for _, scope := range t.Scopes {
		t.allows[scope] = true
	}
	return t
}

func (s *Service) use(row *store.Token, now time.Time) {
	if desk.At(now)-row.LastUsedAt < desk.Instant(time.Minute/time.Microsecond) {
		return
	}
	s.usedMu.Lock()
	defer s.usedMu.Unlock()
	if s.used == nil {
		s.used = map[[2]int64]desk.Instant{}
	}
	s.used[[2]int64{row.StoreID, row.ID}] = desk.At(now)
}

// Flush records the last use of the tokens seen since the last Flush, to the minute.
func (s *Service) Flush(ctx context.Context) error {
	s.usedMu.Lock()
	used := s.used
	s.used = nil
	s.usedMu.Unlock()
	if len(used) == 0 {
		return nil
	}
	return s.DB.TouchTokens(ctx, used)
}

// Create makes a token and returns what its bearer shows: this is the only time it
// can be seen. A zero expires means never.
func (s *Service) Create(ctx context.Context, st *desk.Store, name string, scopes []string, expires time.Time) (secret string, err error) {
	return s.Adopt(ctx, st, name, rand.Text()+rand.Text(), scopes, expires)
}

// Adopt is Create with a given secret, for clients that bring theirs along.
func (s *Service) Adopt(ctx context.Context, st *desk.Store, name, secret string, scopes []string, expires time.Time) (string, error) {
	row := &store.Token{StoreID: st.ID, Name: name, Scopes: strings.Join(scopes, " "), CreatedAt: desk.At(s.Now())}
	if !expires.IsZero() {
		row.ExpiresAt = desk.At(expires)
	}
	sum := sha256.Sum256([]byte(secret))
	err := s.DB.Write(ctx, func(tx *store.Tx) error {
		if err := tx.InsertToken(ctx, row, hex.EncodeToString(sum[:])); err != nil {
			return err
		}
		return auditToken(ctx, tx, st, "token.created", row.ID, name, Author{}, row.CreatedAt)
	})
	return secret, err
}

// List returns the tokens of a store, revoked and expired ones too.
func (s *Service) List(ctx context.Context, st *desk.Store) ([]store.Token, error) {
	return s.DB.Tokens(ctx, st)
}

// Bare lists the living tokens of a store that belong to no app, the newest first: those
// that the command line made.
func (s *Service) Bare(ctx context.Context, st *desk.Store) ([]store.Token, error) {
	list, err := s.DB.Tokens(ctx, st)
	now := desk.At(s.Now())
	list = slices.DeleteFunc(list, func(t store.Token) bool {
		return t.AppID != 0 || t.RevokedAt != 0 || t.ExpiresAt != 0 && t.ExpiresAt <= now
	})
	slices.Reverse(list)
	return list, err
}

// EndBare is Revoke for a token that belongs to no app, in somebody's name.
func (s *Service) EndBare(ctx context.Context, st *desk.Store, id int64, by Author) error {
	list, err := s.Bare(ctx, st)
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(list, func(t store.Token) bool { return t.ID == id }) {
		return desk.ErrNotFound
	}
	return s.revoke(ctx, st, id, by)
}

// Revoke ends a token's life, or returns desk.ErrNotFound. For the command line.
func (s *Service) Revoke(ctx context.Context, st *desk.Store, id int64) error {
	return s.revoke(ctx, st, id, Author{})
}

func (s *Service) revoke(ctx context.Context, st *desk.Store, id int64, by Author) error {
	err := s.DB.Write(ctx, func(tx *store.Tx) error {
		now := desk.At(s.Now())
		name, err := tx.RevokeToken(ctx, st, id, now)
		if err != nil {
			return err
		}
		return auditToken(ctx, tx, st, "token.revoked", id, name, by, now)
	})
	s.forget()
	return err
}

// auditToken queues a line of the audit log about a token without an app; only the
// command line makes those.
func auditToken(ctx context.Context, tx *store.Tx, st *desk.Store, action string, id int64, name string, by Author, now desk.Instant) error {
	return tx.Audit(ctx, &desk.AuditEntry{
		StoreID: st.ID, Action: action, AccountID: by.AccountID, Subject: name, Data: map[string]string{"token_id": strconv.FormatInt(id, 10)},
		IP: by.Visit.IP, UserAgent: by.Visit.clean().UserAgent, CreatedAt: now,
	})
}

// forget makes the next look at every token one at its row.
func (s *Service) forget() {
	s.mu.Lock()
	s.cache = nil
	s.mu.Unlock()
}
