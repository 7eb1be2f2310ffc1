package mailauth

import (
	"context"
	"net"
	"net/netip"
	"strings"

	"blitiri.com.ar/go/spf"
)

type spfResult struct {
	verdict Verdict
	domain  string
	detail  string
}

// checkSPF asks the domain of the envelope whether the peer may send for it (RFC 7208).
func (c *Checker) checkSPF(ctx context.Context, resolver Resolver, env Envelope, h head) spfResult {
	peer := env.PeerIP.Unmap().WithZone("")
	if !outside(peer) {
		return c.trustedSPF(h)
	}
	sender := env.MailFrom
	if sender == "" { // section 2.4
		sender = "postmaster@" + env.Helo
	}
	domain := domainOf(sender)
	if domain == "" {
		return spfResult{verdict: None, detail: "SPF: the envelope names no domain"}
	}
	local := sender[:strings.LastIndexByte(sender, '@')]
	// The library splits at the first @, and we at the last: it is given one alone.
	local = strings.ReplaceAll(local, "@", "_")
	verdict, err := spf.CheckHostWithSender(net.IP(peer.AsSlice()), env.Helo, local+"@"+domain,
		spf.WithContext(ctx), spf.WithResolver(resolver))
	result := spfResult{verdict: Verdict(verdict), domain: domain}
	if err != nil && result.verdict != Pass {
		result.detail = "SPF: " + err.Error()
	}
	return result
}

// outside tells whether a peer is on the internet. One that is not is a server of the
// operator that passes on what others sent: no domain can have named it.
func outside(peer netip.Addr) bool {
	return peer.IsValid() && peer.IsGlobalUnicast() && !peer.IsPrivate()
}
