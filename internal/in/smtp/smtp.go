// Package smtp is the door through which other mail servers bring mail: it can be the MX of
// the stores' support domains. It takes mail for the addresses that stores receive, relays
// nothing, asks for no password, and answers 250 when the message is durable, not before.
//
// The protocol is go-smtp's; here are the rules around it: whom mail is taken for, how much
// of a peer, how slowly, and what is written down of where it came from.
package smtp

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"time"

	"github.com/emersion/go-smtp"

	"storedesk/internal/mailroom"
)

// Limits of the door.
const (
	maxLine       = 256 << 10   // bytes; RFC 5321 says 1000, senders do not (a command may be as long, in memory)
	maxRecipients = 100         // of a message (RFC 5321 section 4.5.3.1.8); the next is told 452
	maxUnknown    = 20          // recipients refused in a session before it ends
	maxConns      = 300         // of all peers
	maxPeerConns  = 20          // of one peer
	answerWait    = time.Minute // for the peer to take an answer
	writeWait     = time.Minute // for a message that arrived to become durable
)

// patience is how long the server waits for a peer.
type patience struct {
	command time.Duration // for a command (RFC 5321 section 4.5.3.2.7)
	data    time.Duration // for the next 32 KiB of a message
	session time.Duration // for all of a connection
}

var defaultPatience = patience{command: 5 * time.Minute, data: 2 * time.Minute, session: 30 * time.Minute}

// Config of a Server.
type Config struct {
	Room     *mailroom.Service
	Hostname string // the name that the server greets with
	CertFile string // PEM; read again when it changes. "": a certificate made at the start, which no one can verify
	KeyFile  string
	// Rate is how many messages a minute a peer may bring, twice as many at once; 0 = any
	// number. A peer is an IPv4 address or an IPv6 network of 64 bits.
	Rate int
	// Trusted are peers without limits, such as a mail server in front. Loopback is always one.
	Trusted []netip.Prefix
	Now     func() time.Time
	Log     *slog.Logger
}

// Server answers SMTP.
type Server struct {
	Config
	patience patience
	smtp     *smtp.Server
	peers    *peers
}

// New makes a server. Errors: the certificate cannot be read.
func New(c Config) (*Server, error) { return newServer(c, defaultPatience) }

func newServer(c Config, wait patience) (*Server, error) {
	certs, err := newCertificates(c)
	if err != nil {
		return nil, err
	}
	s := &Server{Config: c, patience: wait, peers: newPeers(&c)}
	s.smtp = smtp.NewServer(smtp.BackendFunc(s.session))
	s.smtp.Domain = c.Hostname
	s.smtp.TLSConfig = certs.config()
	s.smtp.MaxMessageBytes = c.Room.Limit()
	s.smtp.MaxLineLength = maxLine
	s.smtp.MaxRecipients = maxRecipients
	s.smtp.ReadTimeout, s.smtp.WriteTimeout = wait.command, answerWait
	s.smtp.EnableSMTPUTF8 = true
	s.smtp.ErrorLog = quiet{c.Log}
	return s, nil
}

// Serve answers on a listener until Stop, then returns nil.
func (s *Server) Serve(l net.Listener) error { return s.smtp.Serve(&listener{Listener: l, server: s}) }

// Stop takes no more connections, ends those that wait between messages, and lets messages
// under way finish until ctx ends; then it cuts them off, unanswered.
func (s *Server) Stop(ctx context.Context) error {
	s.peers.stop()
	err := s.smtp.Shutdown(ctx)
	if ctx.Err() != nil {
		s.peers.cut()
	}
	return err
}

// quiet passes on what go-smtp has to say, most of it about peers that went away. It is
// no error of ours, and strangers do not fill the log; a panic is the exception.
type quiet struct{ log *slog.Logger }

func (q quiet) Printf(format string, v ...any) {
	level := slog.LevelDebug
	if format == "panic serving %v: %v\n%s" {
		level = slog.LevelError
	}
	q.log.Log(context.Background(), level, "smtp", slog.String("text", fmt.Sprintf(format, v...)))
}

func (q quiet) Println(v ...any) { q.Printf("%s", fmt.Sprintln(v...)) }
