package oauth_test

import (
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"storedesk/internal/access"
	"storedesk/internal/desk"
)

const (
	verifier  = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk" // RFC 7636, appendix B
	challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
)

func withPKCE(v url.Values) {
	v.Set("code_challenge", challenge)
	v.Set("code_challenge_method", "S256")
}

func withVerifier(v url.Values) { v.Set("code_verifier", verifier) }

// TestTheFlow walks the original's documented way from the link to the tokens.
func TestTheFlow(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, d *door) {
		app := d.app(nil)
		a := d.browse("GET", "/dashboard/apps/install-app/?client_id="+app.ClientID, nil)
		if got := a.redirect(t).String(); got != "https://app.example/start?store=main.example" {
			t.Errorf("installing leads to %s", got)
		}
		a = d.browse("GET", "/oauth2/authorize/?"+query(app, nil), nil)
		for _, part := range []string{"Parcel Pal", "Main", "List and see tickets", "Create, answer and change tickets", "https://app.example"} {
			if a.Status != 200 || !strings.Contains(a.Body, part) {
				t.Errorf("%d: the consent page does not say %q", a.Status, part)
			}
		}
		a = d.browse("POST", "/oauth2/authorize/", url.Values{"request": {query(app, nil)}, "allow": {"yes"}})
		location := a.Header.Get("Location")
		code, begins := strings.CutPrefix(location, "https://app.example/cb?store=main.example&code=")
		code, ends := strings.CutSuffix(code, "&state=xyz")
		if !begins || !ends || a.Status != http.StatusFound {
			t.Fatalf("consent leads to %d %s", a.Status, location)
		}
		p, a := d.exchange(app, code, nil)
		if p.Expires != 15778476000 || p.Type != "Bearer" || p.Scope != "tickets:read tickets:write" || p.Access == "" || p.Refresh == "" {
			t.Errorf("the answer is %d %s", a.Status, a.Body)
		}
		if a.Header.Get("Cache-Control") != "no-store" || a.Header.Get("Pragma") != "no-cache" || a.Header.Get("Content-Type") != "application/json" {
			t.Errorf("the headers are %v", a.Header)
		}
		if !d.good(d.st, p.Access) || d.good(d.st, p.Refresh) || d.good(d.other, p.Access) || d.good(d.st, code) {
			t.Error("the access token is not good, or something else is")
		}

		second, a := d.refresh(app, p.Refresh, nil)
		if a.Status != 200 || !d.good(d.st, second.Access) || d.good(d.st, p.Access) || second.Expires != 15778476000 {
			t.Errorf("refreshing: %d %s", a.Status, a.Body)
		}
		d.clock.advance(100 * 365 * 24 * time.Hour)
		if !d.good(d.st, second.Access) {
			t.Error("the token does not live for a hundred years")
		}
		a = d.do("POST", "/oauth2/revoke_token/", url.Values{"token": {second.Access}, "client_id": {app.ClientID}, "client_secret": {app.ClientSecret}})
		a.want(t, 200, "")
		if d.good(d.st, second.Access) {
			t.Error("the token lives on after it was revoked")
		}
		_, a = d.refresh(app, second.Refresh, nil)
		a.want(t, 400, refusal("invalid_grant"))
	})
}

func TestPublicClients(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, d *door) {
		app := d.app(func(in *desk.AppInput) {
			in.Public, in.RedirectURIs = true, []string{"https://app.example/cb", "com.example.app:/cb"}
		})
		if app.ClientSecret != "" {
			t.Error("it has a secret")
		}
		code := d.allow(query(app, func(v url.Values) {
			withPKCE(v)
			v.Set("redirect_uri", "com.example.app:/cb")
		}))
		p, a := d.exchange(app, code, func(v url.Values) {
			withVerifier(v)
			v.Set("redirect_uri", "com.example.app:/cb")
			v.Del("client_secret")
		})
		if !d.good(d.st, p.Access) {
			t.Fatalf("%d %s", a.Status, a.Body)
		}
		if p, a = d.refresh(app, p.Refresh, func(v url.Values) { v.Del("client_secret") }); !d.good(d.st, p.Access) {
			t.Fatalf("%d %s", a.Status, a.Body)
		}
		d.do("POST", "/oauth2/introspect/", url.Values{"token": {p.Access}, "client_id": {app.ClientID}}).want(t, 401, refusal("invalid_client"))
	})
}

