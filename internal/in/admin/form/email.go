package form

import (
	"net/netip"
	"regexp"
	"strings"
	"unicode"
)

// The patterns of Django's e-mail check.
var (
	dotAtom = regexp.MustCompile("(?i)^[-!#$%&'*+/=?^_`{}|~0-9A-Z]+(\\.[-!#$%&'*+/=?^_`{}|~0-9A-Z]+)*$")
	quoted  = regexp.MustCompile(`^"([\x01-\x08\x0B\x0C\x0E-\x1F!#-\[\]-\x7F]|\\[\x01-\x09\x0B\x0C\x0E-\x7F])*"$`)
	domain  = regexp.MustCompile(`(?i)^(?:[A-Z0-9](?:[A-Z0-9-]{0,61}[A-Z0-9])?\.)+[A-Z0-9-]{1,62}[A-Z0-9]$`)
	literal = regexp.MustCompile(`(?i)^\[([A-F0-9:.]+)\]$`)
)

// validEmail reports whether a text is an e-mail address to the original: an ASCII
// local part, dot-atom or quoted; a domain of dotted labels, localhost or [ip].
func validEmail(text string) bool {
	at := strings.LastIndexByte(text, '@')
	if at < 0 || !dotAtom.MatchString(text[:at]) && !quoted.MatchString(text[:at]) {
		return false
	}
	host := text[at+1:]
	if host == "localhost" || domain.MatchString(host) {
		return true
	}
	if m := literal.FindStringSubmatch(host); m != nil {
		return validIP(m[1])
	}
	host, ok := asciiDomain(host)
	return ok && domain.MatchString(host)
}

func validIP(text string) bool {
	addr, err := netip.ParseAddr(text)
	return err == nil && addr.Zone() == ""
}

// asciiDomain stands in for IDNA 2003: it puts a placeholder of about the right
// length where a label of other scripts would be punycode.
func asciiDomain(host string) (string, bool) {
	host = strings.NewReplacer("\u3002", ".", "\uFF0E", ".", "\uFF61", ".").Replace(host)
	labels := strings.Split(host, ".")
	for i, label := range labels {
		if ascii(label) {
			continue
		}
		if strings.IndexFunc(label, prohibited) >= 0 {
			return "", false
		}
		labels[i] = "xn--" + strings.Repeat("x", len([]rune(label)))
	}
	return strings.Join(labels, "."), true
}

// prohibited reports a character that no label may hold: spaces, controls, private
// use and what is no character; of ASCII all but letters, digits and hyphens.
func prohibited(r rune) bool {
	switch {
	case r <= unicode.MaxASCII:
		return r != '-' && !unicode.IsLetter(r) && !unicode.IsDigit(r)
	case r >= 0x2FF0 && r <= 0x2FFB, r >= 0xFFF9 && r <= 0xFFFD, r&0xFFFE == 0xFFFE:
		return true
	case r == 0xAD, r >= 0x200B && r <= 0x200D, r == 0x2060, r == 0xFEFF: // IDNA leaves these out
		return false
	default:
		return unicode.In(r, unicode.Z, unicode.C)
	}
}
