package form

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"storedesk/internal/pyjson"
)

// maxDepth is how deep lists and objects of a JSON body may be nested. The original
// gives up, with a server error, somewhere below a thousand.
const maxDepth = 500

// maxValues is how many values a JSON body may hold. Each takes some fifty bytes of
// memory, so that a body of nothing but small ones would take a gigabyte.
const maxValues = 500_000

// parseJSON reads one JSON value as Python's reader does with strict constants: no
// NaN or Infinity, the last of equal keys counts, a lone surrogate is a character,
// a number past the range of floats is infinite.
func parseJSON(body []byte) (any, error) {
	if !utf8.Valid(body) {
		return nil, errors.New("the body is not UTF-8")
	}
	p := &jsonReader{text: string(body)}
	value, err := p.value(0)
	if err == nil {
		if p.space(); p.at < len(p.text) {
			err = p.expected("the end")
		}
	}
	if err != nil {
		return nil, err
	}
	return value, nil
}

type jsonReader struct {
	text   string
	at     int // byte
	values int // read so far
}

func (p *jsonReader) expected(what string) error {
	return fmt.Errorf("expecting %s at byte %d", what, p.at)
}

func (p *jsonReader) space() {
	for p.at < len(p.text) && strings.IndexByte(" \t\n\r", p.text[p.at]) >= 0 {
		p.at++
	}
}

// take skips one byte if it is the wanted one.
func (p *jsonReader) take(c byte) bool {
	if p.at < len(p.text) && p.text[p.at] == c {
		p.at++
		return true
	}
	return false
}

func (p *jsonReader) value(depth int) (any, error) {
	if depth > maxDepth {
		return nil, fmt.Errorf("nested deeper than %d", maxDepth)
	}
	if p.values++; p.values > maxValues {
		return nil, fmt.Errorf("more than %d values", maxValues)
	}
	p.space()
	switch {
	case p.take('{'):
		return p.object(depth)
	case p.take('['):
		return p.list(depth)
	case p.take('"'):
		return p.string()
	}
	for _, word := range []struct {
		text  string
		value any
	}{{"null", nil}, {"true", true}, {"false", false}} {
		if strings.HasPrefix(p.text[p.at:], word.text) {
			p.at += len(word.text)
			return word.value, nil
		}
	}
	return p.number()
}

func (p *jsonReader) object(depth int) (any, error) {
	o := &object{values: map[string]any{}}
	if p.space(); p.take('}') {
		return o, nil
	}
	for {
		if p.space(); !p.take('"') {
			return nil, p.expected("a name in double quotes")
		}
		key, err := p.string()
		if err != nil {
			return nil, err
		}
		if p.space(); !p.take(':') {
			return nil, p.expected("':'")
		}
		value, err := p.value(depth + 1)
		if err != nil {
			return nil, err
		}
		o.set(key, value)
		p.space()
		if p.take('}') {
			return o, nil
		}
		if !p.take(',') {
			return nil, p.expected("',' or '}'")
		}
	}
}

func (p *jsonReader) list(depth int) (any, error) {
	items := []any{}
	if p.space(); p.take(']') {
		return items, nil
	}
	for {
		value, err := p.value(depth + 1)
		if err != nil {
			return nil, err
		}
		items = append(items, value)
		p.space()
		if p.take(']') {
			return items, nil
		}
		if !p.take(',') {
			return nil, p.expected("',' or ']'")
		}
	}
}

// string reads what follows the opening quote.
func (p *jsonReader) string() (string, error) {
	start := p.at
	var out []byte // nil as long as the text can be taken as it stands
	for p.at < len(p.text) {
		c := p.text[p.at]
		switch {
		case c == '"':
			p.at++
			if out == nil {
				return p.text[start : p.at-1], nil
			}
			return string(out), nil
		case c < 0x20:
			return "", p.expected("no control character")
		case c == '\\':
			if out == nil {
				out = append(make([]byte, 0, p.at-start+16), p.text[start:p.at]...)
			}
			var err error
			if out, err = p.escape(out); err != nil {
				return "", err
			}
		default:
			if out != nil {
				out = append(out, c)
			}
			p.at++
		}
	}
	return "", p.expected("the end of a text")
}

