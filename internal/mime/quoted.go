package mime

import (
	"bufio"
	"io"
)

// maxPadding is how many spaces at the end of a line quotedReader drops; of
// more, it keeps all.
const maxPadding = 1024

// quotedReader decodes quoted-printable (RFC 2045 section 6.7). An equals sign
// that begins no escape and no soft line break stands for itself.
type quotedReader struct {
	r     *bufio.Reader
	ready []byte // decoded, not yet returned
	space []byte // white space that counts only if the line goes on
	err   error
}

func (q *quotedReader) Read(p []byte) (int, error) {
	n := 0
	for n < len(p) {
		if len(q.ready) > 0 {
			m := copy(p[n:], q.ready)
			q.ready = q.ready[m:]
			n += m
			continue
		}
		if q.err != nil {
			break
		}
		if q.next(); n > 0 && len(q.ready) == 0 && q.err != nil {
			break
		}
	}
	if n > 0 {
		return n, nil
	}
	return 0, q.err
}

// next decodes one byte or escape into ready.
func (q *quotedReader) next() {
	c, err := q.r.ReadByte()
	if err != nil {
		q.err = err
		return
	}
	switch c {
	case ' ', '\t':
		if q.space = append(q.space, c); len(q.space) > maxPadding {
			q.flush()
		}
	case '\r', '\n':
		q.space = q.space[:0]
		q.ready = append(q.ready[:0], c)
	case '=':
		q.flush()
		q.escape()
	default:
		q.flush()
		q.ready = append(q.ready, c)
	}
}

// flush makes the white space count.
func (q *quotedReader) flush() {
	q.ready = append(q.ready[:0], q.space...)
	q.space = q.space[:0]
}

// escape decodes what follows an equals sign.
func (q *quotedReader) escape() {
	head, _ := q.r.Peek(2)
	if len(head) == 2 && isHex(head[0]) && isHex(head[1]) {
		q.ready = append(q.ready, unhex(head[0])<<4|unhex(head[1]))
		_, _ = q.r.Discard(2) // they were peeked at
		return
	}
	if n, ok := q.softBreak(); ok {
		_, _ = q.r.Discard(n)
		return
	}
	q.ready = append(q.ready, '=')
}

// softBreak measures a line end, which may have white space in front, or the
// end of the part.
func (q *quotedReader) softBreak() (int, bool) {
	head, err := q.r.Peek(2)
	if len(head) > 0 && (head[0] == ' ' || head[0] == '\t') {
		head, err = q.r.Peek(maxPadding)
	}
	for i, c := range head {
		switch {
		case c == '\n':
			return i + 1, true
		case c == '\r' && i+1 < len(head) && head[i+1] == '\n':
			return i + 2, true
		case c == '\r':
			return i + 1, true
		case c != ' ' && c != '\t':
			return 0, false
		}
	}
	return len(head), err == io.EOF
}

func isHex(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'A' && c <= 'F' || c >= 'a' && c <= 'f'
}

func unhex(c byte) byte {
	switch {
	case c <= '9':
		return c - '0'
	case c <= 'F':
		return c - 'A' + 10
	}
	return c - 'a' + 10
}
