package tickets_test

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib"

	"storedesk/internal/blob"
	"storedesk/internal/desk"
	"storedesk/internal/people"
	"storedesk/internal/settings"
	"storedesk/internal/store"
	"storedesk/internal/store/storetest"
	"storedesk/internal/tickets"
	"storedesk/internal/wire"
)

// counter is a store with customers, and another store beside it.
type counter struct {
	*testing.T
	db     *store.DB
	people *people.Service
	*tickets.Service
	st, other *desk.Store
	blobs     blob.Store
	by        tickets.By
}

func newCounter(t *testing.T, db *store.DB) *counter {
	t.Helper()
	c := &counter{T: t, db: db, people: &people.Service{DB: db, Now: time.Now}, Service: &tickets.Service{DB: db, Now: time.Now}, by: tickets.By{AccountID: 1, UserID: 1}}
	stores := &settings.Stores{DB: db, Now: time.Now}
	var err error
	if c.st, err = stores.Create(t.Context(), "Main", []string{"main.example"}); err != nil {
		t.Fatal(err)
	}
	if c.other, err = stores.Create(t.Context(), "Other", []string{"other.example"}); err != nil {
		t.Fatal(err)
	}
	if c.blobs, err = blob.Open(t.Context(), "", t.TempDir()); err != nil {
		t.Fatal(err)
	}
	return c
}

func (c *counter) must(err error) {
	c.Helper()
	if err != nil {
		c.Fatal(err)
	}
}

func (c *counter) customer(email, first, last string) *desk.User {
	c.Helper()
	u, err := c.people.Create(c.Context(), c.st, &desk.UserInput{Email: &email, FirstName: &first, LastName: &last}, desk.Write{Actor: desk.System})
	c.must(err)
	return u
}

func (c *counter) ticket(requester int64, subject, body string, change ...func(*desk.TicketInput)) int64 {
	c.Helper()
	in := &desk.TicketInput{Subject: &subject, RequesterID: &requester, Comment: &desk.CommentInput{AuthorID: requester, Body: &body, Public: true}}
	for _, f := range change {
		f(in)
	}
	doc, err := c.Create(c.Context(), c.st, in, desk.Write{Actor: desk.System})
	c.must(err)
	return doc.ID
}

func (c *counter) comment(ticket, author int64, body string, public bool) {
	c.Helper()
	_, err := c.AddComment(c.Context(), c.st, ticket, &desk.CommentInput{AuthorID: author, Body: &body, Public: public}, desk.Write{Actor: desk.System})
	c.must(err)
}

func (c *counter) upload(name, text string) (id int64, key string) {
	c.Helper()
	key = blob.NewKey()
	_, err := c.blobs.Put(c.Context(), key, strings.NewReader(text))
	c.must(err)
	a := desk.Attachment{FileName: name, BlobKey: key, Size: int64(len(text)), CreatedAt: desk.At(time.Now()), Path: desk.MediaPath(desk.Upload{FileName: name, BlobKey: key})}
	c.must(c.db.Write(c.Context(), func(tx *store.Tx) error { return tx.InsertUpload(c.Context(), c.st, &a) }))
	return a.ID, key
}

func (c *counter) run(user int64) {
	c.Helper()
	c.must(c.RunCustomerTask(c.Context(), c.st, user, c.blobs.Delete))
}

func (c *counter) document(id int64) string {
	c.Helper()
	doc, err := c.Get(c.Context(), c.st, id)
	c.must(err)
	return string(doc.Append(nil, noLinks{}))
}

type noLinks struct{}

func (noLinks) AppendURL(dst, path []byte) []byte { return append(dst, path...) }

