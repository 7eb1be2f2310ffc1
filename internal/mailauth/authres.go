package mailauth

import (
	"strings"

	"github.com/emersion/go-msgauth/authres"
)

// trustedSPF is what the server before ours says of SPF, if one is trusted.
func (c *Checker) trustedSPF(h head) spfResult {
	if c.TrustedAuthServID == "" {
		return spfResult{verdict: None}
	}
	for _, value := range h.values("Authentication-Results") {
		id, results, err := authres.Parse(strings.TrimSpace(withoutComments(value)))
		if err != nil || !strings.EqualFold(id, c.TrustedAuthServID) {
			continue
		}
		// Servers write above what is there, so that the first is the last word; one
		// further down may be older than the server's care to remove what is forged.
		return spfOf(results)
	}
	return spfResult{verdict: None}
}

// withoutComments drops what stands in parentheses (RFC 5322 section 3.2.2): servers write
// prose there, and the library splits at its semicolons.
func withoutComments(s string) string {
	var rest strings.Builder
	depth, quoted, escaped := 0, false, false
	for i := range len(s) {
		c := s[i]
		switch {
		case escaped:
			escaped = false
		case c == '\\' && (quoted || depth > 0):
			escaped = true
		case c == '"' && depth == 0:
			quoted = !quoted
		case c == '(' && !quoted:
			depth++
		case c == ')' && depth > 0:
			depth--
			continue
		}
		if depth == 0 {
			rest.WriteByte(c)
		}
	}
	return rest.String()
}

func spfOf(results []authres.Result) spfResult {
	for _, result := range results {
		said, ok := result.(*authres.SPFResult)
		if !ok {
			continue
		}
		spf := spfResult{verdict: verdict(said.Value), detail: "SPF: as the trusted server says"}
		// Written as an address, as @domain or as a domain alone.
		for _, who := range []string{said.From, said.Helo} {
			if spf.domain == "" {
				spf.domain = canonical(who[strings.LastIndexByte(who, '@')+1:])
			}
		}
		return spf
	}
	return spfResult{verdict: None}
}

func verdict(value authres.ResultValue) Verdict {
	switch v := Verdict(strings.ToLower(string(value))); v {
	case Pass, Fail, SoftFail, Neutral, TempError, PermError:
		return v
	case "hardfail": // RFC 5451, before RFC 6577
		return Fail
	}
	return None
}
