package imap

import (
	"bufio"
	"context"
	"errors"
	"log/slog"
	"net"
	"testing"
	"time"

	goimap "github.com/emersion/go-imap/v2"
	"github.com/google/go-cmp/cmp"

	"storedesk/internal/desk"
)

func TestAServerThatIsMuteIsGivenUp(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	for _, security := range []string{"tls", "starttls", "none"} {
		ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
		defer cancel()
		p := &Poller{Now: time.Now, Log: slog.New(slog.DiscardHandler)}
		_, err := p.Check(ctx, &desk.Mailbox{Address: listener.Addr().String(), Security: security})
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%s: %v", security, err)
		}
	}
}

// A server that goes mute once it has been greeted.
func TestStopEndsWaitingForAnAnswer(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		conn, err := listener.Accept()
		if err != nil {
			return
		}
		defer conn.Close()
		_, _ = conn.Write([]byte("* OK [CAPABILITY IMAP4rev1] here\r\n"))
		_, _ = bufio.NewReader(conn).ReadString('\n') // the command to sign in
		cancel()
		<-t.Context().Done()
	}()
	p := &Poller{Now: time.Now, Log: slog.New(slog.DiscardHandler)}
	b := &desk.Mailbox{Address: listener.Addr().String(), Security: "none", Secret: (&desk.MailboxSecret{Password: "p"}).Text()}
	if _, err := p.Check(ctx, b); err == nil || ctx.Err() == nil {
		t.Errorf("got %v", err)
	}
}

func TestExpand(t *testing.T) {
	set := func(spans ...goimap.UIDRange) goimap.UIDSet { return spans }
	cases := []struct {
		name string
		set  goimap.UIDSet
		want []uint32 // nil: refused
	}{
		{"none", nil, []uint32{}},
		{"in order, each once", set(goimap.UIDRange{Start: 7, Stop: 8}, goimap.UIDRange{Start: 1, Stop: 2}, goimap.UIDRange{Start: 2, Stop: 3}), []uint32{1, 2, 3, 7, 8}},
		{"the last there can be", set(goimap.UIDRange{Start: 1<<32 - 1, Stop: 1<<32 - 1}), []uint32{1<<32 - 1}},
		{"four billion", set(goimap.UIDRange{Start: 1, Stop: 1<<32 - 1}), nil},
		{"many times four billion", set(goimap.UIDRange{Start: 1, Stop: 1<<32 - 1}, goimap.UIDRange{Start: 1, Stop: 1<<32 - 1}), nil},
		{"backwards", set(goimap.UIDRange{Start: 3, Stop: 1}), nil},
		{"open", set(goimap.UIDRange{Start: 3}), nil},
		{"zero", set(goimap.UIDRange{Stop: 3}), nil},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			got, err := expand(tc.set, 10)
			if (err != nil) != (tc.want == nil) {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}
