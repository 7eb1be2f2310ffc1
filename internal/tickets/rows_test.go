package tickets_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"storedesk/internal/desk"
	"storedesk/internal/people"
	"storedesk/internal/store"
	"storedesk/internal/store/storetest"
)

func (s *shop) user(st *desk.Store, email string) int64 {
	s.Helper()
	u, err := (&people.Service{DB: s.db, Now: s.tickets.Now}).Create(s.Context(), st, &desk.UserInput{Email: &email}, desk.Write{Actor: desk.System})
	if err != nil {
		s.Fatal(err)
	}
	return u.ID
}

func (s *shop) update(st *desk.Store, id int64, in *desk.TicketInput, w desk.Write) {
	s.Helper()
	if _, err := s.tickets.Update(s.Context(), st, id, in, w); err != nil {
		s.Fatal(err)
	}
}

func (s *shop) say(id, author int64, body string, public bool, who desk.ActorKind) {
	s.Helper()
	s.update(s.st, id, &desk.TicketInput{Comment: &desk.CommentInput{AuthorID: author, Body: &body, Public: public}},
		desk.Write{Actor: desk.Actor{Kind: who, ID: author}})
}

var ana = &desk.Staff{UserID: 7, Permissions: []desk.Permission{desk.PermissionTickets}}

func (s *shop) rows(text string, p desk.Page) (rows, exact []desk.TicketRow) {
	s.Helper()
	if p.Size == 0 {
		p.Size = 50
	}
	if p.Order == "" {
		p.Order = desk.NewestFirst
	}
	rows, exact, _, err := s.tickets.Rows(s.Context(), s.st, ana, text, p)
	if err != nil {
		s.Fatalf("%s: %v", text, err)
	}
	return rows, exact
}

func ids(rows []desk.TicketRow) []int64 {
	list := make([]int64, len(rows))
	for i, r := range rows {
		list[i] = r.ID
	}
	return list
}

// TestRowsTellWhatAnAgentNeeds looks at one row through the life of a ticket.
func TestRowsTellWhatAnAgentNeeds(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		s := newShop(t, db)
		customer, tags, order := s.user(s.st, "eve@home.example"), []string{"vip", "late"}, ""
		group := s.group(s.st, "Returns")
		id := s.ticket(s.st, "Lamp", func(in *desk.TicketInput) {
			in.RequesterID, in.Tags, in.Order, in.GroupID = &customer, &tags, &order, &group
		})
		row := func() desk.TicketRow {
			rows, _ := s.rows("", desk.Page{})
			if len(rows) != 1 {
				t.Fatal(len(rows))
			}
			return rows[0]
		}
		if r := row(); r.Unread || r.Snippet != "" || r.CustomerAt != 0 || r.Requester.Email != "eve@home.example" || len(r.Tags) != 2 || r.Group.Name != "Returns" {
			t.Errorf("made by the agent: %+v", r)
		}
		s.say(id, customer, "  Where is\n\n my   lamp?  "+strings.Repeat("é", 300), true, desk.ActorCustomer)
		first := row()
		if !first.Unread || first.ByAgent || !strings.HasPrefix(first.Snippet, "Where is my lamp? é") || len([]rune(first.Snippet)) != 141 || first.CustomerAt == 0 {
			t.Errorf("after the customer: %+v", first)
		}
		if err := db.Write(t.Context(), func(tx *store.Tx) error { tx.MarkSeen(s.st, 7, id, first.Seq, 1); return nil }); err != nil {
			t.Fatal(err)
		}
		if row().Unread {
			t.Error("it was seen")
		}
		s.say(id, 0, "It is on its way.", true, desk.ActorAgent) // by agent 0, not by Ana
		if r := row(); !r.Unread || !r.ByAgent || r.Snippet != "It is on its way." || r.CustomerAt != first.CustomerAt {
			t.Errorf("after an agent: %+v", r)
		}
		s.say(id, 0, "internal", false, desk.ActorAgent)
		if r := row(); r.Snippet != "It is on its way." {
			t.Errorf("an internal note is no snippet: %q", r.Snippet)
		}
		err := db.Write(t.Context(), func(tx *store.Tx) error {
			o := &desk.Outgoing{Kind: "reply", TicketID: id, MessageID: "x", Recipients: []desk.OutgoingRecipient{{Address: "eve@home.example", State: desk.RecipientBounced}}}
			_, err := tx.InsertOutgoing(t.Context(), s.st, o)
			tx.SetRecipient(s.st, o.ID, o.Recipients[0])
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		if r := row(); r.Trouble != desk.RecipientBounced {
			t.Errorf("trouble: %q", r.Trouble)
		}
		if rows, _ := s.rows("is:undelivered", desk.Page{Order: desk.UpdatedNewestFirst}); len(rows) != 1 {
			t.Error("not among the undelivered")
		}
	})
}

