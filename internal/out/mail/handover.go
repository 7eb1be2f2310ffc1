package mail

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/emersion/go-smtp"

	"storedesk/internal/desk"
	"storedesk/internal/store"
)

// handover is a mail on its way to a server.
type handover struct {
	st  *desk.Store
	out *desk.Outgoing
	job *desk.Job
}

// errTaken tells that another node has the job by now.
var errTaken = errors.New("another node has taken this over")

// deliver hands a mail over to the servers of its recipients. An error means that nothing
// was done, and nothing is known.
func (s *Service) deliver(ctx context.Context, h *handover, recipients []string) (map[string]verdict, error) {
	verdicts := map[string]verdict{}
	for domain, list := range s.byDomain(recipients) {
		got, err := s.deliverTo(ctx, h, domain, list)
		if err != nil {
			return nil, err
		}
		for a, v := range got {
			verdicts[a] = v
		}
	}
	return verdicts, nil
}

// byDomain groups recipients by where their mail goes.
func (s *Service) byDomain(recipients []string) map[string][]string {
	if !s.Route.direct {
		return map[string][]string{"": recipients}
	}
	groups := map[string][]string{}
	for _, a := range recipients {
		groups[domainOf(a)] = append(groups[domainOf(a)], a)
	}
	return groups
}

// deliverTo tries the servers of a domain one after the other, until one answers for the
// mail.
func (s *Service) deliverTo(ctx context.Context, h *handover, domain string, recipients []string) (map[string]verdict, error) {
	servers, err := s.servers(ctx, domain)
	var refused *refusal
	if errors.As(err, &refused) {
		return all(recipients, verdict{desk.RecipientBounced, refused.reason, refused.unknown}), nil
	}
	if err != nil {
		return all(recipients, verdict{state: desk.RecipientDeferred, reason: err.Error()}), nil
	}
	var last error
	for _, to := range servers {
		c, err := s.connect(ctx, to)
		if err != nil {
			last = fmt.Errorf("%s: %w", to.host, err)
			continue
		}
		defer c.close()
		return s.transact(ctx, h, c, recipients)
	}
	return all(recipients, verdict{state: desk.RecipientDeferred, reason: last.Error()}), nil
}

// transact is one mail transaction (RFC 5321 section 3.3).
func (s *Service) transact(ctx context.Context, h *handover, c *client, recipients []string) (map[string]verdict, error) {
	if err := c.smtp.Mail(h.out.EnvelopeFrom, &smtp.MailOptions{Size: h.out.Size}); err != nil {
		return all(recipients, refusedAs(err, false)), nil
	}
	verdicts := map[string]verdict{}
	var taken []string
	for _, a := range recipients {
		if err := c.smtp.Rcpt(a, nil); err != nil {
			verdicts[a] = refusedAs(err, true)
			continue
		}
		taken = append(taken, a)
	}
	if len(taken) == 0 {
		return verdicts, nil
	}
	mail, err := s.Blobs.Open(ctx, h.out.BlobKey)
	if err != nil {
		return nil, fmt.Errorf("the bytes of mail %d: %w", h.out.ID, err)
	}
	defer mail.Close()
	if err := s.begin(ctx, h, taken); err != nil {
		return nil, err
	}
	v := c.data(func(w io.Writer) error { return s.write(w, h, mail) })
	for _, a := range taken {
		verdicts[a] = v
	}
	return verdicts, nil
}

// begin records that the recipients are being handed the mail, before the first byte of it
// leaves: from here on a crash leaves them uncertain, and never with two copies.
func (s *Service) begin(ctx context.Context, h *handover, recipients []string) error {
	return s.DB.Write(ctx, func(tx *store.Tx) error {
		ok, err := tx.BeginSending(ctx, h.st, h.job, h.out.ID, recipients, desk.At(s.Now()))
		if err == nil && !ok {
			err = errTaken
		}
		return err
	})
}

// data sends the mail itself. Up to the final dot a server cannot have taken it; after
// that, silence leaves it uncertain (RFC 5321 section 4.2.5 and RFC 1047).
func (c *client) data(write func(io.Writer) error) verdict {
	w, err := c.smtp.Data()
	if err != nil {
		return refusedAs(err, false)
	}
	c.conn.allow(bodyTimeout)
	if err := write(w); err != nil {
		return verdict{state: desk.RecipientDeferred, reason: "the mail could not be written: " + err.Error()}
	}
	answer, err := w.CloseWithResponse()
	var said *smtp.SMTPError
	switch {
	case err == nil:
		c.done = true
		return verdict{state: desk.RecipientAccepted, reason: answer.StatusText}
	case errors.As(err, &said):
		return refusedAs(err, false)
	default:
		return verdict{state: desk.RecipientUncertain, reason: "the server had the mail and did not answer: " + err.Error()}
	}
}

// refusedAs says what a server's refusal means: 5xx is for good, all else may pass. A
// recipient refused as unknown (RFC 3463: 5.1.x) is not written to again.
func refusedAs(err error, recipient bool) verdict {
	var said *smtp.SMTPError
	if !errors.As(err, &said) {
		return verdict{state: desk.RecipientDeferred, reason: "the connection broke: " + err.Error()}
	}
	reason := fmt.Sprintf("%d %s", said.Code, said.Message)
	if said.EnhancedCode[0] > 0 {
		reason = fmt.Sprintf("%d %d.%d.%d %s", said.Code, said.EnhancedCode[0], said.EnhancedCode[1], said.EnhancedCode[2], said.Message)
	}
	if said.Code < 500 {
		return verdict{state: desk.RecipientDeferred, reason: reason}
	}
	unknown := recipient && said.Code == 550 && said.EnhancedCode[0] == 5 && said.EnhancedCode[1] == 1
	return verdict{desk.RecipientBounced, reason, unknown}
}

// write writes the mail's bytes, signed if the store signs.
func (s *Service) write(w io.Writer, h *handover, mail io.ReadSeeker) error {
	if s.Signer != nil {
		return s.Signer.Sign(w, h.st, mail)
	}
	_, err := io.Copy(w, mail)
	return err
}
