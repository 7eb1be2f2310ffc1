package mail_test

import (
	"bytes"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"storedesk/internal/desk"
	"storedesk/internal/in/mail"
)

// TestExplainTellsWhatHappens: what it says is what then becomes of the message, and
// saying it leaves no trace.
func TestExplainTellsWhatHappens(t *testing.T) {
	each(t, func(w *world) {
		m := w.take("", "Hello")
		to := "To: " + w.st.ReplyAddress(m.TicketID, 0)
		for _, header := range []string{"", to, to + "\nFrom: eve@evil.example", to + "\nPrecedence: bulk", "X-Spam-Flag: YES", "From: " + support} {
			raw := w.letter(header, "Hello again\n\n> quoted\n")
			in := desk.Inbound{Source: "pipe", Recipients: []string{support}}
			first := get(w.h.Explain(w.Context(), w.st, in, bytes.NewReader(raw)))(w)
			second := get(w.h.Explain(w.Context(), w.st, in, bytes.NewReader(raw)))(w)
			if fmt.Sprint(first) != fmt.Sprint(second) {
				w.Errorf("twice not the same:\n%s\n%s", first, second)
			}
			got := w.takeRaw(raw)
			if got.Fate != first.Fate || got.Reason != first.Reason || first.TicketID != 0 && first.TicketID != got.TicketID {
				w.Errorf("explained as\n%s\nand became %s: %s", first, got.Fate, got.Reason)
			}
			if !strings.Contains(first.String(), string(first.Fate)) || !strings.Contains(first.String(), first.Reason) {
				w.Errorf("%s", first)
			}
		}
	})
}

// TestRspamdIsAsked with all it needs to judge; when it fails, mail passes.
func TestRspamdIsAsked(t *testing.T) {
	t.Parallel()
	in := desk.Inbound{EnvelopeFrom: "a@example.com\r\nX: y", Helo: "mx.example", Peer: "192.0.2.1", Recipients: []string{support, "b@shop.example"}}
	for answer, want := range map[string]string{
		`{"action":"reject","score":21.5}`: "reject, 21.5 points", `{"action":"add header","score":8}`: "add header",
		`{"action":"no action"}`: "", `{"action":"greylist"}`: "", `nonsense`: "", "": "",
	} {
		server := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
			if r.URL.Path != "/checkv2" || r.Header.Get("From") != "a@example.comX: y" || r.Header.Get("IP") != "192.0.2.1" || len(r.Header["Rcpt"]) != 2 {
				t.Errorf("%s %v", r.URL, r.Header)
			}
			if answer == "" {
				rw.WriteHeader(http.StatusInternalServerError)
			}
			fmt.Fprint(rw, answer)
		}))
		judge := &mail.Rspamd{URL: server.URL + "/", Log: silent}
		got := judge.Judge(t.Context(), in, strings.NewReader("Subject: x\r\n\r\n"), 14)
		server.Close()
		if want == "" && got != "" || !strings.Contains(got, want) {
			t.Errorf("%s: %q, want %q", answer, got, want)
		}
		if why := judge.Judge(t.Context(), in, strings.NewReader("x"), 1); why != "" {
			t.Errorf("without a server: %q", why)
		}
	}
}
