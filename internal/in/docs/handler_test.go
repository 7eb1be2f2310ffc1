package docs_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"storedesk"
	"storedesk/internal/in/docs"
)

func newHandler(t *testing.T) http.Handler {
	t.Helper()
	h, err := docs.Handler(storedesk.OpenAPI)
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func get(t *testing.T, h http.Handler, method, path string, header ...string) *httptest.ResponseRecorder {
	t.Helper()
	req := httptest.NewRequest(method, path, nil)
	for i := 0; i+1 < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, req)
	return w
}

func TestPageOverHTTP(t *testing.T) {
	h := newHandler(t)
	etag := get(t, h, "GET", docs.Path).Header().Get("ETag")
	cases := []struct {
		method, path, match string
		status              int
		body                bool
	}{
		{"GET", "/api/docs/", "", 200, true},
		{"HEAD", "/api/docs/", "", 200, false},
		{"GET", "/api/docs/", etag, 304, false},
		{"GET", "/api/docs/", `"other"`, 200, true},
		{"GET", "/api/docs/style.css", "", 404, true},
		{"GET", "/api/docs/index.html", "", 404, true},
		{"GET", "/", "", 404, true},
		{"POST", "/api/docs/", "", 405, true},
		{"DELETE", "/api/docs/", "", 405, true},
		{"OPTIONS", "/api/docs/", "", 405, true},
	}
	for _, c := range cases {
		w := get(t, h, c.method, c.path, "If-None-Match", c.match)
		if w.Code != c.status || (w.Body.Len() > 0) != c.body {
			t.Errorf("%s %s (%s): %d with %d bytes", c.method, c.path, c.match, w.Code, w.Body.Len())
		}
		if w.Header().Get("X-Content-Type-Options") != "nosniff" ||
			!strings.HasPrefix(w.Header().Get("Content-Security-Policy"), "default-src 'none'; style-src 'sha256-") {
			t.Errorf("%s %s: headers %v", c.method, c.path, w.Header())
		}
		if allow := w.Header().Get("Allow"); (c.status == 405) != (allow == "GET, HEAD") {
			t.Errorf("%s %s: Allow is %q", c.method, c.path, allow)
		}
	}
}

// walk visits every element of a parsed page.
func walk(n *html.Node, visit func(*html.Node)) {
	if n.Type == html.ElementNode {
		visit(n)
	}
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		walk(c, visit)
	}
}

func attr(n *html.Node, key string) string {
	for _, a := range n.Attr {
		if a.Key == key {
			return a.Val
		}
	}
	return ""
}

func text(n *html.Node) string {
	if n.Type == html.TextNode {
		return n.Data
	}
	var b strings.Builder
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		b.WriteString(text(c))
	}
	return b.String()
}

func parsePage(t *testing.T) (*html.Node, *httptest.ResponseRecorder) {
	t.Helper()
	w := get(t, newHandler(t), "GET", docs.Path)
	root, err := html.Parse(bytes.NewReader(w.Body.Bytes()))
	if err != nil {
		t.Fatal(err)
	}
	return root, w
}

// TestPageIsWellFormed balances the tags itself: the parser would mend them in silence.
func TestPageIsWellFormed(t *testing.T) {
	void := map[string]bool{"meta": true, "br": true, "link": true, "img": true, "hr": true, "input": true}
	z := html.NewTokenizer(get(t, newHandler(t), "GET", docs.Path).Body)
	var open []string
	for {
		switch z.Next() {
		case html.ErrorToken:
			if len(open) > 0 {
				t.Fatalf("left open: %v", open)
			}
			return
		case html.StartTagToken:
			if name, _ := z.TagName(); !void[string(name)] {
				open = append(open, string(name))
			}
		case html.EndTagToken:
			name, _ := z.TagName()
			if len(open) == 0 || open[len(open)-1] != string(name) {
				t.Fatalf("</%s> inside %v", name, open)
			}
			open = open[:len(open)-1]
		}
	}
}

func TestPageShowsEveryOperation(t *testing.T) {
	root, _ := parsePage(t)
	articles := map[string]string{}
	walk(root, func(n *html.Node) {
		if n.Data == "article" {
			articles[attr(n, "aria-labelledby")] = text(n)
		}
	})
	doc, _ := contract(t)
	for path, item := range doc.Paths.Map() {
		for method, op := range item.Operations() {
			shown := articles[op.OperationID]
			wanted := []string{method + " " + path, op.Summary}
			for _, p := range op.Parameters {
				wanted = append(wanted, p.Value.Name)
			}
			for status := range op.Responses.Map() {
				wanted = append(wanted, status)
			}
			if op.Security != nil && len(*op.Security) > 0 {
				wanted = append(wanted, (*op.Security)[0]["oauth2"]...)
			}
			for _, want := range wanted {
				if !strings.Contains(shown, want) {
					t.Errorf("%s does not show %q", op.OperationID, want)
				}
			}
		}
	}
	for name, item := range doc.Webhooks {
		shown := articles["webhook-"+name]
		wanted := []string{"POST " + name, item.Post.Summary, "sent to the target of a webhook", "X-29Next-Signature", `"event_id": "`, "410"}
		for _, want := range wanted {
			if !strings.Contains(shown, want) {
				t.Errorf("webhook %s does not show %q", name, want)
			}
		}
	}
	for name := range doc.Components.Schemas {
		if _, ok := articles["schema-"+name]; !ok {
			t.Errorf("schema %s is not shown", name)
		}
	}
}

