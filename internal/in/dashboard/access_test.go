package dashboard

import (
	"context"
	"encoding/csv"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"storedesk/internal/access"
	"storedesk/internal/desk"
	"storedesk/internal/page"
	"storedesk/internal/store"
)

func idOf(v any) int64 { return int64(v.(float64)) }

// account is the account of a member by name.
func (w *world) account(name string) int64 {
	w.t.Helper()
	for _, m := range results(w.ask("admin", "GET", "settings/users/", nil, 200)) {
		if m["name"] == name {
			return idOf(m["account"])
		}
	}
	w.t.Fatalf("%s is no member", name)
	return 0
}

func TestPeopleAreManaged(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		group := idOf(w.ask("admin", "POST", "settings/groups/", map[string]any{
			"name": " Support  team ", "permissions": []string{"tickets", "users"}, "members": []int64{},
		}, 201)["id"])
		link := w.ask("admin", "POST", "settings/users/invitations/", map[string]any{"email": "mia@main.example", "groups": []int64{group}}, 201)
		secret := strings.Split(link["url"].(string), "/")[5]
		if link["mailed"] != false || !strings.HasPrefix(link["url"].(string), "https://main.example/dashboard/invitation/") {
			t.Errorf("%v", link)
		}
		waiting := results(w.ask("admin", "GET", "settings/users/invitations/", nil, 200))
		if len(waiting) != 1 || waiting[0]["email"] != "mia@main.example" {
			t.Fatalf("%v", waiting)
		}
		opened, err := w.config.Accounts.AcceptNew(t.Context(), w.st, secret, "Mia", "a lamp in the window", access.Visit{})
		if err != nil {
			t.Fatal(err)
		}
		w.cookies["mia"] = opened.Cookie
		mia, admin := w.account("Mia"), w.account("admin")

		// Mia gives no more than she has, and touches no admin.
		for path, c := range map[string]struct {
			method, path string
			body         any
			status       int
		}{
			"an admin":          {"PUT", fmt.Sprintf("settings/users/%d/", admin), map[string]any{"admin": false, "groups": []int64{}}, 403},
			"herself, to admin": {"PUT", fmt.Sprintf("settings/users/%d/", mia), map[string]any{"admin": true, "groups": []int64{}}, 403},
			"an admin's link":   {"POST", fmt.Sprintf("settings/users/%d/reset-link/", admin), nil, 403},
			"an admin's place":  {"POST", fmt.Sprintf("settings/users/%d/remove/", admin), map[string]any{"assign_to": nil}, 403},
			"a group of more":   {"POST", "settings/groups/", map[string]any{"name": "x", "permissions": []string{"api_access"}, "members": []int64{}}, 403},
			"no such group":     {"PUT", "settings/groups/999/", map[string]any{"name": "x", "permissions": []string{}, "members": []int64{}}, 404},
			"an unknown field":  {"POST", "settings/users/invitations/", map[string]any{"email": "x@main.example", "owner": true}, 400},
			"somebody again":    {"POST", "settings/users/invitations/", map[string]any{"email": "admin@main.example"}, 409},
			"an admin in":       {"POST", "settings/users/invitations/", map[string]any{"email": "x@main.example", "admin": true}, 403},
		} {
			if got := w.raw("mia", c.method, c.path, c.body); got.Code != c.status {
				t.Errorf("%s: %d %s", path, got.Code, got.Body)
			}
		}

		// The last admin stays, and is told why in words.
		got := w.ask("admin", "PUT", fmt.Sprintf("settings/users/%d/", admin), map[string]any{"admin": false, "groups": []int64{}}, 409)
		if !strings.Contains(got["message"].(string), "last one") {
			t.Errorf("%v", got)
		}

		// A group's form says who is in it.
		got = w.ask("admin", "PUT", fmt.Sprintf("settings/groups/%d/", group), map[string]any{
			"name": "Support team", "permissions": []string{"tickets"}, "members": []int64{admin},
		}, 200)
		if in := got["members"].([]any); len(in) != 1 || idOf(in[0]) != admin {
			t.Errorf("%v", got)
		}
		if got := w.raw("mia", "GET", "settings/users/", nil); got.Code != 403 {
			t.Errorf("out of the group, Mia still sees users: %d", got.Code)
		}
		w.ask("admin", "PUT", fmt.Sprintf("settings/groups/%d/", group), map[string]any{
			"name": "Support team", "permissions": []string{"tickets"}, "members": []int64{mia},
		}, 200)

		// Mia leaves, and her tickets go on.
		subject, user, open := "Lamp", int64(0), desk.StatusOpen
		for _, m := range results(w.ask("admin", "GET", "settings/users/", nil, 200)) {
			if m["name"] == "Mia" {
				user = idOf(m["user"])
			}
		}
		doc, err := w.config.Tickets.Create(t.Context(), w.st, &desk.TicketInput{Subject: &subject, AssigneeID: &user, GroupID: &group, Status: &open}, desk.Write{Actor: desk.System})
		if err != nil {
			t.Fatal(err)
		}
		if got := w.ask("admin", "GET", fmt.Sprintf("settings/users/%d/tickets/", mia), nil, 200); idOf(got["count"]) != 1 || got["more"] != false {
			t.Errorf("%v", got)
		}
		w.ask("admin", "POST", fmt.Sprintf("settings/users/%d/remove/", mia), map[string]any{"assign_to": user}, 400)
		got = w.ask("admin", "POST", fmt.Sprintf("settings/users/%d/remove/", mia), map[string]any{"assign_to": w.users["admin"]}, 200)
		if idOf(got["tickets"]) != 1 {
			t.Errorf("%v", got)
		}
		if got := w.raw("mia", "GET", "me/", nil); got.Code != 401 {
			t.Errorf("removed, and in: %d", got.Code)
		}
		w.ask("admin", "GET", fmt.Sprintf("settings/users/%d/tickets/", mia), nil, 404)

		// A group that is deleted takes no ticket with it.
		if got := w.raw("admin", "DELETE", fmt.Sprintf("settings/groups/%d/", group), nil); got.Code != 204 {
			t.Fatalf("%d %s", got.Code, got.Body)
		}
		if seq, err := w.config.Tickets.Version(t.Context(), w.st, doc.ID); err != nil || seq != 3 {
			t.Errorf("the ticket has %d events, %v", seq, err)
		}
	})
}

