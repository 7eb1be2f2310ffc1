package mail_test

import (
	"slices"
	"testing"

	"storedesk/internal/desk"
	"storedesk/internal/store"
	"storedesk/internal/store/storetest"
)

// TestConversation goes through a ticket's life as its writer sees it.
func TestConversation(t *testing.T) {
	each(t, func(w *world) {
		m := w.want(w.take("Cc: Bob <bob@example.net>, "+support, "Hello,\nwhere is it?\n"), desk.MailTicket, "nothing leads")
		ticket := w.ticket(m.TicketID)
		if ticket.Subject != "Where is my lamp?" || ticket.Channel != "email" || ticket.Status != "new" || *ticket.FromEmail != "ann@example.com" ||
			len(ticket.Comments) != 1 || ticket.Comments[0].Body != "Hello,\nwhere is it?" || !ticket.Comments[0].Public || ticket.Requester != nil {
			w.Fatalf("%+v", ticket)
		}
		joined := get(w.db.Participants(w.Context(), w.st, m.TicketID))(w)
		if !slices.Equal(joined, []desk.Participant{{Address: "bob@example.net", Name: "Bob"}}) {
			w.Errorf("participants %v", joined)
		}
		ours := w.answered(m.TicketID, "x1@shop.example")

		w.status(m.TicketID, desk.StatusPending)
		again := w.want(w.take("Subject: Re: Where is my lamp?\nIn-Reply-To: <"+ours+">", "Any news?\n\nOn Mon, 2 Nov 2026 at 09:00, Shop wrote:\n> On its way.\n"),
			desk.MailComment, "Message-ID of a mail of ours")
		ticket = w.ticket(m.TicketID)
		if again.TicketID != m.TicketID || ticket.Status != "open" || ticket.Comments[1].Body != "Any news?" {
			w.Errorf("%+v", ticket)
		}
		// by the id of their own mail, and from the Cc
		w.want(w.take("From: bob@example.net\nReferences: <"+m.MessageID+">", "I wait too"), desk.MailComment, "mail that came in")
		// by the signed address, in capitals
		to := w.st.ReplyAddress(m.TicketID, 0)
		w.status(m.TicketID, desk.StatusSolved)
		w.want(w.take("To: "+desk.Fold(to), "No, it is broken"), desk.MailComment, "signed reply address")
		if got := w.ticket(m.TicketID); got.Status != "open" || len(got.Comments) != 4 {
			w.Errorf("%+v", got)
		}
		// by the marker, which the ticket's subject does not keep
		marked := "Re: Where is my lamp? [" + desk.ReplyToken(w.st.Mail.Secret, m.TicketID, 0) + "]"
		w.want(w.take("Subject: "+marked, "hello?"), desk.MailComment, "signed marker")
		// a topic of its own
		w.want(w.take("Subject: Invoice 2025 needed\nTo: "+to, "please"), desk.MailComment, "quite different")
		ids := get(w.db.LastMessageIDs(w.Context(), w.st, m.TicketID))(w)
		if len(ids) != 7 || !slices.Contains(ids, ours) || !slices.Contains(ids, m.MessageID) {
			w.Errorf("ids %q", ids)
		}
	})
}

// TestClosedTicketIsFollowed once, by a linked ticket that further answers go to.
func TestClosedTicketIsFollowed(t *testing.T) {
	each(t, func(w *world) {
		u := w.person("ann@example.com", false)
		m := w.take("", "Hello")
		if got := w.ticket(m.TicketID); *got.Requester != u.ID || got.FromEmail != nil || *got.Comments[0].Author != u.ID {
			w.Errorf("%+v", got)
		}
		w.status(m.TicketID, desk.StatusClosed)
		to := "To: " + w.st.ReplyAddress(m.TicketID, 0)
		next := w.want(w.take(to, "It broke again"), desk.MailFollowUp, "closed")
		got := w.ticket(next.TicketID)
		links := get(w.db.TicketLinks(w.Context(), w.st, m.TicketID))(w)
		if got.Channel != "follow_up" || *got.Requester != u.ID || len(links) != 1 || links[0] != (desk.TicketLink{TicketID: next.TicketID, Kind: desk.LinkFollowUp}) {
			w.Errorf("%+v %v", got, links)
		}
		if second := w.want(w.take(to, "And once more"), desk.MailComment, "leads"); second.TicketID != next.TicketID {
			w.Errorf("went to %d, want %d", second.TicketID, next.TicketID)
		}
		if n := len(w.ticket(m.TicketID).Comments); n != 1 {
			w.Errorf("the closed one has %d comments", n)
		}
	})
}

