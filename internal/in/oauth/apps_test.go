package oauth_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"html"
	"net/url"
	"strings"
	"testing"
	"time"

	"storedesk/internal/access"
	"storedesk/internal/desk"
)

// TestPartnerLife: consent, a new secret, and the end, as the endpoints see them.
func TestPartnerLife(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, d *door) {
		app, _, err := d.apps.Create(t.Context(), d.st, &desk.AppInput{
			OAuth: true, Name: "Parcel Pal", Scopes: "tickets:read tickets:write carts:read", URL: "https://app.example/start",
			RedirectURIs: []string{"https://app.example/cb", "http://localhost:3000/cb"},
		}, false, access.Author{})
		if err != nil || len(app.RedirectURIs) != 2 || app.Public {
			t.Fatalf("%+v %v", app, err)
		}
		// The consent page says what the scopes cover here, and what they do not.
		a := d.browse("GET", "/oauth2/authorize/?"+query(app, func(v url.Values) { v.Set("scope", "tickets:read carts:read") }), nil)
		here, absent, ok := strings.Cut(a.Body, "does not have")
		if !ok || !strings.Contains(here, "List and see tickets") || strings.Contains(here, "carts") || !strings.Contains(absent, "List and see carts") {
			t.Errorf("the consent page says\n%s", a.Body)
		}
		p, _ := d.exchange(app, d.allow(query(app, nil)), nil)
		_, rotated, err := d.apps.Rotate(t.Context(), d.st, app.ID, false, access.Author{})
		if err != nil || rotated == app.ClientSecret || !d.good(d.st, p.Access) {
			t.Fatalf("rotating gives %q, %v", rotated, err)
		}
		_, a = d.refresh(app, p.Refresh, nil)
		a.want(t, 401, refusal("invalid_client"))
		app.ClientSecret = rotated
		if p, a = d.refresh(app, p.Refresh, nil); !d.good(d.st, p.Access) {
			t.Fatalf("%d %s", a.Status, a.Body)
		}
		code := d.allow(query(app, nil))
		if err := d.apps.Revoke(t.Context(), d.st, app.ID, false, access.Author{}); err != nil {
			t.Fatal(err)
		}
		if d.good(d.st, p.Access) {
			t.Error("the token lives on")
		}
		_, a = d.exchange(app, code, nil)
		a.want(t, 401, refusal("invalid_client"))
	})
}

// TestAppsOfAnotherStore are not there, by any route that names one (object-level
// authorisation).
func TestAppsOfAnotherStore(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, d *door) {
		app := d.app(nil)
		made, secret, err := d.apps.Create(t.Context(), d.st, &desk.AppInput{Name: "Mine", Scopes: "tickets:read"}, false, access.Author{})
		if err != nil {
			t.Fatal(err)
		}
		p, _ := d.exchange(app, d.allow(query(app, nil)), nil)
		for _, id := range []int64{app.ID, made.ID} {
			if a := d.browse("GET", fmt.Sprintf("/dashboard/apps/%d/open/", id), nil, "Host", "other.example"); a.Status != 404 {
				t.Errorf("opening %d: %d", id, a.Status)
			}
		}
		if a := d.browse("GET", "/dashboard/apps/", nil, "Host", "other.example"); a.Status != 200 || strings.Contains(a.Body, "Parcel") {
			t.Error("another store's apps are shown")
		}
		if a := d.browse("GET", "/dashboard/apps/install-app/?client_id="+app.ClientID, nil, "Host", "other.example"); a.Status != 400 {
			t.Errorf("installing: %d", a.Status)
		}
		if !d.good(d.st, secret) || !d.good(d.st, p.Access) {
			t.Error("another store ended a token")
		}
	})
}

// TestSharedApps are used by every store and changed by none; each store ends its own
// tokens alone.
func TestSharedApps(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, d *door) {
		app, _, err := d.apps.Create(t.Context(), d.st, &desk.AppInput{
			Name: "Everywhere", Scopes: "tickets:read tickets:write", OAuth: true, RedirectURIs: []string{"https://app.example/cb"},
		}, true, access.Author{})
		if err != nil {
			t.Fatal(err)
		}
		here, _ := d.exchange(app, d.allow(query(app, nil)), nil)
		there, _ := d.exchange(app, d.allow(query(app, nil), "Host", "other.example"), nil, "Host", "other.example")
		if !d.good(d.st, here.Access) || !d.good(d.other, there.Access) || d.good(d.st, there.Access) || d.good(d.other, here.Access) {
			t.Fatal("the tokens are not good where they should be")
		}
		if _, _, err := d.apps.Rotate(t.Context(), d.st, app.ID, false, access.Author{}); desk.CodeOf(err) != desk.NotFound {
			t.Errorf("a store rotates an app of the installation: %v", err)
		}
		if err := d.apps.Revoke(t.Context(), d.st, app.ID, false, access.Author{}); err != nil {
			t.Errorf("disconnecting: %v", err)
		}
		if d.good(d.st, here.Access) || !d.good(d.other, there.Access) {
			t.Error("disconnecting ended the wrong tokens")
		}
		if _, _, err := d.apps.Rotate(t.Context(), d.st, app.ID, true, access.Author{}); err != nil {
			t.Error(err)
		}
		if err := d.apps.Revoke(t.Context(), d.st, app.ID, true, access.Author{}); err != nil {
			t.Error(err)
		}
		if d.good(d.other, there.Access) {
			t.Error("the token lives on in another store")
		}
		if _, err := d.apps.Client(t.Context(), d.other, app.ClientID); desk.CodeOf(err) != desk.NotFound {
			t.Errorf("the client lives on: %v", err)
		}
	})
}

