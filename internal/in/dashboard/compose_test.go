package dashboard

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"storedesk/internal/desk"
	"storedesk/internal/page"
	"storedesk/internal/store"
)

// customer makes one with an address.
func (w *world) customer(email, first string) int64 {
	w.t.Helper()
	u, err := w.config.People.Create(w.t.Context(), w.st, &desk.UserInput{Email: &email, FirstName: &first}, desk.Write{Actor: desk.System})
	if err != nil {
		w.t.Fatal(err)
	}
	return u.ID
}

// asked makes a ticket that a customer wrote, and returns its id and version.
func (w *world) asked(customer int64, change func(*desk.TicketInput)) (id int64, seq int64) {
	w.t.Helper()
	subject, body := "Where is my lamp?", "It has not come."
	in := &desk.TicketInput{Subject: &subject, RequesterID: &customer, Comment: &desk.CommentInput{AuthorID: customer, Body: &body, Public: true}}
	if change != nil {
		change(in)
	}
	doc, err := w.config.Tickets.Create(w.t.Context(), w.st, in, desk.Write{Actor: desk.Actor{Kind: desk.ActorCustomer, ID: customer}})
	if err != nil {
		w.t.Fatal(err)
	}
	return doc.ID, doc.Seq
}

// says adds a comment to a ticket.
func (w *world) says(author, ticket int64, public bool, text string) {
	w.t.Helper()
	c := &desk.CommentInput{AuthorID: author, Body: &text, Public: public}
	if _, err := w.config.Tickets.AddComment(w.t.Context(), w.st, ticket, c, desk.Write{Actor: desk.Actor{Kind: desk.ActorCustomer, ID: author}}); err != nil {
		w.t.Fatal(err)
	}
}

// bodies are the texts of a ticket's comments, oldest first.
func (w *world) bodies(ticket int64) (list []string) {
	w.t.Helper()
	doc, err := w.config.Tickets.Get(w.t.Context(), w.st, ticket)
	if err != nil {
		w.t.Fatal(err)
	}
	var shown struct {
		Comments []struct{ Body string }
	}
	if err := json.Unmarshal(doc.Append(nil, links{}), &shown); err != nil {
		w.t.Fatal(err)
	}
	for _, c := range shown.Comments {
		list = append(list, c.Body)
	}
	return list
}

type links struct{}

func (links) AppendURL(dst, path []byte) []byte { return append(dst, path...) }

// due takes the jobs of submissions, as if their time had come.
func (w *world) due() []*desk.Job {
	w.t.Helper()
	list, err := w.db.Claim(w.t.Context(), store.Claim{
		Node: "test", Queues: []store.QueueRoom{{Queue: "submit", Room: 100}}, Now: desk.At(time.Now().Add(time.Minute)), Lease: time.Minute,
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return list
}

func (w *world) do(list ...*desk.Job) {
	w.t.Helper()
	find := func(_ context.Context, id int64) (*desk.Store, error) {
		if id == w.st.ID {
			return w.st, nil
		}
		return w.other, nil
	}
	for _, j := range list {
		if r := w.config.Tickets.Kinds(find)[0].Work(w.t.Context(), j); r.Err != nil || !r.Ended {
			w.t.Errorf("job: %+v", r)
		}
	}
}

type body = map[string]any

func TestReplyWaitsAndGoesOutOnce(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		id, seq := w.asked(w.customer("eve@example.com", "Eve"), nil)
		at := fmt.Sprintf("tickets/%d/", id)
		reply := body{"kind": "reply", "body": "On its way.", "base_seq": seq, "key": "1", "changes": body{"status": "pending", "add_tags": []string{"late"}}}
		w.ask("admin", "PUT", at+"drafts/reply/", body{"body": "On its w", "base_seq": seq}, 200)
		first := w.ask("admin", "POST", at+"submit/", reply, 200)
		if again := w.ask("admin", "POST", at+"submit/", reply, 200); first["state"] != "waiting" || again["send_at"] != first["send_at"] {
			t.Errorf("%v, then %v", first, again)
		}
		w.ask("admin", "PUT", at+"drafts/reply/", body{"body": "x", "base_seq": seq}, 409)
		w.ask("admin", "DELETE", at+"drafts/reply/", nil, 409)
		if got := w.bodies(id); len(got) != 1 {
			t.Errorf("it went out at once: %q", got)
		}
		jobs := w.due()
		w.do(jobs...)
		w.do(jobs...) // its node died before the end was known
		if got := w.bodies(id); len(jobs) != 1 || len(got) != 2 || got[1] != "On its way." {
			t.Errorf("%d jobs, %q", len(jobs), got)
		}
		if done := w.ask("admin", "POST", at+"submit/", reply, 200); done["state"] != "done" {
			t.Errorf("asked once more: %v", done)
		}
		events, err := w.db.EventsAfter(t.Context(), w.st, store.EventQuery{UpTo: 1 << 40, Ticket: id, Limit: 10})
		if err != nil || len(events) != 2 || len(events[1].Changes) != 2 || events[1].Actor != (desk.Actor{Kind: desk.ActorAgent, ID: w.users["admin"]}) {
			t.Errorf("%v %+v", err, events)
		}
		if got := w.ask("admin", "GET", at+"drafts/", nil, 200); got["reply"] != nil {
			t.Errorf("the draft stays: %v", got)
		}
		if got := w.ask("admin", "POST", at+"submit/undo/", body{"kind": "reply"}, 409); got["code"] != "conflict" {
			t.Errorf("%v", got)
		}
	})
}

