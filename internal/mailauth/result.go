package mailauth

import "strings"

// Verdict is what one check says, in the words of RFC 8601 section 2.7.
type Verdict string

// The verdicts. Softfail and neutral are SPF's alone.
const (
	None      Verdict = "none" // nothing to check
	Pass      Verdict = "pass"
	Fail      Verdict = "fail"
	SoftFail  Verdict = "softfail"
	Neutral   Verdict = "neutral"
	TempError Verdict = "temperror" // could not be found out; later perhaps
	PermError Verdict = "permerror" // a record or signature that means nothing
)

// Result is what is known of a mail's sender. Its JSON is kept with the mail.
type Result struct {
	SPF   Verdict `json:"spf"`
	DKIM  Verdict `json:"dkim"`  // pass if one signature is valid
	DMARC Verdict `json:"dmarc"` // none if the domain of From has no policy

	SPFDomain   string   `json:"spf_domain,omitempty"`   // that SPF spoke of
	DKIMDomains []string `json:"dkim_domains,omitempty"` // that signed, validly

	// Aligned tells that SPF or DKIM passed for the domain of From, in the sense of its
	// policy, or in the relaxed sense if it has none. Only then is the domain's word
	// behind the address in From.
	Aligned bool   `json:"aligned"`
	Policy  string `json:"policy,omitempty"` // what the domain asks for on failure: none, quarantine, reject
	Detail  string `json:"detail,omitempty"` // for a person
}

const maxDetail = 1000 // bytes

// note adds what a person may want to know. Details quote strangers.
func (r *Result) note(details ...string) {
	for _, detail := range details {
		if detail == "" {
			continue
		}
		if r.Detail != "" {
			r.Detail += "; "
		}
		r.Detail += clean(detail)
	}
	if len(r.Detail) > maxDetail {
		r.Detail = strings.ToValidUTF8(r.Detail[:maxDetail], "") + "…"
	}
}

// clean makes one printable line of s.
func clean(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f || r == '\uFFFD' {
			return ' '
		}
		return r
	}, s)
}
