package smtp

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"fmt"
	"log/slog"
	"math/big"
	"os"
	"sync"
	"time"
)

// certificates shows the peers of STARTTLS the certificate of the files, as it is now. Mail
// servers take any certificate, unless told otherwise by DANE or MTA-STS: without files one
// is made that keeps listeners out and proves nothing.
type certificates struct {
	cert, key string
	log       *slog.Logger
	now       func() time.Time

	mu      sync.Mutex
	current *tls.Certificate
	read    time.Time // when the files were changed that current is of
	looked  time.Time
}

// lookEvery is how often the files are looked at, at most.
const lookEvery = 10 * time.Second

func newCertificates(c Config) (*certificates, error) {
	s := &certificates{cert: c.CertFile, key: c.KeyFile, log: c.Log, now: c.Now}
	if s.cert == "" {
		made, err := selfSigned(c.Hostname, c.Now())
		s.current = made
		return s, err
	}
	if err := s.load(); err != nil {
		return nil, fmt.Errorf("certificate for SMTP: %w", err)
	}
	return s, nil
}

func (s *certificates) config() *tls.Config {
	return &tls.Config{MinVersion: tls.VersionTLS12, GetCertificate: s.get}
}

// get is the certificate for a handshake. Files that cannot be read leave the one before.
func (s *certificates) get(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if now := s.now(); s.cert != "" && now.Sub(s.looked) >= lookEvery {
		s.looked = now
		if err := s.load(); err != nil {
			s.log.Error("smtp: reading the certificate again", slog.Any("error", err))
		}
	}
	return s.current, nil
}

// load reads the files if they have changed.
func (s *certificates) load() error {
	var changed time.Time
	for _, name := range []string{s.cert, s.key} {
		st, err := os.Stat(name)
		if err != nil {
			return err
		}
		if st.ModTime().After(changed) {
			changed = st.ModTime()
		}
	}
	if s.current != nil && changed.Equal(s.read) {
		return nil
	}
	pair, err := tls.LoadX509KeyPair(s.cert, s.key)
	if err != nil {
		return err
	}
	s.current, s.read = &pair, changed
	return nil
}

// selfSigned makes a certificate for a host, for ten years.
func selfSigned(host string, now time.Time) (*tls.Certificate, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 120))
	if err != nil {
		return nil, err
	}
	template := &x509.Certificate{
		SerialNumber: serial, Subject: pkix.Name{CommonName: host}, DNSNames: []string{host},
		NotBefore: now.Add(-time.Hour), NotAfter: now.AddDate(10, 0, 0),
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		return nil, fmt.Errorf("making a certificate for SMTP: %w", err)
	}
	return &tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, nil
}
