package form

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"storedesk/internal/pyjson"
)

// The values of a body are what Python's JSON reader makes of them: nil, bool,
// string, integer, float64, []any, *object; and in a multipart form also *file.
// A string may hold a lone surrogate (JSON can spell one), kept as its three bytes.
type (
	// integer is a whole number of any size, as Python prints it.
	integer string
	// object is a JSON object in the order of its keys.
	object struct {
		keys   []string
		values map[string]any
	}
	// file is a file part of a multipart form.
	file struct {
		name string
		size int
	}
)

func (o *object) set(key string, value any) {
	if _, again := o.values[key]; !again {
		o.keys = append(o.keys, key)
	}
	o.values[key] = value
}

// spooled is the size above which the original keeps an upload in a file, which
// its messages tell.
const spooled = 2621440

// typeName is type(value).__name__.
func typeName(value any) string {
	switch v := value.(type) {
	case nil:
		return "NoneType"
	case bool:
		return "bool"
	case string:
		return "str"
	case integer:
		return "int"
	case float64:
		return "float"
	case *object:
		return "dict"
	case *file:
		if v.size > spooled {
			return "TemporaryUploadedFile"
		}
		return "InMemoryUploadedFile"
	default:
		return "list"
	}
}

// str is str(value).
func str(value any) string {
	switch v := value.(type) {
	case string:
		return v
	case *file:
		return v.name
	default:
		return string(appendRepr(nil, value))
	}
}

// appendRepr appends repr(value).
func appendRepr(dst []byte, value any) []byte {
	switch v := value.(type) {
	case nil:
		return append(dst, "None"...)
	case bool:
		if v {
			return append(dst, "True"...)
		}
		return append(dst, "False"...)
	case string:
		return appendQuoted(dst, v)
	case integer:
		return append(dst, v...)
	case float64:
		return pyjson.AppendFloat(dst, v)
	case *object:
		dst = append(dst, '{')
		for i, key := range v.keys {
			if i > 0 {
				dst = append(dst, ", "...)
			}
			dst = append(appendQuoted(dst, key), ": "...)
			dst = appendRepr(dst, v.values[key])
		}
		return append(dst, '}')
	case []any:
		dst = append(dst, '[')
		for i, item := range v {
			if i > 0 {
				dst = append(dst, ", "...)
			}
			dst = appendRepr(dst, item)
		}
		return append(dst, ']')
	default: // a file: only ever printed by its name
		return append(dst, str(v)...)
	}
}

// appendQuoted appends repr() of a string.
func appendQuoted(dst []byte, s string) []byte {
	quote := byte('\'')
	if strings.Contains(s, "'") && !strings.Contains(s, `"`) {
		quote = '"'
	}
	dst = append(dst, quote)
	for i := 0; i < len(s); {
		r, size := nextRune(s[i:])
		switch {
		case r == rune(quote) || r == '\\':
			dst = append(dst, '\\', byte(r))
		case r == '\n':
			dst = append(dst, `\n`...)
		case r == '\r':
			dst = append(dst, `\r`...)
		case r == '\t':
			dst = append(dst, `\t`...)
		case unicode.IsPrint(r):
			dst = utf8.AppendRune(dst, r)
		case r < 0x100:
			dst = appendHex(append(dst, `\x`...), r, 2)
		case r < 0x10000:
			dst = appendHex(append(dst, `\u`...), r, 4)
		default:
			dst = appendHex(append(dst, `\U`...), r, 8)
		}
		i += size
	}
	return append(dst, quote)
}

func appendHex(dst []byte, r rune, width int) []byte {
	text := strconv.FormatInt(int64(r), 16)
	for range width - len(text) {
		dst = append(dst, '0')
	}
	return append(dst, text...)
}

// nextRune decodes the first character, a lone surrogate included.
func nextRune(s string) (rune, int) {
	if surrogateAt(s) {
		return 0xD000 | rune(s[1]&0x3F)<<6 | rune(s[2]&0x3F), 3
	}
	return utf8.DecodeRuneInString(s)
}

