package mailauth

import (
	"context"
	"errors"
	"net"
	"sync"
)

// Resolver asks the DNS; [net.Resolver] is one. It must give up when ctx ends.
type Resolver interface {
	LookupTXT(ctx context.Context, name string) ([]string, error)
	LookupMX(ctx context.Context, name string) ([]*net.MX, error)
	LookupIPAddr(ctx context.Context, host string) ([]net.IPAddr, error)
	LookupAddr(ctx context.Context, addr string) ([]string, error)
}

func (c *Checker) resolver() Resolver {
	if c.Resolver != nil {
		return c.Resolver
	}
	return net.DefaultResolver
}

// limitedResolver bounds what one mail may cost in look-ups. All its errors are
// *net.DNSError: the libraries tell passing from lasting failures by that type.
type limitedResolver struct {
	next Resolver
	mu   sync.Mutex
	left int
}

func (r *limitedResolver) LookupTXT(ctx context.Context, name string) ([]string, error) {
	txts, err := ask(ctx, r, name, r.next.LookupTXT)
	if err != nil {
		return nil, err
	}
	for _, txt := range txts {
		// A key of half a million bits takes seconds to verify with.
		if len(txt) > maxRecord {
			return nil, &net.DNSError{Err: "record is too long", Name: name}
		}
	}
	return txts, nil
}

func (r *limitedResolver) LookupMX(ctx context.Context, name string) ([]*net.MX, error) {
	return ask(ctx, r, name, r.next.LookupMX)
}

func (r *limitedResolver) LookupIPAddr(ctx context.Context, host string) ([]net.IPAddr, error) {
	return ask(ctx, r, host, r.next.LookupIPAddr)
}

func (r *limitedResolver) LookupAddr(ctx context.Context, addr string) ([]string, error) {
	return ask(ctx, r, addr, r.next.LookupAddr)
}

func ask[T any](ctx context.Context, r *limitedResolver, name string, lookup func(context.Context, string) (T, error)) (T, error) {
	var none T
	if !r.take() {
		return none, &net.DNSError{Err: "too many look-ups for one mail", Name: name}
	}
	answer, err := lookup(ctx, name)
	if err == nil {
		return answer, nil
	}
	// Found by type alone, not by errors.As: the libraries look no deeper.
	if dns, ok := err.(*net.DNSError); ok { //nolint:errorlint // see above
		return none, dns
	}
	timeout := errors.Is(err, context.DeadlineExceeded)
	return none, &net.DNSError{Err: err.Error(), Name: name, IsTemporary: true, IsTimeout: timeout}
}

func (r *limitedResolver) take() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.left--
	return r.left >= 0
}

// passing tells whether a look-up may succeed later.
func passing(err error) bool {
	var dns *net.DNSError
	return errors.As(err, &dns) && (dns.IsTemporary || dns.IsTimeout)
}

// missing tells whether there is no such name or record.
func missing(err error) bool {
	var dns *net.DNSError
	return errors.As(err, &dns) && dns.IsNotFound
}
