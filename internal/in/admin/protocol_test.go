package admin

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"storedesk/internal/desk"
)

const (
	unauthenticated = `{"detail":"Authentication credentials were not provided."}`
	forbidden       = `{"detail":"You do not have permission to perform this action."}`
	notFound        = `{"detail":"Not found."}`
	notAcceptable   = `{"detail":"Could not satisfy the request Accept header."}`
)

// TestOrderOfChecks has requests that are wrong in several ways: the first check in
// the order decides.
func TestOrderOfChecks(t *testing.T) {
	t.Parallel()
	d := open(t)
	id := d.post("tickets/", `{"subject":"x"}`).made(t)
	html, text := header("Accept", "text/html"), header("Content-Type", "text/plain")
	oldVersion := header("X-29next-API-Version", "1999-01-01")
	cases := []struct {
		name   string
		q      request
		status int
		body   string
	}{
		{"path before all", request{path: "nope/?format=xml", token: "none", header: html}, 404, notFound},
		{"dot in an id is another path", request{path: "tickets/1.5/", token: "none"}, 404, notFound},
		{"store before Accept", request{path: "tickets/", host: "nobody.example", header: html}, 404, notFound},
		{"format before Accept", request{path: "tickets/?format=xml", header: html}, 404, notFound},
		{"Accept before version", request{path: "tickets/", token: "none", header: header("Accept", "text/html", "X-29next-API-Version", "x")}, 406, notAcceptable},
		{"version before body", request{method: "POST", path: "tickets/", token: "none", body: "{bad", header: oldVersion}, 406, `{"detail":"Invalid version in \"X-29next-API-Version\" header."}`},
		{"body before token", request{method: "POST", path: "tickets/", token: "none", body: "x", header: text}, 415, `{"detail":"Unsupported media type \"text/plain\" in request."}`},
		{"body before query", request{method: "PURGE", path: "tickets/1/?a=%zz", token: "none", body: "x", header: text}, 415, `{"detail":"Unsupported media type \"text/plain\" in request."}`},
		{"query before token", request{path: "tickets/?a=%zz", token: "none"}, 400, `{"detail":"Invalid hex encoding in query string."}`},
		{"GET with a body", request{path: "tickets/", token: "none", body: "x", header: text}, 415, `{"detail":"Unsupported media type \"text/plain\" in request."}`},
		{"upload type before token", request{method: "POST", path: "tickets/attachments/", token: "none", body: "{}"}, 415, `{"detail":"Unsupported media type \"application/json\" in request."}`},
		{"token before method", request{method: "DELETE", path: "tickets/", token: "none"}, 401, unauthenticated},
		{"token before filters", request{path: "tickets/?id=abc", token: "none"}, 401, unauthenticated},
		{"scope before method", request{method: "DELETE", path: "tickets/", token: "read"}, 403, forbidden},
		{"scope before object", request{path: "tickets/9999/", token: "users"}, 403, forbidden},
		{"TRACE asks for a write scope", request{method: "TRACE", path: "tickets/", token: "read"}, 403, forbidden},
		{"method before object", request{method: "DELETE", path: "tickets/9999/"}, 405, `{"detail":"Method \"DELETE\" not allowed."}`},
		{"any method", request{method: "PURGE", path: "tickets/"}, 405, `{"detail":"Method \"PURGE\" not allowed."}`},
		{"TRACE", request{method: "TRACE", path: "tickets/"}, 405, `{"detail":"Method \"TRACE\" not allowed."}`},
		{"GET of uploads", request{path: "tickets/attachments/"}, 405, `{"detail":"Method \"GET\" not allowed."}`},
		{"object before fields", request{method: "PATCH", path: "tickets/9999/", body: `{"status":"x"}`}, 404, notFound},
		{"object before fields of a comment", request{method: "POST", path: "tickets/9999/comments/", body: `{"author":"x"}`}, 404, notFound},
		{"object before fields of a user", request{method: "PATCH", path: "users/9999/", body: `{"email":"x"}`}, 404, notFound},
		{"filters before cursor", request{path: "tickets/?id=abc&cursor=abc"}, 400, `{"id":["Enter a number."]}`},
		{"missing ids before cursor", request{path: "tickets/?requester=99&cursor=abc"}, 400, `{"requester":["Select a valid choice. That choice is not one of the available choices."]}`},
		{"cursor", request{path: "tickets/?cursor=abc"}, 404, `{"detail":"Invalid cursor"}`},
		{"cursor of another list", request{path: "users/?cursor=abc"}, 404, `{"detail":"Invalid cursor"}`},
		{"details ignore list parameters", request{path: "tickets/" + itoa(int(id)) + "/?status=foo&cursor=abc"}, 200, ""},
	}
	for _, tc := range cases {
		got := d.ask(tc.q)
		if got.status != tc.status || tc.body != "" && got.body != tc.body {
			t.Errorf("%s: %d %s, want %d %s", tc.name, got.status, got.body, tc.status, tc.body)
		}
	}
}

