package e2e

import (
	"fmt"
	"strings"
	"testing"

	"storedesk/internal/store/storetest"
)

func TestEveryConfigurationProblemIsReportedAtOnce(t *testing.T) {
	t.Parallel()
	in := &installation{t: t, env: []string{
		"STOREDESK_DATABASE_URL=mysql://localhost/x", "STOREDESK_DATA_DIR=" + t.TempDir(), "STOREDESK_LISTEN=nowhere",
		"STOREDESK_RATE_LIMIT=-1", "STOREDESK_PAGE_SIZE=1000", "STOREDESK_TRUSTED_PROXIES=10.0.0.0/8,me", "STOREDESK_BLOB_URL=ftp://x",
	}}
	_, stderr, err := in.try("serve")
	if err == nil {
		t.Fatal("the server started")
	}
	for _, name := range []string{"DATABASE_URL", "LISTEN", "RATE_LIMIT", "PAGE_SIZE", "TRUSTED_PROXIES", "BLOB_URL"} {
		if !strings.Contains(stderr, "STOREDESK_"+name+": ") {
			t.Errorf("%s is not named in\n%s", name, stderr)
		}
	}
}

func TestHelpOfEveryCommand(t *testing.T) {
	t.Parallel()
	in := &installation{t: t}
	for _, command := range []string{"serve", "import", "token", "app", "store", "user", "migrate", "seed", "version", "token create", "app create", "store set"} {
		out := in.run(append(strings.Fields(command), "--help")...)
		if !strings.Contains(out, "Usage: storedesk "+command) {
			t.Errorf("%s --help says\n%s", command, out)
		}
	}
}

func TestTokenLife(t *testing.T) {
	t.Parallel()
	storetest.EachURL(t, func(t *testing.T, url string) {
		in := install(t, url)
		c := in.start().client()
		c.must(200, "GET", "/api/admin/tickets/", nil)

		c.token = strings.TrimSpace(in.run("token", "create", "--scopes", "tickets:read"))
		c.must(200, "GET", "/api/admin/tickets/", nil)
		c.must(403, "POST", "/api/admin/tickets/", map[string]any{})
		c.must(403, "GET", "/api/admin/users/", nil)

		expired := strings.TrimSpace(in.run("token", "create", "--scopes", "tickets:read", "--expires-at", "2020-01-01"))
		a := c.must(401, "GET", "/api/admin/tickets/", nil, "Authorization", "Bearer "+expired)
		if got := a.Header.Get("WWW-Authenticate"); !strings.Contains(got, "expired") {
			t.Errorf("WWW-Authenticate: %s", got)
		}
		if _, _, err := in.try("token", "create", "--scopes", "tickets:eat"); err == nil {
			t.Error("a scope that does not exist was accepted")
		}
	})
}

// TestStoresAreApart asks one store for the rows of another, by every route that names
// one by id: never data, never a hint.
func TestStoresAreApart(t *testing.T) {
	t.Parallel()
	storetest.EachURL(t, func(t *testing.T, url string) {
		in := install(t, url)
		in.run("store", "create", "Other", "other.example")
		in.run("store", "set", "--store", "localhost", "hosts=localhost,127.0.0.1")
		foreign := strings.TrimSpace(in.run("token", "create", "--store", "other.example", "--scopes", "admin:read admin:write"))
		c := in.start().client()
		other := []string{"Host", "other.example", "Authorization", "Bearer " + foreign}

		var mine ticket
		c.must(201, "POST", "/api/admin/tickets/", map[string]any{"subject": "mine", "tags": []string{"secret"}, "comment": map[string]any{"body": "x"}}).decode(t, &mine)
		var user struct{ ID int64 }
		c.must(201, "POST", "/api/admin/users/", map[string]any{"email": "me@example.com"}).decode(t, &user)

		// A token is good at its own store alone.
		c.must(401, "GET", "/api/admin/tickets/", nil, "Host", "other.example")
		c.must(401, "GET", "/api/admin/tickets/", nil, "Authorization", "Bearer "+foreign)
		c.must(404, "GET", "/api/admin/tickets/", nil, "Host", "unknown.example")

		for _, r := range []struct{ method, path string }{
			{"GET", "/api/admin/tickets/%d/"}, {"PUT", "/api/admin/tickets/%d/"}, {"PATCH", "/api/admin/tickets/%d/"},
			{"GET", "/api/admin/tickets/%d/comments/"}, {"POST", "/api/admin/tickets/%d/comments/"},
		} {
			var body any
			if r.method != "GET" {
				body = map[string]any{"body": "y", "status": "closed"}
			}
			c.must(404, r.method, fmt.Sprintf(r.path, mine.ID), body, other...)
		}
		for _, method := range []string{"GET", "PUT", "PATCH"} {
			var body any
			if method != "GET" {
				body = map[string]any{"first_name": "y"}
			}
			c.must(404, method, fmt.Sprintf("/api/admin/users/%d/", user.ID), body, other...)
		}
		c.must(400, "POST", "/api/admin/tickets/", map[string]any{"requester": user.ID}, other...)
		c.must(400, "GET", fmt.Sprintf("/api/admin/tickets/?requester=%d", user.ID), nil, other...)
		c.must(400, "GET", "/api/admin/tickets/?tags=1", nil, other...)
		for _, path := range []string{"tickets/", "tickets/?filter_text=mine", "tickets/?q=x", "users/", "tickettypes/", "orders/", "products/"} {
			var page struct{ Results []any }
			c.must(200, "GET", "/api/admin/"+path, nil, other...).decode(t, &page)
			if len(page.Results) != 0 {
				t.Errorf("%s shows %v", path, page.Results)
			}
		}
		var again ticket
		c.must(200, "GET", fmt.Sprintf("/api/admin/tickets/%d/", mine.ID), nil).decode(t, &again)
		if again.Status != "new" || len(again.Comments) != 1 {
			t.Errorf("another store changed the ticket: %+v", again)
		}
	})
}