// TestRefusedAuthorizations asks for codes in every wrong way.
func TestRefusedAuthorizations(t *testing.T) {
	t.Parallel()
	d := lite(t)
	app := d.app(nil)
	public := d.app(func(in *desk.AppInput) { in.Public = true })
	token, _, err := d.apps.Create(t.Context(), d.st, &desk.AppInput{Name: "x", Scopes: "tickets:read"}, false, access.Author{})
	if err != nil {
		t.Fatal(err)
	}
	foreign, _, err := d.apps.Create(t.Context(), d.other, &desk.AppInput{
		Name: "x", Scopes: "tickets:read", OAuth: true, RedirectURIs: []string{"https://app.example/cb"},
	}, false, access.Author{})
	if err != nil {
		t.Fatal(err)
	}
	const back = "https://app.example/cb?"
	for name, c := range map[string]struct {
		query string
		want  string // where it leads; "" = a page, 400, no redirect
	}{
		"unknown client":         {query(app, func(v url.Values) { v.Set("client_id", "nobody") }), ""},
		"no client":              {query(app, func(v url.Values) { v.Del("client_id") }), ""},
		"a client of a token":    {query(token, nil), ""},
		"foreign store's client": {query(foreign, nil), ""},
		"wrong redirect":         {query(app, func(v url.Values) { v.Set("redirect_uri", "https://evil.example/cb") }), ""},
		"redirect with more":     {query(app, func(v url.Values) { v.Set("redirect_uri", "https://app.example/cb/../../evil") }), ""},
		"redirect to a script":   {query(app, func(v url.Values) { v.Set("redirect_uri", "javascript:alert(1)") }), ""},
		"redirect twice":         {query(app, nil) + "&redirect_uri=https%3A%2F%2Fevil.example%2F", ""},
		"client twice":           {query(app, nil) + "&client_id=x", ""},
		"not a query":            {"client_id=%zz", ""},
		"unknown scope":          {query(app, func(v url.Values) { v.Set("scope", "tickets:eat") }), back + "error=invalid_scope&state=xyz"},
		"scope not granted":      {query(app, func(v url.Values) { v.Set("scope", "tickets:read admin:write") }), back + "error=invalid_scope&state=xyz"},
		"implicit":               {query(app, func(v url.Values) { v.Set("response_type", "token") }), back + "error=unsupported_response_type&state=xyz"},
		"without state":          {query(app, func(v url.Values) { v.Set("response_type", "token"); v.Del("state") }), back + "error=unsupported_response_type"},
		"public without PKCE":    {query(public, nil), back + "error=invalid_request&error_description=Code+challenge+required.&state=xyz"},
		"downgraded to plain": {
			query(public, func(v url.Values) { v.Set("code_challenge", verifier); v.Set("code_challenge_method", "plain") }),
			back + "error=invalid_request&error_description=Transform+algorithm+not+supported.&state=xyz",
		},
		"method left out": {
			query(app, func(v url.Values) { v.Set("code_challenge", challenge) }),
			back + "error=invalid_request&error_description=Transform+algorithm+not+supported.&state=xyz",
		},
	} {
		t.Run(name, func(t *testing.T) {
			for _, a := range []*answer{
				d.browse("GET", "/oauth2/authorize/?"+c.query, nil),
				d.browse("POST", "/oauth2/authorize/", url.Values{"request": {c.query}, "allow": {"yes"}}),
			} {
				switch got := a.Header.Get("Location"); {
				case c.want == "" && (a.Status != 400 || got != "" || !strings.Contains(a.Body, "cannot be let in")):
					t.Errorf("%d %q", a.Status, got)
				case c.want != "" && (a.Status != 302 || got != c.want):
					t.Errorf("%d %q, want %q", a.Status, got, c.want)
				}
			}
		})
	}
}

