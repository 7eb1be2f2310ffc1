package mailtext_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"storedesk/internal/mailtext"
)

func TestText(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, in, want string }{
		{"spaces", "<p>a\n  b&nbsp;&nbsp;c\t</p>", "a b c"},
		{"inline elements", "a <b>b</b>c, <i>d</i>.", "a bc, d."},
		{"paragraphs", "<p>a</p><p>b</p>", "a\n\nb"},
		{"lines", "a<br>b<br/><br>c", "a\nb\n\nc"},
		{"lines of divs", "<div>a</div><div>b<br></div><div><br></div><div>c</div>", "a\nb\n\nc"},
		{"many empty lines", "a<br><br><br><br><br>b", "a\n\n\nb"},
		{"empty paragraphs", "<p>a</p><p>&nbsp;</p><p></p><p>b</p>", "a\n\nb"},
		{"headings", "<h1>a</h1>b<h2>c</h2>", "a\n\nb\n\nc"},
		{"rule", "a<hr>b", "a\n---\nb"},
		{"entities", "&lt;a&gt; &euro; &auml; &#x1F600; &amp;amp;", "<a> € ä 😀 &amp;"},
		{"list", "<ul><li>a</li><li>b<br>c</li></ul>d", "- a\n- b\n  c\n\nd"},
		{"numbers", "<ol><li>a<li>b</ol><ol start=7><li>c</ol>", "1. a\n2. b\n\n7. c"},
		{"list in a list", "<ul><li>a<ol><li>b</ol><li>c</ul>", "- a\n  1. b\n- c"},
		{"paragraph in an item", "<ul><li><p>a</p></li></ul>", "- a"},
		{"terms", "<dl><dt>a<dd>b</dl>", "a\nb"},
		{"link", `<a href="https://a.de/x">here</a>`, "here <https://a.de/x>"},
		{"link that shows where it leads", `<a href="https://www.a.de/">a.de</a>`, "a.de"},
		{"link to an address", `<a href="mailto:a@b.de">a@b.de</a> <a href="mailto:a@b.de">Ann</a>`, "a@b.de Ann <a@b.de>"},
		{"link without text", `a<a href="https://a.de"><img src=x></a>`, "a"},
		{"link of an image", `<a href="https://a.de"><img alt="Shop" src=x></a>`, "Shop <https://a.de>"},
		{"link that is none", `<a href="javascript:alert(1)">a</a>`, "a"},
		{"table", "<table><tr><th>Item<th>Price<tr><td>Shirt<td>10</table>x", "Item\tPrice\nShirt\t10\n\nx"},
		{"table of paragraphs", "<table><tr><td><p>Shirt</p></td><td><p>10</p></td></tr></table>", "Shirt\t10"},
		{"table for layout", "<table><tr><td><table><tr><td>a<tr><td>b</table></table>", "a\nb"},
		{"quote", "a<blockquote>b<br>c</blockquote>d", "a\n\n> b\n> c\n\nd"},
		{"quote in a quote", "<blockquote>a<blockquote>b</blockquote>c</blockquote>", "> a\n>\n> > b\n>\n> c"},
		{"verbatim", "<pre>a  b\n\n  c</pre>", "a  b\n\n  c"},
		{"nothing to read", "<head><title>a</title><style>b</style></head><script>c</script><!-- d -->e", "e"},
		{"hidden", `<div style="display: none">a<p>b</p></div>c<span hidden>d</span><p style="mso-hide:all">e`, "c"},
		{"hidden by its height", `<div style="max-height:0;overflow:hidden">a</div>c`, "c"},
		{"verbatim, a line of spaces", "<ul><li>a<pre>b\n  \nc</pre></ul>", "- a\n\n  b\n\n  c"},
		{"hidden image", `a<img style="display:none" alt="x">b`, "ab"},
		{"invisible characters", "a&#8203;b&shy;c&#65279;d&#1;e", "abcde"},
		{"textarea", "<textarea>a<b></textarea>", "a<b>"},
		{"unclosed", "<div><p>a<b>b", "ab"},
		{"only text", "a", "a"},
		{"nothing", "", ""},
	} {
		if diff := cmp.Diff(c.want, mailtext.Text(c.in)); diff != "" {
			t.Errorf("%s: %s", c.name, diff)
		}
	}
}

func TestTextIsBounded(t *testing.T) {
	t.Parallel()
	for _, piece := range hostile {
		in := repeated(piece)
		if got := mailtext.Text(in); len(got) > 10*len(in)+1000 {
			t.Errorf("%.20q: %d bytes became %d", piece, len(in), len(got))
		}
	}
	if got := mailtext.Text(strings.Repeat("a ", 5<<20)); !strings.HasSuffix(got, "\n\n[…]") || len(got) > 9<<20 {
		t.Errorf("%d bytes", len(got))
	}
}

func TestTextReadsDeepNesting(t *testing.T) {
	t.Parallel()
	got := mailtext.Text(strings.Repeat("<div><p>", 5000) + "a<p>b" + strings.Repeat("</div>", 5000) + "c")
	if got != "a\nb\nc" {
		t.Errorf("%.100q", got)
	}
}

func FuzzText(f *testing.F) {
	for _, s := range xss {
		f.Add(s)
	}
	f.Add("<table><tr><td>a<td><ul><li>b</table><blockquote><pre>\n\nc</pre><a href=//x>y")
	f.Fuzz(func(t *testing.T, in string) {
		got := mailtext.Text(in)
		if !utf8.ValidString(got) || strings.ContainsAny(got, "\x00\r\x1b") {
			t.Errorf("%q became %q", in, got)
		}
		for line := range strings.Lines(got) {
			if strings.TrimRight(line, " \t\n") != strings.TrimSuffix(line, "\n") {
				t.Errorf("%q: spaces at the end of %q", in, line)
			}
		}
	})
}
