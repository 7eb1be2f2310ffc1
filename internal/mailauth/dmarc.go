package mailauth

import (
	"context"
	"strings"
)

// record is what a domain asks for in its DMARC record (RFC 7489 section 6.3).
type record struct {
	policy     string // none, quarantine, reject
	subdomains string // the same for domains below it; "": as policy
	strictDKIM bool
	strictSPF  bool
}

// parseRecord reads a TXT record; ok is false if it is none of DMARC. What is wrong
// within one falls back to defaults, as sections 6.3 and 6.6.3 ask for.
func parseRecord(txt string) (r record, ok bool) {
	first, rest, _ := strings.Cut(txt, ";")
	name, version, _ := strings.Cut(first, "=")
	if strings.TrimSpace(name) != "v" || strings.TrimSpace(version) != "DMARC1" {
		return record{}, false
	}
	reports := false
	for tag := range strings.SplitSeq(rest, ";") {
		name, value, _ := strings.Cut(tag, "=")
		value = strings.ToLower(strings.TrimSpace(value))
		switch strings.ToLower(strings.TrimSpace(name)) {
		case "p":
			r.policy = policyOf(value)
		case "sp":
			r.subdomains = policyOf(value)
		case "adkim":
			r.strictDKIM = value == "s"
		case "aspf":
			r.strictSPF = value == "s"
		case "rua":
			reports = value != ""
		}
	}
	if r.policy == "" && reports {
		r.policy = "none"
	}
	return r, r.policy != ""
}

func policyOf(value string) string {
	switch value {
	case "none", "quarantine", "reject":
		return value
	}
	return ""
}

type policyResult struct {
	record
	found  bool
	failed Verdict // why nothing is known: temperror, permerror; or ""
	detail string
}

// lookupPolicy finds the record that governs a domain: its own, or that of the
// organisation (section 6.6.3).
func lookupPolicy(ctx context.Context, resolver Resolver, domain string) policyResult {
	if domain == "" {
		return policyResult{failed: PermError, detail: "DMARC: From has no single address with a domain"}
	}
	result := askPolicy(ctx, resolver, domain)
	org := organisation(domain)
	if result.found || result.failed != "" || org == domain {
		return result
	}
	result = askPolicy(ctx, resolver, org)
	if result.subdomains != "" {
		result.policy = result.subdomains
	}
	return result
}

func askPolicy(ctx context.Context, resolver Resolver, domain string) policyResult {
	txts, err := resolver.LookupTXT(ctx, "_dmarc."+domain)
	switch {
	case err == nil || missing(err):
	case passing(err):
		return policyResult{failed: TempError, detail: "DMARC: " + err.Error()}
	default:
		return policyResult{failed: PermError, detail: "DMARC: " + err.Error()}
	}
	var result policyResult
	for _, txt := range txts {
		r, ok := parseRecord(txt)
		if !ok {
			continue
		}
		if result.found { // two records are none
			return policyResult{detail: "DMARC: " + domain + " has several records"}
		}
		result = policyResult{record: r, found: true}
	}
	return result
}

// judge fills in what DMARC makes of the other results (section 6.6.2).
func (r *Result) judge(h head, headerFrom string, policy policyResult) {
	if policy.failed == "" && !h.showsOnly(headerFrom) {
		policy.failed = PermError
		if r.DKIM == TempError && len(h.fields) == 0 {
			policy.failed = TempError
		}
		r.note("DMARC: the header has not this address in one From field")
	}
	if policy.failed != "" {
		r.DMARC = policy.failed
		return
	}
	from := domainOf(headerFrom)
	r.Aligned = r.SPF == Pass && aligned(from, r.SPFDomain, policy.strictSPF)
	for _, domain := range r.DKIMDomains {
		r.Aligned = r.Aligned || aligned(from, domain, policy.strictDKIM)
	}
	switch {
	case !policy.found:
		r.DMARC = None
	case r.Aligned:
		r.DMARC = Pass
	case r.SPF == TempError || r.DKIM == TempError:
		r.DMARC = TempError
	default:
		r.DMARC = Fail
	}
}
