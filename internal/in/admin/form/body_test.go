package form

import (
	"bytes"
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"storedesk/internal/desk"
)

func validJSON(t *testing.T, text []byte) {
	t.Helper()
	if !json.Valid(text) {
		t.Errorf("no JSON: %q", text)
	}
}

func jsonBody(t *testing.T, text string) *Body {
	t.Helper()
	b, problem := ParseBody("application/json", []byte(text))
	if problem != nil {
		t.Fatalf("%s: %v", text, problem)
	}
	return b
}

func formBody(t *testing.T, text string) *Body {
	t.Helper()
	b, problem := ParseBody("application/x-www-form-urlencoded", []byte(text))
	if problem != nil {
		t.Fatalf("%s: %v", text, problem)
	}
	return b
}

func TestBodyTypes(t *testing.T) {
	const badBoundary = `{"detail":"Multipart form parse error - Invalid boundary in multipart: `
	for _, c := range []struct {
		media, body string
		allow       []Kind
		status      int
		want        string // start of the answer
	}{
		{media: "application/json", body: "{}"},
		{media: "Application/JSON; charset=utf-8", body: "{}"},
		{media: "application/json;", body: "{}"},
		{media: "*/*", body: "{}"},
		{media: "application/*", body: "{}"},
		{media: "application/x-www-form-urlencoded; charset=x", body: "{"},
		{media: "multipart/form-data; boundary=abc", body: "garbage"},
		{media: "text/plain", body: ""},
		{media: "", body: ""},
		{media: "multipart/form-data", body: ""},
		{media: "application/json", body: "", allow: []Kind{Multipart}},
		{media: "", body: "{}", status: 415, want: `{"detail":"Unsupported media type \"\" in request."}`},
		{media: "json", body: "{}", status: 415, want: `{"detail":"Unsupported media type \"json\" in request."}`},
		{media: "text/json", body: "{}", status: 415, want: `{"detail":"Unsupported media type \"text/json\" in request."}`},
		{media: `text/plain; x="y"`, body: "{}", status: 415, want: `{"detail":"Unsupported media type \"text/plain; x=\"y\"\" in request."}`},
		{media: "application/json", body: "{}", allow: []Kind{Multipart}, status: 415, want: `{"detail":"Unsupported media type \"application/json\" in request."}`},
		{media: "multipart/form-data", body: "x", status: 400, want: badBoundary + `None"}`},
		{media: "multipart/*", body: "x", status: 400, want: badBoundary + `None"}`},
		{media: "multipart/form-data; boundary=", body: "x", status: 400, want: badBoundary + `"}`},
		{media: `multipart/form-data; boundary="a b "`, body: "x", status: 400, want: badBoundary + `a b "}`},
		{media: "multipart/form-data; boundary=é", body: "x", status: 400, want: `{"detail":"Multipart form parse error - Invalid non-ASCII`},
		{media: "application/json", body: "{bad", status: 400, want: `{"detail":"JSON parse error - `},
		{media: "application/x-www-form-urlencoded", body: strings.Repeat("a&", 1000), status: 400, want: `{"detail":"Too many parameters."}`},
		{media: "multipart/form-data; boundary=a", body: strings.Repeat("--a\r\n\r\n", 1500), status: 400, want: `{"detail":"Too many parameters."}`},
	} {
		body, problem := ParseBody(c.media, []byte(c.body), c.allow...)
		if c.status == 0 {
			if problem != nil || body == nil {
				t.Errorf("%s %.20q: %v", c.media, c.body, problem)
			}
			continue
		}
		if body != nil || problem == nil || problem.Status != c.status || !bytes.HasPrefix(problem.Append(nil), []byte(c.want)) {
			t.Errorf("%s %.20q: %+v, want %d %s", c.media, c.body, problem, c.status, c.want)
			continue
		}
		validJSON(t, problem.Append(nil))
	}
}

