package staff_test

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"storedesk/internal/access"
	"storedesk/internal/desk"
	"storedesk/internal/in/staff"
	"storedesk/internal/page"
	"storedesk/internal/settings"
	"storedesk/internal/store"
	"storedesk/internal/store/storetest"
)

const goodPassword = "a lamp in the window"

// house is the door on a database and a socket of its own, with one store.
type house struct {
	*access.Accounts

	t    *testing.T
	url  string
	st   *desk.Store
	post letters
}

// letters collects what would be mailed.
type letters chan string

func (l letters) SendLink(_ context.Context, _ *desk.Store, _ desk.LinkKind, _, url string) { l <- url }

func newHouse(t *testing.T, db *store.DB, p staff.Provider) *house {
	t.Helper()
	h := &house{t: t, post: make(letters, 10)}
	log := slog.New(slog.DiscardHandler)
	h.Accounts = access.NewAccounts(db, time.Now, log, access.Hashing{Memory: 8, Time: 1})
	h.Post = h.post
	stores := &settings.Stores{DB: db, Now: time.Now}
	var err error
	if h.st, err = stores.Create(t.Context(), "Lamp shop", []string{"shop.example", "127.0.0.1"}); err != nil {
		t.Fatal(err)
	}
	routes, err := staff.Routes(staff.Config{Accounts: h.Accounts, Log: log, Provider: p})
	if err != nil {
		t.Fatal(err)
	}
	site := &page.Site{Accounts: h.Accounts, Stores: stores, Log: log}
	mux := http.NewServeMux()
	for _, row := range routes {
		mux.Handle(row.Method+" "+row.Path, site.Handler(row))
	}
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	h.url = server.URL
	return h
}

// browser keeps cookies and follows redirects.
func (h *house) browser() *http.Client {
	jar, err := cookiejar.New(nil)
	if err != nil {
		h.t.Fatal(err)
	}
	return &http.Client{Jar: jar, Timeout: 20 * time.Second}
}

// read is the status, the URL arrived at and the page.
func (h *house) read(r *http.Response, err error) (int, string, string) {
	h.t.Helper()
	if err != nil {
		h.t.Fatal(err)
	}
	defer r.Body.Close()
	body, err := io.ReadAll(r.Body)
	if err != nil {
		h.t.Fatal(err)
	}
	return r.StatusCode, r.Request.URL.String(), string(body)
}

func (h *house) member(email, password string) *desk.Account {
	h.t.Helper()
	a, err := h.Create(h.t.Context(), h.st, access.NewMember{Email: email, Name: "Ada", Password: password})
	if err != nil {
		h.t.Fatal(err)
	}
	return a
}

// TestAnswersDoNotTellWhoHasAnAccount compares the whole answers of sign-in and reset.
func TestAnswersDoNotTellWhoHasAnAccount(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := newHouse(t, db, staff.Provider{})
		h.member("ada@shop.example", goodPassword)
		for _, path := range []string{"/dashboard/login/", "/dashboard/reset/"} {
			var first string
			for _, email := range []string{"ada@shop.example", "eve@shop.example"} {
				r, err := http.PostForm(h.url+path, url.Values{"email": {email}, "password": {"a wrong password"}})
				status, _, body := h.read(r, err)
				r.Header.Del("Date")
				got := strings.ReplaceAll(body, email, "EMAIL")
				all := http.StatusText(status) + got + headerText(r.Header)
				if first == "" {
					first = all
				} else if all != first {
					t.Errorf("%s answers differ:\n%s\n%s", path, first, all)
				}
			}
		}
	})
}

func headerText(h http.Header) string {
	h = h.Clone()
	h.Del("Content-Length") // the address that was typed is shown again
	var b strings.Builder
	_ = h.Write(&b) // never fails
	return b.String()
}

// TestMailedLinksLeadToTheStore asks for a reset under a host that is not the store's.
func TestMailedLinksLeadToTheStore(t *testing.T) {
	t.Parallel()
	h := newHouse(t, storetest.Open(t, storetest.SQLite(t)), staff.Provider{})
	h.member("ada@shop.example", goodPassword)
	for _, c := range []struct{ host, want string }{
		{"evil.example", "https://shop.example/dashboard/reset/"},
		{"shop.example:8080", "http://shop.example:8080/dashboard/reset/"},
		{"shop.example.evil.example", "https://shop.example/dashboard/reset/"},
	} {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, h.url+"/dashboard/reset/", strings.NewReader("email=ada@shop.example"))
		if err != nil {
			t.Fatal(err)
		}
		r.Host = c.host
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		if status, _, body := h.read(http.DefaultClient.Do(r)); status != http.StatusOK {
			t.Fatalf("%d %s", status, body)
		}
		if got := <-h.post; !strings.HasPrefix(got, c.want) {
			t.Errorf("asked as %s: %s", c.host, got)
		}
	}
}

// TestTextIsTextEverywhere is the class "HTML" for these pages: names that are markup.
func TestTextIsTextEverywhere(t *testing.T) {
	t.Parallel()
	h := newHouse(t, storetest.Open(t, storetest.SQLite(t)), staff.Provider{})
	evil := `"><script>alert(1)</script>`
	a, err := h.Create(t.Context(), h.st, access.NewMember{Email: "ada@shop.example", Name: "Ada", Password: goodPassword, Admin: true})
	if err != nil {
		t.Fatal(err)
	}
	browser := h.browser()
	_, at, _ := h.read(browser.PostForm(h.url+"/dashboard/login/", url.Values{"email": {a.Email}, "password": {goodPassword}}))
	if at != h.url+"/dashboard/" {
		t.Fatal(at)
	}
	for path, form := range map[string]url.Values{
		"/dashboard/login/": {"email": {evil}, "password": {evil}, "next": {evil}},
	} {
		if _, _, body := h.read(browser.PostForm(h.url+path, form)); strings.Contains(body, "<script>alert") {
			t.Errorf("%s: %s", path, body)
		}
	}
	for _, path := range []string{"/dashboard/account/security/", "/dashboard/login/?next=" + url.QueryEscape(evil)} {
		if _, _, body := h.read(browser.Get(h.url + path)); strings.Contains(body, "<script>alert") {
			t.Errorf("%s: %s", path, body)
		}
	}
	if _, err := h.Create(t.Context(), h.st, access.NewMember{Email: "eve@shop.example", Name: evil}); desk.CodeOf(err) != desk.Invalid {
		t.Errorf("a name of markup: %v", err)
	}
}
