package e2e

import (
	"bytes"
	"fmt"
	"io"
	"log"
	"net"
	"net/smtp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	gosmtp "github.com/emersion/go-smtp"

	"storedesk/internal/mime"
	"storedesk/internal/store/storetest"
)

// mailRelay is a mail server that takes everything, as an installation's relay.
type mailRelay struct {
	t       *testing.T
	address string
	mu      sync.Mutex
	mails   []relayed
	taken   func(relayed) // may be nil
}

// relayed is one mail that the relay was given.
type relayed struct {
	to  []string
	raw []byte
	*mime.Message
}

func startRelay(t *testing.T) *mailRelay {
	t.Helper()
	r := &mailRelay{t: t}
	server := gosmtp.NewServer(gosmtp.BackendFunc(func(*gosmtp.Conn) (gosmtp.Session, error) { return &relaySession{relay: r}, nil }))
	server.Domain, server.ErrorLog = "relay.example", log.New(io.Discard, "", 0)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	r.address = listener.Addr().String()
	go func() { _ = server.Serve(listener) }()
	t.Cleanup(func() { _ = server.Close() })
	return r
}

type relaySession struct {
	relay *mailRelay
	to    []string
}

func (s *relaySession) Mail(string, *gosmtp.MailOptions) error { return nil }

func (s *relaySession) Rcpt(to string, _ *gosmtp.RcptOptions) error {
	s.to = append(s.to, to)
	return nil
}

func (s *relaySession) Data(r io.Reader) error {
	raw, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	m, err := mime.Read(bytes.NewReader(raw), int64(len(raw)))
	if err != nil {
		return err
	}
	s.relay.mu.Lock()
	defer s.relay.mu.Unlock()
	s.relay.mails = append(s.relay.mails, relayed{s.to, raw, m})
	if s.relay.taken != nil {
		s.relay.taken(relayed{s.to, raw, m})
	}
	return nil
}

func (s *relaySession) Reset()        { s.to = nil }
func (s *relaySession) Logout() error { return nil }

func (r *mailRelay) all() []relayed {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.mails)
}

// next waits for the nth mail.
func (r *mailRelay) next(n int) relayed {
	r.t.Helper()
	until(r.t, fmt.Sprintf("mail %d leaves", n), func() bool { return len(r.all()) >= n })
	return r.all()[n-1]
}

func until(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for deadline := time.After(4 * time.Minute); !ok(); {
		select {
		case <-time.After(20 * time.Millisecond):
		case <-deadline:
			t.Fatalf("never: %s", what)
		}
	}
}

const supportAddress = "help@shop.example"

// mailDesk is an installation that receives and sends mail.
func mailDesk(t *testing.T, url string) (in *installation, r *mailRelay, smtpAddress string) {
	t.Helper()
	in, r = install(t, url), startRelay(t)
	in.env = append(in.env, "STOREDESK_SMTP_RELAY=smtp://"+r.address+"?tls=off", "STOREDESK_INTERNAL_NETWORKS=127.0.0.0/8", "STOREDESK_SMTP_HOSTNAME=mx.shop.example")
	in.run("store", "set", "support_email="+supportAddress, "name=Lamp shop")
	return in, r, freeAddress(t)
}

// post hands a mail over as another mail server does.
func post(address, from string, to []string, raw string) error {
	c, err := smtp.Dial(address)
	if err != nil {
		return err
	}
	defer c.Close()
	if err := c.Hello("customer.example"); err != nil {
		return err
	}
	if err := c.Mail(from); err != nil {
		return err
	}
	for _, a := range to {
		if err := c.Rcpt(a); err != nil {
			return err
		}
	}
	w, err := c.Data()
	if err != nil {
		return err
	}
	if _, err := io.WriteString(w, strings.ReplaceAll(raw, "\n", "\r\n")); err != nil {
		return err
	}
	return w.Close()
}

type mailedTicket struct {
	ticket

	Channel   string  `json:"channel"`
	Status    string  `json:"status"`
	FromEmail *string `json:"from_email"`
}

func (c *client) mailed(path string) (list []mailedTicket) {
	var page struct{ Results []mailedTicket }
	c.must(200, "GET", path, nil).decode(c.node.t, &page)
	return page.Results
}

