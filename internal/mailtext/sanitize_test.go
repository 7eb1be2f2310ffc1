package mailtext_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"storedesk/internal/mailtext"
)

func sanitized(s string) string { return mailtext.Sanitize(s, mailtext.SanitizeOptions{}).HTML }

func TestSanitizeKeepsWhatMailsAreMadeOf(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, in, want string }{
		{"text", "a < b & c", "a &lt; b &amp; c"},
		{"emphasis", "<b>a</b><I>b</I>", "<b>a</b><i>b</i>"},
		{"unknown element", "<o:p>a</o:p><blink>b</blink>", "ab"},
		{"colour", `<p style="COLOR:Red">a</p>`, `<p style="color: Red">a</p>`},
		{"colour function", `<p style="color:rgb(1,2,3)">a</p>`, `<p style="color: rgb(1,2,3)">a</p>`},
		{"fonts", `<p style='font-family:"Segoe UI",Arial'>a</p>`, `<p style="font-family: &#39;Segoe UI&#39;, Arial">a</p>`},
		{"font in short", `<p style="font:12px/1.5 Arial">a</p>`, `<p style="font: 12px / 1.5 Arial">a</p>`},
		{"important", `<p style="color:red!important">a</p>`, `<p style="color: red">a</p>`},
		{"too wide", `<p style="width:99999px;color:red">a</p>`, `<p style="color: red">a</p>`},
		{"negative", `<p style="margin-left:-900px;color:red">a</p>`, `<p style="color: red">a</p>`},
		{"placed", `<p style="position:fixed;top:0;color:red">a</p>`, `<p style="color: red">a</p>`},
		{"table", `<table width="100%"><tr><td bgcolor="#fff" colspan=2>a`, `<table width="100%"><tr><td bgcolor="#fff" colspan="2">a</td></tr></table>`},
		{"huge span", `<table><tr><td colspan=99999>a`, `<table><tr><td>a</td></tr></table>`},
		{"quote class", `<div class="x gmail_quote y">a</div>`, `<div class="gmail_quote">a</div>`},
		{"foreign class", `<div class="button" id="login">a</div>`, `<div>a</div>`},
		{"quote id", `<div id="divRplyFwdMsg">a</div>`, `<div id="divRplyFwdMsg">a</div>`},
		{"textarea", `<textarea>a<b></textarea>`, `a&lt;b&gt;`},
		{"old verbatim", `<xmp>a<b></xmp>`, `<pre>a&lt;b&gt;</pre>`},
		{"conditional comment", `<!--[if mso]><b>x</b><![endif]-->a<![if !vml]>b<![endif]>`, `ab`},
		{"doctype and head", `<!DOCTYPE html><html><head><title>t</title><meta charset=x><style>p{}</style></head><body>a</body></html>`, `a`},
	} {
		if got := sanitized(c.in); got != c.want {
			t.Errorf("%s:\n got %s\nwant %s", c.name, got, c.want)
		}
	}
}

func TestSanitizeBalances(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ in, want string }{
		{"</div></table>a", "a"},
		{"<div><p>a", "<div><p>a</p></div>"},
		{"<p>a<p>b", "<p>a</p><p>b</p>"},
		{"<p>a<div>b</div>", "<p>a</p><div>b</div>"},
		{"<ul><li>a<li>b<ul><li>c</ul><li>d</ul>", "<ul><li>a</li><li>b<ul><li>c</li></ul></li><li>d</li></ul>"},
		{"<dl><dt>a<dd>b<dt>c</dl>", "<dl><dt>a</dt><dd>b</dd><dt>c</dt></dl>"},
		{"<b><i>a</b>b</i>", "<b><i>a</i></b>b"},
		{"<b><div>a</b>b</div>", "<b><div>ab</div></b>"},
		{`<a href="https://a.de">x<a href="https://b.de">y`, `<a href="https://a.de" target="_blank" rel="noopener noreferrer nofollow">x</a>` +
			`<a href="https://b.de" target="_blank" rel="noopener noreferrer nofollow">y</a>`},
		{"<td>a</td>", "a"},
		{"<table>a<tr>b<td>c</table>d", "<table><tr><td>a</td></tr><tr><td>b</td><td>c</td></tr></table>d"},
		{"<table><tr><td><table><tr><td>a</td></tr></table></td></tr></table>", "<table><tr><td><table><tr><td>a</td></tr></table></td></tr></table>"},
		{"<table><tr><td>a</div></p></td><th>b", "<table><tr><td>a</td><th>b</th></tr></table>"},
		{"<table><table><tr><td>a", "<table></table><table><tr><td>a</td></tr></table>"},
		{"<table><colgroup><col span=2><tr><td>a", `<table><colgroup><col span="2"></colgroup><tr><td>a</td></tr></table>`},
		{"a</br>b", "a<br>b"},
	} {
		if got := sanitized(c.in); got != c.want {
			t.Errorf("%s:\n got %s\nwant %s", c.in, got, c.want)
		}
	}
}

