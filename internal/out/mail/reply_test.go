package mail_test

import (
	"bytes"
	"crypto/rand"
	"io"
	"slices"
	"strings"
	"testing"

	"storedesk/internal/desk"
	"storedesk/internal/mailtext"
)

func TestReplyIsAWholeMail(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		s.start()
		s.st.Mail.Colour, s.st.Mail.Footer, s.st.Mail.LogoURL = "#aa5500", "Lamp Street 1\nOpen at ten", "https://lamps.example/logo.png"
		id := s.ask("Broken lamp", "My lamp <b>is</b> broken.\nPlease help.")
		s.exec(`INSERT INTO message_ids (store_id, message_id, ticket_id, ours, created_at) VALUES ($1, 'first@customer.example', $2, $3, 1)`, s.st.ID, id, false)
		s.exec(`INSERT INTO participants (store_id, ticket_id, address, shown, name) VALUES ($1, $2, 'CAROL@CUSTOMER.EXAMPLE', 'carol@customer.example', 'Carol'),
			($1, $2, 'HELP+X@LAMPS.EXAMPLE', 'help+x@lamps.example', '')`, s.st.ID, id)
		picture := make([]byte, 300_000)
		_, _ = rand.Read(picture)
		files := []int64{s.upload("Rechnung Übergröße – 漢字 (1).pdf", []byte("%PDF")), s.upload("lamp.png", picture)}
		s.answer(id, "Dear <Ada>,\n\nsee https://lamps.example/?a=1&b=2.\nÜbrigens: fixed.", true, files...)

		got := <-s.relay.accepted
		token := desk.ReplyToken(s.st.Mail.Secret, id, 0)
		if got.from != "help+"+token+"@lamps.example" || !slices.Equal(got.to, []string{"ada@customer.example", "carol@customer.example"}) {
			t.Errorf("envelope %q %q", got.from, got.to)
		}
		m := parse(t, got.raw)
		if m.Subject != "Re: Broken lamp" || m.From[0].Name != "Lamp Shop" || m.From[0].Addr != "help@lamps.example" ||
			m.ReplyTo[0].Addr != "help+"+token+"@lamps.example" || m.To[0].Name != "Ada Lovelace" || len(m.Cc) != 1 {
			t.Errorf("header %q %v %v %v %v", m.Subject, m.From, m.ReplyTo, m.To, m.Cc)
		}
		if !strings.HasPrefix(m.MessageID, token+".") || !strings.HasSuffix(m.MessageID, "@lamps.example") ||
			!slices.Equal(m.InReplyTo, []string{"first@customer.example"}) || !slices.Equal(m.References, []string{"first@customer.example"}) {
			t.Errorf("thread %q %q %q", m.MessageID, m.InReplyTo, m.References)
		}
		for _, name := range []string{"Auto-Submitted", "X-Auto-Response-Suppress", "List-Unsubscribe", "Precedence", "X-Mailer", "User-Agent"} {
			if m.Header.Has(name) {
				t.Errorf("%s: %s", name, m.Header.Get(name))
			}
		}
		contains(t, "text", m.Text, "Dear <Ada>,\n\nsee https://lamps.example/?a=1&b=2.\nÜbrigens: fixed.", "Lamp Street 1\nOpen at ten", "Ada Lovelace wrote:\n\n> My lamp <b>is</b> broken.\n> Please help.")
		contains(t, "HTML", m.HTML, "Dear &lt;Ada&gt;,<br>", `<a href="https://lamps.example/?a=1&amp;b=2">`, "#aa5500", "https://lamps.example/logo.png", "&lt;b&gt;is&lt;/b&gt;")
		if len(m.Parts) != 2 || m.Parts[0].FileName != "Rechnung Übergröße – 漢字 (1).pdf" || m.Parts[0].ContentType != "application/pdf" || m.Parts[1].FileName != "lamp.png" {
			t.Fatalf("files %+v", m.Parts)
		}
		if content, err := io.ReadAll(m.Parts[1].Open()); err != nil || !bytes.Equal(content, picture) {
			t.Errorf("the picture is another: %d bytes, %v", len(content), err)
		}
		for line := range bytes.Lines(got.raw) {
			if len(line) > 1000 || !bytes.HasSuffix(line, []byte("\r\n")) || bytes.ContainsFunc(line, func(r rune) bool { return r > '~' }) {
				t.Errorf("not a line for the wire: %d bytes, %.100q", len(line), line)
			}
		}
		if folded := mailtext.Fold("Thanks!\n\n"+quote(m.Text), mailtext.FoldOptions{Ours: []string{m.Text}}).Visible(); folded != "Thanks!" {
			t.Errorf("an answer above our mail is read as %q", folded)
		}
		list := s.outbox()
		if len(list) != 1 || list[0].MessageID != m.MessageID || list[0].Size != int64(len(got.raw)) || list[0].Recipients[0].State != desk.RecipientAccepted {
			t.Errorf("outbox %+v", list)
		}
		known, err := s.db.OutgoingByMessageID(t.Context(), s.st, m.MessageID)
		if err != nil || known.TicketID != id || known.CommentID == 0 {
			t.Errorf("by its Message-ID: %+v, %v", known, err)
		}
	})
}

