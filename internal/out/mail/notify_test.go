package mail_test

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"

	"storedesk/internal/blob"
	"storedesk/internal/desk"
	"storedesk/internal/settings"
	"storedesk/internal/store"
)

// arrive makes a ticket of a mail, as the door for mail does.
func (s *shop) arrive(header, envelopeFrom, from string) int64 {
	s.t.Helper()
	raw := header + "From: <" + from + ">\r\nSubject: BUY PILLS\r\n\r\nBUY PILLS at https://evil.example\r\n"
	key := blob.NewKey()
	if _, err := s.Blobs.Put(s.t.Context(), key, strings.NewReader(raw)); err != nil {
		s.t.Fatal(err)
	}
	subject, body := "BUY PILLS", "BUY PILLS at https://evil.example"
	in := &desk.TicketInput{Subject: &subject, FromEmail: &desk.Text{Value: &from}, Comment: &desk.CommentInput{Body: &body, FromEmail: &from, Public: true}}
	var id int64
	err := s.db.Write(s.t.Context(), func(tx *store.Tx) error {
		w, err := s.tickets.CreateIn(s.t.Context(), tx, s.st, in, desk.Write{Actor: desk.Actor{Kind: desk.ActorCustomer}, Channel: desk.ChannelEmail})
		if err != nil {
			return err
		}
		id = w.Ticket.ID
		tx.Exec(`INSERT INTO mails (store_id, id, source, source_key, blob_key, sha256, size, envelope_from, subject, ticket_id, comment_id, received_at, auth)
			VALUES ($1, $2, 'smtp', $3, $3, '', $4, $5, $6, $2, $7, 1, $8)`, s.st.ID, id, key, len(raw), envelopeFrom, subject, w.Comment.ID, s.auth)
		tx.Exec(`INSERT INTO message_ids (store_id, message_id, ticket_id, ours, created_at) VALUES ($1, $3, $2, $4, 1)`, s.st.ID, id, fmt.Sprintf("m%d@x.example", id), false)
		return nil
	})
	if err != nil {
		s.t.Fatal(err)
	}
	return id
}

func TestAcknowledgementRepeatsNothing(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		s.start()
		id := s.arrive("", "victim@x.example", "victim@x.example")
		got := <-s.relay.accepted
		m := parse(t, got.raw)
		if m.Subject != "We have received your request (#"+strconv.FormatInt(id, 10)+")" || m.To[0].Addr != "victim@x.example" ||
			m.Header.Get("Auto-Submitted") != "auto-generated" || m.Header.Get("X-Auto-Response-Suppress") != "All" ||
			!slices.Equal(m.InReplyTo, []string{fmt.Sprintf("m%d@x.example", id)}) {
			t.Errorf("header %v", m.Header.Fields())
		}
		if text := m.Text + m.HTML + m.Subject; strings.Contains(text, "PILLS") || strings.Contains(text, "evil") {
			t.Errorf("the sender's words come back: %s", text)
		}
	})
}

func TestMachinesAreNotAcknowledged(t *testing.T) {
	cases := []struct{ name, auth, from string }{
		{"automatic", `{"automatic":true}`, "a@x.example"},
		{"forged", `{"spf":"pass","dmarc":"fail"}`, "a@x.example"},
		{"nobody reads it", "{}", "no-reply@x.example"},
		{"mailer", "{}", "MAILER-DAEMON@x.example"},
		{"ourselves", "{}", "help+t1@lamps.example"},
	}
	s := openSQLite(t)
	s.start()
	for _, c := range cases {
		s.auth = c.auth
		s.arrive("", c.from, c.from)
		if list := s.outbox(); len(list) != 0 {
			t.Errorf("%s: %+v", c.name, list)
		}
	}
	s.auth = `{"spf":"fail","dmarc":"none"}`
	s.arrive("Auto-Submitted: no\r\n", "noreen@x.example", "noreen@x.example")
	if list := s.outbox(); len(list) != 1 {
		t.Errorf("a person got %d mails", len(list))
	}
}

