package mail_test

import (
	"errors"
	"io"
	"net"
	"sync"
	"testing"

	"github.com/emersion/go-smtp"
)

// relay is a mail server that keeps what it gets, and refuses as told.
type relay struct {
	address string

	mu       sync.Mutex
	mails    []received
	rcpt     func(address string) error // nil: takes all
	data     func() error               // before the mail is read
	answer   func(net.Conn) error       // after it was
	accepted chan received
}

type received struct {
	from string
	to   []string
	raw  []byte
}

func listen(t *testing.T) *relay {
	t.Helper()
	r := &relay{accepted: make(chan received, 1000)}
	server := smtp.NewServer(smtp.BackendFunc(func(c *smtp.Conn) (smtp.Session, error) { return &session{relay: r, conn: c.Conn()}, nil }))
	server.Domain, server.AllowInsecureAuth, server.EnableDSN = "relay.example", true, false
	listener, err := net.Listen("tcp", "127.0.0.1:0") //nolint:noctx // lives as long as the test
	if err != nil {
		t.Fatal(err)
	}
	r.address = listener.Addr().String()
	served := make(chan error, 1)
	go func() { served <- server.Serve(listener) }()
	t.Cleanup(func() {
		_ = server.Close()
		if err := <-served; err != nil && !errors.Is(err, smtp.ErrServerClosed) {
			t.Error(err)
		}
	})
	return r
}

// on changes how the relay behaves.
func (r *relay) on(fn func(*relay)) {
	r.mu.Lock()
	defer r.mu.Unlock()
	fn(r)
}

func (r *relay) got() []received {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]received{}, r.mails...)
}

type session struct {
	relay *relay
	conn  net.Conn
	mail  received
}

func (s *session) Reset()        { s.mail = received{} }
func (s *session) Logout() error { return nil }

func (s *session) Mail(from string, _ *smtp.MailOptions) error {
	s.mail.from = from
	return nil
}

func (s *session) Rcpt(to string, _ *smtp.RcptOptions) error {
	s.relay.mu.Lock()
	refuse := s.relay.rcpt
	s.relay.mu.Unlock()
	if refuse != nil {
		if err := refuse(to); err != nil {
			return err
		}
	}
	s.mail.to = append(s.mail.to, to)
	return nil
}

func (s *session) Data(body io.Reader) error {
	s.relay.mu.Lock()
	before, after := s.relay.data, s.relay.answer
	s.relay.mu.Unlock()
	if before != nil {
		if err := before(); err != nil {
			return err
		}
	}
	raw, err := io.ReadAll(body)
	if err != nil {
		return err
	}
	s.mail.raw = raw
	s.relay.on(func(r *relay) { r.mails = append(r.mails, s.mail) })
	if after != nil {
		return after(s.conn)
	}
	s.relay.accepted <- s.mail
	return nil
}
