package outbound

import (
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
)

// CheckURL tells early, when an address is saved, what a Client could never reach: a URL
// that is not http or https, has no host or a port out of range, or names an IP address
// that is neither public nor in allow (ErrRefused), in whichever way it is written. It asks
// no name server: what a name means counts when a connection is made.
func CheckURL(raw string, allow []netip.Prefix) error {
	u, err := url.Parse(raw)
	if err != nil {
		return fmt.Errorf("not a URL: %w", err)
	}
	if u.Scheme != "http" && u.Scheme != "https" {
		return fmt.Errorf("the scheme of a URL must be http or https, not %q", u.Scheme)
	}
	host := u.Hostname()
	if host == "" {
		return errors.New("the URL has no host")
	}
	if port := u.Port(); port != "" {
		if n, err := strconv.ParseUint(port, 10, 16); err != nil || n == 0 {
			return fmt.Errorf("port %s is not between 1 and 65535", port)
		}
	}
	ip, found, err := literal(host)
	if err != nil || !found {
		return err
	}
	return newGuard(allow).check(ip)
}

// literal reads a host that is an IP address rather than a name. Resolvers of C libraries
// also take what inet_aton takes (RFC 6943 section 3.1.1): fewer parts than four, each of
// them decimal, octal or hexadecimal. A host that ends in a number and is no such address
// is an error: no top-level domain is a number (RFC 3696 section 2).
func literal(host string) (ip netip.Addr, found bool, err error) {
	host = strings.TrimSuffix(host, ".")
	if ip, err := netip.ParseAddr(host); err == nil {
		return ip, true, nil
	}
	parts := strings.Split(host, ".")
	if last := parts[len(parts)-1]; !strings.Contains(host, ":") && strings.Trim(last, "0123456789") != "" && !isHex(last) {
		return ip, false, nil
	}
	if ip, ok := loose(parts); ok {
		return ip, true, nil
	}
	return ip, false, fmt.Errorf("host %q looks like an IP address but is none", host)
}

func isHex(part string) bool {
	_, ok := number(part, 32)
	return ok && len(part) > 1 && part[1]|0x20 == 'x'
}

// loose reads an IPv4 address as inet_aton does: the last part fills the bytes that the
// others leave.
func loose(parts []string) (ip netip.Addr, ok bool) {
	if len(parts) > 4 {
		return ip, false
	}
	var all uint32
	for i, part := range parts {
		bits := 8
		if i == len(parts)-1 {
			bits = 8 * (4 - i)
		}
		n, ok := number(part, bits)
		if !ok {
			return ip, false
		}
		if i < len(parts)-1 {
			n <<= 8 * (3 - i)
		}
		all |= n
	}
	return netip.AddrFrom4([4]byte{byte(all >> 24), byte(all >> 16), byte(all >> 8), byte(all)}), true
}

// number reads digits as C does: 0x starts a hexadecimal number, 0 an octal one.
func number(part string, bits int) (uint32, bool) {
	base := 10
	if hex, ok := strings.CutPrefix(strings.ToLower(part), "0x"); ok {
		part, base = "0"+hex, 16
	} else if len(part) > 1 && part[0] == '0' {
		base = 8
	}
	n, err := strconv.ParseUint(part, base, bits)
	return uint32(n), err == nil
}
