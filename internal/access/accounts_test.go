package access_test

import (
	"errors"
	"log/slog"
	"sync"
	"testing"
	"time"

	"storedesk/internal/access"
	"storedesk/internal/desk"
	"storedesk/internal/settings"
	"storedesk/internal/store"
	"storedesk/internal/store/storetest"
)

// cheap makes password hashes that cost next to nothing.
var cheap = access.Hashing{Memory: 8, Time: 1}

const goodPassword = "a lamp in the window"

// bench is an installation with one store and a clock that tests move.
type bench struct {
	*access.Accounts

	t      *testing.T
	db     *store.DB
	stores *settings.Stores
	st     *desk.Store
	mu     sync.Mutex
	now    time.Time
}

func newBench(t *testing.T, db *store.DB) *bench {
	t.Helper()
	return newBenchAt(t, db, cheap)
}

func newBenchAt(t *testing.T, db *store.DB, cost access.Hashing) *bench {
	t.Helper()
	b := &bench{t: t, db: db, now: time.Date(2026, 11, 1, 12, 0, 0, 0, time.UTC)}
	clock := func() time.Time {
		b.mu.Lock()
		defer b.mu.Unlock()
		return b.now
	}
	b.stores = &settings.Stores{DB: db, Now: clock}
	b.Accounts = access.NewAccounts(db, clock, slog.New(slog.DiscardHandler), cost)
	b.st = b.store("one.example")
	return b
}

func (b *bench) later(d time.Duration) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.now = b.now.Add(d)
}

func (b *bench) store(host string) *desk.Store {
	b.t.Helper()
	st, err := b.stores.Create(b.t.Context(), host, []string{host})
	if err != nil {
		b.t.Fatal(err)
	}
	return st
}

// member makes an account with the good password.
func (b *bench) member(st *desk.Store, email string, admin bool) *desk.Account {
	b.t.Helper()
	a, err := b.Create(b.t.Context(), st, access.NewMember{Email: email, Name: "Ada Admin", Password: goodPassword, Admin: admin})
	if err != nil {
		b.t.Fatal(err)
	}
	return a
}

func (b *bench) signIn(st *desk.Store, email string) *access.Opened {
	b.t.Helper()
	o, err := b.SignIn(b.t.Context(), st, email, goodPassword, access.Visit{IP: "192.0.2.1"})
	if err != nil {
		b.t.Fatal(err)
	}
	return o
}

func (b *bench) staff(st *desk.Store, cookie string) *desk.Staff {
	b.t.Helper()
	who, err := b.Session(b.t.Context(), st, cookie)
	if err != nil {
		b.t.Fatal(err)
	}
	return who
}

func TestSignInOpensSession(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		b := newBench(t, db)
		a := b.member(b.st, "ada@one.example", true)
		o := b.signIn(b.st, " ADA@one.example ")
		who := b.staff(b.st, o.Cookie)
		if who.AccountID != a.ID || who.UserID == 0 || !who.Admin || !who.Can(desk.PermissionUsers) || who.Name != "Ada Admin" {
			t.Errorf("%+v", who)
		}
		u, err := db.User(t.Context(), b.st, who.UserID)
		if err != nil || u.Type != desk.UserDashboard || u.Email != "ada@one.example" {
			t.Errorf("%+v %v", u, err)
		}
		for _, cookie := range []string{"", " ", "x", o.Cookie + " ", o.Device} {
			if _, err := b.Session(t.Context(), b.st, cookie); !errors.Is(err, access.ErrSignedOut) {
				t.Errorf("cookie %q: %v", cookie, err)
			}
		}
		if err := b.SignOut(t.Context(), b.st, who, access.Visit{}); err != nil {
			t.Fatal(err)
		}
		if _, err := b.Session(t.Context(), b.st, o.Cookie); !errors.Is(err, access.ErrSignedOut) {
			t.Errorf("after signing out: %v", err)
		}
	})
}

// TestOneSignInForSeveralStores: one account, member of two stores and not of a third.
func TestOneSignInForSeveralStores(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		b := newBench(t, db)
		two, three := b.store("two.example"), b.store("three.example")
		b.member(b.st, "ada@one.example", true)
		if _, err := b.Create(t.Context(), two, access.NewMember{Email: "ada@one.example"}); err != nil {
			t.Fatal(err)
		}
		o := b.signIn(b.st, "ada@one.example")
		first, second := b.staff(b.st, o.Cookie), b.staff(two, o.Cookie)
		if first.UserID == second.UserID || !first.Admin || second.Admin || second.Can(desk.PermissionTickets) {
			t.Errorf("%+v %+v", first, second)
		}
		if _, err := b.Session(t.Context(), three, o.Cookie); !errors.Is(err, access.ErrSignedOut) {
			t.Errorf("foreign store: %v", err)
		}
		if _, err := b.SignIn(t.Context(), three, "ada@one.example", goodPassword, access.Visit{}); !errors.Is(err, access.ErrWrongSignIn) {
			t.Errorf("sign-in to a foreign store: %v", err)
		}
	})
}
