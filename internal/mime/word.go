package mime

import (
	"encoding/base64"
	"strings"
)

// decodeWords decodes the encoded words of a header value (RFC 2047), also
// where they stand inside of quotes, touch other text, hold spaces or lack
// their end. label is the charset of bytes outside of them that are neither
// ASCII nor UTF-8. Its time is the length of s.
func decodeWords(s, label string) string {
	if !strings.Contains(s, "=?") {
		return decodeLine(s, label)
	}
	var d wordDecoder
	d.label = label
	lastEnd := strings.LastIndex(s, "?=")
	plain := 0 // where the text began that is no word
	for i := 0; i < len(s); {
		j := strings.Index(s[i:], "=?")
		if j < 0 {
			break
		}
		i += j
		w, end, ok := parseWord(s, i, lastEnd)
		if !ok {
			i += 2
			continue
		}
		// White space between two words is none (section 6.2).
		if between := s[plain:i]; !d.pending() || trimSpace(between) != "" {
			d.text(between)
		}
		d.word(w)
		i, plain = end, end
	}
	d.text(s[plain:])
	return d.out.String()
}

// word is an encoded word without its wrapping.
type word struct {
	charset string
	bytes   []byte
}

// parseWord reads =?charset?encoding?text?= at i. lastEnd is where the last ?=
// in s stands: searching for one where there is none would take a time that
// grows with the square.
func parseWord(s string, i, lastEnd int) (w word, end int, ok bool) {
	const maxCharset = 64
	if !strings.HasPrefix(s[i:], "=?") {
		return word{}, 0, false
	}
	head := s[i+2 : min(len(s), i+2+maxCharset)]
	q := strings.IndexByte(head, '?')
	if q <= 0 || strings.ContainsAny(head[:q], " \t\"<>@=") {
		return word{}, 0, false
	}
	begin := i + 2 + q + 3 // behind "?B?"
	if begin > len(s) || s[begin-1] != '?' || !strings.ContainsRune("bBqQ", rune(s[begin-2])) {
		return word{}, 0, false
	}
	text := ""
	switch {
	case begin <= lastEnd:
		n := strings.Index(s[begin:], "?=")
		text, end = s[begin:begin+n], begin+n+2
	case !strings.ContainsAny(s[begin:], " \t?"): // cut off at the end of the value
		text, end = s[begin:], len(s)
	default:
		return word{}, 0, false
	}
	w.charset, _, _ = strings.Cut(head[:q], "*") // RFC 2231 section 5: the language
	if s[begin-2]|0x20 == 'b' {
		w.bytes = wordBase64(text)
	} else {
		w.bytes = unquote(text)
	}
	return w, end, true
}

// wordDecoder joins neighbouring words of one charset before it decodes them:
// many mail programs cut between the bytes of a character.
type wordDecoder struct {
	out     strings.Builder
	label   string
	charset string
	bytes   []byte
}

func (d *wordDecoder) pending() bool { return d.charset != "" }

func (d *wordDecoder) word(w word) {
	if !strings.EqualFold(w.charset, d.charset) {
		d.flush()
	}
	d.charset = w.charset
	d.bytes = append(d.bytes, w.bytes...)
}

func (d *wordDecoder) text(s string) {
	d.flush()
	d.out.WriteString(decodeLine(s, d.label))
}

func (d *wordDecoder) flush() {
	d.out.WriteString(decodeLine(string(d.bytes), d.charset))
	d.charset, d.bytes = "", d.bytes[:0]
}

// unquote decodes the Q encoding; what is no escape stands for itself.
func unquote(s string) []byte {
	out := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '_':
			out = append(out, ' ')
		case c == '=' && i+2 < len(s) && isHex(s[i+1]) && isHex(s[i+2]):
			out = append(out, unhex(s[i+1])<<4|unhex(s[i+2]))
			i += 2
		default:
			out = append(out, c)
		}
	}
	return out
}

// wordBase64 decodes what of s is base64.
func wordBase64(s string) []byte {
	clean := make([]byte, 0, len(s))
	for _, c := range []byte(s) {
		if isBase64[c] {
			clean = append(clean, c)
		}
	}
	if len(clean)%4 == 1 {
		clean = clean[:len(clean)-1] // six bits are no byte
	}
	out, _ := base64.RawStdEncoding.AppendDecode(nil, clean) // all are of the alphabet
	return out
}
