package dashboard

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net"
	"slices"
	"strings"
	"testing"

	"storedesk/internal/desk"
)

// deaf is a name server that never answers.
type deaf struct{}

var errDeaf = &net.DNSError{Err: "no answer", IsTimeout: true}

func (deaf) LookupTXT(context.Context, string) ([]string, error)        { return nil, errDeaf }
func (deaf) LookupMX(context.Context, string) ([]*net.MX, error)        { return nil, errDeaf }
func (deaf) LookupIPAddr(context.Context, string) ([]net.IPAddr, error) { return nil, errDeaf }
func (deaf) LookupAddr(context.Context, string) ([]string, error)       { return nil, errDeaf }

// lines are the actions of the audit log that begin so, newest first, each with where it
// came from.
func (w *world) lines(prefix string) (list []desk.AuditEntry) {
	w.t.Helper()
	list, err := w.db.AuditLog(w.t.Context(), w.st, desk.AuditFilter{Action: prefix}, 0, 50)
	if err != nil {
		w.t.Fatal(err)
	}
	return list
}

// wrongAt are the fields of a refusal.
func wrongAt(answer map[string]any) []string {
	fields, _ := answer["fields"].(map[string]any)
	return slices.Sorted(maps.Keys(fields))
}

func TestStoreIsSet(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.agent("ben", false, desk.PermissionTickets)
		w.agent("sue", false, desk.PermissionSettings)
		w.ask("ben", "GET", "settings/store/", nil, 403)
		was := w.ask("sue", "GET", "settings/store/", nil, 200)
		if was["name"] != "Main" || was["time_zone"] != "UTC" || was["close_solved_days"] != 4.0 || was["held_days"] != 30.0 || was["media_hours"] != 0.0 {
			t.Errorf("%v", was)
		}
		w.ask("sue", "PATCH", "settings/store/", map[string]any{}, 200)
		if got := w.lines("store."); len(got) != 0 {
			t.Errorf("nothing was changed: %v", got)
		}
		is := w.ask("sue", "PATCH", "settings/store/", map[string]any{
			"name": " Lamps & more ", "time_zone": "Europe/Berlin", "close_solved_days": 0, "close_idle_days": 90, "held_days": 7, "media_hours": 720,
		}, 200)
		if is["name"] != "Lamps & more" || is["close_solved_days"] != 0.0 || is["media_hours"] != 720.0 || is["time_zone"] != "Europe/Berlin" {
			t.Errorf("%v", is)
		}
		if again := w.ask("sue", "GET", "settings/store/", nil, 200); again["close_idle_days"] != 90.0 || again["held_days"] != 7.0 {
			t.Errorf("%v", again)
		}
		got := w.lines("store.")
		if len(got) != 1 || got[0].Data["close_solved_days"] != "4 → off" || got[0].Data["name"] != "Main → Lamps & more" || got[0].AccountID == 0 {
			t.Errorf("%+v", got)
		}

		refused := w.ask("sue", "PATCH", "settings/store/", map[string]any{
			"name": "", "time_zone": "Mars/Olympus", "network_domain": "a b", "close_solved_days": -2, "held_days": 0,
		}, 400)
		if got := wrongAt(refused); !slices.Equal(got, []string{"close_solved_days", "held_days", "name", "network_domain", "time_zone"}) {
			t.Errorf("%v", refused)
		}
		w.ask("sue", "PATCH", "settings/store/", map[string]any{"media_hours": -1}, 400)
		w.ask("sue", "PATCH", "settings/store/", map[string]any{"hosts": []string{"evil.example"}}, 400)
		if w.ask("sue", "GET", "settings/store/", nil, 200)["name"] != "Lamps & more" {
			t.Error("a refusal changed something")
		}

		// What admins need is an admin's to say.
		w.ask("sue", "PATCH", "settings/store/", map[string]any{"second_factor_for_admins": true}, 403)
		w.ask("sue", "PATCH", "settings/store/", map[string]any{"second_factor_for_admins": false, "held_days": 8}, 200)
		w.ask("admin", "PATCH", "settings/store/", map[string]any{"second_factor_for_admins": true}, 200)
	})
}

