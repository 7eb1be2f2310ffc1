package mail

import (
	"context"
	"encoding/json"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"storedesk/internal/desk"
	"storedesk/internal/store"
)

// acknowledgementsADay is how many acknowledgements go to one address at once, and in a day
// in the long run, whatever it sends: strangers use such mails to flood others, and machines to talk to each other.
const acknowledgementsADay = 5

// acknowledge tells a customer that their ticket is there, unless a machine wrote it.
func (s *Service) acknowledge(ctx context.Context, h *happening) ([]*letter, error) {
	byMail := h.Ticket.Channel == desk.ChannelEmail || h.Ticket.Channel == desk.ChannelFollowUp && h.Arrived != nil
	if h.event.Type != desk.EventTicketCreated || !byMail && h.Ticket.Channel != desk.ChannelCustomerAccount || !h.customers() {
		return nil, nil
	}
	to := h.requester()
	to.address = usable(to.address)
	if to.address == "" || h.st.Receives(to.address) || nobody.MatchString(to.address) {
		return nil, nil
	}
	if byMail && (automatic(h.Arrived) || forged(h.Arrived)) {
		return nil, nil
	}
	to.name = harmlessName(to.name)
	l, err := s.notification(ctx, h, desk.NotifyAcknowledgement, to, 0)
	if err != nil || l == nil {
		return nil, err
	}
	l.atMost = acknowledgementsADay
	h.thread(l)
	return []*letter{l}, nil
}

// nobody are addresses that no person reads.
var nobody = regexp.MustCompile(`(?i)^(no|do[._-]?not|donot)[._-]?reply|^(mailer-daemon|postmaster|bounces?|root|daemon)([+@._-]|$)`)

// automatic tells that no program may answer what an event came by (RFC 3834 section 2), as
// found out when the mail came in. A ticket of the channel email without a mail in the ledger
// counts as that too: nobody can say who wrote it.
func automatic(a *store.Arrival) bool {
	return a == nil || (&desk.Mail{Auth: a.Auth}).Automatic()
}

// forged tells whether the domain of the sender says that the mail is not theirs (DMARC,
// RFC 7489): an answer would go to somebody who never wrote.
func forged(a *store.Arrival) bool {
	var auth struct {
		DMARC string `json:"dmarc"`
	}
	return json.Unmarshal([]byte(a.Auth), &auth) == nil && auth.DMARC == "fail"
}

// tellAssignee tells an agent of a ticket that somebody else gave them.
func (s *Service) tellAssignee(ctx context.Context, h *happening) ([]*letter, error) {
	id := h.Ticket.AssigneeID
	given := h.event.Type == desk.EventTicketCreated || assigns(h.event)
	if id == 0 || !given || h.event.Actor.Kind == desk.ActorAgent && h.event.Actor.ID == id {
		return nil, nil
	}
	since, err := s.DB.LaterEvents(ctx, h.st, h.event)
	if err != nil || slices.ContainsFunc(since, func(e desk.Event) bool { return assigns(&e) }) {
		return nil, err // the ticket is somebody else's by now, whom that event tells
	}
	members, err := s.DB.Members(ctx, h.st)
	if err != nil {
		return nil, err
	}
	for _, m := range members {
		if m.UserID != id {
			continue
		}
		l, err := s.tellMember(ctx, h, desk.NotifyAssigned, m)
		if err != nil || l == nil {
			return nil, err
		}
		if last, ok := h.ticket.Before(0); ok {
			l.history = &last
		}
		return []*letter{l}, nil
	}
	return nil, nil
}

// tellAdmin tells the store's admin address of a new ticket.
func (s *Service) tellAdmin(ctx context.Context, h *happening) ([]*letter, error) {
	to := usable(h.st.Mail.AdminAddress)
	if h.event.Type != desk.EventTicketCreated || to == "" || h.st.Receives(to) {
		return nil, nil
	}
	l, err := s.notification(ctx, h, desk.NotifyNewTicket, person{"", to}, 0)
	if err != nil || l == nil {
		return nil, err
	}
	return []*letter{l}, nil
}

// tellMentioned tells the agents whom an internal comment names. The comment itself stays
// where it is.
func (s *Service) tellMentioned(ctx context.Context, h *happening) ([]*letter, error) {
	if h.Comment == nil || h.Comment.Public || h.Comment.Body == nil || !strings.Contains(*h.Comment.Body, "@") {
		return nil, nil
	}
	members, err := s.DB.Members(ctx, h.st)
	if err != nil {
		return nil, err
	}
	var letters []*letter
	for _, m := range members {
		if m.UserID == h.Comment.AuthorID || !desk.Mentions(*h.Comment.Body, m.Name, m.Email) {
			continue
		}
		l, err := s.tellMember(ctx, h, desk.NotifyMentioned, m)
		if err != nil {
			return nil, err
		}
		if l != nil {
			l.kind += ":" + strconv.FormatInt(m.AccountID, 10) // an event may lead to one for each
			letters = append(letters, l)
		}
	}
	return letters, nil
}

// tellMember is a notification to an agent, whose answer comes back as theirs.
func (s *Service) tellMember(ctx context.Context, h *happening, name string, m desk.Member) (*letter, error) {
	to := usable(m.Email)
	if to == "" || h.st.Receives(to) {
		return nil, nil //nolint:nilnil // no mail is an answer here
	}
	if there, err := s.DB.IsMember(ctx, h.st, m.AccountID); err != nil || !there {
		return nil, err
	}
	return s.notification(ctx, h, name, person{m.Name, to}, m.AccountID)
}

// notification fills a template; nil when the store has switched it off.
func (s *Service) notification(ctx context.Context, h *happening, name string, to person, agent int64) (*letter, error) {
	n, err := s.DB.Notification(ctx, h.st, name)
	if err != nil || !n.Enabled {
		return nil, err
	}
	first := ""
	if h.Requester != nil {
		first = harmlessName(h.Requester.FirstName)
	}
	l := &letter{kind: name, event: h.event.ID, ticket: h.ticket.ID(), agent: agent, to: []person{to}, automatic: true}
	l.subject, l.body = n.Fill(map[string]string{
		"ticket.id": strconv.FormatInt(h.ticket.ID(), 10), "ticket.subject": oneLine(h.ticket.Subject()),
		"ticket.url": s.TicketURL(h.st, h.ticket.ID()), "store.name": h.st.Name, "requester.first_name": first,
	})
	return l, nil
}

// harmlessName is a name if it looks like one: strangers choose theirs, and would have us
// send addresses and offers to others in it.
func harmlessName(name string) string {
	name = oneLine(name)
	odd := strings.ContainsFunc(name, func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsMark(r) && !strings.ContainsRune(" '’-", r)
	})
	if odd || len([]rune(name)) > 40 {
		return ""
	}
	return name
}
