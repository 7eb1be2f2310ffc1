package access

import (
	"context"
	"errors"
	"strings"
	"testing"

	"storedesk/internal/desk"
)

var testCost = Hashing{Memory: 8, Time: 1}

func TestPasswordsAreVerified(t *testing.T) {
	t.Parallel()
	h := newHashing(testCost)
	encoded, err := h.hash(t.Context(), "a lamp in the window")
	if err != nil || !strings.HasPrefix(encoded, "$argon2id$v=19$m=8,t=1,p=1$") {
		t.Fatal(encoded, err)
	}
	again, err := h.hash(t.Context(), "a lamp in the window")
	if err != nil || again == encoded {
		t.Error("no salt", err)
	}
	for _, c := range []struct {
		name, password, encoded string
		want, fails             bool
	}{
		{"right", "a lamp in the window", encoded, true, false},
		{"another cost", "a lamp in the window", newHashing(Hashing{Memory: 16, Time: 2}).encode([]byte("a lamp in the window"), []byte("0123456789abcdef"), Hashing{Memory: 16, Time: 2}), true, false},
		{"wrong", "a lamp in the windov", encoded, false, false},
		{"blank", "", encoded, false, false},
		{"no password set", "a lamp in the window", "", false, false},
		{"no password set, blank", "", "", false, false},
		{"an empty hash", "", "$argon2id$v=19$m=8,t=1,p=1$MDEyMzQ1Njc4OWFiY2RlZg$", false, true},
		{"another scheme", "x", "$2y$10$abc", false, true},
		{"the hash as password", encoded, encoded, false, false},
	} {
		got, err := h.verify(t.Context(), c.password, c.encoded)
		if got != c.want || (err != nil) != c.fails {
			t.Errorf("%s: %v %v", c.name, got, err)
		}
	}
}

// TestHashingIsBounded: when every slot is taken, the next waits, and gives up with its
// request.
func TestHashingIsBounded(t *testing.T) {
	t.Parallel()
	h := newHashing(testCost)
	for range cap(h.slots) {
		if err := h.acquire(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := h.verify(ctx, "x", ""); !errors.Is(err, context.Canceled) {
		t.Errorf("beyond the bound: %v", err)
	}
	h.release()
	if _, err := h.verify(t.Context(), "x", ""); err != nil {
		t.Errorf("with a slot: %v", err)
	}
}

func TestPasswordRules(t *testing.T) {
	t.Parallel()
	for password, want := range map[string]string{
		"":                        "password.short",
		"short":                   "password.short",
		strings.Repeat("x", 1001): "password.long",
		"aaaaaaaaaaaa":            "password.guessable",
		"ADA@shop.example":        "password.guessable",
		"a lamp in the window":    "",
		"ein Schlüssel":           "",
	} {
		got, err := "", CheckPassword(password, "ada@shop.example")
		var e *desk.Error
		if errors.As(err, &e) {
			got = e.Fields["password"][0]
		}
		if got != want {
			t.Errorf("%.20q: %q, want %q", password, got, want)
		}
	}
}
