package outbound

import (
	"cmp"
	"net"
)

// Dialer returns a dialer for protocols that are not HTTP. Like Client it refuses
// addresses that are not public when the connection is made, with ErrRefused.
func Dialer(o Options) *net.Dialer {
	return &net.Dialer{Timeout: cmp.Or(max(o.Timeout, 0), DefaultTimeout), Resolver: o.Resolver, Control: newGuard(o.Allow).control}
}
