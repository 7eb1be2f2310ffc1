package people_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"storedesk/internal/desk"
	"storedesk/internal/people"
	"storedesk/internal/store"
	"storedesk/internal/store/storetest"
)

func (s *shop) found(f desk.CustomerFilter) (emails []string) {
	s.Helper()
	var after *desk.Key
	for {
		list, more, err := s.Customers(s.Context(), s.st, &f, after, 2)
		if err != nil {
			s.Fatalf("%+v: %v", f, err)
		}
		for _, u := range list {
			emails = append(emails, u.Email)
			after = &desk.Key{At: u.DateJoined, ID: u.ID}
		}
		if !more {
			return emails
		}
	}
}

func TestCustomersAreFound(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		s := open(t, db)
		clock := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
		s.Now = func() time.Time { clock = clock.Add(time.Hour); return clock }
		make := func(email, name, phone, language string) int64 {
			first, last, _ := strings.Cut(name, " ")
			u, err := s.Create(t.Context(), s.st, &desk.UserInput{
				Email: &email, FirstName: &first, LastName: &last, PhoneNumber: &desk.Text{Value: &phone}, Language: &desk.Text{Value: &language},
			}, desk.Write{})
			if err != nil {
				t.Fatal(err)
			}
			return u.ID
		}
		ada := make("ada@shop.example", "Ada Lovelace", "+4930123456", "en")
		bob := make("bob@shop.example", "Bob Ада", "", "de")
		cy := make("cy@elsewhere.example", "Cy Lovelace", "", "fi")
		agent := "agent@shop.example"
		if _, err := s.CreateAgent(t.Context(), s.st, &desk.UserInput{Email: &agent}); err != nil {
			t.Fatal(err)
		}
		if err := s.add(bob, "bob@private.example"); err != nil {
			t.Fatal(err)
		}
		if err := s.BlockCustomer(t.Context(), s.st, cy, true, true, desk.Write{}); err != nil {
			t.Fatal(err)
		}
		if err := storetest.InsertOrder(t, db, s.st, "1007", ada); err != nil {
			t.Fatal(err)
		}
		yes, no := true, false
		const a, b, c = "ada@shop.example", "bob@shop.example", "cy@elsewhere.example"
		for _, try := range []struct {
			f    desk.CustomerFilter
			want []string
		}{
			{desk.CustomerFilter{}, []string{c, b, a}},
			{desk.CustomerFilter{Query: "SHOP.example"}, []string{b, a}},
			{desk.CustomerFilter{Query: "lovelace"}, []string{c, a}},
			{desk.CustomerFilter{Query: "lovelace ada"}, []string{a}},
			{desk.CustomerFilter{Query: "ада"}, []string{b}},
			{desk.CustomerFilter{Query: "cy"}, []string{c}},
			{desk.CustomerFilter{Query: "+49 30 123456"}, []string{a}},
			{desk.CustomerFilter{Query: "#1007"}, []string{a}},
			{desk.CustomerFilter{Query: fmt.Sprint(bob)}, []string{b}},
			{desk.CustomerFilter{Query: "Bob@private.example"}, []string{b}},
			{desk.CustomerFilter{Query: "nobody at all"}, nil},
			{desk.CustomerFilter{Query: "%"}, nil},
			{desk.CustomerFilter{Blocked: &yes}, []string{c}},
			{desk.CustomerFilter{Blocked: &no}, []string{b, a}},
			{desk.CustomerFilter{Language: "de"}, []string{b}},
			{desk.CustomerFilter{Type: desk.UserLead, Query: "example"}, []string{c, b, a}},
			{desk.CustomerFilter{Type: desk.UserCustomer}, nil},
			{desk.CustomerFilter{Joined: desk.Span{From: desk.At(time.Date(2026, 1, 1, 2, 0, 0, 0, time.UTC))}}, []string{c, b}},
		} {
			if got := s.found(try.f); !slices.Equal(got, try.want) {
				t.Errorf("%+v: %q, want %q", try.f, got, try.want)
			}
		}
	})
}

// TestRareCustomersAreFoundByIndex: a text past the stretch that is compared first.
func TestRareCustomersAreFoundByIndex(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		s := open(t, db)
		early := s.user("zebra@rare.example")
		storetest.FillUsers(t, db, s.st, 5000)
		for _, text := range []string{"zebra", "rare.example", "bra@ra"} {
			if got := s.found(desk.CustomerFilter{Query: text}); !slices.Equal(got, []string{"zebra@rare.example"}) {
				t.Errorf("%s: %q", text, got)
			}
		}
		if list, more, err := s.Customers(t.Context(), s.st, &desk.CustomerFilter{Query: "person"}, nil, 50); err != nil || !more || len(list) != 50 {
			t.Errorf("%d, %v, %v", len(list), more, err)
		}
		_ = early
	})
}

func TestCustomersAreChanged(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		s := open(t, db)
		ctx, w := t.Context(), desk.Write{Actor: desk.Actor{Kind: desk.ActorAgent, ID: 7}}
		ada := s.user("ada@shop.example")
		note, first := "  calls often ", "Ada"
		if err := s.UpdateCustomer(ctx, s.st, ada, &people.CustomerInput{Note: &note, UserInput: desk.UserInput{FirstName: &first}}, w); err != nil {
			t.Fatal(err)
		}
		if err := s.add(ada, "ada@new.example"); err != nil {
			t.Fatal(err)
		}
		if err := s.MakeFirst(ctx, s.st, ada, "ADA@new.example", w); err != nil {
			t.Fatal(err)
		}
		if err := s.MakeFirst(ctx, s.st, ada, "other@new.example", w); desk.CodeOf(err) != desk.NotFound {
			t.Errorf("%v", err)
		}
		if err := s.BlockCustomer(ctx, s.st, ada, true, true, w); err != nil {
			t.Fatal(err)
		}
		c, err := s.Customer(ctx, s.st, ada)
		if err != nil || c.Email != "ada@new.example" || !slices.Equal(c.Further, []string{"ada@shop.example"}) || c.Note.Body != "calls often" || c.Note.UpdatedBy != 7 ||
			c.FirstName != "Ada" || !c.Blocked || len(c.BlockedMail) != 2 {
			t.Errorf("%+v, %v", c, err)
		}
		if err := s.BlockCustomer(ctx, s.st, ada, false, false, w); err != nil {
			t.Fatal(err)
		}
		if c, err = s.Customer(ctx, s.st, ada); err != nil || c.Blocked || len(c.BlockedMail) != 0 {
			t.Errorf("%+v, %v", c, err)
		}
		agent := "agent@shop.example"
		u, err := s.CreateAgent(ctx, s.st, &desk.UserInput{Email: &agent})
		if err != nil {
			t.Fatal(err)
		}
		if err := s.UpdateCustomer(ctx, s.st, u.ID, &people.CustomerInput{Note: &note}, w); desk.CodeOf(err) != desk.NotFound {
			t.Errorf("an agent was changed as a customer: %v", err)
		}
		if err := s.ForgetBadAddress(ctx, s.st, ada, "other@new.example"); desk.CodeOf(err) != desk.NotFound {
			t.Errorf("another's address: %v", err)
		}
	})
}
