// Package origin reads from a request how its client reaches the server: scheme, host
// and address, with what trusted proxies say about them. It knows nothing else.
package origin

import (
	"net/http"
	"net/netip"
	"strings"
)

// Client is how a client reaches the server.
type Client struct {
	Scheme string     // http or https
	Host   string     // with the port, if there is one
	IP     netip.Addr // invalid when the connection has no IP address
}

// URL is the origin, such as https://desk.example.
func (c Client) URL() string { return c.Scheme + "://" + c.Host }

// Secure tells whether the client speaks TLS.
func (c Client) Secure() bool { return c.Scheme == "https" }

// Of reads the client of a request. The X-Forwarded headers count only when the
// connection comes from a trusted proxy; of Host and Proto the last value counts,
// which is the one the nearest proxy wrote; of For the last that is no trusted proxy.
// ok is false for a host that could not stand in a URL.
func Of(r *http.Request, trusted []netip.Prefix) (c Client, ok bool) {
	c = Client{Scheme: "http", Host: r.Host}
	if r.TLS != nil {
		c.Scheme = "https"
	}
	if peer, err := netip.ParseAddrPort(r.RemoteAddr); err == nil {
		c.IP = peer.Addr().Unmap().WithZone("")
	}
	if contains(trusted, c.IP) {
		if proto := lastValue(r.Header["X-Forwarded-Proto"]); proto == "http" || proto == "https" {
			c.Scheme = proto
		}
		if host := lastValue(r.Header["X-Forwarded-Host"]); host != "" {
			c.Host = host
		}
		c.IP = forwardedFor(r.Header["X-Forwarded-For"], c.IP, trusted)
	}
	return c, validHost(c.Host)
}

// forwardedFor walks back over the proxies that are trusted to the address the first
// of them saw. Anything further left was written by the client and proves nothing.
func forwardedFor(header []string, peer netip.Addr, trusted []netip.Prefix) netip.Addr {
	hops := strings.Split(strings.Join(header, ","), ",")
	for i := len(hops) - 1; i >= 0 && contains(trusted, peer); i-- {
		text := strings.TrimSpace(hops[i])
		ip, err := netip.ParseAddr(text)
		if err != nil {
			at, err := netip.ParseAddrPort(text)
			if err != nil {
				break
			}
			ip = at.Addr()
		}
		peer = ip.Unmap().WithZone("")
	}
	return peer
}

func contains(trusted []netip.Prefix, ip netip.Addr) bool {
	for _, prefix := range trusted {
		if prefix.Contains(ip) {
			return true
		}
	}
	return false
}

func lastValue(header []string) string {
	if len(header) == 0 {
		return ""
	}
	value := header[len(header)-1]
	return strings.TrimSpace(value[strings.LastIndexByte(value, ',')+1:])
}

// validHost keeps out of links what is no host: they become requests.
func validHost(host string) bool {
	if host == "" || len(host) > 255+len(":65535") {
		return false
	}
	for i := range len(host) {
		switch b := host[i]; {
		case b >= 'a' && b <= 'z', b >= 'A' && b <= 'Z', b >= '0' && b <= '9':
		case strings.IndexByte(".-_:[]", b) >= 0:
		default:
			return false
		}
	}
	return true
}
