package maildns

import (
	"context"
	"fmt"
	"net"
	"strings"
)

// checkMX looks where mail for a domain goes (RFC 5321 section 5.1).
func (s *Setup) checkMX(ctx context.Context, r Resolver, domain string) Finding {
	f := Finding{What: "MX", Name: domain}
	list, err := look(ctx, rooted(domain), r.LookupMX)
	if err != nil {
		return unknown(f, err)
	}
	var hosts []string
	ours, best := false, false
	for _, mx := range list {
		hosts = append(hosts, fmt.Sprintf("%d %s", mx.Pref, strings.TrimSuffix(mx.Host, ".")))
		if sameName(mx.Host, s.Host) {
			ours, best = true, mx.Pref == list[0].Pref // the resolver sorts them
		}
	}
	f.Found = strings.Join(hosts, ", ")
	switch {
	case len(list) == 0:
		f.State, f.Advice = Missing, fmt.Sprintf("Set an MX record for %s: %s %s", domain, mxPreference, s.Host)
	case len(list) == 1 && list[0].Host == ".": // RFC 7505
		f.State, f.Advice = Wrong, fmt.Sprintf("The domain says that it takes no mail. Replace the record by: %s %s", mxPreference, s.Host)
	case best:
		f.State = Right
	case ours:
		f.State, f.Advice = Wrong, "Mail goes to another host first. Give "+s.Host+" the lowest number."
	default:
		f.State = Wrong
		f.Advice = fmt.Sprintf("Mail goes elsewhere. Replace it by %s %s, unless mail is fetched from there (IMAP) or handed on to here.", mxPreference, s.Host)
	}
	return f
}

// checkHost looks whether the host's name leads to addresses and, where it delivers mail by
// itself, whether these lead back to it: large providers refuse mail otherwise.
func (s *Setup) checkHost(ctx context.Context, r Resolver) []Finding {
	f := Finding{What: "host", Name: s.Host}
	list, err := look(ctx, rooted(s.Host), r.LookupIPAddr)
	if err != nil {
		return []Finding{unknown(f, err)}
	}
	if len(list) == 0 {
		f.State, f.Advice = Missing, "Set an A record for "+s.Host+" with the address of this machine, and an AAAA record if it has IPv6."
		return []Finding{f}
	}
	var shown []string
	for _, ip := range list {
		shown = append(shown, ip.String())
		if ip.IP.IsLoopback() || ip.IP.IsPrivate() || ip.IP.IsUnspecified() {
			f.State, f.Advice = Wrong, ip.String()+" cannot be reached from the internet; others cannot deliver there."
		}
	}
	f.Found = strings.Join(shown, ", ")
	if f.State != "" {
		return []Finding{f}
	}
	f.State = Right
	found := []Finding{f}
	for _, ip := range list {
		if s.Direct {
			found = append(found, s.checkReverse(ctx, r, ip))
		}
	}
	return found
}

func (s *Setup) checkReverse(ctx context.Context, r Resolver, ip net.IPAddr) Finding {
	f := Finding{What: "reverse", Name: ip.String()}
	names, err := look(ctx, ip.String(), r.LookupAddr)
	if err != nil {
		return unknown(f, err)
	}
	f.Found, f.State = strings.Join(names, ", "), Missing
	for _, name := range names {
		if f.State = Wrong; sameName(name, s.Host) {
			f.State = Right
			return f
		}
	}
	f.Advice = fmt.Sprintf("Have whoever gave you the address %s name it %s (a PTR record), or send through a relay.", ip.String(), s.Host)
	return f
}
