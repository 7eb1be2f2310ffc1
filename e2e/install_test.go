package e2e

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/oauth2"

	"storedesk/internal/store/storetest"
)

// partnerApp is a partner's app as the original's guides describe one: a start page
// that sends staff on to the consent page or greets them, and a page that codes come
// to.
type partnerApp struct {
	t      *testing.T
	url    string
	base   string // the store's address; a real app would take it from the store parameter
	config *oauth2.Config

	mu       sync.Mutex
	tried    bool
	verifier map[string]string // by state
}

func newPartnerApp(t *testing.T) *partnerApp {
	t.Helper()
	p := &partnerApp{t: t, verifier: map[string]string{}}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /start", p.start)
	mux.HandleFunc("GET /cb", p.callback)
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	p.url = server.URL
	return p
}

// connect tells the app the store's address and its own credentials there.
func (p *partnerApp) connect(base, id, secret string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.base = base
	p.config = &oauth2.Config{
		ClientID: id, ClientSecret: secret, RedirectURL: p.url + "/cb", Scopes: []string{"tickets:read", "tickets:write"},
		Endpoint: oauth2.Endpoint{AuthURL: base + "/oauth2/authorize/", TokenURL: base + "/oauth2/token/", AuthStyle: oauth2.AuthStyleInParams},
	}
}

func (p *partnerApp) settings() *oauth2.Config {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.config
}

func (p *partnerApp) address() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.base
}

func (p *partnerApp) start(w http.ResponseWriter, r *http.Request) {
	if token := r.URL.Query().Get("token"); token != "" {
		who, err := p.read(token)
		if err != nil {
			http.Error(w, err.Error(), http.StatusForbidden)
			return
		}
		fmt.Fprintf(w, "hello %s of %s", who.Email, who.Store)
		return
	}
	state, verifier := oauth2.GenerateVerifier(), oauth2.GenerateVerifier()
	p.mu.Lock()
	p.verifier[state] = verifier
	p.mu.Unlock()
	http.Redirect(w, r, p.settings().AuthCodeURL(state, oauth2.S256ChallengeOption(verifier)), http.StatusFound)
}

type visitor struct {
	Audience string `json:"aud"`
	Expires  int64  `json:"exp"`
	Email    string `json:"user_email"`
	Store    string `json:"store"`
}

// read checks a session token (HS256 with the client secret).
func (p *partnerApp) read(token string) (*visitor, error) {
	head, signature, _ := strings.Cut(token, ".")
	body, signature, _ := strings.Cut(signature, ".")
	mac := hmac.New(sha256.New, []byte(p.settings().ClientSecret))
	mac.Write([]byte(head + "." + body))
	if got, err := base64.RawURLEncoding.DecodeString(signature); err != nil || !hmac.Equal(got, mac.Sum(nil)) {
		return nil, fmt.Errorf("the signature is wrong: %w", err)
	}
	text, err := base64.RawURLEncoding.DecodeString(body)
	if err != nil {
		return nil, err
	}
	var v visitor
	if err := json.Unmarshal(text, &v); err != nil {
		return nil, err
	}
	if v.Audience != p.settings().ClientID || time.Now().Unix() >= v.Expires {
		return nil, fmt.Errorf("the token is not for this app, or old")
	}
	return &v, nil
}

func (p *partnerApp) callback(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	p.mu.Lock()
	verifier, ok := p.verifier[q.Get("state")]
	delete(p.verifier, q.Get("state"))
	tried := p.tried
	p.tried = p.tried || q.Get("code") != ""
	p.mu.Unlock()
	switch {
	case !ok:
		http.Error(w, "the state is unknown", http.StatusForbidden)
		return
	case q.Get("error") != "":
		fmt.Fprint(w, "refused: ", q.Get("error"))
		return
	}
	if err := p.use(r.Context(), q.Get("code"), verifier, !tried); err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	done := "installed"
	if !tried {
		done = "tried everything"
	}
	fmt.Fprintf(w, "%s at %s", done, q.Get("store"))
}

// use changes the code for a token and lists tickets with it; everything adds refresh,
// revocation and the 401 after it.
func (p *partnerApp) use(ctx context.Context, code, verifier string, everything bool) error {
	token, err := p.settings().Exchange(ctx, code, oauth2.VerifierOption(verifier))
	if err != nil {
		return err
	}
	if err := p.tickets(ctx, token, http.StatusOK); err != nil || !everything {
		return err
	}
	old := *token
	fresh, err := p.settings().TokenSource(ctx, &oauth2.Token{RefreshToken: token.RefreshToken}).Token()
	if err != nil {
		return err
	}
	if err := p.tickets(ctx, &old, http.StatusUnauthorized); err != nil {
		return err
	}
	if err := p.tickets(ctx, fresh, http.StatusOK); err != nil {
		return err
	}
	form := url.Values{"token": {fresh.AccessToken}, "client_id": {p.settings().ClientID}, "client_secret": {p.settings().ClientSecret}}
	if err := expect(ctx, http.MethodPost, p.address()+"/oauth2/revoke_token/", "", form, http.StatusOK); err != nil {
		return err
	}
	return p.tickets(ctx, fresh, http.StatusUnauthorized)
}

func (p *partnerApp) tickets(ctx context.Context, token *oauth2.Token, want int) error {
	return expect(ctx, http.MethodGet, p.address()+"/api/admin/tickets/", token.AccessToken, nil, want)
}

func expect(ctx context.Context, method, address, bearer string, form url.Values, want int) error {
	r, err := http.NewRequestWithContext(ctx, method, address, strings.NewReader(form.Encode()))
	if err != nil {
		return err
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if bearer != "" {
		r.Header.Set("Authorization", "Bearer "+bearer)
	}
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if response.StatusCode != want {
		return fmt.Errorf("%s %s: %s, want %d", method, address, response.Status, want)
	}
	return nil
}

// TestInstallingAnAppInABrowser walks the original's documented flow in Chromium, with
// scripts switched off: install, sign-in, consent, code, token, list tickets, refresh,
// revoke, 401.
func TestInstallingAnAppInABrowser(t *testing.T) {
	t.Parallel()
	chromium, err := exec.LookPath("chromium")
	if err != nil {
		t.Skip("chromium is not installed")
	}
	dir := packages(t, "browser", "install.mjs")
	storetest.EachURL(t, func(t *testing.T, url string) {
		in := install(t, url)
		in.run("store", "set", "name=Lamp shop", "network_domain=shop.example")
		enlist(t, url)
		app := newPartnerApp(t)
		id, secret := in.partner("--redirect-uri", app.url+"/cb", "--app-url", app.url+"/start")
		n := in.start()
		app.connect(n.url, id, secret)
		look := ""
		if strings.HasPrefix(url, "sqlite:") {
			look = "yes"
		}
		out := execute(t, dir, []string{
			"LOOK=" + look, "BASE=" + n.url, "CLIENT_ID=" + id, "EMAIL=" + adminEmail, "PASSWORD=" + adminPassword, "CHROMIUM=" + chromium,
		}, "node", "install.mjs")
		if !strings.HasSuffix(out, "done\n") {
			t.Errorf("the browser got as far as %q", out)
		}
	})
}
