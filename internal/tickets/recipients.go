package tickets

import (
	"context"
	"strings"

	"golang.org/x/net/idna"

	"storedesk/internal/desk"
	"storedesk/internal/store"
)

// MaxRecipients is how many people one mail goes to.
const MaxRecipients = 30

// Requester is whom a ticket is for by mail; the address is empty when that is not known.
func Requester(c *store.Correspondence) desk.Participant {
	if c.Requester != nil {
		return desk.Participant{Name: strings.TrimSpace(c.Requester.FirstName + " " + c.Requester.LastName), Address: c.Requester.Email}
	}
	if c.Ticket.FromEmail != nil {
		return desk.Participant{Address: *c.Ticket.FromEmail}
	}
	return desk.Participant{}
}

// Recipients are whom a public reply of author (nil: nobody known) goes to: the requester,
// and a copy to who else takes part. The store's own addresses and the author's are left
// out. It is what the mail is addressed by, and what the dashboard shows before.
func Recipients(st *desk.Store, c *store.Correspondence, author *desk.User) (to, cc []desk.Participant) {
	seen := map[string]bool{}
	if author != nil {
		seen[desk.Fold(author.Email)] = true
	}
	take := func(list *[]desk.Participant, p desk.Participant) {
		p.Address = UsableAddress(p.Address)
		folded := desk.Fold(p.Address)
		if p.Address == "" || seen[folded] || st.Receives(p.Address) || len(to)+len(cc) >= MaxRecipients {
			return
		}
		seen[folded] = true
		*list = append(*list, p)
	}
	take(&to, Requester(c))
	for _, p := range c.Participants {
		take(&cc, p)
	}
	if len(to) == 0 {
		to, cc = cc, nil
	}
	return to, cc
}

// UsableAddress is an address as it stands in headers and envelopes, its domain in ASCII
// (RFC 5891); "" for what is none, and for names before the @ that need SMTPUTF8.
func UsableAddress(address string) string {
	address = strings.TrimSpace(address)
	if _, err := desk.EmailKey(address); err != nil {
		return ""
	}
	at := strings.LastIndexByte(address, '@')
	domain, err := idna.Lookup.ToASCII(address[at+1:])
	if err != nil || strings.ContainsFunc(address[:at], func(r rune) bool { return r <= ' ' || r > '~' || r == '<' || r == '>' }) {
		return ""
	}
	return address[:at+1] + domain
}

// Recipient is somebody whom a reply will go to, and what the writer should know of it.
type Recipient struct {
	desk.Participant

	CC      bool
	First   bool   // nothing went there or came from there before
	Outside bool   // of another domain than the requester
	Bad     string // why mail comes back from there; "" while it does not
}

// Preview says whom a public reply of an agent would go to, with copies added and taken
// away as a draft has it. Errors: ErrNotFound.
func (s *Service) Preview(ctx context.Context, st *desk.Store, ticket, user int64, data desk.DraftData) ([]Recipient, error) {
	c, err := s.DB.Correspondence(ctx, st, ticket, 0)
	if err != nil {
		return nil, err
	}
	author, err := s.DB.User(ctx, st, user)
	if err != nil {
		return nil, err
	}
	c.Participants = withCopies(c.Participants, data)
	to, cc := Recipients(st, c, author)
	list := make([]Recipient, 0, len(to)+len(cc))
	addresses := make([]string, 0, cap(list))
	domain := domainOf(UsableAddress(Requester(c).Address))
	for i, p := range append(to, cc...) {
		list = append(list, Recipient{Participant: p, CC: i >= len(to), Outside: domain != "" && domainOf(p.Address) != domain})
		addresses = append(addresses, p.Address)
	}
	bad, err := s.DB.BadAddresses(ctx, st, addresses)
	if err != nil {
		return nil, err
	}
	known, err := s.DB.KnownAddresses(ctx, st, addresses)
	for i := range list {
		list[i].Bad, list[i].First = bad[list[i].Address], !known[desk.Fold(list[i].Address)]
	}
	return list, err
}

// withCopies is who takes part once a draft's copies are added and taken away.
func withCopies(list []desk.Participant, data desk.DraftData) []desk.Participant {
	gone := map[string]bool{}
	for _, a := range data.RemoveCC {
		gone[desk.Fold(a)] = true
	}
	var out []desk.Participant
	for _, p := range list {
		if !gone[desk.Fold(p.Address)] {
			out = append(out, p)
		}
	}
	return append(out, data.AddCC...)
}

func domainOf(address string) string {
	return desk.Fold(address[strings.LastIndexByte(address, '@')+1:])
}