func TestMailIsSet(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.agent("ben", false, desk.PermissionTickets)
		for _, path := range []string{"settings/mail/", "settings/mail/health/", "settings/mailboxes/", "checklist/"} {
			w.ask("ben", "GET", path, nil, 403)
		}
		if _, _, err := w.config.Stores.Change(t.Context(), w.other.ID, map[string]string{"support_email": "help@other.example"}); err != nil {
			t.Fatal(err)
		}
		w.ask("admin", "GET", "settings/mail/", nil, 200)
		health := w.ask("admin", "GET", "settings/mail/health/", nil, 200)
		if health["dns"].(map[string]any)["problem"] == "" || health["test"] != nil || health["dkim"] != nil {
			t.Errorf("%v", health)
		}
		w.ask("admin", "POST", "settings/mail/dkim/", nil, 400) // of which domain?
		w.ask("admin", "POST", "settings/mail/test/", nil, 400)

		set := map[string]any{
			"support_email": "help@main.example", "aliases": []string{"hallo@main.example", "shop@lamps.example"}, "from_name": "Lamps",
			"plus_address": false, "admin_address": "boss@main.example",
		}
		is := w.ask("admin", "PATCH", "settings/mail/", set, 200)
		if is["support_email"] != "help@main.example" || len(is["aliases"].([]any)) != 2 || is["plus_address"] != false {
			t.Errorf("%v", is)
		}
		refused := w.ask("admin", "PATCH", "settings/mail/", map[string]any{
			"support_email": "help@", "aliases": []string{"no address"}, "from_name": "a\nb", "admin_address": "x",
		}, 400)
		if got := wrongAt(refused); !slices.Equal(got, []string{"admin_address", "aliases", "from_name", "support_email"}) {
			t.Errorf("%v", refused)
		}
		refused = w.ask("admin", "PATCH", "settings/mail/", map[string]any{"support_email": "HELP@other.example"}, 400)
		if got := wrongAt(refused); !slices.Equal(got, []string{"support_email"}) {
			t.Errorf("%v", refused)
		}
		w.ask("admin", "PATCH", "settings/mail/", map[string]any{"aliases": []string{"a@main.example,b@main.example"}}, 400)

		// Where nobody answers, one sees so, and which records are wanted.
		dns := w.ask("admin", "POST", "settings/mail/check/", nil, 200)["dns"].(map[string]any)
		unknown := 0
		for _, f := range dns["findings"].([]any) {
			if f.(map[string]any)["state"] == "unknown" {
				unknown++
			}
		}
		if unknown == 0 || len(dns["records"].([]any)) != 4 || dns["checked_at"] == nil {
			t.Errorf("%v", dns)
		}

		first := w.ask("admin", "POST", "settings/mail/dkim/", nil, 200)["dkim"].(string)
		second := w.ask("admin", "POST", "settings/mail/dkim/", nil, 200)
		if second["dkim"] == first {
			t.Error("the key is called as before")
		}
		record := ""
		for _, r := range second["dns"].(map[string]any)["records"].([]any) {
			if r := r.(map[string]any); strings.Contains(r["name"].(string), "._domainkey.") {
				record = r["value"].(string)
			}
		}
		if !strings.HasPrefix(record, "v=DKIM1;") {
			t.Errorf("%q", record)
		}
		if got := w.ask("admin", "DELETE", "settings/mail/dkim/", nil, 200); got["dkim"] != nil {
			t.Errorf("%v", got)
		}

		test := w.ask("admin", "POST", "settings/mail/test/", nil, 200)["test"].(map[string]any)
		if test["sent_at"] == nil || test["back_at"] != nil {
			t.Errorf("%v", test)
		}
		w.ask("admin", "POST", "settings/mail/test/", nil, 409)

		var actions []string
		for _, line := range w.lines("store.") {
			actions = append(actions, line.Action)
			if strings.Contains(strings.Join(slices.Collect(maps.Values(line.Data)), ""), "PRIVATE") {
				t.Errorf("%v", line)
			}
		}
		want := []string{"store.mail_tested", "store.dkim_ended", "store.dkim_made", "store.dkim_made", "store.changed"}
		if !slices.Equal(actions, want) {
			t.Errorf("%v, want %v", actions, want)
		}
	})
}

// sendTest stands in for what mails.
func sendTest(_ context.Context, st *desk.Store) (string, error) {
	if st.SupportEmail == "" {
		return "", desk.Errorf(desk.Invalid, "No mail leaves.")
	}
	return "<round@main.example>", nil
}

