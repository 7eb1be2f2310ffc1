package tickets_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"storedesk/internal/desk"
	"storedesk/internal/settings"
	"storedesk/internal/store"
	"storedesk/internal/store/storetest"
	"storedesk/internal/tickets"
)

// labels is a store with two ticket types and another store beside it.
type labels struct {
	*tickets.Service

	t         *testing.T
	db        *store.DB
	st, other *desk.Store
	ask, lost desk.TicketType
}

func eachLabels(t *testing.T, fn func(t *testing.T, l *labels)) {
	t.Helper()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		stores := &settings.Stores{DB: db, Now: time.Now}
		l := &labels{Service: &tickets.Service{DB: db, Now: time.Now}, t: t, db: db}
		var err error
		if l.st, err = stores.Create(t.Context(), "Lamps", []string{"lamps.example"}); err != nil {
			t.Fatal(err)
		}
		if l.other, err = stores.Create(t.Context(), "Chairs", []string{"chairs.example"}); err != nil {
			t.Fatal(err)
		}
		l.ask, l.lost = l.newType("Question"), l.newType("Lost parcel")
		fn(t, l)
	})
}

func (l *labels) newType(name string) desk.TicketType {
	l.t.Helper()
	made := desk.TicketType{Name: name, Public: true}
	if err := l.CreateType(l.t.Context(), l.st, &made); err != nil {
		l.t.Fatal(err)
	}
	return made
}

// ticket makes one with tags.
func (l *labels) ticket(kind int64, tags ...string) int64 {
	l.t.Helper()
	subject := "Where is it?"
	doc, err := l.Create(l.t.Context(), l.st, &desk.TicketInput{Subject: &subject, TypeID: &kind, Tags: &tags}, desk.Write{Actor: desk.System})
	if err != nil {
		l.t.Fatal(err)
	}
	return doc.ID
}

// work does the moves that are waiting.
func (l *labels) work(tasks ...string) {
	l.t.Helper()
	for _, task := range tasks {
		for range 2 { // repeated, as a job may be
			if err := l.Move(l.t.Context(), l.st, []byte(task)); err != nil {
				l.t.Fatal(err)
			}
		}
	}
}

func (l *labels) tags() map[string]desk.UsedTag {
	l.t.Helper()
	list, err := l.UsedTags(l.t.Context(), l.st, store.TagFilter{Limit: 100})
	if err != nil {
		l.t.Fatal(err)
	}
	found := map[string]desk.UsedTag{}
	for _, tag := range list {
		found[tag.Name] = tag
	}
	return found
}

// reasons are those of a ticket's events.
func (l *labels) reasons(id int64) (list []string) {
	l.t.Helper()
	events, err := l.db.EventsAfter(l.t.Context(), l.st, store.EventQuery{Ticket: id, UpTo: 1 << 62, Limit: 100})
	if err != nil {
		l.t.Fatal(err)
	}
	for _, e := range events[1:] {
		list = append(list, e.Reason)
	}
	return list
}

func (l *labels) document(id int64) string {
	l.t.Helper()
	doc, err := l.Get(l.t.Context(), l.st, id)
	if err != nil {
		l.t.Fatal(err)
	}
	return string(doc.Head)
}

var agent = desk.Actor{Kind: desk.ActorAgent, ID: 7}