func TestParseJSON(t *testing.T) {
	for text, want := range map[string]any{
		`null`:                       nil,
		" \t\r\n[true,false]\n":      []any{true, false},
		`[1,-0,-12,0]`:               []any{integer("1"), integer("0"), integer("-12"), integer("0")},
		`[1.0,1e2,1E+2,-1.5e-3,0.0]`: []any{1.0, 100.0, 100.0, -0.0015, 0.0},
		`"\"\\\/\b\f\n\r\té\u00e9"`:  "\"\\/\b\f\n\r\téé",
		`"\ud83d\ude00"`:             "😀",
		`"\ud83dx\ude00"`:            "\xED\xA0\xBDx\xED\xB8\x80",
		`"\ud83d\u0041"`:             "\xED\xA0\xBDA",
		`""`:                         "",
		"\"\x7f\u2028\"":             "\x7f\u2028",
	} {
		got, err := parseJSON([]byte(text))
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %#v, %v; want %#v", text, got, err, want)
		}
	}
	got, err := parseJSON([]byte(`{"b":1,"a":2,"b":[]}`))
	want := &object{keys: []string{"b", "a"}, values: map[string]any{"a": integer("2"), "b": []any{}}}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("equal keys: %#v, %v", got, err)
	}
	for _, text := range []string{strings.Repeat("1", 4300), "-" + strings.Repeat("1", 4300), strings.Repeat("[", 500) + strings.Repeat("]", 500)} {
		if _, err := parseJSON([]byte(text)); err != nil {
			t.Errorf("%.10s: %v", text, err)
		}
	}
	for _, text := range []string{
		"", " ", "nul", "tru", "NaN", "Infinity", "-Infinity", "-", "+1", "01", "-01", ".5", "1.", "1.e5", "1e", "1e+",
		`"x`, `"\`, `"\x"`, `"\u12"`, `"\u00zz"`, "\"\t\"", "[1,2", "[1,]", "[,]", "{", `{"a"`, `{"a":}`, `{"a":1,}`, `{a:1}`,
		`{'a':1}`, `{"a":1}x`, "{}{}", "\x0b{}", "\ufeff{}", "\xff", "\"\xed\xa0\x80\"", "[1 2]", `{"a" 1}`, "]",
		strings.Repeat("1", 4301), strings.Repeat("[", 600) + strings.Repeat("]", 600), strings.Repeat("[", 100000),
	} {
		if got, err := parseJSON([]byte(text)); err == nil {
			t.Errorf("%.20q: %#v, want an error", text, got)
		}
	}
}

// TestStr is how Python 3.11 prints values.
func TestStr(t *testing.T) {
	for text, want := range map[string]string{
		`"a'b"`: "a'b", `true`: "True", `false`: "False", `null`: "None", `[]`: "[]", `{}`: "{}", `-0`: "0", `-0.0`: "-0.0",
		`1.0`: "1.0", `1.50`: "1.5", `1e16`: "1e+16", `1e15`: "1000000000000000.0", `1.5e-5`: "1.5e-05", `0.0001`: "0.0001",
		`1e22`: "1e+22", `1e400`: "inf", `-1e400`: "-inf", `123456.789`: "123456.789", `1e-400`: "0.0", `1e100`: "1e+100",
		`123456789012345678901234567890`: "123456789012345678901234567890",
		`{"a":[1,null,"it's",1e20]}`:     `{'a': [1, None, "it's", 1e+20]}`,
		`["a\"b","c'd","e'f\"g"]`:        `['a"b', "c'd", 'e\'f"g']`,
		`["\n\r\t\\\u0000\u007f\u0085\u00a0\u00ad\u00e9\u200b\ud83d\ude00\udbff\udfff\ud800"]`: `['\n\r\t\\\x00\x7f\x85\xa0\xadé\u200b😀\U0010ffff\ud800']`,
	} {
		value, err := parseJSON([]byte(text))
		if err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		if got := str(value); got != want {
			t.Errorf("%s: %s, want %s", text, got, want)
		}
	}
}

func TestParseInt(t *testing.T) {
	for text, want := range map[string]integer{
		"7": "7", "+7": "7", "-7": "-7", "007": "7", " 7\n": "7", "\u00a07\u2003": "7", "1_000": "1000", "0_0": "0", "-0": "0",
		"１２": "12", "٣": "3", "𝟗": "9", "1٢": "12", strings.Repeat("9", 30): integer(strings.Repeat("9", 30)),
	} {
		if got, ok := parseInt(text); !ok || got != want {
			t.Errorf("%q: %q, %v; want %q", text, got, ok, want)
		}
	}
	for _, text := range []string{"", " ", "+", "-", "--1", "+-1", "1 2", "1.0", "1e1", "_1", "1_", "1__0", "0x1", "½", "²", "\x1f1", "1\x00", strings.Repeat("9", 4301)} {
		if got, ok := parseInt(text); ok {
			t.Errorf("%q: %q, want an error", text, got)
		}
	}
}

func TestMultipart(t *testing.T) {
	const end = "--abc--\r\n"
	part := func(headers, content string) string { return "--abc\r\n" + headers + "\r\n\r\n" + content + "\r\n" }
	named := func(name string) string { return `Content-Disposition: form-data; name="` + name + `"` }
	for name, c := range map[string]struct {
		body string
		want formFields
	}{
		"plain":         {part(named("a"), "x") + part(named("a"), "y") + end, formFields{"a": {"x", "y"}}},
		"spaces stay":   {part(named("a"), " x \r\n") + end, formFields{"a": {" x \r\n"}}},
		"cut short":     {part(named("a"), "x"), formFields{"a": {"x\r\n"}}},
		"around":        {"preamble\r\n" + part(named("a"), "x") + end + "epi\r\n\r\nlogue", formFields{"a": {"x"}}},
		"unquoted":      {part("content-disposition: FORM-data; NAME=a", "x") + end, formFields{"a": {"x"}}},
		"extended name": {part("Content-Disposition: form-data; name*=utf-8''stat%75s", "x") + end, formFields{"status": {"x"}}},
		"trimmed name":  {part(named(" a "), "x") + end, formFields{"a": {"x"}}},
		"base64":        {part(named("a")+"\r\nContent-Transfer-Encoding: base64", "eHl6") + end, formFields{"a": {"xyz"}}},
		"bad base64":    {part(named("a")+"\r\nContent-Transfer-Encoding: base64", "eHl6e") + end, formFields{"a": {"eHl6e"}}},
		"no UTF-8":      {part(named("a"), "x\xff\xe2\x82") + end, formFields{"a": {"x\uFFFD\uFFFD"}}},
		"bare newlines": {"--abc\n" + named("a") + "\n\nx\n" + end, formFields{}},
		"nameless":      {part("Content-Disposition: form-data", "x") + end, formFields{}},
		"no header":     {part("X: y", "x") + end, formFields{}},
		"long header":   {part(named("a")+"\r\nX: "+strings.Repeat("y", 1100), "x") + end, formFields{}},
		"garbage":       {"garbage", formFields{}},
		"file": {
			part(named("a")+`; filename="c:\d/b&amp;c.txt"`, "data") + part(named("a"), "x") + end,
			formFields{"a": {"x", &file{"b&c.txt", 4}}},
		},
		"file without a name": {part(named("a")+`; filename=""`, "data") + end, formFields{"a": {"data"}}},
		"file named dots":     {part(named("a")+`; filename=".."`, "data") + end, formFields{}},
		"semicolon in quotes": {part(named("a;b"), "x") + end, formFields{"a;b": {"x"}}},
	} {
		got, problem := parseMultipart("multipart/form-data; boundary=abc", []byte(c.body))
		if problem != nil || !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s: %v, %v; want %v", name, got, problem, c.want)
		}
	}
}

func TestFormValue(t *testing.T) {
	if v, ok := formBody(t, "access_token=a&access_token=b").FormValue("access_token"); v != "b" || !ok {
		t.Errorf("%q, %v", v, ok)
	}
	if _, ok := formBody(t, "x=1").FormValue("access_token"); ok {
		t.Error("a value from nowhere")
	}
	if _, ok := jsonBody(t, `{"access_token":"a"}`).FormValue("access_token"); ok {
		t.Error("a token from JSON")
	}
}

func TestErrorBody(t *testing.T) {
	for want, fields := range map[string]desk.Fields{
		`{}`: {},
		`{"comment":{"author":["x","y"],"body":["<é\">"]},"subject":["z"]}`: {
			"subject": {"z"}, "comment.body": {`<é">`}, "comment.author": {"x", "y"},
		},
		`{"files":{"0":["a"],"2":["b"]}}`: {"files.0": {"a"}, "files.2": {"b"}},
		`{"addresses":[{},{"line1":["a"]},["b"],{"non_field_errors":["c"]},{}]}`: {
			"addresses[0]": nil, "addresses[1].line1": {"a"}, "addresses[2]": {"b"}, "addresses[3].non_field_errors": {"c"},
			"addresses[4]": nil,
		},
		"{\"a\":[\"\\u0000\\n\\\\\uFFFD\"]}": {"a": {"\x00\n\\\xff"}},
	} {
		if got := string(ErrorBody(fields)); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
}

