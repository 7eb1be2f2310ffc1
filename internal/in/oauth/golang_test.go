package oauth_test

import (
	"errors"
	"net/url"
	"testing"
	"time"

	"golang.org/x/oauth2"

	"storedesk/internal/desk"
)

// TestGoClient drives the flow with golang.org/x/oauth2, in the ways it can show a
// client's credentials.
func TestGoClient(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, d *door) {
		for name, c := range map[string]struct {
			style  oauth2.AuthStyle
			public bool
		}{
			"secret in the header": {oauth2.AuthStyleInHeader, false}, "secret in the form": {oauth2.AuthStyleInParams, false},
			"found out by itself": {oauth2.AuthStyleAutoDetect, false}, "public": {oauth2.AuthStyleInParams, true},
		} {
			t.Run(name, func(t *testing.T) {
				app := d.app(func(in *desk.AppInput) { in.Public = c.public })
				config := &oauth2.Config{
					ClientID: app.ClientID, ClientSecret: app.ClientSecret, RedirectURL: "https://app.example/cb", Scopes: []string{"tickets:read"},
					Endpoint: oauth2.Endpoint{AuthURL: d.url + "/oauth2/authorize/", TokenURL: d.url + "/oauth2/token/", AuthStyle: c.style},
				}
				secret := oauth2.GenerateVerifier()
				ask, err := url.Parse(config.AuthCodeURL("state", oauth2.S256ChallengeOption(secret)))
				if err != nil {
					t.Fatal(err)
				}
				code := d.allow(ask.RawQuery)
				token, err := config.Exchange(t.Context(), code, oauth2.VerifierOption(secret))
				if err != nil {
					t.Fatal(err)
				}
				if !token.Valid() || !d.good(d.st, token.AccessToken) || token.Extra("scope") != "tickets:read" || time.Until(token.Expiry) < 60*365*24*time.Hour {
					t.Errorf("the token is %+v", token)
				}
				old := *token
				token.Expiry = time.Now().Add(-time.Hour) // as if 500 years had passed: the library then refreshes
				fresh, err := config.TokenSource(t.Context(), token).Token()
				if err != nil {
					t.Fatal(err)
				}
				if fresh.AccessToken == old.AccessToken || fresh.RefreshToken == old.RefreshToken || !d.good(d.st, fresh.AccessToken) || d.good(d.st, old.AccessToken) {
					t.Errorf("refreshing gives %+v", fresh)
				}
				_, err = config.TokenSource(t.Context(), &oauth2.Token{RefreshToken: old.RefreshToken}).Token()
				var e *oauth2.RetrieveError
				if !errors.As(err, &e) || e.ErrorCode != "invalid_grant" || d.good(d.st, fresh.AccessToken) {
					t.Errorf("a used refresh token: %v", err)
				}
				if _, err = config.Exchange(t.Context(), code, oauth2.VerifierOption(secret)); !errors.As(err, &e) || e.ErrorCode != "invalid_grant" {
					t.Errorf("a used code: %v", err)
				}
			})
		}
	})
}