func TestFirstSteps(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		done := func(who string) (list []string) {
			for _, s := range w.ask(who, "GET", "checklist/", nil, 200)["steps"].([]any) {
				if s := s.(map[string]any); s["done"] == true {
					list = append(list, s["name"].(string))
				}
			}
			return list
		}
		if got := done("admin"); len(got) != 0 {
			t.Errorf("%v", got)
		}
		w.ask("admin", "PATCH", "settings/mail/", map[string]any{"support_email": "help@main.example"}, 200)
		w.agent("sue", false, desk.PermissionSettings)
		if err := w.config.Macros.Save(t.Context(), w.st, &desk.Macro{Name: "Hello", Actions: desk.MacroActions{Mode: desk.CommentPublic, Body: "Hello"}}); err != nil {
			t.Fatal(err)
		}
		if got := done("sue"); !slices.Equal(got, []string{"address", "team", "macro"}) {
			t.Errorf("%v", got)
		}
		if got := w.ask("sue", "POST", "checklist/", map[string]any{"away": true}, 200); got["away"] != true {
			t.Errorf("%v", got)
		}
		if got := w.ask("admin", "GET", "checklist/", nil, 200); got["away"] != true {
			t.Errorf("%v", got)
		}
		w.ask("sue", "POST", "checklist/", map[string]any{"away": false}, 200)
		if got := w.lines("store.checklist_away"); len(got) != 1 {
			t.Errorf("%v", got)
		}
	})
}

// tryMailbox stands in for what signs in.
func tryMailbox(_ context.Context, b *desk.Mailbox) (validity, next uint32, err error) {
	secret, err := b.Credentials()
	if err == nil && secret.Password != "secret word" {
		err = errors.New("wrong password")
	}
	return 7, 42, err
}

func TestMailboxesAreSet(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		const path = "settings/mailboxes/"
		input := func(password string) map[string]any {
			return map[string]any{
				"address": "imap.provider.example", "security": "tls", "username": "help@main.example", "secret": map[string]any{"password": password},
			}
		}
		if got := w.ask("admin", "POST", path, input("guess"), 400); !strings.Contains(got["message"].(string), "wrong password") {
			t.Errorf("%v", got)
		}
		open := input("secret word")
		open["security"] = "none" // the password would travel readable
		w.ask("admin", "POST", path, open, 400)
		nowhere := input("secret word")
		nowhere["address"] = ""
		w.ask("admin", "POST", path, nowhere, 400)
		made := w.ask("admin", "POST", path, input("secret word"), 201)
		id := idOf(made["id"])
		if made["address"] != "imap.provider.example:993" || made["state"] != "new" || made["folder"] != "INBOX" || made["sign_in"] != "password" {
			t.Errorf("%v", made)
		}
		w.ask("admin", "POST", path, input("secret word"), 409) // once is enough
		box, err := w.config.Mailboxes.Get(t.Context(), w.st, id)
		if err != nil || box.FirstUID != 42 || box.UIDValidity != 7 {
			t.Fatalf("%+v, %v", box, err)
		}
		secret, err := box.Credentials()
		if err != nil || !secret.Guarded {
			t.Errorf("an agent's mailbox may be in the operator's own network: %v", err)
		}
		if body := w.raw("admin", "GET", path, nil).Body.String(); strings.Contains(body, "secret word") || !strings.Contains(body, "help@main.example") {
			t.Errorf("%s", body)
		}
		if rows := results(w.ask("admin", "GET", path, nil, 200)); len(rows) != 1 {
			t.Errorf("%v", rows)
		}

		one := fmt.Sprintf("%s%d/", path, id)
		w.ask("admin", "PUT", one+"secret/", map[string]any{}, 400)
		if got := w.raw("admin", "PUT", one+"secret/", map[string]any{"password": "another word"}); got.Code != 204 {
			t.Errorf("%d %s", got.Code, got.Body)
		}
		box, err = w.config.Mailboxes.Get(t.Context(), w.st, id)
		if err != nil || !strings.Contains(box.Secret, "another word") {
			t.Error("the password is as before", err)
		}

		// Those of another store are not here.
		foreign := &desk.Mailbox{Address: "imap.other.example", Security: "tls", Username: "x", Pause: desk.DefaultMailboxPause, Secret: box.Secret}
		if err := w.config.Mailboxes.Add(t.Context(), w.other, foreign); err != nil {
			t.Fatal(err)
		}
		theirs := fmt.Sprintf("%s%d/", path, foreign.ID)
		w.ask("admin", "PUT", theirs+"secret/", map[string]any{"password": "x"}, 404)
		w.ask("admin", "DELETE", theirs, nil, 404)

		if got := w.raw("admin", "DELETE", one, nil); got.Code != 204 {
			t.Errorf("%d %s", got.Code, got.Body)
		}
		w.ask("admin", "DELETE", one, nil, 404)
		var actions []string
		for _, line := range w.lines("mailbox.") {
			actions = append(actions, line.Action)
			if strings.Contains(fmt.Sprint(line.Data), "word") {
				t.Errorf("the audit log has a password: %v", line)
			}
		}
		if !slices.Equal(actions, []string{"mailbox.removed", "mailbox.secret_changed", "mailbox.added"}) {
			t.Errorf("%v", actions)
		}
	})
}
