package access_test

import (
	"errors"
	"testing"
	"time"

	"storedesk/internal/access"
	"storedesk/internal/desk"
	"storedesk/internal/settings"
	"storedesk/internal/store"
	"storedesk/internal/store/storetest"
)

// TestSweepingForgetsOldCodes: until then a second use is known as such and ends the
// tokens; grants whose code nobody used go with it, others stay.
func TestSweepingForgetsOldCodes(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		st, err := (&settings.Stores{DB: db, Now: time.Now}).Create(ctx, "Main", []string{"main.example"})
		if err != nil {
			t.Fatal(err)
		}
		now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
		clock := func() time.Time { return now }
		tokens := &access.Service{DB: db, Now: clock}
		apps := &access.Apps{DB: db, Now: clock, Tokens: tokens}
		app, _, err := apps.Create(ctx, st, &desk.AppInput{
			Name: "x", Scopes: "tickets:read", OAuth: true, RedirectURIs: []string{"https://app.example/cb"},
		}, false, access.Author{})
		if err != nil {
			t.Fatal(err)
		}
		allow := func() string {
			code, err := apps.Allow(ctx, st, app, &desk.Authorization{}, app.Scopes, access.Author{})
			if err != nil {
				t.Fatal(err)
			}
			return code
		}
		used, unused := allow(), allow()
		pair, err := apps.Exchange(ctx, st, app, used, "", "", access.Visit{})
		if err != nil {
			t.Fatal(err)
		}
		sweep := func(before time.Time) {
			if err := db.SweepGrants(ctx, desk.At(before)); err != nil {
				t.Fatal(err)
			}
		}
		sweep(now.Add(-24 * time.Hour))
		if _, err := apps.Exchange(ctx, st, app, unused, "", "", access.Visit{}); err != nil {
			t.Errorf("a young code was swept: %v", err)
		}
		forgotten := allow()
		now = now.Add(48 * time.Hour)
		sweep(now.Add(-24 * time.Hour))
		for _, code := range []string{used, unused, forgotten} {
			if _, err := apps.Exchange(ctx, st, app, code, "", "", access.Visit{}); !errors.Is(err, desk.ErrInvalidGrant) {
				t.Errorf("an old code gives %v", err)
			}
		}
		if _, err := apps.Refresh(ctx, st, app, pair.Refresh, nil, access.Visit{}); err != nil {
			t.Errorf("a grant in use was swept: %v", err)
		}
	})
}

// TestBlankSecretsOpenNothing: neither a revoked client nor a public one is known by
// what an empty column equals.
func TestBlankSecretsOpenNothing(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		st, err := (&settings.Stores{DB: db, Now: time.Now}).Create(ctx, "Main", []string{"main.example"})
		if err != nil {
			t.Fatal(err)
		}
		tokens := &access.Service{DB: db, Now: time.Now}
		apps := &access.Apps{DB: db, Now: time.Now, Tokens: tokens}
		made, _, err := apps.Create(ctx, st, &desk.AppInput{Name: "x", Scopes: "tickets:read"}, false, access.Author{})
		if err != nil {
			t.Fatal(err)
		}
		gone, secret, err := apps.Create(ctx, st, &desk.AppInput{
			Name: "x", Scopes: "tickets:read", OAuth: true, RedirectURIs: []string{"https://app.example/cb"},
		}, false, access.Author{})
		if err == nil {
			err = apps.Revoke(ctx, st, gone.ID, false, access.Author{})
		}
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range [][2]string{{"", ""}, {made.ClientID, ""}, {gone.ClientID, ""}, {gone.ClientID, secret}, {"\x00", ""}, {"\xff", ""}} {
			if _, err := apps.Identify(ctx, st, c[0], c[1]); !errors.Is(err, desk.ErrInvalidClient) {
				t.Errorf("%q is let in: %v", c, err)
			}
		}
		for _, secret := range []string{"", " "} {
			if _, err := tokens.Authenticate(ctx, st, secret); !errors.Is(err, access.ErrUnknownToken) {
				t.Errorf("%q is a token: %v", secret, err)
			}
			if _, err := apps.Describe(ctx, st, gone, secret); desk.CodeOf(err) != desk.NotFound {
				t.Errorf("%q is described: %v", secret, err)
			}
		}
	})
}

// TestGrantsAreListedAndEnded: a grant shows once its code was used, and ends alone,
// only by the app it belongs to.
func TestGrantsAreListedAndEnded(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		stores := &settings.Stores{DB: db, Now: time.Now}
		st, err := stores.Create(ctx, "Main", []string{"main.example"})
		if err != nil {
			t.Fatal(err)
		}
		other, err := stores.Create(ctx, "Other", []string{"other.example"})
		if err != nil {
			t.Fatal(err)
		}
		tokens := &access.Service{DB: db, Now: time.Now}
		apps := &access.Apps{DB: db, Now: time.Now, Tokens: tokens}
		make := func() *desk.App {
			app, _, err := apps.Create(ctx, st, &desk.AppInput{
				Name: "x", Scopes: "tickets:read", OAuth: true, RedirectURIs: []string{"https://app.example/cb"},
			}, false, access.Author{})
			if err != nil {
				t.Fatal(err)
			}
			return app
		}
		app, second := make(), make()
		var pairs []*access.Pair
		for range 2 {
			code, err := apps.Allow(ctx, st, app, &desk.Authorization{}, app.Scopes, access.Author{})
			if err != nil {
				t.Fatal(err)
			}
			pair, err := apps.Exchange(ctx, st, app, code, "", "", access.Visit{})
			if err != nil {
				t.Fatal(err)
			}
			pairs = append(pairs, pair)
		}
		if _, err := apps.Allow(ctx, st, app, &desk.Authorization{}, app.Scopes, access.Author{}); err != nil {
			t.Fatal(err)
		}
		list, err := apps.Grants(ctx, st, app.ID)
		if err != nil || len(list) != 2 || len(list[0].Scopes) != 1 {
			t.Fatalf("%+v %v", list, err)
		}
		if _, err := apps.Grants(ctx, other, app.ID); desk.CodeOf(err) != desk.NotFound {
			t.Errorf("of another store: %v", err)
		}
		for name, err := range map[string]error{
			"by another app":   apps.EndGrant(ctx, st, second.ID, list[0].ID, access.Author{}),
			"in another store": apps.EndGrant(ctx, other, app.ID, list[0].ID, access.Author{}),
			"of no id":         apps.EndGrant(ctx, st, app.ID, 999, access.Author{}),
		} {
			if desk.CodeOf(err) != desk.NotFound {
				t.Errorf("%s: %v", name, err)
			}
		}
		if err := apps.EndGrant(ctx, st, app.ID, list[0].ID, access.Author{}); err != nil {
			t.Fatal(err)
		}
		if _, err := tokens.Authenticate(ctx, st, pairs[1].Access); !errors.Is(err, access.ErrUnknownToken) {
			t.Errorf("the ended one: %v", err)
		}
		if _, err := tokens.Authenticate(ctx, st, pairs[0].Access); err != nil {
			t.Errorf("the other one: %v", err)
		}
		if list, err = apps.Grants(ctx, st, app.ID); err != nil || len(list) != 1 {
			t.Errorf("%+v %v", list, err)
		}
	})
}
