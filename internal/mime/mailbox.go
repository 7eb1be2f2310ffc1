package mime

import (
	"slices"
	"strings"
)

// bare finds an address that stands without brackets: the last word with an @,
// also one that someone encoded as a whole.
func (p *addressParser) bare() (addr, name string) {
	for _, text := range []string{p.raw.String(), p.decode(p.text.String())} {
		words := fields(joinAround(text))
		for i, w := range slices.Backward(words) {
			if addr = cleanAddr(w); addr != "" {
				return addr, p.decode(strings.Join(slices.Delete(words, i, i+1), " "))
			}
		}
	}
	return "", p.decode(p.text.String())
}

// fields splits at white space that is not within quotes.
func fields(s string) []string {
	if strings.Count(s, `"`)%2 != 0 {
		return strings.Fields(s)
	}
	inside := false
	return strings.FieldsFunc(s, func(r rune) bool {
		inside = inside != (r == '"')
		return !inside && r <= ' '
	})
}

// joinAround drops the spaces around an @.
func joinAround(s string) string {
	if !strings.Contains(s, "@") {
		return s
	}
	parts := strings.Split(s, "@")
	for i := range parts {
		if i > 0 {
			parts[i] = strings.TrimLeft(parts[i], " \t")
		}
		if i < len(parts)-1 {
			parts[i] = strings.TrimRight(parts[i], " \t")
		}
	}
	return strings.Join(parts, "@")
}

func (p *addressParser) decode(name string) string {
	name = oneLine(decodeWords(name, p.label))
	if n := len(name); n > 1 && name[0] == '\'' && name[n-1] == '\'' {
		name = name[1 : n-1]
	}
	return trimSpace(strings.Trim(trimSpace(name), `"`))
}

// cleanAddr returns the address in what stands between brackets, "" for none.
func cleanAddr(s string) string {
	isQuoted := strings.HasPrefix(s, `"`)
	s = strings.Map(func(r rune) rune {
		if r < ' ' || r == ' ' && !isQuoted || r >= 0x7F && r < 0xA0 || turnsText(r) {
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, "\uFFFD"))
	if strings.HasPrefix(s, "@") { // a route, RFC 5322 section 4.4
		_, s, _ = strings.Cut(s, ":")
	}
	if len(s) > 7 && strings.EqualFold(s[:7], "mailto:") {
		s = s[7:]
	}
	s = strings.TrimRight(strings.Trim(s, "'`,;<>[]()"), `.:"`)
	if strings.Count(s, `"`) == 1 {
		s = strings.Trim(s, `"`)
	}
	at := strings.LastIndexByte(s, '@')
	if at <= 0 || at == len(s)-1 || len(s) > maxAddr {
		return ""
	}
	return s
}