func TestMergedCustomersHaveEverything(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		c := newCounter(t, db)
		ctx := t.Context()
		ada, ann, bob := c.customer("ada@home.example", "Ada", "Moss"), c.customer("ann@work.example", "Ann", "Moss"), c.customer("bob@x.example", "Bob", "")
		_, err := c.people.AddAddress(ctx, c.st, ann.ID, "ann@more.example", desk.Write{})
		c.must(err)
		own := make([]int64, 45) // more than one transaction takes
		for i := range own {
			own[i] = c.ticket(ann.ID, fmt.Sprintf("Lamp %d", i), "It hums.")
		}
		others := c.ticket(bob.ID, "Rug", "Mine.")
		c.comment(others, ann.ID, "Mine too.", true)
		keep := c.ticket(ada.ID, "Chair", "Wobbles.")
		p, err := c.PreviewMerge(ctx, c.st, ann.ID, ada.ID)
		if err != nil || p.Tickets != 45 || !slices.Equal(p.Addresses, []string{"ann@work.example", "ann@more.example"}) || len(p.Conflicts) != 1 || p.Conflicts[0].Field != "name" {
			t.Fatalf("%+v, %v", p, err)
		}
		task, err := c.MergeCustomers(ctx, c.st, ann.ID, ada.ID, c.by)
		if err != nil || task.Total != 45 {
			t.Fatalf("%+v, %v", task, err)
		}
		if owner, err := db.AddressOwner(ctx, c.st, "ANN@work.example"); err != nil || owner != ada.ID {
			t.Errorf("the address belongs to %d at once, %v", owner, err)
		}
		if _, err := c.MergeCustomers(ctx, c.st, bob.ID, ada.ID, c.by); desk.CodeOf(err) != desk.Conflict {
			t.Errorf("a second merge meanwhile: %v", err)
		}
		c.run(ann.ID)
		if _, err := c.people.Get(ctx, c.st, ann.ID); desk.CodeOf(err) != desk.NotFound {
			t.Errorf("the merged one is still there: %v", err)
		}
		for _, id := range append(own, others) {
			if doc := c.document(id); strings.Contains(doc, fmt.Sprintf(`"requester":%d,`, ann.ID)) || strings.Contains(doc, fmt.Sprintf(`"author":%d,`, ann.ID)) ||
				!strings.Contains(doc, fmt.Sprintf(`"author":%d,`, ada.ID)) {
				t.Fatalf("ticket %d: %s", id, doc)
			}
		}
		if doc := c.document(others); !strings.Contains(doc, fmt.Sprintf(`"requester":%d,`, bob.ID)) {
			t.Errorf("somebody else's ticket changed hands: %s", doc)
		}
		events, err := db.EventsAfter(ctx, c.st, store.EventQuery{UpTo: 1 << 40, Ticket: own[0], Limit: 9})
		if err != nil || len(events) != 2 || events[1].Changes[0].Field != "requester" || events[1].Reason == "" {
			t.Errorf("events: %+v, %v", events, err)
		}
		if n, err := db.CountTicketsOf(ctx, c.st, ada.ID); err != nil || n != 46 {
			t.Errorf("%d tickets of ada, %v (and %d)", n, err, keep)
		}
		// A write that named them while they went is moved too.
		late := ann.ID
		c.must(db.Write(ctx, func(tx *store.Tx) error {
			tx.Exec("UPDATE tickets SET requester_id = $2 WHERE store_id = $1 AND id = $3", c.st.ID, late, own[0])
			return nil
		}))
		c.run(ann.ID)
		if n, err := db.CountTicketsOf(ctx, c.st, ann.ID); err != nil || n != 0 {
			t.Errorf("%d tickets left behind, %v", n, err)
		}
		if got, err := c.people.Customer(ctx, c.st, ada.ID); err != nil || len(got.MergedInHere) != 1 || got.MergedInHere[0].FinishedAt == 0 || len(got.Further) != 2 {
			t.Errorf("%+v, %v", got, err)
		}
	})
}

func TestMergingCustomersRefuses(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		c := newCounter(t, db)
		ctx := t.Context()
		ada := c.customer("ada@home.example", "Ada", "")
		email := "agent@main.example"
		agent, err := c.people.CreateAgent(ctx, c.st, &desk.UserInput{Email: &email})
		c.must(err)
		foreign, err := c.people.Create(ctx, c.other, &desk.UserInput{Email: &email}, desk.Write{})
		c.must(err)
		for name, try := range map[string]struct {
			from, into int64
			want       desk.Code
		}{
			"an agent":         {agent.ID, ada.ID, desk.Conflict},
			"into an agent":    {ada.ID, agent.ID, desk.Conflict},
			"oneself":          {ada.ID, ada.ID, desk.Invalid},
			"of another store": {foreign.ID, ada.ID, desk.NotFound},
			"into another":     {ada.ID, foreign.ID, desk.NotFound},
		} {
			if _, err := c.MergeCustomers(ctx, c.st, try.from, try.into, c.by); desk.CodeOf(err) != try.want {
				t.Errorf("%s: %v", name, err)
			}
			if _, err := c.PreviewMerge(ctx, c.st, try.from, try.into); desk.CodeOf(err) != try.want {
				t.Errorf("preview, %s: %v", name, err)
			}
		}
		if _, err := c.EraseCustomer(ctx, c.st, agent.ID, email, c.by); desk.CodeOf(err) != desk.NotFound {
			t.Errorf("an agent was erased: %v", err)
		}
		if _, err := c.EraseCustomer(ctx, c.st, foreign.ID, email, c.by); desk.CodeOf(err) != desk.NotFound {
			t.Errorf("somebody of another store was erased: %v", err)
		}
		if _, err := c.EraseCustomer(ctx, c.st, ada.ID, "ad@home.example", c.by); desk.CodeOf(err) != desk.Invalid {
			t.Errorf("without confirmation: %v", err)
		}
	})
}

