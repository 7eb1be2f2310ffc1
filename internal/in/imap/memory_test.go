package imap_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"runtime"
	"strings"
	"testing"

	"storedesk/internal/desk"
	"storedesk/internal/store/storetest"
)

const largeSize = 39 << 20

// largeServer has one message of 39 MB, which it makes up while it sends it.
func largeServer(t *testing.T) string {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Close() })
	go func() {
		conn, err := listener.Accept()
		if err != nil {
			return
		}
		defer conn.Close()
		out := bufio.NewWriter(conn)
		say := func(format string, args ...any) { fmt.Fprintf(out, format+"\r\n", args...); out.Flush() }
		say("* OK [CAPABILITY IMAP4rev1] here")
		for lines := bufio.NewScanner(conn); lines.Scan(); {
			tag, command, _ := strings.Cut(lines.Text(), " ")
			switch {
			case strings.HasPrefix(command, "EXAMINE"):
				say("* 1 EXISTS\r\n* OK [UIDVALIDITY 1] x\r\n* OK [UIDNEXT 2] x")
			case strings.HasPrefix(command, "UID SEARCH"):
				say("* SEARCH 1")
			case strings.Contains(command, "RFC822.SIZE"):
				say("* 1 FETCH (UID 1 RFC822.SIZE %d)", largeSize)
			case strings.Contains(command, "BODY.PEEK[]"):
				say("* 1 FETCH (UID 1 BODY[] {%d}", largeSize)
				for range largeSize / 64 {
					_, _ = out.WriteString("a line of sixty-two bytes, which is what base64 would look lik\r\n")
				}
				say(")")
			}
			say("%s OK done", tag)
		}
	}()
	return listener.Addr().String()
}

// counting is a ledger that only counts.
type counting struct{ bytes int64 }

func (c *counting) Receive(_ context.Context, _ *desk.Store, _ desk.Inbound, body io.Reader) (id int64, fresh bool, err error) {
	c.bytes, err = io.Copy(io.Discard, body)
	return 1, true, err
}

func (*counting) Refuse(context.Context, *desk.Store, desk.Inbound, io.Reader, string) (id int64, fresh bool, err error) {
	panic("not too large")
}

func TestMemoryDoesNotGrowWithTheMessage(t *testing.T) {
	s := newServer(t, "none")
	s.address = largeServer(t)
	b := newBench(t, storetest.Open(t, storetest.SQLite(t)), s, "none", func(m *desk.Mailbox) {
		m.Secret = (&desk.MailboxSecret{Password: "ascii"}).Text() // anything else is sent as a literal
	})
	c := &counting{}
	b.Mail = c
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	b.poll()
	runtime.ReadMemStats(&after)
	if c.bytes != largeSize {
		t.Errorf("%d bytes came", c.bytes)
	}
	if grown := after.TotalAlloc - before.TotalAlloc; grown > 4<<20 {
		t.Errorf("%d bytes of memory were asked for", grown)
	}
}
