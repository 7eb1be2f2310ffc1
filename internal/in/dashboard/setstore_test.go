package dashboard

import (
	"bytes"
	"context"
	"fmt"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"storedesk/internal/desk"
	"storedesk/internal/page"
)

// letters shows mails as their texts, and remembers what was sent.
type letters struct{ sent []string }

func (l *letters) PreviewNotification(_ context.Context, st *desk.Store, n *desk.Notification, ticket int64) (*desk.LetterView, error) {
	if ticket == 404 {
		return nil, desk.ErrNotFound
	}
	subject, body := n.Fill(map[string]string{"ticket.id": fmt.Sprint(ticket), "store.name": st.Name})
	return &desk.LetterView{From: st.Name, Subject: subject, Text: body, HTML: "<p>" + body + "</p>"}, nil
}

func (l *letters) SendNotification(_ context.Context, _ *desk.Store, n *desk.Notification, _ int64, _, to string) error {
	l.sent = append(l.sent, to+": "+n.Subject)
	return nil
}

func (*letters) PreviewReply(st *desk.Store) (*desk.LetterView, error) {
	return &desk.LetterView{From: st.Name, Text: st.Mail.Footer, HTML: "<p>" + st.Mail.Colour + st.Mail.LogoURL + "</p>"}, nil
}

// audited lists actions of the log with their subjects, oldest first.
func (w *world) audited(prefix string) (list []string) {
	w.t.Helper()
	for _, e := range results(w.ask("admin", "GET", "settings/audit/?action="+prefix+".", nil, 200)) {
		list = append([]string{fmt.Sprint(e["action"], " ", e["subject"], " ", e["actor"] != "" && e["ip"] != "")}, list...)
	}
	return list
}

func wantLines(t *testing.T, got []string, want ...string) {
	t.Helper()
	if g, w := strings.Join(got, "\n"), strings.Join(want, "\n"); g != w {
		t.Errorf("%s\nwant\n%s", g, w)
	}
}

// ticketWith makes a ticket of a type with tags.
func (w *world) ticketWith(kind int64, tags ...string) {
	w.t.Helper()
	subject, in := "Where is it?", &desk.TicketInput{Tags: &tags}
	in.Subject = &subject
	if kind != 0 {
		in.TypeID = &kind
	}
	if _, err := w.config.Tickets.Create(w.t.Context(), w.st, in, desk.Write{Actor: desk.System}); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) moveAll(kind desk.MoveKind, from int64) {
	w.t.Helper()
	if err := w.config.Tickets.Move(w.t.Context(), w.st, fmt.Appendf(nil, `{"kind":%q,"from":%d}`, kind, from)); err != nil {
		w.t.Fatal(err)
	}
}

func usesOf(rows []map[string]any) (list []string) {
	for _, r := range rows {
		list = append(list, fmt.Sprint(r["name"], " ", r["tickets"]))
	}
	return list
}

func TestTicketTypesAreSet(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		const at = "settings/types/"
		var ids []int64
		for _, name := range []string{"Question", "Refund", "Lost"} {
			ids = append(ids, idOf(w.ask("admin", "POST", at, map[string]any{"name": " " + name, "public": true}, 201)["id"]))
		}
		if p := w.ask("admin", "POST", at, map[string]any{"name": "refund", "public": true}, 400); p["fields"].(map[string]any)["name"] == nil {
			t.Errorf("%v", p)
		}
		w.ticketWith(ids[0])
		w.ask("admin", "POST", at+"order/", map[string]any{"ids": []int64{ids[2], ids[0], ids[1]}}, 204)
		w.ask("admin", "POST", at+"order/", map[string]any{"ids": []int64{ids[0]}}, 409)
		w.ask("admin", "PATCH", fmt.Sprint(at, ids[0], "/"), map[string]any{"name": "Query", "public": false}, 200)
		w.ask("admin", "PATCH", fmt.Sprint(at, ids[0], "/"), map[string]any{}, 200)
		wantLines(t, usesOf(results(w.ask("admin", "GET", at, nil, 200))), "Lost 0", "Query 1", "Refund 0")
		var chosen []string
		for _, r := range results(w.ask("admin", "GET", "lookups/types/", nil, 200)) {
			chosen = append(chosen, r["name"].(string))
		}
		wantLines(t, chosen, "Lost", "Query", "Refund")

		remove := fmt.Sprint(at, ids[0], "/remove/")
		w.ask("admin", "POST", remove, map[string]any{"replacement": 0}, 409)
		for _, other := range []int64{ids[0], -1, 999} {
			w.ask("admin", "POST", remove, map[string]any{"replacement": other}, 400)
		}
		w.ask("admin", "POST", remove, map[string]any{"replacement": ids[1]}, 204)
		if row := results(w.ask("admin", "GET", at, nil, 200))[1]; row["moving"] != true {
			t.Errorf("%v", row)
		}
		w.moveAll(desk.MoveType, ids[0])
		w.ask("admin", "POST", fmt.Sprint(at, ids[2], "/remove/"), map[string]any{"replacement": 0}, 204)
		wantLines(t, usesOf(results(w.ask("admin", "GET", at, nil, 200))), "Refund 1")
		wantLines(t, w.audited("type"), "type.created Question true", "type.created Refund true", "type.created Lost true",
			"type.ordered  true", "type.changed Query true", "type.deleted Query true", "type.deleted Lost true")
	})
}

