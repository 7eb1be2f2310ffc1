package staff_test

import (
	"crypto/rand"
	"crypto/rsa"
	"encoding/json"
	"html"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"

	"storedesk/internal/access"
	"storedesk/internal/in/staff"
	"storedesk/internal/store"
	"storedesk/internal/store/storetest"
)

// idp is an OpenID provider that lets in whoever the test says.
type idp struct {
	t   *testing.T
	url string
	key *rsa.PrivateKey

	mu     sync.Mutex
	claims map[string]any // of the next ID token, over what is usual
	other  bool           // sign with another key
	asked  url.Values     // the last request for authorization
}

func newIDP(t *testing.T) *idp {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	p := &idp{t: t, key: key}
	mux := http.NewServeMux()
	answer := func(w http.ResponseWriter, v any) {
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(v) // the test will see what is missing
	}
	mux.HandleFunc("GET /.well-known/openid-configuration", func(w http.ResponseWriter, _ *http.Request) {
		answer(w, map[string]any{
			"issuer": p.url, "authorization_endpoint": p.url + "/authorize", "token_endpoint": p.url + "/token", "jwks_uri": p.url + "/keys",
			"id_token_signing_alg_values_supported": []string{"RS256"},
		})
	})
	mux.HandleFunc("GET /keys", func(w http.ResponseWriter, _ *http.Request) {
		answer(w, jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{Key: key.Public(), KeyID: "one", Algorithm: "RS256", Use: "sig"}}})
	})
	mux.HandleFunc("GET /authorize", func(w http.ResponseWriter, r *http.Request) {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.asked = r.URL.Query()
		to := p.asked.Get("redirect_uri") + "?" + url.Values{"code": {"a-code"}, "state": {p.asked.Get("state")}}.Encode()
		http.Redirect(w, r, to, http.StatusFound)
	})
	mux.HandleFunc("POST /token", func(w http.ResponseWriter, r *http.Request) {
		answer(w, map[string]any{"access_token": "x", "token_type": "Bearer", "id_token": p.token(r)})
	})
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	p.url = server.URL
	return p
}

// token is the ID token of whoever the test says.
func (p *idp) token(r *http.Request) string {
	p.mu.Lock()
	defer p.mu.Unlock()
	if r.FormValue("code") != "a-code" || r.FormValue("code_verifier") == "" {
		return "no token for this"
	}
	claims := map[string]any{
		"iss": p.url, "aud": "storedesk", "sub": "person-1", "email": "ada@shop.example", "email_verified": true,
		"nonce": p.asked.Get("nonce"), "iat": time.Now().Unix(), "exp": time.Now().Add(time.Minute).Unix(),
	}
	for name, value := range p.claims {
		claims[name] = value
	}
	key := p.key
	if p.other {
		key, _ = rsa.GenerateKey(rand.Reader, 2048) // never fails for this size
	}
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.RS256, Key: jose.JSONWebKey{Key: key, KeyID: "one"}}, nil)
	if err != nil {
		p.t.Error(err)
		return ""
	}
	text, err := jwt.Signed(signer).Claims(claims).Serialize()
	if err != nil {
		p.t.Error(err)
	}
	return text
}

func (p *idp) says(claims map[string]any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.claims = claims
}

func (p *idp) provider() staff.Provider {
	return staff.Provider{Issuer: p.url, ClientID: "storedesk", ClientSecret: "secret", Name: "Example ID"}
}

// enter signs in through the provider with a new browser and tells where that led.
func (h *house) enter(next string) (*http.Client, int, string) {
	browser := h.browser()
	status, at, _ := h.read(browser.Get(h.url + "/dashboard/login/oidc/" + next))
	return browser, status, strings.TrimPrefix(at, h.url)
}

const arrived = "/dashboard/"

func TestOpenIDBindsIssuerAndSubject(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		p := newIDP(t)
		h := newHouse(t, db, p.provider())
		refused := func(name string) {
			t.Helper()
			if _, status, at := h.enter(""); status != http.StatusForbidden || !strings.HasPrefix(at, "/dashboard/login/oidc/callback/") {
				t.Errorf("%s: %d %s", name, status, at)
			}
		}
		p.says(nil)
		refused("nobody here has the address")
		if _, err := h.Invite(t.Context(), h.st, nil, access.NewMember{Email: "Ada@shop.example"}, access.Visit{}); err != nil {
			t.Fatal(err)
		}
		for name, claims := range map[string]map[string]any{
			"unverified": {"email_verified": false}, "not said to be verified": {"email_verified": nil}, "verified as a number": {"email_verified": 1},
			"no address": {"email": ""}, "another address": {"email": "eve@shop.example"}, "no subject": {"sub": ""},
		} {
			p.says(claims)
			if _, status, at := h.enter(""); at == arrived || status == http.StatusOK {
				t.Errorf("%s: %d %s", name, status, at)
			}
		}
		p.says(nil)
		if _, _, at := h.enter("?next=" + url.QueryEscape("/dashboard/account/security/")); at != "/dashboard/account/security/" {
			t.Fatalf("with a verified address and an invitation: %s", at)
		}
		// From now on the subject counts, whatever the address says.
		p.says(map[string]any{"email": "changed@shop.example", "email_verified": false})
		if _, _, at := h.enter(""); at != arrived {
			t.Errorf("the same subject with another address: %s", at)
		}
		p.says(map[string]any{"sub": "person-2"})
		refused("another subject with the same verified address")
	})
}

