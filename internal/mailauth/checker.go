// Package mailauth tells whether a mail is from whom it says it is (SPF, DKIM, DMARC),
// and signs our own. It judges and decides nothing: what a failed check means for a
// ticket is up to the reader of the [Result]. It knows nothing of tickets.
//
// Everything it reads is written by strangers: the mail and the records of its domains.
// Look-ups are limited in number, size and time, and so is the work on one mail.
package mailauth

import (
	"context"
	"io"
	"net/netip"
	"sync"
	"time"
)

// Limits of one check.
const (
	DefaultTimeout = 8 * time.Second // for all look-ups together
	maxLookups     = 100             // SPF alone may need ten of ten addresses each
	maxRecord      = 8 << 10         // bytes of one TXT record; the longest RSA keys in use have 1.4 KB
	maxSignatures  = 5               // verified of one mail; each hashes all of it
)

// Checker checks mails. Its zero value asks the system's resolver. Several goroutines may
// use one.
type Checker struct {
	Resolver Resolver      // nil: the system's
	Timeout  time.Duration // 0: DefaultTimeout

	// TrustedAuthServID names the server before ours, such as mx.example.net, that
	// writes Authentication-Results and removes those which others wrote in its name
	// (RFC 8601 section 5). Its word on SPF counts where we do not see the peer; DKIM
	// is always verified here. Empty: the field is not read.
	TrustedAuthServID string
}

// Envelope is what the transport said of a mail.
type Envelope struct {
	PeerIP   netip.Addr // who handed it over; zero if it came through a pipe or IMAP
	Helo     string
	MailFrom string // "" is the null sender
}

// Check checks the mail of size bytes in raw. headerFrom is the address in its From
// field as the reader of the mail will see it; "" if there is none, or more than one.
// There is no error: what could not be found out is a verdict too.
func (c *Checker) Check(ctx context.Context, env Envelope, raw io.ReaderAt, size int64, headerFrom string) Result {
	ctx, cancel := context.WithTimeout(ctx, c.timeout())
	defer cancel()
	resolver := &limitedResolver{next: c.resolver(), left: maxLookups}
	h, err := readHead(raw, size)

	// Side by side, so that a domain whose servers hang spoils its own verdict only.
	var (
		wait   sync.WaitGroup
		spf    spfResult
		dkim   dkimResult
		policy policyResult
	)
	wait.Go(func() { spf = c.checkSPF(ctx, resolver, env, h) })
	wait.Go(func() { dkim = checkDKIM(ctx, resolver, h, err, raw, size) })
	wait.Go(func() { policy = lookupPolicy(ctx, resolver, domainOf(headerFrom)) })
	wait.Wait()

	result := Result{
		SPF: spf.verdict, SPFDomain: spf.domain,
		DKIM: dkim.verdict, DKIMDomains: dkim.domains,
		Policy: policy.policy,
	}
	result.note(spf.detail, dkim.detail, policy.detail)
	result.judge(h, headerFrom, policy)
	return result
}

func (c *Checker) timeout() time.Duration {
	if c.Timeout > 0 {
		return c.Timeout
	}
	return DefaultTimeout
}