func TestTokens(t *testing.T) {
	t.Parallel()
	d := open(t)
	const plain = `Bearer realm="api"`
	unknown := plain + `,error="invalid_token",error_description="The access token is invalid."`
	expired := plain + `,error="invalid_token",error_description="The access token has expired."`
	form := func(pairs ...string) http.Header {
		return header(append(pairs, "Content-Type", "application/x-www-form-urlencoded")...)
	}
	cases := []struct {
		name, challenge string
		q               request
	}{
		{"none", plain, request{path: "tickets/", token: "none"}},
		{"unknown", unknown, request{path: "tickets/", token: "nope"}},
		{"expired", expired, request{path: "tickets/", token: "expired"}},
		{"of another store", unknown, request{path: "tickets/", token: "elsewhere"}},
		{"too long", unknown, request{path: "tickets/", token: strings.Repeat("x", 5000)}},
		{"other scheme", plain, request{path: "tickets/", header: header("Authorization", "Basic eDp5")}},
		{"empty header wins over query", plain, request{path: "tickets/?access_token=full", header: header("Authorization", "")}},
		{"bad token in query", unknown, request{path: "tickets/?access_token=nope", token: "none"}},
		{"form wins over query", unknown, request{method: "POST", path: "tickets/?access_token=full", token: "none", body: "access_token=nope", header: form()}},
		{"good", "", request{path: "tickets/"}},
		{"scheme in any case", "", request{path: "tickets/", header: header("Authorization", "bEARER  full")}},
		{"in query", "", request{path: "tickets/?access_token=full", token: "none"}},
		{"in form", "", request{method: "POST", path: "tickets/", token: "none", body: "access_token=full&subject=x", header: form()}},
	}
	for _, tc := range cases {
		got := d.ask(tc.q)
		if challenge := got.header.Get("WWW-Authenticate"); challenge != tc.challenge {
			t.Errorf("%s: %d, WWW-Authenticate %q, want %q", tc.name, got.status, challenge, tc.challenge)
		}
		if (got.status == 401) != (tc.challenge != "") || got.status == 401 && got.body != unauthenticated {
			t.Errorf("%s: %d %s", tc.name, got.status, got.body)
		}
	}
}

// TestEveryRouteAsksForItsScope walks the table with tokens that lack or have just the
// scope of the line.
func TestEveryRouteAsksForItsScope(t *testing.T) {
	t.Parallel()
	d := open(t)
	for i, route := range Routes() {
		if route.Scope == "" {
			continue
		}
		needed, other := ":read", ":write"
		if route.Method != "GET" {
			needed, other = other, needed
		}
		lacking, having := "lacking"+itoa(i), "having"+itoa(i)
		d.adopt(d.st, lacking, route.Scope+other+" disputes"+needed, time.Time{})
		d.adopt(d.st, having, route.Scope+needed, time.Time{})
		q := request{method: route.Method, path: concrete(route.Path), token: lacking}
		if got := d.ask(q); got.status != 403 {
			t.Errorf("%s %s without the scope: %d", route.Method, route.Path, got.status)
		}
		q.token = having
		if got := d.ask(q); got.status == 401 || got.status == 403 || got.status >= 500 {
			t.Errorf("%s %s with the scope: %d", route.Method, route.Path, got.status)
		}
	}
}

// concrete fills in a path with an id that no store has.
func concrete(path string) string {
	path = strings.TrimPrefix(path, Base)
	return strings.NewReplacer("{id}", "999999", "{number}", "none").Replace(path)
}

