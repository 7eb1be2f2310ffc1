package mailauth_test

import (
	"bufio"
	"bytes"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"io"
	"net"
	"net/textproto"
	"strings"
	"testing"

	"storedesk/internal/mailauth"
)

// hop sends a message through a socket as SMTP does: lines with CRLF, dots doubled.
func hop(t *testing.T, message string) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	go func() {
		conn, err := net.Dial("tcp", listener.Addr().String())
		if err != nil {
			return
		}
		defer conn.Close()
		w := textproto.NewWriter(bufio.NewWriter(conn)).DotWriter()
		_, _ = io.WriteString(w, message) // the reader will miss what is not written
		w.Close()
	}()
	conn, err := listener.Accept()
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	lines, err := textproto.NewReader(bufio.NewReader(conn)).ReadDotLines()
	if err != nil {
		t.Fatal(err)
	}
	return strings.Join(lines, "\r\n") + "\r\n"
}

func TestSignatureSurvivesAHop(t *testing.T) {
	messages := map[string]string{
		"plain":           plain,
		"no body":         "From: ann@shop.example\r\n\r\n",
		"dots and spaces": plain + ".\r\n..\r\n.x  \r\n   \r\n\r\n\r\n",
		"folded, 8 bit":   "From: Änn\r\n <ann@shop.example>\r\nSubject:  a\r\n\tb  \r\n\r\nGrüße\r\n",
		"several of a kind": "Received: a\r\nReceived: b\r\nFrom: ann@shop.example\r\nTo: a@b.example\r\nTo: c@d.example\r\n" +
			"In-Reply-To: <1@x>\r\nReferences: <0@x>\r\n <1@x>\r\nMIME-Version: 1.0\r\nContent-Type: text/plain\r\n\r\nx\r\n",
		"no last line end": plain + "x",
	}
	c := &mailauth.Checker{Resolver: records().serve(t)}
	for name, message := range messages {
		t.Run(name, func(t *testing.T) {
			signed := sign(t, message, "shop.example")
			if !strings.HasSuffix(signed, message) {
				t.Fatalf("the message was changed: %q", signed)
			}
			for line := range strings.SplitSeq(signed, "\r\n") {
				if len(line) > 998 { // RFC 5322 section 2.1.1
					t.Errorf("a line of %d bytes", len(line))
				}
			}
			got := check(t, c, mailauth.Envelope{}, hop(t, signed), "ann@shop.example")
			if got.DKIM != mailauth.Pass || !got.Aligned {
				t.Errorf("got %+v", got)
			}
		})
	}
}

// The fields that a customer or a mail program acts on cannot be added on the way.
func TestSignatureCoversFieldsThatAreNotThere(t *testing.T) {
	c := &mailauth.Checker{Resolver: records().serve(t)}
	signed := sign(t, "From: ann@shop.example\r\n\r\nx\r\n", "shop.example")
	for _, name := range []string{"From", "To", "Cc", "Subject", "Date", "Message-ID", "In-Reply-To", "References", "Reply-To", "Content-Type", "MIME-Version", "Auto-Submitted"} {
		got := check(t, c, mailauth.Envelope{}, name+": x\r\n"+signed, "ann@shop.example")
		if got.DKIM != mailauth.Fail {
			t.Errorf("%s could be added: %+v", name, got)
		}
	}
	if got := check(t, c, mailauth.Envelope{}, "Received: x\r\n"+signed, "ann@shop.example"); got.DKIM != mailauth.Pass {
		t.Errorf("a server on the way could not leave its mark: %+v", got)
	}
}

func TestSignRefuses(t *testing.T) {
	for _, tc := range []struct {
		key              mailauth.Key
		domain, selector string
		message          string
	}{
		{mailauth.Key{}, "shop.example", "s1", plain},
		{key(), "", "s1", plain},
		{key(), "shop.example", "", plain},
		{key(), "shop.example", "s1; d=other.example", plain},
		{key(), "shop.example\r\nX: y", "s1", plain},
		{key(), "shop.example", "s1", ""},
	} {
		var out bytes.Buffer
		if err := mailauth.Sign(&out, strings.NewReader(tc.message), tc.key, tc.domain, tc.selector); err == nil || out.Len() > 0 {
			t.Errorf("%q, %q: %v, wrote %d bytes", tc.domain, tc.selector, err, out.Len())
		}
	}
}

func TestKeyAsText(t *testing.T) {
	_, ed, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	small, err := rsa.GenerateKey(rand.Reader, 1024)
	if err != nil {
		t.Fatal(err)
	}
	made, err := key().MarshalText()
	if err != nil {
		t.Fatal(err)
	}
	edDER, err := x509.MarshalPKCS8PrivateKey(ed)
	if err != nil {
		t.Fatal(err)
	}
	block := func(kind string, der []byte) string {
		return string(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}))
	}
	for name, text := range map[string]string{
		"made here": string(made),
		"Ed25519":   block("PRIVATE KEY", edDER),
		"PKCS #1":   block("RSA PRIVATE KEY", x509.MarshalPKCS1PrivateKey(small)),
	} {
		t.Run(name, func(t *testing.T) {
			k, err := mailauth.ParseKey(text)
			if err != nil {
				t.Fatal(err)
			}
			again, err := k.MarshalText()
			if err != nil {
				t.Fatal(err)
			}
			if second, err := mailauth.ParseKey(string(again)); err != nil || second.Record() != k.Record() {
				t.Errorf("another key after writing: %v", err)
			}
			var signed bytes.Buffer
			if err := mailauth.Sign(&signed, strings.NewReader(plain), k, "shop.example", "s1"); err != nil {
				t.Fatal(err)
			}
			c := &mailauth.Checker{Resolver: texts{"s1._domainkey.shop.example": k.Record()}}
			if got := check(t, c, mailauth.Envelope{}, signed.String(), "ann@shop.example"); got.DKIM != mailauth.Pass {
				t.Errorf("got %+v", got)
			}
		})
	}
	for _, bad := range []string{"", "x", block("PRIVATE KEY", []byte("x")), block("CERTIFICATE", nil)} {
		if _, err := mailauth.ParseKey(bad); err == nil {
			t.Errorf("%q is a key", bad)
		}
	}
}

func TestKeyDoesNotPrintItsSecret(t *testing.T) {
	for _, verb := range []string{"%v", "%+v", "%#v", "%s"} {
		if printed := fmt.Sprintf(verb, key()); len(printed) > 40 {
			t.Errorf("%s prints %.60s", verb, printed)
		}
	}
}
