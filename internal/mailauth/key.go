package mailauth

import (
	"crypto"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"fmt"
)

// Key signs mail. The zero value is no key. It prints as its kind only.
type Key struct{ signer crypto.Signer }

const keyBits = 2048

// NewKey makes an RSA key of 2048 bits: what all verifiers know (RFC 8301 section 3.2),
// while the large mailbox providers still pass over Ed25519 (RFC 8463).
func NewKey() (Key, error) {
	signer, err := rsa.GenerateKey(rand.Reader, keyBits)
	if err != nil {
		return Key{}, fmt.Errorf("make a DKIM key: %w", err)
	}
	return Key{signer}, nil
}

// ParseKey reads what MarshalText writes, and keys of other programs: PEM of PKCS #8 or
// PKCS #1, RSA of 1024 to 4096 bits or Ed25519.
func ParseKey(text string) (Key, error) {
	var k Key
	err := k.UnmarshalText([]byte(text))
	return k, err
}

// MarshalText writes the key, the secret part too, as PEM of PKCS #8.
func (k Key) MarshalText() ([]byte, error) {
	if k.signer == nil {
		return nil, errNoKey
	}
	der, err := x509.MarshalPKCS8PrivateKey(k.signer)
	if err != nil {
		return nil, fmt.Errorf("write a DKIM key: %w", err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}), nil
}

// UnmarshalText is ParseKey into k.
func (k *Key) UnmarshalText(text []byte) error {
	block, _ := pem.Decode(text)
	if block == nil {
		return errors.New("a DKIM key is PEM: it begins with -----BEGIN PRIVATE KEY-----")
	}
	parsed, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		if parsed, err = x509.ParsePKCS1PrivateKey(block.Bytes); err != nil {
			return fmt.Errorf("read a DKIM key: %w", err)
		}
	}
	switch private := parsed.(type) {
	case *rsa.PrivateKey:
		if bits := private.N.BitLen(); bits < 1024 || bits > 4096 {
			return fmt.Errorf("a DKIM key of RSA has 1024 to 4096 bits, not %d", bits)
		}
		k.signer = private
	case ed25519.PrivateKey:
		k.signer = private
	default:
		return fmt.Errorf("a DKIM key is RSA or Ed25519, not %T", parsed)
	}
	return nil
}

// Record is the TXT record to publish at SELECTOR._domainkey.DOMAIN (RFC 6376 section
// 3.6.1). It is longer than the 255 bytes of one string: a zone file needs it cut into
// several, in quotes, while most providers' forms take it whole.
func (k Key) Record() string {
	switch public := k.public().(type) {
	case *rsa.PublicKey:
		der, err := x509.MarshalPKIXPublicKey(public)
		if err != nil {
			return ""
		}
		return "v=DKIM1; k=rsa; p=" + base64.StdEncoding.EncodeToString(der)
	case ed25519.PublicKey:
		return "v=DKIM1; k=ed25519; p=" + base64.StdEncoding.EncodeToString(public)
	}
	return ""
}

func (k Key) public() crypto.PublicKey {
	if k.signer == nil {
		return nil
	}
	return k.signer.Public()
}

// String hides the secret from logs.
func (k Key) String() string {
	switch k.signer.(type) {
	case *rsa.PrivateKey:
		return "DKIM key (RSA)"
	case ed25519.PrivateKey:
		return "DKIM key (Ed25519)"
	}
	return "no DKIM key"
}

// GoString hides it from %#v.
func (k Key) GoString() string { return k.String() }

var errNoKey = errors.New("there is no DKIM key")
