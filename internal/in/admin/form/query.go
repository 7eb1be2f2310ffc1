package form

import (
	"net/url"
	"sort"
	"strings"
	"unicode/utf8"
)

// maxFields is how many parameters a query string or a form may have; the
// original's limit.
const maxFields = 1000

// Values are the parameters of a query string, each with its values in order.
type Values map[string][]string

// ParseQuery reads a raw query string as Django does: fields are split at "&" alone
// and at their first "=", "+" is a space, empty values count, bytes that are no
// UTF-8 become U+FFFD. A percent sign before anything but two hexadecimal digits is
// refused with status 400 (at the end of the query it passes); the values are
// returned nevertheless, for checks that come before this one. So are more than
// 1,000 parameters, without the values.
func ParseQuery(raw string) (Values, *Problem) {
	values, problem := parseFields(raw)
	if problem == nil && badHex(raw) {
		problem = &Problem{400, "Invalid hex encoding in query string."}
	}
	return values, problem
}

// Get returns the last value of a parameter.
func (v Values) Get(name string) (string, bool) {
	all := v[name]
	if len(all) == 0 {
		return "", false
	}
	return all[len(all)-1], true
}

// All returns every value of a parameter.
func (v Values) All(name string) []string { return v[name] }

// Has reports whether a parameter is there, be it empty.
func (v Values) Has(name string) bool { return len(v[name]) > 0 }

// Encode writes the parameters as the original's links do: sorted by name, the
// values of a repeated one in order, empty ones kept, and one parameter replaced or
// added.
func (v Values) Encode(name, value string) string {
	names := make([]string, 0, len(v)+1)
	for other := range v {
		if other != name {
			names = append(names, other)
		}
	}
	names = append(names, name)
	sort.Strings(names)
	var out strings.Builder
	for _, each := range names {
		values := v[each]
		if each == name {
			values = []string{value}
		}
		for _, one := range values {
			if out.Len() > 0 {
				out.WriteByte('&')
			}
			out.WriteString(url.QueryEscape(each))
			out.WriteByte('=')
			out.WriteString(url.QueryEscape(one))
		}
	}
	return out.String()
}

// parseFields reads form encoding. What cannot be decoded stays as it is.
func parseFields(raw string) (Values, *Problem) {
	if strings.Count(raw, "&") >= maxFields {
		return nil, tooMany
	}
	if !utf8.ValidString(raw) {
		raw = fromLatin1(raw) // so does the original
	}
	values := Values{}
	for raw != "" {
		var field string
		field, raw, _ = strings.Cut(raw, "&")
		if field == "" {
			continue
		}
		name, value, _ := strings.Cut(field, "=")
		name = unquotePlus(name)
		values[name] = append(values[name], unquotePlus(value))
	}
	return values, nil
}

func fromLatin1(s string) string {
	runes := make([]rune, len(s))
	for i := range len(s) {
		runes[i] = rune(s[i])
	}
	return string(runes)
}

func unquotePlus(s string) string {
	if strings.IndexByte(s, '+') >= 0 {
		s = strings.ReplaceAll(s, "+", " ")
	}
	if strings.IndexByte(s, '%') < 0 {
		return s
	}
	out := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		if s[i] == '%' && i+2 < len(s) && isHex(s[i+1]) && isHex(s[i+2]) {
			out = append(out, hexValue(s[i+1])<<4|hexValue(s[i+2]))
			i += 2
		} else {
			out = append(out, s[i])
		}
	}
	return decodeText(string(out))
}

// badHex reports a percent sign that two hexadecimal digits do not follow, unless
// the query ends there. A fragment, which no client should send, is not looked at.
func badHex(raw string) bool {
	raw, _, _ = strings.Cut(raw, "#")
	for i := 0; i < len(raw); i++ {
		if raw[i] != '%' {
			continue
		}
		for j := i + 1; j < min(i+3, len(raw)); j++ {
			if !isHex(raw[j]) {
				return true
			}
		}
	}
	return false
}

func isHex(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F'
}

func hexValue(c byte) byte {
	switch {
	case c <= '9':
		return c - '0'
	case c <= 'F':
		return c - 'A' + 10
	default:
		return c - 'a' + 10
	}
}
