package dashboard

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"storedesk/internal/desk"
	"storedesk/internal/store"
)

// opened makes a ticket of a customer with some comments, the customer's and the agent's in
// turn, and returns its id.
func (w *world) opened(st *desk.Store, email string, comments int) int64 {
	w.t.Helper()
	ctx, agent := w.t.Context(), w.users["admin"]
	u, err := w.config.People.Create(ctx, st, &desk.UserInput{Email: &email}, desk.Write{Actor: desk.System})
	if err != nil {
		w.t.Fatal(err)
	}
	subject, body := `<script>alert("subject")</script>`, "Where is it? <img src=x onerror=alert(1)>\n\nOn Mon, 2 Nov 2026 at 09:00, Shop wrote:\n> On its way.\n"
	doc, err := w.config.Tickets.Create(ctx, st, &desk.TicketInput{
		Subject: &subject, RequesterID: &u.ID, Comment: &desk.CommentInput{AuthorID: u.ID, Body: &body, Public: true},
	}, desk.Write{Actor: desk.Actor{Kind: desk.ActorCustomer, ID: u.ID}})
	if err != nil {
		w.t.Fatal(err)
	}
	err = w.db.Write(ctx, func(tx *store.Tx) error {
		for i := 1; i < comments; i++ {
			c := &desk.CommentInput{AuthorID: u.ID, Body: &body, Public: true}
			by := desk.Write{Actor: desk.Actor{Kind: desk.ActorCustomer, ID: u.ID}}
			if i%2 == 1 {
				c.AuthorID, by.Actor = agent, desk.Actor{Kind: desk.ActorAgent, ID: agent}
			}
			if _, err := w.config.Tickets.UpdateIn(ctx, tx, st, doc.ID, &desk.TicketInput{Comment: c}, by); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return doc.ID
}

func at(format string, args ...any) string { return fmt.Sprintf(format, args...) }

func results(answer map[string]any) []map[string]any {
	list := []map[string]any{}
	for _, x := range answer["results"].([]any) {
		list = append(list, x.(map[string]any))
	}
	return list
}

func TestTicketPageIsShownAndChanged(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.agent("ben", false, desk.PermissionTickets)
		id := w.opened(w.st, "ann@example.com", 2)
		path := at("tickets/%d/", id)
		ann := w.ask("admin", "GET", path, nil, 200)["requester"].(map[string]any)["id"]
		w.ask("admin", "PATCH", at("customers/%v/", ann), map[string]any{"note": "Calls."}, 200)
		got := w.ask("ben", "GET", path, nil, 200)
		if got["subject"] != `<script>alert("subject")</script>` || got["requester"].(map[string]any)["open_tickets"] != 1.0 || got["last_customer"] == nil {
			t.Errorf("%v", got)
		}
		if r := got["requester"].(map[string]any); r["total_spent"] != "" || r["joined_at"] != nil || r["note"] != "" {
			t.Errorf("who may not see customers sees %v", r)
		}
		if r := w.ask("admin", "GET", path, nil, 200)["requester"].(map[string]any); r["total_spent"] != "0.00" || r["joined_at"] == nil || r["note"] != "Calls." {
			t.Errorf("%v", r)
		}
		seq := got["seq"]
		got = w.ask("ben", "PATCH", path, map[string]any{"seq": seq, "status": "pending", "assignee": w.users["ben"], "tags": []string{"late", "late", " vip "}}, 200)
		if got["status"] != "pending" || got["assignee"].(map[string]any)["name"] != "ben" || len(got["tags"].([]any)) != 2 {
			t.Errorf("%v", got)
		}
		// somebody who has seen the old version may change other fields, not these
		w.ask("admin", "PATCH", path, map[string]any{"seq": seq, "priority": "high"}, 200)
		stale := w.ask("admin", "PATCH", path, map[string]any{"seq": seq, "status": "solved"}, 412)
		if conflicts := stale["conflicts"].([]any); len(conflicts) != 1 || conflicts[0].(map[string]any)["to"].([]any)[0] != "pending" || stale["by"].([]any)[0] != "ben" {
			t.Errorf("%v", stale)
		}
		w.ask("ben", "PATCH", path, map[string]any{"seq": seq, "status": "solved"}, 200) // their own change is no surprise
		w.ask("ben", "PATCH", path, map[string]any{"assignee": 0, "type": 0, "order": ""}, 200)
		for field, bad := range map[string]any{"status": "odd", "priority": "x", "subject": " ", "assignee": got["requester"].(map[string]any)["id"], "group": 99999, "order": "none such"} {
			refused := w.ask("ben", "PATCH", path, map[string]any{field: bad}, 400)
			if refused["fields"].(map[string]any)[field] == nil {
				t.Errorf("%s: %v", field, refused)
			}
		}
		w.ask("ben", "PATCH", path, map[string]any{"channel": "email"}, 400)
	})
}

func TestTicketsOfOthersAreNotThere(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		own, other := w.opened(w.st, "ann@example.com", 1), w.opened(w.other, "eve@example.com", 1)
		w.agent("idle", false, desk.PermissionReports)
		for _, ask := range []struct {
			method, path string
			body         any
		}{
			{"GET", "tickets/%d/", nil},
			{"PATCH", "tickets/%d/", map[string]any{"status": "open"}},
			{"GET", "tickets/%d/timeline/", nil},
			{"GET", "tickets/%d/related/", nil},
			{"POST", "tickets/%d/links/", map[string]any{"ticket": own}},
			{"DELETE", "tickets/%d/links/1/", nil},
			{"POST", "tickets/%d/merge/", map[string]any{"target": own}},
			{"POST", "tickets/%d/merge/undo/", map[string]any{}},
			{"POST", "tickets/%d/split/", map[string]any{"comment": 1}},
			{"POST", "tickets/%d/split/undo/", map[string]any{}},
			{"POST", "tickets/%d/seen/", map[string]any{"seq": 1}},
			{"POST", "tickets/%d/presence/", map[string]any{"state": "viewing"}},
			{"POST", "tickets/%d/deliveries/1/retry/", map[string]any{"address": "ann@example.com"}},
			{"GET", "mails/%d/original/", nil},
			{"GET", "mails/%d/frame/", nil},
		} {
			w.ask("admin", ask.method, at(ask.path, other), ask.body, 404)
			w.ask("idle", ask.method, at(ask.path, own), ask.body, 403)
			w.ask("nobody", ask.method, at(ask.path, own), ask.body, 401)
		}
		// nor may they be reached from one's own
		w.ask("admin", "POST", at("tickets/%d/merge/", own), map[string]any{"target": other}, 400)
		w.ask("admin", "POST", at("tickets/%d/links/", own), map[string]any{"ticket": other}, 400)
	})
}

