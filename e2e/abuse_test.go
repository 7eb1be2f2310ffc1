package e2e

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"storedesk/internal/store/storetest"
)

const (
	list        = "/api/admin/tickets/"
	attachments = list + "attachments/"
)

// TestHostileBytes sends what is no proper HTTP, or hardly.
func TestHostileBytes(t *testing.T) {
	t.Parallel()
	storetest.EachURL(t, func(t *testing.T, url string) {
		n := install(t, url).start()
		chunked := "Transfer-Encoding: chunked"
		asJSON := "Content-Type: application/json"
		for name, tc := range map[string]struct {
			sent string
			want []int
		}{
			"no HTTP at all":          {"GARBAGE\r\n\r\n", []int{400}},
			"a TLS handshake":         {"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", []int{400}},
			"another protocol":        {"GET " + list + " HTTP/9.9\r\nHost: localhost\r\n\r\n", []int{505}},
			"no host":                 {"GET " + list + " HTTP/1.1\r\n\r\n", []int{400}},
			"HTTP/1.0":                {strings.Replace(n.head("GET", list), "HTTP/1.1", "HTTP/1.0", 1), []int{200}},
			"HTTP/1.0 without host":   {"GET " + list + " HTTP/1.0\r\n\r\n", []int{400}},
			"a host that is none":     {"GET " + list + " HTTP/1.1\r\nHost: a\"b\r\n\r\n", []int{400}},
			"a host of other bytes":   {"GET " + list + " HTTP/1.1\r\nHost: \xff\r\n\r\n", []int{400}},
			"absolute form":           {n.head("GET", "http://localhost"+list), []int{200}},
			"absolute form elsewhere": {n.head("GET", "ftp://elsewhere.example"+list), []int{200}},
			"CONNECT":                 {n.head("CONNECT", "localhost:443"), []int{404, 400, 405}},
			"asterisk":                {n.head("OPTIONS", "*"), []int{200, 400, 404}},
			"two tokens":              {n.head("GET", list, "Authorization: Bearer other"), []int{401}},
			"two content types":       {n.head("POST", list, asJSON, "Content-Type: text/plain", "Content-Length: 2") + "{}", []int{201, 415}},
			"NUL in a header":         {n.head("GET", list, "X-A: a\x00b"), []int{400}},
			"odd bytes in headers":    {n.head("GET", list, "X-Request-Id: \xff", "If-None-Match: \xfe", "X-Forwarded-Host: \xfd"), []int{200}},
			"odd bytes in Accept":     {n.head("GET", list, "Accept: \xff"), []int{406}},
			"odd bytes in the type":   {n.head("POST", list, "Content-Type: \xff\xfe", "Content-Length: 2") + "{}", []int{415}},
			"odd bytes in the key":    {n.head("POST", list, asJSON, "Idempotency-Key: \xff", "Content-Length: 2") + "{}", []int{400}},
			"odd bytes in the token":  {strings.Replace(n.head("GET", list), "Bearer ", "Bearer \xff", 1), []int{401}},
			"odd bytes in the path":   {n.head("GET", "/api/admin/orders/\xff\xfe/"), []int{404}},
			"odd bytes in the query":  {n.head("GET", list+"?filter_text=\xff\xfe&q=\xff"), []int{200}},
			"odd bytes as a method":   {n.head("G\xffT", list), []int{400}},
			"a method of any name":    {n.head("BREW", list), []int{405}},
			"chunks that are none":    {n.head("POST", list, asJSON, chunked) + "zz\r\n{}\r\n0\r\n\r\n", []int{400}},
			"a chunk cut short":       {n.head("POST", list, asJSON, chunked) + "ff\r\n{}", []int{400}},
			"a chunk of 2^64 bytes":   {n.head("POST", list, asJSON, chunked) + "ffffffffffffffffff\r\n{}", []int{400}},
			"chunks of one byte":      {n.head("POST", list, asJSON, chunked) + "1\r\n{\r\n1\r\n}\r\n0\r\n\r\n", []int{201}},
			"chunks and a length":     {n.head("POST", list, asJSON, "Content-Length: 100", chunked) + "2\r\n{}\r\n0\r\n\r\n", []int{201, 400}},
			"two lengths":             {n.head("POST", list, asJSON, "Content-Length: 2", "Content-Length: 3") + "{}", []int{400}},
			"a negative length":       {n.head("POST", list, asJSON, "Content-Length: -1"), []int{400}},
			"a length beyond int64":   {n.head("POST", list, asJSON, "Content-Length: 99999999999999999999"), []int{400}},
			"a huge length":           {n.head("POST", list, asJSON, "Content-Length: 9223372036854775807"), []int{413}},
			"a body cut short":        {n.head("POST", list, asJSON, "Content-Length: 100") + "{", []int{400}},
			"an upload cut short":     {n.head("POST", attachments, "Content-Type: multipart/form-data; boundary=x", "Content-Length: 1000") + "--x\r\nContent-Disposition: form-data; name=\"files\"; filename=\"a\"\r\n\r\nabc", []int{400}},
			"unknown encoding":        {n.head("POST", list, asJSON, "Transfer-Encoding: br") + "x", []int{501}},
			"a compressed body":       {n.head("POST", list, asJSON, "Content-Encoding: gzip", "Content-Length: 4") + "\x1f\x8b\x08\x00", []int{400}},
			"1 MiB of query":          {n.head("GET", list+"?x="+strings.Repeat("a", 1<<20)), []int{431, 200}},
			"10,000 header fields":    {n.head("GET", list, strings.Repeat("X-A: b\r\n", 10_000)+"X-B: c"), []int{200}},
			"a huge boundary":         {n.head("POST", attachments, "Content-Type: multipart/form-data; boundary="+strings.Repeat("b", 100_000), "Content-Length: 1") + "x", []int{400}},
		} {
			got := n.raw(t, tc.sent, 1, strings.HasSuffix(name, "cut short"))
			if len(got) == 0 {
				t.Errorf("%s: no answer", name)
				continue
			}
			checkForm(t, name, got[0])
			if !slices.Contains(tc.want, got[0].Status) {
				t.Errorf("%s: %d %.200s, want %v", name, got[0].Status, got[0].Body, tc.want)
			}
		}
		n.alive(t)
		pipelined := n.raw(t, n.head("GET", list)+n.head("DELETE", list)+n.head("GET", list+"99/"), 3, false)
		for i, want := range []int{200, 405, 404} {
			if i >= len(pipelined) || pipelined[i].Status != want {
				t.Errorf("pipelined request %d is not answered with %d", i, want)
			}
		}
		halfClosed(t, n)
	})
}

