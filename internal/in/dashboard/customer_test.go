package dashboard

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"testing"

	"storedesk/internal/desk"
	"storedesk/internal/store"
	"storedesk/internal/store/storetest"
)

// patron makes a customer of a store with a ticket.
func (w *world) patron(st *desk.Store, email, body string) (user, ticket int64) {
	w.t.Helper()
	first := strings.ToUpper(email[:1]) + email[1:3]
	u, err := w.config.People.Create(w.t.Context(), st, &desk.UserInput{Email: &email, FirstName: &first}, desk.Write{Actor: desk.System})
	if err != nil {
		w.t.Fatal(err)
	}
	subject := "About " + body
	doc, err := w.config.Tickets.Create(w.t.Context(), st, &desk.TicketInput{
		Subject: &subject, RequesterID: &u.ID, Comment: &desk.CommentInput{AuthorID: u.ID, Body: &body, Public: true},
	}, desk.Write{Actor: desk.System})
	if err != nil {
		w.t.Fatal(err)
	}
	return u.ID, doc.ID
}

func TestCustomersOfTheDoor(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ada, ticket := w.patron(w.st, "ada@home.example", "a lamp")
		bob, _ := w.patron(w.st, "bob@home.example", "a rug")
		if err := storetest.InsertOrder(t, w.db, w.st, "1007", ada); err != nil {
			t.Fatal(err)
		}
		found := w.ask("admin", "GET", "customers/?q=1007&type=lead&blocked=false&joined_from=2020-01-01", nil, 200)["results"].([]any)
		if len(found) != 1 || found[0].(map[string]any)["id"] != float64(ada) || found[0].(map[string]any)["open_tickets"] != 1.0 ||
			found[0].(map[string]any)["last_ticket"].(map[string]any)["id"] != float64(ticket) {
			t.Fatalf("%v", found)
		}
		at := fmt.Sprintf("customers/%d/", ada)
		c := w.ask("admin", "PATCH", at, map[string]any{"first_name": "Ada", "phone_number": "123", "tags": []string{"vip", ""}, "note": "Calls.", "language": "de"}, 200)
		if c["phone_number"] != "123" || c["note"] != "Calls." || len(c["tags"].([]any)) != 1 || c["language"] != "de" {
			t.Errorf("%v", c)
		}
		for field, value := range map[string]any{"email": "BOB@home.example", "language": "xx", "first_name": strings.Repeat("a", 300)} {
			if p := w.ask("admin", "PATCH", at, map[string]any{field: value}, 400); p["fields"].(map[string]any)[field] == nil {
				t.Errorf("%s: %v", field, p)
			}
		}
		w.ask("admin", "POST", at+"addresses/", map[string]any{"action": "add", "address": "ada@work.example"}, 200)
		c = w.ask("admin", "POST", at+"addresses/", map[string]any{"action": "first", "address": "ada@work.example"}, 200)
		if c["email"] != "ada@work.example" || len(c["addresses"].([]any)) != 2 {
			t.Errorf("%v", c)
		}
		w.ask("admin", "POST", at+"addresses/", map[string]any{"action": "add", "address": "bob@home.example"}, 400)
		c = w.ask("admin", "POST", at+"block/", map[string]any{"blocked": true, "mail": true}, 200)
		if c["blocked"] != true || c["addresses"].([]any)[0].(map[string]any)["blocked"] != true {
			t.Errorf("%v", c)
		}
		if list := w.ask("admin", "GET", at+"tickets/?status=open", nil, 200)["results"].([]any); len(list) > 1 {
			t.Errorf("%v", list)
		}
		if list := w.ask("admin", "GET", at+"orders/", nil, 200)["results"].([]any); len(list) != 1 {
			t.Errorf("%v", list)
		}
		p := w.ask("admin", "GET", fmt.Sprintf("customers/%d/merge/?from=%d", ada, bob), nil, 200)
		if p["tickets"] != 1.0 || p["confirmation"] != "bob@home.example" {
			t.Errorf("%v", p)
		}
		w.ask("admin", "POST", at+"merge/", map[string]any{"from": bob, "confirmation": "bob"}, 400)
		c = w.ask("admin", "POST", at+"merge/", map[string]any{"from": bob, "confirmation": "Bob@home.example "}, 200)
		if merged := c["merged"].([]any); len(merged) != 1 || merged[0].(map[string]any)["finished_at"] != nil {
			t.Errorf("%v", c["merged"])
		}
		if err := w.config.Tickets.RunCustomerTask(t.Context(), w.st, bob, w.config.Blobs.Delete); err != nil {
			t.Fatal(err)
		}
		w.ask("admin", "GET", fmt.Sprintf("customers/%d/", bob), nil, 404)
		if c := w.ask("admin", "GET", at, nil, 200); c["merged"].([]any)[0].(map[string]any)["finished_at"] == nil || len(c["addresses"].([]any)) != 3 {
			t.Errorf("%v", c)
		}
		w.ask("admin", "POST", at+"erase/", map[string]any{"confirmation": "nobody"}, 400)
		if c = w.ask("admin", "POST", at+"erase/", map[string]any{"confirmation": "ada@work.example"}, 200); c["task"].(map[string]any)["kind"] != "erase" || c["email"] != "" {
			t.Errorf("%v", c)
		}
		w.ask("admin", "PATCH", at, map[string]any{"note": "x"}, 409)
	})
}

