package mail_test

import (
	"testing"

	"storedesk/internal/desk"
	"storedesk/internal/tickets"
)

// TestMailOfMergedTickets: what answers a ticket that was merged goes to the one that is
// left, however far that is.
func TestMailOfMergedTickets(t *testing.T) {
	each(t, func(w *world) {
		u := w.person("ann@example.com", false)
		first, second, third := w.take("Cc: Bob <bob@example.net>, "+support, "Hello"), w.take("Subject: My lamp", "Hello?"), w.take("Subject: Lamp!", "Hello??")
		ours := w.answered(first.TicketID, "x1@shop.example")
		merge := func(source, target int64) {
			_, err := w.h.Tickets.Merge(w.Context(), w.st, tickets.MergeInput{Source: source, Target: target}, desk.Write{Actor: desk.Actor{Kind: desk.ActorAgent, ID: u.ID}})
			must(w, err)
		}
		merge(first.TicketID, second.TicketID)
		merge(second.TicketID, third.TicketID)
		for header, how := range map[string]string{
			"In-Reply-To: <" + ours + ">":                       "Message-ID of a mail of ours",
			"To: " + w.st.ReplyAddress(first.TicketID, 0):       "signed reply address",
			"From: bob@example.net\nReferences: <" + ours + ">": "which was merged",
		} {
			w.status(third.TicketID, desk.StatusPending)
			m := w.want(w.take(header, "Any news? "+how), desk.MailComment, how)
			if m.TicketID != third.TicketID || w.ticket(third.TicketID).Status != "open" {
				w.Errorf("%s: went to %d", how, m.TicketID)
			}
		}
		if n := len(w.ticket(first.TicketID).Comments); n != 1 {
			w.Errorf("the merged one has %d comments", n)
		}
		// nobody else comes in that way
		w.want(w.take("From: eve@evil.example\nTo: "+w.st.ReplyAddress(first.TicketID, 0), "Send it to me"), desk.MailTicket, "takes no part")
		// taken out again, it has its own mail back
		_, err := w.h.Tickets.UndoMerge(w.Context(), w.st, first.TicketID, desk.Write{Actor: desk.System})
		must(w, err)
		if m := w.want(w.take("In-Reply-To: <"+ours+">", "And now?"), desk.MailComment, "leads"); m.TicketID != first.TicketID {
			w.Errorf("went to %d", m.TicketID)
		}
	})
}