func TestTimelineBeginsAtTheUnread(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		id := w.opened(w.st, "ann@example.com", 3)
		w.agent("ben", false, desk.PermissionTickets)
		path := at("tickets/%d/", id)
		first := w.ask("ben", "GET", path+"timeline/", nil, 200)
		list := results(first)
		last := list[len(list)-1]
		if len(list) != 4 || list[0]["event"] == nil || first["start"] != last["key"] { // the customer's words after the answer
			t.Fatalf("%v", first)
		}
		segments := last["comment"].(map[string]any)["segments"].([]any)
		if len(segments) != 2 || segments[0].(map[string]any)["kind"] != "new" || segments[1].(map[string]any)["kind"] != "quoted" {
			t.Errorf("%v", segments)
		}
		w.ask("ben", "POST", path+"seen/", map[string]any{"seq": 1 << 50}, 204)
		if got := w.ask("ben", "GET", path+"timeline/", nil, 200); got["start"] != nil || got["seen"] != got["seq"] {
			t.Errorf("%v", got)
		}
		w.ask("ben", "PATCH", path, map[string]any{"priority": "high"}, 200)    // one's own is not news
		w.ask("admin", "PATCH", path, map[string]any{"status": "pending"}, 200) // somebody else's is
		got := w.ask("ben", "GET", path+"timeline/", nil, 200)
		list = results(got)
		if len(list) != 6 || list[4]["unread"] == true || list[5]["unread"] != true || got["start"] != list[5]["key"] {
			t.Errorf("%v", got)
		}
		change := list[5]["event"].(map[string]any)["changes"].([]any)[0].(map[string]any)
		if change["field"] != "status" || change["to"].([]any)[0] != "pending" {
			t.Errorf("%v", change)
		}
		if n := len(results(w.ask("ben", "GET", path+"timeline/?only=events", nil, 200))); n != 3 {
			t.Errorf("%d events", n)
		}
		if n := len(results(w.ask("ben", "GET", path+"timeline/?only=comments", nil, 200))); n != 3 {
			t.Errorf("%d comments", n)
		}
		w.ask("ben", "GET", path+"timeline/?only=x", nil, 400)
		w.ask("ben", "GET", path+"timeline/?around=x9", nil, 400)
	})
}

