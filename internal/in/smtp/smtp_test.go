package smtp

import (
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/netip"
	netsmtp "net/smtp"
	"net/textproto"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"storedesk/internal/blob"
	"storedesk/internal/desk"
	"storedesk/internal/mailroom"
	"storedesk/internal/settings"
	"storedesk/internal/store"
	"storedesk/internal/store/storetest"
)

// door is a server on a real socket, in front of two stores.
type door struct {
	t           testing.TB
	server      *Server
	addr        string
	lamps, rugs *desk.Store
}

func open(t testing.TB, db *store.DB, change func(*Config, *patience)) *door {
	t.Helper()
	d := &door{t: t}
	stores := &settings.Stores{DB: db, Now: time.Now}
	blobs, err := blob.Open(t.Context(), "", t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	d.lamps, d.rugs = made(t, stores, "lamps"), made(t, stores, "rugs")
	c := Config{
		Room:     &mailroom.Service{DB: db, Blobs: blobs, Stores: stores, Now: time.Now, MaxBytes: 2 << 20},
		Hostname: "mx.desk.example", Now: time.Now, Log: slog.New(slog.DiscardHandler),
	}
	wait := defaultPatience
	if change != nil {
		change(&c, &wait)
	}
	if d.server, err = newServer(c, wait); err != nil {
		t.Fatal(err)
	}
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	d.addr = l.Addr().String()
	served := make(chan error, 1)
	go func() { served <- d.server.Serve(l) }()
	t.Cleanup(func() {
		_ = d.server.smtp.Close() // a test may have stopped it
		if err := <-served; err != nil {
			t.Error(err)
		}
	})
	return d
}

func made(t testing.TB, stores *settings.Stores, name string) *desk.Store {
	t.Helper()
	st, err := stores.Create(t.Context(), name, []string{name + ".example"})
	if err == nil {
		err = stores.Set(t.Context(), st, map[string]string{"support_email": "help@" + name + ".example"})
	}
	if err != nil {
		t.Fatal(err)
	}
	return st
}

// ledger lists a store's mail, oldest first.
func (d *door) ledger(st *desk.Store) []*desk.Mail {
	d.t.Helper()
	list, _, err := d.server.Room.List(d.t.Context(), st, &desk.MailFilter{}, desk.Page{Order: desk.OldestFirst, Size: 1000})
	if err != nil {
		d.t.Fatal(err)
	}
	return list
}

func (d *door) raw(st *desk.Store, m *desk.Mail) string {
	d.t.Helper()
	r, err := d.server.Room.Raw(d.t.Context(), st, m)
	if err != nil {
		d.t.Fatal(err)
	}
	defer r.Close()
	raw, err := io.ReadAll(r)
	if err != nil {
		d.t.Fatal(err)
	}
	return string(raw)
}

func (d *door) client() *netsmtp.Client {
	d.t.Helper()
	c, err := netsmtp.Dial(d.addr)
	if err != nil {
		d.t.Fatal(err)
	}
	d.t.Cleanup(func() { c.Close() })
	if err := c.Hello("client.example"); err != nil {
		d.t.Fatal(err)
	}
	return c
}

func send(c *netsmtp.Client, from string, to []string, body string) error {
	if err := c.Mail(from); err != nil {
		return err
	}
	for _, address := range to {
		if err := c.Rcpt(address); err != nil {
			return err
		}
	}
	w, err := c.Data()
	if err != nil {
		return err
	}
	if _, err := io.WriteString(w, body); err != nil {
		return err
	}
	return w.Close()
}

const hello = "Subject: Hello\r\n\r\n.dotted\r\n..twice\r\n"

func TestMailIsTakenIn(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		d := open(t, db, nil)
		c := d.client()
		for name, want := range map[string]string{"SIZE": "2097152", "8BITMIME": "", "SMTPUTF8": "", "PIPELINING": "", "STARTTLS": ""} {
			if ok, is := c.Extension(name); !ok || want != "" && is != want {
				t.Errorf("%s: %v %q", name, ok, is)
			}
		}
		if ok, _ := c.Extension("AUTH"); ok {
			t.Error("offers AUTH")
		}
		if err := send(c, "Ann@x.example", []string{"Help+t1-abc@lamps.example", "help@rugs.example", "HELP@lamps.example"}, hello); err != nil {
			t.Fatal(err)
		}
		if err := send(c, "", []string{"help@rugs.example"}, "Subject: bounce\r\n\r\n"); err != nil {
			t.Fatalf("null sender: %v", err)
		}
		lamps, rugs := d.ledger(d.lamps), d.ledger(d.rugs)
		if len(lamps) != 1 || len(rugs) != 2 {
			t.Fatalf("%d and %d rows", len(lamps), len(rugs))
		}
		m := lamps[0]
		if m.EnvelopeFrom != "Ann@x.example" || strings.Join(m.Recipients, " ") != "Help+t1-abc@lamps.example HELP@lamps.example" ||
			m.Peer != "" || m.Helo != "client.example" || m.Source != "smtp" || m.Fate != desk.MailWaiting {
			t.Errorf("%+v", m)
		}
		for _, raw := range []string{d.raw(d.lamps, m), d.raw(d.rugs, rugs[0])} {
			trace, rest, _ := strings.Cut(raw, "Subject:")
			if "Subject:"+rest != hello || strings.Contains(raw, "help") || strings.Contains(raw, "HELP") {
				t.Errorf("raw %q", raw)
			}
			want := regexp.MustCompile(`^Return-Path: <Ann@x\.example>\r\nReceived: from client\.example \(\[127\.0\.0\.1\]\)\r\n\tby mx\.desk\.example with ESMTP id \w{26};\r\n\t\w{3}, \d+ \w{3} \d{4} .* \(UTC\)\r\n$`)
			if !want.MatchString(trace) {
				t.Errorf("trace %q", trace)
			}
		}
		if raw := d.raw(d.rugs, rugs[1]); !strings.HasPrefix(raw, "Return-Path: <>\r\n") || !strings.Contains(raw, "for <help@rugs.example>") {
			t.Errorf("%q", raw)
		}
		jobs, err := db.ListJobs(t.Context(), store.JobQuery{Kind: mailroom.Kind, Limit: 10})
		if err != nil || len(jobs) != 3 {
			t.Errorf("%d jobs, %v", len(jobs), err)
		}
	})
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	d := open(t, storetest.Open(t, storetest.SQLite(t)), nil)
	code := func(err error) int {
		var e *textproto.Error
		if errors.As(err, &e) {
			return e.Code
		}
		t.Errorf("%v is no answer", err)
		return 0
	}
	for name, c := range map[string]struct {
		want int
		do   func(c *netsmtp.Client) error
	}{
		"relay": {550, func(c *netsmtp.Client) error { return send(c, "a@x.example", []string{"victim@other.example"}, hello) }},
		"percent hack": {550, func(c *netsmtp.Client) error {
			return send(c, "a@x.example", []string{"victim%other.example@lamps.example"}, hello)
		}},
		"subdomain": {550, func(c *netsmtp.Client) error {
			return send(c, "a@x.example", []string{"help@lamps.example.other.example"}, hello)
		}},
		"too large": {552, func(c *netsmtp.Client) error {
			return send(c, "a@x.example", []string{"help@lamps.example"}, strings.Repeat("0123456789\r\n", 200_000))
		}},
		"said to be too large": {552, func(c *netsmtp.Client) error {
			_, err := c.Text.Cmd("MAIL FROM:<a@x.example> SIZE=2097153")
			if err == nil {
				_, _, err = c.Text.ReadResponse(250)
			}
			return err
		}},
		"line too long": {554, func(c *netsmtp.Client) error {
			return send(c, "a@x.example", []string{"help@lamps.example"}, "Subject: x\r\n\r\n"+strings.Repeat("x", maxLine+10))
		}},
		"no recipient": {502, func(c *netsmtp.Client) error { return send(c, "a@x.example", nil, hello) }},
		"password":     {523, func(c *netsmtp.Client) error { return command(c, "AUTH PLAIN AGEAYg==") }},
		"EXPN":         {502, func(c *netsmtp.Client) error { return command(c, "EXPN help") }},
		"control characters": {553, func(c *netsmtp.Client) error {
			return command(c, "MAIL FROM:<\"a\x01b\"@x.example>")
		}},
	} {
		if got := code(c.do(d.client())); got != c.want {
			t.Errorf("%s: %d, want %d", name, got, c.want)
		}
	}
	if n := len(d.ledger(d.lamps)); n != 0 {
		t.Errorf("%d rows", n)
	}
	// After a refusal the next message is taken.
	client := d.client()
	if err := send(client, "a@x.example", []string{"help@lamps.example"}, strings.Repeat("0123456789\r\n", 200_000)); err == nil {
		t.Error("too large is taken")
	}
	if err := send(client, "a@x.example", []string{"help@lamps.example"}, "Subject: x\r\n\r\n"+strings.Repeat("x", 100_000)+"\r\n"); err != nil {
		t.Errorf("a line of 100 kB: %v", err)
	}
	for range maxUnknown {
		if err := client.Mail("a@x.example"); err != nil {
			t.Fatal(err)
		}
		if got := code(client.Rcpt("guess@lamps.example")); got != 550 {
			t.Fatal(got)
		}
	}
	if got := code(client.Rcpt("guess@lamps.example")); got != 421 {
		t.Errorf("guessing: %d", got)
	}
}