// TestOpeningAnApp takes the session token apart as the original's guide does.
func TestOpeningAnApp(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, d *door) {
		app := d.app(func(in *desk.AppInput) { in.URL = "https://app.example/start?lang=en" })
		path := fmt.Sprintf("/dashboard/apps/%d/open/", app.ID)
		if a := d.browse("GET", path, nil); a.Status != 404 {
			t.Fatalf("an app without access is told who is there: %d", a.Status)
		}
		d.exchange(app, d.allow(query(app, nil)), nil)
		if a := d.browse("GET", "/dashboard/apps/", nil); !strings.Contains(a.Body, path) {
			t.Errorf("the app is not listed\n%s", a.Body)
		}
		a := d.browse("GET", path, nil)
		to := a.redirect(t)
		if !strings.HasPrefix(to.String(), "https://app.example/start?lang=en&store=main.example&token=") || a.Header.Get("Referrer-Policy") != "no-referrer" {
			t.Errorf("opening leads to %s", to)
		}
		parts := strings.Split(to.Query().Get("token"), ".")
		if len(parts) != 3 {
			t.Fatalf("the token is %q", parts)
		}
		mac := hmac.New(sha256.New, []byte(app.ClientSecret))
		mac.Write([]byte(parts[0] + "." + parts[1]))
		if got := base64.RawURLEncoding.EncodeToString(mac.Sum(nil)); got != parts[2] {
			t.Error("the signature is wrong")
		}
		var head, claims map[string]any
		for i, to := range []*map[string]any{&head, &claims} {
			text, err := base64.RawURLEncoding.DecodeString(parts[i])
			if err == nil {
				err = json.Unmarshal(text, to)
			}
			if err != nil {
				t.Fatal(err)
			}
		}
		now := float64(time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC).Unix())
		for name, want := range map[string]any{
			"iss": "http://main.example/dashboard", "sub": "http://main.example", "aud": app.ClientID, "exp": now + 60, "nbf": now, "iat": now,
			"user_email": "ana@example.com", "store": "main.example",
		} {
			if claims[name] != want {
				t.Errorf("%s is %v, want %v", name, claims[name], want)
			}
		}
		if claims["uid"] == float64(0) || claims["jti"] == "" || head["alg"] != "HS256" || head["typ"] != "JWT" {
			t.Errorf("%v %v", head, claims)
		}
	})
}

func TestInstallingWithoutAddress(t *testing.T) {
	t.Parallel()
	d := lite(t)
	bare := d.app(func(in *desk.AppInput) { in.URL = "" })
	for _, id := range []string{bare.ClientID, "", "nobody", strings.Repeat("x", 2000), "%00"} {
		a := d.browse("GET", "/dashboard/apps/install-app/?client_id="+id, nil)
		if a.Status != 400 || a.Header.Get("Location") != "" {
			t.Errorf("%.20q: %d %s", id, a.Status, a.Header.Get("Location"))
		}
	}
}

func TestMetadata(t *testing.T) {
	t.Parallel()
	d := lite(t)
	a := d.do("GET", "/.well-known/oauth-authorization-server", nil, "Host", "other.example")
	var doc map[string]any
	if err := json.Unmarshal([]byte(a.Body), &doc); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{
		"issuer": "http://other.example", "authorization_endpoint": "http://other.example/oauth2/authorize/", "token_endpoint": "http://other.example/oauth2/token/",
		"revocation_endpoint": "http://other.example/oauth2/revoke_token/", "introspection_endpoint": "http://other.example/oauth2/introspect/",
	} {
		if doc[name] != want {
			t.Errorf("%s is %v", name, doc[name])
		}
	}
	if fmt.Sprint(doc["code_challenge_methods_supported"]) != "[S256]" || len(doc["scopes_supported"].([]any)) != len(desk.Scopes) {
		t.Errorf("%v", doc)
	}
	if a := d.do("GET", "/.well-known/oauth-authorization-server", nil, "Host", "nowhere.example"); a.Status != 404 {
		t.Errorf("a store that is none: %d", a.Status)
	}
}

// TestLeavingAfterSigningIn: a browser that came through the form of the sign-in page
// would not follow a redirect to the app.
func TestLeavingAfterSigningIn(t *testing.T) {
	t.Parallel()
	d := lite(t)
	app := d.app(nil)
	for path, to := range map[string]string{
		"/dashboard/apps/install-app/?client_id=" + app.ClientID:                       "https://app.example/start?store=main.example",
		"/oauth2/authorize/?" + query(app, func(v url.Values) { v.Set("scope", "x") }): "https://app.example/cb?error=invalid_scope&state=xyz",
	} {
		a := d.browse("GET", path, nil, "Sec-Fetch-Site", "same-origin")
		to = html.EscapeString(to)
		if a.Status != 200 || !strings.Contains(a.Body, `<meta http-equiv="refresh" content="0; url=`+to+`">`) || !strings.Contains(a.Body, `href="`+to+`"`) {
			t.Errorf("%s: %d\n%s", path, a.Status, a.Body)
		}
		if a.Header.Get("Referrer-Policy") != "no-referrer" {
			t.Error("the address of the page is told to the app")
		}
	}
}
