package mime

import (
	"cmp"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// media is the value of a field with parameters, such as Content-Type and
// Content-Disposition.
type media struct {
	kind   string            // lower case, such as text/plain or attachment; "" when there is none
	params map[string]string // names in lower case, values decoded
}

// mediaChars may stand in a type (RFC 6838 section 4.2), beside the slash.
const mediaChars = "/" + alphanumeric + "!#$&-^_.+"

func (m media) family() string {
	family, _, _ := strings.Cut(m.kind, "/")
	return family
}

func (m media) multipart() bool { return m.family() == "multipart" }

// parseMedia reads a value with parameters (RFC 2045 section 5.1), those of
// RFC 2231 included. Of a parameter given twice the first counts.
func parseMedia(value string) media {
	m := media{params: map[string]string{}}
	kind, rest := value, ""
	if end := strings.IndexAny(value, "; \t("); end >= 0 {
		kind, rest = value[:end], value[end:]
	}
	if strings.Contains(kind, "=") { // the parameters are all there is
		kind, rest = "", value
	}
	kind = strings.ToLower(strings.Trim(kind, `"'`))
	m.kind = kind[:len(kind)-len(strings.TrimLeft(kind, mediaChars))]
	var segments []segment
	for rest != "" {
		var name, v string
		name, v, rest = nextParam(rest)
		if name == "" {
			continue
		}
		if s, ok := parseSegment(name, v); ok {
			segments = append(segments, s)
		} else if _, twice := m.params[name]; !twice {
			m.params[name] = v
		}
	}
	joinSegments(m.params, segments)
	return m
}

// nextParam cuts one parameter from the front; name is "" for junk.
func nextParam(s string) (name, value, rest string) {
	s = skipComment(strings.TrimLeft(s, "; \t"))
	end := strings.IndexAny(s, "=;")
	if end < 0 {
		return "", "", ""
	}
	if s[end] == ';' {
		return "", "", s[end:]
	}
	name = strings.ToLower(trimSpace(s[:end]))
	if i := strings.LastIndexAny(name, " \t,"); i >= 0 { // behind junk
		name = name[i+1:]
	}
	s = strings.TrimLeft(s[end+1:], " \t")
	if strings.HasPrefix(s, `"`) {
		value, rest = quoted(s)
		return name, value, rest
	}
	// In charset=utf-8 name=x a semicolon is missing; in name=my file.txt
	// the quotes are.
	if eq := strings.IndexAny(s, "=;"); eq > 0 && s[eq] == '=' {
		if space := strings.LastIndexAny(s[:eq], " \t"); space > 0 && isToken(s[space+1:eq]) {
			return name, trimSpace(s[:space]), s[space:]
		}
	}
	value, rest = s, ""
	if end := strings.IndexByte(s, ';'); end >= 0 {
		value, rest = s[:end], s[end:]
	}
	return name, trimSpace(value), rest
}

func isToken(s string) bool {
	return s != "" && strings.Trim(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789*-_") == ""
}

// quoted reads a quoted string. Only quotes and backslashes are taken for
// escaped, for the backslashes of C:\name.txt are none.
func quoted(s string) (value, rest string) {
	var b strings.Builder
	for i := 1; i < len(s); i++ {
		switch c := s[i]; {
		case c == '\\' && i+1 < len(s) && (s[i+1] == '"' || s[i+1] == '\\'):
			i++
			b.WriteByte(s[i])
		case c == '"':
			return b.String(), s[i+1:]
		default:
			b.WriteByte(c)
		}
	}
	return b.String(), ""
}

func skipComment(s string) string {
	if !strings.HasPrefix(s, "(") {
		return s
	}
	_, rest, _ := strings.Cut(s, ")")
	return strings.TrimLeft(rest, "; \t")
}

// segment is a piece of a parameter cut in several, or one with a charset (RFC
// 2231 sections 3 and 4).
type segment struct {
	name    string
	number  int
	encoded bool
	value   string
}

func parseSegment(name, value string) (segment, bool) {
	base, tail, ok := strings.Cut(name, "*")
	if !ok || base == "" {
		return segment{}, false
	}
	s := segment{name: base, value: value}
	digits, encoded := strings.CutSuffix(tail, "*")
	s.encoded = encoded || tail == ""
	if digits != "" {
		n, err := strconv.Atoi(digits)
		if err != nil {
			return segment{}, false
		}
		s.number = n
	}
	return s, true
}

// joinSegments adds what the segments of each name amount to. It overrides the
// plain parameter, which is there for programs that know no better.
func joinSegments(params map[string]string, segments []segment) {
	slices.SortStableFunc(segments, func(a, b segment) int {
		return cmp.Or(cmp.Compare(a.name, b.name), cmp.Compare(a.number, b.number))
	})
	for len(segments) > 0 {
		end := slices.IndexFunc(segments, func(s segment) bool { return s.name != segments[0].name })
		if end < 0 {
			end = len(segments)
		}
		params[segments[0].name] = join(segments[:end])
		segments = segments[end:]
	}
}

func join(segments []segment) string {
	var b strings.Builder
	label := ""
	for i, s := range segments {
		value := s.value
		if s.encoded {
			if charset, rest, ok := strings.Cut(value, "'"); ok && i == 0 {
				if _, text, ok := strings.Cut(rest, "'"); ok { // behind the language
					label, value = charset, text
				}
			}
			value = unpercent(value)
		}
		b.WriteString(value)
	}
	return decodeLine(b.String(), label)
}

// unpercent decodes percent signs where two hexadecimal digits follow.
func unpercent(s string) string {
	if plain, err := url.PathUnescape(s); err == nil {
		return plain
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '%' && i+2 < len(s) {
			if n, err := strconv.ParseUint(s[i+1:i+3], 16, 8); err == nil {
				b.WriteByte(byte(n))
				i += 2
				continue
			}
		}
		b.WriteByte(s[i])
	}
	return b.String()
}