func command(c *netsmtp.Client, line string) error {
	_, err := c.Text.Cmd("%s", line)
	if err == nil {
		_, _, err = c.Text.ReadResponse(250)
	}
	return err
}

func TestTooManyRecipients(t *testing.T) {
	t.Parallel()
	d := open(t, storetest.Open(t, storetest.SQLite(t)), nil)
	c := d.client()
	if err := c.Mail("a@x.example"); err != nil {
		t.Fatal(err)
	}
	for i := range maxRecipients {
		if err := c.Rcpt(fmt.Sprintf("help+%d@lamps.example", i)); err != nil {
			t.Fatal(err)
		}
	}
	if err := c.Rcpt("help@lamps.example"); err == nil || !strings.HasPrefix(err.Error(), "452") {
		t.Error(err)
	}
}

func TestRatesOfPeers(t *testing.T) {
	t.Parallel()
	trust := atomic.Bool{}
	trust.Store(true)
	now := time.Now()
	d := open(t, storetest.Open(t, storetest.SQLite(t)), func(c *Config, _ *patience) {
		c.Rate, c.Now = 2, func() time.Time { return now }
	})
	d.server.peers.trusts = func(a netip.Addr) bool { return trust.Load() && trusting(nil)(a) }
	c := d.client()
	for range 10 {
		if err := send(c, "a@x.example", []string{"help@lamps.example"}, hello); err != nil {
			t.Fatalf("loopback is trusted: %v", err)
		}
	}
	trust.Store(false)
	strange := func() (refused int) {
		for range 10 {
			if err := send(c, "a@x.example", []string{"help@lamps.example"}, hello); err != nil {
				if !strings.HasPrefix(err.Error(), "450") {
					t.Fatal(err)
				}
				refused++
			}
		}
		return refused
	}
	defer func() {
		list := d.ledger(d.lamps)
		if first, last := list[0].Peer, list[len(list)-1].Peer; first != "" || last != "127.0.0.1" {
			t.Errorf("peers %q and %q", first, last)
		}
	}()
	if n := strange(); n != 6 {
		t.Errorf("%d of 10 refused at two a minute, four at once", n)
	}
	for range maxPeerConns - 1 {
		d.client()
	}
	_, r := d.dial()
	if line, _ := r.ReadString('\n'); !strings.HasPrefix(line, "421 4.7.0") {
		t.Errorf("one more connection: %q", line)
	}
}

