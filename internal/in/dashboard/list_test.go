package dashboard

import (
	"fmt"
	"strings"
	"testing"

	"storedesk/internal/desk"
	"storedesk/internal/store"
)

func (w *world) ticket(st *desk.Store, subject string, change func(*desk.TicketInput)) int64 {
	w.t.Helper()
	in := &desk.TicketInput{Subject: &subject}
	if change != nil {
		change(in)
	}
	doc, err := w.config.Tickets.Create(w.t.Context(), st, in, desk.Write{Actor: desk.System})
	if err != nil {
		w.t.Fatal(err)
	}
	return doc.ID
}

func resultIDs(answer map[string]any) string {
	var ids []string
	for _, row := range answer["results"].([]any) {
		ids = append(ids, fmt.Sprint(row.(map[string]any)["id"]))
	}
	return strings.Join(ids, " ")
}

func TestListPagesBothWays(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.agent("ben", false, desk.PermissionTickets)
		w.agent("idle", false, desk.PermissionCustomers)
		for i := range 7 {
			body := fmt.Sprintf("word%d", i)
			w.ticket(w.st, fmt.Sprintf("Lamp %d", i), func(in *desk.TicketInput) { in.Comment = &desk.CommentInput{Body: &body, Public: true} })
		}
		theirs := w.ticket(w.other, "Lamp", nil)
		for _, order := range []string{"-id", "id", "-updated_at", "updated_at"} {
			whole := strings.Fields(resultIDs(w.ask("ben", "GET", "tickets/?q=lamp&order="+order, nil, 200)))
			if len(whole) != 7 {
				t.Fatal(whole)
			}
			var got []string
			path, pages := "tickets/?q=lamp&size=3&order="+order, 0
			answer := w.ask("ben", "GET", path, nil, 200)
			for ; ; pages++ {
				got = append(got, strings.Fields(resultIDs(answer))...)
				if answer["next"] == nil {
					break
				}
				answer = w.ask("ben", "GET", path+"&after="+answer["next"].(string), nil, 200)
			}
			if strings.Join(got, " ") != strings.Join(whole, " ") || pages != 2 {
				t.Errorf("%s: %v, want %v", order, got, whole)
			}
			answer = w.ask("ben", "GET", path+"&before="+answer["previous"].(string), nil, 200)
			if resultIDs(answer) != strings.Join(whole[3:6], " ") || answer["next"] == nil {
				t.Errorf("%s back: %v", order, resultIDs(answer))
			}
			answer = w.ask("ben", "GET", path+"&before="+answer["previous"].(string), nil, 200)
			if resultIDs(answer) != strings.Join(whole[:3], " ") || answer["previous"] != nil {
				t.Errorf("%s to the start: %v %v", order, resultIDs(answer), answer["previous"])
			}
		}
		if got := w.ask("ben", "GET", fmt.Sprintf("tickets/?ids=1,%d", theirs), nil, 200); resultIDs(got) != "1" {
			t.Errorf("by id: %s", resultIDs(got))
		}
		if got := w.ask("ben", "GET", "tickets/?q=2", nil, 200); len(got["exact"].([]any)) != 1 {
			t.Errorf("by number: %v", got)
		}
		counts := w.ask("ben", "GET", "tickets/counts/", nil, 200)["counts"].(map[string]any)
		if counts["unsolved"] != 7.0 || counts["mine"] != 0.0 || counts["held"] != 0.0 {
			t.Errorf("%v", counts)
		}
		for _, bad := range []string{"q=stauts:x", "order=x", "after=x", "after=1", "size=101", "ids=x"} {
			w.ask("ben", "GET", "tickets/?"+bad, nil, 400)
		}
		if fields := w.ask("ben", "GET", "tickets/?q=assignee:bob", nil, 400)["fields"].(map[string]any); fields["q"] == nil {
			t.Error("the chip is not named")
		}
		comments := w.ask("ben", "GET", "tickets/1/preview/", nil, 200)["results"].([]any)
		if len(comments) != 1 || comments[0].(map[string]any)["text"] != "word0" {
			t.Errorf("%v", comments)
		}
		w.ask("ben", "GET", fmt.Sprintf("tickets/%d/preview/", theirs), nil, 404)
		for _, path := range []string{"tickets/", "tickets/counts/", "tickets/1/preview/", "views/", "mails/"} {
			w.ask("idle", "GET", path, nil, 403)
			w.ask("nobody", "GET", path, nil, 401)
		}
	})
}

