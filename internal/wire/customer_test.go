package wire_test

import (
	"fmt"
	"strings"
	"testing"

	"storedesk/internal/desk"
	"storedesk/internal/wire"
)

func TestCustomerTicketCannotHoldSecrets(t *testing.T) {
	body := func(s string) *string { return &s }
	comments := []*desk.Comment{
		{ID: 1, TicketID: 7, Public: true, Body: body("hello"), Attachments: []desk.Attachment{{FileName: "a.txt"}}},
		{ID: 2, TicketID: 7, Body: body("SECRET note"), Attachments: []desk.Attachment{{FileName: "SECRET.txt", BlobKey: "SECRET"}}},
		{ID: 3, TicketID: 8, Public: true, Body: body("SECRET of another ticket")},
		nil,
		{ID: 4, TicketID: 7, Public: true, Body: body("answer")},
	}
	shown := wire.NewCustomerTicket(&desk.Ticket{ID: 7, Subject: "Lamp", AssigneeID: 99, Tags: []desk.Tag{{ID: 1, Name: "SECRET tag"}}},
		comments, func(c *desk.Comment) bool { return c.ID == 4 })
	if text := fmt.Sprintf("%+v", shown); strings.Contains(text, "SECRET") {
		t.Errorf("shown: %s", text)
	}
	if _, ok := shown.Comment(2); ok {
		t.Error("an internal comment is found by its id")
	}
	before, ok := shown.Before(4)
	if !ok || before.Body() != "hello" || !before.FromCustomer() || before.Files()[0].Name != "a.txt" {
		t.Errorf("before: %+v", before)
	}
	if last, _ := shown.Before(0); last.Body() != "answer" || last.FromCustomer() {
		t.Errorf("last: %+v", last)
	}
}
