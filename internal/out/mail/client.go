package mail

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"sync"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"
)

// How long a server may take. RFC 5321 section 4.5.3.2 asks for more; who needs that is
// tried again.
const (
	dialTimeout    = 30 * time.Second
	commandTimeout = time.Minute
	bodyTimeout    = 5 * time.Minute
	answerTimeout  = 5 * time.Minute // after the final dot: giving up early makes mails uncertain
	lastWords      = 5 * time.Second // for a server's answer when the program is being stopped
)

// client is a connection to a server that is ready for mail.
type client struct {
	smtp *smtp.Client
	conn *boundConn
	done bool // the server is owed a goodbye
	stop func() bool
}

func (c *client) close() {
	c.stop()
	if c.done {
		_ = c.smtp.Quit() // the mail is there already
	}
	_ = c.smtp.Close()
}

// connect dials a server, encrypts as asked and signs in.
func (s *Service) connect(ctx context.Context, to server) (*client, error) {
	c, err := s.hello(ctx, to, to.security)
	var failed *tlsError
	if errors.As(err, &failed) && to.security == opportunistic { // rather in the open than not at all
		c, err = s.hello(ctx, to, none)
	}
	if err != nil {
		return nil, err
	}
	if to.user != "" {
		if err := c.smtp.Auth(sasl.NewPlainClient("", to.user, to.password)); err != nil {
			c.close()
			return nil, fmt.Errorf("signing in: %w", err)
		}
	}
	return c, nil
}

// tlsError is a failure of encryption, as opposed to one of the network.
type tlsError struct{ err error }

func (e *tlsError) Error() string { return "encrypting: " + e.err.Error() }
func (e *tlsError) Unwrap() error { return e.err }

func (s *Service) hello(ctx context.Context, to server, how security) (*client, error) {
	raw, err := s.dial(ctx, to)
	if err != nil {
		return nil, err
	}
	bound := &boundConn{Conn: raw}
	c := &client{conn: bound, stop: context.AfterFunc(ctx, func() { bound.limit(time.Now().Add(lastWords)) })}
	if err := c.greet(s.Hostname, to, how); err != nil {
		c.stop()
		_ = raw.Close()
		return nil, err
	}
	return c, nil
}

func (c *client) greet(hostname string, to server, how security) (err error) {
	config := &tls.Config{ServerName: to.host, MinVersion: tls.VersionTLS12}
	if to.security == opportunistic {
		config.InsecureSkipVerify = true //nolint:gosec // RFC 7435: without this the mail would go in the open
	}
	c.conn.allow(commandTimeout)
	switch how {
	case implicit:
		encrypted := tls.Client(c.conn, config)
		if err := encrypted.Handshake(); err != nil {
			return &tlsError{err}
		}
		c.smtp = smtp.NewClient(encrypted)
	case required, opportunistic:
		if c.smtp, err = smtp.NewClientStartTLS(c.conn, config); err != nil {
			var said *smtp.SMTPError
			if errors.As(err, &said) && (said.Code == 421 || said.Code == 554) {
				return err // not about encryption: the server does not want us
			}
			return &tlsError{err}
		}
	default:
		c.smtp = smtp.NewClient(c.conn)
	}
	c.smtp.CommandTimeout, c.smtp.SubmissionTimeout = commandTimeout, answerTimeout
	if err := c.smtp.Hello(orElse(hostname, "localhost")); err != nil {
		if how == opportunistic || how == required {
			return &tlsError{err} // the handshake happens with the first words
		}
		return err
	}
	return nil
}

func (s *Service) dial(ctx context.Context, to server) (net.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, dialTimeout)
	defer cancel()
	dial := (&net.Dialer{}).DialContext
	if s.Dial != nil && !to.relay {
		dial = s.Dial
	}
	return dial(ctx, "tcp", net.JoinHostPort(to.host, to.port))
}

// boundConn is a connection whose deadlines can be brought forward once and for all: when
// the program is being stopped, nobody waits longer.
type boundConn struct {
	net.Conn

	mu   sync.Mutex
	last time.Time // zero: no limit
}

// SetDeadline implements net.Conn.
func (c *boundConn) SetDeadline(at time.Time) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.last.IsZero() && (at.IsZero() || at.After(c.last)) {
		at = c.last
	}
	return c.Conn.SetDeadline(at)
}

func (c *boundConn) limit(at time.Time) {
	c.mu.Lock()
	c.last = at
	c.mu.Unlock()
	_ = c.SetDeadline(at) // on a connection that is closed it does not matter
}

// allow gives what follows so long.
func (c *boundConn) allow(d time.Duration) { _ = c.SetDeadline(time.Now().Add(d)) }