func TestUndoBringsTheDraftBack(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		id, seq := w.asked(w.customer("eve@example.com", "Eve"), nil)
		at := fmt.Sprintf("tickets/%d/", id)
		text := "Hello\n\n  Eve \t!\n"
		reply := body{
			"kind": "reply", "body": text, "base_seq": seq, "key": "1", "changes": body{"priority": "high"},
			"add_cc": []body{{"address": "bob@example.com", "name": "Bob"}},
		}
		w.ask("admin", "POST", at+"submit/", reply, 200)
		back := w.ask("admin", "POST", at+"submit/undo/", body{"kind": "reply"}, 200)
		if back["body"] != text || back["send_at"] != nil || back["changes"].(body)["priority"] != "high" || len(back["add_cc"].([]any)) != 1 {
			t.Errorf("%v", back)
		}
		reply["key"], reply["body"] = "2", "Better"
		w.ask("admin", "POST", at+"submit/", reply, 200) // the first job finds that its time is not the draft's
		w.do(w.due()...)
		if got := w.bodies(id); len(got) != 2 || got[1] != "Better" {
			t.Errorf("%q", got)
		}
		if p, err := w.db.Participants(t.Context(), w.st, id); err != nil || len(p) != 1 || p[0].Address != "bob@example.com" {
			t.Errorf("%v %v", p, err)
		}
	})
}

func TestReplyStopsWhenSomebodyAnswered(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.agent("ben", false, desk.PermissionTickets)
		eve := w.customer("eve@example.com", "Eve")
		id, seq := w.asked(eve, nil)
		at := fmt.Sprintf("tickets/%d/", id)
		w.says(w.users["ben"], id, false, "A note stops nobody.")
		reply := body{"kind": "reply", "body": "Mine", "base_seq": seq, "key": "1"}
		if got := w.ask("ben", "POST", at+"submit/", reply, 200); got["state"] != "waiting" {
			t.Errorf("%v", got)
		}
		w.ask("ben", "POST", at+"submit/undo/", body{"kind": "reply"}, 200)
		w.says(eve, id, true, "It came!")
		stopped := w.ask("ben", "POST", at+"submit/", body{"kind": "reply", "body": "Mine", "base_seq": seq, "key": "2"}, 409)
		said, _ := stopped["comments"].([]any)
		if stopped["code"] != desk.HeldAnswered || len(said) != 1 || said[0].(body)["body"] != "It came!" || said[0].(body)["author"] != "Eve" {
			t.Fatalf("%v", stopped)
		}
		if got := w.ask("ben", "GET", at+"drafts/", nil, 200)["reply"].(body); got["body"] != "Mine" || got["held"] != desk.HeldAnswered {
			t.Errorf("the draft is lost: %v", got)
		}
		// Sent anyway; within the ten seconds somebody else answers.
		w.ask("ben", "POST", at+"submit/", body{"kind": "reply", "body": "Mine", "base_seq": seq, "key": "3", "even_if_answered": true}, 200)
		w.says(w.users["admin"], id, true, "I have it.")
		w.do(w.due()...)
		if got := w.bodies(id); len(got) != 4 || got[3] != "I have it." {
			t.Errorf("%q", got)
		}
		held := w.ask("ben", "GET", at+"drafts/", nil, 200)["reply"].(body)
		if held["held"] != desk.HeldAnswered || held["send_at"] != nil || held["body"] != "Mine" {
			t.Errorf("%v", held)
		}
		if lines := w.ask("ben", "GET", "drafts/", nil, 200)["results"].([]any); len(lines) != 1 || lines[0].(body)["held"] != desk.HeldAnswered {
			t.Errorf("%v", lines)
		}
	})
}