func TestProgramsAreManaged(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		scopes := results(w.ask("admin", "GET", "settings/apps/scopes/", nil, 200))
		if len(scopes) != len(desk.Scopes) || scopes[0]["text"] == "scope."+scopes[0]["name"].(string) {
			t.Errorf("%v", scopes[0])
		}
		made := w.ask("admin", "POST", "settings/apps/", map[string]any{"name": "Warehouse", "kind": "token", "scopes": []string{"tickets:read"}}, 201)
		first := made["secret"].(string)
		app := idOf(made["app"].(map[string]any)["id"])
		good := func(secret string) bool {
			_, err := w.config.Tokens.Authenticate(t.Context(), w.st, secret)
			return err == nil
		}
		list := w.raw("admin", "GET", "settings/apps/", nil).Body.String()
		if !good(first) || strings.Contains(list, first) || !strings.Contains(list, "Warehouse") {
			t.Errorf("%s", list)
		}
		path := fmt.Sprintf("settings/apps/%d/", app)
		second := w.ask("admin", "POST", path+"rotate/", nil, 200)["secret"].(string)
		if good(first) || !good(second) {
			t.Error("rotating did not")
		}
		if got := w.raw("admin", "DELETE", path, nil); got.Code != 204 || good(second) {
			t.Errorf("%d", got.Code)
		}
		w.ask("admin", "GET", path, nil, 404)

		bad := w.ask("admin", "POST", "settings/apps/", map[string]any{
			"name": "", "kind": "oauth", "scopes": []string{"all"}, "redirect_uris": []string{"http://app.example/cb"}, "app_url": "javascript:x",
		}, 400)["fields"].(map[string]any)
		for _, field := range []string{"name", "scopes", "redirect_uris", "app_url"} {
			if messages, ok := bad[field].([]any); !ok || strings.HasPrefix(messages[0].(string), "app.error") {
				t.Errorf("%s: %v", field, bad[field])
			}
		}

		// A partner's app with two grants, of which one is ended.
		made = w.ask("admin", "POST", "settings/apps/", map[string]any{
			"name": "Parcel Pal", "kind": "oauth", "scopes": []string{"tickets:read"}, "redirect_uris": []string{"https://app.example/cb"},
			"app_url": "https://app.example/start",
		}, 201)
		row := made["app"].(map[string]any)
		partner, err := w.config.Apps.Client(t.Context(), w.st, row["client_id"].(string))
		if err != nil || !strings.HasSuffix(row["install_url"].(string), partner.ClientID) {
			t.Fatal(row, err)
		}
		for range 2 {
			by := access.Author{UserID: w.users["admin"]}
			code, err := w.config.Apps.Allow(t.Context(), w.st, partner, &desk.Authorization{}, partner.Scopes, by)
			if err == nil {
				_, err = w.config.Apps.Exchange(t.Context(), w.st, partner, code, "", "", access.Visit{})
			}
			if err != nil {
				t.Fatal(err)
			}
		}
		grants := fmt.Sprintf("settings/apps/%d/grants/", partner.ID)
		rows := results(w.ask("admin", "GET", grants, nil, 200))
		if len(rows) != 2 || rows[0]["email"] != "admin@main.example" {
			t.Fatalf("%v", rows)
		}
		if got := w.raw("admin", "DELETE", fmt.Sprintf("%s%d/", grants, idOf(rows[0]["id"])), nil); got.Code != 204 {
			t.Errorf("%d %s", got.Code, got.Body)
		}
		w.ask("admin", "DELETE", fmt.Sprintf("%s%d/", grants, idOf(rows[0]["id"])), nil, 404)

		// Tokens of the command line show, and end, here too.
		bare, err := w.config.Tokens.Create(t.Context(), w.st, "by hand", []string{"tickets:read"}, time.Time{})
		if err != nil {
			t.Fatal(err)
		}
		rows = results(w.ask("admin", "GET", "settings/apps/tokens/", nil, 200))
		if len(rows) != 1 || rows[0]["name"] != "by hand" {
			t.Fatalf("%v", rows)
		}
		one := fmt.Sprintf("settings/apps/tokens/%d/", idOf(rows[0]["id"]))
		if got := w.raw("admin", "DELETE", one, nil); got.Code != 204 || good(bare) {
			t.Errorf("%d", got.Code)
		}
		w.ask("admin", "DELETE", one, nil, 404)
	})
}

