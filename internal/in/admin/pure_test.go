package admin

import (
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestAcceptFindsJSONAndIndentation(t *testing.T) {
	t.Parallel()
	cases := []struct {
		header string
		indent int
		ok     bool
	}{
		{"*/*", 0, true},
		{"application/*", 0, true},
		{"application/json", 0, true},
		{"Application/JSON", 0, true},
		{"application/json; indent=4", 4, true},
		{"application/json;indent=40", 8, true},
		{"application/json; indent=-1", 0, true},
		{"application/json; indent=x", 0, true},
		{"*/*; indent=2", 2, true},
		{"text/html, application/json; indent=3", 3, true},
		{"application/json, */*; indent=3", 0, true},
		{"*/json", 0, true},
		{"text/html, */*;q=0.1", 0, true},
		{"application/json;q=0", 0, true},
		{"text/html", 0, false},
		{"application/xml", 0, false},
		{"garbage", 0, false},
		{"", 0, false},
	}
	for _, tc := range cases {
		indent, ok := accept([]string{tc.header})
		if indent != tc.indent || ok != tc.ok {
			t.Errorf("accept(%q) = %d, %v; want %d, %v", tc.header, indent, ok, tc.indent, tc.ok)
		}
	}
	if _, ok := accept(nil); !ok {
		t.Error("no Accept header must accept everything")
	}
}

func TestVersionNamesAreExact(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"2023-02-10": "2023-02-10", "2024-04-01": "2024-04-01", "unstable": "unstable",
		"Unstable": "", "": "", "v1": "",
	} {
		got := strings.Join(version([]string{name}), "")
		if got != want {
			t.Errorf("version(%q) = %q, want %q", name, got, want)
		}
	}
	if got := version(nil); got[0] != "2023-02-10" {
		t.Errorf("without a header the version is %q", got)
	}
	if version([]string{"unstable", "unstable"}) != nil {
		t.Error("two headers name no version")
	}
}

func TestBearerReadsTheHeaderAsTheOriginal(t *testing.T) {
	t.Parallel()
	for header, want := range map[string]string{
		"Bearer x": "x", "bearer x": "x", "BEARER  x": "x", " Bearer\tx ": "x",
		"Bearer": "", "x": "", "Bearer x y": "", "Token x": "", "": "", "Bearerx": "",
	} {
		if got := bearer(header); got != want {
			t.Errorf("bearer(%q) = %q, want %q", header, got, want)
		}
	}
}

func TestForwardedHeadersCountFromTrustedProxiesAlone(t *testing.T) {
	t.Parallel()
	trusted := []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("::1/128")}
	cases := []struct {
		remote, host, proto, forwarded, want string
		ok                                   bool
	}{
		{"10.1.2.3:99", "inner:8080", "https", "desk.example", "https://desk.example", true},
		{"[::ffff:10.1.2.3]:99", "inner", "https", "desk.example", "https://desk.example", true},
		{"[::1]:99", "inner", "https", "evil.example, desk.example:8443", "https://desk.example:8443", true},
		{"10.1.2.3:99", "inner", "", "", "http://inner", true},
		{"10.1.2.3:99", "inner", "gopher", "", "http://inner", true},
		{"192.0.2.1:99", "inner", "https", "evil.example", "http://inner", true},
		{"@", "inner", "https", "evil.example", "http://inner", true},
		{"10.1.2.3:99", "inner", "https", `a"b`, `https://a"b`, false},
		{"192.0.2.1:99", "a/b", "", "", "http://a/b", false},
		{"192.0.2.1:99", "", "", "", "http://", false},
	}
	for _, tc := range cases {
		r := &http.Request{RemoteAddr: tc.remote, Host: tc.host, Header: http.Header{}}
		if tc.proto != "" {
			r.Header.Set("X-Forwarded-Proto", tc.proto)
		}
		if tc.forwarded != "" {
			r.Header.Set("X-Forwarded-Host", tc.forwarded)
		}
		at, ok := clientAddress(r, trusted)
		if got := at.scheme + "://" + at.host; got != tc.want || ok != tc.ok {
			t.Errorf("%+v: got %s, %v", tc, got, ok)
		}
	}
}

func TestFileNameKeepsNoPath(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("n", 300)
	for sent, want := range map[string]string{
		"a.png":               "a.png",
		"../../etc/passwd":    "passwd",
		`C:\Users\x\a.png`:    "a.png",
		"/../":                "",
		"..":                  "",
		".":                   "",
		"a\x00b\n.txt":        "ab.txt",
		"a&amp;b.txt":         "a&b.txt",
		"ü.pdf":               "ü.pdf",
		long + ".txt":         long[:251] + ".txt",
		"." + long:            ("." + long)[:255],
		"a." + long:           "." + long[:254],
		"\xff.txt":            "\uFFFD.txt",
		"&#47;etc&#47;passwd": "passwd",
	} {
		if got := fileName(sent); got != want {
			t.Errorf("fileName(%q) = %q, want %q", sent, got, want)
		}
	}
}

func TestThrottleCountsASlidingSecond(t *testing.T) {
	t.Parallel()
	th := newThrottle(2)
	start := time.Unix(1000, 0)
	at := func(ms int) time.Time { return start.Add(time.Duration(ms) * time.Millisecond) }
	steps := []struct {
		ms        int
		token     int64
		ok        bool
		remaining int
	}{
		{0, 1, true, 1},
		{600, 1, true, 0},
		{900, 1, false, 0},
		{900, 2, true, 1}, // another token has its own count
		{1000, 1, true, 0},
		{1500, 1, false, 0},
		{1600, 1, true, 0},
		{9000, 1, true, 1},
	}
	for _, s := range steps {
		q := th.take(s.token, at(s.ms))
		if q.ok != s.ok || q.remaining != s.remaining {
			t.Errorf("at %d ms, token %d: %+v, want ok %v, remaining %d", s.ms, s.token, q, s.ok, s.remaining)
		}
		if !q.ok && seconds(q.wait) != 1 {
			t.Errorf("at %d ms: wait %v", s.ms, q.wait)
		}
	}
	th.take(1, at(200_000))
	if len(th.byID) != 1 {
		t.Errorf("%d tokens are remembered after a quiet time, want 1", len(th.byID))
	}
}