func TestSanitizeLinks(t *testing.T) {
	t.Parallel()
	for href, want := range map[string]string{
		"https://a.de/?x=1&y=2": "https://a.de/?x=1&amp;y=2",
		"HTTP://a.de":           "http://a.de",
		" https://a.de/b c ":    "https://a.de/b%20c",
		"//a.de/x":              "https://a.de/x",
		"www.a.de":              "https://www.a.de",
		"mailto:a@b.de":         "mailto:a@b.de",
		"tel:+49123":            "tel:+49123",
		"/admin/logout":         "",
		"#top":                  "",
		"ftp://a.de":            "",
		"https:///x":            "",
		`https:\\a.de`:          "",
		"data:text/html,x":      "",
		"cid:x":                 "",
	} {
		got := sanitized(fmt.Sprintf(`<a href="%s" rel=opener target=_top>x</a>`, href))
		full := `<a>x</a>`
		if want != "" {
			full = `<a href="` + want + `" target="_blank" rel="noopener noreferrer nofollow">x</a>`
		}
		if got != full {
			t.Errorf("%s: %s, want %s", href, got, full)
		}
	}
}

const dot = `data:image/gif;base64,R0lGODlhAQABAAAAACwAAAAAAQABAAA=`

func TestSanitizeImages(t *testing.T) {
	t.Parallel()
	parts := map[string]string{
		"a@b": "/files/1", "pic one.png": "/files/2", "image001.jpg": "/files/3", "http://shop.de/logo.png": "https://desk.de/files/4",
	}
	inline := func(ref string) (string, bool) { url, ok := parts[ref]; return url, ok }
	for _, c := range []struct {
		name, in, want string
		remote         bool
		o              mailtext.SanitizeOptions
	}{
		{name: "Content-ID", in: `<img src="cid:a@b">`, want: `<img src="/files/1">`},
		{name: "Content-ID, escaped and in brackets", in: `<img src="CID:%3Ca%40b%3E">`, want: `<img src="/files/1">`},
		{name: "name of a file", in: `<img src="pic one.png">`, want: `<img src="/files/2">`},
		{name: "no cid: prefix", in: `<img src="a@b">`, want: `<img src="/files/1">`},
		{name: "Content-Location", in: `<img src="http://shop.de/logo.png">`, want: `<img src="https://desk.de/files/4">`},
		{name: "unknown part", in: `a<img src="cid:zzz">`, want: `a`},
		{name: "unknown part with words", in: `<img src="cid:zzz" alt="Logo">`, want: `<img alt="Logo">`},
		{name: "remote", in: `<img src="http://x.de/a.png" width=10>`, want: `<img width="10" data-remote-src="http://x.de/a.png">`, remote: true},
		{name: "remote, no scheme", in: `<img src="//x.de/a.png">`, want: `<img data-remote-src="https://x.de/a.png">`, remote: true},
		{
			name: "remote, asked for", in: `<img src="http://x.de/a.png">`, want: `<img src="http://x.de/a.png">`, remote: true,
			o: mailtext.SanitizeOptions{Remote: true},
		},
		{
			name: "switched on again", in: `<img data-remote-src="http://x.de/a.png">`, want: `<img src="http://x.de/a.png">`, remote: true,
			o: mailtext.SanitizeOptions{Remote: true},
		},
		{name: "pixel", in: `a<img src="http://x.de/a.png" width="1" height="1">`, want: `a`},
		{name: "pixel by style", in: `a<img src="http://x.de/a.png" style="width: 0px !important; height:1px">`, want: `a`},
		{name: "pixel, asked for", in: `a<img src="http://x.de/a.png" width="1" height="1">`, want: `a`, o: mailtext.SanitizeOptions{Remote: true}},
		{name: "line", in: `<img src="http://x.de/a.png" width="600" height="1">`, want: `<img width="600" height="1" data-remote-src="http://x.de/a.png">`, remote: true},
		{name: "data", in: `<img src="` + dot + `">`, want: `<img src="` + dot + `">`},
		{name: "data that draws", in: `<img src="data:image/svg+xml;base64,AAAA">`, want: ``},
		{name: "data that is too long", in: `<img src="data:image/png;base64,` + strings.Repeat("AAAA", 40_000) + `">`, want: ``},
		{name: "srcset", in: `<img srcset="http://x.de/a.png 2x">`, want: ``},
	} {
		if c.o.Inline == nil {
			c.o.Inline = inline
		}
		got := mailtext.Sanitize(c.in, c.o)
		if got.HTML != c.want || got.HasRemote != c.remote {
			t.Errorf("%s: %s (remote %v), want %s", c.name, got.HTML, got.HasRemote, c.want)
		}
	}
}