// TestErasureAsksWhoOneIs: a session that was confirmed long ago must show the password.
func TestErasureAsksWhoOneIs(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ada, _ := w.patron(w.st, "ada@home.example", "a lamp")
		if err := w.db.Write(t.Context(), func(tx *store.Tx) error {
			tx.Exec("UPDATE sessions SET confirmed_at = 1")
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		at := fmt.Sprintf("customers/%d/erase/", ada)
		if p := w.ask("admin", "POST", at, map[string]any{"confirmation": "ada@home.example"}, 403); p["code"] != "confirm" {
			t.Errorf("%v", p)
		}
		w.ask("admin", "POST", at, map[string]any{"confirmation": "ada@home.example", "password": "wrong"}, 400)
		w.ask("admin", "POST", at, map[string]any{"confirmation": "ada@home.example", "password": "a lamp in the window"}, 200)
	})
}

func TestCustomersNeedThePermission(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ada, _ := w.patron(w.st, "ada@home.example", "a lamp")
		eve, _ := w.patron(w.other, "eve@home.example", "a spy")
		w.agent("ben", false, desk.PermissionTickets)
		w.agent("cat", false, desk.PermissionCustomers)
		writes := map[string]any{
			"block/": map[string]any{"blocked": true, "mail": false}, "addresses/": map[string]any{"action": "add", "address": "x@y.example"},
			"merge/": map[string]any{"from": ada, "confirmation": "ada@home.example"}, "erase/": map[string]any{"confirmation": "eve@home.example"},
		}
		for _, path := range []string{"", "tickets/", "orders/", "export/", fmt.Sprintf("merge/?from=%d", ada)} {
			w.ask("ben", "GET", fmt.Sprintf("customers/%d/%s", ada, path), nil, 403)
			w.ask("admin", "GET", fmt.Sprintf("customers/%d/%s", eve, path), nil, 404)
			w.ask("admin", "GET", fmt.Sprintf("customers/%d/%s", w.users["ben"], strings.Replace(path, "?from", "?x=1&from", 1)), nil,
				map[bool]int{true: 409, false: 404}[strings.HasPrefix(path, "merge")])
		}
		for path, body := range writes {
			w.ask("ben", "POST", fmt.Sprintf("customers/%d/%s", ada, path), body, 403)
			w.ask("admin", "POST", fmt.Sprintf("customers/%d/%s", eve, path), body, 404)
		}
		w.ask("admin", "POST", fmt.Sprintf("customers/%d/merge/", ada), map[string]any{"from": eve, "confirmation": "eve@home.example"}, 404)
		w.ask("admin", "PATCH", fmt.Sprintf("customers/%d/", eve), map[string]any{"note": "x"}, 404)
		w.ask("ben", "GET", "customers/", nil, 403)
		// Who may see customers but no tickets sees no word of them.
		list := w.ask("cat", "GET", "customers/", nil, 200)["results"].([]any)
		if len(list) != 1 || list[0].(map[string]any)["last_ticket"].(map[string]any)["subject"] != "" {
			t.Errorf("%v", list)
		}
		w.ask("cat", "GET", fmt.Sprintf("customers/%d/", ada), nil, 200)
		w.ask("cat", "GET", fmt.Sprintf("customers/%d/tickets/", ada), nil, 403)
		w.ask("cat", "GET", fmt.Sprintf("customers/%d/export/", ada), nil, 403)
	})
}

