package desk_test

import (
	"strings"
	"testing"

	"storedesk/internal/desk"
)

func TestNotificationsAsBroughtAreGood(t *testing.T) {
	for _, n := range desk.Notifications {
		if err := n.Check(); err != nil {
			t.Errorf("%s: %v", n.Name, err)
		}
	}
}

func TestNotificationCheck(t *testing.T) {
	cases := []struct {
		name, notification, subject, body string
		wrong                             string // in the error; "": good
	}{
		{"plain", desk.NotifyAssigned, "New", "Look: {{ticket.url}}", ""},
		{"no subject", desk.NotifyAssigned, " ", "x", "has a subject"},
		{"two lines", desk.NotifyAssigned, "a\r\nBcc: x@y.example", "x", "several lines"},
		{"unknown", desk.NotifyAssigned, "a", "{{ ticket.notes }}", "unknown"},
		{"not finished", desk.NotifyAssigned, "a", "{{ ticket.id", "not complete"},
		{"empty", desk.NotifyAssigned, "a", "{{ }}", "unknown"},
		{"too long", desk.NotifyAssigned, strings.Repeat("é", 201), "x", "longer than 200"},
		{"a stranger's words to a customer", desk.NotifyAcknowledgement, "Re: {{ ticket.subject }}", "x", "unknown"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			err := (&desk.Notification{Name: c.notification, Subject: c.subject, Body: c.body}).Check()
			if c.wrong == "" && err != nil || c.wrong != "" && (err == nil || !strings.Contains(err.Error(), c.wrong)) {
				t.Errorf("got %v, want %q", err, c.wrong)
			}
		})
	}
}

func TestNotificationFillTakesValuesAsText(t *testing.T) {
	n := desk.Notification{Subject: "{{ ticket.subject }}!", Body: "Hello {{ requester.first_name }},\n{{ticket.subject}}"}
	subject, body := n.Fill(map[string]string{"ticket.subject": "a\r\nBcc: b {{ store.name }}", "store.name": "Shop"})
	if subject != "a Bcc: b {{ store.name }}!" {
		t.Errorf("subject %q", subject)
	}
	if body != "Hello,\na\r\nBcc: b {{ store.name }}" {
		t.Errorf("body %q", body)
	}
}