// TestErasureLeavesNoTrace looks through every table of the database.
func TestErasureLeavesNoTrace(t *testing.T) {
	t.Parallel()
	storetest.EachURL(t, func(t *testing.T, url string) {
		c := newCounter(t, storetest.Open(t, url))
		ctx, db, now := t.Context(), c.db, desk.At(time.Now())
		ada, bob := c.customer("ada.quill@home.example", "Adalinde", "Quillfeather"), c.customer("bob@x.example", "Bob", "Stone")
		agentMail := "kim@main.example"
		agent, err := c.people.CreateAgent(ctx, c.st, &desk.UserInput{Email: &agentMail})
		c.must(err)
		w := desk.Write{Actor: desk.System}
		_, err = c.people.AddAddress(ctx, c.st, ada.ID, "aq@second.example", w)
		c.must(err)
		phone, note := "+49 30 5551234", "Likes marzipankugel"
		c.must(c.people.UpdateCustomer(ctx, c.st, ada.ID, &people.CustomerInput{Note: &note, UserInput: desk.UserInput{
			PhoneNumber: &desk.Text{Value: &phone},
			Addresses:   &[]desk.Address{{FirstName: "Adalinde", Line1: "Marzipanweg 7", Country: "DE"}},
		}}, w))
		first := "Adalinda"
		_, err = c.people.Update(ctx, c.st, ada.ID, &desk.UserInput{FirstName: &first}, w)
		c.must(err)
		first = "Adalinde"
		_, err = c.people.Update(ctx, c.st, ada.ID, &desk.UserInput{FirstName: &first}, w)
		c.must(err)
		c.must(c.people.BlockCustomer(ctx, c.st, ada.ID, true, true, w))

		// Her tickets: one with a file and a long history, one that a rule would have linked.
		upload, key := c.upload("marzipan.txt", "marzipankugel in a file")
		own := c.ticket(ada.ID, "My marzipankugel broke", "It is marzipankugel season.", func(in *desk.TicketInput) { in.Comment.Attachments = []int64{upload} })
		c.comment(own, agent.ID, "Dear Adalinde, sorry about the marzipankugel.", true)
		c.comment(own, agent.ID, "marzipankugel again?!", false)
		renamed := "Still my marzipankugel"
		_, err = c.Update(ctx, c.st, own, &desk.TicketInput{Subject: &renamed}, w)
		c.must(err)
		from := "aq@second.example"
		unknown := c.ticket(0, "marzipankugel from nobody", "marzipankugel", func(in *desk.TicketInput) {
			in.FromEmail, in.Comment.FromEmail = &desk.Text{Value: &from}, &from
		})
		// Bob's, in which she took part.
		shared := c.ticket(bob.ID, "Rug of granite", "granitewool")
		c.comment(shared, ada.ID, "I had the same marzipankugel.", true)
		c.comment(shared, agent.ID, "Thank you Quillfeather (ada.quill@home.example), and Bob.", true)
		cc := c.ticket(bob.ID, "Carpet", "granitewool")
		keepUpload, keepKey := c.upload("granite.txt", "granitewool in a file")
		kept := c.ticket(bob.ID, "Other", "granitewool", func(in *desk.TicketInput) { in.Comment.Attachments = []int64{keepUpload} })
		draftUpload, draftKey := c.upload("draft-marzipan.txt", "marzipankugel in a draft")
		mailKey, outKey := blob.NewKey(), blob.NewKey()
		for _, k := range []string{mailKey, outKey} {
			_, err := c.blobs.Put(ctx, k, strings.NewReader("To: ada.quill@home.example\n\nmarzipankugel"))
			c.must(err)
		}
		c.must(db.Write(ctx, func(tx *store.Tx) error {
			tx.AddParticipant(c.st, cc, desk.Participant{Address: "Ada.Quill@home.example", Name: "Adalinde Quillfeather"})
			tx.MarkBadAddress(c.st, "aq@second.example", "550 <aq@second.example> unknown", now)
			if _, err := tx.Spend(ctx, fmt.Sprintf("mail:%d:new_ticket:%s", c.st.ID, desk.Fold(ada.Email)), store.Rate{Interval: 1000, Burst: 3}, now); err != nil {
				return err
			}
			tx.Remember(c.st, &desk.Once{TokenID: 1, Key: "k", Fingerprint: "f"}, fmt.Appendf(nil, `{"id":1,"requester":%d,"x":"marzipankugel"}`, ada.ID), now)
			tx.Enqueue(&desk.Job{StoreID: c.st.ID, Kind: "mail", Lane: desk.Fold(ada.Email), Args: []byte(`{"mail":99}`), RunAt: now, CreatedAt: now})
			for i, m := range []*desk.Mail{
				{BlobKey: mailKey, Fate: desk.MailTicket, TicketID: own, From: desk.Fold(ada.Email)},
				{Fate: desk.MailHeld, From: desk.Fold("aq@second.example")},
				{Fate: desk.MailComment, TicketID: cc, From: desk.Fold(bob.Email)},
			} {
				m.Inbound = desk.Inbound{Source: "http", SourceKey: fmt.Sprintf("%d-ada.quill@home.example", i), EnvelopeFrom: "ada.quill@home.example", Recipients: []string{"help@main.example"}}
				if i == 2 {
					m.EnvelopeFrom = bob.Email
				}
				if _, err := tx.InsertMail(ctx, c.st, m, []byte("Cc: ada.quill@home.example\n\nmarzipankugel")); err != nil {
					return err
				}
				m.Subject, m.MessageID, m.Auth, m.HandledAt = "marzipankugel", fmt.Sprintf("%d.marzipankugel@home.example", i), `{"from":"ada.quill@home.example"}`, now
				if i == 2 {
					m.Subject, m.MessageID = "Carpet", "granite@x.example"
				}
				if err := tx.Flush(ctx); err != nil {
					return err
				}
				tx.SettleMail(c.st, m)
			}
			for i, d := range []struct {
				ticket int64
				data   string
			}{
				{own, fmt.Sprintf(`{"changes":{},"attachments":[%d]}`, draftUpload)},
				{0, fmt.Sprintf(`{"changes":{},"form":{"requester":%d,"subject":"x"}}`, ada.ID)},
				{shared, `{"changes":{},"add_cc":[{"Address":"ada.quill@home.example","Name":"Adalinde"}]}`},
			} {
				tx.Exec(`INSERT INTO drafts (store_id, ticket_id, user_id, kind, body, data, base_seq, updated_at) VALUES ($1, $2, $3, 'reply', $4, $5, 0, $6)`,
					c.st.ID, d.ticket, agent.ID, []string{"marzipankugel", "marzipankugel", "Hello Adalinde and granitewool"}[i], d.data, int64(now))
			}
			tx.Exec("INSERT INTO views (store_id, id, name, query, list_order, position, created_at, updated_at) VALUES ($1, 1, 'Hers', 'from:ada.quill@home.example', 'id', 1, 1, 1)", c.st.ID)
			_, err := tx.InsertOutgoing(ctx, c.st, &desk.Outgoing{
				Kind: "reply", TicketID: own, MessageID: "out@main.example", EnvelopeFrom: "help@main.example", Subject: "Re: marzipankugel", BlobKey: outKey, CreatedAt: now,
				Recipients: []desk.OutgoingRecipient{{Address: ada.Email, State: desk.RecipientBounced, Reason: "<ada.quill@home.example>: no such marzipankugel", UpdatedAt: now}},
			})
			return err
		}))
		needles := []string{"ada.quill", "aq@second", "adalind", "quillfeather", "marzipan", "5551234"}
		if found := c.search(url, needles); len(found) < 12 {
			t.Fatalf("the look for traces finds too little before: %v", found)
		}

		task, err := c.EraseCustomer(ctx, c.st, ada.ID, " Ada.Quill@home.example ", c.by)
		if err != nil || task.Total != 1 {
			t.Fatalf("%+v, %v", task, err)
		}
		// Interrupted, and begun again, it comes to the same end.
		short, stop := context.WithCancel(ctx)
		stop()
		_ = c.RunCustomerTask(short, c.st, ada.ID, c.blobs.Delete)
		failing := func(context.Context, string) error { return fmt.Errorf("the disk is away") }
		if err := c.RunCustomerTask(ctx, c.st, ada.ID, failing); err == nil {
			t.Fatal("blobs that could not be deleted were forgotten")
		}
		c.run(ada.ID)
		c.run(ada.ID)
		if found := c.search(url, needles); len(found) > 0 {
			t.Errorf("left: %v", strings.Join(found, "\n"))
		}
		for _, k := range []string{key, mailKey, outKey, draftKey} {
			if r, err := c.blobs.Open(ctx, k); err == nil {
				_ = r.Close()
				t.Errorf("blob %s is still there", k)
			}
		}
		if r, err := c.blobs.Open(ctx, keepKey); err != nil {
			t.Errorf("somebody else's file is gone: %v", err)
		} else {
			_ = r.Close()
		}
		for id, want := range map[int64]string{
			own: `"subject":"[erased]"`, unknown: `"from_email":null`, shared: "granitewool", cc: "Carpet", kept: "granite.txt",
		} {
			if doc := c.document(id); !strings.Contains(doc, want) {
				t.Errorf("ticket %d without %s: %s", id, want, doc)
			}
		}
		if doc := c.document(shared); !strings.Contains(doc, "Thank you [erased] ([erased]), and Bob.") || !strings.Contains(doc, `"Rug of granite"`) {
			t.Errorf("%s", doc)
		}
		got, err := c.people.Customer(ctx, c.st, ada.ID)
		if err != nil || got.FirstName != desk.Erased || got.Email != "" || got.Task.FinishedAt == 0 || got.Task.Done != 1 {
			t.Errorf("%+v, %v", got, err)
		}
		if err := c.people.UpdateCustomer(ctx, c.st, ada.ID, &people.CustomerInput{Note: &note}, w); desk.CodeOf(err) != desk.Conflict {
			t.Errorf("what was erased was changed: %v", err)
		}
		for text, want := range map[string]int{"granitewool": 3, "marzipankugel": 0} {
			n := 0
			_, err := c.List(ctx, c.st, &desk.TicketFilter{Words: desk.Words(text)}, desk.Page{Size: 10, Order: desk.NewestFirst}, func(*wire.Document) { n++ })
			if err != nil || n != want {
				t.Errorf("%s is found in %d tickets, %v", text, n, err)
			}
		}
	})
}