func TestTagsAreSet(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		const at = "settings/tags/"
		w.ticketWith(0, "vip", "VIPs", "broken")
		w.ticketWith(0, "vip")
		id := map[string]int64{}
		for _, r := range results(w.ask("admin", "GET", at, nil, 200)) {
			id[r["name"].(string)] = idOf(r["id"])
		}
		wantLines(t, usesOf(results(w.ask("admin", "GET", at+"?q=vip", nil, 200))), "VIPs 1", "vip 2")
		if p := w.ask("admin", "PATCH", fmt.Sprint(at, id["VIPs"], "/"), map[string]any{"name": "vip"}, 400); p["fields"].(map[string]any)["name"] == nil {
			t.Errorf("%v", p)
		}
		w.ask("admin", "PATCH", fmt.Sprint(at, id["VIPs"], "/"), map[string]any{"name": "very important"}, 204)
		w.ask("admin", "POST", fmt.Sprint(at, id["VIPs"], "/merge/"), map[string]any{"into": id["vip"]}, 409) // renamed tickets come first
		w.moveAll(desk.MoveTag, id["VIPs"])
		w.ask("admin", "POST", fmt.Sprint(at, id["vip"], "/merge/"), map[string]any{"into": id["vip"]}, 400)
		w.ask("admin", "POST", fmt.Sprint(at, id["vip"], "/merge/"), map[string]any{"into": 999}, 404)
		w.ask("admin", "POST", fmt.Sprint(at, id["VIPs"], "/merge/"), map[string]any{"into": id["vip"]}, 204)
		w.moveAll(desk.MoveTag, id["VIPs"])
		w.ask("admin", "DELETE", fmt.Sprint(at, id["vip"], "/"), nil, 409)
		wantLines(t, usesOf(results(w.ask("admin", "GET", at, nil, 200))), "broken 1", "vip 2")
		if left := results(w.ask("admin", "GET", at+"?unused=1", nil, 200)); len(left) != 0 {
			t.Errorf("%v", left)
		}
		w.ask("admin", "GET", at+"?after="+strings.Repeat("x", 300), nil, 400)
		wantLines(t, w.audited("tag"), "tag.renamed VIPs true", "tag.merged very important true")

		many := make([]string, 0, accessPage+1)
		for i := range accessPage + 1 {
			many = append(many, fmt.Sprintf("many %03d", i))
		}
		for len(many) > 0 {
			n := min(len(many), 20)
			w.ticketWith(0, many[:n]...)
			many = many[n:]
		}
		first := w.ask("admin", "GET", at+"?q=many", nil, 200)
		rest := w.ask("admin", "GET", at+"?q=many&after="+url.QueryEscape(first["next"].(string)), nil, 200)
		if len(results(first)) != accessPage || len(results(rest)) != 1 || rest["next"] != nil {
			t.Errorf("%d and %v", len(results(first)), rest)
		}
	})
}

// form posts a form below Base, as a page of ours does.
func (w *world) form(who, path string, values url.Values) *httptest.ResponseRecorder {
	w.t.Helper()
	return w.posted(who, path, "application/x-www-form-urlencoded", []byte(values.Encode()))
}

