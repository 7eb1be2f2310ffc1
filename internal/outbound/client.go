// Package outbound is the way out to addresses that users of the program name: webhook
// targets and the like. It reaches the public internet and what the operator allows, never
// the program's own surroundings. It sends nothing by itself and does not try again.
package outbound

import (
	"crypto/tls"
	"net"
	"net/http"
	"net/netip"
	"time"
)

const (
	// DefaultTimeout ends a whole request: name, connection, answer and its body.
	DefaultTimeout = 20 * time.Second
	// MaxHeader is the largest header of an answer, in bytes.
	MaxHeader = 64 << 10
)

// Options shape a client. The zero value reaches public addresses only.
type Options struct {
	Allow          []netip.Prefix // the operator's networks that may be reached though they are not public
	Timeout        time.Duration  // of a whole request, reading the body included; 0: DefaultTimeout
	MaxIdlePerHost int            // connections kept for the next request to a host; 0: two
	Resolver       *net.Resolver  // nil: the system's
}

// Client returns a client that refuses addresses that are not public. The address is
// checked when a connection is made, after the name was resolved, so a name that means
// something else by then gains nothing. Such a request fails with ErrRefused, except that
// of several addresses of a name the error tells of the first.
//
// Redirects are handed back as answers. A proxy from the environment is not asked: it would
// connect in our place, unchecked. Answers come as they were sent, not unpacked, so a limit
// on what is read of a body is one on what was sent; to set that limit is up to the caller.
func Client(o Options) *http.Client {
	if o.Timeout <= 0 {
		o.Timeout = DefaultTimeout
	}
	dialer := &net.Dialer{Timeout: o.Timeout, Resolver: o.Resolver, Control: newGuard(o.Allow).control}
	return &http.Client{
		Timeout:       o.Timeout,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Transport: &http.Transport{
			Proxy:                  nil,
			DialContext:            dialer.DialContext,
			TLSClientConfig:        &tls.Config{MinVersion: tls.VersionTLS12},
			TLSHandshakeTimeout:    o.Timeout,
			MaxResponseHeaderBytes: MaxHeader,
			MaxIdleConns:           100,
			MaxIdleConnsPerHost:    o.MaxIdlePerHost,
			IdleConnTimeout:        time.Minute,
			DisableCompression:     true,
		},
	}
}
