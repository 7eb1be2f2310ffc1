package mail

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"strings"

	"storedesk/internal/desk"
	"storedesk/internal/mailauth"
)

// Explanation is what would become of a message, and why.
type Explanation struct {
	Fate      desk.Fate
	Reason    string
	TicketID  int64 // the one it would belong to; 0: a new one, or none
	RelatedID int64 // the one that a new ticket would be linked with; 0: none

	From      string
	Subject   string
	Automatic string // why no person wrote it; "" when one did
	Auth      mailauth.Result
	Author    string // whom the comment would be by
	Leads     []string
	Body      string // of the comment
	Files     []string
	Joining   []string // who would take part in the ticket besides
}

// Explain tells what would become of a message that came now. It writes nothing; caps
// are not looked at.
func (h *Handler) Explain(ctx context.Context, st *desk.Store, in desk.Inbound, message io.Reader) (*Explanation, error) {
	sum := sha256.New()
	raw, err := spool(io.TeeReader(message, sum))
	if err != nil {
		return nil, err
	}
	defer raw.Close()
	m := &desk.Mail{Inbound: in, Size: raw.size, SHA256: hex.EncodeToString(sum.Sum(nil)), Fate: desk.MailWaiting}
	f, err := h.gather(ctx, st, m, raw, false)
	if err != nil {
		return nil, err
	}
	d := decide(f)
	e := &Explanation{
		Fate: d.fate, Reason: d.reason(), TicketID: d.ticket, RelatedID: d.related,
		From: f.letter.from.Addr, Subject: subjectOf(f.letter.msg.Subject), Automatic: f.letter.automatic, Auth: f.auth,
	}
	for _, p := range f.paths {
		e.Leads = append(e.Leads, fmt.Sprintf("%s leads to ticket %d (%s); the writer takes part in it: %t", p.how, p.thread.TicketID, p.thread.Status, p.takesPart))
	}
	if d.do != doNothing {
		e.describe(f, d)
	}
	return e, nil
}

// describe adds what the comment would be.
func (e *Explanation) describe(f *facts, d decision) {
	e.Body, _ = body(f.letter, nil)
	for _, p := range f.letter.msg.Parts {
		e.Files = append(e.Files, p.FileName)
	}
	for _, p := range participants(f, d) {
		e.Joining = append(e.Joining, p.Address)
	}
	c := (&writing{f: f}).comment(d)
	switch {
	case d.do == addAnswer:
		e.Author = fmt.Sprintf("agent %s (user %d)", f.agent.Email, c.AuthorID)
	case c.AuthorID != 0:
		e.Author = fmt.Sprintf("%s (user %d)", f.person.Email, c.AuthorID)
	case c.FromEmail != nil:
		e.Author = *c.FromEmail + " (no customer known)"
	default:
		e.Author = "nobody known"
	}
}

// String is the explanation as lines to read.
func (e *Explanation) String() string {
	var b strings.Builder
	line := func(name, value string) {
		if value != "" {
			fmt.Fprintf(&b, "%-12s %s\n", name+":", value)
		}
	}
	line("From", e.From)
	line("Subject", e.Subject)
	line("SPF", string(e.Auth.SPF))
	line("DKIM", string(e.Auth.DKIM))
	line("DMARC", strings.TrimSpace(fmt.Sprintf("%s %s", e.Auth.DMARC, e.Auth.Policy)))
	line("Automatic", e.Automatic)
	for _, lead := range e.Leads {
		line("Thread", lead)
	}
	line("Fate", string(e.Fate))
	line("Reason", e.Reason)
	if e.TicketID != 0 {
		line("Ticket", fmt.Sprint(e.TicketID))
	}
	line("Author", e.Author)
	line("Files", strings.Join(e.Files, ", "))
	line("Joining", strings.Join(e.Joining, ", "))
	if e.Body != "" {
		b.WriteString("\n" + e.Body + "\n")
	}
	return b.String()
}
