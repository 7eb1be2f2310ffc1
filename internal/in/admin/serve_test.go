package admin

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"storedesk/internal/desk"
)

func TestThrottledRequests(t *testing.T) {
	t.Parallel()
	d := open(t, func(c *Config) { c.RateLimit = 2 })
	for i, want := range []string{"1", "0"} {
		got := d.ask(request{path: "tickettypes/1/"})
		if got.status != 200 || got.header.Get("X-RateLimit-Remaining") != want || got.header.Get("X-RateLimit-Limit") != "2" {
			t.Fatalf("request %d: %d %v", i, got.status, got.header)
		}
	}
	for _, q := range []request{{path: "tickets/", token: "none"}, {path: "users/", token: "read"}} {
		if got := d.ask(q); got.status == 429 {
			t.Errorf("%v is throttled", q)
		}
	}
	got := d.ask(request{method: "DELETE", path: "tickettypes/1/"})
	if got.status != 429 || got.body != `{"detail":"Request was throttled. Expected available in 1 second."}` || got.header.Get("Retry-After") != "1" {
		t.Errorf("the third request: %d %s %v", got.status, got.body, got.header)
	}
	d.clock.advance(time.Second)
	if got := d.ask(request{path: "tickettypes/1/"}); got.status != 200 {
		t.Errorf("a second later: %d", got.status)
	}
	if got := d.ask(request{path: "tickettypes/1/", token: "read"}); got.header.Get("X-RateLimit-Remaining") != "1" {
		t.Errorf("another token: %v", got.header)
	}
}

func TestPluralSeconds(t *testing.T) {
	t.Parallel()
	if got := string(throttled(2).body); got != `{"detail":"Request was throttled. Expected available in 2 seconds."}` {
		t.Error(got)
	}
}

// broken is an API on which every request reaches one handler.
func broken(d *door, handle handler) http.Handler {
	a := New(Config{Access: d.access, Stores: d.stores, Log: testLog(d)}).(*API)
	for _, res := range a.resources {
		for method := range res.methods {
			res.methods[method] = handle
		}
	}
	return a
}

func TestErrorsAndPanicsAreLoggedOnceAndNotShown(t *testing.T) {
	t.Parallel()
	d := open(t)
	for name, handle := range map[string]handler{
		"boom error": func(*API, *call) error { return errors.New("boom error") },
		"boom panic": func(*API, *call) error { panic("boom panic") },
		"boom inner": func(*API, *call) error { return &desk.Error{Code: desk.Internal, Message: "boom inner"} },
	} {
		w, r := httptest.NewRecorder(), d.build(request{path: "tickets/"})
		r.Header.Set("X-Request-Id", "id-"+name[5:])
		broken(d, handle).ServeHTTP(w, r)
		if w.Code != 500 || w.Body.String() != `{"detail":"A server error occurred."}` {
			t.Errorf("%s: %d %s", name, w.Code, w.Body)
		}
		lines := 0
		for line := range strings.Lines(d.log.String()) {
			if strings.Contains(line, name) && strings.Contains(line, `"request_id":"id-`+name[5:]+`"`) {
				lines++
			}
		}
		if lines != 1 {
			t.Errorf("%s: %d lines in the log:\n%s", name, lines, d.log)
		}
	}
}

func TestNothingIsSaidToAClientThatHasGone(t *testing.T) {
	t.Parallel()
	d := open(t)
	ctx, leave := context.WithCancel(t.Context())
	w, r := httptest.NewRecorder(), d.build(request{path: "tickets/"}).WithContext(ctx)
	defer func() {
		// The connection must be cut: a handler that just returns answers 200.
		if cause := recover(); cause != http.ErrAbortHandler || w.Body.Len() > 0 || d.log.String() != "" {
			t.Errorf("ended with %v, answered %q, logged %q", cause, w.Body, d.log)
		}
	}()
	broken(d, func(_ *API, c *call) error {
		leave()
		return fmt.Errorf("reading tickets: %w", c.ctx().Err())
	}).ServeHTTP(w, r)
}