// TestSecretsAskForProof: who left a browser open does not give away the store.
func TestSecretsAskForProof(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		err := w.db.Write(t.Context(), func(tx *store.Tx) error {
			tx.Exec("UPDATE sessions SET confirmed_at = 1")
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		app := map[string]any{"name": "x", "kind": "token", "scopes": []string{"tickets:read"}}
		if got := w.ask("admin", "POST", "settings/apps/", app, 403); got["code"] != "confirm" {
			t.Errorf("%v", got)
		}
		if got := w.ask("admin", "POST", "settings/users/invitations/", map[string]any{"email": "x@main.example", "admin": true}, 403); got["code"] != "confirm" {
			t.Errorf("%v", got)
		}
		got := w.ask("admin", "POST", "settings/sessions/confirm/", map[string]any{"password": "wrong"}, 400)
		if got["fields"].(map[string]any)["password"] == nil {
			t.Errorf("%v", got)
		}
		if got := w.raw("admin", "POST", "settings/sessions/confirm/", map[string]any{"password": "a lamp in the window"}); got.Code != 204 {
			t.Fatalf("%d %s", got.Code, got.Body)
		}
		w.ask("admin", "POST", "settings/apps/", app, 201)
	})
}

// deliver stands in for what sends: nothing leaves.
type deliver struct{ replayed []desk.Replay }

func (d *deliver) Test(_ context.Context, _ *desk.Store, h *desk.Webhook) (*desk.Delivery, error) {
	return &desk.Delivery{ID: 1, WebhookID: h.ID, EventType: "ticket.created", Outcome: desk.Failed, Answer: "no route", CreatedAt: 1}, nil
}

func (d *deliver) Replay(_ context.Context, _ *desk.Store, _ *desk.Webhook, r desk.Replay) (int, error) {
	d.replayed = append(d.replayed, r)
	return 7, nil
}

func (d *deliver) Payload(context.Context, *desk.Store, *desk.Webhook, int64) ([]byte, error) {
	return []byte(`{"id": 1}`), nil
}