// TestOpenIDDoesNotOpenAnAccountWithAPassword until its owner connected it.
func TestOpenIDDoesNotOpenAnAccountWithAPassword(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		p := newIDP(t)
		h := newHouse(t, db, p.provider())
		h.member("ada@shop.example", goodPassword)
		if _, status, at := h.enter(""); status != http.StatusForbidden || at == arrived {
			t.Fatalf("by address alone: %d %s", status, at)
		}
		browser := h.browser()
		h.read(browser.PostForm(h.url+"/dashboard/login/", url.Values{"email": {"ada@shop.example"}, "password": {goodPassword}}))
		_, _, body := h.read(browser.PostForm(h.url+"/dashboard/account/security/identities/link/", nil))
		_, rest, ok := strings.Cut(body, `href="`+p.url)
		if !ok {
			t.Fatalf("no link to the provider: %s", body)
		}
		link, _, _ := strings.Cut(rest, `"`)
		link = p.url + html.UnescapeString(link)
		stranger := h.browser()
		if status, at, _ := h.read(stranger.Get(link)); status == http.StatusOK {
			t.Errorf("the link in another browser: %s", at)
		}
		if _, at, _ := h.read(browser.Get(link)); !strings.HasSuffix(at, "done=identity_added") {
			t.Fatalf("connecting: %s", at)
		}
		if _, _, at := h.enter(""); at != arrived {
			t.Errorf("connected: %s", at)
		}
	})
}

// TestOpenIDRefusesForgedAnswers tries what a provider or a stranger could send.
func TestOpenIDRefusesForgedAnswers(t *testing.T) {
	t.Parallel()
	p := newIDP(t)
	h := newHouse(t, storetest.Open(t, storetest.SQLite(t)), p.provider())
	h.member("ada@shop.example", "")
	for name, claims := range map[string]map[string]any{
		"another issuer": {"iss": "https://evil.example"}, "another audience": {"aud": "another"}, "expired": {"exp": time.Now().Add(-time.Hour).Unix()},
		"another nonce": {"nonce": "x"}, "no nonce": {"nonce": ""},
	} {
		p.says(claims)
		if _, status, at := h.enter(""); status != http.StatusBadRequest {
			t.Errorf("%s: %d %s", name, status, at)
		}
	}
	p.says(nil)
	p.other = true
	if _, status, at := h.enter(""); status != http.StatusBadRequest {
		t.Errorf("another key: %d %s", status, at)
	}
	p.other = false
	browser := h.browser()
	for name, query := range map[string]string{"no state": "?code=a-code", "a made-up state": "?code=a-code&state=x", "an empty state": "?code=a-code&state="} {
		if status, at, _ := h.read(browser.Get(h.url + "/dashboard/login/oidc/callback/" + query)); status != http.StatusBadRequest {
			t.Errorf("%s: %d %s", name, status, at)
		}
	}
	// An answer that belongs to another browser: the attacker's own sign-in, sent to a victim.
	attacker := h.browser()
	attacker.CheckRedirect = func(r *http.Request, _ []*http.Request) error {
		if strings.HasPrefix(r.URL.Path, "/dashboard/login/oidc/callback/") {
			return http.ErrUseLastResponse
		}
		return nil
	}
	r, err := attacker.Get(h.url + "/dashboard/login/oidc/")
	if err != nil {
		t.Fatal(err)
	}
	r.Body.Close()
	if status, at, _ := h.read(h.browser().Get(r.Header.Get("Location"))); status != http.StatusBadRequest {
		t.Errorf("somebody else's answer: %d %s", status, at)
	}
	if _, _, at := h.enter(""); at != arrived {
		t.Errorf("and the true one: %s", at)
	}
	status, n := 0, 0
	for ; status != http.StatusTooManyRequests && n < 50; n++ {
		_, status, _ = h.enter("")
	}
	if n == 50 {
		t.Error("one address may begin any number of sign-ins")
	}
}
