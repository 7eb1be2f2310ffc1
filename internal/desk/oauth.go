package desk

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"net/url"
	"slices"
	"strings"
)

// OAuthError is a refusal in the words of RFC 6749, sections 4.1.2.1 and 5.2.
type OAuthError struct {
	Code        string // such as invalid_grant
	Description string // "" = none
}

func (e *OAuthError) Error() string {
	if e.Description == "" {
		return e.Code
	}
	return e.Code + ": " + e.Description
}

// The refusals. Those with a description have the original's words.
var (
	ErrInvalidClient           = &OAuthError{Code: "invalid_client"}
	ErrInvalidGrant            = &OAuthError{Code: "invalid_grant"}
	ErrInvalidScope            = &OAuthError{Code: "invalid_scope"}
	ErrUnauthorizedClient      = &OAuthError{Code: "unauthorized_client"}
	ErrUnsupportedGrantType    = &OAuthError{Code: "unsupported_grant_type"}
	ErrUnsupportedResponseType = &OAuthError{Code: "unsupported_response_type"}
	ErrAccessDenied            = &OAuthError{Code: "access_denied"}
	ErrMissingCode             = &OAuthError{"invalid_request", "Missing code parameter."}
	ErrMissingRefresh          = &OAuthError{"invalid_request", "Missing refresh token parameter."}
	ErrMissingToken            = &OAuthError{"invalid_request", "Missing token parameter."}
	ErrMissingResponseType     = &OAuthError{"invalid_request", "Missing response_type parameter."}
	ErrMismatchingRedirect     = &OAuthError{"invalid_request", "Mismatching redirect URI."}
	ErrMissingRedirect         = &OAuthError{"invalid_request", "Missing redirect URI."}
	ErrMissingVerifier         = &OAuthError{"invalid_request", "Code verifier required."}
	ErrChallengeRequired       = &OAuthError{"invalid_request", "Code challenge required."}
	ErrChallengeMethod         = &OAuthError{"invalid_request", "Transform algorithm not supported."}
	ErrChallenge               = &OAuthError{"invalid_request", "The code challenge is malformed."}
)

// Seconds that the things of an authorization live. Counted in seconds and 64 bits, for
// the 500 years of an access token do not fit into a time.Duration.
const (
	AccessTokenSeconds  int64 = 15_778_476_000 // as the original's expires_in
	CodeSeconds         int64 = 60
	SessionTokenSeconds int64 = 60
)

// After is the instant some seconds later.
func (i Instant) After(seconds int64) Instant { return i + Instant(seconds*1_000_000) }

// Authorization is a request for a grant (RFC 6749, section 4.1.1; RFC 7636, 4.3).
type Authorization struct {
	ResponseType    string
	ClientID        string
	RedirectURI     string // as sent; "" = not sent
	Scope           string
	State           string
	Challenge       string
	ChallengeMethod string
	HasState        bool
}

// Return finds where the answer goes: the redirect URI as sent, if it is, byte for
// byte, one the app has (RFC 9700, section 2.1), or its only one if none was sent. ok
// is false when there is no such: then nothing may be redirected (RFC 6749, 3.1.2.4).
func (a *Authorization) Return(app *App) (uri string, ok bool) {
	if a.RedirectURI == "" {
		if len(app.RedirectURIs) != 1 {
			return "", false
		}
		return app.RedirectURIs[0], true
	}
	return a.RedirectURI, slices.Contains(app.RedirectURIs, a.RedirectURI)
}

// Check returns the scopes that the request is for, or the *OAuthError to redirect
// with. Without a scope parameter the app's own scopes are meant.
func (a *Authorization) Check(app *App) (scopes []string, err error) {
	if a.ResponseType == "" {
		return nil, ErrMissingResponseType
	}
	if a.ResponseType != "code" {
		return nil, ErrUnsupportedResponseType
	}
	if err := a.checkChallenge(app); err != nil {
		return nil, err
	}
	if a.Scope == "" {
		return app.Scopes, nil
	}
	scopes, unknown := SplitScopes(a.Scope)
	if len(unknown) > 0 || len(scopes) == 0 || !Within(scopes, app.Scopes) {
		return nil, ErrInvalidScope
	}
	return scopes, nil
}

// checkChallenge wants PKCE from public clients, and S256 from everybody who uses it:
// "plain", which is also what an absent method means (RFC 7636, section 4.3), would let
// whoever sees the request use the code.
func (a *Authorization) checkChallenge(app *App) error {
	switch {
	case a.Challenge == "" && a.ChallengeMethod != "":
		return ErrChallengeRequired
	case a.Challenge == "" && app.Public:
		return ErrChallengeRequired
	case a.Challenge == "":
		return nil
	case a.ChallengeMethod != "S256":
		return ErrChallengeMethod
	}
	if sum, err := base64.RawURLEncoding.Strict().DecodeString(a.Challenge); err != nil || len(sum) != sha256.Size {
		return ErrChallenge
	}
	return nil
}

// CheckVerifier compares a code verifier with the challenge of the code (RFC 7636,
// section 4.6). A verifier without a challenge is refused too: the request for the code
// was then not the client's own, but one robbed of its challenge (RFC 9700, 2.1.1).
func CheckVerifier(challenge, verifier string) error {
	switch {
	case challenge == "" && verifier == "":
		return nil
	case challenge == "":
		return ErrInvalidGrant
	case verifier == "":
		return ErrMissingVerifier
	}
	sum := sha256.Sum256([]byte(verifier))
	got := base64.RawURLEncoding.EncodeToString(sum[:])
	if len(verifier) < 43 || len(verifier) > 128 || subtle.ConstantTimeCompare([]byte(got), []byte(challenge)) != 1 {
		return ErrInvalidGrant
	}
	return nil
}

// Granted is the redirect that carries a code (RFC 6749, section 4.1.2), with the
// store's network domain in front, as the original has it.
func (a *Authorization) Granted(uri string, st *Store, code string) string {
	return appendQuery(uri, append([]string{"store", st.NetworkDomain, "code", code}, a.state()...)...)
}

// Refused is the redirect that carries an error (RFC 6749, section 4.1.2.1).
func (a *Authorization) Refused(uri string, e *OAuthError) string {
	query := []string{"error", e.Code}
	if e.Description != "" {
		query = append(query, "error_description", e.Description)
	}
	return appendQuery(uri, append(query, a.state()...)...)
}

// state hands the client's state back as it came, and nothing if there was none.
func (a *Authorization) state() []string {
	if !a.HasState {
		return nil
	}
	return []string{"state", a.State}
}

// AppAddress is the app's own URL with the store's network domain, and what else is
// given as names and values.
func (app *App) AppAddress(st *Store, pairs ...string) string {
	return appendQuery(app.URL, append([]string{"store", st.NetworkDomain}, pairs...)...)
}

// appendQuery adds names and values to a URI's query, in the order given, and leaves
// every byte of the URI as it is. The URI has no fragment.
func appendQuery(uri string, pairs ...string) string {
	var b strings.Builder
	b.WriteString(uri)
	glue := "?"
	if at := strings.IndexByte(uri, '?'); at >= 0 {
		glue = "&"
		if at == len(uri)-1 || strings.HasSuffix(uri, "&") {
			glue = ""
		}
	}
	for i := 0; i+1 < len(pairs); i += 2 {
		b.WriteString(glue + pairs[i] + "=" + url.QueryEscape(pairs[i+1]))
		glue = "&"
	}
	return b.String()
}