// halfClosed sends requests and closes its half of the connection at once: what comes
// back is nothing or whole, never an empty success.
func halfClosed(t *testing.T, n *node) {
	t.Helper()
	for range 20 {
		for _, a := range n.raw(t, n.head("GET", list), 1, true) {
			if a.Status != 200 || !strings.HasSuffix(string(a.Body), "]}") {
				t.Errorf("a half-closed connection gets %d %q", a.Status, a.Body)
			}
		}
	}
}

// TestHostileRequests sends proper HTTP with bad contents.
func TestHostileRequests(t *testing.T) {
	t.Parallel()
	storetest.EachURL(t, func(t *testing.T, url string) {
		in := install(t, url)
		n := in.start()
		c := n.client()
		var made ticket
		c.must(201, "POST", list, map[string]any{"subject": "x"}).decode(t, &made)
		one := fmt.Sprintf("%s%d/", list, made.ID)
		for _, tc := range hostileQueries() {
			began := time.Now()
			got := c.ask(ask{method: "GET", path: tc.path, odd: true})
			if took := time.Since(began); took > 5*time.Second {
				t.Errorf("%s: %.100s took %v", tc.name, tc.path, took)
			} else if took > 300*time.Millisecond {
				t.Logf("%s: %.100s took %v", tc.name, tc.path, took)
			}
			if !slices.Contains(tc.want, got.Status) {
				t.Errorf("%s: %.100s: %d %.200s, want %v", tc.name, tc.path, got.Status, got.Body, tc.want)
			}
		}
		for _, tc := range hostileBodies() {
			for _, target := range []ask{{method: "POST", path: list}, {method: "PATCH", path: one}, {method: "POST", path: one + "comments/"}, {method: "POST", path: "/api/admin/users/"}} {
				target.media, target.body, target.odd = tc.media, tc.body, true
				began := time.Now()
				got := c.ask(target)
				if took := time.Since(began); took > 300*time.Millisecond {
					t.Logf("%s: %s took %v", tc.name, target.path, took)
				}
				if got.Status != 400 && !(tc.fine && got.Status/100 == 2) {
					t.Errorf("%s: %s %s: %d %.200s", tc.name, target.method, target.path, got.Status, got.Body)
				}
			}
		}
		n.alive(t)
	})
}