// TestNoRouteShowsAnotherStore asks every route for the rows of another store.
func TestNoRouteShowsAnotherStore(t *testing.T) {
	t.Parallel()
	d := open(t)
	made := d.ask(request{method: "POST", path: "tickets/", host: "other.example", token: "elsewhere", body: `{"subject":"secret","order":"A-101","requester":101}`})
	hook := d.ask(request{
		method: "POST", path: "webhooks/", host: "other.example", token: "elsewhere",
		body: `{"target":"https://secret.example/","events":["ticket.created"]}`,
	})
	theirs := map[string]string{
		"webhooks": itoa(int(hook.made(t))), "mails": itoa(int(d.mail(d.other, "secret", desk.MailHeld))),
		"tickets": itoa(int(made.made(t))), "users": "101", "tickettypes": "101", "products": "101", "orders": "A-101",
	}
	for _, route := range Routes() {
		name, _, _ := strings.Cut(strings.TrimPrefix(route.Path, Base), "/")
		path := strings.NewReplacer("{id}", theirs[name], "{number}", theirs[name]).Replace(strings.TrimPrefix(route.Path, Base))
		got := d.ask(request{method: route.Method, path: path})
		if strings.Contains(route.Path, "{") && got.status != 404 {
			t.Errorf("%s %s: %d %s", route.Method, path, got.status, got.body)
		}
		if strings.Contains(got.body, "secret") || strings.Contains(got.body, "101") {
			t.Errorf("%s %s shows rows of another store: %s", route.Method, path, got.body)
		}
		whole := d.ask(request{method: route.Method, path: path, host: "other.example"})
		if whole.status != 401 {
			t.Errorf("%s %s with a token of another store: %d", route.Method, path, whole.status)
		}
	}
	for _, query := range []string{"requester=101", "assignee=102", "ticket_type=101", "product=101"} {
		if got := d.ask(request{path: "tickets/?" + query}); got.status != 400 {
			t.Errorf("filter by %s: %d %s", query, got.status, got.body)
		}
	}
	for _, body := range []string{`{"requester":101}`, `{"ticket_type":101}`, `{"products":[101]}`, `{"order":"A-101"}`, `{"comment":{"author":101}}`} {
		if got := d.post("tickets/", body); got.status != 400 {
			t.Errorf("POST %s: %d %s", body, got.status, got.body)
		}
	}
}

func TestSlashMissing(t *testing.T) {
	t.Parallel()
	d := open(t)
	for _, method := range []string{"GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PURGE"} {
		got := d.ask(request{method: method, path: "tickets?x=%C3%A9&status=new", token: "none"})
		if got.status != 301 || got.header.Get("Location") != "/api/admin/tickets/?x=%C3%A9&status=new" || got.body != "" {
			t.Errorf("%s: %d, Location %q, %q", method, got.status, got.header.Get("Location"), got.body)
		}
	}
	for _, path := range []string{"tickets/%207", "tickets/7/comments", "orders/A-1"} {
		if to := d.ask(request{path: path}).header.Get("Location"); to != Base+path+"/" {
			t.Errorf("%q leads to %q", path, to)
		}
	}
	if got := d.ask(request{path: "nope"}); got.status != 404 {
		t.Errorf("an unknown path without slash: %d", got.status)
	}
	res, err := noRedirects.Get(d.url + strings.TrimSuffix(Base, "/"))
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	if res.StatusCode != 301 || res.Header.Get("Location") != Base {
		t.Errorf("the base without slash: %d, Location %q", res.StatusCode, res.Header.Get("Location"))
	}
}

func TestEveryAnswerCarriesItsHeaders(t *testing.T) {
	t.Parallel()
	d := open(t)
	for _, q := range []request{
		{path: "tickets/"},
		{path: "tickets/9999/"},
		{path: "tickets/", token: "none"},
		{path: "tickets/", header: header("Accept", "text/html")},
		{method: "OPTIONS", path: "tickets/", token: "read"},
		{method: "HEAD", path: "tickets/"},
		{method: "POST", path: "tickets/", body: "{"},
	} {
		got := d.ask(q)
		for name, want := range map[string]string{
			"Allow": "GET, POST, HEAD, OPTIONS", "Content-Type": "application/json", "X-Content-Type-Options": "nosniff",
			"X-Frame-Options": "DENY", "Referrer-Policy": "same-origin",
		} {
			if strings.Contains(q.path, "9999") && name == "Allow" {
				want = "GET, PUT, PATCH, HEAD, OPTIONS"
			}
			if value := got.header.Get(name); value != want {
				t.Errorf("%+v: %s is %q, want %q", q, name, value, want)
			}
		}
		if got.header.Get("X-Request-Id") == "" || got.header.Get("Content-Length") == "" {
			t.Errorf("%+v: headers %v", q, got.header)
		}
		kept := map[bool]string{true: "no-store", false: "private, no-cache"}[got.header.Get("ETag") == ""]
		if value := got.header.Get("Cache-Control"); value != kept {
			t.Errorf("%+v: Cache-Control %q, want %q", q, value, kept)
		}
	}
	got := d.ask(request{path: "tickets/", header: header("X-Request-Id", "mine-1")})
	if got.header.Get("X-Request-Id") != "mine-1" {
		t.Errorf("the client's request id became %q", got.header.Get("X-Request-Id"))
	}
}

func TestVersionThatAnswers(t *testing.T) {
	t.Parallel()
	d := open(t)
	for sent, answers := range map[string]string{"": "2023-02-10", "2023-02-10": "2023-02-10", "2024-04-01": "2024-04-01", "unstable": "unstable"} {
		q := request{path: "tickets/"}
		if sent != "" {
			q.header = header("X-29next-API-Version", sent)
		}
		if got := d.ask(q); got.status != 200 || got.header.Get("X-29next-API-Version") != answers {
			t.Errorf("version %q: %d, answered by %q", sent, got.status, got.header.Get("X-29next-API-Version"))
		}
	}
	if got := d.ask(request{path: "tickets/", header: http.Header{"X-29next-Api-Version": {""}}}); got.status != 406 {
		t.Errorf("an empty version: %d", got.status)
	}
}

