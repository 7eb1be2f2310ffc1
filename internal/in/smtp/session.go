package smtp

import (
	"context"
	"crypto/rand"
	"errors"
	"io"
	"log/slog"
	"slices"
	"strings"
	"time"

	"github.com/emersion/go-smtp"

	"storedesk/internal/desk"
	"storedesk/internal/mailroom"
)

// session is a peer's connection after its greeting, or after STARTTLS and another one.
type session struct {
	server  *Server
	conn    *smtp.Conn
	net     *conn
	unknown int // recipients refused

	from string
	to   []mailroom.Arrival // by store, in the order of their first recipient
}

func (s *Server) session(c *smtp.Conn) (smtp.Session, error) {
	return &session{server: s, conn: c, net: under(c.Conn())}, nil
}

func answer(code, class, subject, detail int, text string) *smtp.SMTPError {
	return &smtp.SMTPError{Code: code, EnhancedCode: smtp.EnhancedCode{class, subject, detail}, Message: text}
}

// What the server says besides yes (RFC 5321 section 4.2, RFC 3463).
var (
	errStopping = answer(421, 4, 3, 2, "Going down for a moment, try again")
	errRate     = answer(450, 4, 7, 1, "Too many messages from your address, try again in a minute")
	errPath     = answer(553, 5, 1, 7, "No such address can be written here")
	errRelay    = answer(550, 5, 1, 1, "Nobody receives mail at this address here, and this server relays none")
	errGuessing = answer(421, 4, 7, 0, "Too many unknown recipients")
	errTrouble  = answer(451, 4, 3, 0, "Something went wrong on our side, try again")
	errLine     = answer(554, 5, 6, 0, "The message has a line longer than this server takes")
	errBroken   = answer(451, 4, 4, 2, "The message did not arrive whole")
)

// Mail begins a message. from is "" for the null sender of bounces.
func (s *session) Mail(from string, _ *smtp.MailOptions) error {
	if !s.net.begin() {
		return errStopping
	}
	if !writable(from) {
		s.net.idle()
		return errPath
	}
	if !s.server.peers.spend(s.net.peer) {
		s.net.idle()
		return errRate
	}
	s.from, s.to = from, nil
	return nil
}

// maxAddress is the length of the longest path, in bytes (RFC 5321 section 4.5.3.1.3 says
// 256; reply tokens and characters of several bytes need room).
const maxAddress = 1000

// writable tells whether an address can stand in a header field as it is.
func writable(address string) bool {
	return len(address) <= maxAddress && !strings.ContainsFunc(address, func(r rune) bool { return r < ' ' || r == 0x7f })
}

// Rcpt adds a recipient, if a store receives its mail.
func (s *session) Rcpt(to string, _ *smtp.RcptOptions) error {
	ctx, cancel := context.WithTimeout(context.Background(), writeWait)
	defer cancel()
	st, err := s.server.Room.StoreFor(ctx, to)
	if errors.Is(err, desk.ErrNotFound) || !writable(to) {
		if s.unknown++; s.unknown > maxUnknown {
			s.net.expire()
			return errGuessing
		}
		return errRelay
	}
	if err != nil {
		return s.trouble("finding the store of a recipient", err)
	}
	i := slices.IndexFunc(s.to, func(a mailroom.Arrival) bool { return a.Store.ID == st.ID })
	if i < 0 {
		i = len(s.to)
		s.to = append(s.to, mailroom.Arrival{Store: st})
	}
	s.to[i].Recipients = append(s.to[i].Recipients, to)
	return nil
}

// Data takes the message in. After any answer but 250 the peer still has it; after 250 it
// is durable at each of the stores.
func (s *session) Data(r io.Reader) error {
	id := strings.ToLower(rand.Text())
	// Not bounded in time: the body's own deadlines are.
	kept, err := s.server.Room.Keep(context.Background(), s.trace(id), &paced{r: r, conn: s.net, wait: s.server.patience.data})
	if err != nil {
		return s.unkept(err)
	}
	for i := range s.to {
		a := &s.to[i]
		// The key is random: a peer that did not hear our 250 sends the message again, and
		// that it is the same is seen by its content.
		a.Source, a.SourceKey, a.EnvelopeFrom = "smtp", id, s.from
		a.Helo = s.conn.Hostname()
		if !s.server.peers.trusts(s.net.peer) {
			a.Peer = s.net.peer.String() // of mail from a server in front, SPF has nothing to say
		}
	}
	ctx, cancel := context.WithTimeout(context.Background(), writeWait)
	defer cancel()
	if _, err := s.server.Room.Record(ctx, kept, s.to...); err != nil {
		return s.trouble("taking a message in", err)
	}
	return answer(250, 2, 0, 0, "Durable as "+id)
}

// unkept is the answer when a message could not be kept.
func (s *session) unkept(err error) error {
	var said *smtp.SMTPError
	switch {
	case errors.Is(err, mailroom.ErrTooLarge):
		return smtp.ErrDataTooLarge
	case errors.As(err, &said): // also go-smtp's own ErrDataTooLarge
		return said
	case errors.Is(err, smtp.ErrTooLongLine):
		return errLine
	case errors.Is(err, errBody):
		return errBroken
	}
	return s.trouble("keeping a message", err)
}

// trouble logs what the peer need not know.
func (s *session) trouble(doing string, err error) error {
	s.server.Log.Error("smtp: something went wrong", slog.String("doing", doing), slog.String("peer", s.net.peer.String()), slog.Any("error", err))
	return errTrouble
}

// Reset ends a message, taken in or not.
func (s *session) Reset() {
	s.from, s.to = "", nil
	s.net.idle()
}

// Logout ends the session.
func (s *session) Logout() error {
	s.net.idle()
	return nil
}

// errBody marks an error of the connection while a message comes in.
var errBody = errors.New("the message broke off")

// paced reads a message, and gives the peer a while for each piece: who is slower than that
// keeps others waiting.
type paced struct {
	r    io.Reader
	conn *conn
	wait time.Duration
}

func (p *paced) Read(b []byte) (int, error) {
	if len(b) > 32<<10 {
		b = b[:32<<10]
	}
	_ = p.conn.SetReadDeadline(time.Now().Add(p.wait)) // of a dead connection the read tells
	n, err := p.r.Read(b)
	if err != nil && err != io.EOF {
		err = errors.Join(errBody, err)
	}
	return n, err
}
