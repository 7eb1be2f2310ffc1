package form

import (
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"storedesk/internal/desk"
)

// TestURLsAreThoseOfTheOriginal has what the original's check said of each, but for the
// last group, which it takes.
func TestURLsAreThoseOfTheOriginal(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("a", 63)
	good := []string{
		"http://a.example", "HTTPS://A.Example/", "http://localhost", "http://localhost:80", "http://LOCALHOST/x", "http://1.2.3.4/",
		"http://0.0.0.0", "http://1.2.3.4.example", "http://[::1]/", "http://[::1]:8080/", "http://[::ffff:1.2.3.4]/", "http://a.bc",
		"http://a.example.", "http://a.xn--p1ai", "http://münchen.example/ü", "http://☃.net/", "http://例え.テスト/", "http://例え。テスト",
		"http://a.example:12", "http://a.example:99999", "http://u@a.example", "http://u:p@a.example/", "http://a.example?x=1",
		"http://a.example#f", "https://a.example:8443/x?y=z#w", "http://" + long + ".example", "http://a.example/x@y:z",
	}
	bad := []string{
		"", "x", "a.example", "//a.example", "http:/a.example", "http:///a", "http://", "mailto:a@b.example", "javascript://a.example/", "gopher://a.example",
		"http://localhost.", "http://1.2.3/", "http://256.1.1.1/", "http://01.2.3.4", "http://1.2.3.4.", "http://2130706433", "http://0x7f.0.0.1",
		"http://[::g]/", "http://[::1", "http://[1.2.3.4]/", "http://[fe80::1%25eth0]/", "http://[::1]x", "http://[::1]:1", "http://a", "http://a.b", "http://-a.example", "http://a-.example",
		"http://a.-b.example", "http://a.b-.example", "http://a_b.example", "http://a..example", "http://.example", "http://a.example..", "http://a.123",
		"http://a.xn--", "http://a.example:1", "http://a.example:123456", "http://a.example:", "http://a.example:8x", "http://u:p:q@a.example/", "http://:p@a.example",
		"http://u@@a.example", "http://a.example/a b", "http://a.example/\u00a0", "http://" + long + "a.example", "http://a.ex\u2100mple.com",
		"http://" + strings.Repeat(long+".", 4) + "example",
		"ftp://a.example/", "ftps://a.example/", `http://a.example\@b.example/`, "http://a.example/%zz", "http://u?@a.example/", "http://u#@a.example/",
	}
	for _, text := range good {
		if !validURL(text) {
			t.Errorf("%q is refused", text)
		}
	}
	for _, text := range bad {
		if validURL(text) {
			t.Errorf("%q is accepted", text)
		}
	}
}

// FuzzURL: what is accepted names one host, to net/url too, and is http or https.
func FuzzURL(f *testing.F) {
	for _, text := range []string{
		"http://a.example", "https://u:p@[::1]:80/x?y#z", "http://a.example\\@b.example/", "http://例え。テスト", "http://a.example:80:80/",
		"http://u?@a.example", "http://\u2100.example", "HTTP://LOCALHOST#@b.example", "http://a.b-c.xn--p1ai./",
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		text = strings.ToValidUTF8(strings.ReplaceAll(text, "\x00", ""), "\uFFFD")
		if !validURL(text) {
			return
		}
		u, err := url.Parse(text)
		if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" {
			t.Fatalf("%q: %v, %v", text, u, err)
		}
		_, rest, _ := strings.Cut(text, "://")
		if end := strings.IndexAny(rest, "/?#"); end >= 0 {
			rest = rest[:end]
		}
		if !strings.HasSuffix(rest, u.Host) {
			t.Fatalf("%q names %q", text, u.Host)
		}
	})
}

func parsed(t *testing.T, media, text string) *Body {
	t.Helper()
	b, p := ParseBody(media, []byte(text))
	if p != nil {
		t.Fatal(p)
	}
	return b
}

func TestWebhookErrors(t *testing.T) {
	t.Parallel()
	const good = `"target":"https://a.example/"`
	cases := []struct {
		body    string
		partial bool
		want    string
	}{
		{`{}`, false, `{"events":["This field is required."],"target":["This field is required."]}`},
		{`{}`, true, ``},
		{`{` + good + `,"events":["ticket.created"]}`, false, ``},
		{`{"events":[]}`, true, `{"events":["This list may not be empty."]}`},
		{`{"events":null}`, true, `{"events":["This field may not be null."]}`},
		{`{"events":"ticket.created"}`, true, `{"events":["Expected a list of items but got type \"str\"."]}`},
		{`{"events":["ticket.created","order.created","x"]}`, true, `{"events":["Object with name=order.created does not exist."]}`},
		{`{"events":[null]}`, true, `{"events":["Object with name=None does not exist."]}`},
		{`{"events":[["a"]]}`, true, `{"events":["Object with name=['a'] does not exist."]}`},
		{`{"events":["\u0000"]}`, true, `{"events":["Invalid value."]}`},
		{`{"target":5}`, true, `{"target":["Enter a valid URL."]}`},
		{`{"target":["https://a.example/"]}`, true, `{"target":["Enter a valid URL."]}`},
		{`{"target":"https://a.example/` + strings.Repeat("a", 250) + `"}`, true, `{"target":["Ensure this field has no more than 255 characters."]}`},
		{`{"target":"ftp://` + strings.Repeat("a", 250) + `"}`, true, `{"target":["Ensure this field has no more than 255 characters.","Enter a valid URL."]}`},
		{`{"target":"https://a.example/\ud800"}`, true, `{"target":["Surrogate characters are not allowed: U+D800."]}`},
		{`{"secret_key":""}`, true, `{"secret_key":["This field may not be blank."]}`},
		{`{"active":"maybe"}`, true, `{"active":["Must be a valid boolean."]}`},
		{`{"name":"` + strings.Repeat("x", 256) + `"}`, true, `{"name":["Ensure this field has no more than 255 characters."]}`},
		{`{"api_version":"` + strings.Repeat("x", 21) + `"}`, true, `{"api_version":["Ensure this field has no more than 20 characters."]}`},
		{`[]`, false, `{"non_field_errors":["Invalid data. Expected a dictionary, but got list."]}`},
	}
	for _, tc := range cases {
		_, fields := Webhook(parsed(t, "application/json", tc.body), tc.partial)
		got := ""
		if len(fields) > 0 {
			got = string(ErrorBody(fields))
		}
		if got != tc.want {
			t.Errorf("%s: %s, want %s", tc.body, got, tc.want)
		}
	}
}

