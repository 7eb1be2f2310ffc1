package mail_test

import (
	"strings"
	"testing"

	"storedesk/internal/desk"
)

func TestMailIsSeenBeforeItIsSent(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		n := &desk.Notification{Name: desk.NotifyAssigned, Subject: "#{{ ticket.id }} {{ ticket.subject }}", Body: "Of <b>{{ requester.first_name }}</b>"}
		id := s.ask("Lamp & shade", "hello")
		made, err := s.PreviewNotification(t.Context(), s.st, n, 0)
		if err != nil || made.Subject != "#1234 Where is my parcel?" || !strings.HasPrefix(made.Text, "Of <b>Ann</b>\n") {
			t.Errorf("%+v, %v", made, err)
		}
		filled, err := s.PreviewNotification(t.Context(), s.st, n, id)
		if err != nil || !strings.HasSuffix(filled.Subject, " Lamp & shade") {
			t.Fatalf("%+v, %v", filled, err)
		}
		contains(t, "HTML", filled.HTML, "Of &lt;b&gt;Ada&lt;/b&gt;")
		if _, err := s.PreviewNotification(t.Context(), s.st, n, 999_999); desk.CodeOf(err) != desk.NotFound {
			t.Errorf("a ticket that is not there: %v", err)
		}

		st := *s.st
		st.Mail.Colour, st.Mail.LogoURL, st.Mail.Footer = "#336699", "https://logo.example/a.png", "Lamps Ltd"
		look, err := s.PreviewReply(&st)
		if err != nil {
			t.Fatal(err)
		}
		contains(t, "HTML", look.HTML, "#336699")
		contains(t, "HTML", look.HTML, `src="https://logo.example/a.png"`)
		contains(t, "text", look.Text, "Lamps Ltd")
		if strings.Contains(look.Text, "\r") {
			t.Errorf("%q", look.Text)
		}
	})
}

func TestNotificationIsTriedOut(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		s.start()
		n := &desk.Notification{Name: desk.NotifyNewTicket, Subject: "New in {{ store.name }}", Body: "Look"}
		if err := s.SendNotification(t.Context(), s.st, n, 0, "Bob", "bob@x.example"); err != nil {
			t.Fatal(err)
		}
		list := s.outbox()
		if len(list) != 1 || list[0].Subject != "New in "+s.st.Name {
			t.Fatalf("%+v", list)
		}
		if m := parse(t, s.bytesOf(list[0])); len(m.To) != 1 || m.To[0].Addr != "bob@x.example" || m.Header.Get("Auto-Submitted") != "auto-generated" {
			t.Errorf("%v", m.Header.Fields())
		}
	})
}