func (w *world) posted(who, path, kind string, body []byte) *httptest.ResponseRecorder {
	w.t.Helper()
	r := httptest.NewRequestWithContext(w.t.Context(), "POST", "https://main.example"+Base+path, bytes.NewReader(body))
	r.Header.Set("Content-Type", kind)
	r.AddCookie(&http.Cookie{Name: page.SessionCookie(true), Value: w.cookies[who]})
	answer := httptest.NewRecorder()
	w.handler.ServeHTTP(answer, r)
	return answer
}

func TestNotificationsAreSet(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		const at, one = "settings/notifications/", "settings/notifications/acknowledgement/"
		if all := results(w.ask("admin", "GET", at, nil, 200)); len(all) != len(desk.Notifications) || all[0]["changed"] != false {
			t.Fatalf("%v", all)
		}
		text := map[string]any{"enabled": false, "subject": "Number {{ ticket.id }}", "body": "Hello from {{ store.name }}"}
		if got := w.ask("admin", "PUT", one, text, 200); got["changed"] != true || got["enabled"] != false {
			t.Errorf("%v", got)
		}
		w.ask("admin", "PUT", one, text, 200) // nothing new, so no second line in the log
		wrong := map[string]any{"enabled": true, "subject": "{{ ticket.subject }}", "body": ""}
		if fields := w.ask("admin", "PUT", one, wrong, 400)["fields"].(map[string]any); fields["subject"] == nil || fields["body"] == nil {
			t.Errorf("%v", fields)
		}
		if got := w.raw("admin", "PUT", at+"nonsense/", text); got.Code != 404 {
			t.Errorf("%d %s", got.Code, got.Body)
		}

		trial := map[string]any{"subject": "Hi #{{ ticket.id }}", "body": "<b>{{ store.name }}</b>", "ticket": 7}
		if got := w.ask("admin", "POST", one+"preview/", trial, 200); got["subject"] != "Hi #7" || got["text"] != "<b>Main</b>" {
			t.Errorf("%v", got)
		}
		w.agent("setter", false, desk.PermissionSettings)
		w.ask("setter", "POST", one+"preview/", trial, 404) // may not see tickets
		trial["ticket"] = 404
		w.ask("admin", "POST", one+"preview/", trial, 404)
		trial["ticket"] = 0
		w.ask("setter", "POST", one+"preview/", trial, 200)
		if got := w.ask("setter", "POST", one+"test/", trial, 200); got["to"] != "setter@main.example" {
			t.Errorf("%v", got)
		}
		wantLines(t, w.letters.sent, "setter@main.example: Hi #{{ ticket.id }}")

		got := w.form("setter", one+"frame/", url.Values{"subject": {"x"}, "body": {"one\r\ntwo"}, "ticket": {"0"}})
		policy := got.Header().Get("Content-Security-Policy")
		if got.Code != 200 || !strings.Contains(got.Body.String(), "one\ntwo") || !strings.Contains(policy, "default-src 'none'") ||
			!strings.Contains(policy, "sandbox") || strings.Contains(policy, "allow-scripts") || got.Header().Get("X-Frame-Options") != "SAMEORIGIN" {
			t.Errorf("%d %s %v", got.Code, got.Body, got.Header())
		}
		if got := w.form("setter", one+"frame/", url.Values{"subject": {"x"}, "body": {"{{ no }}"}, "ticket": {"0"}}); got.Code != 400 {
			t.Errorf("%d %s", got.Code, got.Body)
		}
		if got := w.form("setter", one+"preview/", url.Values{"subject": {"x"}}); got.Code != 400 {
			t.Errorf("a form was taken for JSON: %d %s", got.Code, got.Body)
		}

		if got := w.ask("admin", "POST", one+"reset/", nil, 200); got["changed"] != false || got["enabled"] != true {
			t.Errorf("%v", got)
		}
		wantLines(t, w.audited("notification"), "notification.changed acknowledgement true", "notification.tested acknowledgement true",
			"notification.reset acknowledgement true")
	})
}

func upload(t *testing.T, data string) (kind string, body []byte) {
	t.Helper()
	var b bytes.Buffer
	form := multipart.NewWriter(&b)
	part, err := form.CreateFormFile("file", "logo.png")
	if err == nil {
		_, err = part.Write([]byte(data))
	}
	if err != nil || form.Close() != nil {
		t.Fatal(err)
	}
	return form.FormDataContentType(), b.Bytes()
}

const onePixel = "GIF89a\x01\x00\x01\x00\x80\x00\x00\xff\xff\xff\x00\x00\x00!\xf9\x04\x01\x00\x00\x00\x00,\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02D\x01\x00;"

