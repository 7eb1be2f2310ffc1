package outbound

import (
	"errors"
	"fmt"
	"net/netip"
	"strings"
)

// ParseNetworks reads a list of addresses and networks, separated by commas or spaces:
// "10.0.0.0/8, fd00::1". An address becomes a network of one; IPv4 written as IPv6
// (::ffff:10.0.0.0/104) becomes IPv4. The error names every entry that is neither.
func ParseNetworks(csv string) ([]netip.Prefix, error) {
	var list []netip.Prefix
	var problems []error
	for _, text := range strings.FieldsFunc(csv, func(r rune) bool { return r == ',' || r == ' ' }) {
		if ip, err := netip.ParseAddr(text); err == nil {
			list = append(list, unmap(netip.PrefixFrom(ip, ip.BitLen())))
		} else if prefix, err := netip.ParsePrefix(text); err == nil {
			list = append(list, unmap(prefix))
		} else {
			problems = append(problems, fmt.Errorf("%q is neither an address nor a network such as 10.0.0.0/8", text))
		}
	}
	return list, errors.Join(problems...)
}

// unmap returns a network as addresses are compared with it: IPv4 as such (RFC 4291
// section 2.5.5.2), bits behind the mask cleared.
func unmap(prefix netip.Prefix) netip.Prefix {
	if ip := prefix.Addr(); ip.Is4In6() && prefix.Bits() >= 96 {
		prefix = netip.PrefixFrom(ip.Unmap(), prefix.Bits()-96)
	}
	return prefix.Masked()
}