func TestNotesGoOutAtOnceAndVariablesBlock(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		id, seq := w.asked(w.customer("eve@example.com", "Eve"), nil)
		at := fmt.Sprintf("tickets/%d/", id)
		note := body{"kind": "note", "body": "Ask {{ assignee.first_name }}", "base_seq": seq, "key": "1"}
		if got := w.ask("admin", "POST", at+"submit/", note, 400); !strings.Contains(fmt.Sprint(got["fields"]), "assignee.first_name") {
			t.Errorf("%v", got)
		}
		note["body"] = "Ask Ben"
		for range 2 {
			if got := w.ask("admin", "POST", at+"submit/", note, 200); got["state"] != "done" {
				t.Errorf("%v", got)
			}
		}
		if got := w.bodies(id); len(got) != 2 {
			t.Errorf("%q", got)
		}
		w.ask("admin", "POST", at+"submit/", body{"kind": "note", "body": " ", "base_seq": seq, "key": "2"}, 400)
		w.ask("admin", "POST", at+"submit/", body{"kind": "reply", "body": "", "base_seq": seq, "key": "3", "changes": body{"status": "solved"}}, 200)
		w.ask("admin", "POST", at+"submit/", body{"kind": "reply", "body": "x", "base_seq": 99, "key": "4"}, 400)
		w.ask("admin", "POST", at+"submit/", body{"kind": "reply", "body": "x", "base_seq": seq, "key": "5", "changes": body{"type": 99}}, 400)
	})
}

func TestSecondReplySendsTheFirst(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		id, seq := w.asked(w.customer("eve@example.com", "Eve"), nil)
		at := fmt.Sprintf("tickets/%d/submit/", id)
		for _, text := range []string{"One", "Two"} {
			w.ask("admin", "POST", at, body{"kind": "reply", "body": text, "base_seq": seq, "key": text}, 200)
		}
		if got := w.bodies(id); len(got) != 2 || got[1] != "One" {
			t.Errorf("%q", got)
		}
		w.do(w.due()...)
		if got := w.bodies(id); len(got) != 3 || got[2] != "Two" {
			t.Errorf("%q", got)
		}
	})
}

func TestDraftsAreOnesOwn(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.agent("ben", false, desk.PermissionTickets)
		id, seq := w.asked(w.customer("eve@example.com", "Eve"), nil)
		at := fmt.Sprintf("tickets/%d/drafts/", id)
		w.ask("admin", "PUT", at+"note/", body{"body": "secret thoughts", "base_seq": seq}, 200)
		got := w.ask("ben", "GET", at, nil, 200)
		others := got["others"].([]any)
		if text := fmt.Sprint(got); strings.Contains(text, "secret") || len(others) != 1 || others[0].(body)["user"].(body)["name"] != "admin" {
			t.Errorf("%v", got)
		}
		w.ask("ben", "DELETE", at+"note/", nil, 200)
		if mine := w.ask("admin", "GET", at, nil, 200); mine["note"].(body)["body"] != "secret thoughts" {
			t.Errorf("%v", mine)
		}
		w.ask("admin", "PUT", at+"note/", body{"body": " ", "base_seq": seq}, 200) // nothing left of it
		if mine := w.ask("admin", "GET", at, nil, 200); mine["note"] != nil {
			t.Errorf("%v", mine)
		}
		w.ask("admin", "PUT", at+"new/", body{"body": "x", "base_seq": 0}, 404)
		w.ask("admin", "PUT", "tickets/0/drafts/new/", body{"body": "x", "base_seq": 0, "form": body{"subject": "Lamp"}}, 200)
		if mine := w.ask("admin", "GET", "tickets/0/drafts/", nil, 200); mine["new"].(body)["form"].(body)["subject"] != "Lamp" {
			t.Errorf("%v", mine)
		}
		w.ask("admin", "PUT", "tickets/9999/drafts/note/", body{"body": "x", "base_seq": 0}, 404)
		w.ask("admin", "PUT", at+"note/", body{"body": "a\x00b", "base_seq": seq}, 200)
		w.ask("admin", "PUT", at+"note/", body{"body": strings.Repeat("x", desk.MaxCommentBody+1), "base_seq": seq}, 400)
		w.agent("idle", false)
		w.ask("idle", "GET", at, nil, 403)
	})
}