func TestAcknowledgementsAreCapped(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		s.start()
		for range 9 {
			s.arrive("", "loop@x.example", "loop@x.example")
		}
		s.arrive("", "other@x.example", "other@x.example")
		s.start() // two nodes, which count together
		s.start()
		counts := map[string]int{}
		for _, o := range s.outbox() {
			counts[o.Recipients[0].Address]++
		}
		if counts["loop@x.example"] != 5 || counts["other@x.example"] != 1 {
			t.Errorf("sent %v", counts)
		}
	})
}

func TestAgentsAreTold(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		s.start()
		s.st.Mail.AdminAddress = "boss@staff.example"
		id := s.ask("Lamp", "It is broken", func(in *desk.TicketInput) { in.AssigneeID = &s.bob.UserID })
		s.answer(id, "mail not@bob, but ask @Bob.Jones and @nobody", false)
		byKind := map[string]desk.Outgoing{}
		for _, o := range s.outbox() {
			byKind[o.Kind] = o
		}
		mentioned := "mentioned:" + strconv.FormatInt(s.bob.AccountID, 10)
		if len(byKind) != 3 || byKind["assigned"].ID == 0 || byKind["new_ticket"].ID == 0 || byKind[mentioned].ID == 0 {
			t.Fatalf("outbox %+v", byKind)
		}
		assigned := parse(t, s.bytesOf(byKind["assigned"]))
		if assigned.To[0].Addr != "bob@staff.example" || assigned.ReplyTo[0].Addr != s.st.ReplyAddress(id, s.bob.AccountID) || !assigned.Header.Has("Auto-Submitted") {
			t.Errorf("header %v", assigned.Header.Fields())
		}
		contains(t, "text", assigned.Text, "https://lamps.example/dashboard/tickets/1/", "the customer wrote:\n\n> It is broken")
		if to := byKind["new_ticket"].Recipients[0].Address; to != "boss@staff.example" {
			t.Errorf("new tickets are told to %s", to)
		}
		if text := parse(t, s.bytesOf(byKind[mentioned])).Text; strings.Contains(text, "nobody") {
			t.Errorf("an internal comment has left: %s", text)
		}
	})
}

func TestNotificationsAsTheStoreWantsThem(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		s.start()
		all := &settings.Notifications{DB: s.db}
		for _, n := range []desk.Notification{
			{Name: desk.NotifyAcknowledgement, Enabled: false, Subject: "a", Body: "b"},
			{Name: desk.NotifyAssigned, Enabled: true, Subject: "Für Sie: {{ticket.subject}}", Body: "{{ requester.first_name }} fragt"},
		} {
			if err := all.Set(t.Context(), s.st, &n); err != nil {
				t.Fatal(err)
			}
		}
		if err := all.Set(t.Context(), s.st, &desk.Notification{Name: "other", Subject: "a", Body: "b"}); desk.CodeOf(err) != desk.NotFound {
			t.Errorf("a notification that is none: %v", err)
		}
		s.arrive("", "a@x.example", "a@x.example")
		s.ask("Lamp", "hello", func(in *desk.TicketInput) { in.AssigneeID = &s.bob.UserID })
		list := s.outbox()
		if len(list) != 1 || list[0].Subject != "Für Sie: Lamp" {
			t.Fatalf("outbox %+v", list)
		}
		contains(t, "text", parse(t, s.bytesOf(list[0])).Text, "Ada fragt")
		if err := all.Reset(t.Context(), s.st, desk.NotifyAcknowledgement); err != nil {
			t.Fatal(err)
		}
		if n, err := all.Get(t.Context(), s.st, desk.NotifyAcknowledgement); err != nil || !n.Enabled || n.Subject == "a" {
			t.Errorf("after reset %+v, %v", n, err)
		}
	})
}

