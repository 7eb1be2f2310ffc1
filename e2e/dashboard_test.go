package e2e

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"storedesk/internal/store/storetest"
)

const (
	anaEmail = "ana@shop.example"
	benEmail = "ben@shop.example"
	// journeyPassword is that of desk.mjs.
	journeyPassword = "a lamp in the window"
)

// story is one journey through the dashboard.
type story struct {
	script string
	empty  bool                                        // nothing is set up yet
	before func(t *testing.T, in *installation)        // the server starts; may be nil
	after  func(t *testing.T, c *client, r *mailRelay) // the browser is closed; may be nil
}

// journey plays a story in Chromium on both databases, on an installation that receives
// and sends mail and, unless it is to be empty, has two admins.
func journey(t *testing.T, s story) {
	t.Helper()
	t.Parallel()
	chromium, err := exec.LookPath("chromium")
	if err != nil {
		t.Skip("chromium is not installed")
	}
	dir := packages(t, "browser", s.script, "desk.mjs")
	storetest.EachURL(t, func(t *testing.T, url string) {
		in, relay, smtp := s.desk(t, url)
		n := in.start("--smtp-listen", smtp)
		env := []string{
			"BASE=" + n.url, "TOKEN=" + in.token, "SMTP=" + smtp, "RELAY=" + relay.tell(), "CHROMIUM=" + chromium,
			"LOOK=" + map[bool]string{true: "yes"}[strings.HasPrefix(url, "sqlite:")],
		}
		if s.empty {
			env = append(env, "SETUP="+n.url+n.setupLink()[1])
		}
		if shots := os.Getenv("STOREDESK_SHOTS"); shots != "" && strings.HasPrefix(url, "sqlite:") {
			env = append(env, "SHOTS="+shots)
		}
		out := execute(t, dir, env, "node", s.script)
		t.Log(out)
		if !strings.HasSuffix(out, "done\n") {
			t.Errorf("the browser got as far as %q", out)
		}
		if s.after != nil {
			s.after(t, n.client(), relay)
		}
	})
}

// desk is what a story begins with.
func (s *story) desk(t *testing.T, url string) (in *installation, r *mailRelay, smtp string) {
	t.Helper()
	if s.empty {
		in, r = install(t, url), startRelay(t)
		in.env = append(in.env, "STOREDESK_SMTP_RELAY=smtp://"+r.address+"?tls=off")
		return in, r, freeAddress(t)
	}
	in, r, smtp = mailDesk(t, url)
	in.member(anaEmail, "Ana")
	in.member(benEmail, "Ben")
	if s.before != nil {
		s.before(t, in)
	}
	return in, r, smtp
}

// tell lets a browser's script see the mails, at the address returned.
func (r *mailRelay) tell() string {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		list := []map[string]any{}
		for _, m := range r.all() {
			one := map[string]any{"to": m.to, "subject": m.Subject, "text": m.Text, "id": m.MessageID}
			if len(m.ReplyTo) > 0 {
				one["reply_to"] = m.ReplyTo[0].Addr
			}
			list = append(list, one)
		}
		_ = json.NewEncoder(w).Encode(list) // a browser that is gone needs none
	}))
	r.t.Cleanup(server.Close)
	return server.URL
}

// with finds the mails whose text has some words.
func (r *mailRelay) with(words string) (list []relayed) {
	for _, m := range r.all() {
		if strings.Contains(m.Text, words) {
			list = append(list, m)
		}
	}
	return list
}

// member makes an admin who can sign in.
func (in *installation) member(email, name string) {
	in.t.Helper()
	cmd := exec.Command(binary, "user", "create", email, "--password-stdin", "--admin", "--first-name", name)
	cmd.Env, cmd.Stdin = in.env, strings.NewReader(journeyPassword+"\n")
	if out, err := cmd.CombinedOutput(); err != nil {
		in.t.Fatalf("%v: %s", err, out)
	}
}

// TestAnswering: a mail comes in, is answered with a macro, and answered again.
func TestAnswering(t *testing.T) {
	journey(t, story{script: "answer.mjs", after: func(t *testing.T, c *client, r *mailRelay) {
		sent := r.with("another one is on its way")
		if len(sent) != 1 {
			t.Fatalf("%d mails", len(sent))
		}
		m := sent[0]
		if len(m.to) != 1 || m.to[0] != "mia@customer.example" || !slices.Contains(m.References, "lamp@customer.example") ||
			m.Header.Get("Auto-Submitted") != "" || !strings.Contains(m.Text, "Dear Mia,") || !strings.HasPrefix(m.Subject, "Re: The lamp is broken") {
			t.Errorf("to %v:\n%s", m.to, m.raw)
		}
		list := c.mailed("/api/admin/tickets/?channel=email")
		if len(list) != 1 || list[0].Status != "open" || len(list[0].Comments) != 3 || !slices.Equal(list[0].Tags, []string{"replaced"}) {
			t.Errorf("%+v", list)
		}
	}})
}

