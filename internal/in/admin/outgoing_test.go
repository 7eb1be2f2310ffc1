package admin

import (
	"net/http"
	"strconv"
	"strings"
	"testing"

	"storedesk/internal/desk"
	"storedesk/internal/store"
)

func TestDeliveriesOfATicket(t *testing.T) {
	d := open(t)
	first, second := d.post("tickets/", `{"subject":"one"}`).made(t), d.post("tickets/", `{"subject":"two"}`).made(t)
	err := d.db.Write(t.Context(), func(tx *store.Tx) error {
		for i, id := range []int64{first, first, second} {
			o := &desk.Outgoing{
				Kind: "reply", TicketID: id, CommentID: 1, EventID: int64(i + 1), MessageID: "m" + strconv.Itoa(i) + "@lamps.example", Subject: "Re: \"one\"", CreatedAt: 1,
				Recipients: []desk.OutgoingRecipient{{Address: "b@x.example", State: desk.RecipientBounced, Reason: "550 no"}, {Address: "a@x.example", State: desk.RecipientQueued}},
			}
			if fresh, err := tx.InsertOutgoing(t.Context(), d.st, o); err != nil || !fresh {
				t.Fatal(fresh, err)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	path := "tickets/" + strconv.FormatInt(first, 10) + "/deliveries/"
	got := d.ask(request{path: path, token: "read"})
	if got.status != http.StatusOK || strings.Count(got.body, `"message_id"`) != 2 || strings.Index(got.body, "m1@") > strings.Index(got.body, "m0@") ||
		strings.Contains(got.body, "m2@") || !strings.Contains(got.body, `"subject":"Re: \"one\""`) ||
		!strings.Contains(got.body, `"recipients":[{"address":"a@x.example","state":"queued","reason":"",`) {
		t.Errorf("%d %s", got.status, got.body)
	}
	for path, want := range map[string]int{"tickets/999/deliveries/": http.StatusNotFound, path + "?page_size=x": http.StatusBadRequest} {
		if got := d.ask(request{path: path}); got.status != want {
			t.Errorf("%s: %d %s", path, got.status, got.body)
		}
	}
	for _, q := range []request{{path: path, token: "users"}, {path: path, token: "elsewhere"}} {
		if got := d.ask(q); got.status/100 != 4 {
			t.Errorf("as %s: %d", q.token, got.status)
		}
	}
}