const longTicket = 350 // comments: several pages

// TestLongTicketIsReadInPages: walking a long ticket both ways shows each comment once.
func TestLongTicketIsReadInPages(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		id := w.opened(w.st, "ann@example.com", longTicket)
		path := at("tickets/%d/timeline/?at=end", id)
		seen := map[string]bool{}
		for next := any("end"); next != nil; {
			got := w.ask("admin", "GET", path, nil, 200)
			list := results(got)
			if len(list) > timelineSize {
				t.Fatalf("%d items", len(list))
			}
			for _, x := range list {
				if seen[x["key"].(string)] {
					t.Fatalf("%v comes twice", x["key"])
				}
				seen[x["key"].(string)] = true
			}
			if next = got["before"]; next != nil {
				path = at("tickets/%d/timeline/?before=%s", id, next)
			}
			if got["comments"] != float64(longTicket) {
				t.Fatalf("%v comments", got["comments"])
			}
		}
		if len(seen) != longTicket+1 {
			t.Errorf("%d of %d", len(seen), longTicket+1)
		}
		middle := w.ask("admin", "GET", at("tickets/%d/timeline/?around=e1", id), nil, 200)
		if middle["before"] != nil || middle["next"] == nil {
			t.Errorf("%v %v", middle["before"], middle["next"])
		}
		after := w.ask("admin", "GET", at("tickets/%d/timeline/?after=%s", id, middle["next"]), nil, 200)
		if list := results(after); len(list) != timelineSize || after["before"] == nil {
			t.Errorf("%d %v", len(list), after["before"])
		}
	})
}