func TestErrorCodesBecomeStatuses(t *testing.T) {
	t.Parallel()
	for code, status := range map[desk.Code]int{
		desk.Invalid: 400, desk.Unauthorized: 401, desk.Forbidden: 403, desk.NotFound: 404, desk.Conflict: 409, desk.Stale: 412, desk.RateLimited: 429,
	} {
		if p := translate(desk.Errorf(code, "x")); p == nil || p.status != status {
			t.Errorf("%s became %v, want %d", code, p, status)
		}
	}
}

func TestPeopleAndCommerce(t *testing.T) {
	t.Parallel()
	d := open(t)
	for path, want := range map[string]string{
		"tickettypes/":                        `{"next":null,"previous":null,"results":[{"id":2,"name":"Type 2"},{"id":1,"name":"Type 1"}]}`,
		"tickettypes/?name=Type+1":            `{"next":null,"previous":null,"results":[{"id":1,"name":"Type 1"}]}`,
		"tickettypes/?page_size=1":            `{"next":"http://localhost/api/admin/tickettypes/?cursor=cD0y&page_size=1","previous":null,"results":[{"id":2,"name":"Type 2"}]}`,
		"tickettypes/?page_size=0":            `{"page_size":["Ensure this value is between 1 and 100."]}`,
		"tickettypes/?name=%00":               `{"name":["Null characters are not allowed."]}`,
		"users/?language=xx":                  `{"language":["Select a valid choice. xx is not one of the available choices."]}`,
		"users/?email=USER1@example.com":      `"id":1,"email":"user1@example.com"`,
		"users/?is_blocked=true":              `"results":[]`,
		"users/1/":                            `{"id":1,"email":"user1@example.com"`,
		"orders/":                             `"results":[{"number":"A-2","status":"open"`,
		"orders/?order_number=A-1":            `"results":[{"number":"A-1","status":"open","fulfillment_status":"unfulfilled","payment_status":"paid","is_test":false,"total_incl_tax":"12.50","currency":"EUR","user":{"id":1,`,
		"orders/A-1/":                         `"lines":[{"id":1}]}`,
		"products/?title=mug&is_public=false": `"results":[{"id":2,"title":"Mug 2"`,
		"products/3/":                         `{"id":3,"title":"Mug 3"`,
	} {
		if got := d.ask(request{path: path}); !strings.Contains(got.body, want) {
			t.Errorf("%s: %d %s, want %s", path, got.status, got.body, want)
		}
	}
}

func TestWritingUsers(t *testing.T) {
	t.Parallel()
	d := open(t)
	made := d.post("users/", `{"email":"new@example.com","first_name":"N"}`)
	path := "users/" + itoa(int(made.made(t))) + "/"
	if made.status != 201 || !strings.Contains(made.body, `"user_type":"lead"`) {
		t.Errorf("POST: %d %s", made.status, made.body)
	}
	for _, method := range []string{"PUT", "PATCH"} {
		got := d.ask(request{method: method, path: path, body: `{"last_name":"` + method + `"}`})
		if got.status != 200 || !strings.Contains(got.body, `"first_name":"N","last_name":"`+method+`"`) {
			t.Errorf("%s: %d %s", method, got.status, got.body)
		}
	}
	for body, want := range map[string]string{
		`{}`:                              `{"email":["This field is required."]}`,
		`{"email":"new@example.com"}`:     `{"email":["user with this email already exists."]}`,
		`{"email":"x","is_blocked":"so"}`: `{"email":["Enter a valid email address."],"is_blocked":["Must be a valid boolean."]}`,
	} {
		if got := d.post("users/", body); got.status != 400 || got.body != want {
			t.Errorf("POST %s: %d %s", body, got.status, got.body)
		}
	}
	if got := d.ask(request{method: "PATCH", path: path, body: `{"email":"user1@example.com"}`}); got.status != 400 {
		t.Errorf("an address that is taken: %d %s", got.status, got.body)
	}
}
