package smtp

import (
	"bufio"
	"bytes"
	"crypto/tls"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"storedesk/internal/store/storetest"
)

// dial opens a bare connection and reads the greeting.
func (d *door) dial() (net.Conn, *bufio.Reader) {
	d.t.Helper()
	c, err := (&net.Dialer{}).DialContext(d.t.Context(), "tcp", d.addr)
	if err != nil {
		d.t.Fatal(err)
	}
	d.t.Cleanup(func() { c.Close() })
	if err := c.SetDeadline(time.Now().Add(20 * time.Second)); err != nil {
		d.t.Fatal(err)
	}
	return c, bufio.NewReader(c)
}

// TestNoSmuggling ends a message in the ways that other servers, but not the protocol, take
// for its end: what follows stays part of it.
func TestNoSmuggling(t *testing.T) {
	t.Parallel()
	d := open(t, storetest.Open(t, storetest.SQLite(t)), nil)
	ends := []string{"\n.\n", "\n.\r\n", "\r\n.\n", "\r.\r", "\r\n.\r", "\n.\r", "\r.\r\n", "\r\n\x00.\r\n", "\r\r\n.\n"}
	for i, end := range ends {
		inner := "MAIL FROM:<evil@x.example>\r\nRCPT TO:<help@lamps.example>\r\nDATA\r\nSubject: smuggled\r\n"
		conn, r := d.dial()
		text := "EHLO a\r\nMAIL FROM:<a@x.example>\r\nRCPT TO:<help@lamps.example>\r\nDATA\r\nSubject: outer\r\n\r\nbody" + end + inner + "\r\n.\r\nQUIT\r\n"
		if _, err := conn.Write([]byte(text)); err != nil {
			t.Fatal(err)
		}
		all, err := io.ReadAll(r)
		if err != nil || !bytes.Contains(all, []byte("\r\n221 ")) {
			t.Errorf("%q: %q, %v", end, all, err)
		}
		list := d.ledger(d.lamps)
		if len(list) != i+1 {
			t.Fatalf("%q: %d rows", end, len(list))
		}
		if raw := d.raw(d.lamps, list[i]); !strings.HasSuffix(raw, "body"+end+inner+"\r\n") && !strings.Contains(raw, "smuggled") {
			t.Errorf("%q: %q", end, raw)
		}
	}
}

// TestPipelining sends two messages in one piece, with commands behind the first's end.
func TestPipelining(t *testing.T) {
	t.Parallel()
	d := open(t, storetest.Open(t, storetest.SQLite(t)), nil)
	conn, r := d.dial()
	one := "MAIL FROM:<a@x.example>\r\nRCPT TO:<help@lamps.example>\r\nRCPT TO:<nobody@x.example>\r\nDATA\r\nSubject: 1\r\n\r\n..dot\r\n.\r\n"
	if _, err := conn.Write([]byte("EHLO a\r\n" + one + strings.ReplaceAll(one, ": 1", ": 2") + "BDAT 3\r\nVRFY help\r\nQUIT\r\n")); err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadAll(r); err != nil {
		t.Fatal(err)
	}
	list := d.ledger(d.lamps)
	if len(list) != 2 || !strings.HasSuffix(d.raw(d.lamps, list[0]), "Subject: 1\r\n\r\n.dot\r\n") || !strings.HasSuffix(d.raw(d.lamps, list[1]), "Subject: 2\r\n\r\n.dot\r\n") {
		t.Errorf("%d rows", len(list))
	}
}