func TestHeadAndOptions(t *testing.T) {
	t.Parallel()
	d := open(t)
	id := itoa(int(d.post("tickets/", `{"subject":"x"}`).made(t)))
	get, head := d.ask(request{path: "tickets/" + id + "/"}), d.ask(request{method: "HEAD", path: "tickets/" + id + "/"})
	if head.status != 200 || head.body != "" || head.header.Get("Content-Length") != itoa(len(get.body)) || head.header.Get("ETag") != get.header.Get("ETag") {
		t.Errorf("HEAD: %d %v", head.status, head.header)
	}
	if got := d.ask(request{method: "HEAD", path: "tickets/attachments/"}); got.status != 405 {
		t.Errorf("HEAD where GET is not: %d", got.status)
	}
	got := d.ask(request{method: "OPTIONS", path: "tickets/attachments/", token: "read"})
	if got.status != 200 || got.header.Get("Allow") != "POST, OPTIONS" || !strings.Contains(got.body, `"parses":["multipart/form-data"]`) {
		t.Errorf("OPTIONS: %d %s", got.status, got.body)
	}
	if got := d.ask(request{method: "OPTIONS", path: "tickets/", token: "write"}); got.status != 403 {
		t.Errorf("OPTIONS with a write scope alone: %d", got.status)
	}
}

func TestIndentation(t *testing.T) {
	t.Parallel()
	d := open(t)
	got := d.ask(request{path: "tickettypes/1/", header: header("Accept", "application/json; indent=4")})
	if want := "{\n    \"id\": 1,\n    \"name\": \"Type 1\"\n}"; got.body != want {
		t.Errorf("indented: %q", got.body)
	}
	got = d.ask(request{path: "tickets/", token: "none", header: header("Accept", "*/*; indent=1")})
	if want := "{\n \"detail\": \"Authentication credentials were not provided.\"\n}"; got.body != want {
		t.Errorf("an indented error: %q", got.body)
	}
}

func TestRootListsTheCollections(t *testing.T) {
	t.Parallel()
	d := open(t)
	got := d.ask(request{path: "", token: "users"})
	want := `{"tickets":"http://localhost/api/admin/tickets/","tickettypes":"http://localhost/api/admin/tickettypes/",` +
		`"users":"http://localhost/api/admin/users/","orders":"http://localhost/api/admin/orders/",` +
		`"products":"http://localhost/api/admin/products/","webhooks":"http://localhost/api/admin/webhooks/"}`
	if got.status != 200 || got.body != want {
		t.Errorf("%d %s", got.status, got.body)
	}
	if got := d.ask(request{path: "", token: "none"}); got.status != 401 {
		t.Errorf("without a token: %d", got.status)
	}
}

func TestOddIDs(t *testing.T) {
	t.Parallel()
	d := open(t)
	id := itoa(int(d.post("tickets/", `{"subject":"x"}`).made(t)))
	for spelled, status := range map[string]int{
		id: 200, "0" + id: 200, "+" + id: 200, "%20" + id + "%20": 200, "%20": 404, "0": 404, "-1": 404, "abc": 404, "1e0": 404,
		"99999999999999999999999": 404, "%00": 404, "1__0": 404, "_1": 404, "1.5": 404,
	} {
		for _, rest := range []string{"/", "/comments/"} {
			if got := d.ask(request{path: "tickets/" + spelled + rest}); got.status != status {
				t.Errorf("tickets/%s%s: %d, want %d", spelled, rest, got.status, status)
			}
		}
	}
	for _, number := range []string{"%00", "%FF", "none"} {
		if got := d.ask(request{path: "orders/" + number + "/"}); got.status != 404 || got.body != notFound {
			t.Errorf("orders/%s/: %d %s", number, got.status, got.body)
		}
	}
}

func TestUnknownQueriesAreBounded(t *testing.T) {
	t.Parallel()
	d := open(t)
	got := d.ask(request{path: "tickets/?" + strings.Repeat("a=1&", 10_000)})
	if got.status != 400 || !strings.HasPrefix(got.body, `{"detail":"`) {
		t.Errorf("10,000 parameters: %d %s", got.status, got.body)
	}
}

func TestRoutesHaveWholePaths(t *testing.T) {
	t.Parallel()
	var paths []string
	for _, r := range Routes() {
		paths = append(paths, r.Method+" "+r.Path)
	}
	for _, want := range []string{"GET /api/admin/", "POST /api/admin/tickets/{id}/comments/", "GET /api/admin/orders/{number}/"} {
		if !slices.Contains(paths, want) {
			t.Errorf("%s is not among %v", want, paths)
		}
	}
}
