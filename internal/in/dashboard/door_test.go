package dashboard

import (
	"bytes"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/getkin/kin-openapi/openapi3"

	"storedesk/internal/access"
	"storedesk/internal/blob"
	"storedesk/internal/commerce"
	"storedesk/internal/desk"
	"storedesk/internal/feed"
	"storedesk/internal/mailroom"
	"storedesk/internal/page"
	"storedesk/internal/people"
	"storedesk/internal/settings"
	"storedesk/internal/store"
	"storedesk/internal/store/storetest"
	"storedesk/internal/tickets"
	"storedesk/internal/wire"
)

// world is the door on a database of its own, with an admin signed in to the store
// main.example, and another store beside it. Each answer is held against openapi.yaml.
type world struct {
	t         *testing.T
	db        *store.DB
	config    Config
	st, other *desk.Store
	handler   http.Handler
	contract  *openapi3.T
	letters   *letters
	cookies   map[string]string // by name: "admin", and those that agent makes
	users     map[string]int64
}

// each runs a test on every database.
func each(t *testing.T, run func(t *testing.T, w *world)) {
	t.Helper()
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) { run(t, newWorld(t, db)) })
}

func newWorld(t *testing.T, db *store.DB) *world {
	t.Helper()
	log := slog.New(slog.NewTextHandler(io.Discard, nil))
	blobs, err := blob.Open(t.Context(), "", t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	accounts := access.NewAccounts(db, time.Now, log, access.Hashing{Memory: 8, Time: 1})
	stores := &settings.Stores{DB: db, Now: time.Now}
	tokens := &access.Service{DB: db, Now: time.Now}
	w := &world{t: t, db: db, letters: &letters{}, cookies: map[string]string{}, users: map[string]int64{}, config: Config{
		Tickets: &tickets.Service{DB: db, Now: time.Now}, People: &people.Service{DB: db, Now: time.Now},
		Commerce: &commerce.Service{DB: db}, Accounts: accounts, Stores: stores,
		Tokens: tokens, Apps: &access.Apps{DB: db, Now: time.Now, Tokens: tokens},
		Webhooks: &settings.Webhooks{DB: db, Now: time.Now}, Deliveries: &deliver{},
		Feed: &feed.Service{DB: db}, Mails: &mailroom.Service{DB: db, Blobs: blobs, Now: time.Now}, Blobs: blobs,
		Mailboxes: &settings.Mailboxes{DB: db, Now: time.Now}, SendTest: sendTest, TryMailbox: tryMailbox,
		MailHealth: &settings.MailHealth{Stores: stores, Resolver: deaf{}, Now: time.Now},
		Macros:     &settings.Macros{DB: db, Now: time.Now}, CanMail: func(*desk.Store) bool { return true },
		Files: fstest.MapFS{"index.html": {Data: []byte(`<html lang="en"><p nonce="` + nonceMark + `">`)}},
		Now:   time.Now, Log: log,
		Links: func(_ *desk.Store, origin string) wire.Linker { return wire.Origin(origin) },
	}}
	w.config.Notifications, w.config.Letters = &settings.Notifications{DB: db}, w.letters
	if w.st, err = stores.Create(t.Context(), "Main", []string{"main.example"}); err != nil {
		t.Fatal(err)
	}
	if w.other, err = stores.Create(t.Context(), "Other", []string{"other.example"}); err != nil {
		t.Fatal(err)
	}
	rows, err := Routes(w.config)
	if err != nil {
		t.Fatal(err)
	}
	site, mux := &page.Site{Accounts: accounts, Stores: stores, Log: log}, http.NewServeMux()
	for _, row := range rows {
		if err := row.Check(); err != nil {
			t.Fatal(err)
		}
		mux.Handle(row.Method+" "+row.Path, site.Handler(row))
	}
	w.handler, w.contract = mux, contract(t)
	w.agent("admin", true)
	return w
}

// contract is the document of the door.
func contract(t *testing.T) *openapi3.T {
	t.Helper()
	text, err := os.ReadFile("openapi.yaml")
	if err != nil {
		t.Fatal(err)
	}
	doc, err := openapi3.NewLoader().LoadFromData(text)
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

// agent makes a member of the store with some permissions, and signs them in.
func (w *world) agent(name string, admin bool, can ...desk.Permission) {
	w.t.Helper()
	ctx, in := w.t.Context(), access.NewMember{Email: name + "@main.example", Name: name, Password: "a lamp in the window", Admin: admin}
	if len(can) > 0 {
		boss, err := w.config.Accounts.Session(ctx, w.st, w.cookies["admin"])
		if err != nil {
			w.t.Fatal(err)
		}
		if _, err := w.config.Accounts.SaveGroup(ctx, w.st, boss, desk.PermissionGroup{Name: name, Permissions: can}, access.Visit{}); err != nil {
			w.t.Fatal(err)
		}
		groups, err := w.db.Groups(ctx, w.st)
		if err != nil {
			w.t.Fatal(err)
		}
		at := slices.IndexFunc(groups, func(g desk.PermissionGroup) bool { return g.Name == name })
		in.GroupIDs = []int64{groups[at].ID}
	}
	if _, err := w.config.Accounts.Create(ctx, w.st, in); err != nil {
		w.t.Fatal(err)
	}
	o, err := w.config.Accounts.SignIn(ctx, w.st, in.Email, in.Password, access.Visit{})
	if err != nil {
		w.t.Fatal(err)
	}
	w.cookies[name] = o.Cookie
	who, err := w.config.Accounts.Session(ctx, w.st, o.Cookie)
	if err != nil {
		w.t.Fatal(err)
	}
	w.users[name] = who.UserID
}

// ask sends a request below Base as somebody and returns the decoded answer, which must
// have the status and be as the contract says. body is nil or what JSON is made of.
func (w *world) ask(who, method, path string, body any, status int) map[string]any {
	w.t.Helper()
	answer := w.raw(who, method, path, body)
	if answer.Code != status {
		w.t.Fatalf("%s %s: %d %s, want %d", method, path, answer.Code, answer.Body, status)
	}
	if answer.Body.Len() == 0 {
		return nil
	}
	var out any
	if err := json.Unmarshal(answer.Body.Bytes(), &out); err != nil {
		w.t.Fatalf("%s %s: %v in %s", method, path, err, answer.Body)
	}
	w.conforms(method, path, status, out)
	result, _ := out.(map[string]any)
	return result
}

func (w *world) raw(who, method, path string, body any) *httptest.ResponseRecorder {
	w.t.Helper()
	var text []byte
	if body != nil {
		var err error
		if text, err = json.Marshal(body); err != nil {
			w.t.Fatal(err)
		}
	}
	r := httptest.NewRequestWithContext(w.t.Context(), method, "https://main.example"+Base+path, bytes.NewReader(text))
	if body != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	r.AddCookie(&http.Cookie{Name: page.SessionCookie(true), Value: w.cookies[who]})
	answer := httptest.NewRecorder()
	w.handler.ServeHTTP(answer, r)
	return answer
}

// fits tells whether a path is of a template: its parts in braces stand for any one part.
// A template without braces goes first where both fit, so ids in tests are numbers.
func fits(template, path string) bool {
	want, have := strings.Split(template, "/"), strings.Split(path, "/")
	return slices.EqualFunc(want, have, func(want, have string) bool {
		return want == have || want == "{kind}" || strings.HasPrefix(want, "{") && strings.ContainsAny(have, "0123456789")
	})
}

// conforms holds an answer against the contract.
func (w *world) conforms(method, path string, status int, answer any) {
	w.t.Helper()
	path, _, _ = strings.Cut("/"+path, "?")
	for template, item := range w.contract.Paths.Map() {
		operation := item.GetOperation(method)
		if operation == nil || !fits(template, path) {
			continue
		}
		response := operation.Responses.Status(status)
		if response == nil {
			response = operation.Responses.Default()
		}
		if response == nil {
			w.t.Fatalf("%s %s: the contract knows no answer %d", method, template, status)
		}
		media := response.Value.Content.Get("application/json")
		if media == nil {
			w.t.Fatalf("%s %s: the contract knows no body for %d", method, template, status)
		}
		if err := media.Schema.Value.VisitJSON(answer, openapi3.MultiErrors()); err != nil {
			w.t.Errorf("%s %s %d is not as the contract says: %v", method, template, status, err)
		}
		return
	}
	w.t.Errorf("%s %s is not in the contract", method, path)
}

// TestContractHasTheRoutes compares the document with the table, both ways.
func TestContractHasTheRoutes(t *testing.T) {
	t.Parallel()
	rows, err := Routes(Config{Files: fstest.MapFS{}})
	if err != nil {
		t.Fatal(err)
	}
	doc := contract(t)
	have := map[string]bool{}
	for _, row := range rows {
		if path, ok := strings.CutPrefix(row.Path, Base); ok {
			have[row.Method+" /"+strings.TrimSuffix(path, "{$}")] = true
		}
	}
	for path, item := range doc.Paths.Map() {
		for method := range item.Operations() {
			if !have[method+" "+path] {
				t.Errorf("%s %s is described, but there is no such route", method, path)
			}
			delete(have, method+" "+path)
		}
	}
	for route := range have {
		t.Errorf("%s is not described", route)
	}
}

func TestMeSaysWhatOneMayDo(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.agent("ben", false, desk.PermissionTickets)
		got := w.ask("ben", "GET", "me/", nil, 200)
		if can := got["can"].([]any); len(can) != 1 || can[0] != "tickets" || got["admin"] != false {
			t.Errorf("%v", got)
		}
		got = w.ask("admin", "GET", "me/", nil, 200)
		if can := got["can"].([]any); len(can) != len(desk.Permissions) {
			t.Errorf("%v", got)
		}
		w.ask("nobody", "GET", "me/", nil, 401)
	})
}

