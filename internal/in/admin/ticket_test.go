package admin

import (
	"fmt"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"testing"
)

func (d *door) page(q request) ticketPage {
	d.t.Helper()
	got := d.ask(q)
	if got.status != 200 {
		d.t.Fatalf("%s: %d %s", q.path, got.status, got.body)
	}
	var p ticketPage
	got.decode(d.t, &p)
	return p
}

// follow asks for the page a link leads to, as the client that got it.
func (d *door) follow(link *string) ticketPage {
	d.t.Helper()
	if link == nil {
		d.t.Fatal("no link to follow")
	}
	path, ok := strings.CutPrefix(*link, "http://localhost"+Base)
	if !ok {
		d.t.Fatalf("link %s", *link)
	}
	return d.page(request{path: path})
}

func TestWalkingAListForthAndBack(t *testing.T) {
	t.Parallel()
	d := open(t)
	var ids []int64
	for i := range 8 {
		ids = append(ids, d.post("tickets/", fmt.Sprintf(`{"subject":"No %d"}`, i)).made(t))
	}
	for _, tc := range []struct {
		query string
		want  []int64
	}{
		{"", reversed(ids)},
		{"?x=%20é&status=new&x=", reversed(ids)},
		{"?ordering=id", ids},
		{"?ordering=updated_at&page_size=5", ids},
		{"?ordering=-updated_at&page_size=1", reversed(ids)},
	} {
		p := d.page(request{path: "tickets/" + strings.ReplaceAll(tc.query, "é", "%C3%A9")})
		if p.Previous != nil {
			t.Errorf("%s: the first page has previous %s", tc.query, *p.Previous)
		}
		walked, pages := p.ids(), [][]int64{p.ids()}
		for p.Next != nil {
			p = d.follow(p.Next)
			walked, pages = append(walked, p.ids()...), append(pages, p.ids())
		}
		if !slices.Equal(walked, tc.want) {
			t.Errorf("%s: walked %v, want %v", tc.query, walked, tc.want)
		}
		for i := len(pages) - 2; i >= 0; i-- {
			if p = d.follow(p.Previous); !slices.Equal(p.ids(), pages[i]) {
				t.Errorf("%s: back on page %d: %v, want %v", tc.query, i, p.ids(), pages[i])
			}
		}
		if p.Previous != nil {
			t.Errorf("%s: back on the first page, previous is %s", tc.query, *p.Previous)
		}
	}
}

func reversed(ids []int64) []int64 {
	out := slices.Clone(ids)
	slices.Reverse(out)
	return out
}

