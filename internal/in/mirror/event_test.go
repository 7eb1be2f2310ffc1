package mirror

import (
	"strings"
	"testing"

	"storedesk/internal/desk"
)

// FuzzEvent reads what somebody who has the secret may send: an event or desk.Invalid,
// and never a name that a database refuses.
func FuzzEvent(f *testing.F) {
	for _, seed := range []string{
		`{"object":"order","data":{"number":"1","status":"open","lines":[]},"event_id":"a-1","event_type":"order.created"}`,
		`{"data":{"id":1,"title":"x"},"event_id":"a","event_type":"product.updated"}`,
		`{"data":{"id":1,"email":"a@b.c","date_joined":"2026-01-01T00:00:00Z"},"event_id":"a","event_type":"customer.created"}`,
		`{"data":null,"event_id":"a","event_type":"order.deleted"}`, `[]`, `{`, "", `{"event_id":"\u0000"}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		e, err := readEvent(body)
		if err != nil {
			if desk.CodeOf(err) != desk.Invalid || len(err.Error()) > 500 {
				t.Errorf("%v", err)
			}
			return
		}
		if e.ID == "" || len(e.ID) > maxEventID || strings.ContainsAny(e.ID+e.Type, "\x00 \n") {
			t.Errorf("taken with the names %q and %q", e.ID, e.Type)
		}
	})
}

func TestCutKeepsCharactersWhole(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{"": "", "abc": "abc", "abcd": "abc…", "abä": "ab…", "a\x00b": "ab", "a\xff": "a…"} {
		if got := cut(text, 3); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}
