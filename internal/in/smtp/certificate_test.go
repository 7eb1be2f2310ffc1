package smtp

import (
	"crypto/x509"
	"encoding/pem"
	"os"
	"testing"
	"time"
)

// writeCertificate leaves a new certificate in files, changed at a time of their own.
func writeCertificate(t *testing.T, host, certFile, keyFile string) {
	t.Helper()
	made, err := selfSigned(host, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	key, err := x509.MarshalPKCS8PrivateKey(made.PrivateKey)
	if err != nil {
		t.Fatal(err)
	}
	for name, block := range map[string]*pem.Block{
		certFile: {Type: "CERTIFICATE", Bytes: made.Certificate[0]}, keyFile: {Type: "PRIVATE KEY", Bytes: key},
	} {
		if err := os.WriteFile(name, pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}
