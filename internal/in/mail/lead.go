package mail

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"storedesk/internal/desk"
	"storedesk/internal/store"
)

// lead is something in a message that points to a ticket.
type lead struct {
	ticket int64
	agent  int64  // the account whose reply address it is; 0 for that of a customer
	how    string // in words
	// proof tells that the writer has seen mail of ours about the ticket: a signature, or
	// an id that nobody can guess.
	proof bool
}

// maxIDs is how many Message-IDs of a message are looked up.
const maxIDs = 100

// answeredIDs are the Message-IDs that a message answers, the nearest first.
func (l *letter) answeredIDs() []string {
	ids := slices.Clone(l.msg.InReplyTo)
	for _, id := range slices.Backward(l.msg.References) {
		ids = append(ids, id)
	}
	seen := map[string]bool{}
	ids = slices.DeleteFunc(ids, func(id string) bool {
		again := seen[id]
		seen[id] = true
		return again || id == ""
	})
	return ids[:min(len(ids), maxIDs)]
}

// leads lists what points to tickets, the surest first: signed reply addresses, ids of mail
// of ours, ids of mail that came in, the signed marker of the subject.
func (h *Handler) leads(ctx context.Context, st *desk.Store, l *letter) ([]lead, error) {
	list := addressLeads(st, l)
	ids := l.answeredIDs()
	refs, err := h.DB.TicketsByMessageIDs(ctx, st, ids)
	if err != nil {
		return nil, err
	}
	list = append(list, idLeads(st, ids, refs)...)
	if ticket, agent, ok := markerOf(st.Mail.Secret, l.msg.Subject); ok {
		list = append(list, lead{ticket, agent, "the signed marker in the subject", true})
	}
	return list, nil
}

// addressLeads are the signed reply addresses that the message was sent to.
func addressLeads(st *desk.Store, l *letter) (list []lead) {
	for _, address := range l.recipients() {
		if !st.Receives(address) {
			continue
		}
		_, tag := desk.Tagged(address)
		if ticket, agent, ok := desk.ParseReplyToken(st.Mail.Secret, tag); ok {
			list = append(list, lead{ticket, agent, "a signed reply address", true})
		}
	}
	return list
}

// idLeads are the tickets of the answered messages: ours first, each in the order of ids.
// An id of ours holds the signed token as well, so it is known without its row.
func idLeads(st *desk.Store, ids []string, refs []store.MessageRef) []lead {
	var ours, theirs []lead
	for _, id := range ids {
		if ticket, ok := ownID(st, id); ok {
			ours = append(ours, lead{ticket, 0, "the Message-ID of a mail of ours", true})
		}
		for _, r := range refs {
			switch {
			case r.MessageID != id:
			case r.Ours:
				ours = append(ours, lead{r.TicketID, 0, "the Message-ID of a mail of ours", true})
			default:
				theirs = append(theirs, lead{r.TicketID, 0, "the Message-ID of a mail that came in", false})
			}
		}
	}
	return append(ours, theirs...)
}

// ownID reads the token in a Message-ID that we made: TOKEN.random@domain.
func ownID(st *desk.Store, id string) (ticket int64, ok bool) {
	token, _, found := strings.Cut(id, ".")
	if !found {
		return 0, false
	}
	ticket, _, ok = desk.ParseReplyToken(st.Mail.Secret, token)
	return ticket, ok
}

// path is a lead with the ticket that it leads to.
type path struct {
	lead
	thread *store.Thread
	// takesPart tells that the writer is the requester, by any of their addresses, or
	// another participant.
	takesPart bool
}

// maxPaths is how many tickets a message may point to; maxFollowUps how far the tickets
// that follow closed ones, and those that they were merged into, are followed.
const maxPaths, maxFollowUps = 10, 10

// paths reads the tickets that leads point to. Those that are not there any more lead
// nowhere.
func (h *Handler) paths(ctx context.Context, st *desk.Store, l *letter, leads []lead) (list []path, err error) {
	known := map[[2]int64]bool{}
	for _, lead := range leads {
		if key := [2]int64{lead.ticket, lead.agent}; known[key] || len(list) == maxPaths {
			continue
		} else {
			known[key] = true
		}
		t, err := h.DB.Thread(ctx, st, lead.ticket)
		if desk.CodeOf(err) == desk.NotFound {
			continue
		}
		if err != nil {
			return nil, err
		}
		p := path{lead: lead, thread: t, takesPart: takesPart(l, t)}
		if err := h.follow(ctx, st, l, &p); err != nil {
			return nil, err
		}
		list = append(list, p)
	}
	return list, nil
}

// follow goes on from a closed ticket to the one that it was merged into, or that followed
// it: a second answer to the same old mail makes no second ticket. Who took part in a ticket
// that was merged is heard in the one that is left; an agent has said that it is one matter.
func (h *Handler) follow(ctx context.Context, st *desk.Store, l *letter, p *path) error {
	for range maxFollowUps {
		if p.thread.Status != desk.StatusClosed {
			return nil
		}
		if p.thread.MergedInto != 0 {
			next, err := h.DB.Thread(ctx, st, p.thread.MergedInto)
			if err != nil {
				return err
			}
			p.how += fmt.Sprintf(" (by way of ticket %d, which was merged)", p.thread.TicketID)
			p.thread = next
			continue
		}
		if len(p.thread.FollowUps) == 0 {
			return nil
		}
		next, err := h.DB.Thread(ctx, st, p.thread.FollowUps[len(p.thread.FollowUps)-1])
		if err != nil {
			return err
		}
		if p.takesPart && !takesPart(l, next) {
			return nil // somebody else's now
		}
		p.thread = next
	}
	return nil
}

func takesPart(l *letter, t *store.Thread) bool {
	return l.sure && slices.Contains(t.Addresses, desk.Fold(l.from.Addr))
}
