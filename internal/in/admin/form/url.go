package form

import (
	"net/netip"
	"net/url"
	"regexp"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// The patterns of Django's URL check for one label of a host: the first, those in
// between, the last. Letters of other scripts are those of the basic plane. That no label
// but the first begins or ends with a hyphen is looked at apart.
const otherLetters = "\u00a1-\uffff"

var (
	firstLabel  = regexp.MustCompile(`(?i)^[a-z` + otherLetters + `0-9]([a-z` + otherLetters + `0-9-]{0,61}[a-z` + otherLetters + `0-9])?$`)
	middleLabel = regexp.MustCompile(`(?i)^[a-z` + otherLetters + `0-9-]{1,63}$`)
	lastLabel   = regexp.MustCompile(`(?i)^([a-z` + otherLetters + `-]{2,63}|xn--[a-z0-9]{1,59})$`)
	portPattern = regexp.MustCompile(`^[0-9]{2,5}$`)
)

// maxHost is how many characters a host may have (RFC 1034, section 3.1).
const maxHost = 253

// validURL reports whether a text is a URL to the original, and one that a webhook can be
// sent to: http or https alone, though the original takes ftp as well, and nothing that
// net/url cannot read. Where the user's name may hold "?" or "#" there, it may not here:
// programs disagree on which host such a URL names.
func validURL(text string) bool { return ValidURL(text) }

// ValidURL tells whether a text is a URL that a webhook may have as its target.
func ValidURL(text string) bool {
	text = strings.ToValidUTF8(strings.ReplaceAll(text, "\x00", ""), "\uFFFD") // both are complained of apart
	scheme, rest, ok := strings.Cut(text, "://")
	if scheme = strings.ToLower(scheme); !ok || scheme != "http" && scheme != "https" {
		return false
	}
	if _, err := url.Parse(text); err != nil || strings.IndexFunc(text, isSpace) >= 0 {
		return false
	}
	authority := rest
	if end := strings.IndexAny(rest, "/?#"); end >= 0 {
		authority = rest[:end]
	}
	if user, host, ok := strings.Cut(authority, "@"); ok {
		name, password, _ := strings.Cut(user, ":")
		if name == "" || strings.Contains(password, ":") {
			return false
		}
		authority = host
	}
	return validHostPort(authority)
}

func validHostPort(authority string) bool {
	if !strings.HasPrefix(authority, "[") {
		host, port, ok := strings.Cut(authority, ":")
		return (!ok || portPattern.MatchString(port)) && validHost(host)
	}
	address, port, ok := strings.Cut(authority[1:], "]")
	if !ok || port != "" && (port[0] != ':' || !portPattern.MatchString(port[1:])) {
		return false
	}
	ip, err := netip.ParseAddr(address)
	return err == nil && ip.Is6() && ip.Zone() == ""
}

func validHost(host string) bool {
	// A character that stands for one of these in disguise would split the URL elsewhere.
	if utf8.RuneCountInString(host) > maxHost || strings.ContainsAny(norm.NFKC.String(host), "/?#@:") {
		return false
	}
	if ip, err := netip.ParseAddr(host); err == nil {
		return ip.Is4()
	}
	if strings.EqualFold(host, "localhost") || validName(host) {
		return true
	}
	ascii, ok := asciiDomain(host) // as the original, which tries a name of other scripts once more
	return ok && validName(ascii)
}

func validName(host string) bool {
	labels := strings.Split(strings.TrimSuffix(host, "."), ".")
	last := len(labels) - 1
	if last < 1 || !firstLabel.MatchString(labels[0]) || !lastLabel.MatchString(labels[last]) {
		return false
	}
	for i, label := range labels[1:] {
		if label == "" || label[0] == '-' || label[len(label)-1] == '-' || i+1 < last && !middleLabel.MatchString(label) {
			return false
		}
	}
	return true
}
