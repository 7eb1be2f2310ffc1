package desk_test

import (
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"net/url"
	"strings"
	"testing"
	"time"

	"storedesk/internal/desk"
)

const verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk" // RFC 7636, appendix B

func challenge(verifier string) string {
	sum := sha256.Sum256([]byte(verifier))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

func confidential() *desk.App {
	return &desk.App{Scopes: []string{"tickets:read", "tickets:write"}, RedirectURIs: []string{"https://app.example/cb"}}
}

func TestAuthorizationRequests(t *testing.T) {
	t.Parallel()
	public := confidential()
	public.Public = true
	for name, c := range map[string]struct {
		app    *desk.App
		change func(*desk.Authorization)
		want   error
		scopes string
	}{
		"plain":                        {confidential(), func(*desk.Authorization) {}, nil, "tickets:read"},
		"without scope: the app's own": {confidential(), func(a *desk.Authorization) { a.Scope = "" }, nil, "tickets:read tickets:write"},
		"a scope twice":                {confidential(), func(a *desk.Authorization) { a.Scope = "tickets:read  tickets:read" }, nil, "tickets:read"},
		"S256":                         {confidential(), func(a *desk.Authorization) { a.Challenge, a.ChallengeMethod = challenge(verifier), "S256" }, nil, "tickets:read"},
		"public with S256":             {public, func(a *desk.Authorization) { a.Challenge, a.ChallengeMethod = challenge(verifier), "S256" }, nil, "tickets:read"},
		"no response type":             {confidential(), func(a *desk.Authorization) { a.ResponseType = "" }, desk.ErrMissingResponseType, ""},
		"implicit":                     {confidential(), func(a *desk.Authorization) { a.ResponseType = "token" }, desk.ErrUnsupportedResponseType, ""},
		"hybrid":                       {confidential(), func(a *desk.Authorization) { a.ResponseType = "code token" }, desk.ErrUnsupportedResponseType, ""},
		"unknown scope":                {confidential(), func(a *desk.Authorization) { a.Scope = "tickets:eat" }, desk.ErrInvalidScope, ""},
		"scope of another app":         {confidential(), func(a *desk.Authorization) { a.Scope = "users:read" }, desk.ErrInvalidScope, ""},
		"one good and one bad scope":   {confidential(), func(a *desk.Authorization) { a.Scope = "tickets:read admin:write" }, desk.ErrInvalidScope, ""},
		"scope of spaces":              {confidential(), func(a *desk.Authorization) { a.Scope = " " }, desk.ErrInvalidScope, ""},
		"public without PKCE":          {public, func(*desk.Authorization) {}, desk.ErrChallengeRequired, ""},
		"public with plain":            {public, func(a *desk.Authorization) { a.Challenge, a.ChallengeMethod = verifier, "plain" }, desk.ErrChallengeMethod, ""},
		"plain method":                 {confidential(), func(a *desk.Authorization) { a.Challenge, a.ChallengeMethod = verifier, "plain" }, desk.ErrChallengeMethod, ""},
		"method left out is plain":     {confidential(), func(a *desk.Authorization) { a.Challenge = challenge(verifier) }, desk.ErrChallengeMethod, ""},
		"method without challenge":     {confidential(), func(a *desk.Authorization) { a.ChallengeMethod = "S256" }, desk.ErrChallengeRequired, ""},
		"challenge that is no hash":    {confidential(), func(a *desk.Authorization) { a.Challenge, a.ChallengeMethod = "abc", "S256" }, desk.ErrChallenge, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			q := &desk.Authorization{ResponseType: "code", ClientID: "x", Scope: "tickets:read"}
			c.change(q)
			scopes, err := q.Check(c.app)
			if !errors.Is(err, c.want) || strings.Join(scopes, " ") != c.scopes {
				t.Errorf("got %q, %v; want %q, %v", scopes, err, c.scopes, c.want)
			}
		})
	}
}