func TestMergeAndSplitByTheDoor(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		one, two := w.opened(w.st, "ann@example.com", 2), w.opened(w.st, "bob@example.com", 1)
		refused := w.ask("admin", "POST", at("tickets/%d/merge/", one), map[string]any{"target": two}, 400)
		if refused["fields"].(map[string]any)["confirm_other_requester"] == nil {
			t.Errorf("%v", refused)
		}
		w.ask("admin", "POST", at("tickets/%d/merge/", one), map[string]any{"target": two, "confirm_other_requester": true}, 200)
		w.ask("admin", "POST", at("tickets/%d/merge/", one), map[string]any{"target": two}, 409)
		got := w.ask("admin", "GET", at("tickets/%d/timeline/", two), nil, 200)
		from := map[float64]int{}
		for _, x := range results(got) {
			if x["comment"] != nil {
				from[x["ticket"].(float64)]++
			}
		}
		if from[float64(one)] != 2 || from[float64(two)] != 1 {
			t.Errorf("%v", from)
		}
		shown := w.ask("admin", "GET", at("tickets/%d/", one), nil, 200)
		if shown["status"] != "closed" || shown["merged_into"].(map[string]any)["id"] != float64(two) {
			t.Errorf("%v", shown)
		}
		w.ask("admin", "POST", at("tickets/%d/merge/undo/", one), map[string]any{}, 200)
		w.ask("admin", "POST", at("tickets/%d/merge/undo/", one), map[string]any{}, 404)

		comment := results(w.ask("admin", "GET", at("tickets/%d/timeline/?only=comments", one), nil, 200))[0]["comment"].(map[string]any)["id"]
		split := w.ask("admin", "POST", at("tickets/%d/split/", one), map[string]any{"comment": comment, "subject": "Another matter"}, 201)
		w.ask("admin", "POST", at("tickets/%v/split/undo/", split["target"]), map[string]any{}, 200)
		if n := len(results(w.ask("admin", "GET", at("tickets/%d/timeline/?only=comments", one), nil, 200))); n != 2 {
			t.Errorf("%d comments: the copy stands there twice", n)
		}
		w.ask("admin", "POST", at("tickets/%d/split/", one), map[string]any{"comment": 99999}, 404)
		w.ask("admin", "POST", at("tickets/%d/links/", one), map[string]any{"ticket": two}, 200)
		if got := w.ask("admin", "DELETE", at("tickets/%d/links/%d/", one, two), nil, 200); len(got["links"].([]any)) != 2 {
			t.Errorf("%v", got["links"])
		}
	})
}

func TestPresenceIsSeenByOthers(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.agent("ben", false, desk.PermissionTickets)
		path := at("tickets/%d/presence/", w.opened(w.st, "ann@example.com", 1))
		if list := results(w.ask("ben", "POST", path, map[string]any{"state": "typing"}, 200)); len(list) != 0 {
			t.Errorf("%v", list)
		}
		if list := results(w.ask("admin", "POST", path, map[string]any{"state": "viewing"}, 200)); len(list) != 1 || list[0]["name"] != "ben" || list[0]["state"] != "typing" {
			t.Errorf("%v", list)
		}
		w.ask("ben", "POST", path, map[string]any{"state": "gone"}, 200)
		if list := results(w.ask("admin", "POST", path, map[string]any{"state": "viewing"}, 200)); len(list) != 0 {
			t.Errorf("%v", list)
		}
		w.ask("ben", "POST", path, map[string]any{"state": "dancing"}, 400)
		// nobody is there for ever
		if err := w.db.SweepPresence(t.Context(), desk.At(time.Now().Add(time.Hour))); err != nil {
			t.Fatal(err)
		}
		if list := results(w.ask("ben", "POST", path, map[string]any{"state": "viewing"}, 200)); len(list) != 0 {
			t.Errorf("%v", list)
		}
	})
}

// TestRoomsTellTheirStoreAlone who came and left, each ticket once.
func TestRoomsTellTheirStoreAlone(t *testing.T) {
	t.Parallel()
	var r rooms
	one, two := r.join(1), r.join(2)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	stop := one.interrupt(ctx, cancel)
	r.tell(1, 7)
	<-ctx.Done()
	stop()
	r.tell(1, 7)
	r.tell(1, 8)
	if got := one.take(); len(got) != 2 || len(one.take()) != 0 || len(two.take()) != 0 {
		t.Errorf("%v", got)
	}
	r.leave(one)
	r.tell(1, 9)
	if got := one.take(); len(got) != 0 {
		t.Errorf("%v", got)
	}
}

