package dashboard

import (
	"fmt"
	"strings"
	"testing"

	"storedesk/internal/desk"
)

func TestMacroIsAppliedWithoutChangingAnything(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.agent("ben", false, desk.PermissionTickets)
		id, seq := w.asked(w.customer("eve@example.com", "Eve"), nil)
		m := w.ask("admin", "POST", "macros/", body{
			"name": "  Where  is it ", "groups": []int64{}, "comment_mode": "public",
			"comment": "Hi {{ requester.first_name }}, order {{order.number}}.\n{{ user.full_name }}",
			"changes": body{"status": "pending", "add_tags": []string{"wismo"}},
		}, 201)
		if m["name"] != "Where is it" {
			t.Errorf("%v", m)
		}
		at := fmt.Sprintf("macros/%v/", m["id"])
		a := w.ask("ben", "POST", at+"apply/", body{"ticket": id}, 200)
		if a["comment"] != "Hi Eve, order {{order.number}}.\nben" || fmt.Sprint(a["unresolved"]) != "[order.number]" || a["changes"].(body)["status"] != "pending" {
			t.Errorf("%v", a)
		}
		if v, err := w.config.Tickets.Version(t.Context(), w.st, id); err != nil || v != seq {
			t.Errorf("the ticket has changed: %d %v", v, err)
		}
		w.ask("ben", "POST", fmt.Sprintf("tickets/%d/submit/", id), body{"kind": "note", "body": "Hi", "base_seq": seq, "key": "1", "macros": []any{m["id"]}}, 200)
		if got := w.ask("admin", "GET", at, nil, 200); got["uses"] != 1.0 || got["last_used_at"] == nil {
			t.Errorf("%v", got)
		}
		w.ask("ben", "POST", at+"apply/", body{"ticket": 9999}, 404)
		w.ask("ben", "POST", at+"apply/", body{"ticket": 0}, 200)
		w.ask("ben", "PUT", at, body{"name": "x"}, 403)
		values := w.ask("ben", "GET", fmt.Sprintf("tickets/%d/variables/", id), nil, 200)["results"].([]any)
		if len(values) != len(desk.Variables) || values[0].(body)["value"] != "Eve" {
			t.Errorf("%v", values)
		}
	})
}

func TestMacrosOfOtherGroupsAreNotThere(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.agent("ben", false, desk.PermissionTickets)
		w.agent("cat", false, desk.PermissionTickets)
		id, _ := w.asked(w.customer("eve@example.com", "Eve"), nil)
		groups, err := w.db.Groups(t.Context(), w.st)
		if err != nil {
			t.Fatal(err)
		}
		form := body{"name": "Bens", "groups": []int64{groups[0].ID}, "comment_mode": "internal", "comment": "x", "changes": body{}}
		m := w.ask("admin", "POST", "macros/", form, 201)
		for who, n := range map[string]int{"admin": 1, "ben": 1, "cat": 0} {
			if got := w.ask(who, "GET", "macros/", nil, 200)["results"].([]any); len(got) != n {
				t.Errorf("%s sees %v", who, got)
			}
		}
		w.ask("cat", "POST", fmt.Sprintf("macros/%v/apply/", m["id"]), body{"ticket": id}, 404)
		w.ask("ben", "POST", fmt.Sprintf("macros/%v/apply/", m["id"]), body{"ticket": id}, 200)
	})
}

