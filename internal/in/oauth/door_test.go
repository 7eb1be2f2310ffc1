package oauth_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"storedesk/internal/access"
	"storedesk/internal/desk"
	"storedesk/internal/in/oauth"
	"storedesk/internal/page"
	"storedesk/internal/settings"
	"storedesk/internal/store"
	"storedesk/internal/store/storetest"
)

// door is the pages and endpoints of apps on a database and a socket of their own. The
// store "Main" answers on 127.0.0.1, "Other" on other.example. One person is staff of
// both, and the browser is signed in as that person.
type door struct {
	t      *testing.T
	db     *store.DB
	url    string
	st     *desk.Store
	other  *desk.Store
	apps   *access.Apps
	tokens *access.Service
	clock  *clock
	log    *lockedBuffer
	cookie string
	plain  string // the cookie of somebody without any permission
}

// clock is the time that the program sees.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

type lockedBuffer struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.Write(p)
}

func (b *lockedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.String()
}

// each runs a test on each database.
func each(t *testing.T, fn func(t *testing.T, d *door)) {
	t.Helper()
	storetest.Each(t, func(t *testing.T, db *store.DB) { fn(t, open(t, db)) })
}

// lite opens the door on SQLite alone, for what the database has no part in.
func lite(t *testing.T) *door {
	t.Helper()
	return open(t, storetest.Open(t, storetest.SQLite(t)))
}

func open(t *testing.T, db *store.DB) *door {
	t.Helper()
	d := &door{t: t, db: db, log: &lockedBuffer{}, clock: &clock{now: time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)}}
	log := slog.New(slog.NewTextHandler(d.log, nil))
	stores := &settings.Stores{DB: db, Now: time.Now}
	d.tokens = &access.Service{DB: db, Now: d.clock.Now}
	d.apps = &access.Apps{DB: db, Now: d.clock.Now, Tokens: d.tokens}
	var err error
	if d.st, err = stores.Create(t.Context(), "Main", []string{"main.example", "127.0.0.1"}); err == nil {
		d.other, err = stores.Create(t.Context(), "Other", []string{"other.example"})
	}
	if err != nil {
		t.Fatal(err)
	}
	d.cookie = d.person("ana@example.com", true, d.st, d.other)
	d.plain = d.person("ben@example.com", false, d.st)
	routes, err := oauth.Routes(oauth.Config{Apps: d.apps, Log: log})
	if err != nil {
		t.Fatal(err)
	}
	site := &page.Site{Accounts: access.NewAccounts(db, d.clock.Now, log, access.Hashing{Memory: 8, Time: 1}), Stores: stores, Log: log}
	mux := http.NewServeMux()
	for _, route := range routes {
		if err := route.Check(); err != nil {
			t.Error(err)
		}
		mux.Handle(route.Method+" "+route.Path, site.Handler(route))
	}
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	d.url = server.URL
	return d
}

// person makes an account that is staff of stores, and signs it in.
func (d *door) person(email string, admin bool, stores ...*desk.Store) (cookie string) {
	d.t.Helper()
	now := desk.At(d.clock.Now())
	sum := sha256.Sum256([]byte("cookie of " + email))
	err := d.db.Write(d.t.Context(), func(tx *store.Tx) error {
		a := &desk.Account{Email: email, Name: "Ana", CreatedAt: now}
		if err := tx.InsertAccount(d.t.Context(), a, email); err != nil {
			return err
		}
		for _, st := range stores {
			id, err := tx.NewUserID(d.t.Context())
			if err != nil {
				return err
			}
			tx.InsertUser(st, &desk.User{ID: id, Email: email, Type: desk.UserDashboard, DateJoined: now, TotalSpent: "0.00"})
			tx.InsertMembership(st, a.ID, id, admin, now)
		}
		s := &desk.Session{AccountID: a.ID, Method: "password", ConfirmedAt: now, CreatedAt: now, LastSeenAt: now, ExpiresAt: now.After(1 << 32)}
		return tx.InsertSession(d.t.Context(), s, hex.EncodeToString(sum[:]))
	})
	if err != nil {
		d.t.Fatal(err)
	}
	return "cookie of " + email
}

// app makes an OAuth app.
func (d *door) app(change func(*desk.AppInput)) *desk.App {
	d.t.Helper()
	in := &desk.AppInput{
		Name: "Parcel Pal", Scopes: "tickets:read tickets:write", OAuth: true, URL: "https://app.example/start",
		RedirectURIs: []string{"https://app.example/cb"},
	}
	if change != nil {
		change(in)
	}
	app, _, err := d.apps.Create(d.t.Context(), d.st, in, false, access.Author{})
	if err != nil {
		d.t.Fatal(err)
	}
	return app
}

