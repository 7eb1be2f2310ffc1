package mail_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"io"
	"math/big"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"

	"storedesk/internal/desk"
	"storedesk/internal/out/mail"
)

func TestParseRoute(t *testing.T) {
	cases := []struct{ raw, want, wrong string }{
		{"", "off", ""},
		{"smtp://relay.example", "relay.example:587", ""},
		{"smtp://u:p%40ss@relay.example:25?tls=off", "relay.example:25", ""},
		{"smtps://u:p@[::1]", "[::1]:465", ""},
		{"direct", "direct", ""},
		{"direct:?port=2525", "direct", ""},
		{"smtp://relay.example?tls=maybe", "", "tls=maybe"},
		{"smtp:", "", "no relay named"},
		{"http://relay.example", "", "none of smtp"},
		{"smtp://u:hush%zz@relay.example", "", "not a URL"},
	}
	for _, c := range cases {
		r, err := mail.ParseRoute(c.raw)
		if err == nil && r.String() != c.want || c.wrong == "" != (err == nil) || err != nil && !strings.Contains(err.Error(), c.wrong) {
			t.Errorf("%q: %s, %v", c.raw, r, err)
		}
		if err != nil && strings.Contains(err.Error(), "hush") {
			t.Errorf("%q: the error holds the password: %v", c.raw, err)
		}
	}
}

// secure makes the relay speak TLS, with a certificate that nobody has vouched for, and
// ask for a password.
func secure(t *testing.T, r *relay) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "relay.example"}, DNSNames: []string{"relay.example"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	server := smtp.NewServer(smtp.BackendFunc(func(c *smtp.Conn) (smtp.Session, error) {
		return &encrypted{session{relay: r, conn: c.Conn()}, c}, nil
	}))
	server.TLSConfig = &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}, MinVersion: tls.VersionTLS12}
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
}

// encrypted is a session that takes mail only over TLS.
type encrypted struct {
	session

	c *smtp.Conn
}

func (s *encrypted) AuthMechanisms() []string { return []string{sasl.Plain} }

func (s *encrypted) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(_, user, password string) error {
		if user != "desk" || password != "p@ss" {
			return smtp.ErrAuthFailed
		}
		return nil
	}), nil
}

func (s *encrypted) Mail(from string, o *smtp.MailOptions) error {
	if _, ok := s.c.TLSConnectionState(); !ok {
		return &smtp.SMTPError{Code: 530, Message: "in the open"}
	}
	return s.session.Mail(from, o)
}

func TestRelayMustProveItself(t *testing.T) {
	s := openSQLite(t)
	secure(t, s.relay)
	s.route("smtp://desk:p%40ss@" + s.relay.address)
	s.copied()
	s.start()
	contains(t, "reason", s.state("ada@customer.example", desk.RecipientDeferred), "certificate")
	if n := len(s.relay.got()); n != 0 {
		t.Errorf("sent %d times to a stranger", n)
	}
}

func TestDirectDeliveryEncryptsWhereItCan(t *testing.T) {
	s := openSQLite(t)
	secure(t, s.relay)
	_, port, _ := net.SplitHostPort(s.relay.address)
	s.route("direct:?port=" + port)
	s.Resolver = names{mx: map[string][]*net.MX{"customer.example": {{Host: "127.0.0.1", Pref: 1}}}}
	s.copied()
	s.start()
	s.state("ada@customer.example", desk.RecipientAccepted)
}

// stamp signs with a field of its own.
type stamp struct{ fails bool }

func (s stamp) Sign(dst io.Writer, st *desk.Store, mail io.ReadSeeker) error {
	if s.fails {
		return errors.New("no good key")
	}
	_, err := io.WriteString(dst, "DKIM-Signature: v=1; d="+st.NetworkDomain+"\r\n")
	if err == nil {
		_, err = io.Copy(dst, mail)
	}
	return err
}

func TestMailIsSigned(t *testing.T) {
	s := openSQLite(t)
	s.Signer = stamp{}
	s.copied()
	s.start()
	if got := <-s.relay.accepted; !strings.HasPrefix(string(got.raw), "DKIM-Signature: v=1; d="+s.st.NetworkDomain+"\r\n") {
		t.Errorf("the mail begins with %.100q", got.raw)
	}
}

func TestMailThatCannotBeSignedWaits(t *testing.T) {
	s := openSQLite(t)
	s.Signer = stamp{fails: true}
	s.copied()
	s.start()
	contains(t, "reason", s.state("ada@customer.example", desk.RecipientDeferred), "no good key")
	if n := len(s.relay.got()); n != 0 {
		t.Errorf("sent %d times", n)
	}
}
