package e2e

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"storedesk/internal/store/storetest"
)

// TestMirror runs the commands of a mirror against a second installation, and delivers a
// webhook to the server.
func TestMirror(t *testing.T) {
	t.Parallel()
	live := install(t, storetest.SQLite(t))
	live.run("seed", "--tickets", "5")
	source := live.start()
	storetest.EachURL(t, func(t *testing.T, url string) {
		in := install(t, url)
		if _, stderr, err := in.try("mirror", "run"); err == nil || !strings.Contains(stderr, "mirrors no live store") {
			t.Errorf("without a mirror: %v, %s", err, stderr)
		}
		if _, stderr, err := in.try("mirror", "set", "--from", "shop.example", "--token", "x"); err == nil || !strings.Contains(stderr, "https://store.example") {
			t.Errorf("with no URL: %v, %s", err, stderr)
		}
		in.run("mirror", "set", "--from", source.url, "--token", live.token, "--every", "1h")
		in.run("mirror", "run")
		shown := in.run("mirror", "show")
		if strings.Contains(shown, live.token) || !regexp.MustCompile(`pulls +1\n`).MatchString(shown) || !regexp.MustCompile(`last problem +none\n`).MatchString(shown) {
			t.Errorf("show prints\n%s", shown)
		}
		client := in.start().client()
		first := source.client().must(http.StatusOK, http.MethodGet, "/api/admin/products/", nil)
		if got := client.must(http.StatusOK, http.MethodGet, "/api/admin/products/", nil); string(got.Body) != strings.ReplaceAll(string(first.Body), source.url, client.node.url) {
			t.Errorf("the products differ:\n%s\n%s", first.Body, got.Body)
		}
		printed := in.run("mirror", "secret", "--url", client.node.url)
		found := regexp.MustCompile(`target +(\S+)\n +secret +([0-9a-f]{40})\n`).FindStringSubmatch(printed)
		if found == nil {
			t.Fatalf("secret prints\n%s", printed)
		}
		post := func() int {
			body := `{"event_id":"1","event_type":"order.created","data":{"number":"M-1","status":"open"}}`
			mac := hmac.New(sha256.New, []byte(found[2]))
			mac.Write([]byte(body))
			r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, found[1], strings.NewReader(body))
			if err != nil {
				t.Fatal(err)
			}
			r.Header.Set("X-29Next-Signature", hex.EncodeToString(mac.Sum(nil)))
			response, err := http.DefaultClient.Do(r)
			if err != nil {
				t.Fatal(err)
			}
			response.Body.Close()
			return response.StatusCode
		}
		if status := post(); status != http.StatusOK {
			t.Errorf("the webhook was answered %d", status)
		}
		client.must(http.StatusOK, http.MethodGet, "/api/admin/orders/M-1/", nil)
		in.run("mirror", "off")
		if status := post(); status != http.StatusUnauthorized {
			t.Errorf("after off the webhook was answered %d", status)
		}
	})
}