func TestLinksKeepTheQueryAndTheCallersAddress(t *testing.T) {
	t.Parallel()
	d := open(t, func(c *Config) { c.TrustedProxies = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")} })
	for range 4 {
		d.post("tickets/", `{}`).made(t)
	}
	p := d.page(request{
		path:   "tickets/?status=new&id=&b=2&a=x+y%3D&b=1",
		header: header("X-Forwarded-Host", "localhost:8443", "X-Forwarded-Proto", "https"),
	})
	want := "https://localhost:8443/api/admin/tickets/?a=x+y%3D&b=2&b=1&cursor=cD0y&id=&status=new"
	if p.Next == nil || *p.Next != want {
		t.Errorf("next is %v, want %s", *p.Next, want)
	}
}

func TestListFiltersNameMissingRows(t *testing.T) {
	t.Parallel()
	d := open(t)
	d.post("tickets/", `{"requester":1,"products":[1,2],"ticket_type":1,"tags":["vip"]}`).made(t)
	const that = `["Select a valid choice. That choice is not one of the available choices."]`
	for query, want := range map[string]string{
		"requester=99":                   `{"requester":` + that + `}`,
		"assignee=99&ticket_type=98":     `{"assignee":` + that + `,"ticket_type":` + that + `}`,
		"product=1&product=77":           `{"product":["Select a valid choice. 77 is not one of the available choices."]}`,
		"product=77&product=abc":         `{"product":["“abc” is not a valid value."]}`,
		"tags=1&tags=5":                  `{"tags":["Select a valid choice. 5 is not one of the available choices."]}`,
		"requester=99&status=foo":        `{"requester":` + that + `,"status":["Select a valid choice. foo is not one of the available choices."]}`,
		"page_size=0&ordering=subject":   `{"ordering":["Select a valid choice. subject is not one of the available choices."],"page_size":["Ensure this value is between 1 and 100."]}`,
		"requester=99&id=abc&cursor=abc": `{"id":["Enter a number."],"requester":` + that + `}`,
	} {
		if got := d.ask(request{path: "tickets/?" + query}); got.status != 400 || got.body != want {
			t.Errorf("%s: %d %s, want %s", query, got.status, got.body, want)
		}
	}
	for query, found := range map[string]int{
		"requester=1": 1, "requester=2": 0, "assignee=2": 0, "product=1": 1, "product=3": 0, "product=1&product=3": 1, "tags=1": 1,
		"ticket_type=2": 0, "status=new&priority=medium&channel=api": 1, "order_number=none": 0, "id=99999999999999999999": 0,
	} {
		if p := d.page(request{path: "tickets/?" + query}); len(p.Results) != found || p.Results == nil {
			t.Errorf("%s: %d rows, want %d", query, len(p.Results), found)
		}
	}
}

func TestErrorsOfFormAndReferencesComeTogether(t *testing.T) {
	t.Parallel()
	d := open(t)
	id := itoa(int(d.post("tickets/", `{"subject":"kept"}`).made(t)))
	body := `{"subject":"","requester":99,"products":[1,98,"a"],"order":"nope","comment":{"author":97,"body":{}}}`
	want := `{"comment":{"author":["Invalid pk \"97\" - object does not exist."],"body":["Not a valid string."]},` +
		`"order":["Object with number=nope does not exist."],"products":["Invalid pk \"98\" - object does not exist."],` +
		`"requester":["Invalid pk \"99\" - object does not exist."],"subject":["This field may not be blank."]}`
	for _, q := range []request{
		{method: "POST", path: "tickets/", body: body},
		{method: "PUT", path: "tickets/" + id + "/", body: body},
		{method: "PATCH", path: "tickets/" + id + "/", body: body},
	} {
		if got := d.ask(q); got.status != 400 || got.body != want {
			t.Errorf("%s: %d %s, want %s", q.method, got.status, got.body, want)
		}
	}
	got := d.post("tickets/"+id+"/comments/", `{"author":99,"attachments":[5],"is_public":"maybe"}`)
	want = `{"attachments":["Invalid pk \"5\" - object does not exist."],"author":["Invalid pk \"99\" - object does not exist."],` +
		`"is_public":["Must be a valid boolean."]}`
	if got.status != 400 || got.body != want {
		t.Errorf("comment: %d %s", got.status, got.body)
	}
	for _, body := range []string{`[]`, `null`, `"x"`} {
		if got := d.post("tickets/", body); got.status != 400 || !strings.HasPrefix(got.body, `{"non_field_errors":[`) {
			t.Errorf("body %s: %d %s", body, got.status, got.body)
		}
	}
	if got := d.ask(request{path: "tickets/" + id + "/"}); !strings.Contains(got.body, `"subject":"kept"`) {
		t.Errorf("a refused write left a trace: %s", got.body)
	}
}

func TestWritesAnswerTheWholeTicket(t *testing.T) {
	t.Parallel()
	d := open(t)
	made := d.post("tickets/", `{"subject":"Hi","tags":["b","a"],"products":[2,1,2],"order":"A-1","comment":{"body":"One","author":1}}`)
	if made.status != 201 || !strings.Contains(made.body, `"products":[1,2]`) || !strings.Contains(made.body, `"channel":"api"`) {
		t.Fatalf("POST: %d %s", made.status, made.body)
	}
	path := "tickets/" + itoa(int(made.made(t))) + "/"
	patched := d.ask(request{method: "PATCH", path: path, body: `{"status":"solved"}`})
	commented := d.post(path+"comments/", `{"body":"Two","is_public":false}`)
	put := d.ask(request{method: "PUT", path: path, body: "subject=Form", header: header("Content-Type", "application/x-www-form-urlencoded")})
	for name, tc := range map[string]struct {
		got   reply
		wants []string
	}{
		"PATCH":   {patched, []string{`"status":"solved"`, `"subject":"Hi"`}},
		"comment": {commented, []string{`"body":"One"`, `"body":"Two","is_public":false`}},
		"PUT":     {put, []string{`"subject":"Form"`, `"tags":[]`, `"products":[]`}},
	} {
		if tc.got.status != 200 {
			t.Errorf("%s: %d %s", name, tc.got.status, tc.got.body)
		}
		for _, want := range tc.wants {
			if !strings.Contains(tc.got.body, want) {
				t.Errorf("%s: no %s in %s", name, want, tc.got.body)
			}
		}
	}
	for _, rest := range []string{"", "comments/"} {
		if got := d.ask(request{path: path + rest}); got.body != put.body || got.header.Get("ETag") != put.header.Get("ETag") {
			t.Errorf("GET %s differs from the answer to the last write: %s", rest, got.body)
		}
	}
}

func TestNotModified(t *testing.T) {
	t.Parallel()
	d := open(t)
	path := "tickets/" + itoa(int(d.post("tickets/", `{"subject":"x","requester":1}`).made(t))) + "/"
	paths := []string{path, path + "comments/", "tickets/", "tickets/?requester=1", "tickets/?ordering=updated_at", "tickets/?cursor=cj0x"}
	tags := map[string]string{}
	for _, p := range paths {
		tags[p] = d.ask(request{path: p}).header.Get("ETag")
		for _, method := range []string{"GET", "HEAD"} {
			got := d.ask(request{method: method, path: p, header: header("If-None-Match", `"other", W/`+tags[p])})
			if got.status != 304 || got.body != "" || got.header.Get("ETag") != tags[p] {
				t.Errorf("%s %s: %d %q, ETag %q for %q", method, p, got.status, got.body, got.header.Get("ETag"), tags[p])
			}
		}
		for name, q := range map[string]request{
			"indented":     {path: p, header: header("If-None-Match", tags[p], "Accept", "application/json; indent=2")},
			"another host": {path: p, host: "127.0.0.1", header: header("If-None-Match", tags[p])},
		} {
			if got := d.ask(q); got.status != 200 || got.header.Get("ETag") == tags[p] {
				t.Errorf("%s, %s: %d", p, name, got.status)
			}
		}
	}
	d.post("tickets/", `{}`).made(t)
	one := d.ask(request{path: "tickets/?page_size=1"}).header.Get("ETag")
	if got := d.ask(request{path: "tickets/?page_size=1&x=1", header: header("If-None-Match", one)}); got.status != 200 {
		t.Errorf("the same rows with other links: %d", got.status)
	}
	if got := d.post(path+"comments/", `{}`); got.status != 200 {
		t.Fatal(got)
	}
	for _, p := range paths {
		if got := d.ask(request{path: p, header: header("If-None-Match", tags[p])}); got.status != 200 {
			t.Errorf("%s after a change: %d", p, got.status)
		}
	}
	if got := d.ask(request{path: "tickets/999/", header: header("If-None-Match", "*")}); got.status != 404 {
		t.Errorf("a missing ticket: %d", got.status)
	}
}

func TestIfMatch(t *testing.T) {
	t.Parallel()
	d := open(t)
	first := d.post("tickets/", `{"subject":"x"}`)
	path, tag := "tickets/"+itoa(int(first.made(t)))+"/", first.header.Get("ETag")
	seen := header("If-Match", tag)
	second := d.ask(request{method: "PATCH", path: path, body: `{"status":"open"}`, header: seen})
	if second.status != 200 {
		t.Fatalf("the current version: %d %s", second.status, second.body)
	}
	for _, q := range []request{
		{method: "PATCH", path: path, body: `{"status":"closed"}`, header: seen},
		{method: "PUT", path: path, body: `{"status":"bad"}`, header: seen},
		{method: "POST", path: path + "comments/", body: `{}`, header: seen},
		{method: "PATCH", path: path, body: `{}`, header: header("If-Match", "garbage")},
	} {
		if got := d.ask(q); got.status != 412 || !strings.HasPrefix(got.body, `{"detail":"`) {
			t.Errorf("%s %s with an old version: %d %s", q.method, q.path, got.status, got.body)
		}
	}
	for _, match := range []string{"*", `"x", ` + second.header.Get("ETag")} {
		if got := d.ask(request{method: "PATCH", path: path, body: `{"status":"bad"}`, header: header("If-Match", match)}); got.status != 400 {
			t.Errorf("If-Match %s: %d", match, got.status)
		}
	}
	if got := d.ask(request{method: "PATCH", path: "tickets/999/", body: `{}`, header: seen}); got.status != 404 {
		t.Errorf("a missing ticket: %d", got.status)
	}
}

func TestIdempotencyKey(t *testing.T) {
	t.Parallel()
	d := open(t)
	ticket := "tickets/" + itoa(int(d.post("tickets/", `{"subject":"x"}`).made(t))) + "/comments/"
	multipart := uploadBody(file("files", "a.txt", "hello"))
	for path, body := range map[string]string{
		"tickets/": `{"subject":"once"}`, ticket: `{"body":"once"}`, "users/": `{"email":"once@example.com"}`, "tickets/attachments/": multipart,
	} {
		key := header("Idempotency-Key", "key of "+path)
		if body == multipart {
			key.Set("Content-Type", multipartType)
		}
		q := request{method: "POST", path: path, body: body, header: key}
		first, again := d.ask(q), d.ask(q)
		if first.status/100 != 2 || first.header.Get("Idempotent-Replay") != "" {
			t.Fatalf("%s: %d %s", path, first.status, first.body)
		}
		if again.status != first.status || again.body != first.body || again.header.Get("Idempotent-Replay") != "true" {
			t.Errorf("%s again: %d %s, first %d %s", path, again.status, again.body, first.status, first.body)
		}
		q.body = strings.NewReplacer("once", "twice", "hello", "hullo").Replace(body)
		if other := d.ask(q); other.status != 422 || !strings.HasPrefix(other.body, `{"detail":"`) {
			t.Errorf("%s with another body: %d %s", path, other.status, other.body)
		}
	}
	for _, key := range []string{"", "é", "a\tb", strings.Repeat("x", 256)} {
		got := d.ask(request{method: "POST", path: "tickets/", body: `{}`, header: http.Header{"Idempotency-Key": {key}}})
		if got.status != 400 {
			t.Errorf("key %q: %d %s", key, got.status, got.body)
		}
	}
	if p := d.page(request{path: "tickets/?page_size=100"}); len(p.Results) != 2 {
		t.Errorf("%d tickets, want 2", len(p.Results))
	}
}

func TestRefusedWriteDoesNotUseItsKeyUp(t *testing.T) {
	t.Parallel()
	d := open(t)
	key := header("Idempotency-Key", "k")
	if got := d.ask(request{method: "POST", path: "tickets/", body: `{"status":"bad"}`, header: key}); got.status != 400 {
		t.Fatal(got)
	}
	if got := d.ask(request{method: "POST", path: "tickets/", body: `{"status":"open"}`, header: key}); got.status != 201 {
		t.Errorf("the corrected request: %d %s", got.status, got.body)
	}
}

func TestConcurrentDuplicatesMakeOneTicket(t *testing.T) {
	t.Parallel()
	d := open(t)
	q := request{method: "POST", path: "tickets/", body: `{"subject":"once"}`, header: header("Idempotency-Key", "same")}
	replies := make([]reply, 12)
	var wg sync.WaitGroup
	for i := range replies {
		wg.Go(func() { replies[i] = d.ask(q) })
	}
	wg.Wait()
	replayed := 0
	for _, r := range replies {
		if r.status != 201 || r.body != replies[0].body {
			t.Errorf("%d %s, another %s", r.status, r.body, replies[0].body)
		}
		if r.header.Get("Idempotent-Replay") == "true" {
			replayed++
		}
	}
	if replayed != len(replies)-1 {
		t.Errorf("%d of %d were replays", replayed, len(replies))
	}
	if p := d.page(request{path: "tickets/"}); len(p.Results) != 1 {
		t.Errorf("%d tickets", len(p.Results))
	}
}
