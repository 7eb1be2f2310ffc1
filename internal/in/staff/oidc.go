package staff

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"storedesk/internal/access"
	"storedesk/internal/desk"
	"storedesk/internal/page"
)

// Provider is the OpenID provider that people may sign in through. The zero value is
// none.
type Provider struct {
	Issuer       string // https://login.example
	ClientID     string
	ClientSecret string
	Name         string // as the button names it
}

// Paths of the sign-in through a provider. The callback is what to register there, for
// each host.
const (
	oidcPath     = "/dashboard/login/oidc/"
	callbackPath = oidcPath + "callback/"
	linkPath     = page.SecurityPath + "identities/"
)

const oidcKind = "oidc"

// provider looks its configuration up when it is first needed, and again until that
// succeeds: a provider that is down must not keep the desk from starting.
type provider struct {
	Provider

	client *http.Client
	mu     sync.Mutex
	found  *oidc.Provider
}

func newProvider(p Provider) *provider {
	return &provider{Provider: p, client: &http.Client{Timeout: 10 * time.Second}}
}

func (p *provider) on() bool { return p.Issuer != "" && p.ClientID != "" }

func (p *provider) discover(ctx context.Context) (*oidc.Provider, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.found == nil {
		// The provider keeps the context for fetching keys later, so it must not end.
		found, err := oidc.NewProvider(oidc.ClientContext(context.WithoutCancel(ctx), p.client), p.Issuer)
		if err != nil {
			return nil, fmt.Errorf("asking the OpenID provider for its configuration: %w", err)
		}
		p.found = found
	}
	return p.found, nil
}

func (p *provider) config(found *oidc.Provider, q *page.Request) *oauth2.Config {
	return &oauth2.Config{
		ClientID: p.ClientID, ClientSecret: p.ClientSecret, Endpoint: found.Endpoint(), RedirectURL: q.Client.URL() + callbackPath,
		Scopes: []string{oidc.ScopeOpenID, "email", "profile"},
	}
}

// underway is what is remembered of a sign-in while the browser is at the provider.
type underway struct {
	Nonce    string
	Verifier string // PKCE
	Next     string
	Redirect string
	Link     int64 // the session that wants to be bound; 0 = a sign-in
}

// leave makes the URL at the provider, and binds what comes back to this browser.
func (d *door) leave(q *page.Request, link int64) (string, error) {
	if !d.provider.on() {
		return "", desk.ErrNotFound
	}
	found, err := d.provider.discover(q.Ctx())
	if err != nil {
		return "", err
	}
	config := d.provider.config(found, q)
	u := underway{Nonce: rand.Text(), Verifier: oauth2.GenerateVerifier(), Next: q.Next(), Redirect: config.RedirectURL, Link: link}
	text, err := json.Marshal(u)
	if err != nil {
		return "", err
	}
	state, err := d.accounts.Remember(q.Ctx(), oidcKind, string(text), q.Visit())
	if err != nil {
		return "", err
	}
	q.SetState(state)
	return config.AuthCodeURL(state, oidc.Nonce(u.Nonce), oauth2.S256ChallengeOption(u.Verifier)), nil
}

func (d *door) oidcLogin(q *page.Request) error {
	to, err := d.leave(q, 0)
	if err != nil {
		return err
	}
	http.Redirect(q.W, q.R, to, http.StatusFound)
	return nil
}

// linkIdentity shows a page with a link to the provider: forms may not be answered by a
// redirect to another origin.
func (d *door) linkIdentity(q *page.Request) error {
	to, err := d.leave(q, q.Staff.SessionID)
	if err != nil {
		return err
	}
	return d.views.Render(q, http.StatusOK, "leave.html", map[string]string{"URL": to, "Name": d.provider.Name})
}

func (d *door) unlinkIdentity(q *page.Request) error {
	return d.changed(q, "identity_removed", d.accounts.UnlinkIdentity(q.Ctx(), q.Store, q.Staff, q.Form("issuer"), q.Visit()))
}