// TestMailFrameDoesNothing: what a stranger's HTML may do is nothing, twice over.
func TestMailFrameDoesNothing(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		raw := "From: ann@example.com\r\nTo: help@main.example\r\nSubject: Hi\r\nContent-Type: text/html; charset=utf-8\r\n\r\n" +
			`<p onclick="alert(1)">Hello<script>alert(2)</script><style>body{display:none}</style><img src="https://track.example/x.png">` +
			`<a href="javascript:alert(3)">a</a><a href="https://shop.example/">b</a><form action="https://evil.example"><input></form><iframe src="//evil.example"></iframe>`
		mail, _, err := w.config.Mails.Receive(t.Context(), w.st, desk.Inbound{Source: "pipe", Recipients: []string{"help@main.example"}}, bytes.NewReader([]byte(raw)))
		if err != nil {
			t.Fatal(err)
		}
		for _, remote := range []bool{false, true} {
			path := at("mails/%d/frame/", mail)
			if remote {
				path += "?remote=1"
			}
			answer := w.raw("admin", "GET", path, nil)
			body, policy := answer.Body.String(), answer.Header().Get("Content-Security-Policy")
			if answer.Code != http.StatusOK || answer.Header().Get("Content-Type") != "text/html; charset=utf-8" || answer.Header().Get("Cache-Control") != "no-store" ||
				answer.Header().Get("X-Frame-Options") != "SAMEORIGIN" {
				t.Fatalf("%d %v", answer.Code, answer.Header())
			}
			for _, bad := range []string{"<script", "onclick", "javascript:", "<form", "<iframe", "display:none", "<input"} {
				if strings.Contains(body, bad) {
					t.Errorf("%s in %s", bad, body)
				}
			}
			if strings.Contains(body, ` src="https://track`) != remote || strings.Contains(policy, "https:") != remote {
				t.Errorf("remote %v: %s %s", remote, policy, body)
			}
			if strings.Contains(policy, "script") || !strings.Contains(policy, "default-src 'none'") || !strings.Contains(policy, "frame-ancestors 'self'") ||
				!strings.Contains(policy, "form-action 'none'") || !strings.Contains(body, `target="_blank"`) || !strings.Contains(body, "noopener") {
				t.Errorf("%s %s", policy, body)
			}
		}
		got := w.ask("admin", "GET", at("mails/%d/original/", mail), nil, 200)
		if got["html"] != true || got["remote"] != true || !strings.Contains(got["headers"].(string), "Subject: Hi") || strings.Contains(got["headers"].(string), "Hello") {
			t.Errorf("%v", got)
		}
	})
}

// TestDeliveriesStandUnderTheComment: what became of a reply at each of its recipients.
func TestDeliveriesStandUnderTheComment(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		id := w.opened(w.st, "ann@example.com", 2)
		list := results(w.ask("admin", "GET", at("tickets/%d/timeline/?only=comments", id), nil, 200))
		reply := int64(list[1]["comment"].(map[string]any)["id"].(float64))
		if err := w.db.Write(t.Context(), func(tx *store.Tx) error {
			_, err := tx.InsertOutgoing(t.Context(), w.st, &desk.Outgoing{
				Kind: "reply", TicketID: id, CommentID: reply, MessageID: "x@main.example", CreatedAt: desk.At(time.Now()),
				Recipients: []desk.OutgoingRecipient{{Address: "ann@example.com", State: desk.RecipientBounced, Reason: "550 <b>no</b> such user", UpdatedAt: desk.At(time.Now())}},
			})
			return err
		}); err != nil {
			t.Fatal(err)
		}
		list = results(w.ask("admin", "GET", at("tickets/%d/timeline/?only=comments", id), nil, 200))
		deliveries := list[1]["comment"].(map[string]any)["deliveries"].([]any)
		if len(deliveries) != 1 || deliveries[0].(map[string]any)["state"] != "bounced" {
			t.Fatalf("%v", deliveries)
		}
		mail := int64(deliveries[0].(map[string]any)["mail"].(float64))
		again := map[string]any{"address": "ann@example.com"}
		w.ask("admin", "POST", at("tickets/%d/deliveries/%d/retry/", id, mail), again, 409) // mail does not leave here
		other := w.opened(w.st, "bob@example.com", 1)
		w.ask("admin", "POST", at("tickets/%d/deliveries/%d/retry/", other, mail), again, 404)
		w.ask("admin", "POST", at("tickets/%d/deliveries/%d/retry/", id, mail), map[string]any{"address": ""}, 400)
	})
}
