package admin

import (
	"errors"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"storedesk/internal/desk"
	"storedesk/internal/wire"
)

func TestOnlySoManyReadersOfATokenWait(t *testing.T) {
	t.Parallel()
	var r readers
	for i := range maxReaders {
		if !r.enter(1) {
			t.Fatalf("reader %d is refused", i)
		}
	}
	if r.enter(1) {
		t.Error("one too many may wait")
	}
	if !r.enter(2) {
		t.Error("another token is refused")
	}
	r.leave(1)
	if !r.enter(1) {
		t.Error("a free place is not given")
	}
	for range maxReaders {
		r.leave(1)
	}
	r.leave(2)
	if len(r.byID) != 0 {
		t.Errorf("remembered without need: %v", r.byID)
	}
}

// TestStreamEndsWithItsToken looks at a revoked token when the time for it has come.
func TestStreamEndsWithItsToken(t *testing.T) {
	t.Parallel()
	d := open(t)
	request := httptest.NewRequest("GET", "/api/admin/events/", nil)
	request.Header.Set("Authorization", "Bearer read")
	api := &API{access: d.access}
	c := &call{r: request, store: d.st, res: newResource(Route{Path: "events/", Scope: "tickets"})}
	if err := api.authenticate(c, c.secret()); err != nil {
		t.Fatal(err)
	}
	s := &stream{api: api, c: c, checked: time.Now()}
	if err := d.access.Revoke(t.Context(), d.st, c.token.ID); err != nil {
		t.Fatal(err)
	}
	if err := s.check(); err != nil {
		t.Errorf("looked before it was time: %v", err)
	}
	s.checked = time.Now().Add(-streamCheck)
	if err := s.check(); !errors.Is(err, errForbidden) {
		t.Errorf("a revoked token: %v", err)
	}
}

func TestStreamIsAskedForByName(t *testing.T) {
	t.Parallel()
	for header, want := range map[string]bool{
		"text/event-stream": true, "Text/Event-Stream;q=1": true, "application/json, text/event-stream": true, "*/*": false, "text/*": false, "": false,
	} {
		if got := acceptsStream([]string{header}); got != want {
			t.Errorf("%q: %v", header, got)
		}
	}
	d := open(t)
	if got := d.ask(request{path: "tickets/", header: header("Accept", "text/event-stream")}); got.status != 406 {
		t.Errorf("tickets as a stream: %d", got.status)
	}
}

func TestEventsAreOnOneLine(t *testing.T) {
	t.Parallel()
	st := &desk.Store{ID: 1, NetworkDomain: "lamps.example", Zone: time.UTC}
	e := &desk.Event{
		ID: 5, UserID: 9, Seq: 2, Actor: desk.System, Type: desk.EventCustomerUpdated, CauseID: 4, Reason: "closed by rule: \"<x>\"", CreatedAt: 1,
		Changes: []desk.Change{{Field: "tags", From: nil, To: []any{"a\nb", "<é>", int64(3)}}},
	}
	got, err := wire.Event(nil, e, st)
	want := `{"id":5,"event_id":"` + desk.EventUUID(st, 5) + `","type":"customer.updated","ticket":null,"user":9,"sequence":2,` +
		`"actor":{"kind":"system","id":null},"changes":[{"field":"tags","from":null,"to":["a\nb","<é>",3]}],"comment":null,"is_public":null,` +
		`"cause":4,"reason":"closed by rule: \"<x>\"","created_at":"1970-01-01T00:00:00.000001Z"}`
	if err != nil || string(got) != want || strings.Contains(string(got), "\n") {
		t.Errorf("%s, %v\nwant %s", got, err, want)
	}
}