// TestStopLetsMessagesFinish stops the server in the midst of one message, while another
// connection waits between two.
func TestStopLetsMessagesFinish(t *testing.T) {
	t.Parallel()
	d := open(t, storetest.Open(t, storetest.SQLite(t)), nil)
	idle, busy := d.client(), d.client()
	if err := busy.Mail("a@x.example"); err != nil {
		t.Fatal(err)
	}
	if err := busy.Rcpt("help@lamps.example"); err != nil {
		t.Fatal(err)
	}
	w, err := busy.Data()
	if err != nil {
		t.Fatal(err)
	}
	stopped := make(chan error, 1)
	go func() { stopped <- d.server.Stop(t.Context()) }()
	if _, _, err := idle.Text.ReadResponse(250); err == nil || !strings.HasPrefix(err.Error(), "421") {
		t.Errorf("who waits is told %v", err)
	}
	if _, err := io.WriteString(w, hello); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Errorf("the message under way: %v", err)
	}
	if err := busy.Mail("a@x.example"); err == nil || !strings.HasPrefix(err.Error(), "421") {
		t.Errorf("another message: %v", err)
	}
	if err := <-stopped; err != nil {
		t.Error(err)
	}
	if n := len(d.ledger(d.lamps)); n != 1 {
		t.Errorf("%d rows", n)
	}
}