// TestSearchFindsByName looks tickets up by the names of what they refer to, in one store.
func TestSearchFindsByName(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		s := newShop(t, db)
		customer, other := s.user(s.st, "Eve@home.example"), s.user(s.other, "eve@home.example")
		group, tags := s.group(s.st, "Returns"), []string{"On hold"}
		first := s.ticket(s.st, "Lamp 1", func(in *desk.TicketInput) { in.RequesterID, in.GroupID = &customer, &group })
		second := s.ticket(s.st, "Lamp 2", func(in *desk.TicketInput) { in.Tags = &tags })
		s.ticket(s.other, "Lamp 3", func(in *desk.TicketInput) { in.RequesterID, in.Tags = &other, &tags })
		for text, want := range map[string][]int64{
			"lamp":                       {second, first},
			"from:EVE@home.example":      {first},
			"from:eve@home":              {first},
			"eve@home.example":           {first},
			`tag:"on hold"`:              {second},
			"-tag:'x'":                   nil,
			"group:returns":              {first},
			"group:none":                 {second},
			"group:mine":                 {},
			"assignee:me":                {},
			"has:attachment":             {},
			"has:order":                  {},
			"created:today is:unsolved":  {second, first},
			"created:<1d":                {},
			fmt.Sprintf("#%d", first):    {first},
			"from:nobody@home.example x": {},
		} {
			if want == nil {
				if _, err := s.tickets.Search(t.Context(), s.st, ana, text); desk.CodeOf(err) != desk.Invalid {
					t.Errorf("%s: %v", text, err)
				}
				continue
			}
			if rows, _ := s.rows(text, desk.Page{}); !slices.Equal(ids(rows), want) {
				t.Errorf("%s: %v, want %v", text, ids(rows), want)
			}
		}
		if _, exact := s.rows(fmt.Sprint(second), desk.Page{}); !slices.Equal(ids(exact), []int64{second}) {
			t.Errorf("exact: %v", ids(exact))
		}
		if n, err := s.tickets.Count(t.Context(), s.st, ana, "lamp"); n != 2 || err != nil {
			t.Error(n, err)
		}
		rows, err := s.tickets.RowsByID(t.Context(), s.st, ana, []int64{second, first, 1 << 40})
		if err != nil || !slices.Equal(ids(rows), []int64{second, first}) {
			t.Error(ids(rows), err)
		}
		if rows, err := s.tickets.RowsByID(t.Context(), s.other, ana, []int64{second}); err != nil || len(rows) != 0 {
			t.Error("another store's ticket", rows, err)
		}
	})
}

func TestViewsBelongToSomebody(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		s := newShop(t, db)
		boss, ben := &desk.Staff{UserID: 1, Admin: true}, &desk.Staff{UserID: 8, Permissions: []desk.Permission{desk.PermissionTickets}}
		group := s.group(s.st, "Returns")
		save := func(who *desk.Staff, v desk.View) (int64, desk.Code) {
			if v.Name == "" {
				v.Name = "a view"
			}
			v.Order = desk.NewestFirst
			err := s.tickets.SaveView(t.Context(), s.st, who, &v)
			if err != nil {
				return 0, desk.CodeOf(err)
			}
			return v.ID, ""
		}
		mine, code := save(ana, desk.View{OwnerID: ana.UserID, Query: "tag:later"})
		if code != "" {
			t.Fatal(code)
		}
		if _, code := save(ana, desk.View{}); code != desk.Forbidden {
			t.Error("a view for everybody without the permission:", code)
		}
		shared, _ := save(boss, desk.View{Query: "is:unsolved", Columns: []string{"tags"}})
		second, _ := save(boss, desk.View{Query: "is:unsolved"})
		ofGroup, _ := save(boss, desk.View{GroupID: group})
		for _, v := range []desk.View{{Query: "stauts:open"}, {Name: strings.Repeat("x", 81)}, {Columns: []string{"x"}}, {GroupID: 1 << 40}} {
			if _, code := save(boss, v); code != desk.Invalid {
				t.Errorf("%+v: %s", v, code)
			}
		}
		for _, c := range []struct {
			who  *desk.Staff
			view desk.View
			want desk.Code
		}{
			{ana, desk.View{ID: mine, OwnerID: ana.UserID, Name: "renamed"}, ""},
			{ben, desk.View{ID: mine, OwnerID: ben.UserID}, desk.NotFound},
			{boss, desk.View{ID: mine}, desk.NotFound},
			{ana, desk.View{ID: shared, OwnerID: ana.UserID}, desk.Forbidden},
		} {
			if _, code := save(c.who, c.view); code != c.want {
				t.Errorf("%+v: %q, want %q", c, code, c.want)
			}
		}
		if err := s.tickets.OrderViews(t.Context(), s.st, boss, []int64{second, shared}); err != nil {
			t.Error(err)
		}
		if err := s.tickets.OrderViews(t.Context(), s.st, ben, []int64{mine}); desk.CodeOf(err) != desk.NotFound {
			t.Error(err)
		}
		see := func(st *desk.Store, who *desk.Staff, want ...int64) {
			list, err := s.tickets.Views(t.Context(), st, who)
			var got []int64
			for _, v := range list {
				got = append(got, v.ID)
			}
			if err != nil || !slices.Equal(got, want) {
				t.Errorf("%d sees %v, %v; want %v", who.UserID, got, err, want)
			}
		}
		see(s.st, ana, second, shared, mine)
		see(s.st, ben, second, shared)
		see(s.st, boss, second, shared, ofGroup)
		see(s.other, ana)
		if err := s.tickets.DeleteView(t.Context(), s.other, boss, shared); desk.CodeOf(err) != desk.NotFound {
			t.Error(err)
		}
		if err := s.tickets.DeleteView(t.Context(), s.st, ana, mine); err != nil {
			t.Error(err)
		}
		see(s.st, ana, second, shared)
	})
}