func TestLinksAndWarningsAreMailed(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		s.start()
		s.SendLink(t.Context(), s.st, desk.LinkReset, "ana@staff.example", "https://lamps.example/dashboard/reset/abc/")
		m := parse(t, (<-s.relay.accepted).raw)
		contains(t, "text", m.Text, "https://lamps.example/dashboard/reset/abc/", "Lamp Shop")
		contains(t, "HTML", m.HTML, `href="https://lamps.example/dashboard/reset/abc/"`)
		if err := s.WarnWebhook(t.Context(), s.st, &desk.Webhook{ID: 7, Target: "https://hook.example/"}); err != nil {
			t.Fatal(err)
		}
		var to []string
		for _, o := range s.outbox()[1:] {
			to = append(to, o.Recipients[0].Address)
			contains(t, "text", parse(t, s.bytesOf(o)).Text, "webhook 7", "https://hook.example/")
		}
		if !slices.Equal(to, []string{"ana@staff.example", "bob@staff.example"}) {
			t.Errorf("warned %q", to)
		}
	})
}

func TestNoMailLeavesUnlessAsked(t *testing.T) {
	s := openSQLite(t)
	s.route("")
	s.start()
	s.answer(s.ask("Lamp", "hello"), "answer", true)
	s.arrive("", "a@x.example", "a@x.example")
	s.SendLink(t.Context(), s.st, desk.LinkReset, "ana@staff.example", "https://x/")
	if list, jobs := s.outbox(), s.jobs(); len(list) != 0 || len(jobs) != 0 {
		t.Errorf("outbox %+v, jobs %+v", list, jobs)
	}
	s.route("smtp://" + s.relay.address + "?tls=off")
	s.st.SupportEmail = ""
	s.answer(s.ask("Lamp", "hello"), "answer", true)
	if list := s.outbox(); len(list) != 0 {
		t.Errorf("outbox %+v", list)
	}
}

// Every path on which something leaves, with secrets wherever there is room for them: none
// of them is in the bytes of any mail.
func TestSecretsNeverLeave(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		s.start()
		s.st.Mail.AdminAddress = "boss@staff.example"
		secretFile := s.upload("hush-file.txt", []byte("hush-content"))
		tags := []string{"hush-tag"}
		id := s.arrive("", "a@x.example", "a@x.example")
		s.answer(id, "hush-note one @bob @ana", false, secretFile)
		if _, err := s.tickets.Update(t.Context(), s.st, id, &desk.TicketInput{Tags: &tags, AssigneeID: &s.ana.UserID}, desk.Write{Actor: desk.System}); err != nil {
			t.Fatal(err)
		}
		s.answer(id, "public answer", true)
		s.answer(id, "hush-note two", false)
		s.answer(id, "another public answer", true)
		note := "hush-note three @bob"
		if _, err := s.tickets.Create(t.Context(), s.st, &desk.TicketInput{
			Subject: &note, RequesterID: &s.ada.ID, Tags: &tags, AssigneeID: &s.bob.UserID,
			Comment: &desk.CommentInput{AuthorID: s.ana.UserID, Body: &note},
		}, desk.Write{Actor: desk.Actor{Kind: desk.ActorAgent, ID: s.ana.UserID}}); err != nil {
			t.Fatal(err)
		}
		kinds := map[string]int{}
		for _, o := range s.outbox() {
			kind, _, _ := strings.Cut(o.Kind, ":")
			kinds[kind]++
			raw := s.bytesOf(o)
			m := parse(t, raw)
			text := string(raw) + m.Text + m.HTML
			for _, secret := range []string{"hush-note one", "hush-note two", "hush-file", "hush-content", base64.StdEncoding.EncodeToString([]byte("hush-content")), "hush-tag"} {
				if strings.Contains(text, secret) {
					t.Errorf("%s holds %q", o.Kind, secret)
				}
			}
			toCustomer := o.Kind == "reply" || o.Kind == desk.NotifyAcknowledgement
			if toCustomer && (strings.Contains(text, "Secretname") || strings.Contains(text, "staff.example") || bytes.Contains(raw, []byte("dashboard"))) {
				t.Errorf("%s shows the customer who works here:\n%s", o.Kind, raw)
			}
			if toCustomer && strings.Contains(text, "hush") {
				t.Errorf("%s holds a secret:\n%s", o.Kind, raw)
			}
		}
		if kinds["reply"] != 2 || kinds["acknowledgement"] != 1 || kinds["assigned"] != 2 || kinds["mentioned"] != 2 || kinds["new_ticket"] != 2 {
			t.Errorf("paths taken: %v", kinds)
		}
	})
}
