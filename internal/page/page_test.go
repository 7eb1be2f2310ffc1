package page_test

import (
	"io/fs"
	"os"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"

	"storedesk/internal/page"
)

func TestSafeNextStaysHere(t *testing.T) {
	t.Parallel()
	for next, want := range map[string]string{
		"":                                  page.Home,
		"/dashboard/settings/users/":        "/dashboard/settings/users/",
		"/oauth2/authorize/?client_id=a&x=": "/oauth2/authorize/?client_id=a&x=",
		"https://evil.example/dashboard/":   page.Home,
		"//evil.example/dashboard/":         page.Home,
		"/\\evil.example/dashboard/":        page.Home,
		"/dashboard/\\evil.example":         page.Home,
		"/dashboard/../../evil":             page.Home,
		"/dashboard/%2e%2e/x":               page.Home,
		"/dashboard//evil.example":          "/dashboard//evil.example",
		"/api/admin/":                       page.Home,
		"javascript:alert(1)":               page.Home,
		"dashboard/":                        page.Home,
		"/dashboard/\r\nSet-Cookie: a=b":    page.Home,
		"\t//evil.example":                  page.Home,
		"/%2Fdashboard/":                    page.Home,
		"https:/dashboard/":                 page.Home,
		"/dashboard@evil.example":           page.Home,
	} {
		if got := page.SafeNext(next); got != want {
			t.Errorf("%q goes to %q, want %q", next, got, want)
		}
	}
}

func TestMessages(t *testing.T) {
	t.Parallel()
	f := fstest.MapFS{
		"messages/pl/a.json": {Data: []byte(`{"n_one":"{{count}} plik","n_few":"{{count}} pliki","n_many":"{{count}} plików","hi":"Cześć {{name}}"}`)},
		"messages/de/a.json": {Data: []byte(`{"a":"x"}`)},
		"messages/de/b.json": {Data: []byte(`{"a":"y"}`)},
	}
	pl, err := page.LoadLanguage(f, "pl")
	if err != nil {
		t.Fatal(err)
	}
	for want, got := range map[string]string{
		"1 plik": pl.Text("n", "count", 1), "3 pliki": pl.Text("n", "count", 3), "12 plików": pl.Text("n", "count", 12),
		"Cześć {{x}}": pl.Text("hi", "name", "{{x}}"), "Sign in": pl.Text("login.title"), "no.such": pl.Text("no.such"),
	} {
		if got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
	if _, err := page.LoadLanguage(f, "de"); err == nil {
		t.Error("a key in two files was taken")
	}
}

var usedKey = regexp.MustCompile(`\.(?:T|Field "[^"]+"|Hinted) "([a-z_0-9.]+)"`)

// TestEveryMessageIsThere finds keys in the templates of all doors that the English
// catalogue lacks.
func TestEveryMessageIsThere(t *testing.T) {
	t.Parallel()
	seen := 0
	err := fs.WalkDir(os.DirFS(".."), ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".html") {
			return err
		}
		text, err := os.ReadFile("../" + path)
		if err != nil {
			return err
		}
		for _, m := range usedKey.FindAllStringSubmatch(string(text), -1) {
			seen++
			if key := m[1]; !page.English.Has(key) && !page.English.Has(key+"_other") {
				t.Errorf("%s: no message %q", path, key)
			}
		}
		return nil
	})
	if err != nil || seen < 10 {
		t.Errorf("%d keys seen, %v", seen, err)
	}
}

func TestRowsWithoutRulesAreRefused(t *testing.T) {
	t.Parallel()
	handle := func(*page.Request) error { return nil }
	for name, row := range map[string]page.Route{
		"nothing":        {},
		"no need":        {Method: "GET", Path: "/x/", CSRF: page.ReadOnly, Handle: handle},
		"no CSRF rule":   {Method: "GET", Path: "/x/", Needs: page.Anyone, Handle: handle},
		"no handler":     {Method: "GET", Path: "/x/", Needs: page.Anyone, CSRF: page.ReadOnly},
		"read-only POST": {Method: "POST", Path: "/x/", Needs: page.Anyone, CSRF: page.ReadOnly, Handle: handle},
		"cookie, forged": {Method: "POST", Path: "/x/", Needs: page.SignedIn, CSRF: page.NoCookies, Handle: handle},
	} {
		if row.Check() == nil {
			t.Errorf("%s: taken", name)
		}
	}
}
