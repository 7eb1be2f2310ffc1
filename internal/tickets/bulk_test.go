package tickets_test

import (
	"context"
	"maps"
	"testing"

	"storedesk/internal/desk"
	"storedesk/internal/store"
	"storedesk/internal/store/storetest"
)

func (s *shop) counts(id int64, want map[desk.BulkItemState]int) *desk.Bulk {
	s.Helper()
	b, err := s.tickets.Bulk(s.Context(), s.st, ana, id)
	if err != nil {
		s.Fatal(err)
	}
	if !maps.Equal(b.Counts, want) {
		s.Errorf("%v, want %v", b.Counts, want)
	}
	return b
}

// TestBulkChangeAndUndo changes many tickets, stops in the middle, goes on, and takes it
// back where nobody has changed anything since.
func TestBulkChangeAndUndo(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		s := newShop(t, db)
		solved, vip := desk.StatusSolved, []string{"vip"}
		var list []int64
		for range 60 {
			list = append(list, s.ticket(s.st, "Lamp", func(in *desk.TicketInput) { in.Tags = &vip }))
		}
		theirs := s.ticket(s.other, "Lamp", nil)
		s.update(s.st, list[0], &desk.TicketInput{Status: &solved, Tags: &[]string{"late"}}, asAgent)
		change := desk.BulkChange{Changes: desk.Changes{Status: &solved, AddTags: []string{"late"}, RemoveTags: []string{"vip"}}}
		b, err := s.tickets.StartBulk(t.Context(), s.st, ana, append(list, theirs, 1<<40), "", change)
		if err != nil || b.Total != 60 {
			t.Fatal(b, err)
		}
		ctx, stop := context.WithCancel(t.Context())
		n := 0
		s.tickets.Now = stopAfter(s.tickets.Now, &n, 30, stop) // in the middle of the job
		if err := s.tickets.WorkBulk(ctx, s.st, b.ID); err == nil {
			t.Error("it was not stopped")
		}
		if got, _ := s.tickets.Bulk(t.Context(), s.st, ana, b.ID); got.State != desk.BulkRunning || got.Counts[desk.ItemDone] == 0 || got.Counts[desk.ItemWaiting] == 0 {
			t.Errorf("in the middle: %+v", got)
		}
		if _, err := s.tickets.UndoBulk(t.Context(), s.st, ana, b.ID); desk.CodeOf(err) != desk.Conflict {
			t.Error("undone while it runs:", err)
		}
		for range 2 { // a second run has nothing to do
			if err := s.tickets.WorkBulk(t.Context(), s.st, b.ID); err != nil {
				t.Fatal(err)
			}
		}
		s.counts(b.ID, map[desk.BulkItemState]int{desk.ItemDone: 59, desk.ItemSame: 1})
		events := s.events(s.st, list[5])
		if len(events) != 2 || events[1].Reason != "bulk change 1" || len(events[1].Changes) != 2 || events[1].Actor.ID != ana.UserID {
			t.Errorf("%+v", events)
		}
		if n := len(s.events(s.other, theirs)); n != 1 {
			t.Error("a ticket of another store was changed")
		}

		open := desk.StatusOpen
		s.update(s.st, list[1], &desk.TicketInput{Status: &open}, asAgent)
		for who, code := range map[*desk.Staff]desk.Code{{UserID: 8}: desk.NotFound, ana: ""} {
			if _, err := s.tickets.UndoBulk(t.Context(), s.st, who, b.ID); err != nil != (code != "") || err != nil && desk.CodeOf(err) != code {
				t.Errorf("%+v: %v", who, err)
			}
		}
		if err := s.tickets.WorkBulk(t.Context(), s.st, b.ID); err != nil {
			t.Fatal(err)
		}
		done := s.counts(b.ID, map[desk.BulkItemState]int{desk.ItemUndone: 58, desk.ItemKept: 1, desk.ItemSame: 1})
		if done.State != desk.BulkUndone {
			t.Error(done.State)
		}
		rows, _ := s.rows("status:new tag:vip -tag:late", desk.Page{Size: 100})
		if len(rows) != 58 {
			t.Errorf("%d are as before", len(rows))
		}
		rows, _ = s.rows("status:open tag:vip", desk.Page{})
		if len(rows) != 1 || rows[0].ID != list[1] {
			t.Error("what nobody changed since was not given back")
		}
		left, err := s.tickets.Exceptions(t.Context(), s.st, done, 10)
		if err != nil || len(left) != 1 || left[0].TicketID != list[1] {
			t.Error(left, err)
		}
	})
}