func TestDenying(t *testing.T) {
	t.Parallel()
	d := lite(t)
	app := d.app(nil)
	for state, want := range map[string]string{
		"xyz": "https://app.example/cb?error=access_denied&state=xyz", "": "https://app.example/cb?error=access_denied",
		"a b&c=d\n": "https://app.example/cb?error=access_denied&state=a+b%26c%3Dd%0A",
	} {
		q := query(app, func(v url.Values) {
			v.Del("state")
			if state != "" {
				v.Set("state", state)
			}
		})
		for _, press := range []string{"no", ""} {
			a := d.browse("POST", "/oauth2/authorize/", url.Values{"request": {q}, "allow": {press}})
			if got := a.redirect(t).String(); got != want {
				t.Errorf("got %s, want %s", got, want)
			}
		}
	}
}

// TestStateIsOptional: what is missing is not made up, what is there comes back.
func TestStateIsOptional(t *testing.T) {
	t.Parallel()
	d := lite(t)
	app := d.app(nil)
	a := d.browse("POST", "/oauth2/authorize/", url.Values{"allow": {"yes"}, "request": {query(app, func(v url.Values) { v.Del("state") })}})
	if a.redirect(t).Query().Has("state") {
		t.Errorf("there is a state in %s", a.Header.Get("Location"))
	}
	a = d.browse("POST", "/oauth2/authorize/", url.Values{"allow": {"yes"}, "request": {query(app, func(v url.Values) { v.Set("state", "<ü> &") })}})
	if got := a.redirect(t).Query().Get("state"); got != "<ü> &" {
		t.Errorf("the state is %q", got)
	}
}

// TestConsentNeedsThePerson tries the consent page without, with wrong and with right
// rights, and from another site.
func TestConsentNeedsThePerson(t *testing.T) {
	t.Parallel()
	d := lite(t)
	app := d.app(nil)
	path, form := "/oauth2/authorize/?"+query(app, nil), url.Values{"request": {query(app, nil)}, "allow": {"yes"}}
	a := d.do("GET", path, nil)
	if got, want := a.Header.Get("Location"), "/dashboard/login/?"+(url.Values{"next": {path}}).Encode(); a.Status != 302 || got != want {
		t.Errorf("without a session: %d %s, want %s", a.Status, got, want)
	}
	if a = d.do("POST", "/oauth2/authorize/", form); a.Status != 303 || a.Header.Get("Location") != "/dashboard/login/" {
		t.Errorf("posting without a session: %d %s", a.Status, a.Header.Get("Location"))
	}
	weak := []string{"Cookie", "storedesk_session=" + d.plain}
	for _, a := range []*answer{d.do("GET", path, nil, weak...), d.do("POST", "/oauth2/authorize/", form, weak...)} {
		if a.Status != 403 || a.Header.Get("Location") != "" {
			t.Errorf("without the permission: %d", a.Status)
		}
	}
	for _, site := range []string{"cross-site", "same-site"} {
		if a := d.browse("POST", "/oauth2/authorize/", form, "Sec-Fetch-Site", site); a.Status != 403 || a.Header.Get("Location") != "" {
			t.Errorf("from %s: %d", site, a.Status)
		}
	}
	if a := d.browse("POST", "/oauth2/authorize/", form, "Sec-Fetch-Site", "", "Origin", "https://evil.example"); a.Status != 403 {
		t.Errorf("from another origin: %d", a.Status)
	}
	if a := d.browse("GET", path, nil, "Host", "other.example"); a.Status != 400 {
		t.Errorf("at another store: %d", a.Status)
	}
}

