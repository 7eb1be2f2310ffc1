package oauth

import (
	"net/http"
	"net/url"
	"strings"

	"storedesk/internal/access"
	"storedesk/internal/desk"
)

// tokens is the answer of RFC 6749, section 5.1.
type tokens struct {
	Access  string `json:"access_token"`
	Expires int64  `json:"expires_in"` // 500 years in seconds, as the original's
	Type    string `json:"token_type"`
	Scope   string `json:"scope"`
	Refresh string `json:"refresh_token"`
}

// token is POST /oauth2/token/ (RFC 6749, section 3.2).
func (d *door) token(w http.ResponseWriter, r *http.Request, at *place) {
	pair, err := d.exchange(w, r, at)
	if err != nil {
		d.refuse(w, r, err)
		return
	}
	answer(w, http.StatusOK, tokens{pair.Access, pair.Seconds, "Bearer", strings.Join(pair.Scopes, " "), pair.Refresh})
}

// exchange checks in the original's order: what is missing before who asks.
func (d *door) exchange(w http.ResponseWriter, r *http.Request, at *place) (*access.Pair, error) {
	f, err := form(w, r)
	if err != nil {
		return nil, err
	}
	switch f.Get("grant_type") {
	case "authorization_code":
		if f.Get("code") == "" {
			return nil, desk.ErrMissingCode
		}
		app, err := d.client(r, at, f)
		if err != nil {
			return nil, err
		}
		return d.c.Apps.Exchange(r.Context(), at.store, app, f.Get("code"), f.Get("redirect_uri"), f.Get("code_verifier"), at.visit)
	case "refresh_token":
		if f.Get("refresh_token") == "" {
			return nil, desk.ErrMissingRefresh
		}
		app, err := d.client(r, at, f)
		if err != nil {
			return nil, err
		}
		return d.refresh(r, at, app, f)
	case "client_credentials", "password":
		if _, err := d.client(r, at, f); err != nil {
			return nil, err
		}
		return nil, desk.ErrUnauthorizedClient
	}
	return nil, desk.ErrUnsupportedGrantType
}

func (d *door) refresh(r *http.Request, at *place, app *desk.App, f url.Values) (*access.Pair, error) {
	var asked []string
	if f.Get("scope") != "" {
		var unknown []string
		if asked, unknown = desk.SplitScopes(f.Get("scope")); len(unknown) > 0 || len(asked) == 0 {
			return nil, desk.ErrInvalidScope
		}
	}
	return d.c.Apps.Refresh(r.Context(), at.store, app, f.Get("refresh_token"), asked, at.visit)
}

// client identifies who asks, by HTTP Basic or by the form (RFC 6749, section 2.3.1).
func (d *door) client(r *http.Request, at *place, f url.Values) (*desk.App, error) {
	id, secret := f.Get("client_id"), f.Get("client_secret")
	if r.Header.Get("Authorization") != "" {
		user, password, ok := r.BasicAuth()
		if !ok {
			return nil, desk.ErrInvalidClient
		}
		// Both are form-encoded inside; ours hold nothing that changes by it.
		basicID, errID := url.QueryUnescape(user)
		basicSecret, errSecret := url.QueryUnescape(password)
		if errID != nil || errSecret != nil || id != "" && id != basicID {
			return nil, desk.ErrInvalidClient
		}
		id, secret = basicID, basicSecret
	}
	return d.c.Apps.Identify(r.Context(), at.store, id, secret)
}

// revoke is POST /oauth2/revoke_token/ (RFC 7009). Unknown tokens are no error.
func (d *door) revoke(w http.ResponseWriter, r *http.Request, at *place) {
	f, err := form(w, r)
	if err == nil && f.Get("token") == "" {
		err = desk.ErrMissingToken
	}
	var app *desk.App
	if err == nil {
		app, err = d.client(r, at, f)
	}
	if err == nil {
		err = d.c.Apps.End(r.Context(), at.store, app, f.Get("token"), at.visit)
	}
	if err != nil {
		d.refuse(w, r, err)
		return
	}
	w.Header().Set("Content-Length", "0")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(http.StatusOK)
}

// living is the answer of RFC 7662, section 2.2.
type living struct {
	Active   bool   `json:"active"`
	Scope    string `json:"scope,omitempty"`
	ClientID string `json:"client_id,omitempty"`
	Username string `json:"username,omitempty"`
	Type     string `json:"token_type,omitempty"`
	Expires  int64  `json:"exp,omitempty"`
	IssuedAt int64  `json:"iat,omitempty"`
	Issuer   string `json:"iss,omitempty"`
}

// introspect is POST /oauth2/introspect/ (RFC 7662). A client with a secret learns of
// its own access tokens; all else is {"active":false}, so that nobody can try out
// tokens (section 4).
func (d *door) introspect(w http.ResponseWriter, r *http.Request, at *place) {
	f, err := form(w, r)
	var app *desk.App
	if err == nil {
		app, err = d.client(r, at, f)
	}
	if err == nil && app.Public {
		err = desk.ErrInvalidClient
	}
	if err != nil {
		d.refuse(w, r, err)
		return
	}
	t, err := d.c.Apps.Describe(r.Context(), at.store, app, f.Get("token"))
	switch {
	case desk.CodeOf(err) == desk.NotFound:
		answer(w, http.StatusOK, living{})
	case err != nil:
		d.refuse(w, r, err)
	default:
		answer(w, http.StatusOK, living{
			Active: true, Scope: strings.Join(t.Scopes, " "), ClientID: app.ClientID, Username: t.Email, Type: "Bearer",
			Expires: t.ExpiresAt.Time().Unix(), IssuedAt: t.IssuedAt.Time().Unix(), Issuer: at.client.URL(),
		})
	}
}

// metadata is the document of RFC 8414.
type metadata struct {
	Issuer             string   `json:"issuer"`
	Authorization      string   `json:"authorization_endpoint"`
	Token              string   `json:"token_endpoint"`
	Revocation         string   `json:"revocation_endpoint"`
	Introspection      string   `json:"introspection_endpoint"`
	Scopes             []string `json:"scopes_supported"`
	ResponseTypes      []string `json:"response_types_supported"`
	ResponseModes      []string `json:"response_modes_supported"`
	GrantTypes         []string `json:"grant_types_supported"`
	ChallengeMethods   []string `json:"code_challenge_methods_supported"`
	TokenAuth          []string `json:"token_endpoint_auth_methods_supported"`
	RevocationAuth     []string `json:"revocation_endpoint_auth_methods_supported"`
	IntrospectionAuth  []string `json:"introspection_endpoint_auth_methods_supported"`
	ServiceDocumention string   `json:"service_documentation"`
}

// describe is GET /.well-known/oauth-authorization-server.
func (d *door) describe(w http.ResponseWriter, _ *http.Request, at *place) {
	base := at.client.URL()
	scopes := make([]string, len(desk.Scopes))
	for i, s := range desk.Scopes {
		scopes[i] = s.String()
	}
	secret := []string{"client_secret_basic", "client_secret_post"}
	any := append(secret[:2:2], "none")
	answer(w, http.StatusOK, metadata{
		Issuer: base, Authorization: base + authorizePath, Token: base + tokenPath, Revocation: base + revokePath,
		Introspection: base + introspectPath, Scopes: scopes, ResponseTypes: []string{"code"}, ResponseModes: []string{"query"},
		GrantTypes: []string{"authorization_code", "refresh_token"}, ChallengeMethods: []string{"S256"},
		TokenAuth: any, RevocationAuth: any, IntrospectionAuth: secret, ServiceDocumention: base + "/api/docs/",
	})
}
