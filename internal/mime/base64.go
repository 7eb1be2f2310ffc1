package mime

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"io"
)

// isBase64 tells the 64 characters.
var isBase64 = func() (t [256]bool) {
	for _, c := range []byte("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/") {
		t[c] = true
	}
	return t
}()

// base64Reader decodes base64 (RFC 2045 section 6.8) and skips what is none of
// it. Behind padding, only lines that are nothing but base64 count: parts are
// made of blocks that were encoded one by one, and footers get stuck to the
// end of parts.
type base64Reader struct {
	r       *bufio.Reader
	pending []byte // characters not yet decoded
	decoded []byte
	rest    []byte // of decoded, not yet returned
	padded  bool   // the last character was padding
	err     error
}

func (b *base64Reader) Read(p []byte) (int, error) {
	for len(b.rest) == 0 {
		if b.err != nil {
			return 0, b.err
		}
		b.fill()
	}
	n := copy(p, b.rest)
	b.rest = b.rest[n:]
	return n, nil
}

// fill decodes one line, or a piece of a long one.
func (b *base64Reader) fill() {
	b.decoded = b.decoded[:0]
	text, err := b.r.ReadSlice('\n')
	if err != nil && err != bufio.ErrBufferFull {
		b.err = err
	}
	if b.padded && !isBlock(text) {
		if len(bytes.TrimSpace(text)) > 0 {
			b.err = io.EOF
		}
		return
	}
	for _, c := range text {
		switch {
		case isBase64[c]:
			b.pending = append(b.pending, c)
			b.padded = false
		case c == '=' && len(b.pending)%4 != 0:
			b.decode(len(b.pending))
			b.padded = true
		}
	}
	b.decode(len(b.pending) / 4 * 4)
	if b.err != nil {
		b.decode(len(b.pending))
	}
	b.rest = b.decoded
}

// decode moves the first n pending characters; a single one of a group of four
// is six bits, which are no byte.
func (b *base64Reader) decode(n int) {
	whole := n
	if n%4 == 1 {
		whole--
	}
	b.decoded, _ = base64.RawStdEncoding.AppendDecode(b.decoded, b.pending[:whole]) // all are of the alphabet
	b.pending = append(b.pending[:0], b.pending[n:]...)
}

// isBlock tells a line of whole groups of base64.
func isBlock(text []byte) bool {
	text = bytes.TrimSpace(text)
	groups := len(text) > 0 && len(text)%4 == 0
	text = bytes.TrimRight(text, "=")
	for _, c := range text {
		if !isBase64[c] {
			return false
		}
	}
	return groups && len(text) > 0
}

// isMislabelled tells a text that is said to be base64 and shows by its spaces
// and punctuation that it was never encoded.
func isMislabelled(head []byte) bool {
	foreign := 0
	for _, c := range head {
		if !isBase64[c] && c != '=' && c != '\r' && c != '\n' {
			foreign++
		}
	}
	return foreign > len(head)/10
}
