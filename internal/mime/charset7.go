package mime

import (
	"bytes"
	"encoding/base64"
	"unicode/utf16"

	"golang.org/x/text/encoding/korean"
)

// ownDecoders are for charsets of seven bits that no library at hand reads.
var ownDecoders = map[string]func([]byte) string{
	"utf-7": fromUTF7, "utf7": fromUTF7, "unicode-1-1-utf-7": fromUTF7, "x-unicode-1-1-utf-7": fromUTF7,
	"unicode-2-0-utf-7": fromUTF7, "csunicode11utf7": fromUTF7, "cp65000": fromUTF7,
	"iso-2022-kr": fromISO2022KR, "csiso2022kr": fromISO2022KR, "cp50225": fromISO2022KR,
}

// fromUTF7 decodes UTF-7 (RFC 2152): UTF-16 in base64 between + and the first
// byte that is not base64, which is dropped when it is a dash.
func fromUTF7(b []byte) string {
	var out []byte
	for len(b) > 0 {
		plus := bytes.IndexByte(b, '+')
		if plus < 0 {
			break
		}
		out = append(out, b[:plus]...)
		b = b[plus+1:]
		n := 0
		for n < len(b) && isBase64[b[n]] {
			n++
		}
		if n == 0 && len(b) > 0 && b[0] == '-' {
			out = append(out, '+')
		}
		out = append(out, fromBase16(b[:n])...)
		if b = b[n:]; len(b) > 0 && b[0] == '-' {
			b = b[1:]
		}
	}
	return string(append(out, b...))
}

func fromBase16(b []byte) string {
	raw := make([]byte, base64.RawStdEncoding.DecodedLen(len(b)))
	n, _ := base64.RawStdEncoding.Decode(raw, b) // as far as it goes
	units := make([]uint16, n/2)
	for i := range units {
		units[i] = uint16(raw[2*i])<<8 | uint16(raw[2*i+1])
	}
	return string(utf16.Decode(units))
}

// fromISO2022KR decodes ISO-2022-KR (RFC 1557): between SO and SI stand the
// bytes of EUC-KR without their high bit.
func fromISO2022KR(b []byte) string {
	out := make([]byte, 0, len(b))
	high := byte(0)
	for _, c := range bytes.ReplaceAll(b, []byte("\x1b$)C"), nil) {
		switch {
		case c == 0x0E:
			high = 0x80
		case c == 0x0F:
			high = 0
		case c == '\n':
			high = 0
			out = append(out, c)
		case c > ' ' && c < 0x7F:
			out = append(out, c|high)
		default:
			out = append(out, c)
		}
	}
	return run(korean.EUCKR, out)
}