// TestCustomersArePaged walks the list page by page and meets everybody once.
func TestCustomersArePaged(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		storetest.FillUsers(t, w.db, w.st, customerPage+7)
		seen, after := map[float64]bool{}, ""
		for range 3 {
			page := w.ask("admin", "GET", "customers/?after="+after, nil, 200)
			for _, row := range page["results"].([]any) {
				seen[row.(map[string]any)["id"].(float64)] = true
			}
			if page["next"] == nil {
				break
			}
			after = page["next"].(string)
		}
		if len(seen) != customerPage+7 {
			t.Errorf("%d customers", len(seen))
		}
		for _, wrong := range []string{"1", "x-1", "1-x", "1.5"} {
			w.ask("admin", "GET", "customers/?after="+wrong, nil, 400)
		}
		w.ask("admin", "GET", "customers/?type=dashboard", nil, 400)
		w.ask("admin", "GET", "customers/?joined_from=yesterday", nil, 400)
	})
}

func TestExportHoldsWhatIsTheirs(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		ada, ticket := w.patron(w.st, "ada@home.example", "a lamp")
		_, other := w.patron(w.st, "bob@home.example", "secret of bob")
		secret, answer, also := "between us agents", "Dear Ada", "I agree with bob"
		for _, c := range []struct {
			ticket int64
			in     desk.CommentInput
		}{
			{ticket, desk.CommentInput{AuthorID: w.users["admin"], Body: &secret}},
			{ticket, desk.CommentInput{AuthorID: w.users["admin"], Body: &answer, Public: true}},
			{other, desk.CommentInput{AuthorID: ada, Body: &also, Public: true}},
		} {
			if _, err := w.config.Tickets.AddComment(ctx, w.st, c.ticket, &c.in, desk.Write{Actor: desk.System}); err != nil {
				t.Fatal(err)
			}
		}
		if err := w.db.Write(ctx, func(tx *store.Tx) error {
			m := &desk.Mail{Inbound: desk.Inbound{Source: "http", SourceKey: "1"}, Fate: desk.MailTicket}
			if _, err := tx.InsertMail(ctx, w.st, m, []byte("the very mail")); err != nil {
				return err
			}
			m.From, m.TicketID = desk.Fold("ada@home.example"), ticket
			if err := tx.Flush(ctx); err != nil {
				return err
			}
			tx.SettleMail(w.st, m)
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		got := w.raw("admin", "GET", fmt.Sprintf("customers/%d/export/", ada), nil)
		z, err := zip.NewReader(bytes.NewReader(got.Body.Bytes()), int64(got.Body.Len()))
		if err != nil || got.Code != 200 {
			t.Fatalf("%d %v", got.Code, err)
		}
		files := map[string]string{}
		for _, f := range z.File {
			r, err := f.Open()
			if err != nil {
				t.Fatal(err)
			}
			text, err := io.ReadAll(r)
			if err != nil {
				t.Fatal(err)
			}
			files[f.Name] = string(text)
		}
		data := files["data.json"]
		if !json.Valid([]byte(data)) || len(files) != 2 || files["mails/1.eml"] != "the very mail" {
			t.Fatalf("%v", files)
		}
		for text, want := range map[string]bool{"a lamp": true, answer: true, also: true, "ada@home.example": true, secret: false, "secret of bob": false} {
			if strings.Contains(data, text) != want {
				t.Errorf("%q in the export: %v\n%s", text, !want, data)
			}
		}
		log, err := w.db.AuditLog(ctx, w.st, desk.AuditFilter{}, 0, 1)
		if err != nil || len(log) != 1 || log[0].Action != "customer.exported" {
			t.Errorf("%+v, %v", log, err)
		}
	})
}
