package settings

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"strings"
	"time"

	"storedesk/internal/desk"
	"storedesk/internal/store"
)

// Sources sets which live store a store mirrors. Token and secret are kept readable:
// the one is shown to the live store, with the other signatures are computed. Whoever
// reads the database has them.
type Sources struct {
	DB  *store.DB
	Now func() time.Time
}

// Get returns what a store mirrors, or desk.ErrNotFound if it never did.
func (s *Sources) Get(ctx context.Context, st *desk.Store) (*desk.Source, error) {
	return s.DB.Source(ctx, st)
}

// Set makes a store pull from a live store: the first time as soon as a node looks,
// then every so often after the end of the pull before. A pull under way stops. Errors:
// Invalid.
func (s *Sources) Set(ctx context.Context, st *desk.Store, url, token string, every time.Duration) error {
	at, err := desk.SourceURL(url)
	if err != nil {
		return err
	}
	if token = strings.TrimSpace(token); token == "" || strings.ContainsAny(token, " \t\r\n") {
		return desk.Errorf(desk.Invalid, "the token is empty or has spaces in it")
	}
	if every < desk.MinSourcePause || every > desk.MaxSourcePause {
		return desk.Errorf(desk.Invalid, "pull every %s at most and every %s at least, not every %s", desk.MinSourcePause, desk.MaxSourcePause, every)
	}
	return s.change(ctx, st, func(x *desk.Source) {
		x.URL, x.Token, x.Every = at, token, every
		x.NextRunAt, x.LeaseUntil = desk.At(s.Now()), 0
	})
}

// NewSecret gives a store the secret that webhooks of its live store are signed with:
// the given one, or 40 random hex digits for "". The one before ends at once; what the
// live store sends until it knows the new one is refused, and sent again by it.
// Errors: Invalid.
func (s *Sources) NewSecret(ctx context.Context, st *desk.Store, given string) (string, error) {
	secret := given
	if secret == "" {
		random := make([]byte, 20)
		_, _ = rand.Read(random) // never fails
		secret = hex.EncodeToString(random)
	}
	if n := len(secret); n < desk.MinSourceSecret || n > desk.MaxSourceSecret || strings.TrimSpace(secret) != secret ||
		strings.IndexByte(secret, 0) >= 0 || strings.ToValidUTF8(secret, "") != secret {
		return "", desk.Errorf(desk.Invalid, "a secret has %d to %d characters and no spaces around them", desk.MinSourceSecret, desk.MaxSourceSecret)
	}
	return secret, s.change(ctx, st, func(x *desk.Source) { x.Secret = secret })
}

// Off ends pulls and webhooks and forgets token and secret; what came stays. A pull
// under way stops at its next page. desk.ErrNotFound if there never was a mirror.
func (s *Sources) Off(ctx context.Context, st *desk.Store) error {
	return s.DB.Write(ctx, func(tx *store.Tx) error {
		x, err := tx.LockSource(ctx, st)
		if err != nil {
			return err
		}
		x.Enabled, x.Token, x.Secret, x.LeaseUntil = false, "", "", 0
		tx.SaveSource(st, x)
		return nil
	})
}

func (s *Sources) change(ctx context.Context, st *desk.Store, change func(*desk.Source)) error {
	return s.DB.Write(ctx, func(tx *store.Tx) error {
		x, err := tx.LockSource(ctx, st)
		if errors.Is(err, desk.ErrNotFound) {
			x, err = &desk.Source{}, nil
		}
		if err != nil {
			return err
		}
		if !x.Enabled {
			x.URL = "" // turned off: its token is forgotten, so nothing is pulled until it is set anew
		}
		x.Enabled = true
		change(x)
		tx.SaveSource(st, x)
		return nil
	})
}