func TestThanksLeaveASolvedTicketSolved(t *testing.T) {
	for text, want := range map[string]string{
		"Thank you so much!":                  "solved",
		"Danke schön\n\nAnn":                  "solved",
		"Merci beaucoup pour votre aide 🙏":    "solved",
		"Thanks, but it is still broken":      "open",
		"Thanks! When will the other arrive?": "open",
		"Thanks for order 1001":               "open",
		"It works":                            "open",
	} {
		t.Run(text, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, storetest.Open(t, storetest.SQLite(t)))
			m := w.take("", "Hello")
			w.status(m.TicketID, desk.StatusSolved)
			w.take("To: "+w.st.ReplyAddress(m.TicketID, 0), text)
			if got := w.ticket(m.TicketID); got.Status != want || len(got.Comments) != 2 {
				w.Errorf("%s with %d comments, want %s", got.Status, len(got.Comments), want)
			}
		})
	}
}

// TestNobodyElseJoins: knowing an id, a name or even a reply address is not taking part.
func TestNobodyElseJoins(t *testing.T) {
	each(t, func(w *world) {
		m := w.take("From: ann@mail.example", "Hello")
		ours := w.answered(m.TicketID, "x1@shop.example")
		token := w.st.ReplyAddress(m.TicketID, 0)
		for _, header := range []string{
			"From: eve@evil.example\nIn-Reply-To: <" + ours + ">",
			"From: eve@evil.example\nTo: " + token,
			"From: eve@evil.example\nReferences: <" + m.MessageID + ">",
			"From: Ann <eve@evil.example>\nSender: ann@mail.example\nTo: " + token,
			"From: ann@mail.example, eve@evil.example\nSender: ann@mail.example\nTo: " + token,
			"From: ann@mail.example\nFrom: eve@evil.example\nTo: " + token,
			"From: \"ann@mail.example\" <eve@evil.example>\nReply-To: ann@mail.example\nTo: " + token,
			"From: ann@maıl.example\nTo: " + token, // i without a dot
		} {
			other := w.want(w.take(header, "Send it to me instead"), desk.MailTicket, "takes no part")
			links := get(w.db.TicketLinks(w.Context(), w.st, other.TicketID))(w)
			if other.TicketID == m.TicketID || len(links) != 1 || links[0].TicketID != m.TicketID || links[0].Kind != desk.LinkRelated {
				w.Errorf("%s: ticket %d, links %v", header, other.TicketID, links)
			}
		}
		for _, header := range []string{ // made up
			"From: eve@evil.example\nTo: help+t" + "1-aaaaaaaaaaaaaaaa@shop.example",
			"From: eve@evil.example\nSubject: Re: [t1-aaaaaaaaaaaaaaaa]",
			"From: eve@evil.example\nIn-Reply-To: <t1-aaaaaaaaaaaaaaaa.x@shop.example>",
		} {
			w.want(w.take(header, "Hello"), desk.MailTicket, "nothing leads")
		}
		if got := w.ticket(m.TicketID); len(got.Comments) != 1 {
			w.Errorf("%d comments", len(got.Comments))
		}
	})
}

// TestForgedAnswerBringsNobodyIn: written in the requester's name, it could have our
// answers sent to somebody else.
func TestForgedAnswerBringsNobodyIn(t *testing.T) {
	each(t, func(w *world) {
		m := w.take("", "Hello")
		forged := "Reply-To: eve@evil.example\nCc: eve2@evil.example\nReferences: <" + m.MessageID + ">"
		w.want(w.take(forged, "Send it to my other address"), desk.MailComment, "")
		if joined := get(w.db.Participants(w.Context(), w.st, m.TicketID))(w); len(joined) != 0 {
			w.Errorf("%v joined", joined)
		}
		w.auth.Aligned = true
		w.want(w.take("Reply-To: ann@home.example\nReferences: <"+m.MessageID+">", "Now at home"), desk.MailComment, "")
		if joined := get(w.db.Participants(w.Context(), w.st, m.TicketID))(w); len(joined) != 1 {
			w.Errorf("%v joined", joined)
		}
	})
}