func TestTicketTypesHaveAnOrder(t *testing.T) {
	t.Parallel()
	eachLabels(t, func(t *testing.T, l *labels) {
		ctx := t.Context()
		third := l.newType("Refund")
		if err := l.OrderTypes(ctx, l.st, []int64{third.ID, l.ask.ID, l.lost.ID}); err != nil {
			t.Fatal(err)
		}
		fourth := l.newType("Other")
		if _, _, err := l.UpdateType(ctx, l.st, l.ask.ID, new("Query"), new(false)); err != nil {
			t.Fatal(err)
		}
		list, err := l.UsedTypes(ctx, l.st)
		if err != nil {
			t.Fatal(err)
		}
		var shown []string
		for _, y := range list {
			shown = append(shown, fmt.Sprint(y.Name, y.Public))
		}
		if diff := cmp.Diff([]string{"Refundtrue", "Queryfalse", "Lost parceltrue", "Othertrue"}, shown); diff != "" {
			t.Error(diff)
		}
		byID, _, err := l.Types(ctx, l.st, "", desk.Page{Size: 10})
		if err != nil || len(byID) != 4 || byID[0].ID != fourth.ID {
			t.Errorf("the Admin API's order has changed: %v, %v", byID, err)
		}
		if err := l.OrderTypes(ctx, l.st, []int64{l.ask.ID, l.lost.ID}); desk.CodeOf(err) != desk.Conflict {
			t.Errorf("an order of some types was taken: %v", err)
		}
		for _, name := range []string{"", "  ", "lost PARCEL", strings.Repeat("x", 101), "a\x00b"} {
			if err := l.CreateType(ctx, l.st, &desk.TicketType{Name: name}); desk.CodeOf(err) != desk.Invalid {
				t.Errorf("%q: %v", name, err)
			}
		}
		if _, _, err := l.UpdateType(ctx, l.other, l.ask.ID, new("Mine"), nil); desk.CodeOf(err) != desk.NotFound {
			t.Errorf("another store's type was changed: %v", err)
		}
	})
}

func TestDeletedTypeLeavesItsTicketsToAnother(t *testing.T) {
	t.Parallel()
	eachLabels(t, func(t *testing.T, l *labels) {
		ctx := t.Context()
		one := l.ticket(l.ask.ID)
		if _, err := l.DeleteType(ctx, l.st, l.ask.ID, 0, agent); desk.CodeOf(err) != desk.Conflict {
			t.Errorf("a type in use was deleted: %v", err)
		}
		if _, err := l.DeleteType(ctx, l.st, l.ask.ID, 999, agent); desk.CodeOf(err) != desk.Invalid {
			t.Errorf("tickets were given no type: %v", err)
		}
		if _, err := l.DeleteType(ctx, l.other, l.lost.ID, 0, agent); desk.CodeOf(err) != desk.NotFound {
			t.Errorf("another store's type was deleted: %v", err)
		}
		if _, err := l.DeleteType(ctx, l.st, l.ask.ID, l.lost.ID, agent); err != nil {
			t.Fatal(err)
		}
		l.work(fmt.Sprintf(`{"kind":"type","from":%d}`, l.ask.ID))
		list, err := l.UsedTypes(ctx, l.st)
		if err != nil || len(list) != 1 || list[0].ID != l.lost.ID || list[0].Tickets != 1 {
			t.Errorf("%+v, %v", list, err)
		}
		if diff := cmp.Diff([]string{`the ticket type "Question" was deleted in favour of "Lost parcel"`}, l.reasons(one)); diff != "" {
			t.Error(diff)
		}
		if _, err := l.DeleteType(ctx, l.st, l.newType("Nobody's").ID, 0, agent); err != nil {
			t.Errorf("an unused type stays: %v", err)
		}
	})
}

func TestRenamedTagIsInItsTickets(t *testing.T) {
	t.Parallel()
	eachLabels(t, func(t *testing.T, l *labels) {
		ctx := t.Context()
		one, two := l.ticket(l.ask.ID, "vip", "gift"), l.ticket(l.ask.ID, "gift")
		id := l.tags()["vip"].ID
		if _, err := l.RenameTag(ctx, l.st, id, "gift", agent); desk.CodeOf(err) != desk.Invalid {
			t.Errorf("two tags have one name: %v", err)
		}
		if _, err := l.RenameTag(ctx, l.other, id, "mine", agent); desk.CodeOf(err) != desk.NotFound {
			t.Errorf("another store's tag was renamed: %v", err)
		}
		if _, err := l.RenameTag(ctx, l.st, id, "regular", agent); err != nil {
			t.Fatal(err)
		}
		if _, err := l.RenameTag(ctx, l.st, id, "again", agent); desk.CodeOf(err) != desk.Conflict {
			t.Errorf("a tag was renamed while it is being renamed: %v", err)
		}
		if tag := l.tags()["regular"]; !tag.Moving || tag.ID != id {
			t.Errorf("%+v", tag)
		}
		l.work(fmt.Sprintf(`{"kind":"tag","from":%d}`, id))
		if head := l.document(one); !strings.Contains(head, `"regular"`) || strings.Contains(head, `"vip"`) {
			t.Errorf("the document says %s", head)
		}
		if diff := cmp.Diff([]string{`the tag "vip" was renamed to "regular"`}, l.reasons(one)); diff != "" {
			t.Error(diff)
		}
		if list := l.reasons(two); len(list) > 0 {
			t.Errorf("a ticket without the tag got %v", list)
		}
		if l.tags()["regular"].Moving {
			t.Error("it is being renamed still")
		}
	})
}

