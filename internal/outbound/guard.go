package outbound

import (
	"errors"
	"fmt"
	"net/netip"
	"syscall"

	"code.dny.dev/ssrf"
)

// ErrRefused is an address that is neither public nor allowed by the operator. The error
// around it names the address.
var ErrRefused = errors.New("address refused")

// azureWire is where Azure answers its virtual machines: a public address by its number,
// with the host's secrets behind it.
var azureWire = netip.MustParsePrefix("168.63.129.16/32")

// guard tells which addresses may be reached.
type guard struct{ rules *ssrf.Guardian }

func newGuard(allow []netip.Prefix) guard {
	var v4, v6 []netip.Prefix
	for _, prefix := range allow {
		if prefix = unmap(prefix); prefix.Addr().Is4() {
			v4 = append(v4, prefix)
		} else {
			v6 = append(v6, prefix)
		}
	}
	return guard{ssrf.New(ssrf.WithAnyPort(), ssrf.WithDeniedV4Prefixes(azureWire),
		ssrf.WithAllowedV4Prefixes(v4...), ssrf.WithAllowedV6Prefixes(v6...))}
}

// control is the last word before a socket connects (net.Dialer.Control).
func (g guard) control(_, address string, _ syscall.RawConn) error {
	to, err := netip.ParseAddrPort(address)
	if err != nil {
		return fmt.Errorf("%w: %q: %w", ErrRefused, address, err)
	}
	return g.check(to.Addr())
}

// check returns ErrRefused unless the address is public or allowed.
func (g guard) check(ip netip.Addr) error {
	plain := ip.Unmap().WithZone("") // a mapped address connects to the IPv4 one; no prefix contains a zone
	if g.rules.SafeAddr(plain) != nil {
		return fmt.Errorf("%w: %s is not public", ErrRefused, ip)
	}
	// Networks without IPv4 have to allow NAT64, and mean the public internet by that
	// (RFC 6052 section 2.1): what the gateway will connect to is checked like the rest.
	if ssrf.IPv6NAT64Prefix.Contains(plain) {
		bytes := plain.As16()
		if g.check(netip.AddrFrom4([4]byte(bytes[12:]))) != nil {
			return fmt.Errorf("%w: what %s translates to is not public", ErrRefused, ip)
		}
	}
	return nil
}
