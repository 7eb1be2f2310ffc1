package oauth_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"html"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"storedesk/internal/access"
	"storedesk/internal/desk"
)

const settingsPath = "/dashboard/settings/api-access/"

var secretBox = regexp.MustCompile(`<p class="secret"[^>]*>([^<]+)</p>`)

// secrets are the boxes of a page that show what can be copied.
func secrets(a *answer) []string {
	var list []string
	for _, m := range secretBox.FindAllStringSubmatch(a.Body, -1) {
		list = append(list, html.UnescapeString(m[1]))
	}
	return list
}

func tokenForm(change func(url.Values)) url.Values {
	v := url.Values{"kind": {"token"}, "name": {"Warehouse <b>"}, "scope": {"tickets:read", "orders:read"}}
	if change != nil {
		change(v)
	}
	return v
}

// TestTokenLifeInSettings makes a token, sees it once, uses, rotates and revokes it.
func TestTokenLifeInSettings(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, d *door) {
		a := d.browse("POST", settingsPath+"new/", tokenForm(nil))
		shown := secrets(a)
		if a.Status != 200 || len(shown) != 1 || !d.good(d.st, shown[0]) || d.good(d.other, shown[0]) {
			t.Fatalf("%d %q", a.Status, shown)
		}
		if a.Header.Get("Cache-Control") != "no-store" || strings.Contains(a.Body, "<b>") {
			t.Error("the page may be kept, or the name is markup")
		}
		first := shown[0]
		token, err := d.tokens.Authenticate(t.Context(), d.st, first)
		if err != nil || !token.Allows("orders:read") || token.Allows("tickets:write") {
			t.Errorf("%v %v", token, err)
		}
		list := d.browse("GET", settingsPath, nil)
		app := regexp.MustCompile(settingsPath + `(\d+)/`).FindStringSubmatch(list.Body)
		if app == nil || strings.Contains(list.Body, first) || !strings.Contains(list.Body, "Warehouse") || !strings.Contains(list.Body, "never") {
			t.Fatalf("the list is\n%s", list.Body)
		}
		if err := d.tokens.Flush(t.Context()); err != nil {
			t.Fatal(err)
		}
		page := d.browse("GET", settingsPath+app[1]+"/", nil)
		if !strings.Contains(page.Body, "2026-03-01 12:00") || strings.Contains(page.Body, first) {
			t.Errorf("the last use is not shown, or the token is\n%s", page.Body)
		}

		second := secrets(d.browse("POST", settingsPath+app[1]+"/rotate/", url.Values{}))
		if len(second) != 1 || d.good(d.st, first) || !d.good(d.st, second[0]) {
			t.Fatalf("rotating gives %q", second)
		}
		if a := d.browse("POST", settingsPath+app[1]+"/revoke/", url.Values{}); a.Status != 303 || a.Header.Get("Location") != settingsPath {
			t.Errorf("revoking: %d %s", a.Status, a.Header.Get("Location"))
		}
		if d.good(d.st, second[0]) {
			t.Error("the token lives on")
		}
		for _, path := range []string{"", "rotate/", "revoke/"} {
			method := "POST"
			if path == "" {
				method = "GET"
			}
			if a := d.browse(method, settingsPath+app[1]+"/"+path, url.Values{}); a.Status != 404 {
				t.Errorf("%s of a revoked app: %d", path, a.Status)
			}
		}
		var actions []string
		log, err := d.db.AuditLog(t.Context(), d.st, desk.AuditFilter{}, 0, 10)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range log {
			actions = append(actions, e.Action)
			if e.AccountID == 0 || e.Subject != "Warehouse <b>" || e.IP != "127.0.0.1" {
				t.Errorf("the log says %+v", e)
			}
		}
		if got := strings.Join(actions, " "); got != "app.revoked app.rotated app.created" {
			t.Errorf("the log says %s", got)
		}
	})
}

func TestPartnerLifeInSettings(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, d *door) {
		a := d.browse("POST", settingsPath+"new/", url.Values{
			"kind": {"oauth"}, "name": {"Parcel Pal"}, "scope": {"tickets:read", "tickets:write", "carts:read"}, "app_url": {"https://app.example/start"},
			"redirect_uris": {"https://app.example/cb\r\nhttp://localhost:3000/cb"},
		})
		shown := secrets(a)
		if len(shown) != 3 || !strings.HasSuffix(shown[2], "/dashboard/apps/install-app/?client_id="+shown[0]) {
			t.Fatalf("%d %q", a.Status, shown)
		}
		app, err := d.apps.Identify(t.Context(), d.st, shown[0], shown[1])
		if err != nil || len(app.RedirectURIs) != 2 || app.Public {
			t.Fatalf("%+v %v", app, err)
		}
		// The consent page says what the scopes cover here, and what they do not.
		a = d.browse("GET", "/oauth2/authorize/?"+query(app, func(v url.Values) { v.Set("scope", "tickets:read carts:read") }), nil)
		here, absent, ok := strings.Cut(a.Body, "does not have")
		if !ok || !strings.Contains(here, "List and see tickets") || strings.Contains(here, "carts") || !strings.Contains(absent, "List and see carts") {
			t.Errorf("the consent page says\n%s", a.Body)
		}
		p, _ := d.exchange(app, d.allow(query(app, nil)), nil)
		path := fmt.Sprintf("%s%d/", settingsPath, app.ID)
		rotated := secrets(d.browse("POST", path+"rotate/", url.Values{}))
		if len(rotated) != 3 || rotated[1] == app.ClientSecret || !d.good(d.st, p.Access) {
			t.Fatalf("rotating gives %q", rotated)
		}
		_, a = d.refresh(app, p.Refresh, nil)
		a.want(t, 401, refusal("invalid_client"))
		app.ClientSecret = rotated[1]
		if p, a = d.refresh(app, p.Refresh, nil); !d.good(d.st, p.Access) {
			t.Fatalf("%d %s", a.Status, a.Body)
		}
		code := d.allow(query(app, nil))
		d.browse("POST", path+"revoke/", url.Values{})
		if d.good(d.st, p.Access) {
			t.Error("the token lives on")
		}
		_, a = d.exchange(app, code, nil)
		a.want(t, 401, refusal("invalid_client"))
	})
}

