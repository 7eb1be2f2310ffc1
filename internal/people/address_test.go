package people_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"storedesk/internal/desk"
	"storedesk/internal/people"
	"storedesk/internal/settings"
	"storedesk/internal/store"
	"storedesk/internal/store/storetest"
)

type shop struct {
	*testing.T
	*people.Service
	st *desk.Store
}

func open(t *testing.T, db *store.DB) *shop {
	stores := &settings.Stores{DB: db, Now: time.Now}
	st, err := stores.Create(t.Context(), "Shop", []string{"shop.example"})
	if err != nil {
		t.Fatal(err)
	}
	return &shop{t, &people.Service{DB: db, Now: time.Now}, st}
}

func (s *shop) user(email string) int64 {
	s.Helper()
	u, err := s.Create(s.Context(), s.st, &desk.UserInput{Email: &email}, desk.Write{Actor: desk.System})
	if err != nil {
		s.Fatal(err)
	}
	return u.ID
}

func (s *shop) add(id int64, address string) error {
	_, err := s.AddAddress(s.Context(), s.st, id, address, desk.Write{Actor: desk.System})
	return err
}

func TestUsersHaveSeveralAddresses(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		s := open(t, db)
		ada, bob := s.user("ada@shop.example"), s.user("bob@shop.example")
		for _, address := range []string{"Ada@Home.example", "ada@work.example", "ADA@home.example", "Ada@shop.example"} {
			if err := s.add(ada, address); err != nil {
				t.Fatalf("%s: %v", address, err)
			}
		}
		got, err := s.Addresses(t.Context(), s.st, ada)
		if diff := cmp.Diff([]string{"Ada@Home.example", "ada@work.example"}, got); err != nil || diff != "" {
			t.Fatalf("%v %s", err, diff)
		}
		for address, want := range map[string]int64{"ada@HOME.example": ada, "ada@shop.example": ada, "bob@shop.example": bob} {
			if owner, err := db.AddressOwner(t.Context(), s.st, address); err != nil || owner != want {
				t.Errorf("%s belongs to %d, %v", address, owner, err)
			}
		}
		for _, address := range []string{"", "eve@evil.example"} {
			if _, err := db.AddressOwner(t.Context(), s.st, address); !errors.Is(err, desk.ErrNotFound) {
				t.Errorf("%q: %v", address, err)
			}
		}
		events, err := db.EventsAfter(t.Context(), s.st, store.EventQuery{UpTo: 1 << 40, Users: true, Type: desk.EventCustomerUpdated, Limit: 100})
		if err != nil || len(events) != 2 || events[0].Changes[0].Field != "further_addresses" {
			t.Errorf("%d events, %v: %+v", len(events), err, events)
		}
		if _, err := s.RemoveAddress(t.Context(), s.st, ada, "ada@home.EXAMPLE", desk.Write{Actor: desk.System}); err != nil {
			t.Fatal(err)
		}
		if err := s.add(bob, "ada@home.example"); err != nil {
			t.Errorf("an address that was taken away: %v", err)
		}
	})
}

func TestAddressesBelongToOne(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		s := open(t, db)
		ada, bob := s.user("ada@shop.example"), s.user("bob@shop.example")
		if err := s.add(ada, "ada@home.example"); err != nil {
			t.Fatal(err)
		}
		for address, want := range map[string]string{
			"BOB@shop.example": "user with this email already exists.",
			"bob":              "Enter a valid email address.",
		} {
			var e *desk.Error
			if err := s.add(ada, address); !errors.As(err, &e) || e.Code != desk.Invalid || e.Fields["address"][0] != want {
				t.Errorf("%s: %v", address, err)
			}
		}
		if err := s.add(bob, "Ada@home.example"); desk.CodeOf(err) != desk.Invalid {
			t.Errorf("somebody's further address was given to another: %v", err)
		}
		if err := s.add(bob+1, "new@home.example"); !errors.Is(err, desk.ErrNotFound) {
			t.Errorf("nobody got an address: %v", err)
		}
		if _, err := s.RemoveAddress(t.Context(), s.st, bob, "ada@home.example", desk.Write{}); !errors.Is(err, desk.ErrNotFound) {
			t.Errorf("taken from another: %v", err)
		}
		taken := "ADA@home.example"
		if _, err := s.Create(t.Context(), s.st, &desk.UserInput{Email: &taken}, desk.Write{Actor: desk.System}); desk.CodeOf(err) != desk.Invalid {
			t.Errorf("a user was made with another's further address: %v", err)
		}
		if _, err := s.Update(t.Context(), s.st, bob, &desk.UserInput{Email: &taken}, desk.Write{Actor: desk.System}); desk.CodeOf(err) != desk.Invalid {
			t.Errorf("a user changed to another's further address: %v", err)
		}
		if _, err := s.Update(t.Context(), s.st, ada, &desk.UserInput{Email: &taken}, desk.Write{Actor: desk.System}); err != nil {
			t.Fatalf("a further address may become the first: %v", err)
		}
		if list, err := s.Addresses(t.Context(), s.st, ada); err != nil || len(list) != 0 {
			t.Errorf("it is both: %v, %v", list, err)
		}
	})
}

func TestAddressesAreLimited(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		s := open(t, db)
		ada := s.user("ada@shop.example")
		for i := range desk.MaxUserAddresses {
			if err := s.add(ada, fmt.Sprintf("ada%d@home.example", i)); err != nil {
				t.Fatal(err)
			}
		}
		if err := s.add(ada, "once@more.example"); desk.CodeOf(err) != desk.Invalid {
			t.Errorf("one more than the limit: %v", err)
		}
	})
}
