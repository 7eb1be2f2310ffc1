package app

import (
	"bytes"
	"context"
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"io/fs"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"storedesk/internal/access"
	"storedesk/internal/desk"
	"storedesk/internal/page"
	"storedesk/internal/store/storetest"
)

// walk is the program with people of every kind, for trying each row of the table.
type walk struct {
	t       *testing.T
	a       *App
	handler http.Handler
	table   []page.Route
	st      *desk.Store
	other   *desk.Store
	cookies map[string]string // session cookies by who
	groups  map[desk.Permission]int64
}

const walkPassword = "a lamp in the window"

func newWalk(t *testing.T, database string) *walk {
	t.Helper()
	a, err := Open(t.Context(), Config{DatabaseURL: database, DataDir: t.TempDir(), LogFormat: "text", LogLevel: "error"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(a.Close)
	a.Accounts = access.NewAccounts(a.DB, time.Now, slog.New(slog.DiscardHandler), access.Hashing{Memory: 8, Time: 1})
	w := &walk{t: t, a: a, cookies: map[string]string{}, groups: map[desk.Permission]int64{}}
	if w.st, err = a.Stores.Create(t.Context(), "Main", []string{"main.example"}); err != nil {
		t.Fatal(err)
	}
	if w.other, err = a.Stores.Create(t.Context(), "Other", []string{"other.example"}); err != nil {
		t.Fatal(err)
	}
	var site *page.Site
	if w.table, site, err = a.routes(ServeConfig{Listen: ":0", PageSize: 20}); err != nil {
		t.Fatal(err)
	}
	if w.handler, err = router(w.table, site); err != nil {
		t.Fatal(err)
	}
	w.people()
	return w
}

// people are an admin, staff without any permission, staff with each one, an admin of
// another store, an admin whose second factor is missing, and one who must set one up.
func (w *walk) people() {
	w.person("admin", w.st, true)
	admin, err := w.a.Accounts.Session(w.t.Context(), w.st, w.cookies["admin"])
	if err != nil {
		w.t.Fatal(err)
	}
	w.person("staff", w.st, false)
	for _, p := range desk.Permissions {
		if _, err := w.a.Accounts.SaveGroup(w.t.Context(), w.st, admin, desk.PermissionGroup{Name: string(p), Permissions: []desk.Permission{p}}, access.Visit{}); err != nil {
			w.t.Fatal(err)
		}
	}
	groups, err := w.a.DB.Groups(w.t.Context(), w.st)
	if err != nil {
		w.t.Fatal(err)
	}
	for _, g := range groups {
		w.person(g.Name, w.st, false, g.ID)
		w.groups[desk.Permission(g.Name)] = g.ID
	}
	w.person("customers and tickets", w.st, false, w.groups[desk.PermissionCustomers], w.groups[desk.PermissionTickets])
	w.person("foreign admin", w.other, true)
	w.person("bare admin", w.st, true)
	w.enrol("admin")
	w.person("half", w.st, true)
	w.enrol("half")
	o, err := w.a.Accounts.SignIn(w.t.Context(), w.st, "half@main.example", walkPassword, access.Visit{})
	if err != nil {
		w.t.Fatal(err)
	}
	w.cookies["half"] = o.Cookie
	if err := w.a.Stores.Set(w.t.Context(), w.st, map[string]string{"second_factor_for_admins": "yes"}); err != nil {
		w.t.Fatal(err)
	}
}

// enrol gives somebody a second factor, which their session has shown.
func (w *walk) enrol(name string) {
	w.t.Helper()
	ctx := w.t.Context()
	who, err := w.a.Accounts.Session(ctx, w.st, w.cookies[name])
	if err == nil {
		err = w.a.Accounts.BeginTOTP(ctx, who)
	}
	if err != nil {
		w.t.Fatal(err)
	}
	key, err := w.a.Accounts.PendingTOTP(ctx, w.st, who)
	if err != nil {
		w.t.Fatal(err)
	}
	code, err := totp.GenerateCode(key.Secret(), time.Now())
	if err == nil {
		_, err = w.a.Accounts.FinishTOTP(ctx, w.st, who, code, access.Visit{})
	}
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w *walk) person(name string, st *desk.Store, admin bool, groups ...int64) {
	w.t.Helper()
	email := strings.ReplaceAll(name, " ", "-") + "@main.example"
	in := access.NewMember{Email: email, Name: name, Password: walkPassword, Admin: admin, GroupIDs: groups}
	if _, err := w.a.Accounts.Create(w.t.Context(), st, in); err != nil {
		w.t.Fatal(err)
	}
	o, err := w.a.Accounts.SignIn(w.t.Context(), st, email, walkPassword, access.Visit{})
	if err != nil {
		w.t.Fatal(err)
	}
	w.cookies[name] = o.Cookie
}

var wildcard = regexp.MustCompile(`\{[^}]*\}`)

// path is a row's path with something in place of its wildcards that names nothing.
func path(row page.Route) string {
	p := strings.ReplaceAll(row.Path, "{$}", "")
	return wildcard.ReplaceAllString(p, "999999999")
}

// ask sends a row's request as somebody (a cookie) or something (a token).
func (w *walk) ask(row page.Route, cookie, bearer string, headers ...string) *httptest.ResponseRecorder {
	w.t.Helper()
	r := httptest.NewRequest(row.Method, "https://main.example"+path(row), strings.NewReader(url.Values{}.Encode()))
	switch {
	case row.Method != http.MethodGet && row.API && !row.Files:
		r.Body = io.NopCloser(strings.NewReader("{}"))
		r.ContentLength = 2
		r.Header.Set("Content-Type", "application/json")
	case row.Method != http.MethodGet:
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	default:
		r.Body = http.NoBody
		r.ContentLength = 0
	}
	if cookie != "" {
		r.AddCookie(&http.Cookie{Name: page.SessionCookie(true), Value: cookie})
	}
	if bearer != "" {
		r.Header.Set("Authorization", "Bearer "+bearer)
	}
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	if strings.HasSuffix(row.Path, "/live/{$}") { // goes on until the browser leaves
		ctx, cancel := context.WithTimeout(r.Context(), 200*time.Millisecond)
		defer cancel()
		r = r.WithContext(ctx)
	}
	recorder := httptest.NewRecorder()
	w.handler.ServeHTTP(recorder, r)
	return recorder
}

// TestEveryRouteHoldsItsRule walks the table: each row without rights, with wrong ones,
// with those of another store, and with the right ones; and each row of cookies as
// another site would have a browser send it.
func TestEveryRouteHoldsItsRule(t *testing.T) {
	t.Parallel()
	storetest.EachURL(t, func(t *testing.T, database string) {
		w := newWalk(t, database)
		if len(w.table) < 50 {
			t.Fatalf("only %d rows", len(w.table))
		}
		for _, row := range w.table {
			t.Run(row.Method+" "+row.Path, func(t *testing.T) {
				w := *w
				w.t = t
				w.rule(row)
			})
		}
	})
}

func (w *walk) rule(row page.Route) {
	needed := row.Needs.Permissions()
	scope, isScope := strings.CutPrefix(string(row.Needs), "scope ")
	switch {
	case row.Needs == page.AnyToken:
		w.tokens(row, "")
	case isScope:
		w.tokens(row, scope)
	case len(needed) > 0:
		for _, p := range needed {
			if !slices.Contains(desk.Permissions, p) {
				w.t.Fatalf("there is no permission %s", p)
			}
		}
		w.signedOut(row)
		w.refused(row, "staff")
		for _, p := range desk.Permissions {
			if len(needed) > 1 || p != needed[0] {
				w.refused(row, string(p))
			} else {
				w.admitted(row, string(p))
			}
		}
		if who := strings.TrimPrefix(string(row.Needs), "permission "); len(needed) > 1 {
			if w.cookies[who] == "" {
				w.t.Fatalf("the test has nobody with the permissions %s", who)
			}
			w.admitted(row, who)
		}
		w.admitted(row, "admin")
	case row.Needs == page.AdminOnly:
		w.signedOut(row)
		w.refused(row, "staff")
		for _, p := range desk.Permissions {
			w.refused(row, string(p))
		}
		w.admitted(row, "admin")
	case row.Needs == page.SignedIn, row.Needs == page.Enrolling, row.Needs == page.HalfSignedIn:
		w.signedOut(row)
		if row.Path != "/dashboard/logout/{$}" { // it would end the session that later rows use
			w.admitted(row, "staff")
		}
		if row.API {
			for _, p := range desk.Permissions {
				w.admitted(row, string(p))
			}
			w.admitted(row, "admin")
		}
	case row.Needs == page.OneTimeLink:
		for _, cookie := range []string{"", w.cookies["admin"]} {
			if r := w.ask(row, cookie, ""); r.Code != http.StatusNotFound {
				w.t.Errorf("with a secret that is none: %d", r.Code)
			}
		}
	case row.Needs == page.Signed:
		for _, signature := range []string{"", "x", strings.Repeat("0", 64)} {
			if r := w.ask(row, w.cookies["admin"], "", "X-29Next-Signature", signature); r.Code != http.StatusUnauthorized {
				w.t.Errorf("with the signature %q: %d", signature, r.Code)
			}
		}
	case row.Needs == page.OAuthClient:
		if r := w.ask(row, w.cookies["admin"], ""); r.Code != http.StatusUnauthorized && r.Code != http.StatusBadRequest {
			w.t.Errorf("without credentials of an app: %d", r.Code)
		}
	case row.Needs == page.Anyone:
		// A form that signs in may answer 401 to an empty one.
		if r := w.ask(row, "", ""); r.Code == http.StatusForbidden || r.Code == http.StatusUnauthorized && row.Method == http.MethodGet {
			w.t.Errorf("refused to a stranger: %d", r.Code)
		}
	default:
		w.t.Fatalf("the test knows no need %q", row.Needs)
	}
	w.forged(row)
	w.sentByForm(row)
	w.headers(row)
}

// signedOut tries a row as nobody, as somebody of another store, and with cookies that
// are none: all are sent to the sign-in page.
func (w *walk) signedOut(row page.Route) {
	if row.API {
		w.signedOutScript(row)
		return
	}
	for _, cookie := range []string{"", "x", w.cookies["foreign admin"]} {
		r := w.ask(row, cookie, "")
		if r.Code/100 != 3 || !strings.HasPrefix(r.Header().Get("Location"), page.LoginPath) {
			w.t.Errorf("cookie %.8q: %d to %q", cookie, r.Code, r.Header().Get("Location"))
		}
	}
	if row.Needs == page.HalfSignedIn {
		return
	}
	// An admin whose second factor is missing, and one who must set one up first.
	if r := w.ask(row, w.cookies["half"], ""); r.Code/100 != 3 || !strings.HasPrefix(r.Header().Get("Location"), page.FactorPath) {
		w.t.Errorf("without the second factor: %d to %q", r.Code, r.Header().Get("Location"))
	}
	if row.Needs == page.Enrolling {
		return
	}
	if r := w.ask(row, w.cookies["bare admin"], ""); r.Code/100 != 3 || !strings.HasPrefix(r.Header().Get("Location"), page.SecurityPath) {
		w.t.Errorf("without any second factor: %d to %q", r.Code, r.Header().Get("Location"))
	}
}

// signedOutScript is signedOut for rows that scripts ask: each is told why.
func (w *walk) signedOutScript(row page.Route) {
	for cookie, code := range map[string]string{
		"": "signed_out", "x": "signed_out", w.cookies["foreign admin"]: "signed_out",
		w.cookies["half"]: "second_factor", w.cookies["bare admin"]: "must_enrol",
	} {
		r := w.ask(row, cookie, "")
		if r.Code != http.StatusUnauthorized || !strings.Contains(r.Body.String(), `"code":"`+code+`"`) {
			w.t.Errorf("cookie %.8q: %d %s, want %s", cookie, r.Code, r.Body, code)
		}
	}
}

func (w *walk) refused(row page.Route, who string) {
	r := w.ask(row, w.cookies[who], "")
	if r.Code != http.StatusForbidden || row.API && !strings.Contains(r.Body.String(), `"code":"forbidden"`) {
		w.t.Errorf("with the rights of %s: %d %.200s", who, r.Code, r.Body.String())
	}
}

// admitted: whatever the handler says to an empty form or to an id that is none, it is
// not the rule's refusal.
func (w *walk) admitted(row page.Route, who string) {
	r := w.ask(row, w.cookies[who], "")
	if r.Code == http.StatusForbidden || r.Code >= 500 || row.API && r.Code == http.StatusUnauthorized || strings.HasPrefix(r.Header().Get("Location"), page.LoginPath) {
		w.t.Errorf("with the rights of %s: %d %.200s", who, r.Code, r.Body.String())
	}
}

// tokens tries a row of the Admin API.
func (w *walk) tokens(row page.Route, scope string) {
	make := func(st *desk.Store, scopes ...string) string {
		secret, err := w.a.Access.Create(w.t.Context(), st, "test", scopes, time.Time{})
		if err != nil {
			w.t.Fatal(err)
		}
		return secret
	}
	for name, bearer := range map[string]string{"no token": "", "a wrong token": "x", "a token of another store": make(w.other, "admin:read", "admin:write")} {
		if r := w.ask(row, w.cookies["admin"], bearer); r.Code != http.StatusUnauthorized {
			w.t.Errorf("%s: %d", name, r.Code)
		}
	}
	if scope == "" {
		if r := w.ask(row, "", make(w.st, "gateways:read")); r.Code != http.StatusOK {
			w.t.Errorf("with some token: %d", r.Code)
		}
		return
	}
	resource, kind, _ := strings.Cut(scope, ":")
	opposite := map[string]string{"read": "write", "write": "read"}[kind]
	for _, narrow := range []string{resource + ":" + opposite, "admin:" + opposite, "gateways:read", "disputes:" + kind} {
		if r := w.ask(row, "", make(w.st, narrow)); r.Code != http.StatusForbidden {
			w.t.Errorf("with the scope %s: %d", narrow, r.Code)
		}
	}
	for _, enough := range []string{scope, "admin:" + kind} {
		if r := w.ask(row, "", make(w.st, enough)); r.Code == http.StatusForbidden || r.Code == http.StatusUnauthorized || r.Code >= 500 {
			w.t.Errorf("with the scope %s: %d", enough, r.Code)
		}
	}
}

// forged sends a row's request as the page of another site would.
func (w *walk) forged(row page.Route) {
	if row.CSRF == page.ReadOnly && row.Method != http.MethodGet && row.Method != http.MethodHead {
		w.t.Error("changes something and is called read only")
	}
	if row.CSRF == page.NoCookies && row.Plain == nil && row.Needs != page.OAuthClient && row.Needs != page.Anyone {
		w.t.Errorf("needs %s, which a cookie shows", row.Needs)
	}
	if row.CSRF != page.SameOrigin {
		return
	}
	for name, headers := range map[string][]string{
		"another site":       {"Sec-Fetch-Site", "cross-site"},
		"a sibling host":     {"Sec-Fetch-Site", "same-site"},
		"an older browser":   {"Origin", "https://evil.example"},
		"a sandboxed frame":  {"Origin", "null"},
		"the other store":    {"Origin", "https://other.example"},
		"the same, in plain": {"Origin", "http://main.example:81"},
	} {
		r := w.ask(row, w.cookies["admin"], "", headers...)
		if r.Code != http.StatusForbidden {
			w.t.Errorf("from %s: %d", name, r.Code)
		}
	}
}

// sentByForm sends a row's request as a form of any page could, were nothing known of where
// it comes from: rows of scripts take none of those kinds.
func (w *walk) sentByForm(row page.Route) {
	if !row.API || row.CSRF != page.SameOrigin {
		return
	}
	kinds := []string{"application/x-www-form-urlencoded", "text/plain", "Text/Plain; charset=utf-8", "multipart/form-data; boundary=x"}
	if row.Files {
		kinds = kinds[:3]
	}
	for _, kind := range kinds {
		r := w.ask(row, w.cookies["admin"], "", "Content-Type", kind)
		if r.Code != http.StatusBadRequest || !strings.Contains(r.Body.String(), `"code":"invalid"`) {
			w.t.Errorf("sent as %s: %d %.200s", kind, r.Code, r.Body.String())
		}
	}
}

// headers are those that every page carries, refusals too.
func (w *walk) headers(row page.Route) {
	if row.Plain != nil {
		return
	}
	h := w.ask(row, "", "").Header()
	if row.Needs == page.OAuthClient || strings.HasPrefix(row.Path, "/.well-known/") {
		return // answers of programs to programs
	}
	csp := h.Get("Content-Security-Policy")
	if h.Get("X-Frame-Options") != "DENY" || !strings.Contains(csp, "frame-ancestors 'none'") || strings.Contains(csp, "unsafe") {
		w.t.Errorf("could be framed, or runs what it should not: %v", h)
	}
	if h.Get("Cache-Control") != "no-store" || h.Get("X-Content-Type-Options") != "nosniff" || h.Get("Referrer-Policy") == "" {
		w.t.Errorf("headers: %v", h)
	}
}

// TestTableIsDocumented holds docs/routes.json, the table for people to read, against
// the table itself: a new row without a line there fails.
func TestTableIsDocumented(t *testing.T) {
	t.Parallel()
	w := newWalk(t, storetest.SQLite(t))
	type line struct {
		Method string `json:"method"`
		Path   string `json:"path"`
		Needs  string `json:"needs"`
		CSRF   string `json:"csrf"`
	}
	var lines []line
	for _, row := range w.table {
		lines = append(lines, line{row.Method, strings.ReplaceAll(row.Path, "{$}", ""), string(row.Needs), string(row.CSRF)})
	}
	slices.SortFunc(lines, func(a, b line) int { return strings.Compare(a.Path+" "+a.Method, b.Path+" "+b.Method) })
	var b bytes.Buffer
	b.WriteString("[\n")
	for i, l := range lines {
		text, err := json.Marshal(l)
		if err != nil {
			t.Fatal(err)
		}
		b.WriteString("  " + string(text))
		if i < len(lines)-1 {
			b.WriteString(",")
		}
		b.WriteString("\n")
	}
	b.WriteString("]\n")
	const file = "../../docs/routes.json"
	if os.Getenv("STOREDESK_UPDATE") != "" {
		if err := os.WriteFile(file, b.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	have, err := os.ReadFile(file)
	if err != nil || !bytes.Equal(have, b.Bytes()) {
		t.Errorf("docs/routes.json is not the table (%v); STOREDESK_UPDATE=1 go test -run TestTableIsDocumented ./internal/app writes it anew, to be read in review", err)
	}
}

// TestNothingIsServedOutsideTheTable reads the program's source: only the router that is
// built from the table may have a ServeMux or start a server.
func TestNothingIsServedOutsideTheTable(t *testing.T) {
	t.Parallel()
	seen := 0
	err := filepath.WalkDir("../..", func(name string, d fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") {
			return err
		}
		rel, _ := filepath.Rel("../..", name) // both are relative
		if !strings.HasPrefix(rel, "internal/") && !strings.HasPrefix(rel, "cmd/") {
			return nil
		}
		seen++
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			return err
		}
		ast.Inspect(file, func(n ast.Node) bool {
			sel, ok := n.(*ast.SelectorExpr)
			if !ok {
				return true
			}
			if x, ok := sel.X.(*ast.Ident); ok && x.Name == "http" {
				allowed := map[string]string{"NewServeMux": "internal/app/router.go", "Server": "internal/app/serve.go"}
				if rel == "internal/app/metrics.go" { // the operator's own listener
					return true
				}
				switch sel.Sel.Name {
				case "NewServeMux", "ServeMux", "DefaultServeMux", "Handle", "HandleFunc", "Server", "ListenAndServe", "ListenAndServeTLS", "Serve":
					if allowed[sel.Sel.Name] != rel {
						t.Errorf("%s uses http.%s", rel, sel.Sel.Name)
					}
				}
			}
			return true
		})
		return nil
	})
	if err != nil || seen < 50 {
		t.Errorf("%d files, %v", seen, err)
	}
}
