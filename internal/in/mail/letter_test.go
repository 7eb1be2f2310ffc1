package mail

import (
	"bytes"
	"strings"
	"testing"
	"unicode/utf8"

	"storedesk/internal/desk"
)

func letterOf(t testing.TB, text string, in desk.Inbound) *letter {
	t.Helper()
	raw := []byte(strings.ReplaceAll(text, "\n", "\r\n"))
	l, err := read(&spooled{ReaderAt: bytes.NewReader(raw), size: int64(len(raw))}, in)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func TestAutomatic(t *testing.T) {
	t.Parallel()
	pipe := desk.Inbound{Source: "pipe"}
	for _, c := range []struct {
		header string
		in     desk.Inbound
		want   string
	}{
		{"From: ann@example.com", pipe, ""},
		{"Auto-Submitted: no", pipe, ""},
		{"Auto-Submitted: No (by hand)", pipe, ""},
		{"Auto-Submitted: auto-replied; owner-email=\"a@example.com\"", pipe, "auto-replied"},
		{"auto-submitted: auto-generated", pipe, "auto-generated"},
		{"Precedence: first-class", pipe, ""},
		{"Precedence: Bulk", pipe, "bulk"},
		{"Precedence: auto_reply", pipe, "auto_reply"},
		{"List-Id: <x.example>", pipe, "List-Id"},
		{"List-Unsubscribe: <mailto:x@example.com>", pipe, "list"},
		{"Listing: x", pipe, ""},
		{"X-Auto-Response-Suppress: DR, OOF", pipe, "X-Auto-Response-Suppress"},
		{"X-Auto-Response-Suppress: None", pipe, ""},
		{"X-Autoreply: yes", pipe, "X-Autoreply"},
		{"X-Autoreply: no", pipe, ""},
		{"Return-Path: <>", pipe, "null sender"},
		{"Return-Path: <a@example.com>", pipe, ""},
		{"Subject: x", desk.Inbound{Source: "smtp"}, "null sender"},
		{"Subject: x", desk.Inbound{Source: "smtp", EnvelopeFrom: "a@example.com"}, ""},
		{"Subject: x", desk.Inbound{Source: "smtp", EnvelopeFrom: "noreply+12@example.com"}, "nobody reads"},
		{"From: No-Reply@example.com", pipe, "nobody reads"},
		{"From: do_not.reply@example.com", pipe, "nobody reads"},
		{"From: noreplying.ann@example.com", pipe, "nobody reads"},
		{"From: MAILER-DAEMON@example.com", pipe, "nobody reads"},
		{"From: postmasters@example.com", pipe, ""},
		{"Subject: Automatic reply: your mail", pipe, "automatic reply"},
		{"Subject: Abwesenheitsnotiz", pipe, "automatic reply"},
		{"Subject: Re: out of office furniture", pipe, ""},
		{"Content-Type: multipart/report; report-type=disposition-notification; boundary=b", pipe, "report"},
	} {
		if got := letterOf(t, c.header+"\n\nx", c.in).automatic; c.want == "" && got != "" || !strings.Contains(got, c.want) {
			t.Errorf("%s: %q, want %q", c.header, got, c.want)
		}
	}
}

func TestTopics(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		a, b  string
		other bool
	}{
		{"Where is my lamp?", "Re: AW: Where is my lamp?", false},
		{"Where is my lamp?", "SV: [shop] WG: where is  my lamp?", false},
		{"Where is my lamp?", "Re[2]: Fwd: Where is my lamp? [t1-aaaaaaaaaaaaaaaa]", false},
		{"Where is my lamp?", "回复: Where is my lamp?", false},
		{"Where is my lamp?", "The lamp is still not here", false},
		{"Where is my lamp?", "Invoice needed", true},
		{"Where is my lamp?", "", false},
		{"(no subject)", "Re:", false},
		{"Hello", "Rechnung 2025", true},
	} {
		if got := otherTopic(c.a, c.b); got != c.other {
			t.Errorf("%q and %q: %t (%q, %q)", c.a, c.b, got, topic(c.a), topic(c.b))
		}
	}
	if !forwarded("WG: x") || !forwarded("Fwd: x") || forwarded("Re: x") || forwarded("Forward movement") {
		t.Error("forwarded")
	}
	if got := subjectOf("Lamp [t1-aaaaaaaaaaaaaaaa]\x00"); got != "Lamp" {
		t.Errorf("%q", got)
	}
	if got := subjectOf(strings.Repeat("ä", 600)); utf8.RuneCountInString(got) != maxSubject {
		t.Errorf("%d characters", utf8.RuneCountInString(got))
	}
}

func TestLongTextIsCutAndAttached(t *testing.T) {
	t.Parallel()
	text := strings.Repeat("wörd ", 250_000)
	l := letterOf(t, "From: a@example.com\nContent-Type: text/plain; charset=utf-8\n\n"+text, desk.Inbound{})
	shown, rest := body(l, nil)
	if len(shown) > maxBody+10 || !utf8.ValidString(shown) || !strings.HasSuffix(shown, "[…]") || strings.TrimSpace(rest) != strings.TrimSpace(text) {
		t.Errorf("%d bytes shown, %d attached, want %d", len(shown), len(rest), len(text))
	}
	html := letterOf(t, "From: a@example.com\nContent-Type: text/html\n\n<p>Hello<p>there", desk.Inbound{})
	if shown, _ := body(html, nil); shown != "Hello\n\nthere" {
		t.Errorf("%q", shown)
	}
	quote := letterOf(t, "From: a@example.com\n\n> only\n> a quote\n", desk.Inbound{})
	if shown, _ := body(quote, nil); shown == "" {
		t.Error("nothing is shown")
	}
}

// FuzzDecide lets strangers write all that is decided by: whatever it is, there is one
// fate with a reason, nobody acts as an agent, and no text is one that a database refuses.
func FuzzDecide(f *testing.F) {
	for _, seed := range []string{
		"From: a@example.com\nSubject: Re: x\n\nThanks!", "From: a@b, c@d\nSender: c@d\nReferences: <1@x> <t1-x.y@z>\n\n> q",
		"Auto-Submitted: (\nPrecedence: ;\nList-\n\n", "Return-Path: <>\nX-Failed-Recipients: a@b\n\nx", "From: \x00@\xff\n\n\x00",
	} {
		f.Add(seed, "a+t1-aaaaaaaaaaaaaaaa@shop.example")
	}
	f.Fuzz(func(t *testing.T, text, recipient string) {
		st := &desk.Store{ID: 1, SupportEmail: "help@shop.example", Mail: desk.MailSettings{Secret: "s"}}
		in := desk.Inbound{Source: "smtp", Recipients: []string{recipient}}
		l := letterOf(t, text, in)
		facts := &facts{st: st, mail: &desk.Mail{Inbound: in}, letter: l, spam: suspected(l)}
		d := decide(facts)
		if d.fate == "" || d.reason() == "" || d.do == addAnswer || d.ticket != 0 {
			t.Errorf("%+v", d)
		}
		shown, _ := body(l, nil)
		row := facts.row()
		for _, s := range []string{shown, subjectOf(l.msg.Subject), row.From, row.MessageID, row.Subject} {
			if !utf8.ValidString(s) || strings.Contains(s, "\x00") {
				t.Errorf("%q", s)
			}
		}
		for _, p := range participants(facts, d) {
			if !valid(p.Address) || st.Receives(p.Address) {
				t.Errorf("%q takes part", p.Address)
			}
		}
	})
}
