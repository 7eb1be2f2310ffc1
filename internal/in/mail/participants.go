package mail

import (
	"storedesk/internal/desk"
	"storedesk/internal/mime"
	"storedesk/internal/store"
)

// participants are the people whom a message brings into its ticket: those it was also
// sent to, and those whom its writer wants to hear the answer. Into a ticket that is there
// already only a writer brings them who has shown to be one of those in it, or anybody
// could have the answers sent to themselves by writing somebody else's name.
func participants(f *facts, d decision) (list []desk.Participant) {
	l := f.letter
	if d.do == addNote || d.do != openTicket && !proven(f) || listed(l) != "" {
		return nil
	}
	seen := map[string]bool{"": true, desk.Fold(l.from.Addr): true}
	add := func(addresses []mime.Address) {
		for _, a := range addresses {
			key := desk.Fold(a.Addr)
			if seen[key] || !valid(a.Addr) || f.st.Receives(a.Addr) || len(list) == store.MaxParticipants {
				continue
			}
			seen[key] = true
			list = append(list, desk.Participant{Address: a.Addr, Name: clean(a.Name)})
		}
	}
	if d.do == openTicket || f.auth.Aligned {
		add(l.msg.ReplyTo)
	}
	add(l.msg.To)
	add(l.msg.Cc)
	return list
}

// proven tells that a writer is who they say, by the word of their domain, or has at least
// seen mail of ours about the ticket.
func proven(f *facts) bool {
	p := f.home()
	return f.auth.Aligned || p != nil && p.proof
}
