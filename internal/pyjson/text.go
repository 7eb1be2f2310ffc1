package pyjson

import "unicode/utf8"

// plain tells the bytes that stand for themselves inside of a text.
var plain = func() (table [256]bool) {
	for c := ' '; c <= '~'; c++ {
		table[c] = c != '"' && c != '\\'
	}
	return table
}()

// text reads and writes a string, from quote to quote.
func (t *transcoder) text() error {
	t.at++
	t.dst = append(t.dst, '"')
	for {
		src, end := t.src, t.at
		for end < len(src) && plain[src[end]] {
			end++
		}
		t.dst = append(t.dst, src[t.at:end]...)
		if t.at = end; end == len(src) {
			return t.expected("a closing quote")
		}
		switch c := src[end]; {
		case c == '"':
			t.at++
			t.dst = append(t.dst, '"')
			return nil
		case c == '\\':
			if err := t.escape(); err != nil {
				return err
			}
		case c < ' ':
			return t.expected("no bare control character")
		default:
			r, size := utf8.DecodeRune(src[end:])
			if r == utf8.RuneError && size == 1 {
				return t.expected("UTF-8")
			}
			t.dst = appendRune(t.dst, r)
			t.at += size
		}
	}
}

// escape reads what a backslash starts (RFC 8259 section 7).
func (t *transcoder) escape() error {
	if t.at++; t.at == len(t.src) {
		return t.expected("an escape")
	}
	switch c := t.src[t.at]; c {
	case '"', '\\', 'b', 'f', 'n', 'r', 't':
		t.dst = append(t.dst, '\\', c)
	case '/':
		t.dst = append(t.dst, '/')
	case 'u':
		unit, ok := hex4(t.src[t.at+1:])
		if !ok {
			return t.expected("four hexadecimal digits behind the u")
		}
		// The halves of a surrogate pair are written as they come: so is the whole.
		t.dst = appendUnit(t.dst, unit)
		t.at += 4
	default:
		return t.expected("a valid escape")
	}
	t.at++
	return nil
}

// hex4 is the number that the first four bytes spell.
func hex4(b []byte) (unit uint16, ok bool) {
	if len(b) < 4 {
		return 0, false
	}
	for _, c := range b[:4] {
		switch {
		case c >= '0' && c <= '9':
			c -= '0'
		case c >= 'a' && c <= 'f':
			c -= 'a' - 10
		case c >= 'A' && c <= 'F':
			c -= 'A' - 10
		default:
			return 0, false
		}
		unit = unit<<4 | uint16(c)
	}
	return unit, true
}

// appendRune writes a character in UTF-16, as JSON's escapes want it.
func appendRune(dst []byte, r rune) []byte {
	if r < 0x10000 {
		return appendUnit(dst, uint16(r))
	}
	r -= 0x10000
	dst = appendUnit(dst, uint16(0xD800+r>>10))
	return appendUnit(dst, uint16(0xDC00+r&0x3FF))
}

// appendUnit writes one unit of UTF-16 in the shortest way that Python has for it.
func appendUnit(dst []byte, u uint16) []byte {
	switch {
	case u < 0x80 && plain[u]:
		return append(dst, byte(u))
	case u == '"' || u == '\\':
		return append(dst, '\\', byte(u))
	case u >= '\b' && u <= '\r' && u != '\v':
		return append(dst, '\\', "btn-fr"[u-'\b'])
	}
	const digits = "0123456789abcdef"
	return append(dst, '\\', 'u', digits[u>>12], digits[u>>8&0xF], digits[u>>4&0xF], digits[u&0xF])
}