func TestWebhookForms(t *testing.T) {
	t.Parallel()
	const media = "application/x-www-form-urlencoded"
	in, fields := Webhook(parsed(t, media, "target=http://a.example/&events=ticket.updated&events=ticket.created&secret_key=&name="), false)
	if len(fields) > 0 || *in.Events != 3 || in.Active == nil || *in.Active || in.Secret.Value != nil || *in.Name.Value != "" {
		t.Errorf("%+v, %v", in, fields)
	}
	in, fields = Webhook(parsed(t, media, "active=on"), true)
	if len(fields) > 0 || in.Events != nil || in.Target != nil || in.Secret != nil || !*in.Active {
		t.Errorf("PATCH: %+v, %v", in, fields)
	}
	_, fields = Webhook(parsed(t, media, "target="), true)
	if diff := cmp.Diff(desk.Fields{"target": {"This field may not be blank."}}, fields); diff != "" {
		t.Error(diff)
	}
}

func TestWebhookFilter(t *testing.T) {
	t.Parallel()
	cases := map[string]string{
		"events=1&events=4": "", "events=01": "01", "events=0": "0", "events=5": "5", "events=1&events=99": "99",
	}
	for query, wrong := range cases {
		q, p := ParseQuery(query)
		if p != nil {
			t.Fatal(p)
		}
		f, fields := WebhookFilter(q)
		if want := msgNotAmong(wrong); wrong != "" && (len(fields["events"]) != 1 || fields["events"][0] != want) {
			t.Errorf("%s: %v", query, fields)
		}
		if wrong == "" && (len(fields) > 0 || f.Events != 1|8) {
			t.Errorf("%s: %+v, %v", query, f, fields)
		}
	}
}

func TestReplayNamesOneEventOrARange(t *testing.T) {
	t.Parallel()
	cases := []struct {
		body string
		want desk.Replay
		bad  string // the field at fault
	}{
		{`{"event":7}`, desk.Replay{Event: 7}, ""},
		{`{"event":"7"}`, desk.Replay{Event: 7}, ""},
		{`{"after":0}`, desk.Replay{}, ""},
		{`{"after":3,"until":9,"outcome":"failed"}`, desk.Replay{After: 3, Until: 9, Outcome: desk.Failed}, ""},
		{`{}`, desk.Replay{}, "non_field_errors"},
		{`{"until":9}`, desk.Replay{}, "non_field_errors"},
		{`{"event":7,"after":1}`, desk.Replay{}, "event"},
		{`{"event":7,"outcome":"failed"}`, desk.Replay{}, "event"},
		{`{"event":0}`, desk.Replay{}, "event"},
		{`{"event":1.5}`, desk.Replay{}, "event"},
		{`{"event":null}`, desk.Replay{}, "event"},
		{`{"after":-1}`, desk.Replay{}, "after"},
		{`{"after":99999999999999999999}`, desk.Replay{}, "after"},
		{`{"after":9,"until":9}`, desk.Replay{}, "until"},
		{`{"after":9,"outcome":"delivered"}`, desk.Replay{}, "outcome"},
	}
	for _, tc := range cases {
		got, fields := Replay(parsed(t, "application/json", tc.body))
		if tc.bad != "" {
			if len(fields) != 1 || len(fields[tc.bad]) != 1 {
				t.Errorf("%s: %v", tc.body, fields)
			}
		} else if len(fields) > 0 || got != tc.want {
			t.Errorf("%s: %+v, %v", tc.body, got, fields)
		}
	}
}

func TestEventQuery(t *testing.T) {
	t.Parallel()
	cases := map[string]string{
		"": "", "after=5&limit=1000&ticket=3&type=ticket.created&wait=60": "", "after=latest": "", "after=": "",
		"after=-1": "after", "after=x": "after", "after=99999999999999999999": "after", "limit=0": "limit", "limit=1001": "limit",
		"ticket=0": "ticket", "type=ticket": "type", "wait=61": "wait", "wait=1.5": "wait",
	}
	for query, bad := range cases {
		q, p := ParseQuery(query)
		if p != nil {
			t.Fatal(p)
		}
		out, fields := Events(q)
		if len(fields) > 1 || (len(fields) == 1) != (bad != "") || bad != "" && len(fields[bad]) == 0 {
			t.Errorf("%s: %v", query, fields)
		}
		if bad == "" && (out.Limit < 100 || out.Latest != (query == "after=latest")) {
			t.Errorf("%s: %+v", query, out)
		}
	}
}