// TestPagesCannotBeFramed looks at the headers against clickjacking (RFC 9700, section
// 4.16) and at what the policy lets the form do.
func TestPagesCannotBeFramed(t *testing.T) {
	t.Parallel()
	d := lite(t)
	app := d.app(nil)
	for path, action := range map[string]string{
		"/oauth2/authorize/?" + query(app, nil): "form-action 'self' https://app.example;",
		"/oauth2/authorize/?client_id=nobody":   "form-action 'self';",
		"/dashboard/apps/":                      "form-action 'self';",
	} {
		h := d.browse("GET", path, nil).Header
		policy := h.Get("Content-Security-Policy")
		if h.Get("X-Frame-Options") != "DENY" || !strings.Contains(policy, "frame-ancestors 'none'") || !strings.Contains(policy, action) ||
			strings.Contains(policy, "unsafe") || h.Get("Cache-Control") != "no-store" || h.Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%s: %v", path, h)
		}
	}
}

// TestRefusedExchanges shows a good code in every wrong way; the code stays good but
// for what the flow says.
func TestRefusedExchanges(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, d *door) {
		app, stranger := d.app(nil), d.app(nil)
		shared, _, err := d.apps.Create(t.Context(), d.st, &desk.AppInput{
			Name: "x", Scopes: "tickets:read tickets:write", OAuth: true, RedirectURIs: []string{"https://app.example/cb"},
		}, true, access.Author{})
		if err != nil {
			t.Fatal(err)
		}
		for name, c := range map[string]struct {
			app    *desk.App
			ask    func(url.Values)
			show   func(url.Values)
			host   string
			status int
			body   string
		}{
			"wrong secret":   {app, nil, func(v url.Values) { v.Set("client_secret", "x") }, "", 401, refusal("invalid_client")},
			"no secret":      {app, nil, func(v url.Values) { v.Del("client_secret") }, "", 401, refusal("invalid_client")},
			"unknown client": {app, nil, func(v url.Values) { v.Set("client_id", "x") }, "", 401, refusal("invalid_client")},
			"another client": {app, nil, func(v url.Values) {
				v.Set("client_id", stranger.ClientID)
				v.Set("client_secret", stranger.ClientSecret)
			}, "", 400, refusal("invalid_grant")},
			"foreign store":         {app, nil, nil, "other.example", 401, refusal("invalid_client")},
			"foreign store, shared": {shared, nil, nil, "other.example", 400, refusal("invalid_grant")},
			"wrong code":            {app, nil, func(v url.Values) { v.Set("code", "x") }, "", 400, refusal("invalid_grant")},
			"very long code":        {app, nil, func(v url.Values) { v.Set("code", strings.Repeat("x", 5000)) }, "", 400, refusal("invalid_grant")},
			"no code":               {app, nil, func(v url.Values) { v.Del("code") }, "", 400, refusal("invalid_request", "Missing code parameter.")},
			"empty code":            {app, nil, func(v url.Values) { v.Set("code", "") }, "", 400, refusal("invalid_request", "Missing code parameter.")},
			"code sent twice":       {app, nil, func(v url.Values) { v.Add("code", "x") }, "", 400, refusal("invalid_request", "Duplicate code parameter.")},
			"wrong redirect":        {app, nil, func(v url.Values) { v.Set("redirect_uri", "https://app.example/cb2") }, "", 400, refusal("invalid_request", "Mismatching redirect URI.")},
			"redirect left out":     {app, nil, func(v url.Values) { v.Del("redirect_uri") }, "", 400, refusal("invalid_request", "Missing redirect URI.")},
			"redirect made up":      {app, func(v url.Values) { v.Del("redirect_uri") }, nil, "", 400, refusal("invalid_request", "Mismatching redirect URI.")},
			"wrong verifier":        {app, withPKCE, func(v url.Values) { v.Set("code_verifier", strings.Repeat("a", 43)) }, "", 400, refusal("invalid_grant")},
			"no verifier":           {app, withPKCE, nil, "", 400, refusal("invalid_request", "Code verifier required.")},
			"challenge as verifier": {app, withPKCE, func(v url.Values) { v.Set("code_verifier", challenge) }, "", 400, refusal("invalid_grant")},
			"downgraded PKCE":       {app, nil, withVerifier, "", 400, refusal("invalid_grant")},
			"another grant":         {app, nil, func(v url.Values) { v.Set("grant_type", "client_credentials") }, "", 400, refusal("unauthorized_client")},
			"password":              {app, nil, func(v url.Values) { v.Set("grant_type", "password") }, "", 400, refusal("unauthorized_client")},
			"unknown grant":         {app, nil, func(v url.Values) { v.Set("grant_type", "x") }, "", 400, refusal("unsupported_grant_type")},
			"no grant":              {app, nil, func(v url.Values) { v.Del("grant_type") }, "", 400, refusal("unsupported_grant_type")},
		} {
			t.Run(name, func(t *testing.T) {
				code := d.allow(query(c.app, c.ask))
				var host []string
				if c.host != "" {
					host = []string{"Host", c.host}
				}
				p, a := d.exchange(c.app, code, c.show, host...)
				a.want(t, c.status, c.body)
				if p.Access != "" || a.Header.Get("Cache-Control") != "no-store" {
					t.Error("something was given")
				}
				challenged := a.Header.Get("WWW-Authenticate")
				if (c.status == 401) != (challenged == `Bearer error="invalid_client"`) {
					t.Errorf("the challenge is %q", challenged)
				}
			})
		}
	})
}