func TestFormsAreChecked(t *testing.T) {
	t.Parallel()
	d := lite(t)
	for name, c := range map[string]struct {
		form url.Values
		say  string
	}{
		"no name":         {tokenForm(func(v url.Values) { v.Set("name", " ") }), "Give the app a name"},
		"long name":       {tokenForm(func(v url.Values) { v.Set("name", strings.Repeat("x", 101)) }), "too long"},
		"no scope":        {tokenForm(func(v url.Values) { v.Del("scope") }), "at least one scope"},
		"unknown scope":   {tokenForm(func(v url.Values) { v.Add("scope", "tickets:eat") }), "at least one scope"},
		"no redirect":     {tokenForm(func(v url.Values) { v.Set("kind", "oauth") }), "at least one redirect"},
		"unsafe redirect": {tokenForm(func(v url.Values) { v.Set("kind", "oauth"); v.Set("redirect_uris", "http://app.example/cb") }), "must begin with https"},
		"script as URL": {tokenForm(func(v url.Values) {
			v.Set("kind", "oauth")
			v.Set("redirect_uris", "https://app.example/cb")
			v.Set("app_url", "javascript:alert(1)")
		}), "The app URL must begin"},
	} {
		a := d.browse("POST", settingsPath+"new/", c.form)
		if a.Status != 400 || !strings.Contains(a.Body, c.say) || !strings.Contains(a.Body, `value="tickets:read"`) {
			t.Errorf("%s: %d\n%s", name, a.Status, a.Body)
		}
	}
	if list, err := d.apps.List(t.Context(), d.st); err != nil || len(list) != 0 {
		t.Errorf("%v %v", list, err)
	}
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
			for path, method := range map[string]string{"": "GET", "rotate/": "POST", "revoke/": "POST"} {
				a := d.browse(method, fmt.Sprintf("%s%d/%s", settingsPath, id, path), url.Values{}, "Host", "other.example")
				if a.Status != 404 {
					t.Errorf("%s %d %s: %d", method, id, path, a.Status)
				}
			}
			if a := d.browse("GET", fmt.Sprintf("/dashboard/apps/%d/open/", id), nil, "Host", "other.example"); a.Status != 404 {
				t.Errorf("opening %d: %d", id, a.Status)
			}
		}
		for _, path := range []string{settingsPath, "/dashboard/apps/"} {
			if a := d.browse("GET", path, nil, "Host", "other.example"); a.Status != 200 || strings.Contains(a.Body, "Mine") || strings.Contains(a.Body, "Parcel") {
				t.Errorf("%s shows another store's apps", path)
			}
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
		path := fmt.Sprintf("%s%d/", settingsPath, app.ID)
		if a := d.browse("POST", path+"rotate/", url.Values{}); a.Status != 404 {
			t.Errorf("a store rotates an app of the installation: %d", a.Status)
		}
		if a := d.browse("POST", path+"revoke/", url.Values{}); a.Status != 303 {
			t.Errorf("disconnecting: %d", a.Status)
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

// TestPagesNeedThePermission tries every page without, with wrong and with right
// rights, and every change from another site.
func TestPagesNeedThePermission(t *testing.T) {
	t.Parallel()
	d := lite(t)
	made, secret, err := d.apps.Create(t.Context(), d.st, &desk.AppInput{Name: "Mine", Scopes: "tickets:read"}, false, access.Author{})
	if err != nil {
		t.Fatal(err)
	}
	one := fmt.Sprintf("%s%d/", settingsPath, made.ID)
	for _, r := range []struct{ method, path string }{
		{"GET", settingsPath},
		{"GET", settingsPath + "new/"},
		{"POST", settingsPath + "new/"},
		{"GET", one},
		{"POST", one + "rotate/"},
		{"POST", one + "revoke/"},
		{"GET", "/dashboard/apps/install-app/?client_id=x"},
	} {
		status := map[string]int{"GET": 302, "POST": 303}[r.method]
		if a := d.do(r.method, r.path, tokenForm(nil)); a.Status != status || !strings.HasPrefix(a.Header.Get("Location"), "/dashboard/login/") {
			t.Errorf("%s %s without a session: %d", r.method, r.path, a.Status)
		}
		if a := d.do(r.method, r.path, tokenForm(nil), "Cookie", "storedesk_session="+d.plain); a.Status != 403 {
			t.Errorf("%s %s without the permission: %d", r.method, r.path, a.Status)
		}
		if a := d.browse(r.method, r.path, tokenForm(nil), "Sec-Fetch-Site", "cross-site"); r.method == "POST" && a.Status != 403 {
			t.Errorf("%s %s from another site: %d", r.method, r.path, a.Status)
		}
	}
	if list, err := d.apps.List(t.Context(), d.st); err != nil || len(list) != 1 || !d.good(d.st, secret) {
		t.Errorf("something was changed: %v %v", list, err)
	}
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