func TestPageMarksAdditions(t *testing.T) {
	root, _ := parsePage(t)
	marked := map[string]bool{} // by any of the rows of this name: the schemas of errors have rows of their own
	walk(root, func(n *html.Node) {
		if n.Data == "th" && n.FirstChild != nil && n.FirstChild.Data == "code" {
			name := text(n.FirstChild)
			marked[name] = marked[name] || strings.Contains(text(n), "our addition")
		}
	})
	for name, want := range map[string]bool{
		"updated_from": true, "updated_to": true, "q": true, "ordering": true, "page_size": true, "Idempotency-Key": true,
		"If-Match": true, "If-None-Match": true, "X-Request-Id": true, "X-RateLimit-Reset": true,
		"created_from": false, "cursor": false, "X-29next-API-Version": false, "Allow": false,
	} {
		if got, shown := marked[name]; !shown || got != want {
			t.Errorf("%s: shown %v, marked %v, want %v", name, shown, got, want)
		}
	}
}

func TestPageLoadsNothing(t *testing.T) {
	root, w := parsePage(t)
	loading := map[string]bool{
		"script": true, "link": true, "img": true, "iframe": true, "object": true, "embed": true,
		"audio": true, "video": true, "source": true, "form": true, "base": true, "svg": true,
	}
	styles := 0
	walk(root, func(n *html.Node) {
		if loading[n.Data] {
			t.Errorf("the page has a %s element", n.Data)
		}
		for _, a := range n.Attr {
			if a.Key == "style" || a.Key == "src" || a.Key == "srcset" || strings.HasPrefix(a.Key, "on") {
				t.Errorf("%s has the attribute %s", n.Data, a.Key)
			}
		}
		if n.Data == "style" {
			styles++
			checkStyle(t, text(n), w.Header().Get("Content-Security-Policy"))
		}
	})
	if styles != 1 {
		t.Errorf("%d style elements, want 1", styles)
	}
}

func checkStyle(t *testing.T, css, policy string) {
	t.Helper()
	if strings.Contains(css, "url(") || strings.Contains(css, "@import") {
		t.Error("the stylesheet loads something")
	}
	sum := sha256.Sum256([]byte(css))
	if !strings.Contains(policy, "'sha256-"+base64.StdEncoding.EncodeToString(sum[:])+"'") {
		t.Error("the content policy does not let the stylesheet pass")
	}
}

func TestPageLinksLeadSomewhere(t *testing.T) {
	root, _ := parsePage(t)
	ids := map[string]bool{}
	walk(root, func(n *html.Node) {
		if id := attr(n, "id"); id != "" {
			if ids[id] {
				t.Errorf("two elements have the id %s", id)
			}
			ids[id] = true
		}
	})
	walk(root, func(n *html.Node) {
		if label := attr(n, "aria-labelledby"); label != "" && !ids[label] {
			t.Errorf("%s is labelled by %s, which is not there", n.Data, label)
		}
		href := attr(n, "href")
		if name, local := strings.CutPrefix(href, "#"); href != "" && href != "/api/admin/openapi.yaml" && (!local || !ids[name]) {
			t.Errorf("a link leads to %s", href)
		}
	})
}

func TestPageHasAnOutline(t *testing.T) {
	root, _ := parsePage(t)
	count := map[string]int{}
	last := 0
	walk(root, func(n *html.Node) {
		count[n.Data]++
		if len(n.Data) == 2 && n.Data[0] == 'h' && n.Data[1] >= '1' && n.Data[1] <= '6' {
			level := int(n.Data[1] - '0')
			if level > last+1 {
				t.Errorf("heading %q skips a level", text(n))
			}
			last = level
		}
	})
	for _, one := range []string{"h1", "main", "nav", "header", "title"} {
		if count[one] != 1 {
			t.Errorf("%d %s elements, want 1", count[one], one)
		}
	}
}

func TestHandlerRefusesBadDocuments(t *testing.T) {
	const head = "openapi: 3.1.0\ninfo: {title: T, version: '1'}\ntags: [{name: A}]\n"
	cases := []struct{ name, document, message string }{
		{"no YAML", "a: [", "read the contract"},
		{"nothing in it", "openapi: 3.1.0", "no title or no paths"},
		{"a list of paths", head + "paths: [1]", "a mapping is expected"},
		{"an unknown tag", head + "paths: {/: {get: {tags: [B]}}}", "belongs to no tag"},
		{"a dangling parameter", head + "paths: {/: {get: {tags: [A], parameters: [{$ref: '#/components/parameters/X'}]}}}", "#/components/parameters/X"},
		{"a dangling answer", head + "paths: {/: {get: {tags: [A], responses: {'200': {$ref: '#/components/schemas/X'}}}}}", "#/components/schemas/X"},
		{"a status that is none", head + "paths: {/: {get: {tags: [A], responses: {ok: {description: x}}}}}", "answer ok"},
	}
	for _, c := range cases {
		_, err := docs.Handler([]byte(c.document))
		if err == nil || !strings.Contains(err.Error(), c.message) {
			t.Errorf("%s: error %v, want one with %q", c.name, err, c.message)
		}
	}
}

// TestPageEscapesTheDocument: text of the document is never markup.
func TestPageEscapesTheDocument(t *testing.T) {
	h, err := docs.Handler([]byte("openapi: 3.1.0\ninfo: {title: '<b>T</b>', version: '1'}\ntags: [{name: A}]\n" +
		"paths: {/x/: {get: {operationId: x, tags: [A], summary: '<i>s</i>', description: 'a `<script>` b'}}}"))
	if err != nil {
		t.Fatal(err)
	}
	body := get(t, h, "GET", docs.Path).Body.String()
	if strings.Contains(body, "<script") || strings.Contains(body, "<i>s") || !strings.Contains(body, ">&lt;script&gt;</code>") {
		t.Error("markup of the document reached the page")
	}
}