func FuzzBody(f *testing.F) {
	for _, text := range []string{
		`{"subject":"x","comment":{"attachments":[1]}}`, `[]`, `null`, `{"tags":{"a":1},"order":[1.5,"\ud800"]}`,
		`{"email":"a@b.co","addresses":[{"country":"US"},null,1],"metadata":{"a":[1e400]},"ip":"::1"}`,
	} {
		f.Add("application/json", []byte(text))
	}
	f.Add("application/x-www-form-urlencoded", []byte("products=1&comment.body=x&addresses[0]line1=y&tags="))
	f.Add("multipart/form-data; boundary=abc", []byte("--abc\r\nContent-Disposition: form-data; name=\"a;\\\"b\"; filename=x\r\n\r\nx\r\n--abc--"))
	f.Fuzz(func(t *testing.T, media string, body []byte) {
		b, problem := ParseBody(media, body)
		if (b == nil) == (problem == nil) {
			t.Fatalf("body %v, problem %v", b, problem)
		}
		if problem != nil {
			validJSON(t, problem.Append(nil))
			return
		}
		for _, partial := range []bool{false, true} {
			ticket, fields := Ticket(b, partial)
			validJSON(t, ErrorBody(fields))
			if ticket == nil && len(fields) == 0 {
				t.Error("neither a ticket nor an error")
			}
			if ticket != nil {
				validJSON(t, ErrorBody(b.Merge(fields, ticket.Missing(desk.Known{}))))
			}
			if _, fields = Comment(b, partial); len(fields) > 0 {
				validJSON(t, ErrorBody(fields))
			}
			user, fields := User(b, !partial, partial)
			validJSON(t, ErrorBody(fields))
			if user != nil && user.Metadata != nil && *user.Metadata != nil {
				validJSON(t, *user.Metadata)
			}
		}
	})
}