// agent makes somebody who works for the store, and returns their account.
func (w *world) agent(email string) (account int64, user *desk.User) {
	w.Helper()
	user = w.person(email, true)
	a := &desk.Account{Email: email, Name: "Gil", CreatedAt: desk.At(w.now)}
	key := get(desk.EmailKey(email))(w)
	must(w, w.db.Write(w.Context(), func(tx *store.Tx) error {
		if err := tx.InsertAccount(w.Context(), a, key); err != nil {
			return err
		}
		tx.InsertMembership(w.st, a.ID, user.ID, false, desk.At(w.now))
		return nil
	}))
	return a.ID, user
}

// TestAgentAnswersFromMailbox only with their own signed address and the word of their
// domain; what is missing of that makes it a ticket that nobody is told of.
func TestAgentAnswersFromMailbox(t *testing.T) {
	each(t, func(w *world) {
		m := w.take("", "Hello")
		account, user := w.agent("gil@shop.example")
		other, _ := w.agent("kim@shop.example")
		aligned := func() { w.auth.Aligned, w.auth.SPF, w.auth.DKIM, w.auth.DMARC = true, "pass", "pass", "pass" }
		to := func(agent int64) string { return "From: gil@shop.example\nTo: " + w.st.ReplyAddress(m.TicketID, agent) }

		w.want(w.take(to(account), "forged"), desk.MailTicket, "nothing proves")
		aligned()
		w.want(w.take(to(other), "with a colleague's address"), desk.MailTicket, "not from that agent")
		w.want(w.take(to(0), "with the customer's address"), desk.MailTicket, "takes no part")
		w.want(w.take(to(account)+"\nAuto-Submitted: auto-replied", "on holiday"), desk.MailSuppressed, "works here")
		two := "From: gil@shop.example, x@y.example\nTo: " + w.st.ReplyAddress(m.TicketID, account)
		w.want(w.take(two, "two writers"), desk.MailTicket, "not from that agent")
		if got := w.ticket(m.TicketID); len(got.Comments) != 1 {
			w.Fatalf("%+v", got.Comments)
		}
		w.want(w.take(to(account), "It is on its way."), desk.MailComment, "vouches")
		got := w.ticket(m.TicketID)
		if c := got.Comments[len(got.Comments)-1]; len(got.Comments) != 2 || *c.Author != user.ID || !c.Public || c.FromEmail != nil {
			w.Errorf("%+v", got.Comments)
		}
		must(w, w.db.Write(w.Context(), func(tx *store.Tx) error { tx.DeleteMembership(w.st, account); return nil }))
		w.want(w.take(to(account), "I left"), desk.MailTicket, "not work here any more")
	})
}

// TestStaffAddressIsNoAgent: a mail in a colleague's name is an address, not a colleague.
func TestStaffAddressIsNoAgent(t *testing.T) {
	each(t, func(w *world) {
		_, user := w.agent("gil@shop.example")
		got := w.ticket(w.take("From: gil@shop.example", "Hello").TicketID)
		if got.Requester != nil || got.Comments[0].Author != nil || *got.Comments[0].FromEmail != "gil@shop.example" {
			w.Errorf("unproven: %+v", got)
		}
		w.auth.Aligned = true
		inner := "From: gil@shop.example\nSubject: Fwd: broken\nContent-Type: multipart/mixed; boundary=b\n"
		m := w.want(w.take(inner, "--b\n\nplease see\n--b\nContent-Type: message/rfc822\n\nFrom: joe@example.org\nSubject: broken\n\nIt broke.\n--b--\n"),
			desk.MailTicket, "on behalf of joe@example.org")
		got = w.ticket(m.TicketID)
		if got.Requester == nil || *got.Requester != user.ID || got.Comments[0].Author != nil || len(got.Comments[0].Attachments) != 1 {
			w.Errorf("aligned: %+v", got)
		}
	})
}
