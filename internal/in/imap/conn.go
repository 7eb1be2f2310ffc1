package imap

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"slices"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"

	"storedesk/internal/desk"
)

// How long a server may take.
const (
	dialTimeout = 30 * time.Second // TLS included
	silence     = 2 * time.Minute  // between two pieces of its answers
)

// dial connects to the server of a mailbox: wherever it is, if the operator named it.
func (p *Poller) dial(ctx context.Context, b *desk.Mailbox) (*imapclient.Client, error) {
	ctx, cancel := context.WithTimeout(ctx, dialTimeout)
	defer cancel()
	connect := new(net.Dialer).DialContext
	if secret, err := b.Credentials(); err == nil && secret.Guarded { // without credentials, signing in fails
		connect = p.Guard
	}
	conn, err := connect(ctx, "tcp", b.Address)
	if err != nil {
		return nil, fmt.Errorf("connect: %w", err)
	}
	stop := context.AfterFunc(ctx, func() { conn.Close() })
	defer stop()
	client, err := p.greet(ctx, &patient{conn}, b)
	if !stop() { // it took too long, of which err is but a consequence
		err = context.Cause(ctx)
	}
	if err != nil {
		conn.Close()
		return nil, fmt.Errorf("connect to %s: %w", b.Address, err)
	}
	return client, nil
}

func (p *Poller) greet(ctx context.Context, conn net.Conn, b *desk.Mailbox) (*imapclient.Client, error) {
	config := &tls.Config{}
	if p.TLS != nil {
		config = p.TLS.Clone()
	}
	if host, _, err := net.SplitHostPort(b.Address); err == nil && config.ServerName == "" {
		config.ServerName = host
	}
	switch b.Security {
	case "starttls": // refuses to go on without encryption, and a server that is signed in to already
		return imapclient.NewStartTLS(conn, &imapclient.Options{TLSConfig: config})
	case "tls":
		encrypted := tls.Client(conn, config)
		if err := encrypted.HandshakeContext(ctx); err != nil {
			return nil, err
		}
		conn = encrypted
	}
	client := imapclient.New(conn, nil)
	if err := client.WaitGreeting(); err != nil {
		client.Close()
		return nil, err
	}
	return client, nil
}

// patient is a connection that ends when the server is silent for long. The library sets
// deadlines of its own: none while it waits for an answer, and 30 seconds for one of
// whatever length.
type patient struct{ net.Conn }

func (c *patient) Read(p []byte) (int, error) {
	if err := c.Conn.SetReadDeadline(time.Now().Add(silence)); err != nil {
		return 0, err
	}
	return c.Conn.Read(p)
}

func (*patient) SetReadDeadline(time.Time) error { return nil }

// inOrder lists the UIDs of a set that has total of them.
func inOrder(set imap.UIDSet, total int) []uint32 {
	uids := make([]uint32, 0, total)
	for _, span := range set {
		for uid := uint64(span.Start); uid <= uint64(span.Stop); uid++ {
			uids = append(uids, uint32(uid))
		}
	}
	slices.Sort(uids)
	return slices.Compact(uids)
}