func TestWebhooksAreManaged(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		made := w.ask("admin", "POST", "settings/webhooks/", map[string]any{
			"name": "ERP", "target": "https://erp.example/in", "events": []string{"ticket.created"},
		}, 201)
		id := idOf(made["webhook"].(map[string]any)["id"])
		secret, path := made["secret"].(string), fmt.Sprintf("settings/webhooks/%d/", id)
		if text := w.raw("admin", "GET", "settings/webhooks/", nil).Body.String(); strings.Contains(text, secret) || !strings.Contains(text, "ERP") {
			t.Errorf("%s", text)
		}
		bad := w.ask("admin", "POST", "settings/webhooks/", map[string]any{"target": "javascript:alert(1)", "events": []string{"x"}, "name": strings.Repeat("x", 256)}, 400)
		if fields := bad["fields"].(map[string]any); len(fields) != 3 {
			t.Errorf("%v", fields)
		}
		got := w.ask("admin", "PATCH", path, map[string]any{"active": false, "name": ""}, 200)
		if got["health"] != "off" || got["name"] != "" || got["target"] != "https://erp.example/in" {
			t.Errorf("%v", got)
		}
		w.ask("admin", "PATCH", path, map[string]any{"events": []string{}}, 400)
		w.ask("admin", "PATCH", path, map[string]any{"active": true}, 200)
		if again := w.ask("admin", "POST", path+"rotate/", nil, 200)["secret"]; again == secret || again == "" {
			t.Errorf("%v", again)
		}
		if got := w.ask("admin", "POST", path+"test/", nil, 200); got["outcome"] != "failed" || got["event_id"] != nil {
			t.Errorf("%v", got)
		}
		if got := w.ask("admin", "GET", path+"events/5/payload/", nil, 200); got["payload"] != `{"id": 1}` {
			t.Errorf("%v", got)
		}

		// What was sent, in pages.
		hook, err := w.config.Webhooks.Get(t.Context(), w.st, id)
		if err != nil {
			t.Fatal(err)
		}
		err = w.db.Write(t.Context(), func(tx *store.Tx) error {
			for i := range accessPage + 5 {
				tx.InsertDelivery(w.st, &desk.Delivery{WebhookID: hook.ID, EventID: int64(i + 1), EventType: "ticket.created", TicketID: 1, Outcome: []desk.Outcome{desk.Delivered, desk.Failed}[i%2], CreatedAt: 1})
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		first := w.ask("admin", "GET", path+"deliveries/", nil, 200)
		rest := w.ask("admin", "GET", path+"deliveries/?after="+first["next"].(string), nil, 200)
		if a, b := results(first), results(rest); len(a) != accessPage || len(b) != 5 || rest["next"] != nil || idOf(a[0]["event"]) != accessPage+5 || idOf(b[4]["event"]) != 1 {
			t.Errorf("%d and %d", len(a), len(b))
		}
		for _, row := range results(w.ask("admin", "GET", path+"deliveries/?outcome=failed", nil, 200)) {
			if row["outcome"] != "failed" {
				t.Errorf("%v", row)
			}
		}
		w.ask("admin", "GET", path+"deliveries/?outcome=lost", nil, 400)

		// One event again, or those since a time.
		w.ask("admin", "POST", path+"replay/", map[string]any{"event": 5}, 202)
		if got := w.ask("admin", "POST", path+"replay/", map[string]any{"since": "2026-01-01T00:00:00Z", "failed": true}, 202); idOf(got["queued"]) != 7 {
			t.Errorf("%v", got)
		}
		if r := w.config.Deliveries.(*deliver).replayed; len(r) != 2 || r[0].Event != 5 || r[1] != (desk.Replay{Outcome: desk.Failed}) {
			t.Errorf("%+v", r)
		}
		for _, body := range []map[string]any{{}, {"event": 5, "since": "2026-01-01T00:00:00Z"}, {"since": "yesterday"}, {"event": -1}} {
			w.ask("admin", "POST", path+"replay/", body, 400)
		}
		if got := w.raw("admin", "DELETE", path, nil); got.Code != 204 {
			t.Errorf("%d %s", got.Code, got.Body)
		}
		w.ask("admin", "GET", path, nil, 404)

		log := results(w.ask("admin", "GET", "settings/audit/?action=webhook.", nil, 200))
		if len(log) != 5 || log[0]["actor"] != "admin@main.example" || log[0]["action"] != "webhook.deleted" {
			t.Errorf("%v", log)
		}
	})
}

func TestAuditLogIsFilteredAndExported(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		err := w.db.Write(ctx, func(tx *store.Tx) error {
			for i := range exportBatch + 10 {
				e := &desk.AuditEntry{StoreID: w.st.ID, Action: "test.line", Subject: "=1+1", Data: map[string]string{"n": fmt.Sprint(i)}, CreatedAt: desk.Instant(1 + i)}
				if err := tx.Audit(ctx, e); err != nil {
					return err
				}
			}
			return tx.Audit(ctx, &desk.AuditEntry{StoreID: w.other.ID, Action: "test.line", Subject: "elsewhere", CreatedAt: 1})
		})
		if err != nil {
			t.Fatal(err)
		}
		first := w.ask("admin", "GET", "settings/audit/?action=test.line", nil, 200)
		next := w.ask("admin", "GET", "settings/audit/?action=test.line&after="+first["next"].(string), nil, 200)
		a, b := results(first), results(next)
		if len(a) != accessPage || len(b) != accessPage || idOf(a[accessPage-1]["id"]) <= idOf(b[0]["id"]) {
			t.Errorf("%d, %d", len(a), len(b))
		}
		if mine := results(w.ask("admin", "GET", fmt.Sprintf("settings/audit/?account=%d", w.account("admin")), nil, 200)); len(mine) != 1 || mine[0]["action"] != "signin.password" {
			t.Errorf("%v", mine)
		}
		for _, bad := range []string{"account=x", "account=-1", "action=%27", "from=yesterday"} {
			w.ask("admin", "GET", "settings/audit/?"+bad, nil, 400)
		}
		got := w.raw("admin", "GET", "settings/audit/export/?action=test.", nil)
		lines, err := csv.NewReader(got.Body).ReadAll()
		if err != nil || len(lines) != exportBatch+11 || lines[1][4] != "'=1+1" || !strings.HasPrefix(got.Header().Get("Content-Disposition"), "attachment") {
			t.Errorf("%d lines, %v, %v", len(lines), err, got.Header())
		}
	})
}

