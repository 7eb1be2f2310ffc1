package mail

import (
	"regexp"
	"strings"
	"unicode"

	"storedesk/internal/desk"
	"storedesk/internal/tickets"
	"storedesk/internal/wire"
)

// letter is a mail that is to be composed. What it says of a ticket comes from a
// wire.CustomerTicket.
type letter struct {
	kind    string // reply, or the name of a notification
	event   int64
	ticket  int64
	comment int64
	agent   int64 // the account whose answers come back as theirs; 0 for customers

	to, cc  []person
	subject string
	body    string // plain text
	files   []wire.CustomerFile
	history *wire.CustomerComment // shown below; nil for none

	answerTo   string // a Message-ID, without brackets
	references []string

	automatic bool // nobody wrote it
	atMost    int  // so many of the kind to an address at once, and a day in the long run; 0: any number
}

type person struct{ name, address string }

// KindReply is the kind of a mail that carries a public comment.
const KindReply = "reply"

// reply is the mail that carries a public comment to the customer; nil for comments that
// are the customer's own, or internal, and where there is nobody to write to.
func (s *Service) reply(h *happening) *letter {
	if h.Comment == nil || !h.Comment.Public || h.customers() {
		return nil
	}
	c, ok := h.ticket.Comment(h.Comment.ID)
	if !ok {
		return nil
	}
	l := &letter{
		kind: KindReply, event: h.event.ID, ticket: h.ticket.ID(), comment: c.ID(), body: c.Body(), files: c.Files(),
	}
	l.to, l.cc = h.people()
	if len(l.to) == 0 || strings.TrimSpace(l.body) == "" && len(l.files) == 0 {
		return nil
	}
	h.thread(l)
	l.subject = h.subject()
	if before, ok := h.ticket.Before(c.ID()); ok {
		l.history = &before
	}
	return l
}

// customers tells whether the event's comment is the customer's own: by the requester, from
// the requester's or a participant's address, or by mail from anybody but an agent.
func (h *happening) customers() bool {
	c := h.Comment
	if c == nil {
		return false
	}
	byAgent := h.Author != nil && h.Author.Type == desk.UserDashboard
	switch {
	case c.AuthorID != 0 && c.AuthorID == h.Ticket.RequesterID:
		return true
	case byAgent:
		return false
	case h.Arrived != nil || h.event.Actor.Kind == desk.ActorCustomer:
		return true
	}
	from := ""
	if c.FromEmail != nil {
		from = *c.FromEmail
	}
	if h.Author != nil && from == "" {
		from = h.Author.Email
	}
	if from == "" {
		return false
	}
	if desk.Fold(from) == desk.Fold(h.requester().address) {
		return true
	}
	for _, p := range h.Participants {
		if desk.Fold(p.Address) == desk.Fold(from) {
			return true
		}
	}
	return false
}

// requester is whom the ticket is for; its address is empty when that is not known.
func (h *happening) requester() person { return personOf(tickets.Requester(h.Correspondence)) }

// people are whom a reply goes to.
func (h *happening) people() (to, cc []person) {
	first, copies := tickets.Recipients(h.st, h.Correspondence, h.Author)
	for _, p := range first {
		to = append(to, personOf(p))
	}
	for _, p := range copies {
		cc = append(cc, personOf(p))
	}
	return to, cc
}

func personOf(p desk.Participant) person { return person{p.Name, p.Address} }

// usable is an address as it stands in headers and envelopes; "" for what is none.
func usable(address string) string { return tickets.UsableAddress(address) }

// thread says which mail a letter answers (RFC 5322 section 3.6.4).
func (h *happening) thread(l *letter) {
	l.references, l.answerTo = h.MessageIDs, h.AnswerTo
	if l.answerTo == "" && len(h.MessageIDs) > 0 {
		l.answerTo = h.MessageIDs[len(h.MessageIDs)-1]
	}
}

var answerPrefix = regexp.MustCompile(`(?i)^\s*((re|aw|antw|sv|vs|ref|rif|odp)(\[\d+\])?\s*[:：]\s*)+`)

// subject is the one of the customer's last mail, or the ticket's, with one "Re:" where
// something came before.
func (h *happening) subject() string {
	subject := h.Subject
	if strings.TrimSpace(subject) == "" {
		subject = h.ticket.Subject()
	}
	subject = answerPrefix.ReplaceAllString(oneLine(unmarked(h.st, subject)), "")
	if h.Before == nil && len(h.MessageIDs) == 0 {
		return subject
	}
	return "Re: " + subject
}

// maxSubject is the longest subject, in characters.
const maxSubject = 255

// oneLine makes any text one line of visible characters.
func oneLine(text string) string {
	text = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case unicode.IsControl(r) || r == unicode.ReplacementChar:
			return -1
		}
		return r
	}, strings.ToValidUTF8(text, ""))
	text = strings.Join(strings.Fields(text), " ")
	if runes := []rune(text); len(runes) > maxSubject {
		return string(runes[:maxSubject])
	}
	return text
}