// TestTroubleIsTemporary closes the database under the server.
func TestTroubleIsTemporary(t *testing.T) {
	t.Parallel()
	db := storetest.Open(t, storetest.SQLite(t))
	d := open(t, db, nil)
	c := d.client()
	if err := c.Mail("a@x.example"); err != nil {
		t.Fatal(err)
	}
	if err := c.Rcpt("help@lamps.example"); err != nil {
		t.Fatal(err)
	}
	db.Close()
	w, err := c.Data()
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err == nil || !strings.HasPrefix(err.Error(), "451") {
		t.Error(err)
	}
}

// TestTLS shows the certificate of the files, and the next one after they change.
func TestTLS(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	certFile, keyFile := filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	writeCertificate(t, "first.example", certFile, keyFile)
	now := time.Now()
	d := open(t, storetest.Open(t, storetest.SQLite(t)), func(c *Config, _ *patience) {
		c.CertFile, c.KeyFile = certFile, keyFile
		c.Now = func() time.Time { return now }
	})
	shown := func() string {
		c := d.client()
		if err := c.StartTLS(&tls.Config{InsecureSkipVerify: true}); err != nil { //nolint:gosec // looked at below
			t.Fatal(err)
		}
		if err := send(c, "a@x.example", []string{"help@lamps.example"}, hello); err != nil {
			t.Fatal(err)
		}
		state, _ := c.TLSConnectionState()
		return state.PeerCertificates[0].Subject.CommonName
	}
	if got := shown(); got != "first.example" {
		t.Error(got)
	}
	if raw := d.raw(d.lamps, d.ledger(d.lamps)[0]); !strings.Contains(raw, "(TLS 1.3 TLS_AES_128_GCM_SHA256)\r\n\tby mx.desk.example with ESMTPS id") {
		t.Errorf("%q", raw)
	}
	writeCertificate(t, "second.example", certFile, keyFile)
	now = now.Add(lookEvery)
	if got := shown(); got != "second.example" {
		t.Error(got)
	}
	if err := os.WriteFile(certFile, []byte("half a fi"), 0o600); err != nil {
		t.Fatal(err)
	}
	now = now.Add(lookEvery)
	if got := shown(); got != "second.example" {
		t.Errorf("with broken files: %s", got)
	}
	if _, err := New(d.server.Config); err == nil {
		t.Error("starts with broken files")
	}
}
