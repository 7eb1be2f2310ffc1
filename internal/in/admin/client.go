package admin

import (
	"net/http"
	"net/netip"

	"storedesk/internal/origin"
)

// address is how a client reaches the server: what its links must begin with.
type address struct{ scheme, host string }

// clientAddress reads scheme and host of a request; ok is false for a host that could
// not stand in a URL.
func clientAddress(r *http.Request, trusted []netip.Prefix) (at address, ok bool) {
	c, ok := origin.Of(r, trusted)
	return address{c.Scheme, c.Host}, ok
}