type hostileQuery struct {
	name, path string
	want       []int
}

func hostileQueries() []hostileQuery {
	many := strings.Repeat("word%20", 100_000)
	var words strings.Builder
	for i := range 50_000 {
		fmt.Fprintf(&words, "w%d%%20", i)
	}
	different := words.String()
	all := []hostileQuery{
		{"an id beyond int64", list + "9223372036854775808/", []int{404}},
		{"a huge id", list + strings.Repeat("9", 100_000) + "/", []int{404}},
		{"NUL as an id", list + "%00/", []int{404}},
		{"no UTF-8 as an id", list + "%ff%fe/comments/", []int{404}},
		{"dots", list + "../users/", []int{404, 301, 200}},
		{"dots, encoded", list + "%2e%2e/users/", []int{404}},
		{"a slash, encoded", list + "1%2f/", []int{404}},
		{"double slashes", "/api/admin//tickets/", []int{404}},
		{"a semicolon", list + "?a;b=c", []int{200}},
		{"10,000 parameters", list + "?" + strings.Repeat("a=1&", 10_000), []int{400}},
		{"1,000 values", list + "?" + strings.Repeat("status=new&", 999), []int{200}},
		{"1,000 bad values", list + "?" + strings.Repeat("product=9&", 999), []int{400}},
		{"a long text", list + "?filter_text=" + strings.Repeat("x", 700_000), []int{400}},
		{"a long subject", list + "?subject=" + strings.Repeat("%C3%A9", 100_000), []int{400}},
		{"many words", list + "?q=" + many, []int{200, 400}},
		{"one word many times as a name", "/api/admin/users/?name=" + many, []int{200, 400}},
		{"many different words", list + "?q=" + different, []int{400}},
		{"many different words as a name", "/api/admin/users/?name=" + different, []int{400}},
		{"search syntax", list + "?q=%22%29+OR+%28+NEAR%2F3+*+a%3Ab+-c+%5E%7B%7D%27", []int{200}},
		{"patterns", list + "?filter_text=%25_%5C%27%22%3B--", []int{200}},
		{"an id with an exponent", list + "?id=1e999999999", []int{400, 200}},
		{"a long number", list + "?id=" + strings.Repeat("9", 10_000), []int{400, 200}},
		{"an endless fraction", list + "?id=0." + strings.Repeat("1", 10_000), []int{400, 200}},
		{"a year of five digits", list + "?created_from=99999-01-01&updated_from=9999999999", []int{400}},
		{"the last day", list + "?created_to=9999-12-31&updated_to=9999-12-31T23:59:59Z", []int{200, 400}},
		{"the first day", list + "?created_from=0001-01-01&updated_from=0001-01-01T00:00:00%2B23:59", []int{200, 400}},
		{"a huge page", list + "?page_size=99999999999999999999", []int{400}},
		{"a huge cursor", list + "?cursor=" + strings.Repeat("cD00", 100_000), []int{404, 200}},
		{"a cursor beyond int64", list + "?cursor=cD05OTk5OTk5OTk5OTk5OTk5OTk5OTk5OTk%3D", []int{404, 200}},
		{"an offset beyond int64", list + "?cursor=bz05OTk5OTk5OTk5OTk5OTk5OTk5OTk5OTk%3D", []int{404, 200}},
		{"a token with NUL", list + "?access_token=%00", []int{200}},
		{"a number with NUL", "/api/admin/orders/%00/", []int{404}},
		{"a huge number", "/api/admin/orders/" + strings.Repeat("9", 100_000) + "/", []int{404}},
	}
	for _, path := range []string{"%00", "%ff", "..%2f..%2fetc%2fpasswd", "a/%00", "a/b/c", "", strings.Repeat("x", 100_000), "..", ".%00/a"} {
		all = append(all, hostileQuery{"media", "/media/" + path, []int{404, 301, 307}})
	}
	for _, filter := range []string{"filter_text", "subject", "order_number", "q", "requester", "assignee", "ticket_type", "product", "tags", "status", "priority", "channel", "created_from", "updated_to", "ordering", "id", "page_size"} {
		all = append(all, hostileQuery{"NUL", list + "?" + filter + "=a%00b", []int{400}},
			hostileQuery{"no UTF-8", list + "?" + filter + "=%ff%fe", []int{200, 400}},
			hostileQuery{"beyond int64", list + "?" + filter + "=99999999999999999999", []int{200, 400}},
			hostileQuery{"long", list + "?" + filter + "=" + strings.Repeat("7", 50_000), []int{200, 400}})
	}
	return all
}