func TestRouterKnowsThePathsOfTheTable(t *testing.T) {
	t.Parallel()
	router := newRouter(resources(table))
	cases := []struct{ path, want, param string }{
		{"", "", ""},
		{"tickets/", "tickets/", ""},
		{"tickets/7/", "tickets/{id}/", "7"},
		{"tickets/ 7/", "tickets/{id}/", " 7"},
		{"tickets/attachments/", "tickets/attachments/", ""},
		{"tickets/attachments/comments/", "tickets/{id}/comments/", "attachments"},
		{"tickets/7/comments/", "tickets/{id}/comments/", "7"},
		{"orders/A-1/", "orders/{number}/", "A-1"},
	}
	for _, tc := range cases {
		res, param := router.match(tc.path)
		if res == nil || res.path != tc.want || param != tc.param {
			t.Errorf("match(%q) = %+v, %q", tc.path, res, param)
		}
	}
	for _, path := range []string{"tickets", "tickets//", "tickets/7.5/", "nope/", "/", "tickets/7/8/", "tickets/7/comments/1/", "//"} {
		if res, _ := router.match(path); res != nil {
			t.Errorf("match(%q) found %q", path, res.path)
		}
	}
}

func TestAllowNamesMethodsInOrder(t *testing.T) {
	t.Parallel()
	want := map[string]string{
		"":                         "GET, HEAD, OPTIONS",
		"tickets/":                 "GET, POST, HEAD, OPTIONS",
		"tickets/{id}/":            "GET, PUT, PATCH, HEAD, OPTIONS",
		"tickets/{id}/comments/":   "GET, POST, HEAD, OPTIONS",
		"tickets/{id}/deliveries/": "GET, HEAD, OPTIONS",
		"tickets/attachments/":     "POST, OPTIONS",
		"tickettypes/":             "GET, HEAD, OPTIONS",
		"tickettypes/{id}/":        "GET, HEAD, OPTIONS",
		"users/":                   "GET, POST, HEAD, OPTIONS",
		"users/{id}/":              "GET, PUT, PATCH, HEAD, OPTIONS",
		"users/{id}/addresses/":    "GET, POST, DELETE, HEAD, OPTIONS",
		"orders/":                  "GET, HEAD, OPTIONS",
		"orders/{number}/":         "GET, HEAD, OPTIONS",
		"products/":                "GET, HEAD, OPTIONS",
		"products/{id}/":           "GET, HEAD, OPTIONS",

		"webhooks/":                 "GET, POST, HEAD, OPTIONS",
		"webhooks/{id}/":            "GET, PUT, PATCH, DELETE, HEAD, OPTIONS",
		"webhooks/{id}/deliveries/": "GET, HEAD, OPTIONS",
		"webhooks/{id}/test/":       "POST, OPTIONS",
		"webhooks/{id}/replay/":     "POST, OPTIONS",
		"webhooks/{id}/rotate/":     "POST, OPTIONS",
		"mails/":                    "GET, HEAD, OPTIONS",
		"mails/{id}/":               "GET, HEAD, OPTIONS",
		"mails/{id}/view/":          "GET, HEAD, OPTIONS",
		"mails/{id}/release/":       "POST, OPTIONS",
		"mails/{id}/replay/":        "POST, OPTIONS",
		"mails/{id}/block/":         "POST, OPTIONS",
		"events/":                   "GET, HEAD, OPTIONS",
	}
	for _, res := range resources(table) {
		if !slices.Equal(res.allow, []string{want[res.path]}) {
			t.Errorf("%q allows %q, want %q", res.path, res.allow, want[res.path])
		}
		delete(want, res.path)
	}
	if len(want) > 0 {
		t.Errorf("no such paths: %v", want)
	}
}

func TestConditionalHeaders(t *testing.T) {
	t.Parallel()
	tag := `"7-3-abc"`
	for header, want := range map[string]bool{
		tag: true, "W/" + tag: true, `"x", ` + tag: true, "*": true, `"7-3-abd"`: false, "": false,
	} {
		if got := matches([]string{header}, tag); got != want {
			t.Errorf("If-None-Match %s: %v", header, got)
		}
	}
	for header, want := range map[string]bool{
		tag: true, `"7-3-other"`: true, "*": true, `"7-4-abc"`: false, `"8-3-abc"`: false,
		`"7-33-abc"`: false, "W/" + tag: false, "": false, `"1", "7-3-a"`: true,
	} {
		if got := expected([]string{header}, 7, 3); got != want {
			t.Errorf("If-Match %s: %v", header, got)
		}
	}
}

func TestRequestIDIsTakenOverWhenSane(t *testing.T) {
	t.Parallel()
	for _, sane := range []string{"abc-1", "A_b.c:d/e+f=", strings.Repeat("x", 128)} {
		if got := requestID([]string{sane}); got != sane {
			t.Errorf("%q became %q", sane, got)
		}
	}
	for _, odd := range []string{"", "a b", "a\nb", "é", strings.Repeat("x", 129)} {
		if got := requestID([]string{odd}); got == odd || len(got) != 24 {
			t.Errorf("%q became %q", odd, got)
		}
	}
	if first, second := requestID(nil), requestID(nil); first == second {
		t.Error("two requests got one id")
	}
}
