package mailauth

import (
	"strings"

	"golang.org/x/net/idna"
	"golang.org/x/net/publicsuffix"
)

// lookupForm spells international domains as the DNS does, and lets underscores be:
// domains for bounces have them.
var lookupForm = idna.New(idna.MapForLookup(), idna.StrictDomainName(false), idna.Transitional(false))

// domainOf returns the domain of an address, canonical; "" if it has none.
func domainOf(address string) string {
	at := strings.LastIndexByte(address, '@')
	if at < 0 {
		return ""
	}
	return canonical(address[at+1:])
}

// canonical spells a domain in one way: ASCII, lower case, without the last dot. It is ""
// for what is no domain of at least two labels, such as the address literal of a HELO.
func canonical(domain string) string {
	domain = strings.TrimSuffix(domain, ".")
	if len(domain) > 1000 { // far beyond any domain in any spelling; idna's time is not ours to bound
		return ""
	}
	domain, err := lookupForm.ToASCII(domain)
	if err != nil || len(domain) > 253 || !strings.Contains(domain, ".") {
		return ""
	}
	for label := range strings.SplitSeq(domain, ".") {
		if label == "" || len(label) > 63 || strings.ContainsFunc(label, notInLabel) {
			return ""
		}
	}
	return domain
}

func notInLabel(r rune) bool {
	return (r < 'a' || r > 'z') && (r < '0' || r > '9') && r != '-' && r != '_'
}

// organisation returns the domain that somebody registered, of which domain is part (RFC
// 7489 section 3.2); domain itself if it is a public suffix.
func organisation(domain string) string {
	if org, err := publicsuffix.EffectiveTLDPlusOne(domain); err == nil {
		return org
	}
	return domain
}

// aligned tells whether an authenticated domain speaks for that of From (RFC 7489 section 3.1).
func aligned(from, authenticated string, strict bool) bool {
	if from == "" || authenticated == "" {
		return false
	}
	return from == authenticated || !strict && organisation(from) == organisation(authenticated)
}