func TestViewsAreSaved(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.agent("ben", false, desk.PermissionTickets)
		body := map[string]any{"name": "Late", "query": "tag:late", "order": "id", "columns": []string{"tags", "order"}}
		view := w.ask("ben", "POST", "views/", body, 201)
		body["shared"] = true
		w.ask("ben", "POST", "views/", body, 403)
		shared := w.ask("admin", "POST", "views/", body, 201)
		path := fmt.Sprintf("views/%v/", view["id"])
		w.ask("admin", "DELETE", path, nil, 404)
		w.ask("ben", "DELETE", fmt.Sprintf("views/%v/", shared["id"]), nil, 403)
		w.ask("ben", "PUT", path, map[string]any{"name": "", "query": "x:y", "order": "id"}, 400)
		if got := w.ask("ben", "PUT", path, map[string]any{"name": "Later", "query": "", "order": "-id"}, 200); got["name"] != "Later" {
			t.Error(got)
		}
		if n := len(w.ask("ben", "GET", "views/", nil, 200)["results"].([]any)); n != len(desk.BuiltInViews)+2 {
			t.Error(n)
		}
		w.ask("ben", "POST", "views/order/", map[string]any{"ids": []int{1}}, 204)
		w.ask("ben", "DELETE", path, nil, 204)
	})
}

func TestBulkOverTheDoor(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.agent("ben", false, desk.PermissionTickets)
		w.agent("idle", false, desk.PermissionCustomers)
		mine, theirs := w.ticket(w.st, "Lamp", nil), w.ticket(w.other, "Lamp", nil)
		ask := func(who string, body map[string]any, status int) map[string]any {
			return w.ask(who, "POST", "bulk/", body, status)
		}
		solve := map[string]any{"status": "solved"}
		ask("idle", map[string]any{"ids": []int64{mine}, "change": solve}, 403)
		ask("ben", map[string]any{"change": solve}, 400)
		ask("ben", map[string]any{"ids": []int64{mine}, "change": map[string]any{}}, 400)
		b := ask("ben", map[string]any{"ids": []int64{mine, theirs}, "change": solve}, 202)
		if b["total"] != 1.0 || b["waiting"] != 1.0 {
			t.Errorf("%v", b)
		}
		id := int64(b["id"].(float64))
		w.ask("ben", "POST", fmt.Sprintf("bulk/%d/undo/", id), nil, 409)
		if err := w.config.Tickets.WorkBulk(t.Context(), w.st, id); err != nil {
			t.Fatal(err)
		}
		if b = w.ask("ben", "GET", fmt.Sprintf("bulk/%d/", id), nil, 200); b["done"] != 1.0 || b["state"] != "done" {
			t.Errorf("%v", b)
		}
		w.agent("eve", false, desk.PermissionTickets)
		w.ask("eve", "GET", fmt.Sprintf("bulk/%d/", id), nil, 404)
		w.ask("eve", "POST", fmt.Sprintf("bulk/%d/undo/", id), nil, 404)
		w.ask("ben", "POST", fmt.Sprintf("bulk/%d/undo/", id), nil, 202)
	})
}

func TestHeldMailIsReleasedOrBlocked(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.agent("idle", false, desk.PermissionCustomers)
		raw := "From: Eve <eve@spam.example>\r\nTo: help@main.example\r\nSubject: Win\r\nContent-Type: text/plain\r\n\r\nYou won a lamp.\r\n"
		id, _, err := w.config.Mails.Receive(t.Context(), w.st, desk.Inbound{Source: "pipe", EnvelopeFrom: "eve@spam.example"}, strings.NewReader(raw))
		if err != nil {
			t.Fatal(err)
		}
		w.hold(id)
		list := w.ask("admin", "GET", "mails/?fate=held", nil, 200)["results"].([]any)
		if len(list) != 1 || list[0].(map[string]any)["reason"] != "smells of spam" {
			t.Errorf("%v", list)
		}
		path := fmt.Sprintf("mails/%d/", id)
		if got := w.ask("admin", "GET", path, nil, 200); !strings.Contains(got["text"].(string), "You won a lamp.") {
			t.Errorf("%v", got)
		}
		w.ask("idle", "POST", path+"release/", nil, 403)
		w.ask("admin", "GET", "mails/999/", nil, 404)
		w.ask("admin", "GET", "mails/?fate=x", nil, 400)
		if got := w.ask("admin", "POST", path+"block/", nil, 200); got["address"] != "eve@spam.example" {
			t.Errorf("%v", got)
		}
		w.ask("admin", "POST", path+"release/", nil, 204)
		w.ask("admin", "POST", path+"release/", nil, 409)
	})
}

// hold makes a message wait for somebody to release it.
func (w *world) hold(id int64) {
	w.t.Helper()
	err := w.db.Write(w.t.Context(), func(tx *store.Tx) error {
		m, err := tx.LockMail(w.t.Context(), w.st, id)
		if err != nil {
			return err
		}
		m.Fate, m.Reason, m.From = desk.MailHeld, "smells of spam", "eve@spam.example"
		tx.SettleMail(w.st, m)
		return nil
	})
	if err != nil {
		w.t.Fatal(err)
	}
}
