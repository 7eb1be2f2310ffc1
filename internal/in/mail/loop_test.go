package mail_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"storedesk/internal/desk"
	"storedesk/internal/in/mail"
	"storedesk/internal/store"
)

// TestOurOwnMailComesBack and creates nothing: through a list, with our return path, from
// our address.
func TestOurOwnMailComesBack(t *testing.T) {
	each(t, func(w *world) {
		m := w.take("", "Hello")
		ours := w.answered(m.TicketID, "x1@shop.example")
		w.want(w.take("From: help@shop.example\nMessage-ID: <"+ours+">", "On its way"), desk.MailSuppressed, "came back")
		unknown := desk.ReplyToken(w.st.Mail.Secret, m.TicketID, 0) + ".abc@shop.example"
		w.want(w.take("Message-ID: <"+unknown+">", "On its way"), desk.MailSuppressed, "came back")
		w.want(w.take("From: Help@Shop.example\nTo: "+w.st.ReplyAddress(m.TicketID, 0), "Hello"), desk.MailSuppressed, "our own address")

		form := w.want(w.take("From: help@shop.example\nReply-To: joe@example.org", "Through the form"), desk.MailTicket, "on behalf of joe@example.org")
		joined := get(w.db.Participants(w.Context(), w.st, form.TicketID))(w)
		if !form.Automatic() || len(joined) != 1 || joined[0].Address != "joe@example.org" {
			w.Errorf("automatic %t, %v", form.Automatic(), joined)
		}
		if got := w.ticket(m.TicketID); len(got.Comments) != 1 {
			w.Errorf("%+v", got.Comments)
		}
	})
}

// TestAutomaticAnswersAreNotes that reopen nothing, whoever sent them; new automatic mail
// is a ticket that nobody answers, up to a cap.
func TestAutomaticAnswersAreNotes(t *testing.T) {
	each(t, func(w *world) {
		m := w.take("", "Hello")
		if m.Automatic() {
			w.Error("a person's mail is marked automatic")
		}
		w.status(m.TicketID, desk.StatusSolved)
		to := "To: " + w.st.ReplyAddress(m.TicketID, 0)
		for i, header := range []string{
			to + "\nAuto-Submitted: auto-replied (vacation)", to + "\nPrecedence: bulk", to + "\nSubject: Automatic reply: Where is my lamp?",
			"From: no-reply@example.com\n" + to,
		} {
			note := w.want(w.take(header, "I am away"), desk.MailComment, "a program wrote it")
			got := w.ticket(m.TicketID)
			if c := got.Comments[len(got.Comments)-1]; got.Status != "solved" || len(got.Comments) != i+2 || c.Public || !note.Automatic() {
				w.Errorf("%s: %s, %+v", header, got.Status, c)
			}
		}
	})
}

// TestRespondersStop: what programs write is let in a few times an hour, for each address;
// mail of the hundredth person is not held up by that.
func TestRespondersStop(t *testing.T) {
	each(t, func(w *world) {
		fates := map[desk.Fate]int{}
		ticket := w.take("", "Hello").TicketID
		for i := range 12 {
			fates[w.take("Auto-Submitted: auto-replied\nTo: "+w.st.ReplyAddress(ticket, 0), fmt.Sprint("away ", i)).Fate]++
		}
		if want := map[desk.Fate]int{desk.MailComment: 5, desk.MailSuppressed: 7}; fmt.Sprint(fates) != fmt.Sprint(want) {
			w.Errorf("%v, want %v", fates, want)
		}
		clear(fates)
		w.h.Caps = mail.Caps{Automatic: 5, Answered: 100, Address: 100, Ticket: 100, Notes: 100}
		for i := range 12 {
			fates[w.take("Auto-Submitted: auto-generated\nFrom: cron@example.com", fmt.Sprint("run ", i)).Fate]++
		}
		if want := map[desk.Fate]int{desk.MailTicket: 5, desk.MailSuppressed: 7}; fmt.Sprint(fates) != fmt.Sprint(want) {
			w.Errorf("%v, want %v", fates, want)
		}
		w.want(w.take("Auto-Submitted: auto-generated\nFrom: other@example.com", "x"), desk.MailTicket, "")
		w.now = w.now.Add(61 * 60e9)
		w.want(w.take("Auto-Submitted: auto-generated\nFrom: cron@example.com", "later"), desk.MailTicket, "")
	})
}

// TestCapsOfPeople: a responder that marks nothing goes quiet, then is let in no more, in
// one ticket and for one address; a sender the store allows is not counted.
func TestCapsOfPeople(t *testing.T) {
	each(t, func(w *world) {
		w.h.Caps = mail.Caps{Automatic: 1, Notes: 1, Answered: 3, Address: 8, Ticket: 4}
		m := w.take("", "Hello")
		to := "To: " + w.st.ReplyAddress(m.TicketID, 0)
		var got []string
		for i := range 6 {
			a := w.take(to, fmt.Sprint("answer ", i))
			got = append(got, fmt.Sprint(a.Fate, " ", a.Automatic()))
		}
		want := []string{"comment false", "comment false", "comment true", "comment true", "suppressed false", "suppressed false"}
		if !slices.Equal(got, want) {
			w.Errorf("%q, want %q", got, want)
		}
		w.want(w.take("", "eighth"), desk.MailTicket, "no program answers it")
		w.want(w.take("", "ninth"), desk.MailSuppressed, "more than 8 mails from ann@example.com")
		must(w, w.db.Write(w.Context(), func(tx *store.Tx) error {
			tx.SetSenderRule(w.st, "@Example.com", "allow", desk.At(w.now))
			return nil
		}))
		w.want(w.take(to, "tenth"), desk.MailComment, "")
	})
}