// TestConversationByMail plays a whole one through real sockets: a mail becomes a ticket,
// a public comment becomes a mail, its answer comes to the same ticket; internal notes
// never leave, our own mail comes to nothing, and a closed ticket is followed by another.
func TestConversationByMail(t *testing.T) {
	t.Parallel()
	storetest.EachURL(t, func(t *testing.T, url string) {
		in, relay, address := mailDesk(t, url)
		c := in.start("--smtp-listen", address).client()
		send := func(raw string, to ...string) {
			t.Helper()
			if err := post(address, "ada@customer.example", to, raw); err != nil {
				t.Fatal(err)
			}
		}
		send("From: Ada <ada@customer.example>\nTo: help@shop.example\nSubject: =?utf-8?q?Lampe_zerbrochen_=F0=9F=98=A2?=\nMessage-ID: <one@customer.example>\n"+
			"Content-Type: text/plain; charset=iso-8859-1\nContent-Transfer-Encoding: 8bit\n\nDie Lampe kam zerbrochen an. Gr\xfc\xdfe\n", supportAddress)
		until(t, "there is a ticket", func() bool { return len(c.mailed("/api/admin/tickets/?channel=email")) == 1 })
		x := c.mailed("/api/admin/tickets/")[0]
		if x.Subject != "Lampe zerbrochen 😢" || x.FromEmail == nil || *x.FromEmail != "ada@customer.example" || x.Status != "new" ||
			len(x.Comments) != 1 || *x.Comments[0].Body != "Die Lampe kam zerbrochen an. Grüße" {
			t.Errorf("the ticket: %+v", x)
		}
		acknowledged := relay.next(1)
		if acknowledged.Header.Get("Auto-Submitted") == "" || strings.Contains(string(acknowledged.raw), "zerbrochen an") {
			t.Errorf("acknowledged by\n%s", acknowledged.raw)
		}

		one := fmt.Sprintf("/api/admin/tickets/%d/", x.ID)
		c.must(200, "POST", one+"comments/", map[string]any{"body": "INTERN: SECRET discount", "is_public": false})
		c.must(200, "POST", one+"comments/", map[string]any{"body": "A new one is on its way.", "is_public": true})
		reply := relay.next(2)
		if len(reply.to) != 1 || reply.to[0] != "ada@customer.example" || !strings.Contains(reply.Text, "A new one is on its way.") ||
			!slices.Contains(reply.References, "one@customer.example") || reply.Header.Has("Auto-Submitted") || !strings.HasPrefix(reply.Subject, "Re: Lampe zerbrochen") {
			t.Errorf("the reply to %v:\n%s", reply.to, reply.raw)
		}
		if len(reply.ReplyTo) != 1 || !strings.HasPrefix(reply.ReplyTo[0].Addr, "help+") {
			t.Fatalf("Reply-To: %+v", reply.ReplyTo)
		}

		answer := func(id, headers, body string) string {
			return "From: ada@customer.example\nTo: x\nSubject: AW: Lampe\nMessage-ID: <" + id + "@customer.example>\n" + headers + "\n" + body + "\n"
		}
		comments := func(n int) mailedTicket {
			t.Helper()
			var x mailedTicket
			until(t, fmt.Sprintf("%d comments", n), func() bool {
				c.must(200, "GET", one, nil).decode(t, &x)
				return len(x.Comments) >= n
			})
			return x
		}
		c.must(200, "PATCH", one, map[string]any{"status": "solved"})
		send(answer("two", "", "By the signed address."), reply.ReplyTo[0].Addr)
		if x := comments(4); x.Status != "open" {
			t.Errorf("a reply left the ticket %s", x.Status)
		}
		send(answer("three", "In-Reply-To: <"+reply.MessageID+">\n", "By Message-ID.\n\nOn Monday, Lamp shop wrote:\n> A new one is on its way."), supportAddress)
		if x := comments(5); *x.Comments[4].Body != "By Message-ID." {
			t.Errorf("the comment is %q", *x.Comments[4].Body)
		}

		send(string(bytes.ReplaceAll(reply.raw, []byte("\r\n"), []byte("\n"))), supportAddress)
		until(t, "our own mail is suppressed", func() bool { return strings.Contains(in.run("mail", "list"), "suppressed") })
		c.must(200, "PATCH", one, map[string]any{"status": "closed"})
		send(answer("four", "In-Reply-To: <"+reply.MessageID+">\n", "It broke again."), supportAddress)
		until(t, "another ticket follows", func() bool { return len(c.mailed("/api/admin/tickets/?channel=follow_up")) == 1 })
		if n := len(c.mailed("/api/admin/tickets/")); n != 2 {
			t.Errorf("%d tickets", n)
		}
		for _, m := range relay.all() {
			if bytes.Contains(m.raw, []byte("SECRET")) || bytes.Contains(m.raw, []byte("INTERN")) {
				t.Errorf("an internal note left:\n%s", m.raw)
			}
		}
		if err := post(address, "spammer@x.example", []string{"victim@elsewhere.example"}, "Subject: x\n\nx\n"); err == nil {
			t.Error("mail for strangers was taken")
		}
	})
}

// TestRespondersStop faces the desk with a program that answers each mail at once, with
// nothing in the header that owns up to it: to the address it was given, and once more as
// if out of the blue.
func TestRespondersStop(t *testing.T) {
	t.Parallel()
	storetest.EachURL(t, func(t *testing.T, url string) {
		in, relay, address := mailDesk(t, url)
		const limit = 100 // of a loop that does not stop
		answers := make(chan relayed, limit)
		relay.taken = func(m relayed) {
			select {
			case answers <- m:
			default:
				t.Error("they do not stop")
			}
		}
		c := in.start("--smtp-listen", address).client()
		const robot = "robot@customer.example"
		write := func(n int, to, headers string) {
			raw := fmt.Sprintf("From: %s\nTo: %s\nSubject: I am away\nMessage-ID: <away-%d@customer.example>\n%s\nBack on Monday (%d).\n", robot, to, n, headers, n)
			if err := post(address, robot, []string{to}, raw); err != nil {
				t.Error(err)
			}
		}
		write(0, supportAddress, "")
		sent := 1
		for quiet := time.NewTimer(5 * time.Second); ; quiet.Reset(5 * time.Second) {
			select {
			case m := <-answers:
				write(sent, m.ReplyTo[0].Addr, "In-Reply-To: <"+m.MessageID+">\n")
				write(sent+1, supportAddress, "")
				sent += 2
				continue
			case <-quiet.C:
			}
			break
		}
		if n := len(relay.all()); n == 0 || n > 5 {
			t.Errorf("%d acknowledgements to one address", n)
		}
		if n := len(c.mailed("/api/admin/tickets/?page_size=100")); n == 0 || n > 6 {
			t.Errorf("%d tickets of %d mails", n, sent)
		}
	})
}
