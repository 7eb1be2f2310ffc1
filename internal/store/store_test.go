package store_test

import (
	"testing"
	"time"

	"storedesk/internal/desk"
	"storedesk/internal/settings"
	"storedesk/internal/store"
	"storedesk/internal/store/storetest"
	"storedesk/internal/tickets"
	"storedesk/internal/wire"
)

func body(d *wire.Document) string { return string(d.Append(nil, wire.Origin("https://desk.example"))) }

func defaultStore(t *testing.T, db *store.DB) *desk.Store {
	t.Helper()
	stores := &settings.Stores{DB: db, Now: time.Now}
	if err := stores.EnsureDefault(t.Context()); err != nil {
		t.Fatal(err)
	}
	st, err := stores.Named(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	return st
}

func TestSmoke(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		st := defaultStore(t, db)
		s := &tickets.Service{DB: db, Now: time.Now}
		subject, text := "Wo ist meine Größe?", "Hello <b> & refund 返品"
		tags := []string{"late", "größe"}
		doc, err := s.Create(ctx, st, &desk.TicketInput{Subject: &subject, Tags: &tags, Comment: &desk.CommentInput{Body: &text, Public: true}},
			desk.Write{Actor: desk.System})
		if err != nil {
			t.Fatal(err)
		}
		got, err := s.Get(ctx, st, doc.ID)
		if err != nil {
			t.Fatal(err)
		}
		if body(got) != body(doc) {
			t.Errorf("created %s, read %s", body(doc), body(got))
		}
		status := desk.StatusSolved
		if _, err := s.Update(ctx, st, doc.ID, &desk.TicketInput{Status: &status, Comment: &desk.CommentInput{}}, desk.Write{}); err != nil {
			t.Fatal(err)
		}
		for _, f := range []desk.TicketFilter{
			{},
			{Text: "größe"},
			{Text: "GRÖSSE"},
			{Text: "1"},
			{Subject: "meine"},
			{Words: desk.Words("refund")},
			{Words: desk.Words("返品")},
			{Statuses: []desk.Status{desk.StatusSolved, desk.StatusOpen}},
			{Tags: []int64{1}},
			{Tags: []int64{1, 2}, Priority: desk.PriorityMedium},
			{Created: desk.Span{From: 1}},
		} {
			var list []string
			more, err := s.List(ctx, st, &f, desk.Page{Order: desk.NewestFirst, Size: 20}, func(d *wire.Document) {
				list = append(list, body(d))
			})
			t.Log(f, more, err, list)
			if err != nil {
				t.Error(err)
			}
		}
	})
}