func TestSessionsAreOnesOwn(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.agent("ben", false)
		w.cookies["ben at work"] = w.cookies["ben"]
		o, err := w.config.Accounts.SignIn(t.Context(), w.st, "ben@main.example", "a lamp in the window", access.Visit{IP: "192.0.2.7", UserAgent: "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0"})
		if err != nil {
			t.Fatal(err)
		}
		w.cookies["ben at home"] = o.Cookie
		mine := results(w.ask("ben", "GET", "settings/sessions/", nil, 200))
		if len(mine) != 2 {
			t.Fatalf("%v", mine)
		}
		var other int64
		for _, s := range mine {
			if s["current"] == false {
				other = idOf(s["id"])
				if s["device"] != "Firefox, Linux" || s["ip"] != "192.0.2.7" {
					t.Errorf("%v", s)
				}
			}
		}
		path := fmt.Sprintf("settings/sessions/%d/", other)
		w.ask("admin", "DELETE", path, nil, 404)
		if got := w.raw("ben", "DELETE", path, nil); got.Code != 204 {
			t.Errorf("%d", got.Code)
		}
		w.ask("ben at home", "GET", "me/", nil, 401)
		if o, err = w.config.Accounts.SignIn(t.Context(), w.st, "ben@main.example", "a lamp in the window", access.Visit{}); err != nil {
			t.Fatal(err)
		}
		w.cookies["ben at home"] = o.Cookie
		if got := w.raw("ben", "POST", "settings/sessions/end-others/", nil); got.Code != 204 {
			t.Errorf("%d", got.Code)
		}
		w.ask("ben at home", "GET", "me/", nil, 401)
		w.ask("ben", "GET", "me/", nil, 200)
		w.ask("admin", "GET", "me/", nil, 200)
	})
}

