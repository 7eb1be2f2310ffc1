package store_test

import (
	"strings"
	"testing"
	"time"

	"storedesk/internal/desk"
	"storedesk/internal/settings"
	"storedesk/internal/store"
	"storedesk/internal/store/storetest"
	"storedesk/internal/wire"
)

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

// documents are the prepared documents of all tickets, by id, as they stand in the
// database.
func (s *shop) documents(t *testing.T) map[int64]string {
	t.Helper()
	docs := map[int64]string{}
	for _, x := range s.all {
		d, err := s.tickets.Get(t.Context(), s.st, x.ID)
		if err != nil {
			t.Fatal(err)
		}
		docs[x.ID] = string(d.Head) + "|" + string(d.Parts) + "|" + string(d.Comments)
	}
	return docs
}

// TestRebuildChangesNoByte lets tickets live through random histories, some long
// enough for several parts, and writes their documents anew from the rows.
func TestRebuildChangesNoByte(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		s := newShop(t, db, 20)
		for range 60 {
			s.change(t)
		}
		long := s.all[3].ID
		for i := range 12 {
			body := strings.Repeat("Größe 返品 <b>\\\"\n", 100+i*40)
			files, err := s.tickets.Upload(t.Context(), s.st, []desk.Upload{{FileName: "ü \"x\".png", BlobKey: strings.Repeat("k", 20+i)}}, desk.Write{})
			if err != nil {
				t.Fatal(err)
			}
			in := &desk.CommentInput{Body: &body, Public: i%2 == 0, Attachments: []int64{files[0].ID}}
			if _, err := s.tickets.AddComment(t.Context(), s.st, long, in, desk.Write{Actor: desk.System}); err != nil {
				t.Fatal(err)
			}
		}
		before := s.documents(t)
		if parts := strings.Split(before[long], "|")[1]; len(parts) == 0 {
			t.Fatal("the long ticket has no sealed part: the test proves too little")
		}
		if err := db.RebuildDocuments(t.Context(), s.st); err != nil {
			t.Fatal(err)
		}
		for id, after := range s.documents(t) {
			if after != before[id] {
				t.Errorf("ticket %d\nbefore %s\nafter  %s", id, before[id], after)
			}
		}
	})
}

// TestZoneIsShownInDocuments moves a store to another time zone.
func TestZoneIsShownInDocuments(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		s := newShop(t, db, 3)
		stores := &settings.Stores{DB: db, Now: time.Now}
		if err := stores.Set(t.Context(), s.st, map[string]string{"timezone": "Asia/Bangkok"}); err != nil {
			t.Fatal(err)
		}
		for id, doc := range s.documents(t) {
			if strings.Contains(doc, `Z"`) || !strings.Contains(doc, `+07:00"`) {
				t.Errorf("ticket %d: %s", id, doc)
			}
		}
	})
}

// TestRotatedLinksAreNew gives an attachment a new link and forgets the old one.
func TestRotatedLinksAreNew(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		s := newShop(t, db, 2)
		files, err := s.tickets.Upload(t.Context(), s.st, []desk.Upload{{FileName: "a.png", BlobKey: "old"}}, desk.Write{})
		if err != nil {
			t.Fatal(err)
		}
		doc, err := s.tickets.AddComment(t.Context(), s.st, s.all[0].ID, &desk.CommentInput{Attachments: []int64{files[0].ID}}, desk.Write{})
		if err != nil {
			t.Fatal(err)
		}
		old := string(doc.Append(nil, wire.Origin("https://desk.example")))
		stores := &settings.Stores{DB: db, Now: time.Now}
		if n, err := stores.RotateLinks(t.Context(), s.st); n != 1 || err != nil {
			t.Fatal(n, err)
		}
		doc, err = s.tickets.Get(t.Context(), s.st, s.all[0].ID)
		if err != nil {
			t.Fatal(err)
		}
		now := string(doc.Append(nil, wire.Origin("https://desk.example")))
		if !strings.Contains(old, files[0].Path) || strings.Contains(now, files[0].Path) || !strings.Contains(now, "/a.png") {
			t.Errorf("before %s\nafter %s", old, now)
		}
		if _, err := s.tickets.Attachment(t.Context(), s.st, files[0].Path); desk.CodeOf(err) != desk.NotFound {
			t.Errorf("the old link still works: %v", err)
		}
	})
}