func (p *jsonReader) escape(out []byte) ([]byte, error) {
	p.at++
	if p.at >= len(p.text) {
		return nil, p.expected("an escape")
	}
	c := p.text[p.at]
	p.at++
	if c != 'u' {
		at := strings.IndexByte(`"\/bfnrt`, c)
		if at < 0 {
			return nil, p.expected("a valid escape")
		}
		return append(out, "\"\\/\b\f\n\r\t"[at]), nil
	}
	r, ok := p.unit()
	if !ok {
		return nil, p.expected("four hexadecimal digits")
	}
	if utf16.IsSurrogate(r) {
		if pair, ok := p.secondHalf(r); ok {
			r = pair
		} else {
			return append(out, 0xED, 0x80|byte(r>>6&0x3F), 0x80|byte(r&0x3F)), nil
		}
	}
	return utf8.AppendRune(out, r), nil
}

// unit reads the four digits of \uXXXX.
func (p *jsonReader) unit() (rune, bool) {
	if p.at+4 > len(p.text) {
		return 0, false
	}
	var r rune
	for _, c := range []byte(p.text[p.at : p.at+4]) {
		if !isHex(c) {
			return 0, false
		}
		r = r<<4 | rune(hexValue(c))
	}
	p.at += 4
	return r, true
}

// secondHalf reads the second half of a surrogate pair, if it follows.
func (p *jsonReader) secondHalf(high rune) (rune, bool) {
	back := p.at
	if strings.HasPrefix(p.text[p.at:], `\u`) {
		p.at += 2
		if low, ok := p.unit(); ok {
			if r := utf16.DecodeRune(high, low); r != utf8.RuneError {
				return r, true
			}
		}
	}
	p.at = back
	return 0, false
}

func (p *jsonReader) digits() bool {
	start := p.at
	for p.at < len(p.text) && p.text[p.at] >= '0' && p.text[p.at] <= '9' {
		p.at++
	}
	return p.at > start
}

func (p *jsonReader) number() (any, error) {
	start := p.at
	negative := p.take('-')
	if !p.take('0') && !p.digits() {
		return nil, p.expected("a value")
	}
	whole := p.at
	if p.take('.') && !p.digits() {
		p.at = whole
	}
	mantissa := p.at
	if p.take('e') || p.take('E') {
		if !p.take('+') {
			p.take('-')
		}
		if !p.digits() {
			p.at = mantissa
		}
	}
	text := p.text[start:p.at]
	if p.at > whole {
		f, err := strconv.ParseFloat(text, 64)
		if err != nil && !errors.Is(err, strconv.ErrRange) {
			return nil, fmt.Errorf("number: %w", err)
		}
		return f, nil
	}
	if len(text) > pyjson.MaxDigits+1 || len(text) > pyjson.MaxDigits && !negative {
		return nil, fmt.Errorf("integer of more than %d digits", pyjson.MaxDigits)
	}
	if text == "-0" {
		text = "0"
	}
	return integer(text), nil
}

// appendString appends a JSON string. What is no character becomes U+FFFD.
func appendString(dst []byte, s string) []byte {
	dst = append(dst, '"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			dst = append(dst, '\\', byte(r))
		case r == '\n':
			dst = append(dst, `\n`...)
		case r == '\r':
			dst = append(dst, `\r`...)
		case r == '\t':
			dst = append(dst, `\t`...)
		case r < 0x20:
			dst = appendHex(append(dst, `\u`...), r, 4)
		default:
			dst = utf8.AppendRune(dst, r)
		}
	}
	return append(dst, '"')
}

// appendJSON writes a value of a body back as JSON. false when JSON has no way to
// write it or a database none to keep it: an infinite number, a NUL, a lone
// surrogate.
func appendJSON(dst []byte, value any) ([]byte, bool) {
	ok := true
	switch v := value.(type) {
	case nil:
		return append(dst, "null"...), true
	case bool:
		return strconv.AppendBool(dst, v), true
	case integer:
		return append(dst, v...), true
	case float64:
		return pyjson.AppendFloat(dst, v), !math.IsInf(v, 0)
	case string:
		return appendString(dst, v), keepable(v)
	case []any:
		dst = appendList(dst, v, func(dst []byte, item any) []byte {
			dst, good := appendJSON(dst, item)
			ok = ok && good
			return dst
		})
		return dst, ok
	case *object:
		dst = append(dst, '{')
		for i, key := range v.keys {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = append(appendString(dst, key), ':')
			var good bool
			dst, good = appendJSON(dst, v.values[key])
			ok = ok && good && keepable(key)
		}
		return append(dst, '}'), ok
	default: // a file
		return dst, false
	}
}

// keepable reports whether both databases can hold the text.
func keepable(s string) bool { return utf8.ValidString(s) && strings.IndexByte(s, 0) < 0 }