// upload sends one file as somebody.
func (w *world) upload(who, name, content string) *httptest.ResponseRecorder {
	w.t.Helper()
	var form bytes.Buffer
	m := multipart.NewWriter(&form)
	part, err := m.CreateFormFile("files", name)
	if err != nil {
		w.t.Fatal(err)
	}
	_, _ = part.Write([]byte(content))
	_ = m.Close()
	r := httptest.NewRequestWithContext(w.t.Context(), "POST", "https://main.example"+Base+"uploads/", &form)
	r.Header.Set("Content-Type", m.FormDataContentType())
	r.AddCookie(&http.Cookie{Name: page.SessionCookie(true), Value: w.cookies[who]})
	answer := httptest.NewRecorder()
	w.handler.ServeHTTP(answer, r)
	return answer
}

func TestUploadsAreOnesOwn(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.agent("ben", false, desk.PermissionTickets)
		id, seq := w.asked(w.customer("eve@example.com", "Eve"), nil)
		at := fmt.Sprintf("tickets/%d/", id)
		var made struct{ Results []attached }
		answer := w.upload("ben", `..\..\lamp.jpg`, "a picture")
		if err := json.Unmarshal(answer.Body.Bytes(), &made); err != nil || answer.Code != 200 || len(made.Results) != 1 || made.Results[0].Name != "lamp.jpg" {
			t.Fatalf("%d %s", answer.Code, answer.Body)
		}
		if r := w.upload("ben", "empty.txt", ""); r.Code != 400 {
			t.Errorf("an empty file: %d", r.Code)
		}
		ids := []int64{made.Results[0].ID}
		w.ask("admin", "POST", at+"submit/", body{"kind": "note", "body": "stolen", "attachments": ids, "base_seq": seq, "key": "1"}, 400)
		w.ask("ben", "PUT", at+"drafts/note/", body{"body": "", "attachments": ids, "base_seq": seq}, 200)
		// A draft keeps its files beyond the day that uploads stay.
		if blobs, err := w.db.SweepUploads(t.Context(), desk.At(time.Now().Add(time.Hour)), 10); err != nil || len(blobs) != 0 {
			t.Errorf("%v %v", blobs, err)
		}
		w.ask("ben", "POST", at+"submit/", body{"kind": "note", "body": "", "attachments": ids, "base_seq": seq, "key": "2"}, 200)
		w.ask("ben", "POST", at+"submit/", body{"kind": "note", "body": "twice", "attachments": ids, "base_seq": seq, "key": "3"}, 400)
		w.upload("ben", "b.txt", "b")
		if blobs, err := w.db.SweepUploads(t.Context(), desk.At(time.Now().Add(time.Hour)), 10); err != nil || len(blobs) != 1 {
			t.Errorf("%v %v", blobs, err)
		}
	})
}

func TestRecipientsAreShownWithWhatIsOdd(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		id, _ := w.asked(w.customer("eve@shop.example", "Eve"), nil)
		err := w.db.Write(t.Context(), func(tx *store.Tx) error {
			tx.AddParticipant(w.st, id, desk.Participant{Address: "bob@else.example", Name: "Bob"})
			tx.MarkBadAddress(w.st, "bob@else.example", "550 no such user", 1)
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		at := fmt.Sprintf("tickets/%d/recipients/", id)
		got := w.ask("admin", "GET", at+"?add=ann@shop.example", nil, 200)["results"].([]any)
		if len(got) != 3 {
			t.Fatalf("%v", got)
		}
		eve, bob, ann := got[0].(body), got[1].(body), got[2].(body)
		if eve["cc"] != false || eve["first"] != true || eve["outside"] != false || bob["bad"] != "550 no such user" || bob["outside"] != true ||
			ann["cc"] != true || ann["outside"] != false {
			t.Errorf("%v", got)
		}
		if got := w.ask("admin", "GET", at+"?remove=BOB@else.example", nil, 200)["results"].([]any); len(got) != 1 {
			t.Errorf("%v", got)
		}
		w.ask("admin", "GET", at+"?add=nobody", nil, 400)
		nobody, _ := w.asked(0, func(in *desk.TicketInput) { in.Comment = nil })
		if got := w.ask("admin", "GET", fmt.Sprintf("tickets/%d/recipients/", nobody), nil, 200)["results"].([]any); len(got) != 0 {
			t.Errorf("%v", got)
		}
	})
}