type hostileBody struct {
	name, media, body string
	fine              bool // it may be taken, too
}

func hostileBodies() []hostileBody {
	deep := func(open, shut string, n int) string { return strings.Repeat(open, n) + strings.Repeat(shut, n) }
	field := func(value string) string {
		return `{"subject":` + value + `,"body":` + value + `,"email":` + value + `}`
	}
	media, manyParts := multipartForm(slices.Repeat([]string{"a", "b"}, 10_000)...)
	return []hostileBody{
		{"broken", jsonMedia, `{"subject":`, false},
		{"not UTF-8", jsonMedia, "{\"subject\":\"\xff\"}", false},
		{"UTF-16", jsonMedia, "\xff\xfe{\x00}\x00", false},
		{"a BOM", jsonMedia, "\xef\xbb\xbf{}", true},
		{"NUL, escaped", jsonMedia, field(`"a\u0000b"`), false},
		{"NUL", jsonMedia, field("\"a\x00b\""), false},
		{"half a surrogate", jsonMedia, field(`"\ud800"`), false},
		{"100,000 lists", jsonMedia, deep("[", "]", 100_000), false},
		{"100,000 objects", jsonMedia, `{"a":` + strings.Repeat(`{"a":`, 100_000) + "1" + strings.Repeat("}", 100_000) + "}", true},
		{"100,000 lists inside", jsonMedia, `{"x":` + deep("[", "]", 100_000) + `}`, true},
		{"unclosed lists", jsonMedia, strings.Repeat("[", 1_000_000), false},
		{"metadata without end", jsonMedia, `{"email":"deep@example.com","metadata":` + deep("[", "]", 100_000) + `}`, true},
		{"a huge number", jsonMedia, `{"requester":` + strings.Repeat("9", 100_000) + `,"author":1e999999,"email":1}`, false},
		{"a number of any size", jsonMedia, `{"requester":1e400,"author":-1e400,"email":5e-400}`, false},
		{"a long text", jsonMedia, field(`"` + strings.Repeat("é", 100_000) + `"`), true},
		{"repeated keys", jsonMedia, `{` + strings.Repeat(`"subject":"a",`, 10_000) + `"subject":[],"body":[],"email":[]}`, false},
		{"a form with NUL", formMedia, "subject=a%00b&body=a%00b&email=a%00b", false},
		{"a form that is not UTF-8", formMedia, "subject=%ff&body=\xfe&email=x", true},
		{"10,000 fields", formMedia, strings.Repeat("a=1&", 10_000), false},
		{"10,000 parts", media, manyParts, false},
		{"no boundary", "multipart/form-data", "x", false},
		{"a huge boundary", "multipart/form-data; boundary=" + strings.Repeat("b", 100_000), "x", false},
		{"far addresses", formMedia, "email=far@example.com&addresses[9999999999]line1=x&subject=&body=%00", true},
	}
}

