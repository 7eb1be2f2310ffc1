package access_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"storedesk/internal/access"
	"storedesk/internal/desk"
	"storedesk/internal/store"
	"storedesk/internal/store/storetest"
)

// TestGuessingIsStoppedAndTheOwnerIsNot guesses at an account from one address and from
// many, and at many accounts from one address. The owner's browser goes on.
func TestGuessingIsStoppedAndTheOwnerIsNot(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		b := newBench(t, db)
		b.member(b.st, "ada@one.example", true)
		owner := access.Visit{IP: "198.51.100.9", Device: b.signIn(b.st, "ada@one.example").Device}
		guess := func(email string, v access.Visit) error {
			_, err := b.SignIn(t.Context(), b.st, email, "a wrong password", v)
			return err
		}
		stopped := func(n int, email func(int) string, ip func(int) string) int {
			for i := range n {
				if errors.Is(guess(email(i), access.Visit{IP: ip(i)}), access.ErrTooMany) {
					return i
				}
			}
			return n
		}
		fixed := func(s string) func(int) string { return func(int) string { return s } }
		for _, c := range []struct {
			name      string
			email, ip func(int) string
			most      int
		}{
			{"one account, many addresses", fixed("ada@one.example"), func(i int) string { return fmt.Sprintf("203.0.113.%d", i) }, 10},
			{"no account, many addresses", fixed("nobody@one.example"), func(i int) string { return fmt.Sprintf("203.0.113.%d", 100+i) }, 10},
			{"many accounts, one address", func(i int) string { return fmt.Sprintf("a%d@one.example", i) }, fixed("192.0.2.77"), 30},
			{"many accounts, one IPv6 network", func(i int) string { return fmt.Sprintf("b%d@one.example", i) }, func(i int) string { return fmt.Sprintf("2001:db8::%x", i) }, 30},
		} {
			if n := stopped(c.most+5, c.email, c.ip); n != c.most {
				t.Errorf("%s: stopped after %d, want %d", c.name, n, c.most)
			}
		}
		// A stranger with the right password is held up, the owner is not: neither by the
		// account's rate nor by that of an address that somebody else has used up.
		if _, err := b.SignIn(t.Context(), b.st, "ada@one.example", goodPassword, access.Visit{IP: "198.51.100.1"}); !errors.Is(err, access.ErrTooMany) {
			t.Errorf("a stranger: %v", err)
		}
		for _, ip := range []string{owner.IP, "192.0.2.77"} {
			if _, err := b.SignIn(t.Context(), b.st, "ada@one.example", goodPassword, access.Visit{IP: ip, Device: owner.Device}); err != nil {
				t.Errorf("the owner from %s: %v", ip, err)
			}
		}
		// Somebody else's device cookie, or the owner's with another account, is worth nothing.
		if err := guess("nobody@one.example", owner); !errors.Is(err, access.ErrTooMany) {
			t.Errorf("another account with the owner's device: %v", err)
		}
		n := 0
		for n < 20 && !errors.Is(guess("ada@one.example", owner), access.ErrTooMany) {
			n++
		}
		if n != 10 {
			t.Errorf("guesses on the owner's device: %d", n)
		}
		b.later(time.Hour)
		if _, err := b.SignIn(t.Context(), b.st, "ada@one.example", goodPassword, access.Visit{IP: "198.51.100.1"}); err != nil {
			t.Errorf("an hour later: %v", err)
		}
	})
}

// TestOwnSignInsBuyNoGuesses: signing in to one's own account between guesses does not
// reset the address.
func TestOwnSignInsBuyNoGuesses(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		b := newBench(t, db)
		b.member(b.st, "eve@one.example", false)
		v := access.Visit{IP: "192.0.2.5"}
		n := 0
		for ; n < 50; n++ {
			if _, err := b.SignIn(t.Context(), b.st, fmt.Sprintf("v%d@one.example", n), "a wrong password", v); errors.Is(err, access.ErrTooMany) {
				break
			}
			_, _ = b.SignIn(t.Context(), b.st, "eve@one.example", goodPassword, v)
		}
		if n > 30 {
			t.Errorf("%d guesses", n)
		}
	})
}

// TestSignInDoesTheSameWorkForNobody compares what a failed sign-in writes and hashes,
// with and without an account: rates, audit log, answer.
func TestSignInDoesTheSameWorkForNobody(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		b := newBenchAt(t, db, access.DefaultHashing) // so that a hash left out would show
		two := b.store("two.example")
		b.member(b.st, "ada@one.example", true)
		b.member(two, "eve@two.example", true)
		if _, err := b.Create(t.Context(), b.st, access.NewMember{Email: "bare@one.example"}); err != nil {
			t.Fatal(err)
		}
		ada := b.staff(b.st, b.signIn(b.st, "ada@one.example").Cookie)
		took := map[string]time.Duration{}
		for name, email := range map[string]string{
			"account": "ada@one.example", "nobody": "nobody@one.example", "elsewhere": "eve@two.example", "no password": "bare@one.example",
			"no address": "ada",
		} {
			before, err := b.AuditLog(t.Context(), b.st, ada, desk.AuditFilter{}, 0, 100)
			if err != nil {
				t.Fatal(err)
			}
			for range 5 {
				began := time.Now()
				_, err = b.SignIn(t.Context(), b.st, email, "a wrong password", access.Visit{IP: "192.0.2.9"})
				if d := time.Since(began); took[name] == 0 || d < took[name] {
					took[name] = d
				}
				if !errors.Is(err, access.ErrWrongSignIn) {
					t.Errorf("%s: %v", name, err)
				}
			}
			after, err := b.AuditLog(t.Context(), b.st, ada, desk.AuditFilter{}, 0, 100)
			if err != nil || len(after) != len(before)+5 || after[0].Action != "signin.failed" {
				t.Errorf("%s: %d lines after %d, %v", name, len(after), len(before), err)
			}
		}
		for name, d := range took {
			if d > 4*took["account"] || 4*d < took["account"] {
				t.Errorf("%s took %v, an account %v", name, d, took["account"])
			}
		}
	})
}