func TestMacrosAreCheckedOrderedAndDeleted(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		form := func(name string) body {
			return body{"name": name, "groups": []int64{}, "comment_mode": "public", "comment": "x", "changes": body{}}
		}
		a, b := w.ask("admin", "POST", "macros/", form("A"), 201), w.ask("admin", "POST", "macros/", form("B"), 201)
		for name, change := range map[string]func(body){
			"taken name":       func(f body) { f["name"] = "a" },
			"no name":          func(f body) { f["name"] = " " },
			"unknown variable": func(f body) { f["comment"] = "{{ requester.firstname }}" },
			"half a variable":  func(f body) { f["comment"] = "{{ requester.first_name }" },
			"no mode":          func(f body) { f["comment_mode"] = "" },
			"unknown group":    func(f body) { f["groups"] = []int64{99} },
			"unknown type":     func(f body) { f["changes"] = body{"type": 99} },
			"unknown status":   func(f body) { f["changes"] = body{"status": "gone"} },
			"does nothing":     func(f body) { f["comment"], f["comment_mode"] = "", "" },
			"assigns":          func(f body) { f["changes"] = body{"assignee": 1} },
		} {
			f := form("C")
			change(f)
			if got := w.ask("admin", "POST", "macros/", f, 400); got["fields"] == nil {
				t.Errorf("%s: %v", name, got)
			}
		}
		w.ask("admin", "POST", "macros/order/", body{"ids": []any{b["id"], a["id"]}}, 200)
		w.ask("admin", "POST", "macros/order/", body{"ids": []any{a["id"]}}, 400)
		w.ask("admin", "PUT", fmt.Sprintf("macros/%v/", a["id"]), form("A2"), 200)
		list := w.ask("admin", "GET", "macros/", nil, 200)["results"].([]any)
		if list[0].(body)["name"] != "B" || list[1].(body)["name"] != "A2" {
			t.Errorf("%v", list)
		}
		w.ask("admin", "PUT", "macros/999/", form("Z"), 404)
		w.ask("admin", "DELETE", fmt.Sprintf("macros/%v/", b["id"]), nil, 200)
		w.ask("admin", "DELETE", fmt.Sprintf("macros/%v/", b["id"]), nil, 404)
		p := w.ask("admin", "POST", "macros/preview/", body{"comment": "{{ store.name }} {{ nothing }}", "ticket": 0}, 200)
		if p["comment"] != "Main {{ nothing }}" || len(p["problems"].([]any)) != 1 {
			t.Errorf("%v", p)
		}
	})
}

func TestMacrosGoOutAndComeBack(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.agent("ben", false, desk.PermissionTickets)
		groups, err := w.db.Groups(t.Context(), w.st)
		if err != nil {
			t.Fatal(err)
		}
		m := w.ask("admin", "POST", "macros/", body{
			"name": "Sorry", "groups": []int64{groups[0].ID}, "comment_mode": "public", "comment": "Sorry, {{ requester.first_name }}", "changes": body{"type": 0, "set_tags": []string{"a"}},
		}, 201)
		file := w.ask("admin", "GET", "macros/export/", nil, 200)
		if text := fmt.Sprint(file); !strings.Contains(text, "groups:[ben]") {
			t.Errorf("%s", text)
		}
		got := w.ask("admin", "POST", "macros/import/", body{"dry_run": false, "file": file}, 200)
		if line := got["macros"].([]any)[0].(body); got["written"] != true || line["replaces"] != true || len(line["problems"].([]any)) != 0 {
			t.Errorf("%v", got)
		}
		if again := w.ask("admin", "GET", fmt.Sprintf("macros/%v/", m["id"]), nil, 200); fmt.Sprint(again["changes"]) != fmt.Sprint(m["changes"]) {
			t.Errorf("%v, was %v", again, m)
		}
		bad := body{"format": "storedesk-macros", "version": 1, "macros": []any{
			body{"name": "Good", "groups": []any{}, "comment_mode": "internal", "comment": "x"},
			body{"name": "Bad", "groups": []any{"nobody"}, "comment_mode": "loud", "comment": "{{ x }}", "status": "gone", "type": "none"},
			body{"name": "Odd", "groups": []any{}, "colour": "red"},
			body{"name": "good", "groups": []any{}, "comment_mode": "internal", "comment": "x"},
		}}
		got = w.ask("admin", "POST", "macros/import/", body{"dry_run": false, "file": bad}, 200)
		lines := got["macros"].([]any)
		if n := len(lines[1].(body)["problems"].([]any)); got["written"] != false || n != 5 || len(lines[0].(body)["problems"].([]any)) != 0 ||
			len(lines[2].(body)["problems"].([]any)) != 1 || len(lines[3].(body)["problems"].([]any)) != 1 {
			t.Errorf("%v", got)
		}
		if list := w.ask("admin", "GET", "macros/", nil, 200)["results"].([]any); len(list) != 1 {
			t.Errorf("something was written: %v", list)
		}
		bad["version"] = 2
		w.ask("admin", "POST", "macros/import/", body{"dry_run": true, "file": bad}, 400)
	})
}