// TestTakingBack: a reply that was taken back and a note never leave.
func TestTakingBack(t *testing.T) {
	journey(t, story{script: "undo.mjs", after: func(t *testing.T, c *client, r *mailRelay) {
		if n := len(r.all()); n != 1 {
			t.Errorf("%d mails", n)
		}
		for _, m := range r.all() {
			if bytes.Contains(m.raw, []byte("TOO SOON")) || bytes.Contains(m.raw, []byte("INTERN")) {
				t.Errorf("this left:\n%s", m.raw)
			}
		}
		if x := c.mailed("/api/admin/tickets/")[0]; len(x.Comments) != 3 {
			t.Errorf("%d comments", len(x.Comments))
		}
	}})
}

// TestManyAtOnce: 250 tickets are changed and taken back.
func TestManyAtOnce(t *testing.T) {
	journey(t, story{script: "bulk.mjs", after: func(t *testing.T, c *client, _ *mailRelay) {
		found := map[string]int{}
		c.walk("/api/admin/tickets/?page_size=100", func(x ticket) { found[x.Status]++ })
		if found["new"]+found["open"] != 249 || found["pending"] != 1 || found["open"] < 119 || found["open"] > 125 {
			t.Errorf("%v", found)
		}
	}})
}

// TestTwoAgents: nobody answers over somebody else without knowing.
func TestTwoAgents(t *testing.T) {
	journey(t, story{script: "collision.mjs", after: func(t *testing.T, c *client, r *mailRelay) {
		for words, n := range map[string]int{"Take the blue one.": 1, "Take the red one.": 1, "Or the green one?": 0} {
			if got := len(r.with(words)); got < n || n == 0 && got > 0 {
				t.Errorf("%q left %d times", words, got)
			}
		}
		if x := c.mailed("/api/admin/tickets/")[0]; len(x.Comments) != 4 {
			t.Errorf("%d comments", len(x.Comments))
		}
	}})
}

// TestLimits: agents with few permissions or none.
func TestLimits(t *testing.T) {
	journey(t, story{script: "limited.mjs"})
}

// TestKeyboard: a round without a mouse.
func TestKeyboard(t *testing.T) {
	journey(t, story{script: "keyboard.mjs"})
}

// TestLongTicket: a conversation of 2,000 comments.
func TestLongTicket(t *testing.T) {
	journey(t, story{script: "long.mjs", before: func(t *testing.T, in *installation) {
		dir, when := t.TempDir(), time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)
		comments := make([]map[string]any, 2000)
		for i := range comments {
			comments[i] = map[string]any{
				"id": i + 1, "body": fmt.Sprintf("Comment number %d.\n\n%s", i+1, strings.Repeat("It goes on for a while. ", i%40)),
				"is_public": true, "from_email": "mia@customer.example", "created_at": when.Add(time.Duration(i) * time.Minute),
			}
		}
		line, err := json.Marshal(map[string]any{
			"id": 1, "subject": "A long story", "status": "open", "priority": "medium", "channel": "api", "from_email": "mia@customer.example",
			"created_at": when, "updated_at": when.Add(48 * time.Hour), "comments": comments,
		})
		if err == nil {
			err = os.WriteFile(filepath.Join(dir, "tickets.jsonl"), append(line, '\n'), 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
		in.run("import", "--dir", dir)
	}})
}

// TestHostileWords: markup is shown as text, wherever strangers put it.
func TestHostileWords(t *testing.T) {
	journey(t, story{script: "hostile.mjs"})
}

// TestFromNothing sets an installation up through the pages, up to the first answer.
func TestFromNothing(t *testing.T) {
	journey(t, story{script: "setup.mjs", empty: true, after: func(t *testing.T, c *client, r *mailRelay) {
		m := r.with("Yes, to Norway too.")
		if len(m) != 1 || len(m[0].From) != 1 || m[0].From[0].Addr != supportAddress || !slices.Contains(m[0].References, "ship@customer.example") {
			t.Errorf("%+v", m)
		}
		list := c.mailed("/api/admin/tickets/")
		if len(list) != 1 || list[0].Channel != "email" || !slices.Equal(list[0].Tags, []string{"norway"}) {
			t.Errorf("%+v", list)
		}
	}})
}
