package mailtext_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"storedesk/internal/mailtext"
)

func TestFoldShowsWhatIsNew(t *testing.T) {
	t.Parallel()
	for _, c := range foldCases {
		f := mailtext.Fold(c.mail, c.o)
		if diff := cmp.Diff(c.want, strings.ReplaceAll(f.Visible(), "\r\n", "\n")); diff != "" {
			t.Errorf("%s: %s", c.name, diff)
		}
		checkWhole(t, c.mail, f)
	}
}

// checkWhole holds what Fold promises of every mail.
func checkWhole(t *testing.T, mail string, f mailtext.Folded) {
	t.Helper()
	var whole strings.Builder
	for i, s := range f.Segments {
		whole.WriteString(s.Text)
		if s.Text == "" || i > 0 && s.Kind == f.Segments[i-1].Kind {
			t.Errorf("%q: segment %d should not be", mail, i)
		}
		if s.Kind == mailtext.New && !strings.Contains(f.Visible(), strings.TrimSpace(s.Text)) {
			t.Errorf("%q: %q is not shown", mail, s.Text)
		}
	}
	if whole.String() != mail {
		t.Errorf("%q became %q", mail, whole.String())
	}
	if strings.TrimSpace(mail) != "" && f.Visible() == "" {
		t.Errorf("%q: nothing is shown", mail)
	}
}

func TestFoldTellsKinds(t *testing.T) {
	t.Parallel()
	f := mailtext.Fold("It came.\n\n-- \nAnn\n\nOn 12/03/2026 10:12, Shop wrote:\n> Hello\n", mailtext.FoldOptions{})
	want := []mailtext.Segment{
		{Kind: mailtext.New, Text: "It came.\n\n"},
		{Kind: mailtext.Signature, Text: "-- \nAnn\n\n"},
		{Kind: mailtext.Quoted, Text: "On 12/03/2026 10:12, Shop wrote:\n> Hello\n"},
	}
	if diff := cmp.Diff(want, f.Segments); diff != "" {
		t.Error(diff)
	}
}

// TestFoldReadsTextOfHTML: most mails have HTML only, so Fold sees what Text wrote.
func TestFoldReadsTextOfHTML(t *testing.T) {
	t.Parallel()
	for name, in := range map[string]string{
		"Gmail": `<div dir="ltr">It came.</div><br><div class="gmail_quote"><div dir="ltr" class="gmail_attr">On Thu, Mar 12, 2026 at 10:12 AM Shop &lt;<a href="mailto:help@shop.example">help@shop.example</a>&gt; wrote:<br></div><blockquote class="gmail_quote"><div>Hello Ann,</div></blockquote></div>`,
		"Outlook": `<div class=WordSection1><p class=MsoNormal>It came.<o:p></o:p></p><div><div style='border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0cm 0cm 0cm'>` +
			`<p class=MsoNormal><b>From:</b> Shop &lt;help@shop.example&gt; <br><b>Sent:</b> Thursday, March 12, 2026 10:12 AM<br><b>To:</b> Ann<br><b>Subject:</b> x<o:p></o:p></p></div></div><p>Hello Ann,</p></div>`,
		"Apple Mail": `<html><body>It came.<br><div><blockquote type="cite"><div>On 12 Mar 2026, at 10:12, Shop &lt;help@shop.example&gt; wrote:</div><br><div>Hello</div><div>Ann</div><div>Bye</div></blockquote></div></body></html>`,
	} {
		if got := mailtext.Fold(mailtext.Text(in), mailtext.FoldOptions{}).Visible(); got != "It came." {
			t.Errorf("%s: %q", name, got)
		}
	}
}

func TestFoldIsBounded(t *testing.T) {
	t.Parallel()
	for _, piece := range []string{"-- \n", "--\n", "> ", ">\n", "On 2026 \n", "From: a@b\n", "a@b wrote\n", "Sent from my iPhone\n", "x", "\n", "-----Original Message-----\n", "wrote: "} {
		mail := strings.Repeat(piece, 200_000/len(piece))
		checkWhole(t, mail, mailtext.Fold(mail, mailtext.FoldOptions{Ours: []string{mail}}))
	}
}

func FuzzFold(f *testing.F) {
	for _, c := range foldCases {
		f.Add(c.mail, "Hello Ann,\nyour parcel left our house")
	}
	f.Fuzz(func(t *testing.T, mail, ours string) {
		checkWhole(t, mail, mailtext.Fold(mail, mailtext.FoldOptions{Ours: []string{ours}}))
	})
}
