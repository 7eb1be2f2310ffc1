package access_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"storedesk/internal/access"
	"storedesk/internal/desk"
	"storedesk/internal/settings"
	"storedesk/internal/store"
	"storedesk/internal/store/storetest"
)

func TestScopes(t *testing.T) {
	t.Parallel()
	for text, want := range map[string][]string{
		"tickets:read": {"tickets:read"},
		" tickets:read  users:write tickets:read": {"tickets:read", "users:write"},
		"store:read gateways:read":                {"store:read", "gateways:read"},
		"":                                        nil,
		"store:write":                             nil,
		"tickets":                                 nil,
		"tickets:read tickets:eat":                nil,
	} {
		got, err := access.CheckScopes(text)
		if !slices.Equal(got, want) || (err == nil) != (want != nil) {
			t.Errorf("%q: %v, %v", text, got, err)
		}
	}
}

// clock is a time that tests move.
type clock struct{ now time.Time }

func (c *clock) time() time.Time { return c.now }

func newService(t *testing.T, db *store.DB) (*access.Service, *desk.Store, *clock) {
	t.Helper()
	c := &clock{now: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)}
	stores := &settings.Stores{DB: db, Now: c.time}
	if err := stores.EnsureDefault(t.Context()); err != nil {
		t.Fatal(err)
	}
	st, err := stores.Named(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	return &access.Service{DB: db, Now: c.time}, st, c
}

func TestTokensLiveUntilTheyEnd(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		s, st, clock := newService(t, db)
		ctx := t.Context()
		secret, err := s.Create(ctx, st, "test", []string{"tickets:write", "admin:read"}, clock.now.Add(time.Hour))
		if err != nil {
			t.Fatal(err)
		}
		token, err := s.Authenticate(ctx, st, secret)
		if err != nil {
			t.Fatal(err)
		}
		for scope, want := range map[string]bool{
			"tickets:write": true, "tickets:read": true, "users:read": true, "users:write": false, "": false,
		} {
			if token.Allows(scope) != want {
				t.Errorf("%q: %v", scope, !want)
			}
		}
		for name, wrong := range map[string]string{"another": secret + "x", "empty": "", "its hash": "0"} {
			if _, err := s.Authenticate(ctx, st, wrong); !errors.Is(err, access.ErrUnknownToken) {
				t.Errorf("%s: %v", name, err)
			}
		}
		clock.now = clock.now.Add(time.Hour)
		if _, err := s.Authenticate(ctx, st, secret); !errors.Is(err, access.ErrExpiredToken) {
			t.Errorf("an hour later: %v", err)
		}
	})
}

func TestRevocationCountsAtOnceHereAndSoonElsewhere(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		here, st, clock := newService(t, db)
		elsewhere := &access.Service{DB: db, Now: clock.time}
		ctx := t.Context()
		secret, err := here.Create(ctx, st, "test", []string{"tickets:read"}, time.Time{})
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range []*access.Service{here, elsewhere} {
			if _, err := s.Authenticate(ctx, st, secret); err != nil {
				t.Fatal(err)
			}
		}
		list, err := here.List(ctx, st)
		if err != nil || len(list) != 1 {
			t.Fatal(list, err)
		}
		if err := here.Revoke(ctx, st, list[0].ID); err != nil {
			t.Fatal(err)
		}
		if _, err := here.Authenticate(ctx, st, secret); !errors.Is(err, access.ErrUnknownToken) {
			t.Errorf("here: %v", err)
		}
		clock.now = clock.now.Add(time.Second + time.Millisecond)
		if _, err := elsewhere.Authenticate(ctx, st, secret); !errors.Is(err, access.ErrUnknownToken) {
			t.Errorf("elsewhere, a second later: %v", err)
		}
		if err := here.Revoke(ctx, st, 999); desk.CodeOf(err) != desk.NotFound {
			t.Errorf("revoking a token that is not there: %v", err)
		}
	})
}

func TestLastUseIsRecorded(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		s, st, clock := newService(t, db)
		ctx := t.Context()
		secret, err := s.Create(ctx, st, "test", []string{"tickets:read"}, time.Time{})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.Authenticate(ctx, st, secret); err != nil {
			t.Fatal(err)
		}
		if err := s.Flush(ctx); err != nil {
			t.Fatal(err)
		}
		list, err := s.List(ctx, st)
		if err != nil || list[0].LastUsedAt != desk.At(clock.now) {
			t.Errorf("last used %v, %v", list, err)
		}
	})
}