func TestBrandingIsSet(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		const at = "settings/branding/"
		for name, data := range map[string]string{
			"svg": `<svg xmlns="http://www.w3.org/2000/svg"/>`, "html": "<!doctype html><p>", "polyglot": "GIF89a<script>alert(1)</script>",
			"pdf": "%PDF-1.4", "nothing": "", "large": onePixel + strings.Repeat("x", maxLogo),
		} {
			kind, body := upload(t, data)
			if got := w.posted("admin", at+"logo/", kind, body); got.Code != 400 && got.Code != 413 {
				t.Errorf("%s: %d %s", name, got.Code, got.Body)
			}
		}
		kind, body := upload(t, onePixel)
		got := w.posted("admin", at+"logo/", kind, body)
		_, rest, _ := strings.Cut(got.Body.String(), `"url":"`)
		logo, _, _ := strings.Cut(rest, `"`)
		if got.Code != 201 || !strings.HasPrefix(logo, picturePath) {
			t.Fatalf("%d %s", got.Code, got.Body)
		}
		show := func(host, path string) *httptest.ResponseRecorder {
			answer := httptest.NewRecorder()
			w.handler.ServeHTTP(answer, httptest.NewRequestWithContext(t.Context(), "GET", "https://"+host+path, nil))
			return answer
		}
		shown := show("main.example", logo)
		h := shown.Header()
		if shown.Code != 200 || shown.Body.String() != onePixel || h.Get("Content-Type") != "image/gif" || h.Get("X-Content-Type-Options") != "nosniff" ||
			!strings.Contains(h.Get("Cache-Control"), "immutable") || !strings.Contains(h.Get("Content-Security-Policy"), "sandbox") || len(h.Values("Set-Cookie")) > 0 {
			t.Errorf("%d %v", shown.Code, h)
		}
		for host, path := range map[string]string{"other.example": logo, "main.example": picturePath + "none"} {
			if got := show(host, path); got.Code != 404 {
				t.Errorf("%s%s: %d", host, path, got.Code)
			}
		}

		wrong := map[string]any{"colour": "red", "logo_url": "http://logo.example/x.png", "footer": strings.Repeat("x", 3000)}
		for _, path := range []string{at + "preview/", at} {
			method := "PATCH"
			if path != at {
				method = "POST"
			}
			if fields := w.ask("admin", method, path, wrong, 400)["fields"].(map[string]any); len(fields) != 3 || fields["colour"] == nil {
				t.Errorf("%v", fields)
			}
		}
		w.ask("admin", "PATCH", at, map[string]any{"logo_url": picturePath + strings.Repeat("a", 26)}, 400)
		set := map[string]any{"colour": "#336699", "logo_url": logo, "footer": "Lamps Ltd\r\nLondon"}
		if got := w.ask("admin", "POST", at+"preview/", set, 200); got["text"] != "Lamps Ltd\nLondon" {
			t.Errorf("%v", got)
		}
		if now := w.ask("admin", "GET", at, nil, 200); now["colour"] != "" {
			t.Errorf("a preview was kept: %v", now)
		}
		framed := w.form("admin", at+"frame/", url.Values{"colour": {"#336699"}, "logo_url": {logo}, "footer": {""}})
		if framed.Code != 200 || !strings.Contains(framed.Body.String(), "#336699"+logo) {
			t.Errorf("%d %s", framed.Code, framed.Body)
		}
		w.ask("admin", "PATCH", at, set, 200)
		if now := w.ask("admin", "GET", at, nil, 200); now["colour"] != "#336699" || now["footer"] != "Lamps Ltd\nLondon" || now["logo_url"] != logo {
			t.Errorf("%v", now)
		}
		wantLines(t, w.audited("branding"), "branding.picture_added "+logo+" true", "branding.changed Main true")
	})
}

// TestStoreSettingsNeedThePermission: nobody else sees or changes them.
func TestStoreSettingsNeedThePermission(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.agent("ben", false, desk.PermissionTickets)
		for _, path := range []string{"types/", "tags/", "notifications/", "branding/"} {
			w.ask("ben", "GET", "settings/"+path, nil, 403)
		}
		for method, path := range map[string]string{"POST": "types/", "DELETE": "tags/1/", "PUT": "notifications/assigned/", "PATCH": "branding/"} {
			w.ask("ben", method, "settings/"+path, map[string]any{}, 403)
		}
	})
}
