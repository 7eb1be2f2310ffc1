package mime

import (
	"strings"
)

// Header holds the fields of a message or a part, in their order.
type Header struct {
	fields  []Field
	charset string // label for bytes that are neither ASCII nor UTF-8
}

// Field is one header field, unfolded but not decoded: Value may hold encoded
// words and bytes of any charset.
type Field struct{ Name, Value string }

// Fields returns all fields. The caller must not change them.
func (h Header) Fields() []Field { return h.fields }

// Get returns the value of the first field of that name, in any case, that is
// not empty. It is not decoded; see [Header.Text].
func (h Header) Get(name string) string {
	for _, f := range h.fields {
		if strings.EqualFold(f.Name, name) && f.Value != "" {
			return f.Value
		}
	}
	return ""
}

// Has tells whether there is a field of that name, empty or not.
func (h Header) Has(name string) bool { return len(h.Values(name)) > 0 }

// Values returns the values of all fields of that name, not decoded.
func (h Header) Values(name string) []string {
	var values []string
	for _, f := range h.fields {
		if strings.EqualFold(f.Name, name) {
			values = append(values, f.Value)
		}
	}
	return values
}

// Text returns the first value of that name as text to show: encoded words
// decoded (RFC 2047), on one line, valid UTF-8 without control characters.
func (h Header) Text(name string) string {
	return oneLine(decodeWords(h.Get(name), h.charset))
}

// Addresses returns the addresses in all fields of that name, at most 1,000.
func (h Header) Addresses(name string) []Address {
	var all []Address
	for _, value := range h.Values(name) {
		if all = append(all, parseAddresses(value, h.charset)...); len(all) >= maxAddresses {
			return all[:maxAddresses]
		}
	}
	return all
}

// ParseAddresses reads a list of addresses as it stands in a header field,
// tolerantly; see [Header.Addresses].
func ParseAddresses(list string) []Address { return parseAddresses(list, "") }

// oneLine makes decoded text fit to show and to write into another header:
// line ends and other controls become spaces, runs of spaces become one, and
// the characters that turn the direction of the text around them are dropped.
func oneLine(s string) string {
	var b strings.Builder
	space := false
	for _, r := range strings.ToValidUTF8(s, "\uFFFD") {
		switch {
		case r <= ' ' || r >= 0x7F && r < 0xA0 || r == '\u2028' || r == '\u2029':
			space = b.Len() > 0
		case turnsText(r) || r == '\uFEFF':
		default:
			if space {
				b.WriteByte(' ')
				space = false
			}
			b.WriteRune(r)
		}
	}
	return b.String()
}

// turnsText tells the embeddings, overrides and isolates of bidirectional
// text; the marks that right-to-left writing needs are not among them.
func turnsText(r rune) bool { return r >= 0x202A && r <= 0x202E || r >= 0x2066 && r <= 0x2069 }

// trimSpace trims what counts as white space in a header.
func trimSpace(s string) string { return strings.Trim(s, " \t\r\n\v\f\x00") }