func quote(text string) string {
	return "On Mon, 3 Mar 2026 at 10:00, Lamp Shop <help@lamps.example> wrote:\n> " + strings.ReplaceAll(text, "\n", "\n> ")
}

func TestOwnCommentsOfCustomersAreNotMailed(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		s.start()
		id := s.ask("Lamp", "first")
		body, from := "more", "ADA@customer.example"
		s.answer(id, "a note", false)
		for _, c := range []*desk.CommentInput{{AuthorID: s.ada.ID, Body: &body, Public: true}, {FromEmail: &from, Body: &body, Public: true}} {
			if _, err := s.tickets.AddComment(t.Context(), s.st, id, c, desk.Write{Actor: desk.Actor{Kind: desk.ActorAPI}}); err != nil {
				t.Fatal(err)
			}
		}
		if list := s.outbox(); len(list) != 0 {
			t.Errorf("outbox %+v", list)
		}
	})
}

func TestMailGoesWhereItMay(t *testing.T) {
	cases := []struct {
		name  string
		setup func(s *shop, in *desk.TicketInput)
		want  map[string]desk.RecipientState
	}{
		{"to from_email", func(_ *shop, in *desk.TicketInput) { setFrom(in, "eve@elsewhere.example") }, map[string]desk.RecipientState{"eve@elsewhere.example": desk.RecipientAccepted}},
		{"in ASCII", func(_ *shop, in *desk.TicketInput) { setFrom(in, "eve@bücher.example") }, map[string]desk.RecipientState{"eve@xn--bcher-kva.example": desk.RecipientAccepted}},
		{"not to ourselves", func(_ *shop, in *desk.TicketInput) { setFrom(in, "Help+abc@lamps.example") }, nil},
		{"not to nobody", func(_ *shop, in *desk.TicketInput) { setFrom(in, "") }, nil},
		{"not to what is no address", func(_ *shop, in *desk.TicketInput) { setFrom(in, "a@b.example\r\nBcc: x@y.example") }, nil},
		{"not where mail came back from", func(s *shop, in *desk.TicketInput) {
			s.exec("INSERT INTO bad_addresses (store_id, address, reason, since) VALUES ($1, 'GONE@ELSEWHERE.EXAMPLE', 'no such user', 1)", s.st.ID)
			setFrom(in, "gone@elsewhere.example")
		}, map[string]desk.RecipientState{"gone@elsewhere.example": desk.RecipientSuppressed}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			s := openSQLite(t)
			id := s.ask("Lamp", "hello", func(in *desk.TicketInput) { c.setup(s, in) })
			s.start()
			s.answer(id, "answer", true)
			got := map[string]desk.RecipientState{}
			for _, o := range s.outbox() {
				for _, r := range o.Recipients {
					got[r.Address] = r.State
				}
			}
			if len(got) != len(c.want) {
				t.Errorf("got %v, want %v", got, c.want)
			}
			for a, state := range c.want {
				if got[a] != state {
					t.Errorf("%s is %q, want %q", a, got[a], state)
				}
			}
		})
	}
}

func setFrom(in *desk.TicketInput, address string) {
	nobody := int64(0)
	in.RequesterID, in.FromEmail = &nobody, &desk.Text{Value: &address}
	in.Comment.AuthorID, in.Comment.FromEmail = 0, &address
}