func TestCodeUsedTwiceRevokesItsTokens(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, d *door) {
		app, stranger := d.app(nil), d.app(nil)
		code := d.allow(query(app, nil))
		first, _ := d.exchange(app, code, nil)
		_, a := d.exchange(stranger, code, nil)
		a.want(t, 400, refusal("invalid_grant"))
		if !d.good(d.st, first.Access) {
			t.Error("another client's try ended the tokens")
		}
		_, a = d.exchange(app, code, nil)
		a.want(t, 400, refusal("invalid_grant"))
		if d.good(d.st, first.Access) {
			t.Error("the access token lives on")
		}
		log, err := d.db.AuditLog(t.Context(), d.st, desk.AuditFilter{}, 0, 1)
		if err != nil || len(log) != 1 || log[0].Action != "app.replayed" || log[0].Data["what"] != "code" || log[0].IP != "127.0.0.1" {
			t.Errorf("the audit log says %+v %v", log, err)
		}
		_, a = d.refresh(app, first.Refresh, nil)
		a.want(t, 400, refusal("invalid_grant"))
	})
}

func TestCodeAtOnce(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, d *door) {
		app := d.app(nil)
		code := d.allow(query(app, nil))
		var group sync.WaitGroup
		var mu sync.Mutex
		got := map[int]int{}
		for range 6 {
			group.Go(func() {
				_, a := d.exchange(app, code, nil)
				mu.Lock()
				defer mu.Unlock()
				got[a.Status]++
			})
		}
		group.Wait()
		if got[200] != 1 || got[400] != 5 {
			t.Errorf("%v", got)
		}
	})
}

func TestCodeExpires(t *testing.T) {
	t.Parallel()
	d := lite(t)
	app := d.app(nil)
	late, good := d.allow(query(app, nil)), ""
	d.clock.advance(time.Second)
	good = d.allow(query(app, nil))
	d.clock.advance(59 * time.Second)
	_, a := d.exchange(app, late, nil)
	a.want(t, 400, refusal("invalid_grant"))
	if _, a = d.exchange(app, good, nil); a.Status != 200 {
		t.Errorf("after 59 seconds: %d %s", a.Status, a.Body)
	}
}