// TestCommandsBeforeTLSAreForgotten injects a command behind STARTTLS.
func TestCommandsBeforeTLSAreForgotten(t *testing.T) {
	t.Parallel()
	d := open(t, storetest.Open(t, storetest.SQLite(t)), nil)
	conn, r := d.dial()
	if _, err := conn.Write([]byte("EHLO a\r\nSTARTTLS\r\nEHLO evil\r\nMAIL FROM:<evil@x.example>\r\n")); err != nil {
		t.Fatal(err)
	}
	for {
		line, err := r.ReadString('\n')
		if err != nil {
			t.Fatal(err)
		}
		if strings.HasPrefix(line, "220 2.0.0") {
			break
		}
	}
	secure := tls.Client(conn, &tls.Config{InsecureSkipVerify: true}) //nolint:gosec // the certificate proves nothing, as in real life
	if _, err := secure.Write([]byte("RCPT TO:<help@lamps.example>\r\n")); err != nil {
		return // the handshake broke: nothing was taken
	}
	line, err := bufio.NewReader(secure).ReadString('\n')
	if err == nil && !strings.HasPrefix(line, "502") {
		t.Errorf("%q", line)
	}
}

// TestBrokenOffMailIsNotTaken hangs up in the midst of a message, and stalls in it.
func TestBrokenOffMailIsNotTaken(t *testing.T) {
	t.Parallel()
	d := open(t, storetest.Open(t, storetest.SQLite(t)), func(_ *Config, p *patience) { p.data = 300 * time.Millisecond })
	start := "EHLO a\r\nMAIL FROM:<a@x.example>\r\nRCPT TO:<help@lamps.example>\r\nDATA\r\nSubject: half\r\n\r\n"
	for _, more := range []string{"", strings.Repeat("x\r\n", 50_000)} {
		conn, r := d.dial()
		if _, err := conn.Write([]byte(start + more)); err != nil {
			t.Fatal(err)
		}
		if err := conn.(*net.TCPConn).CloseWrite(); err != nil {
			t.Fatal(err)
		}
		if all, _ := io.ReadAll(r); bytes.Contains(all, []byte("Durable")) {
			t.Errorf("%q", all)
		}
	}
	// Who stalls is told so, and what it sends later is no command.
	conn, r := d.dial()
	if _, err := conn.Write([]byte(start)); err != nil {
		t.Fatal(err)
	}
	for {
		line, err := r.ReadString('\n')
		if err != nil {
			t.Fatal(err)
		}
		if strings.HasPrefix(line, "451") {
			break
		}
	}
	_, _ = conn.Write([]byte("\r\nMAIL FROM:<evil@x.example>\r\nRCPT TO:<help@lamps.example>\r\nDATA\r\nSubject: smuggled\r\n\r\n.\r\n")) // it may be closed
	if all, _ := io.ReadAll(r); bytes.Contains(all, []byte("250")) {
		t.Errorf("went on: %q", all)
	}
	if n := len(d.ledger(d.lamps)); n != 0 {
		t.Errorf("%d rows", n)
	}
}

// TestSlowPeersEnd drips commands and a message, a byte at a time.
func TestSlowPeersEnd(t *testing.T) {
	t.Parallel()
	d := open(t, storetest.Open(t, storetest.SQLite(t)), func(_ *Config, p *patience) {
		*p = patience{command: 200 * time.Millisecond, data: 200 * time.Millisecond, session: 700 * time.Millisecond}
	})
	for name, start := range map[string]string{
		"nothing":   "",
		"a command": "EHLO",
		"a message": "EHLO a\r\nMAIL FROM:<a@x.example>\r\nRCPT TO:<help@lamps.example>\r\nDATA\r\n",
		"no-ops":    "EHLO a\r\n",
	} {
		conn, r := d.dial()
		if _, err := conn.Write([]byte(start)); err != nil {
			t.Fatal(err)
		}
		ended := make(chan struct{})
		go func() {
			_, _ = io.Copy(io.Discard, r) // ends somehow
			close(ended)
		}()
		drip := time.NewTicker(20 * time.Millisecond)
		defer drip.Stop()
		began := time.Now()
		for over := false; !over; {
			select {
			case <-ended:
				over = true
			case <-drip.C:
				more := map[string]string{"no-ops": "NOOP\r\n", "nothing": ""}[name]
				if more == "" && name != "nothing" {
					more = "x"
				}
				_, _ = conn.Write([]byte(more)) // ended tells
			}
		}
		if took := time.Since(began); took > 10*time.Second {
			t.Errorf("%s: held for %s", name, took)
		}
	}
}