func TestSanitizeTellsWhatItInlined(t *testing.T) {
	t.Parallel()
	got := mailtext.Sanitize(`<img src="cid:a"><img src="b.png"><img src="cid:a"><img src="cid:c">`, mailtext.SanitizeOptions{
		Inline: func(ref string) (string, bool) { return "/x", ref != "c" },
	})
	if diff := cmp.Diff([]string{"a", "b.png"}, got.Inlined); diff != "" {
		t.Error(diff)
	}
}

// TestSanitizeIsBounded: a mail of two megabytes must not take the desk down, however
// it was built.
func TestSanitizeIsBounded(t *testing.T) {
	t.Parallel()
	if got := mailtext.Sanitize(strings.Repeat("a", mailtext.MaxHTML+1), mailtext.SanitizeOptions{}); !got.TooBig || got.HTML != "" {
		t.Error("too much was sanitized")
	}
	for _, piece := range hostile {
		in := repeated(piece)
		got := sanitized(in)
		if len(got) > 12*len(in)+1000 {
			t.Errorf("%.20q: %d bytes became %d", piece, len(in), len(got))
		}
		if sanitized(got) != got {
			t.Errorf("%.20q: not stable", piece)
		}
	}
}

// hostile are pieces that parsers have choked on when repeated.
var hostile = []string{
	"<div>", "<p>", "<b>", "<p><font size=1>", "<a href=//x>", "<table>", "<table><td>", "<li>", "</p>", "<", "<!--", "&#34;",
	"<i a b c d e f>", "<blockquote>x", "x<br>", "<img src=x alt=y>", "<p style='a:b;color:red;", "<table><tr><td><div>",
}

func repeated(piece string) string {
	return strings.Repeat("<div>", 390) + strings.Repeat(piece, 60_000/len(piece))
}

func TestSanitizeKeepsTextOfDeepNesting(t *testing.T) {
	t.Parallel()
	got := sanitized(strings.Repeat("<div>", 5000) + "deep" + strings.Repeat("</div>", 5000) + "after")
	if strings.Count(got, "<div>") != 400 || strings.Count(got, "</div>") != 400 || !strings.Contains(got, "deep") || !strings.HasSuffix(got, "</div>after") {
		t.Errorf("%d, %.100s", strings.Count(got, "<div>"), got)
	}
}

func FuzzSanitize(f *testing.F) {
	for _, s := range xss {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, in string) {
		checkSafe(t, in, sanitized(in))
	})
}
