package page_test

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"testing"
	"time"

	"storedesk/internal/access"
	"storedesk/internal/page"
	"storedesk/internal/settings"
	"storedesk/internal/store/storetest"
)

// TestForgedPostsAreRefusedBehindAProxy: the origin is compared with the host that the
// browser knows, and only a trusted proxy may say which that is.
func TestForgedPostsAreRefusedBehindAProxy(t *testing.T) {
	t.Parallel()
	db := storetest.Open(t, storetest.SQLite(t))
	stores := &settings.Stores{DB: db, Now: time.Now}
	if err := stores.EnsureDefault(t.Context()); err != nil {
		t.Fatal(err)
	}
	log := slog.New(slog.DiscardHandler)
	site := &page.Site{
		Accounts: access.NewAccounts(db, time.Now, log, access.DefaultHashing), Stores: stores, Log: log,
		Trusted: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")},
	}
	handler := site.Handler(page.Route{
		Method: http.MethodPost, Path: "/x/", Needs: page.Anyone, CSRF: page.SameOrigin,
		Handle: func(q *page.Request) error { q.W.WriteHeader(http.StatusNoContent); return nil },
	})
	for name, c := range map[string]struct {
		peer, origin, forwarded, fetch string
		want                           int
	}{
		"no browser":                       {"10.1.1.1", "", "", "", 204},
		"same host":                        {"192.0.2.1", "http://internal:8080", "", "", 204},
		"proxy's host":                     {"10.1.1.1", "https://desk.example", "desk.example", "", 204},
		"proxy's host, other origin":       {"10.1.1.1", "https://evil.example", "desk.example", "", 403},
		"a stranger forwards":              {"192.0.2.1", "https://evil.example", "evil.example", "", 403},
		"the browser says same":            {"192.0.2.1", "https://desk.example", "", "same-origin", 204},
		"the browser says typed":           {"192.0.2.1", "", "", "none", 204},
		"the browser says cross":           {"192.0.2.1", "http://internal:8080", "", "cross-site", 403},
		"an opaque origin":                 {"192.0.2.1", "null", "", "", 403},
		"a forwarded host that is no host": {"10.1.1.1", "https://desk.example", "desk.example/x", "", 400},
	} {
		r := httptest.NewRequest(http.MethodPost, "http://internal:8080/x/", nil)
		r.RemoteAddr = c.peer + ":1234"
		for header, value := range map[string]string{"Origin": c.origin, "X-Forwarded-Host": c.forwarded, "Sec-Fetch-Site": c.fetch} {
			if value != "" {
				r.Header.Set(header, value)
			}
		}
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, r)
		if w.Code != c.want {
			t.Errorf("%s: %d, want %d", name, w.Code, c.want)
		}
	}
}