func TestRefreshTokenUsedTwiceRevokesTheFamily(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, d *door) {
		app, stranger := d.app(nil), d.app(nil)
		first, _ := d.exchange(app, d.allow(query(app, nil)), nil)
		apart, _ := d.exchange(app, d.allow(query(app, nil)), nil)
		_, a := d.refresh(stranger, first.Refresh, nil)
		a.want(t, 400, refusal("invalid_grant"))
		second, _ := d.refresh(app, first.Refresh, nil)
		if !d.good(d.st, second.Access) {
			t.Fatal("refreshing failed")
		}
		_, a = d.refresh(app, first.Refresh, nil)
		a.want(t, 400, refusal("invalid_grant"))
		if d.good(d.st, second.Access) {
			t.Error("the family's access token lives on")
		}
		_, a = d.refresh(app, second.Refresh, nil)
		a.want(t, 400, refusal("invalid_grant"))
		if !d.good(d.st, apart.Access) {
			t.Error("another grant was ended too")
		}
	})
}

func TestRefreshingMayNarrow(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, d *door) {
		app := d.app(nil)
		p, _ := d.exchange(app, d.allow(query(app, func(v url.Values) { v.Set("scope", "tickets:read tickets:write") })), nil)
		for _, more := range []string{"users:read", "tickets:read admin:read", "tickets:eat", " "} {
			_, a := d.refresh(app, p.Refresh, func(v url.Values) { v.Set("scope", more) })
			a.want(t, 400, refusal("invalid_scope"))
		}
		narrow, a := d.refresh(app, p.Refresh, func(v url.Values) { v.Set("scope", "tickets:read") })
		if narrow.Scope != "tickets:read" {
			t.Fatalf("%d %s", a.Status, a.Body)
		}
		token, err := d.tokens.Authenticate(t.Context(), d.st, narrow.Access)
		if err != nil || token.Allows("tickets:write") || !token.Allows("tickets:read") {
			t.Errorf("%v %v", token, err)
		}
		if wide, _ := d.refresh(app, narrow.Refresh, nil); wide.Scope != "tickets:read tickets:write" {
			t.Errorf("the grant shrank to %q", wide.Scope)
		}
		_, a = d.refresh(app, "", nil)
		a.want(t, 400, refusal("invalid_request", "Missing refresh token parameter."))
		_, a = d.refresh(app, "x", nil)
		a.want(t, 400, refusal("invalid_grant"))
	})
}

func TestClientsShowThemselvesByBasicToo(t *testing.T) {
	t.Parallel()
	d := lite(t)
	app := d.app(nil)
	basic := func(id, secret string) []string {
		r, _ := http.NewRequest("GET", "/", nil)
		r.SetBasicAuth(id, secret)
		return []string{"Authorization", r.Header.Get("Authorization")}
	}
	bare := func(v url.Values) { v.Del("client_id"); v.Del("client_secret") }
	if _, a := d.exchange(app, d.allow(query(app, nil)), bare, basic(app.ClientID, app.ClientSecret)...); a.Status != 200 {
		t.Errorf("%d %s", a.Status, a.Body)
	}
	for name, header := range map[string][]string{
		"wrong secret": basic(app.ClientID, "x"), "wrong id": basic("x", app.ClientSecret), "bearer": {"Authorization", "Bearer " + app.ClientSecret},
		"rubbish": {"Authorization", "Basic %%%"},
	} {
		_, a := d.exchange(app, d.allow(query(app, nil)), bare, header...)
		if a.Status != 401 {
			t.Errorf("%s: %d %s", name, a.Status, a.Body)
		}
	}
}

// TestSecretsBelongInTheBody: what stands in the URL, or in a body that is no form, is
// not there.
func TestSecretsBelongInTheBody(t *testing.T) {
	t.Parallel()
	d := lite(t)
	app := d.app(nil)
	form := url.Values{
		"grant_type": {"authorization_code"}, "code": {d.allow(query(app, nil))}, "redirect_uri": {"https://app.example/cb"},
		"client_id": {app.ClientID}, "client_secret": {app.ClientSecret},
	}
	d.do("POST", "/oauth2/token/?"+form.Encode(), nil).want(t, 400, refusal("unsupported_grant_type"))
	d.do("POST", "/oauth2/token/", form, "Content-Type", "application/json").want(t, 400, refusal("unsupported_grant_type"))
	for _, path := range []string{"/oauth2/token/", "/oauth2/revoke_token/", "/oauth2/introspect/"} {
		if a := d.do("GET", path+"?"+form.Encode(), nil); a.Status != 405 || a.Header.Get("Allow") != "POST" {
			t.Errorf("GET %s: %d %v", path, a.Status, a.Header)
		}
	}
}

