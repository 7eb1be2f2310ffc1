package desk

import (
	"net/mail"
	"strings"
)

// Limits of addresses.
const (
	MaxAddress       = 254 // bytes of one address (RFC 5321 section 4.5.3.1.3, without its brackets)
	MaxUserAddresses = 20  // further addresses of a user
)

// IsAddress tells whether a text is one e-mail address and nothing else, with a domain of
// several labels. Characters beyond ASCII are let through (RFC 6531).
func IsAddress(text string) bool {
	if len(text) > MaxAddress || strings.ContainsAny(text, " \t\r\n<>,;\"\\") {
		return false
	}
	parsed, err := mail.ParseAddress(text)
	if err != nil || parsed.Address != text {
		return false
	}
	_, domain, _ := strings.Cut(text, "@")
	return IsDomain(domain)
}

// IsDomain tells whether a text is a domain of several labels.
func IsDomain(text string) bool {
	if len(text) > 253 || !strings.Contains(text, ".") {
		return false
	}
	for label := range strings.SplitSeq(text, ".") {
		if label == "" || len(label) > 63 || strings.Trim(label, "-") != label || strings.ContainsFunc(label, notOfLabel) {
			return false
		}
	}
	return true
}

func notOfLabel(r rune) bool {
	return r < 0x80 && r != '-' && (r < '0' || r > '9') && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z')
}
