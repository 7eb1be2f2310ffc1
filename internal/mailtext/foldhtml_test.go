package mailtext_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"storedesk/internal/mailtext"
)

const (
	unfold = `<details class="quoted"><summary>…</summary>`
	folded = `</details>`
)

func TestFoldHTML(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, in, want string }{ // [ and ] in want stand for the fold
		{"no quote", `<div>a</div>`, `<div>a</div>`},
		{"a quotation of the writer", `<p>a</p><blockquote>b</blockquote>`, `<p>a</p><blockquote>b</blockquote>`},
		{"Gmail", `<div>a</div><div class="gmail_quote"><div class="gmail_attr">On</div><blockquote class="gmail_quote">b</blockquote></div>`, `<div>a</div>[<div class="gmail_quote"><div class="gmail_attr">On</div><blockquote class="gmail_quote">b</blockquote></div>]`},
		{
			"Gmail, answered inside", `<div class="gmail_quote"><div class="gmail_attr">On</div><blockquote class="gmail_quote">b</blockquote><div>a</div><blockquote class="gmail_quote">c</blockquote></div>`,
			`<div class="gmail_quote">[<div class="gmail_attr">On</div><blockquote class="gmail_quote">b</blockquote>]<div>a</div>[<blockquote class="gmail_quote">c</blockquote>]</div>`,
		},
		{"Gmail, forwarded", `a<div class="gmail_quote">---------- Forwarded message<br>b</div>`, `a[<div class="gmail_quote">---------- Forwarded message<br>b</div>]`},
		{"Apple Mail", `a<div><blockquote type="cite">b<blockquote type="cite">c</blockquote></blockquote></div>`, `a<div>[<blockquote type="cite">b<blockquote type="cite">c</blockquote></blockquote>]</div>`},
		{"Thunderbird", `<p>a</p><div class="moz-cite-prefix">On</div><blockquote type="cite">b</blockquote>`, `<p>a</p>[<div class="moz-cite-prefix">On</div><blockquote type="cite">b</blockquote>]`},
		{"Thunderbird, below", `<div class="moz-cite-prefix">On</div><blockquote type="cite">b</blockquote><p>a</p>`, `[<div class="moz-cite-prefix">On</div><blockquote type="cite">b</blockquote>]<p>a</p>`},
		{"Yahoo", `<div>a</div><div class="yahoo_quoted">b</div>`, `<div>a</div>[<div class="yahoo_quoted">b</div>]`},
		{"Proton", `a<div class="protonmail_quote">b</div>`, `a[<div class="protonmail_quote">b</div>]`},
		{"Outlook on the web", `<div>a</div><hr><div id="divRplyFwdMsg"><b>From:</b> b</div><div>c</div>`, `<div>a</div><hr>[<div id="divRplyFwdMsg"><b>From:</b> b</div><div>c</div>]`},
		{"Outlook on the web, inside", `<div><div>a</div><div id="divRplyFwdMsg"><b>From:</b> b</div><p>c</p></div><p>d</p>`, `<div><div>a</div>[<div id="divRplyFwdMsg"><b>From:</b> b</div><p>c</p>]</div><p>d</p>`},
		{
			"Outlook", `<div><p>a</p><div><div style="border: none; border-top: solid #E1E1E1 1.0pt; padding: 3.0pt 0cm 0cm 0cm"><p><b>Von:</b> b</p></div></div><p>c</p></div>`,
			`<div><p>a</p>[<div><div style="border: none; border-top: solid #E1E1E1 1.0pt; padding: 3.0pt 0cm 0cm 0cm"><p><b>Von:</b> b</p></div></div><p>c</p>]</div>`,
		},
		{"a line that is none of Outlook's", `<p>a</p><div style="border-top: solid #E1E1E1 1.0pt">Total: 10</div>`, `<p>a</p><div style="border-top: solid #E1E1E1 1.0pt">Total: 10</div>`},
		{"only an image is new", `<img alt="x"><div class="yahoo_quoted">b</div>`, `<img alt="x">[<div class="yahoo_quoted">b</div>]`},
		{"nothing new", `<div class="yahoo_quoted">b</div><br>`, `<div class="yahoo_quoted">b</div><br>`},
		{"an empty quote", `a<div class="yahoo_quoted"><br></div>`, `a<div class="yahoo_quoted"><br></div>`},
		{"unbalanced", `a<div class="yahoo_quoted">b`, `a<div class="yahoo_quoted">b`},
		{"not sanitized", `a<div class="yahoo_quoted">b</div><script></script>`, `a<div class="yahoo_quoted">b</div><script></script>`},
	} {
		want := strings.NewReplacer("[", unfold, "]", folded).Replace(c.want)
		if diff := cmp.Diff(want, mailtext.FoldHTML(c.in)); diff != "" {
			t.Errorf("%s: %s", c.name, diff)
		}
		if clean := sanitized(c.in); c.name != "unbalanced" && c.name != "not sanitized" && clean != c.in {
			t.Errorf("%s: Sanitize would not leave it so: %s", c.name, clean)
		}
	}
}

func TestFoldHTMLIsBounded(t *testing.T) {
	t.Parallel()
	for _, piece := range append([]string{
		`<div class=gmail_quote><blockquote>x</blockquote>y</div>`, `<div id=divRplyFwdMsg>`, `<div id=divRplyFwdMsg>x</div>`,
		`<div class=gmail_quote>`, `<div style="border-top: solid">x</div>`,
	}, hostile...) {
		clean := sanitized(repeated(piece))
		checkFold(t, clean, mailtext.FoldHTML(clean))
	}
}

// checkFold takes the folds out again: nothing may be missing, and none may be broken.
func checkFold(t *testing.T, clean, got string) {
	t.Helper()
	if strings.NewReplacer(unfold, "", folded, "").Replace(got) != clean {
		t.Errorf("%.200q became %.200q", clean, got)
	}
	if again := sanitized(got); strings.ReplaceAll(again, "…", "") != strings.ReplaceAll(clean, "…", "") {
		t.Errorf("%.200q is not balanced", got)
	}
}

func FuzzFoldHTML(f *testing.F) {
	for _, s := range []string{
		`<div>a</div><div class="gmail_quote"><div class="gmail_attr">On</div><blockquote class="gmail_quote">b</blockquote>c</div>`,
		`<p>a<div class="moz-cite-prefix">On</div><blockquote type="cite">b<div id="divRplyFwdMsg">c</div></blockquote>`,
		`<div><p>a<div><div style="border-top: solid red 1pt"><p><b>Von:</b> b</p></div></div><p>c</div><div class=yahoo_quoted>`,
		`<table>a<div id="appendonsend"><div class="gmail_quote">b</table><ul><li><div class="yahoo_quoted">b`,
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, in string) {
		clean := sanitized(in)
		if strings.Contains(clean, "…") {
			return
		}
		got := mailtext.FoldHTML(clean)
		checkFold(t, clean, got)
		checkContained(t, in, strings.NewReplacer(unfold, "<div>", folded, "</div>").Replace(got))
		if got := mailtext.FoldHTML(in); strings.NewReplacer(unfold, "", folded, "").Replace(got) != in && !strings.Contains(in, "details") {
			t.Errorf("%q became %q", in, got)
		}
	})
}
