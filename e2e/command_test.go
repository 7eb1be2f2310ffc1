package e2e

import (
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
	for _, command := range []string{"serve", "import", "token", "app", "store", "user", "migrate", "seed", "version", "webhook", "webhook replay", "token create", "app create", "store set"} {
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

// TestNoTicketIsNumberZero writes to an id that no ticket can have, and sees that a
// refused write leaves no gap in the ids.
func TestNoTicketIsNumberZero(t *testing.T) {
	t.Parallel()
	storetest.EachURL(t, func(t *testing.T, url string) {
		c := install(t, url).start().client()
		body := map[string]any{"status": "open", "body": "x"}
		for _, id := range []string{"0", "-1", "+0", "999999"} {
			for _, method := range []string{"PUT", "PATCH"} {
				c.must(404, method, "/api/admin/tickets/"+id+"/", body)
			}
			c.must(404, "POST", "/api/admin/tickets/"+id+"/comments/", body)
		}
		var first, second ticket
		c.must(201, "POST", "/api/admin/tickets/", map[string]any{}).decode(t, &first)
		c.must(400, "POST", "/api/admin/tickets/", map[string]any{"requester": 12345})
		c.must(201, "POST", "/api/admin/tickets/", map[string]any{}).decode(t, &second)
		if second.ID != first.ID+1 {
			t.Errorf("after %d came %d", first.ID, second.ID)
		}
	})
}