func surrogateAt(s string) bool { return len(s) > 2 && s[0] == 0xED && s[1] >= 0xA0 }

// surrogate returns the first lone surrogate of a string, or zero.
func surrogate(s string) rune {
	if utf8.ValidString(s) {
		return 0
	}
	for i := 0; i < len(s); {
		r, size := nextRune(s[i:])
		if r >= 0xD800 && r <= 0xDFFF {
			return r
		}
		i += size
	}
	return 0
}

// isSpace is str.isspace() of one character: four separators more than Go's.
func isSpace(r rune) bool { return r >= 0x1C && r <= 0x1F || unicode.IsSpace(r) }

func strip(s string) string { return strings.TrimFunc(s, isSpace) }

// parseInt is int(text): spaces around, a sign, leading zeros, single underscores
// between digits and the digits of any script are fine. It returns the number as
// Python would print it. Unlike strip, int() does not count ASCII's separators
// (0x1C to 0x1F) among the spaces.
func parseInt(text string) (number integer, ok bool) {
	text = strings.TrimFunc(text, unicode.IsSpace)
	sign := ""
	if text != "" && (text[0] == '-' || text[0] == '+') {
		sign, text = strings.TrimPrefix(text[:1], "+"), text[1:]
	}
	digits := make([]byte, 0, len(text))
	gap := true // an underscore may not come first, last or after another
	for _, r := range text {
		d, isDigit := digit(r)
		switch {
		case isDigit:
			digits, gap = append(digits, d), false
		case r == '_' && !gap:
			gap = true
		default:
			return "", false
		}
	}
	if gap || len(digits) > pyjson.MaxDigits {
		return "", false
	}
	plain := strings.TrimLeft(string(digits), "0")
	if plain == "" {
		return "0", true
	}
	return integer(sign + plain), true
}

// digit is the decimal digit that a character stands for, in ASCII.
func digit(r rune) (byte, bool) {
	if r < utf8.RuneSelf {
		return byte(r), r >= '0' && r <= '9'
	}
	if !unicode.Is(unicode.Nd, r) {
		return 0, false
	}
	// Unicode gives each script its ten digits in a row, zero first.
	for zero := r - 9; zero <= r; zero++ {
		if unicode.Is(unicode.Nd, zero) && (!unicode.Is(unicode.Nd, zero-1) || zero >= 0x1D7CE && (zero-0x1D7CE)%10 == 0) {
			return '0' + byte((r-zero)%10), true
		}
	}
	return 0, false
}

// int64 converts a number; false when it is past 64 bits.
func (n integer) int64() (int64, bool) {
	v, err := strconv.ParseInt(string(n), 10, 64)
	return v, err == nil
}

// decodeText decodes UTF-8 as Python does with errors="replace": each longest
// start of a character that breaks off becomes one U+FFFD.
func decodeText(b string) string {
	if utf8.ValidString(b) {
		return b
	}
	out := make([]byte, 0, len(b)+8)
	for i := 0; i < len(b); {
		r, size := utf8.DecodeRuneInString(b[i:])
		if r == utf8.RuneError && size == 1 {
			size = brokenLength(b[i:])
		}
		out = utf8.AppendRune(out, r)
		i += size
	}
	return string(out)
}

// brokenLength is how many bytes belong to the broken character a text starts with.
func brokenLength(b string) int {
	want, low, high := 0, byte(0x80), byte(0xBF)
	switch c := b[0]; {
	case c >= 0xC2 && c <= 0xDF:
		want = 1
	case c >= 0xE0 && c <= 0xEF:
		want = 2
	case c >= 0xF0 && c <= 0xF4:
		want = 3
	}
	switch b[0] {
	case 0xE0:
		low = 0xA0
	case 0xED:
		high = 0x9F
	case 0xF0:
		low = 0x90
	case 0xF4:
		high = 0x8F
	}
	n := 1
	for n <= want && n < len(b) && b[n] >= low && b[n] <= high {
		n, low, high = n+1, 0x80, 0xBF
	}
	return n
}
