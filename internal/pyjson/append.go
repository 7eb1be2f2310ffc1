// Package pyjson rewrites JSON the way Python writes it. Receivers of webhooks check a
// signature over what Python's json.dumps makes of the body, so the body has to be those
// very bytes. It is no reader of JSON: nobody gets values from it, only bytes.
package pyjson

import (
	"errors"
	"fmt"
	"slices"
)

const (
	// MaxDepth is how deep lists and objects may be nested. Python itself gives up
	// below a thousand, depending on the depth of its own stack.
	MaxDepth = 200
	// MaxDigits is the longest integer, in digits, that Python 3 reads and prints.
	MaxDigits = 4300
	// MaxFloat is the longest float, in bytes of its text. Python knows no limit; Go's
	// reader takes exponents of six digits for smaller ones, which only a longer
	// mantissa could bring back into the range of floats.
	MaxFloat = 8192
)

// ErrLimit is JSON that is valid but past MaxDepth, MaxDigits or MaxFloat.
var ErrLimit = errors.New("JSON past a limit")

// Append appends to dst what Python 3 prints for json.dumps(json.loads(src)) and returns
// the longer slice. src is one JSON document in UTF-8 (RFC 8259), spaces around it allowed;
// as in Python, NaN, Infinity and -Infinity count as numbers. Of equal keys the place of
// the first and the value of the last remain; a lone surrogate, which only an escape can
// spell, stays one. The result is ASCII, and appending it again changes nothing.
//
// The error is ErrLimit for what is too deep or too long, else it names the byte of src
// where JSON ends. dst then comes back as it was. src must not overlap the free room of dst.
func Append(dst, src []byte) ([]byte, error) {
	t := transcoder{src: src, dst: slices.Grow(dst, len(src)+len(src)/16), members: make([]member, 0, manyKeys)}
	t.space()
	err := t.value(0)
	if err == nil {
		if t.space(); t.at < len(src) {
			err = t.expected("the end")
		}
	}
	if err != nil {
		return dst, fmt.Errorf("pyjson: %w", err)
	}
	return t.dst, nil
}

// transcoder writes while it reads: one pass, no values in between.
type transcoder struct {
	src     []byte
	at      int // the next byte of src
	dst     []byte
	members []member // of the objects that are open, the innermost last
}

func (t *transcoder) expected(what string) error {
	return fmt.Errorf("expecting %s at byte %d", what, t.at)
}

func (t *transcoder) space() {
	for t.at < len(t.src) {
		switch t.src[t.at] {
		case ' ', '\t', '\n', '\r':
			t.at++
		default:
			return
		}
	}
}

// take skips one byte if it is the wanted one.
func (t *transcoder) take(c byte) bool {
	if t.at < len(t.src) && t.src[t.at] == c {
		t.at++
		return true
	}
	return false
}

// value reads and writes what stands at t.at, inside of depth lists and objects.
func (t *transcoder) value(depth int) error {
	if t.at == len(t.src) {
		return t.expected("a value")
	}
	switch c := t.src[t.at]; c {
	case '"':
		return t.text()
	case '{':
		return t.object(depth + 1)
	case '[':
		return t.list(depth + 1)
	case 'n':
		return t.word("null")
	case 't':
		return t.word("true")
	case 'f':
		return t.word("false")
	case 'N':
		return t.word("NaN")
	case 'I':
		return t.word("Infinity")
	default:
		return t.number()
	}
}

func (t *transcoder) word(w string) error {
	if len(t.src)-t.at < len(w) || string(t.src[t.at:t.at+len(w)]) != w {
		return t.expected("a value")
	}
	t.at += len(w)
	t.dst = append(t.dst, w...)
	return nil
}

func (t *transcoder) list(depth int) error {
	if depth > MaxDepth {
		return fmt.Errorf("%w: nested deeper than %d at byte %d", ErrLimit, MaxDepth, t.at)
	}
	t.at++
	t.dst = append(t.dst, '[')
	if t.space(); t.take(']') {
		t.dst = append(t.dst, ']')
		return nil
	}
	for {
		t.space()
		if err := t.value(depth); err != nil {
			return err
		}
		t.space()
		if t.take(']') {
			t.dst = append(t.dst, ']')
			return nil
		}
		if !t.take(',') {
			return t.expected("',' or ']'")
		}
		t.dst = append(t.dst, ", "...)
	}
}
