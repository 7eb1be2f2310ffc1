package importer_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"storedesk/internal/desk"
	"storedesk/internal/in/importer"
	"storedesk/internal/store"
	"storedesk/internal/store/storetest"
	"storedesk/internal/tickets"
	"storedesk/internal/wire"
)

// TestImportedRowsAreThoseOfSingleWrites makes tickets one by one in one database and
// imports what the API says of them into another.
func TestImportedRowsAreThoseOfSingleWrites(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, url string, db *store.DB, st *desk.Store) {
		shop := generate(t, 150)
		all := shop.files[importer.Tickets]
		delete(shop.files, importer.Tickets)
		dir := shop.dir(t)
		fromDir(t, db, st, dir)
		now := until.Add(-24 * time.Hour)
		verbs := &tickets.Service{DB: db, Now: func() time.Time { now = now.Add(time.Second); return now }}
		for _, x := range shop.tickets {
			write(t, verbs, st, x)
		}
		docs := map[int64]string{}
		_, err := db.ListTickets(t.Context(), st, &desk.TicketFilter{}, desk.Page{Order: desk.OldestFirst, Size: 1000}, func(d *wire.Document) {
			docs[d.ID] = string(d.Append(nil, wire.Origin("https://other.example")))
		})
		if err != nil || len(docs) != len(all) {
			t.Fatalf("%d documents, %v", len(docs), err)
		}
		for _, id := range slices.Sorted(maps.Keys(docs)) {
			shop.files[importer.Tickets] = append(shop.files[importer.Tickets], docs[id])
		}
		other := storetest.SQLite(t)
		if !strings.HasPrefix(url, "sqlite:") {
			other = storetest.Postgres(t)
		}
		copyOf := storetest.Open(t, other)
		copyStore := defaultStore(t, copyOf)
		if report := fromDir(t, copyOf, copyStore, shop.dir(t)); !report.OK() {
			t.Fatal(report.Problems)
		}
		want, got := dump(t, url), dump(t, other)
		for name := range want {
			if diff := cmp.Diff(want[name], got[name]); diff != "" {
				t.Errorf("%s differ (- single writes, + import):\n%.3000s", name, diff)
			}
		}
		before := documents(t, copyOf, copyStore)
		if err := copyOf.RebuildDocuments(t.Context(), copyStore); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(before, documents(t, copyOf, copyStore)); diff != "" {
			t.Errorf("documents made from the rows differ:\n%.3000s", diff)
		}
	})
}

// write makes a ticket through the verbs: created with its first comment, then each
// further one.
func write(t *testing.T, s *tickets.Service, st *desk.Store, x *store.BulkTicket) {
	t.Helper()
	var names []string
	for _, tag := range x.Tags {
		names = append(names, tag.Name)
	}
	in := &desk.TicketInput{
		Subject: &x.Subject, TypeID: &x.TypeID, RequesterID: &x.RequesterID, AssigneeID: &x.AssigneeID, Priority: &x.Priority,
		FromEmail: &desk.Text{Value: x.FromEmail}, Order: &x.Order, Products: &x.Products, Tags: &names,
	}
	id := int64(0)
	for i, c := range x.Comments {
		comment := &desk.CommentInput{AuthorID: c.AuthorID, Body: c.Body, Public: c.Public, FromEmail: c.FromEmail}
		for _, a := range c.Attachments {
			files, err := s.Upload(t.Context(), st, []desk.Upload{{FileName: a.FileName, BlobKey: fmt.Sprintf("%026d", a.ID)}}, desk.Write{})
			if err != nil {
				t.Fatal(err)
			}
			comment.Attachments = append(comment.Attachments, files[0].ID)
		}
		if i > 0 {
			if _, err := s.AddComment(t.Context(), st, id, comment, desk.Write{Actor: desk.System}); err != nil {
				t.Fatal(err)
			}
			continue
		}
		in.Comment = comment
		doc, err := s.Create(t.Context(), st, in, desk.Write{Actor: desk.System})
		if err != nil {
			t.Fatal(err)
		}
		id = doc.ID
	}
}