// answer is what the door said.
type answer struct {
	Status int
	Header http.Header
	Body   string
}

func (a *answer) redirect(t *testing.T) *url.URL {
	t.Helper()
	u, err := url.Parse(a.Header.Get("Location"))
	if err != nil || a.Status != http.StatusFound {
		t.Fatalf("no redirect: %d %q %v\n%s", a.Status, a.Header.Get("Location"), err, a.Body)
	}
	return u
}

// do asks for a path; more are headers in pairs.
func (d *door) do(method, path string, form url.Values, more ...string) *answer {
	d.t.Helper()
	var body io.Reader
	if form != nil {
		body = strings.NewReader(form.Encode())
	}
	r, err := http.NewRequestWithContext(d.t.Context(), method, d.url+path, body)
	if err != nil {
		d.t.Fatal(err)
	}
	if form != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for i := 0; i+1 < len(more); i += 2 {
		r.Header.Set(more[i], more[i+1])
		if more[i] == "Host" {
			r.Host = more[i+1]
		}
	}
	response, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		d.t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		d.t.Fatal(err)
	}
	return &answer{response.StatusCode, response.Header, string(text)}
}

// browse is do by the browser that is signed in: pages by their address, forms from the
// page that has them.
func (d *door) browse(method, path string, form url.Values, more ...string) *answer {
	d.t.Helper()
	site := "none"
	if method == http.MethodPost {
		site = "same-origin"
	}
	return d.do(method, path, form, append([]string{"Cookie", page.SessionCookie(false) + "=" + d.cookie, "Sec-Fetch-Site", site}, more...)...)
}

// query is an authorization request as the app would make it.
func query(app *desk.App, change func(url.Values)) string {
	v := url.Values{
		"response_type": {"code"}, "client_id": {app.ClientID}, "redirect_uri": {"https://app.example/cb"},
		"scope": {"tickets:read tickets:write"}, "state": {"xyz"},
	}
	if change != nil {
		change(v)
	}
	return v.Encode()
}

// allow walks the consent page and returns the code.
func (d *door) allow(query string, more ...string) string {
	d.t.Helper()
	a := d.browse("POST", "/oauth2/authorize/", url.Values{"request": {query}, "allow": {"yes"}}, more...)
	code := a.redirect(d.t).Query().Get("code")
	if code == "" {
		d.t.Fatalf("no code in %s", a.Header.Get("Location"))
	}
	return code
}

// pair is what the token endpoint answers.
type pair struct {
	Access  string `json:"access_token"`
	Refresh string `json:"refresh_token"`
	Expires int64  `json:"expires_in"`
	Type    string `json:"token_type"`
	Scope   string `json:"scope"`
}

// exchange changes a code for tokens, or returns the refusal.
func (d *door) exchange(app *desk.App, code string, change func(url.Values), more ...string) (pair, *answer) {
	d.t.Helper()
	form := url.Values{
		"grant_type": {"authorization_code"}, "code": {code}, "redirect_uri": {"https://app.example/cb"},
		"client_id": {app.ClientID}, "client_secret": {app.ClientSecret},
	}
	if change != nil {
		change(form)
	}
	return d.token(form, more...)
}

func (d *door) refresh(app *desk.App, token string, change func(url.Values)) (pair, *answer) {
	d.t.Helper()
	form := url.Values{"grant_type": {"refresh_token"}, "refresh_token": {token}, "client_id": {app.ClientID}, "client_secret": {app.ClientSecret}}
	if change != nil {
		change(form)
	}
	return d.token(form)
}

func (d *door) token(form url.Values, more ...string) (p pair, a *answer) {
	d.t.Helper()
	a = d.do("POST", "/oauth2/token/", form, more...)
	if a.Status == http.StatusOK {
		if err := json.Unmarshal([]byte(a.Body), &p); err != nil {
			d.t.Fatal(err)
		}
	}
	return p, a
}

// good tells whether the Admin API would take a token.
func (d *door) good(st *desk.Store, token string) bool {
	d.t.Helper()
	_, err := d.tokens.Authenticate(d.t.Context(), st, token)
	return err == nil
}

// want holds an answer against a status and a body.
func (a *answer) want(t *testing.T, status int, body string) {
	t.Helper()
	if a.Status != status || a.Body != body {
		t.Errorf("got %d %s\nwant %d %s", a.Status, a.Body, status, body)
	}
}

// refusal is the body of an error.
func refusal(code string, description ...string) string {
	if len(description) == 0 {
		return fmt.Sprintf(`{"error":%q}`, code)
	}
	return fmt.Sprintf(`{"error":%q,"error_description":%q}`, code, description[0])
}
