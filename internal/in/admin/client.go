package admin

import (
	"net/http"
	"net/netip"
	"strings"
)

// address is how a client reaches the server: what its links must begin with.
type address struct{ scheme, host string }

// Host is the host that a request is for, as the client sees it; see Config.TrustedProxies.
func Host(r *http.Request, trusted []netip.Prefix) string {
	at, _ := clientAddress(r, trusted)
	return at.host
}

// clientAddress reads scheme and host of a request. The X-Forwarded headers count
// only when the connection comes from a trusted proxy; of a list the last value
// counts, which is the one the nearest proxy wrote. ok is false for a host that
// could not stand in a URL.
func clientAddress(r *http.Request, trusted []netip.Prefix) (at address, ok bool) {
	at = address{"http", r.Host}
	if r.TLS != nil {
		at.scheme = "https"
	}
	if len(trusted) > 0 && isTrusted(r.RemoteAddr, trusted) {
		if proto := lastValue(r.Header["X-Forwarded-Proto"]); proto == "http" || proto == "https" {
			at.scheme = proto
		}
		if host := lastValue(r.Header["X-Forwarded-Host"]); host != "" {
			at.host = host
		}
	}
	return at, validHost(at.host)
}

func isTrusted(remote string, trusted []netip.Prefix) bool {
	peer, err := netip.ParseAddrPort(remote)
	if err != nil {
		return false
	}
	ip := peer.Addr().Unmap()
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

// validHost keeps out of links what is no host: they are JSON and become requests.
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