func TestMergedTagIsGone(t *testing.T) {
	t.Parallel()
	eachLabels(t, func(t *testing.T, l *labels) {
		ctx := t.Context()
		both := l.ticket(l.ask.ID, "refund", "refunds", "gift")
		var list []int64
		for range 120 { // several pieces
			list = append(list, l.ticket(l.ask.ID, "refunds"))
		}
		have := l.tags()
		from, to := have["refunds"].ID, have["refund"].ID
		if _, _, err := l.MergeTag(ctx, l.st, from, from, agent); desk.CodeOf(err) != desk.Invalid {
			t.Errorf("a tag was merged into itself: %v", err)
		}
		if _, _, err := l.MergeTag(ctx, l.other, from, to, agent); desk.CodeOf(err) != desk.NotFound {
			t.Errorf("another store's tags were merged: %v", err)
		}
		if _, err := l.DeleteTag(ctx, l.st, from); desk.CodeOf(err) != desk.Conflict {
			t.Errorf("a tag in use was deleted: %v", err)
		}
		if _, _, err := l.MergeTag(ctx, l.st, from, to, agent); err != nil {
			t.Fatal(err)
		}
		if _, _, err := l.MergeTag(ctx, l.st, to, have["gift"].ID, agent); desk.CodeOf(err) != desk.Conflict {
			t.Errorf("the target of a merge was merged: %v", err)
		}
		l.work(fmt.Sprintf(`{"kind":"tag","from":%d}`, from))
		after := l.tags()
		if _, there := after["refunds"]; there || after["refund"].Tickets != 121 {
			t.Errorf("%+v", after)
		}
		if head := l.document(both); strings.Contains(head, `"refunds"`) || !strings.Contains(head, `"gift"`) {
			t.Errorf("the document says %s", head)
		}
		for _, id := range list {
			if n := len(l.reasons(id)); n != 1 {
				t.Fatalf("ticket %d has %d events", id, n)
			}
		}
	})
}

func TestTagsAreFound(t *testing.T) {
	t.Parallel()
	eachLabels(t, func(t *testing.T, l *labels) {
		ctx := t.Context()
		id := l.ticket(l.ask.ID, "Gift", "giftcard", "100%", "vip", "b_c")
		names := func(f store.TagFilter) (list []string) {
			f.Limit = max(f.Limit, 2)
			found, err := l.UsedTags(ctx, l.st, f)
			if err != nil {
				t.Fatal(err)
			}
			for _, tag := range found {
				list = append(list, tag.Name)
			}
			return list
		}
		if got := names(store.TagFilter{Text: "gIFT"}); len(got) != 2 {
			t.Errorf("%v", got)
		}
		if got := names(store.TagFilter{Text: "%"}); len(got) != 1 {
			t.Errorf("%v", got)
		}
		if got := names(store.TagFilter{Unused: true}); got != nil {
			t.Errorf("%v", got)
		}
		var all []string
		for after := ""; ; {
			page := names(store.TagFilter{After: after})
			if all = append(all, page...); len(page) < 2 {
				break
			}
			after = page[1]
		}
		if len(all) != 5 {
			t.Errorf("%v", all)
		}
		if _, err := l.Update(ctx, l.st, id, &desk.TicketInput{Tags: &[]string{"vip"}}, desk.Write{Actor: agent}); err != nil {
			t.Fatal(err)
		}
		if got := names(store.TagFilter{Unused: true, Limit: 9}); len(got) != 4 {
			t.Errorf("%v", got)
		}
		if _, err := l.DeleteTag(ctx, l.st, l.tags()["Gift"].ID); err != nil {
			t.Error(err)
		}
		if list, err := l.UsedTags(context.Background(), l.other, store.TagFilter{Limit: 9}); err != nil || len(list) > 0 {
			t.Errorf("another store sees %v, %v", list, err)
		}
	})
}
