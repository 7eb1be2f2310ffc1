package mime

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"strings"
)

// Report is a notice about the delivery of a message sent before (RFC 3464).
type Report struct {
	Recipients []Recipient
	// OriginalID is the Message-ID of the message that the report is about;
	// "" when the report does not tell.
	OriginalID string
	// Original is the header of that message, as far as it came back.
	Original Header
	// EnvelopeID is the ENVID that the message was sent with; "" for none.
	EnvelopeID string
}

// Recipient is what became of the message for one address.
type Recipient struct {
	Final    string // the address that the message went to in the end
	Original string // the address that it was sent to; "" when not told
	// Action is failed, delayed, delivered, relayed or expanded.
	Action     string
	Status     string // such as 5.1.1 (RFC 3463); "" when not told
	Diagnostic string // what the other server said
	RemoteMTA  string // the name of that server; "" when not told
}

// Limits of a report: bytes of each of its parts, and recipients.
const (
	maxReport     = 1 << 20
	maxRecipients = 1000
)

// Report reads the message as a notice about a delivery, of the standard form
// or one of the common others (qmail, Exim, Postfix, Exchange). It is nil when
// the message is none. Anybody can write such a notice: it proves nothing.
// The only errors are those of the source.
func (m *Message) Report() (*Report, error) {
	r := &Report{}
	for _, p := range m.Parts {
		if err := r.part(p); err != nil {
			return nil, fmt.Errorf("read delivery report: %w", err)
		}
	}
	if len(r.Recipients) == 0 {
		r.fromText(m)
	}
	if len(r.Recipients) == 0 {
		return nil, nil // most messages are no report, which is no error
	}
	if r.OriginalID == "" {
		r.OriginalID = firstID(r.Original.Get("Message-ID"))
	}
	return r, nil
}

// part takes what a part tells: the status, or the message that came back.
func (r *Report) part(p *Part) error {
	switch p.ContentType {
	case "message/delivery-status", "message/global-delivery-status":
		groups, err := fieldGroups(p.Open())
		if err != nil {
			return err
		}
		for _, g := range groups {
			r.group(g)
		}
	case "text/rfc822-headers", "message/rfc822-headers", "message/global-headers", "message/rfc822", "message/global":
		if len(r.Original.fields) > 0 {
			return nil
		}
		groups, err := fieldGroups(p.Open())
		if err != nil {
			return err
		}
		if len(groups) > 0 {
			r.Original = groups[0]
		}
	}
	return nil
}

// group takes the fields about one recipient, or those about all.
func (r *Report) group(h Header) {
	if id := h.Get("Original-Envelope-Id"); id != "" {
		r.EnvelopeID = oneLine(id)
	}
	rec := Recipient{
		Final:      typedAddress(h.Get("Final-Recipient")),
		Original:   typedAddress(h.Get("Original-Recipient")),
		Status:     statusIn(h.Get("Status")),
		Diagnostic: typed(h.Text("Diagnostic-Code")),
		RemoteMTA:  typed(h.Text("Remote-MTA")),
	}
	if rec.Final == "" {
		if rec.Final = rec.Original; rec.Final == "" {
			return
		}
	}
	action, _, _ := strings.Cut(strings.ToLower(oneLine(h.Get("Action"))), " ")
	rec.Action = trimSpace(strings.TrimRight(action, ";("))
	if rec.Status == "" {
		rec.Status = statusIn(rec.Diagnostic)
	}
	if rec.Action == "" {
		rec.Action = actionOf(rec.Status)
	}
	r.add(rec)
}

func (r *Report) add(rec Recipient) {
	if len(r.Recipients) < maxRecipients {
		r.Recipients = append(r.Recipients, rec)
	}
}

// actionOf tells what a status means (RFC 3463 section 3.1).
func actionOf(status string) string {
	switch {
	case strings.HasPrefix(status, "4"):
		return "delayed"
	case strings.HasPrefix(status, "2"):
		return "delivered"
	}
	return "failed"
}

// typed drops the type in front of a value, such as smtp; or rfc822;
func typed(value string) string {
	if kind, rest, ok := strings.Cut(value, ";"); ok && !strings.ContainsAny(trimSpace(kind), " @<") {
		value = rest
	}
	return trimSpace(value)
}

func typedAddress(value string) string {
	value = typed(oneLine(value))
	if found := ParseAddresses(value); len(found) > 0 && found[0].Addr != "" {
		return found[0].Addr
	}
	return strings.Trim(value, "<>") // a local user, say
}

// fieldGroups reads fields in groups that an empty line divides, up to 1 MiB.
func fieldGroups(r io.Reader) ([]Header, error) {
	data, err := io.ReadAll(io.LimitReader(r, maxReport))
	if err != nil {
		return nil, err
	}
	var groups []Header
	room := newBudget()
	f := &fieldReader{budget: &room}
	s := bufio.NewScanner(bytes.NewReader(data))
	s.Buffer(nil, maxReport+1)
	for s.Scan() && !room.spent() {
		text := s.Bytes()
		switch {
		case len(bytes.TrimSpace(text)) == 0:
			if !f.empty() {
				groups = append(groups, f.header())
			}
			f = &fieldReader{budget: &room}
		case f.open && (text[0] == ' ' || text[0] == '\t'):
			f.extend(text)
		case isField(text):
			f.begin(text)
		}
	}
	if !f.empty() {
		groups = append(groups, f.header())
	}
	return groups, nil
}