func TestNewTicketForACustomer(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		in := body{
			"requester": 0, "email": "new@example.com", "name": "Ada Lovelace", "subject": "Your lamp", "body": "We found it.", "public": true,
			"priority": "high", "status": "pending", "assignee": w.users["admin"], "tags": []string{"lamp"}, "key": "k",
		}
		one := w.ask("admin", "POST", "tickets/", in, 201)
		two := w.ask("admin", "POST", "tickets/", in, 201)
		if one["id"] != two["id"] {
			t.Errorf("a double click makes two: %v %v", one, two)
		}
		in["subject"] = "Another"
		w.ask("admin", "POST", "tickets/", in, 409)
		in["key"] = "k2"
		w.ask("admin", "POST", "tickets/", in, 201)
		u, err := w.db.UserByAddress(t.Context(), w.st, "new@example.com")
		if err != nil || u.FirstName != "Ada" || u.LastName != "Lovelace" || u.Type != desk.UserLead {
			t.Errorf("%+v %v", u, err)
		}
		c, err := w.db.Correspondence(t.Context(), w.st, int64(one["id"].(float64)), 0)
		if err != nil || c.Ticket.Channel != desk.ChannelDashboard || c.Ticket.RequesterID != u.ID || c.Ticket.Status != desk.StatusPending || c.Before == nil {
			t.Errorf("%+v %v", c, err)
		}
		bad := w.ask("admin", "POST", "tickets/", body{"subject": " ", "body": "{{ order.number }}", "public": true, "email": "x", "key": "k3", "assignee": 0}, 400)
		fields := bad["fields"].(body)
		for _, name := range []string{"requester", "subject", "body"} {
			if fields[name] == nil {
				t.Errorf("nothing is said of %s: %v", name, fields)
			}
		}
		w.ask("admin", "POST", "tickets/", body{"requester": 9999, "subject": "x", "body": "y", "public": false, "key": "k4"}, 400)
	})
}

func TestComposingStaysInTheStore(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		subject := "Theirs"
		doc, err := w.config.Tickets.Create(t.Context(), w.other, &desk.TicketInput{Subject: &subject}, desk.Write{Actor: desk.System})
		if err != nil {
			t.Fatal(err)
		}
		theirs := &desk.Macro{Name: "Theirs", Actions: desk.MacroActions{Mode: desk.CommentInternal, Body: "x"}}
		if err := w.config.Macros.Save(t.Context(), w.other, theirs); err != nil {
			t.Fatal(err)
		}
		id, seq := w.asked(w.customer("eve@example.com", "Eve"), nil)
		at, macro := fmt.Sprintf("tickets/%d/", doc.ID), fmt.Sprintf("macros/%d/", theirs.ID)
		reply := body{"kind": "reply", "body": "x", "base_seq": 0, "key": "1"}
		for _, ask := range []struct {
			method, path string
			body         any
		}{
			{"GET", at + "drafts/", nil},
			{"PUT", at + "drafts/reply/", body{"body": "x", "base_seq": 0}},
			{"POST", at + "submit/", reply},
			{"GET", at + "recipients/", nil},
			{"GET", at + "variables/", nil},
			{"GET", macro, nil},
			{"PUT", macro, body{"name": "Mine", "comment_mode": "internal", "comment": "x"}},
			{"DELETE", macro, nil},
			{"POST", macro + "apply/", body{"ticket": id}},
			{"POST", "macros/preview/", body{"comment": "{{ ticket.subject }}", "ticket": doc.ID}},
		} {
			w.ask("admin", ask.method, ask.path, ask.body, 404)
		}
		w.ask("admin", "POST", at+"submit/undo/", body{"kind": "reply"}, 409)
		if list := w.ask("admin", "GET", "macros/", nil, 200)["results"].([]any); len(list) != 0 {
			t.Errorf("%v", list)
		}
		// A file that nobody uploaded here.
		w.ask("admin", "POST", fmt.Sprintf("tickets/%d/submit/", id), body{"kind": "note", "body": "x", "base_seq": seq, "key": "2", "attachments": []int64{999}}, 400)
	})
}