// callback takes what the provider answered (OpenID Connect Core, section 3.1.2.5).
// The state must be that of this browser's cookie, so that nobody can have a visitor
// sign in as somebody else.
func (d *door) callback(q *page.Request) error {
	state := q.State()
	q.SetState("")
	if !d.provider.on() || state == "" || state != q.Query("state") {
		return d.showLogin(q, http.StatusBadRequest, loginData{Problem: "oidc.failed"})
	}
	text, err := d.accounts.Recall(q.Ctx(), oidcKind, state)
	if err != nil {
		return d.showLogin(q, http.StatusBadRequest, loginData{Problem: "oidc.failed"})
	}
	var u underway
	if err := json.Unmarshal([]byte(text), &u); err != nil {
		return err
	}
	id, err := d.identity(q, &u)
	if err != nil {
		d.log.WarnContext(q.Ctx(), "sign-in through the OpenID provider failed", slog.Any("error", err))
		return d.showLogin(q, http.StatusBadRequest, loginData{Problem: "oidc.failed"})
	}
	if u.Link != 0 {
		return d.linked(q, &u, id)
	}
	opened, err := d.accounts.SignInByIdentity(q.Ctx(), q.Store, *id, q.Visit())
	if errors.Is(err, access.ErrNotLinked) {
		return d.showLogin(q, http.StatusForbidden, loginData{Problem: "oidc.not_linked"})
	}
	if err != nil {
		return err
	}
	return d.enterNext(q, opened, page.SafeNext(u.Next))
}

func (d *door) linked(q *page.Request, u *underway, id *access.Identity) error {
	if q.Staff == nil || q.Staff.SessionID != u.Link {
		return access.ErrSignedOut
	}
	err := d.accounts.LinkIdentity(q.Ctx(), q.Store, q.Staff, *id, q.Visit())
	return d.changed(q, "identity_added", err)
}

// identity changes the code for an ID token and checks it: signature, issuer,
// audience, expiry (all in go-oidc) and nonce.
func (d *door) identity(q *page.Request, u *underway) (*access.Identity, error) {
	if problem := q.Query("error"); problem != "" {
		return nil, fmt.Errorf("the provider answered %q", problem)
	}
	if iss := q.Query("iss"); iss != "" && iss != d.provider.Issuer { // RFC 9207
		return nil, fmt.Errorf("an answer of another issuer, %q", iss)
	}
	found, err := d.provider.discover(q.Ctx())
	if err != nil {
		return nil, err
	}
	config := d.provider.config(found, q)
	config.RedirectURL = u.Redirect
	ctx := oidc.ClientContext(q.Ctx(), d.provider.client)
	token, err := config.Exchange(ctx, q.Query("code"), oauth2.VerifierOption(u.Verifier))
	if err != nil {
		return nil, fmt.Errorf("changing the code: %w", err)
	}
	raw, ok := token.Extra("id_token").(string)
	if !ok {
		return nil, errors.New("the provider sent no ID token")
	}
	checked, err := found.Verifier(&oidc.Config{ClientID: d.provider.ClientID}).Verify(ctx, raw)
	if err != nil {
		return nil, err
	}
	if checked.Nonce != u.Nonce {
		return nil, errors.New("the ID token is for another sign-in")
	}
	var claims struct {
		Email    string   `json:"email"`
		Verified any      `json:"email_verified"`
		Methods  []string `json:"amr"`
	}
	if err := checked.Claims(&claims); err != nil {
		return nil, err
	}
	id := &access.Identity{Issuer: checked.Issuer, Subject: checked.Subject, Email: claims.Email}
	id.EmailVerified = claims.Verified == true || claims.Verified == "true" // some providers write it as text
	for _, m := range claims.Methods {
		id.MultiFactor = id.MultiFactor || m == "mfa"
	}
	return id, nil
}