func TestLookUpsStayInTheStore(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx, email := t.Context(), "eve@elsewhere.example"
		name := "Evelyn"
		for _, st := range []*desk.Store{w.st, w.other} {
			if _, err := w.config.People.Create(ctx, st, &desk.UserInput{Email: &email, FirstName: &name}, desk.Write{Actor: desk.System}); err != nil {
				t.Fatal(err)
			}
		}
		for _, text := range []string{"eve", "EVE@else", "velyn"} {
			if found := w.ask("admin", "GET", "lookups/customers/?q="+text, nil, 200)["results"].([]any); len(found) != 1 {
				t.Errorf("%s: %v", text, found)
			}
		}
		for _, of := range []string{"agents", "groups", "types", "tags", "orders", "products", "customers"} {
			w.ask("admin", "GET", "lookups/"+of+"/?q=%00x", nil, 200)
		}
		if agents := w.ask("admin", "GET", "lookups/agents/", nil, 200)["results"].([]any); len(agents) != 1 {
			t.Errorf("agents: %v", agents)
		}
		w.agent("idle", false)
		w.ask("idle", "GET", "lookups/customers/?q=eve", nil, 403)
	})
}

func TestIndexCarriesAFreshNonce(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		seen := map[string]bool{}
		for range 2 {
			r := httptest.NewRequestWithContext(t.Context(), "GET", "https://main.example/dashboard/tickets/7/", nil)
			r.AddCookie(&http.Cookie{Name: page.SessionCookie(true), Value: w.cookies["admin"]})
			answer := httptest.NewRecorder()
			w.handler.ServeHTTP(answer, r)
			nonce := regexp.MustCompile(`nonce="(\w+)"`).FindStringSubmatch(answer.Body.String())
			policy := answer.Header().Get("Content-Security-Policy")
			if nonce == nil || seen[nonce[1]] || !strings.Contains(policy, "'nonce-"+nonce[1]+"'") || strings.Contains(policy, "unsafe") {
				t.Fatalf("%s %s", policy, answer.Body)
			}
			seen[nonce[1]] = true
		}
	})
}