func TestNothingIsInjectedIntoHeaders(t *testing.T) {
	s := openSQLite(t)
	s.start()
	s.st.Name, s.st.Mail.FromName = "Shop\r\nBcc: victim@x.example", "Shop\" <evil@x.example>,\r\nBcc: victim@x.example\r\n\r\nBody"
	s.ada = s.customer("Ada\"\r\nBcc: victim@x.example", "<b@x.example>,", "ada2@customer.example")
	id := s.ask("Lamp\r\nBcc: victim@x.example\r\n\r\nevil body\u2028", "hello")
	s.exec(`INSERT INTO message_ids (store_id, message_id, ticket_id, ours, created_at) VALUES ($1, $3, $2, $4, 1)`, s.st.ID, id, "x@y>\r\nBcc: victim@x.example", false)
	s.answer(id, "answer\r\n.\r\nMAIL FROM:<x@x.example>", true, s.upload("a\"\r\nBcc: victim@x.example\r\n\r\n.txt", []byte("hi")), s.upload(strings.Repeat("é", 250)+".pdf", nil))
	got := <-s.relay.accepted
	m := parse(t, got.raw)
	if m.Header.Has("Bcc") || len(got.to) != 1 || len(m.To) != 1 || len(m.From) != 1 || m.From[0].Addr != "help@lamps.example" || m.To[0].Addr != "ada2@customer.example" || m.References != nil {
		t.Errorf("header %v, to %v", m.Header.Fields(), got.to)
	}
	head, _, _ := strings.Cut(string(got.raw), "\r\n\r\n")
	for line := range strings.Lines(head) {
		if strings.HasPrefix(strings.ToLower(line), "bcc") || len(line) > 998 {
			t.Errorf("line %q", line)
		}
	}
	if m.Subject != "Re: Lamp Bcc: victim@x.example evil body" {
		t.Errorf("subject %q", m.Subject)
	}
	contains(t, "text", m.Text, "answer\n.\nMAIL FROM:<x@x.example>")
	if len(m.Parts) != 2 || strings.ContainsAny(m.Parts[0].FileName, "\r\n") || m.Parts[1].FileName != strings.Repeat("é", 250)+".pdf" {
		t.Errorf("files %+v", m.Parts)
	}
	if n := len(s.relay.got()); n != 1 {
		t.Errorf("%d mails came of one", n)
	}
}

func TestLargeAttachmentsAreLinked(t *testing.T) {
	s := openSQLite(t)
	s.start()
	id := s.ask("Lamp", "hello")
	s.answer(id, "the films", true, s.upload("a.mp4", make([]byte, 10<<20)), s.upload("b.mp4", make([]byte, 6<<20)))
	m := parse(t, (<-s.relay.accepted).raw)
	contains(t, "text", m.Text, "a.mp4: https://lamps.example/media/attachments/", "b.mp4: https://")
	contains(t, "HTML", m.HTML, `">a.mp4</a>`)
	if len(m.Parts) != 0 {
		t.Errorf("files %+v", m.Parts)
	}
}

func TestSubjectNamesTheTicketWhereAddressesCannot(t *testing.T) {
	s := openSQLite(t)
	s.start()
	s.st.Mail.PlusAddress = "no"
	id := s.ask("Lamp", "hello")
	s.answer(id, "one", true)
	first := <-s.relay.accepted
	m := parse(t, first.raw)
	marker := "[" + desk.ReplyToken(s.st.Mail.Secret, id, 0) + "]"
	if m.Subject != "Re: Lamp "+marker || m.ReplyTo[0].Addr != "help@lamps.example" || first.from != "help@lamps.example" {
		t.Errorf("subject %q, reply to %v, from %q", m.Subject, m.ReplyTo, first.from)
	}
	s.exec(`INSERT INTO mails (store_id, id, source, source_key, blob_key, sha256, size, subject, ticket_id, comment_id, received_at)
		VALUES ($1, 1, 'smtp', '1', '', '', 1, $3, $2, 1, 1)`, s.st.ID, id, "AW: Re: Lamp "+marker)
	s.answer(id, "two", true)
	if m := parse(t, (<-s.relay.accepted).raw); m.Subject != "Re: Lamp "+marker {
		t.Errorf("subject %q", m.Subject)
	}
}
