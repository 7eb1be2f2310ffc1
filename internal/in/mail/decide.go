package mail

import (
	"fmt"
	"strings"

	"storedesk/internal/desk"
)

// deed is what is done with a message besides settling its row.
type deed int

const (
	doNothing  deed = iota
	openTicket      // a new ticket
	addReply        // a customer's answer: reopens, or follows a closed ticket
	addThanks       // a customer's comment that leaves the status as it is
	addNote         // an internal comment: what a program wrote
	addAnswer       // an agent's public reply
)

// decision is what becomes of a message.
type decision struct {
	do      deed
	fate    desk.Fate // for openTicket and addReply what it becomes at least
	ticket  int64     // the one it belongs to
	comment int64     // that it tells of, for bounces
	related int64     // the ticket that a new one is linked with; 0: none
	quiet   bool      // no program may answer it
	reasons []string
}

// why adds a reason, in words that follow a semicolon.
func (d *decision) why(reason string) { d.reasons = append(d.reasons, reason) }

func (d *decision) reason() string { return strings.Join(d.reasons, "; ") }

// decide says what becomes of a message. It is a pure function.
func decide(f *facts) decision {
	for _, rule := range []func(*facts) (decision, bool){refuse, hold, answerOfAgent, join} {
		if d, ok := rule(f); ok {
			return d
		}
	}
	return newTicket(f)
}

// refuse settles what must not come in, or is in already.
func refuse(f *facts) (decision, bool) {
	l := f.letter
	suppress := func(reason string) (decision, bool) {
		return decision{fate: desk.MailSuppressed, reasons: []string{reason}}, true
	}
	switch {
	case f.ours != "":
		return suppress(f.ours)
	case l.report != nil:
		return decideBounce(f), true
	case f.twin != nil:
		return decision{
			fate: desk.MailDuplicate, ticket: f.twin.TicketID,
			reasons: []string{fmt.Sprintf("it is a copy of mail %d", f.twin.ID)},
		}, true
	case f.st.Receives(l.from.Addr) && f.st.Receives(l.answerTo()):
		return suppress("it is from our own address, and so would be the answer")
	case l.automatic != "" && f.staff():
		return suppress("a program wrote it for somebody who works here (" + l.automatic + ")")
	case l.automatic != "" && f.agent != nil:
		return suppress("a program wrote it for an agent (" + l.automatic + ")")
	}
	return decision{}, false
}

// hold keeps suspected spam from becoming a ticket.
func hold(f *facts) (decision, bool) {
	if f.spam == "" {
		return decision{}, false
	}
	return decision{fate: desk.MailHeld, reasons: []string{f.spam}}, true
}

// answerOfAgent is an agent's reply from their mailbox.
func answerOfAgent(f *facts) (decision, bool) {
	if f.agent == nil {
		return decision{}, false
	}
	p := f.paths[0]
	d := decision{do: addAnswer, fate: desk.MailComment, ticket: p.thread.TicketID}
	d.why(fmt.Sprintf("%s answered from their mailbox: the signed reply address is theirs, and %s vouches for the sender", f.letter.from.Addr, vouches(f)))
	return d, true
}

// vouches names what ties a message to the domain of its From.
func vouches(f *facts) string {
	if f.auth.DKIM == passed {
		return "DKIM"
	}
	return "SPF"
}

// join adds a message to the ticket that it belongs to.
func join(f *facts) (decision, bool) {
	p := f.home()
	if p == nil {
		return decision{}, false
	}
	d := decision{do: addReply, fate: desk.MailComment, ticket: p.thread.TicketID}
	d.why(fmt.Sprintf("%s leads to ticket %d", p.how, p.thread.TicketID))
	status := p.thread.Status
	switch {
	case f.letter.automatic != "":
		d.do, d.quiet = addNote, true
		d.why("a program wrote it (" + f.letter.automatic + "): an internal note, and nothing is reopened")
	case (status == desk.StatusSolved || status == desk.StatusClosed) && gratitude(f.letter):
		d.do = addThanks
		d.why("it only says thanks: the ticket stays " + string(status))
	case status == desk.StatusClosed:
		d.fate = desk.MailFollowUp
		d.why("that is closed: a new ticket follows it")
	default:
		d.why(f.letter.from.Addr + " takes part in it")
	}
	if otherTopic(p.thread.Subject, f.letter.msg.Subject) {
		d.why(fmt.Sprintf("its subject is quite different (%q): perhaps a matter of its own", subjectOf(f.letter.msg.Subject)))
	}
	return d, true
}

// newTicket opens a ticket, linked with the one that the message points to though its
// writer takes no part there.
func newTicket(f *facts) decision {
	d := decision{do: openTicket, fate: desk.MailTicket}
	if len(f.paths) > 0 {
		p := f.paths[0]
		d.related = p.thread.TicketID
		d.why(fmt.Sprintf("%s leads to ticket %d, in which %s takes no part: a ticket of its own, linked with that", p.how, d.related, f.letter.named()))
		if f.notAgent != "" {
			d.why("it does not count as an agent's reply: " + f.notAgent)
		}
	} else {
		d.why("nothing leads to a ticket")
	}
	if f.letter.automatic != "" {
		d.quiet = true
		d.why("a program wrote it (" + f.letter.automatic + "): it is not answered")
	}
	if f.st.Receives(f.letter.from.Addr) {
		d.quiet = true
		d.why("it comes from our own address, on behalf of " + f.letter.answerTo())
	}
	if on := behalf(f); on != "" {
		d.why("passed on by somebody who works here, perhaps on behalf of " + on)
	}
	return d
}

// behalf is whose mail a colleague seems to pass on: a suggestion, since only a person can
// tell. "" for none.
func behalf(f *facts) string {
	if !f.staff() {
		return ""
	}
	for _, p := range f.letter.msg.Parts {
		if p.ContentType != "message/rfc822" {
			continue
		}
		if inner, err := p.Message(); err == nil && len(inner.From) == 1 && valid(inner.From[0].Addr) {
			return inner.From[0].Addr
		}
	}
	return ""
}
