package imap_test

import (
	"context"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	goimap "github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapserver"
	"github.com/emersion/go-imap/v2/imapserver/imapmemserver"
	"github.com/emersion/go-sasl"

	"storedesk/internal/desk"
	"storedesk/internal/in/imap"
	"storedesk/internal/settings"
	"storedesk/internal/store"
	"storedesk/internal/store/storetest"
)

const username, password = "help@desk.example", "päss word"

// server is an IMAP server on a socket, with faults to switch on.
type server struct {
	t       *testing.T
	user    *imapmemserver.User
	address string
	tls     *tls.Config // for clients

	broken map[goimap.UID]bool // messages that it cannot hand out
	token  atomic.Value        // the access token it takes; "": none
	mechs  []string            // how tokens are shown
	cut    atomic.Int64        // bytes after which connections end; 0 = never
}

func newServer(t *testing.T, security string, change ...func(*server)) *server {
	t.Helper()
	web := httptest.NewTLSServer(nil) // for its certificate
	t.Cleanup(web.Close)
	roots := x509.NewCertPool()
	roots.AddCert(web.Certificate())
	s := &server{t: t, user: imapmemserver.NewUser(username, password), tls: &tls.Config{RootCAs: roots}, broken: map[goimap.UID]bool{}}
	s.token.Store("")
	for _, f := range change {
		f(s)
	}
	s.create("INBOX")
	memory := imapmemserver.New()
	memory.AddUser(s.user)
	certificate := &tls.Config{Certificates: web.TLS.Certificates}
	options := &imapserver.Options{
		NewSession: func(*imapserver.Conn) (imapserver.Session, *imapserver.GreetingData, error) {
			return &session{memory.NewSession(), s}, nil, nil
		},
		Caps:         goimap.CapSet{goimap.CapIMAP4rev1: {}, goimap.CapSASLIR: {}},
		InsecureAuth: security == "none",
		Logger:       slog.NewLogLogger(slog.DiscardHandler, 0),
	}
	if security == "starttls" {
		options.TLSConfig = certificate
	}
	if s.mechs != nil {
		options.NewSession = func(*imapserver.Conn) (imapserver.Session, *imapserver.GreetingData, error) {
			return &tokenSession{&session{memory.NewSession(), s}}, nil, nil
		}
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s.address = listener.Addr().String()
	listener = &cutting{listener, s}
	if security == "tls" {
		listener = tls.NewListener(listener, certificate)
	}
	program := imapserver.New(options)
	go program.Serve(listener) //nolint:errcheck // it ends with the test
	t.Cleanup(func() { program.Close() })
	return s
}

func (s *server) create(folder string) {
	if err := s.user.Create(folder, nil); err != nil {
		s.t.Fatal(err)
	}
}

// renew makes the folder anew, under another UIDVALIDITY.
func (s *server) renew(folder string) {
	if err := s.user.Delete(folder); err != nil {
		s.t.Fatal(err)
	}
	s.create(folder)
}

type literal struct{ *strings.Reader }

func (s *server) put(message string, flags ...goimap.Flag) {
	s.putAt(message, time.Now(), flags...)
}

func (s *server) putAt(message string, at time.Time, flags ...goimap.Flag) {
	s.t.Helper()
	if _, err := s.user.Append("INBOX", literal{strings.NewReader(message)}, &goimap.AppendOptions{Flags: flags, Time: at}); err != nil {
		s.t.Fatal(err)
	}
}

type session struct {
	imapserver.Session
	s *server
}

func (s *session) Fetch(w *imapserver.FetchWriter, set goimap.NumSet, options *goimap.FetchOptions) error {
	if uids, ok := set.(goimap.UIDSet); ok && len(options.BodySection) > 0 {
		for uid := range s.s.broken {
			if uids.Contains(uid) {
				return &goimap.Error{Type: goimap.StatusResponseTypeNo, Code: goimap.ResponseCodeServerBug, Text: "this one is broken"}
			}
		}
	}
	return s.Session.Fetch(w, set, options)
}

// tokenSession takes access tokens.
type tokenSession struct{ *session }

func (s *tokenSession) AuthenticateMechanisms() []string { return s.s.mechs }

func (s *tokenSession) Authenticate(string) (sasl.Server, error) { return s, nil }

func (s *tokenSession) Next(response []byte) (challenge []byte, done bool, err error) {
	token, _ := s.s.token.Load().(string)
	if strings.Contains(string(response), "auth=Bearer "+token+"\x01\x01") && strings.Contains(string(response), username) {
		return nil, true, s.Login(username, password)
	}
	return nil, false, imapserver.ErrAuthFailed
}

// cutting ends connections in the middle of what the server says.
type cutting struct {
	net.Listener
	s *server
}

func (l *cutting) Accept() (net.Conn, error) {
	conn, err := l.Listener.Accept()
	if err != nil || l.s.cut.Load() == 0 {
		return conn, err
	}
	return &short{conn, l.s.cut.Load()}, nil
}

type short struct {
	net.Conn
	left int64
}

func (c *short) Write(p []byte) (int, error) {
	if int64(len(p)) <= c.left {
		c.left -= int64(len(p))
		return c.Conn.Write(p)
	}
	n, _ := c.Conn.Write(p[:c.left])
	c.Close()
	return n, net.ErrClosed
}

// ledger keeps messages as the mail room does, as far as a poll can tell.
type ledger struct {
	db *store.DB

	mu      sync.Mutex
	bodies  map[string]string // by source key
	in      map[string]desk.Inbound
	reasons map[string]string
	refuse  error // what Receive says
	during  func()
}

func (l *ledger) Receive(ctx context.Context, st *desk.Store, in desk.Inbound, body io.Reader) (int64, bool, error) {
	text, err := io.ReadAll(body)
	if err != nil {
		return 0, false, fmt.Errorf("reading a message: %w", err)
	}
	if l.during != nil {
		l.during()
	}
	if l.refuse != nil {
		return 0, false, l.refuse
	}
	return l.keep(ctx, st, in, string(text), "")
}

func (l *ledger) Refuse(ctx context.Context, st *desk.Store, in desk.Inbound, header io.Reader, reason string) (int64, bool, error) {
	text, err := io.ReadAll(header)
	if err != nil {
		return 0, false, err
	}
	return l.keep(ctx, st, in, string(text), reason)
}

func (l *ledger) keep(ctx context.Context, st *desk.Store, in desk.Inbound, text, reason string) (int64, bool, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if _, ok := l.bodies[in.SourceKey]; ok {
		return 0, false, nil
	}
	l.bodies[in.SourceKey], l.in[in.SourceKey], l.reasons[in.SourceKey] = text, in, reason
	sum, id := sha256.Sum256([]byte(text)), int64(len(l.bodies))
	return id, true, l.db.Write(ctx, func(tx *store.Tx) error {
		tx.Exec("INSERT INTO mails (store_id, id, source, source_key, blob_key, sha256, size, received_at) VALUES ($1, $2, $3, $4, '', $5, $6, 1)",
			st.ID, id, in.Source, in.SourceKey, hex.EncodeToString(sum[:]), len(text))
		return nil
	})
}

func (l *ledger) keys() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	var keys []string
	for uid := range 100 {
		for validity := range 5 {
			if key := desk.MailboxKey(uint32(validity), uint32(uid)); l.bodies[key] != "" {
				keys = append(keys, key)
			}
		}
	}
	return strings.Join(keys, " ")
}