const dsn = `From: MAILER-DAEMON@mx.example
Return-Path: <>
Subject: Undelivered
Content-Type: multipart/report; report-type=delivery-status; boundary=b`

func dsnBody(id, final, action, status string) string {
	return strings.NewReplacer("MSGID", id, "FINAL", final, "ACTION", action, "STATUS", status).Replace(`--b

Sorry.
--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example

Final-Recipient: rfc822; FINAL
Action: ACTION
Status: STATUS
Diagnostic-Code: smtp; 550 STATUS no

--b
Content-Type: message/rfc822

Message-ID: <MSGID>
Subject: x

Hello
--b--
`)
}

// TestBounces are attached to the very mail that bounced; notices about others' mail, or
// about recipients that it never had, change nothing.
func TestBounces(t *testing.T) {
	each(t, func(w *world) {
		m := w.take("", "Hello")
		id := w.answered(m.TicketID, "x1@shop.example")
		state := func() string {
			o := get(w.db.OutgoingByMessageID(w.Context(), w.st, id))(w)
			bad, err := w.db.BadAddresses(w.Context(), w.st, []string{"Ann@example.com"})
			must(w, err)
			return fmt.Sprint(o.Recipients[0].State, " ", len(bad) > 0)
		}
		for _, step := range []struct {
			body  string
			fate  desk.Fate
			state string
		}{
			{dsnBody("made-up@shop.example", "ann@example.com", "failed", "5.1.1"), desk.MailSuppressed, "accepted false"},
			{dsnBody(id, "ann@example.com", "delayed", "4.4.1"), desk.MailBounce, "deferred false"},
			{dsnBody(id, "ann@example.com", "delivered", "2.0.0"), desk.MailBounce, "accepted false"},
			{dsnBody(id, "elsewhere@example.org", "failed", "5.1.1"), desk.MailBounce, "bounced false"},
			{dsnBody(id, "ANN@example.com", "failed", "5.1.1"), desk.MailBounce, "bounced true"},
			{dsnBody(id, "ann@example.com", "delayed", "4.4.1"), desk.MailBounce, "bounced true"},
		} {
			got := w.want(w.take(dsn, step.body), step.fate, "")
			if state() != step.state || step.fate == desk.MailBounce && got.TicketID != m.TicketID {
				w.Errorf("%s: %s, want %s (%s)", step.body, state(), step.state, got.Reason)
			}
		}
		if got := w.ticket(m.TicketID); len(got.Comments) != 1 || got.Status != "new" {
			w.Errorf("%+v", got)
		}
	})
}

// TestCopiesAreOneTicket, whichever way they come.
func TestCopiesAreOneTicket(t *testing.T) {
	each(t, func(w *world) {
		raw := w.letter("", "Hello")
		m := w.takeRaw(raw)
		w.want(w.takeRaw(append([]byte("Received: by elsewhere\r\n"), raw...)), desk.MailDuplicate, fmt.Sprint("mail ", m.ID))
		listed := strings.Replace(string(raw), "Subject: ", "Subject: [list] ", 1)
		w.want(w.takeRaw([]byte("List-Id: <x>\r\n"+listed)), desk.MailDuplicate, "copy")
		// programs that know one Message-ID only
		w.want(w.takeRaw([]byte(strings.Replace(string(raw), "Where is my lamp?", "Another matter", 1))), desk.MailTicket, "")
		w.want(w.takeRaw([]byte(strings.Replace(string(raw), "ann@", "joe@", 1))), desk.MailTicket, "")
		bare := []byte("From: ann@example.com\r\n\r\nno id at all")
		w.want(w.takeRaw(bare), desk.MailTicket, "")
		w.want(w.takeRaw(bare), desk.MailDuplicate, "")
	})
}

// TestHeldUntilReleased: suspected spam has no ticket until a person lets it in.
func TestHeldUntilReleased(t *testing.T) {
	each(t, func(w *world) {
		rule := func(pattern, rule string) {
			must(w, w.db.Write(w.Context(), func(tx *store.Tx) error {
				tx.SetSenderRule(w.st, pattern, rule, desk.At(w.now))
				return nil
			}))
		}
		w.auth.DMARC, w.auth.Policy = "fail", "quarantine"
		m := w.want(w.take("", "Hello"), desk.MailHeld, "DMARC")
		if m.TicketID != 0 {
			w.Errorf("ticket %d", m.TicketID)
		}
		rule("ann@example.com", "allow")
		w.want(w.take("", "Hello"), desk.MailTicket, "")
		rule("ann@example.com", "")
		w.auth.Policy = "none"
		w.want(w.take("", "Hello"), desk.MailTicket, "")
		w.want(w.take("X-Spam-Flag: YES", "Hello"), desk.MailHeld, "X-Spam-Flag")
		rule("@evil.example", "block")
		w.want(w.take("From: Eve@Evil.example", "Hello"), desk.MailHeld, "blocks")

		must(w, w.room.Release(w.Context(), w.st, m.ID))
		w.handle()
		m = w.want(get(w.db.Mail(w.Context(), w.st, m.ID))(w), desk.MailReleased, "nothing leads")
		if m.TicketID == 0 || w.ticket(m.TicketID).Comments[0].Body != "Hello" {
			w.Errorf("%+v", m)
		}
	})
}