func TestBulkChangeIsChecked(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		s := newShop(t, db)
		theirs, wrong, nobody := s.group(s.other, "Returns"), desk.Status("x"), int64(1<<40)
		for _, change := range []desk.Changes{{}, {GroupID: &theirs}, {Status: &wrong}, {AssigneeID: &nobody}, {AddTags: []string{""}}} {
			if _, err := s.tickets.StartBulk(t.Context(), s.st, ana, nil, "", desk.BulkChange{Changes: change}); desk.CodeOf(err) != desk.Invalid {
				t.Errorf("%+v: %v", change, err)
			}
		}
		solved := desk.StatusSolved
		if _, err := s.tickets.StartBulk(t.Context(), s.st, ana, nil, "stauts:new", desk.BulkChange{Changes: desk.Changes{Status: &solved}}); desk.CodeOf(err) != desk.Invalid {
			t.Error(err)
		}
		s.ticket(s.st, "Lamp", nil)
		s.ticket(s.st, "Kettle", nil)
		b, err := s.tickets.StartBulk(t.Context(), s.st, ana, nil, "kettle", desk.BulkChange{Changes: desk.Changes{Status: &solved}})
		if err != nil || b.Total != 1 {
			t.Error(b, err)
		}
	})
}

// TestBulkMacro uses a macro on several tickets; undone, its fields go and its words stay.
func TestBulkMacro(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		s := newShop(t, db)
		pending := desk.StatusPending
		m := &desk.Macro{Name: "Wait", Actions: desk.MacroActions{Mode: desk.CommentInternal, Body: "Waiting", Changes: desk.Changes{Status: &pending}}}
		if err := db.Write(t.Context(), func(tx *store.Tx) error { return tx.SaveMacro(t.Context(), s.st, m) }); err != nil {
			t.Fatal(err)
		}
		who := &desk.Staff{UserID: s.user(s.st, "ana@shop.example"), Permissions: []desk.Permission{desk.PermissionTickets}}
		for _, change := range []desk.BulkChange{{Macro: m.ID, Changes: desk.Changes{Status: &pending}}, {Macro: m.ID + 100}} {
			if _, err := s.tickets.StartBulk(t.Context(), s.st, who, nil, "", change); err == nil {
				t.Errorf("%+v was taken", change)
			}
		}
		id := s.ticket(s.st, "Lamp", nil)
		b, err := s.tickets.StartBulk(t.Context(), s.st, who, []int64{id}, "", desk.BulkChange{Macro: m.ID})
		if err != nil {
			t.Fatal(err)
		}
		work := func() {
			if err := s.tickets.WorkBulk(t.Context(), s.st, b.ID); err != nil {
				t.Fatal(err)
			}
		}
		work()
		events := s.events(s.st, id)
		if len(events) != 2 || events[1].CommentID == 0 || events[1].Public || len(events[1].Changes) != 1 {
			t.Errorf("%+v", events)
		}
		if _, err := s.tickets.UndoBulk(t.Context(), s.st, who, b.ID); err != nil {
			t.Fatal(err)
		}
		work()
		if rows, _ := s.rows("status:new", desk.Page{}); len(rows) != 1 {
			t.Error("it is not as before")
		}
	})
}