// TestSecondImportChangesOnlyWhatChanged runs an import three times: as it was, and
// with one object of each kind changed.
func TestSecondImportChangesOnlyWhatChanged(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, url string, db *store.DB, st *desk.Store) {
		shop := generate(t, 200)
		count := func(n int, c importer.Count) map[importer.Kind]importer.Count {
			t.Helper()
			all := map[importer.Kind]importer.Count{}
			for k, list := range shop.files {
				one := c
				switch n {
				case 0:
					one.New = len(list)
				case 1:
					one.Same = len(list)
				default:
					one.Same, one.Changed = len(list)-1, 1
				}
				all[k] = one
			}
			return all
		}
		for n := range 2 {
			if diff := cmp.Diff(count(n, importer.Count{}), fromDir(t, db, st, shop.dir(t)).Counts); diff != "" {
				t.Errorf("run %d:\n%s", n, diff)
			}
		}
		before := documents(t, db, st)
		edit := func(k importer.Kind, place int, from, to string) {
			t.Helper()
			old := shop.files[k][place]
			if shop.files[k][place] = strings.Replace(old, from, to, 1); shop.files[k][place] == old {
				t.Fatalf("%q is not in %s", from, old)
			}
		}
		edit(importer.Users, 40, `"first_name":"`, `"first_name":"Zebulon`)
		edit(importer.TicketTypes, 0, "Delivery", "Deliveries")
		edit(importer.Products, 2, `"title":"`, `"title":"New `)
		edit(importer.Orders, 3, `"lines":[`, `"lines":[{"id":77,"price":1.50},`)
		edit(importer.Tickets, 17, `"subject":"`, `"subject":"Quokka `)
		if diff := cmp.Diff(count(2, importer.Count{}), fromDir(t, db, st, shop.dir(t)).Counts); diff != "" {
			t.Errorf("third run:\n%s", diff)
		}
		after := documents(t, db, st)
		for id, doc := range after {
			if changed := doc != before[id]; changed != (id == 18) {
				t.Errorf("ticket %d is changed: %v", id, changed)
			}
		}
		if !strings.HasPrefix(after[18], "1|") {
			t.Errorf("the changed ticket has no event: %.60s", after[18])
		}
		for _, f := range []desk.TicketFilter{{Subject: "quokka"}, {Words: desk.Words("quokka")}, {Text: "QUOKKA"}} {
			if got := list(t, db, st, &f); !slices.Equal(got, []int64{18}) {
				t.Errorf("%+v finds %v", f, got)
			}
		}
		users, _, err := db.ListUsers(t.Context(), st, &desk.UserFilter{Name: []string{"zebulon"}}, desk.Page{Order: desk.NewestFirst, Size: 5})
		if err != nil || len(users) != 1 || users[0].ID != 41 {
			t.Errorf("the renamed user is not found: %v %v", users, err)
		}
	})
}

func list(t testing.TB, db *store.DB, st *desk.Store, f *desk.TicketFilter) (ids []int64) {
	t.Helper()
	_, err := db.ListTickets(t.Context(), st, f, desk.Page{Order: desk.NewestFirst, Size: 10_000}, func(d *wire.Document) { ids = append(ids, d.ID) })
	if err != nil {
		t.Fatal(err)
	}
	return ids
}