// TestHugeBodies sends bodies over the limit in every way; the server takes none of them
// and keeps little of what it read.
func TestHugeBodies(t *testing.T) {
	t.Parallel()
	n := install(t, storetest.SQLite(t)).start()
	c := n.client()
	for name, a := range map[string]ask{
		"told":               {media: jsonMedia, body: strings.Repeat(" ", 25<<20) + "{}"},
		"a form":             {media: formMedia, body: "subject=" + strings.Repeat("x", 25<<20)},
		"an upload":          uploadOf(25 << 20),
		"told, not sent":     {media: jsonMedia, length: 1 << 40},
		"an upload not sent": {path: attachments, media: "multipart/form-data; boundary=x", length: 1 << 40},
	} {
		a.method = "POST"
		if a.path == "" {
			a.path = list
		}
		if got := c.ask(a); got.Status != 413 || string(got.Body) != `{"detail":"Request body too large."}` {
			t.Errorf("%s: %d %.100s", name, got.Status, got.Body)
		}
	}
	for name, head := range map[string]string{
		"in chunks":           n.head("POST", list, "Content-Type: application/json", "Transfer-Encoding: chunked"),
		"an upload in chunks": n.head("POST", attachments, "Content-Type: multipart/form-data; boundary=x", "Transfer-Encoding: chunked"),
		"a comment in chunks": n.head("PUT", list+"1/", "Content-Type: application/x-www-form-urlencoded", "Transfer-Encoding: chunked"),
	} {
		conn := n.dial(t)
		chunk := fmt.Sprintf("%x\r\n%s\r\n", 1<<20, strings.Repeat(" ", 1<<20))
		first := ""
		if strings.Contains(name, "upload") {
			part := "--x\r\nContent-Disposition: form-data; name=\"files\"; filename=\"a\"\r\n\r\n"
			first = fmt.Sprintf("%x\r\n%s\r\n", len(part), part)
		}
		go func() {
			if _, err := io.WriteString(conn, head+first); err != nil {
				return
			}
			for range 40 {
				if _, err := io.WriteString(conn, chunk); err != nil {
					return // refused, as it should be
				}
			}
		}()
		got := answers(t, conn, name, 1)
		if len(got) != 1 || got[0].Status != 413 {
			t.Errorf("%s: %v", name, got)
		}
	}
	// As many values as fit into a body: each costs more memory than it takes to send.
	parallel(2, func(int) {
		for _, body := range []string{`{"tags":[` + strings.Repeat("1,", 12<<20) + "1]}", strings.Repeat("[", 25<<20), `{"x":[` + strings.Repeat("{},", 8<<20) + "{}]}"} {
			if got := n.client().ask(ask{method: "POST", path: list, media: jsonMedia, body: body}); got.Status != 400 {
				t.Errorf("%.30s…: %d %.200s", body, got.Status, got.Body)
			}
		}
	})
	n.alive(t)
	now, highest := n.memory(t)
	t.Logf("the server holds %d MiB, %d at its highest", now, highest)
	if highest > 1000 {
		t.Errorf("the server took %d MiB", highest)
	}
}

func uploadOf(size int) ask {
	media, body := upload("a.bin", strings.Repeat("x", size))
	return ask{path: attachments, media: media, body: body}
}

// TestSlowHeadIsCutOff opens connections and never finishes the head of a request: the
// server ends them, and answers others meanwhile.
func TestSlowHeadIsCutOff(t *testing.T) {
	t.Parallel()
	n := install(t, storetest.SQLite(t)).start()
	ended := make(chan error, 50)
	for range cap(ended) {
		conn := n.dial(t)
		if _, err := io.WriteString(conn, "GET "+list+" HTTP/1.1\r\nHost: localhost\r\nX-Slow: "); err != nil {
			t.Fatal(err)
		}
		go func() {
			_, err := io.Copy(io.Discard, conn)
			ended <- err
		}()
	}
	n.alive(t)
	for range cap(ended) {
		select {
		case err := <-ended:
			if err != nil {
				t.Fatal(err)
			}
		case <-time.After(30 * time.Second):
			t.Fatal("a connection without a request is still open")
		}
	}
	n.alive(t)
}