// TestNothingOfAnotherStore: what the other store has is not there, to its own admin's
// neighbour, at every row that names a thing.
func TestNothingOfAnotherStore(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		a, err := w.config.Accounts.Create(ctx, w.other, access.NewMember{Email: "eve@other.example", Name: "Eve", Password: "a lamp in the window", Admin: true})
		if err != nil {
			t.Fatal(err)
		}
		o, err := w.config.Accounts.SignIn(ctx, w.other, "eve@other.example", "a lamp in the window", access.Visit{})
		if err != nil {
			t.Fatal(err)
		}
		w.cookies["eve"] = o.Cookie
		eve, err := w.config.Accounts.Session(ctx, w.other, o.Cookie)
		if err != nil {
			t.Fatal(err)
		}
		if got := w.raw("eve", "GET", "me/", nil); got.Code != 401 {
			t.Errorf("the session of another store opens this one: %d", got.Code)
		}
		group, err := w.config.Accounts.SaveGroup(ctx, w.other, eve, desk.PermissionGroup{Name: "Theirs"}, access.Visit{})
		if err != nil {
			t.Fatal(err)
		}
		app, _, err := w.config.Apps.Create(ctx, w.other, &desk.AppInput{Name: "x", Scopes: "tickets:read"}, false, access.Author{})
		if err != nil {
			t.Fatal(err)
		}
		target, events := "https://x.example/", desk.EventSet(1)
		hook, err := w.config.Webhooks.Create(ctx, w.other, &desk.WebhookInput{Target: &target, Events: &events}, desk.Write{Actor: desk.System})
		if err != nil {
			t.Fatal(err)
		}
		rights, named := map[string]any{"admin": false, "groups": []int64{}}, map[string]any{"name": "x", "permissions": []string{}, "members": []int64{}}
		for _, c := range []struct {
			method, path string
			body         any
		}{
			{"PUT", fmt.Sprintf("settings/users/%d/", a.ID), rights},
			{"GET", fmt.Sprintf("settings/users/%d/tickets/", a.ID), nil},
			{"POST", fmt.Sprintf("settings/users/%d/reset-link/", a.ID), nil},
			{"POST", fmt.Sprintf("settings/users/%d/remove/", a.ID), map[string]any{"assign_to": nil}},
			{"PUT", fmt.Sprintf("settings/groups/%d/", group), named},
			{"DELETE", fmt.Sprintf("settings/groups/%d/", group), nil},
			{"GET", fmt.Sprintf("settings/apps/%d/", app.ID), nil},
			{"POST", fmt.Sprintf("settings/apps/%d/rotate/", app.ID), nil},
			{"DELETE", fmt.Sprintf("settings/apps/%d/", app.ID), nil},
			{"GET", fmt.Sprintf("settings/webhooks/%d/", hook.ID), nil},
			{"PATCH", fmt.Sprintf("settings/webhooks/%d/", hook.ID), map[string]any{"active": false}},
			{"DELETE", fmt.Sprintf("settings/webhooks/%d/", hook.ID), nil},
			{"GET", fmt.Sprintf("settings/webhooks/%d/deliveries/", hook.ID), nil},
			{"POST", fmt.Sprintf("settings/webhooks/%d/test/", hook.ID), nil},
		} {
			if got := w.raw("admin", c.method, c.path, c.body); got.Code != 404 {
				t.Errorf("%s %s: %d %s", c.method, c.path, got.Code, got.Body)
			}
		}
	})
}

// TestAnotherSiteChangesNothing: neither a page of another site nor a form of any.
func TestAnotherSiteChangesNothing(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		send := func(headers ...string) *httptest.ResponseRecorder {
			body := `{"name":"Forged","permissions":[],"members":[]}`
			r := httptest.NewRequestWithContext(t.Context(), "POST", "https://main.example"+Base+"settings/groups/", strings.NewReader(body))
			r.Header.Set("Content-Type", "application/json")
			for i := 0; i < len(headers); i += 2 {
				r.Header.Set(headers[i], headers[i+1])
			}
			r.AddCookie(&http.Cookie{Name: page.SessionCookie(true), Value: w.cookies["admin"]})
			answer := httptest.NewRecorder()
			w.handler.ServeHTTP(answer, r)
			return answer
		}
		for status, headers := range map[int][][]string{
			403: {{"Origin", "https://evil.example"}, {"Origin", "https://other.example"}, {"Origin", "null"}, {"Sec-Fetch-Site", "cross-site"}, {"Sec-Fetch-Site", "same-site"}},
			400: {{"Content-Type", "application/x-www-form-urlencoded"}, {"Content-Type", "text/plain"}, {"Content-Type", "multipart/form-data; boundary=x"}, {"Content-Type", ""}},
		} {
			for _, h := range headers {
				if got := send(h...); got.Code != status {
					t.Errorf("%v: %d %s", h, got.Code, got.Body)
				}
			}
		}
		if groups := results(w.ask("admin", "GET", "settings/groups/", nil, 200)); len(groups) != 0 {
			t.Errorf("%v", groups)
		}
		if got := send("Origin", "https://main.example", "Sec-Fetch-Site", "same-origin"); got.Code != 201 {
			t.Errorf("the page itself: %d %s", got.Code, got.Body)
		}
	})
}