func TestRedirectsMatchByteForByte(t *testing.T) {
	t.Parallel()
	one, two := confidential(), confidential()
	two.RedirectURIs = append(two.RedirectURIs, "https://app.example/other?x=1")
	for _, c := range []struct {
		app  *desk.App
		sent string
		want string
		ok   bool
	}{
		{one, "https://app.example/cb", "https://app.example/cb", true},
		{one, "", "https://app.example/cb", true},
		{two, "", "", false},
		{two, "https://app.example/other?x=1", "https://app.example/other?x=1", true},
		{two, "https://app.example/other", "", false},
		{one, "https://app.example/cb/", "", false},
		{one, "https://app.example/cb?x=1", "", false},
		{one, "https://app.example/cb#x", "", false},
		{one, "https://app.example/CB", "", false},
		{one, "https://APP.example/cb", "", false},
		{one, "http://app.example/cb", "", false},
		{one, "https://app.example:443/cb", "", false},
		{one, "https://app.example.evil.example/cb", "", false},
		{one, "https://evil.example/https://app.example/cb", "", false},
		{one, "https://app.example@evil.example/cb", "", false},
		{one, "https://app.example/cb/../evil", "", false},
		{one, "https://app.example/%63b", "", false},
		{one, "//app.example/cb", "", false},
		{one, "javascript:alert(1)", "", false},
	} {
		uri, ok := (&desk.Authorization{RedirectURI: c.sent}).Return(c.app)
		if ok != c.ok || ok && uri != c.want {
			t.Errorf("%q: got %q, %v", c.sent, uri, ok)
		}
	}
}

func TestWhichAddressesAnAppMayHave(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		uri                  string
		confidential, public bool
	}{
		{"https://app.example/cb", true, true},
		{"https://app.example/cb?x=1", true, true},
		{"https://app.example", true, true},
		{"http://localhost:3000/cb", true, true},
		{"http://127.0.0.1/cb", true, true},
		{"http://[::1]:99/cb", true, true},
		{"com.example.app:/cb", false, true},
		{"http://app.example/cb", false, false},
		{"http://127.0.0.1.evil.example/cb", false, false},
		{"https://app.example/cb#x", false, false},
		{"https://app.example/cb#", false, false},
		{"https://user@app.example/cb", false, false},
		{"https:///cb", false, false},
		{"https:cb", false, false},
		{"/cb", false, false},
		{"javascript:alert(1)", false, false},
		{"data:text/html,x", false, false},
		{"myapp:/cb", false, false},
		{"https://app.example/\\evil", false, false},
		{"https://app.example/a b", false, false},
		{"https://app.example/ü", false, false},
		{"https://app.example/\nx", false, false},
		{"https://app.example/" + strings.Repeat("a", 2000), false, false},
	} {
		for _, public := range []bool{false, true} {
			want := c.confidential
			if public {
				want = c.public
			}
			in := &desk.AppInput{Name: "x", Scopes: "tickets:read", OAuth: true, Public: public, RedirectURIs: []string{c.uri}}
			if _, err := in.App(); (err == nil) != want {
				t.Errorf("%q, public %v: %v", c.uri, public, err)
			}
		}
	}
}

func TestAppsAreChecked(t *testing.T) {
	t.Parallel()
	for field, in := range map[string]desk.AppInput{
		"name":          {Name: " ", Scopes: "tickets:read"},
		"scopes":        {Name: "x", Scopes: "tickets:read nothing:read"},
		"redirect_uris": {Name: "x", Scopes: "tickets:read", OAuth: true},
		"app_url":       {Name: "x", Scopes: "tickets:read", OAuth: true, RedirectURIs: []string{"https://a.example/"}, URL: "javascript:x"},
	} {
		_, err := in.App()
		var e *desk.Error
		if !errors.As(err, &e) || len(e.Fields[field]) != 1 || len(e.Fields) != 1 {
			t.Errorf("%s: %v", field, err)
		}
	}
}

