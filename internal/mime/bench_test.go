package mime

import (
	"bytes"
	"encoding/base64"
	"io"
	"strings"
	"testing"
)

// BenchmarkRead reads a mail of the usual kind, 20 KB with both bodies and an
// attachment, and everything in it.
func BenchmarkRead(b *testing.B) {
	line := "Wo bleibt meine Bestellung? Gr=C3=BC=C3=9Fe aus K=C3=B6ln, Jo=\r\n"
	raw := []byte("From: =?utf-8?Q?J=C3=B6rg?= <j@example.com>\r\nTo: shop@example.net\r\nSubject: =?utf-8?Q?M=C3=BCller?=\r\n" +
		"Date: Mon, 5 Jan 2026 10:00:00 +0100\r\nMessage-ID: <1@example.com>\r\n" +
		strings.Repeat("Received: from a.example by b.example; Mon, 5 Jan 2026 10:00:00 +0100\r\n", 8) +
		"Content-Type: multipart/mixed; boundary=m\r\n\r\n--m\r\nContent-Type: multipart/alternative; boundary=a\r\n\r\n" +
		"--a\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n" + strings.Repeat(line, 40) +
		"\r\n--a\r\nContent-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n" + strings.Repeat(line, 120) +
		"\r\n--a--\r\n--m\r\nContent-Type: image/jpeg; name=a.jpg\r\nContent-Transfer-Encoding: base64\r\n\r\n" +
		strings.Repeat(base64.StdEncoding.EncodeToString(make([]byte, 57))+"\r\n", 110) + "--m--\r\n")
	benchmark(b, bytes.NewReader(raw), int64(len(raw)))
}

// BenchmarkReadLarge reads one of 40 MB.
func BenchmarkReadLarge(b *testing.B) {
	big := newBigMail()
	benchmark(b, big, big.size())
}

func benchmark(b *testing.B, r io.ReaderAt, size int64) {
	b.SetBytes(size)
	b.ReportAllocs()
	for b.Loop() {
		m, err := Read(r, size)
		if err != nil {
			b.Fatal(err)
		}
		for _, p := range m.Parts {
			if _, err := io.Copy(io.Discard, p.Open()); err != nil {
				b.Fatal(err)
			}
		}
	}
}