// TestEveryFilterFindsImportedTickets compares each filter with a look at every ticket.
func TestEveryFilterFindsImportedTickets(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, url string, db *store.DB, st *desk.Store) {
		shop := generate(t, 200)
		fromDir(t, db, st, shop.dir(t))
		tagIDs := map[string]int64{}
		for _, x := range shop.tickets {
			for _, tag := range x.Tags {
				if tagIDs[tag.Name] == 0 {
					tagIDs[tag.Name] = int64(len(tagIDs) + 1)
				}
			}
		}
		for _, x := range shop.tickets[:30] {
			word := strings.Fields(*x.Comments[0].Body)[0]
			filters := map[string]desk.TicketFilter{
				"id": {ID: &x.ID}, "status": {Statuses: []desk.Status{x.Status}}, "priority": {Priority: x.Priority}, "channel": {Channel: x.Channel},
				"subject": {Subject: x.Subject}, "text": {Text: x.Subject}, "words": {Words: desk.Words(x.Subject, word)},
				"created": {Created: desk.Span{From: x.CreatedAt, To: x.CreatedAt + 1}}, "updated": {Updated: desk.Span{From: x.UpdatedAt, To: x.UpdatedAt + 1}},
			}
			if x.TypeID != 0 {
				filters["type"] = desk.TicketFilter{TypeID: x.TypeID}
			}
			if x.RequesterID != 0 {
				filters["requester"] = desk.TicketFilter{RequesterID: x.RequesterID}
				filters["e-mail"] = desk.TicketFilter{Text: strings.ToUpper(shop.users[x.RequesterID].Email)}
				filters["requester's words"] = desk.TicketFilter{Words: desk.Words(shop.users[x.RequesterID].LastName)}
			}
			if x.AssigneeID != 0 {
				filters["assignee"] = desk.TicketFilter{AssigneeID: x.AssigneeID}
			}
			if x.Order != "" {
				filters["order"] = desk.TicketFilter{OrderNumber: x.Order}
			}
			for _, tag := range x.Tags {
				filters["tag "+tag.Name] = desk.TicketFilter{Tags: []int64{tagIDs[tag.Name]}}
			}
			for _, id := range x.Products {
				filters["product"] = desk.TicketFilter{Products: []int64{id}}
			}
			for name, f := range filters {
				if !slices.Contains(list(t, db, st, &f), x.ID) {
					t.Errorf("filter %s (%+v) does not find ticket %d", name, f, x.ID)
				}
			}
		}
	})
}

// TestBadLines gives each kind of bad line to an import between good ones.
func TestBadLines(t *testing.T) {
	t.Parallel()
	const when = `"created_at":"2024-05-06T07:08:09Z"`
	shop := &lines{files: map[importer.Kind][]string{
		importer.Users: {
			`{"id":1,"email":"a@example.com"}`, `{"id":2,"email":"A@EXAMPLE.com"}`, `{"id":3,"email":null,"user_type":"dashboard"}`, `{"id":0}`,
			`{"id":99999999999999}`, `{"id":4,"user_type":"king"}`, `{"id":5,"email":7}`, ``, `{"id":6,"email":"b@example.com","first_name":"a\u0000b"}`,
		},
		importer.Tickets: {
			`{"id":1,` + when + `,"requester":1,"tags":["b","a"],"comments":[{"id":1,"author":9,"body":"x"}]}`,
			`{"id":2,` + when + `,"status":"gone"}`,
			`{"id":3,` + when,
			`{"id":4}`,
			`{"id":5,` + when + `,"subject":["a"]}`,
			`{` + when + `}`,
			`{"id":6,` + when + `,"requester":2,"order":"17","products":[3],"ticket_type":4,"tags":["a","c"]}`,
			`{"id":7,` + when + `,"comments":[{"id":5},{"id":5}]}`,
			`{"id":8,` + when + `,"subject":"n\u0000ul ` + "\xff" + `","created_at":"2024-05-06T09:08:09+02:00"}`,
			`nonsense`,
		},
	}}
	each(t, func(t *testing.T, url string, db *store.DB, st *desk.Store) {
		report := fromDir(t, db, st, shop.dir(t))
		if report.OK() {
			t.Error("the report is fine")
		}
		want := map[importer.Kind]importer.Count{
			importer.Users: {New: 3, Bad: 5}, importer.Tickets: {New: 3, Bad: 7, Repaired: 2},
		}
		if diff := cmp.Diff(want, report.Counts); diff != "" {
			t.Errorf("%s\n%v", diff, report.Problems)
		}
		for _, at := range []string{"users.jsonl:2: ", "users.jsonl:4: ", "tickets.jsonl:3: broken JSON", "tickets.jsonl:7: "} {
			if !slices.ContainsFunc(report.Problems, func(p importer.Problem) bool { return strings.HasPrefix(p.String(), at) }) {
				t.Errorf("no problem %q in %v", at, report.Problems)
			}
		}
		docs := documents(t, db, st)
		for id, part := range map[int64]string{
			1: `"tags":["b","a"]`, 6: `"ticket_type":null,"requester":null`, 8: `"subject":"nul ` + "\ufffd" + `"`,
		} {
			if !strings.Contains(docs[id], part) {
				t.Errorf("ticket %d has no %s: %s", id, part, docs[id])
			}
		}
		if got := list(t, db, st, &desk.TicketFilter{Tags: []int64{3}}); !slices.Equal(got, []int64{6}) {
			t.Errorf("the third tag is on %v", got)
		}
	})
}