// search lists the tables in which one of the texts stands, with the row.
func (c *counter) search(url string, texts []string) (found []string) {
	c.Helper()
	for table, rows := range c.dump(url) {
		for _, row := range rows {
			lower := strings.ToLower(row)
			for _, text := range texts {
				if strings.Contains(lower, text) || strings.Contains(lower, hex.EncodeToString([]byte(text))) {
					found = append(found, table+": "+row[:min(len(row), 300)])
					break
				}
			}
		}
	}
	return found
}

// dump reads every row of every table.
func (c *counter) dump(url string) map[string][]string {
	c.Helper()
	driver, name, catalog := "sqlite", strings.TrimPrefix(url, "sqlite:"), "SELECT name FROM sqlite_master WHERE type = 'table' AND sql NOT LIKE 'CREATE VIRTUAL%'"
	if strings.HasPrefix(url, "postgres") {
		driver, name, catalog = "pgx", url, "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'"
	}
	db, err := sql.Open(driver, name)
	c.must(err)
	defer func() { _ = db.Close() }()
	rows := func(query string) (list []string) {
		r, err := db.QueryContext(c.Context(), query)
		c.must(err)
		defer func() { _ = r.Close() }()
		columns, err := r.Columns()
		c.must(err)
		for r.Next() {
			values, to := make([]any, len(columns)), make([]any, len(columns))
			for i := range values {
				to[i] = &values[i]
			}
			c.must(r.Scan(to...))
			var b bytes.Buffer
			for _, v := range values {
				if raw, ok := v.([]byte); ok {
					v = string(raw)
				}
				fmt.Fprintf(&b, "%v\t", v)
			}
			list = append(list, strings.TrimSpace(b.String()))
		}
		c.must(r.Err())
		return list
	}
	all := map[string][]string{}
	for _, table := range rows(catalog) {
		all[table] = rows("SELECT * FROM " + table)
	}
	if len(all) < 40 {
		c.Fatalf("only %d tables", len(all))
	}
	return all
}