func TestVerifiers(t *testing.T) {
	t.Parallel()
	good := challenge(verifier)
	for name, c := range map[string]struct {
		challenge, verifier string
		want                error
	}{
		"neither":                    {"", "", nil},
		"right":                      {good, verifier, nil},
		"wrong":                      {good, strings.Repeat("a", 43), desk.ErrInvalidGrant},
		"missing":                    {good, "", desk.ErrMissingVerifier},
		"the challenge as verifier":  {good, good, desk.ErrInvalidGrant},
		"too short":                  {challenge("short"), "short", desk.ErrInvalidGrant},
		"too long":                   {challenge(strings.Repeat("a", 129)), strings.Repeat("a", 129), desk.ErrInvalidGrant},
		"verifier without challenge": {"", verifier, desk.ErrInvalidGrant},
	} {
		if err := desk.CheckVerifier(c.challenge, c.verifier); !errors.Is(err, c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestAnswersKeepTheURIAndTheState(t *testing.T) {
	t.Parallel()
	st := &desk.Store{NetworkDomain: "shop.example"}
	with := &desk.Authorization{State: "a b&c=ü", HasState: true}
	for _, c := range []struct{ got, want string }{
		{(&desk.Authorization{}).Granted("https://app.example/cb", st, "K"), "https://app.example/cb?store=shop.example&code=K"},
		{with.Granted("https://app.example/cb", st, "K"), "https://app.example/cb?store=shop.example&code=K&state=a+b%26c%3D%C3%BC"},
		{with.Granted("https://app.example/cb?x=%31", st, "K"), "https://app.example/cb?x=%31&store=shop.example&code=K&state=a+b%26c%3D%C3%BC"},
		{(&desk.Authorization{HasState: true}).Granted("com.example.app:/cb", st, "K"), "com.example.app:/cb?store=shop.example&code=K&state="},
		{(&desk.Authorization{}).Refused("https://app.example/cb", desk.ErrAccessDenied), "https://app.example/cb?error=access_denied"},
		{with.Refused("https://app.example/cb?", desk.ErrInvalidScope), "https://app.example/cb?error=invalid_scope&state=a+b%26c%3D%C3%BC"},
	} {
		if c.got != c.want {
			t.Errorf("got %s, want %s", c.got, c.want)
		}
	}
}

func TestFiveHundredYearsFit(t *testing.T) {
	t.Parallel()
	now := desk.At(time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC))
	end := now.After(desk.AccessTokenSeconds).Time()
	if end.Year() != 2526 {
		t.Errorf("an access token ends in %s", end)
	}
}

func TestScopesKnowWhatIsServed(t *testing.T) {
	t.Parallel()
	for name, served := range map[string]bool{
		"tickets:read": true, "tickets:write": true, "orders:read": true, "orders:write": false, "catalogue:read": true,
		"admin:write": true, "carts:read": false, "gift_cards:write": false, "gateways:read": false, "store:read": false,
	} {
		s, ok := desk.FindScope(name)
		if !ok || s.Served != served {
			t.Errorf("%s: %v %v", name, ok, s)
		}
	}
	for _, name := range []string{"gateways:write", "store:write", "tickets", "tickets:", "Tickets:read", ""} {
		if _, ok := desk.FindScope(name); ok {
			t.Errorf("%q is a scope", name)
		}
	}
}

// FuzzAnswers: whatever the state, the redirect begins with the URI that was registered,
// carries the state back, and is one line.
func FuzzAnswers(f *testing.F) {
	f.Add("xyz", "https://app.example/cb")
	f.Add("a b&c=d#e\r\nX: y", "https://app.example/cb?x=1")
	f.Add("\x00\xff", "com.example.app:/cb?")
	st := &desk.Store{NetworkDomain: "shop.example"}
	f.Fuzz(func(t *testing.T, state, uri string) {
		in := &desk.AppInput{Name: "x", Scopes: "tickets:read", OAuth: true, Public: true, RedirectURIs: []string{uri}}
		app, err := in.App()
		if err != nil {
			return
		}
		uri = app.RedirectURIs[0]
		a := &desk.Authorization{State: state, HasState: true}
		for _, to := range []string{a.Granted(uri, st, "K"), a.Refused(uri, desk.ErrAccessDenied)} {
			if !strings.HasPrefix(to, uri) || strings.ContainsAny(to, "\r\n \"") {
				t.Fatalf("%q leads to %q", uri, to)
			}
			_, raw, _ := strings.Cut(to, "?")
			last := raw[strings.LastIndex(raw, "state=")+len("state="):]
			if got, err := url.QueryUnescape(last); err != nil || got != state {
				t.Fatalf("the state %q comes back as %q", state, got)
			}
		}
	})
}