// TestInterruptedImportGoesOn stops an import in its middle and runs it again.
func TestInterruptedImportGoesOn(t *testing.T) {
	t.Parallel()
	const all = 1000
	shop := generate(t, all)
	dir := shop.dir(t)
	each(t, func(t *testing.T, url string, db *store.DB, st *desk.Store) {
		full := indexes(t, url)
		ctx, stop := context.WithCancel(t.Context())
		defer stop()
		o := importer.Options{Progress: func(p importer.Progress) {
			if p.Kind == importer.Tickets && p.Count.New > 0 {
				stop()
			}
		}}
		o.SetChunk(100) // some are written, and some are not
		_, err := importer.FromDir(ctx, db, st, dir, o)
		if !errors.Is(err, context.Canceled) {
			t.Fatalf("the import ended with %v", err)
		}
		some := documents(t, db, st)
		if len(some) == 0 || len(some) == all {
			t.Fatalf("%d tickets are there: it was not interrupted in its middle", len(some))
		}
		if n := indexes(t, url); n >= full {
			t.Fatalf("%d indexes of %d: none is missing, the test proves too little", n, full)
		}
		if err := db.EnsureIndexes(t.Context()); err != nil {
			t.Fatal(err)
		}
		if n := indexes(t, url); n != full {
			t.Errorf("%d indexes of %d after the next start", n, full)
		}
		report := fromDir(t, db, st, dir)
		if c := report.Counts[importer.Tickets]; c.Same != len(some) || c.New != all-len(some) || c.Changed != 0 {
			t.Errorf("the second run: %+v, %d were there", c, len(some))
		}
		if n := indexes(t, url); n != full {
			t.Errorf("%d indexes of %d after the second run", n, full)
		}
		whole := storetest.SQLite(t)
		if !strings.HasPrefix(url, "sqlite:") {
			whole = storetest.Postgres(t)
		}
		other := storetest.Open(t, whole)
		fromDir(t, other, defaultStore(t, other), dir)
		want, got := dump(t, whole), dump(t, url)
		for name := range want {
			if want[name] != got[name] {
				t.Errorf("%s are not what an import in one go makes", name)
			}
		}
	})
}

// TestNewIDsFollowImported makes a ticket after an import.
func TestNewIDsFollowImported(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, url string, db *store.DB, st *desk.Store) {
		fromDir(t, db, st, generate(t, 100).dir(t))
		s := &tickets.Service{DB: db, Now: time.Now}
		tags := []string{"never seen before"}
		doc, err := s.Create(t.Context(), st, &desk.TicketInput{Tags: &tags, Comment: &desk.CommentInput{}}, desk.Write{Actor: desk.System})
		if err != nil || doc.ID != 101 {
			t.Errorf("%v, %v", doc, err)
		}
	})
}

// TestSpeed imports the directory named by STOREDESK_TEST_IMPORT and shows how fast.
func TestSpeed(t *testing.T) {
	dir := os.Getenv("STOREDESK_TEST_IMPORT")
	if dir == "" {
		t.Skip("STOREDESK_TEST_IMPORT names no directory")
	}
	for name, open := range map[string]func(testing.TB) string{"sqlite": storetest.SQLite, "postgres": storetest.Postgres} {
		t.Run(name, func(t *testing.T) {
			db := storetest.Open(t, open(t))
			st := defaultStore(t, db)
			for range 2 {
				report, err := importer.FromDir(t.Context(), db, st, dir, importer.Options{Progress: func(p importer.Progress) {
					if p.Done {
						fmt.Printf("%s %s %+v in %v: %.0f/s; processor time so far %v\n", name, p.Kind, p.Count, p.Took,
							float64(p.Count.Total())/p.Took.Seconds(), cpu())
					}
				}})
				if err != nil {
					t.Fatal(err)
				}
				fmt.Println(name, "done; processor time so far", cpu())
				for _, p := range report.Problems {
					t.Log(p)
				}
			}
		})
	}
}

// cpu is the processor time that this process has used.
func cpu() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
