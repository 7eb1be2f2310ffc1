package desk

import (
	"regexp"
	"testing"
	"time"
)

// TestEventUUIDs pins the names: receivers know events by them for ever.
func TestEventUUIDs(t *testing.T) {
	t.Parallel()
	form := regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`)
	lamps := &Store{ID: 1, NetworkDomain: "lamps.example"}
	if got, want := EventUUID(lamps, 1), "52adb038-8374-8f38-834a-b0f29d978806"; got != want {
		t.Errorf("event 1 of lamps.example is %s, want %s", got, want)
	}
	seen := map[string]bool{}
	for _, st := range []*Store{lamps, {ID: 2, NetworkDomain: "lamps.example"}, {ID: 1, NetworkDomain: "mugs.example"}} {
		for _, id := range []int64{1, 2, 1 << 40} {
			name := EventUUID(st, id)
			if !form.MatchString(name) || seen[name] {
				t.Errorf("event %d of store %d: %s", id, st.ID, name)
			}
			seen[name] = true
		}
	}
}

func TestRenewKeepsTheSecretBefore(t *testing.T) {
	t.Parallel()
	now := time.Unix(1_000_000, 0)
	h := &Webhook{}
	h.Renew("a", now)
	if h.Secret != "a" || h.OldSecret != "" || h.OldUntil != 0 {
		t.Errorf("the first: %+v", h)
	}
	h.Renew("b", now)
	h.Renew("b", now.Add(time.Hour))
	if h.Secret != "b" || h.OldSecret != "a" || h.OldUntil != At(now.Add(OldSecretLife)) {
		t.Errorf("the second: %+v", h)
	}
}