// bench is a mailbox of a store, and what reads it.
type bench struct {
	*imap.Poller

	t    *testing.T
	db   *store.DB
	s    *server
	st   *desk.Store
	mail *ledger
	box  *desk.Mailbox
	now  time.Time
}

func newBench(t *testing.T, db *store.DB, s *server, security string, change ...func(*desk.Mailbox)) *bench {
	t.Helper()
	stores := &settings.Stores{DB: db, Now: time.Now}
	st, err := stores.Create(t.Context(), "Lamps", []string{"lamps.example"})
	if err != nil {
		t.Fatal(err)
	}
	b := &bench{
		t: t, db: db, s: s, st: st, now: time.Now(),
		mail: &ledger{db: db, bodies: map[string]string{}, in: map[string]desk.Inbound{}, reasons: map[string]string{}},
	}
	b.Poller = &imap.Poller{
		DB: db, Mail: b.mail, Store: stores.ByID, Now: func() time.Time { return b.now },
		Log: slog.New(slog.DiscardHandler), TLS: s.tls,
	}
	b.box = &desk.Mailbox{
		Address: s.address, Security: security, Username: username, Pause: time.Minute,
		Secret: (&desk.MailboxSecret{Password: password}).Text(),
	}
	for _, f := range change {
		f(b.box)
	}
	boxes := &settings.Mailboxes{DB: db, Now: b.Now}
	if err := boxes.Add(t.Context(), st, b.box); err != nil {
		t.Fatal(err)
	}
	return b
}

// row is the mailbox as the database has it.
func (b *bench) row() *desk.Mailbox {
	b.t.Helper()
	row, err := b.db.Mailbox(b.t.Context(), b.st, b.box.ID)
	if err != nil {
		b.t.Fatal(err)
	}
	return row
}

func (b *bench) poll() {
	b.t.Helper()
	if err := b.Poll(b.t.Context(), *b.box); err != nil {
		b.t.Fatal(err)
	}
}

func (b *bench) fails(want string) {
	b.t.Helper()
	err := b.Poll(b.t.Context(), *b.box)
	if err == nil || !strings.Contains(err.Error(), want) {
		b.t.Fatalf("got %v, want %q", err, want)
	}
	if row := b.row(); row.LastError == "" || row.LeaseUntil != 0 {
		b.t.Errorf("on the row: %q, leased until %d", row.LastError, row.LeaseUntil)
	}
}

func (b *bench) has(keys string) {
	b.t.Helper()
	if got := b.mail.keys(); got != keys {
		b.t.Errorf("the ledger has %q, want %q", got, keys)
	}
}

func letter(n int) string {
	return fmt.Sprintf("From: Ann <ann@shop.example>\r\nTo: %s\r\nSubject: Letter %d\r\nMessage-ID: <%d@shop.example>\r\n\r\nHello %d\r\n", username, n, n, n)
}

var errDisk = errors.New("the disk is full")

func each(t *testing.T, fn func(t *testing.T, db *store.DB)) { storetest.Each(t, fn) }
