package desk

import (
	"net"
	"net/url"
	"slices"
	"strings"
)

// AppKind tells how an app gets to a store's data.
type AppKind string

// The kinds of apps.
const (
	AppToken AppKind = "token" // made for one store, with a token shown once
	AppOAuth AppKind = "oauth" // a partner's: staff consent, and the app fetches its tokens
)

// App is a program that a store lets at its data.
type App struct {
	ID      int64
	StoreID int64 // 0: the installation's, offered to every store
	Kind    AppKind
	Name    string
	Scopes  []string // the most it may have

	// For AppOAuth.
	ClientID     string
	ClientSecret string // "" for a public client; kept as it is, for session tokens are signed with it
	Public       bool   // it cannot keep a secret, as a program on a desk cannot
	URL          string // where it begins: installing and opening it lead there
	RedirectURIs []string

	CreatedBy  int64 // the user who made it; 0: the command line
	CreatedAt  Instant
	RotatedAt  Instant // 0 = never
	RevokedAt  Instant // 0 = not
	LastUsedAt Instant // of its newest use, in the store that asks; 0 = never
	Grants     int     // tokens alive in the store that asks
}

// AppInput is what somebody who makes an app says of it.
type AppInput struct {
	Name         string
	Scopes       string // separated by spaces
	OAuth        bool
	Public       bool
	URL          string
	RedirectURIs []string
}

// MaxAppName is the longest name of an app, in bytes.
const MaxAppName = 100

// maxURI is the longest redirect URI.
const maxURI = 2000

// App checks the input and makes the noun of it, without ids and secrets. Errors:
// Invalid with the fields name, scopes, app_url, redirect_uris.
func (in *AppInput) App() (*App, error) {
	fields := Fields{}
	app := &App{Kind: AppToken, Name: strings.TrimSpace(in.Name)}
	switch {
	case app.Name == "":
		fields.Add("name", "app.error.name")
	case len(app.Name) > MaxAppName || strings.ContainsFunc(app.Name, isControl):
		fields.Add("name", "app.error.name_long")
	}
	var unknown []string
	app.Scopes, unknown = SplitScopes(in.Scopes)
	if len(unknown) > 0 || len(app.Scopes) == 0 {
		fields.Add("scopes", "app.error.scopes")
	}
	if in.OAuth {
		app.Kind, app.Public = AppOAuth, in.Public
		in.addresses(app, fields)
	}
	if len(fields) > 0 {
		return nil, &Error{Code: Invalid, Message: "the app is not complete", Fields: fields}
	}
	return app, nil
}

func (in *AppInput) addresses(app *App, fields Fields) {
	for _, uri := range in.RedirectURIs {
		if uri = strings.TrimSpace(uri); uri == "" || slices.Contains(app.RedirectURIs, uri) {
			continue
		}
		if !validRedirect(uri, in.Public) {
			fields.Add("redirect_uris", "app.error.redirect")
			break
		}
		app.RedirectURIs = append(app.RedirectURIs, uri)
	}
	if len(app.RedirectURIs) == 0 && len(fields["redirect_uris"]) == 0 {
		fields.Add("redirect_uris", "app.error.redirect_missing")
	}
	app.URL = strings.TrimSpace(in.URL)
	if app.URL != "" && !validRedirect(app.URL, false) {
		fields.Add("app_url", "app.error.url")
	}
}

func isControl(r rune) bool { return r < ' ' || r == 0x7f }

// notASCII finds what no URI has (RFC 3986, section 2): it must come percent-encoded.
func notASCII(r rune) bool { return r < ' ' || r >= 0x7f }

// validRedirect tells whether an app may have a URI as its redirect (RFC 6749, section
// 3.1.2; RFC 9700, section 2.6): absolute, without fragment, and never over plain HTTP
// except to the same machine. A public client may have a scheme of its own, in reverse
// domain form (RFC 8252, section 7.1).
func validRedirect(uri string, public bool) bool {
	u, err := url.Parse(uri)
	if err != nil || len(uri) > maxURI || u.Fragment != "" || strings.ContainsAny(uri, "#\\ \"<>^`{|}") || u.User != nil ||
		strings.ContainsFunc(uri, notASCII) {
		return false
	}
	switch u.Scheme {
	case "https":
		return u.Hostname() != ""
	case "http":
		return loopback(u.Hostname())
	}
	return public && strings.Contains(u.Scheme, ".")
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// Origin is the part of a URI that a page's policy names to allow a form to end there:
// scheme and host, or the scheme alone where there is no host.
func Origin(uri string) string {
	u, err := url.Parse(uri)
	switch {
	case err != nil:
		return ""
	case u.Scheme == "http" || u.Scheme == "https":
		return u.Scheme + "://" + u.Host
	}
	return u.Scheme + ":"
}