func TestRevoking(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, d *door) {
		app, stranger := d.app(nil), d.app(nil)
		made, secret, err := d.apps.Create(t.Context(), d.st, &desk.AppInput{Name: "x", Scopes: "tickets:read"}, false, access.Author{})
		if err != nil || made.ClientID != "" {
			t.Fatal(err)
		}
		p, _ := d.exchange(app, d.allow(query(app, nil)), nil)
		other, _ := d.exchange(app, d.allow(query(app, nil)), nil)
		revoke := func(by *desk.App, change func(url.Values), more ...string) *answer {
			form := url.Values{"client_id": {by.ClientID}, "client_secret": {by.ClientSecret}}
			if change != nil {
				change(form)
			}
			return d.do("POST", "/oauth2/revoke_token/", form, more...)
		}
		token := func(s string) func(url.Values) { return func(v url.Values) { v.Set("token", s) } }
		revoke(app, nil).want(t, 400, refusal("invalid_request", "Missing token parameter."))
		revoke(app, func(v url.Values) { v.Set("token", p.Access); v.Set("client_secret", "x") }).want(t, 401, refusal("invalid_client"))
		revoke(app, token(p.Access), "Host", "other.example").want(t, 401, refusal("invalid_client"))
		revoke(stranger, token(p.Access)).want(t, 200, "")
		revoke(stranger, token(p.Refresh)).want(t, 200, "")
		revoke(stranger, token(secret)).want(t, 200, "")
		revoke(app, token("unknown")).want(t, 200, "")
		if !d.good(d.st, p.Access) || !d.good(d.st, secret) {
			t.Error("a stranger ended a token")
		}
		revoke(app, func(v url.Values) { v.Set("token", p.Access); v.Set("token_type_hint", "refresh_token") }).want(t, 200, "")
		_, a := d.refresh(app, p.Refresh, nil)
		a.want(t, 400, refusal("invalid_grant"))
		revoke(app, token(other.Refresh)).want(t, 200, "")
		if d.good(d.st, p.Access) || d.good(d.st, other.Access) {
			t.Error("a revoked token lives on")
		}
	})
}

func TestIntrospection(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, d *door) {
		app, stranger := d.app(nil), d.app(nil)
		p, _ := d.exchange(app, d.allow(query(app, func(v url.Values) { v.Set("scope", "tickets:read") })), nil)
		look := func(by *desk.App, token string) *answer {
			return d.do("POST", "/oauth2/introspect/", url.Values{"token": {token}, "client_id": {by.ClientID}, "client_secret": {by.ClientSecret}})
		}
		a := look(app, p.Access)
		for _, part := range []string{`"active":true`, `"scope":"tickets:read"`, `"client_id":"` + app.ClientID + `"`, `"exp":17550`, `"username":"ana@example.com"`, `"token_type":"Bearer"`} {
			if !strings.Contains(a.Body, part) {
				t.Errorf("%s is not in %s", part, a.Body)
			}
		}
		const dead = `{"active":false}`
		look(app, p.Refresh).want(t, 200, dead)
		look(app, "x").want(t, 200, dead)
		look(app, "").want(t, 200, dead)
		look(stranger, p.Access).want(t, 200, dead)
		d.do("POST", "/oauth2/introspect/", url.Values{"token": {p.Access}}).want(t, 401, refusal("invalid_client"))
		if err := d.apps.Disconnect(t.Context(), d.st, app.ID, access.Author{}); err != nil {
			t.Fatal(err)
		}
		look(app, p.Access).want(t, 200, dead)
	})
}
