package tickets_test

import (
	"context"
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"storedesk/internal/desk"
	"storedesk/internal/people"
	"storedesk/internal/settings"
	"storedesk/internal/store"
	"storedesk/internal/store/storetest"
	"storedesk/internal/tickets"
	"storedesk/internal/wire"
)

// bench is a desk with two customers and an agent.
type bench struct {
	*testing.T
	db       *store.DB
	st       *desk.Store
	s        *tickets.Service
	now      time.Time
	ann, bob int64
	agent    desk.Write
}

func onBench(t *testing.T, fn func(b *bench)) {
	t.Helper()
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		b := &bench{T: t, db: db, now: time.Date(2026, 11, 2, 9, 0, 0, 0, time.UTC)}
		clock := func() time.Time { return b.now }
		stores := &settings.Stores{DB: db, Now: time.Now}
		b.must(stores.EnsureDefault(t.Context()))
		var err error
		b.st, err = stores.Named(t.Context(), "")
		b.must(err)
		b.s = &tickets.Service{DB: db, Now: clock}
		p := &people.Service{DB: db, Now: clock}
		user := func(email string, agent bool) int64 {
			create := p.CreateAgent
			if !agent {
				create = func(ctx context.Context, st *desk.Store, in *desk.UserInput) (*desk.User, error) {
					return p.Create(ctx, st, in, desk.Write{Actor: desk.System})
				}
			}
			u, err := create(t.Context(), b.st, &desk.UserInput{Email: &email})
			b.must(err)
			return u.ID
		}
		b.ann, b.bob = user("ann@example.com", false), user("bob@example.com", false)
		b.agent = desk.Write{Actor: desk.Actor{Kind: desk.ActorAgent, ID: user("eva@shop.example", true)}}
		fn(b)
	})
}

func (b *bench) must(err error) {
	b.Helper()
	if err != nil {
		b.Fatal(err)
	}
}

// open makes a ticket of a customer, in a status.
func (b *bench) open(requester int64, s desk.Status) int64 {
	b.Helper()
	b.now = b.now.Add(time.Minute)
	subject, body := "Where is it?", "Hello"
	doc, err := b.s.Create(b.Context(), b.st, &desk.TicketInput{
		Subject: &subject, RequesterID: &requester, Status: &s, Comment: &desk.CommentInput{AuthorID: requester, Body: &body, Public: true},
	}, desk.Write{Actor: desk.Actor{Kind: desk.ActorCustomer, ID: requester}})
	b.must(err)
	return doc.ID
}

type shown struct {
	Status   string
	Comments []struct{ Body string }
}

func (b *bench) ticket(id int64) (t shown) {
	b.Helper()
	doc, err := b.s.Get(b.Context(), b.st, id)
	b.must(err)
	b.must(json.Unmarshal(doc.Append(nil, wire.Origin("")), &t))
	return t
}

// told lists the changes of a ticket's events from one on.
func (b *bench) told(id int64) (list []string) {
	b.Helper()
	events, err := b.db.EventsAfter(b.Context(), b.st, store.EventQuery{UpTo: 1 << 40, Ticket: id, Limit: 100})
	b.must(err)
	for _, e := range events {
		text, _ := json.Marshal(e.Changes)
		list = append(list, string(text))
	}
	return list
}

func (b *bench) merge(source, target int64) *desk.Merge {
	b.Helper()
	m, err := b.s.Merge(b.Context(), b.st, tickets.MergeInput{Source: source, Target: target}, b.agent)
	b.must(err)
	return m
}

func TestMergeClosesLinksAndIsUndone(t *testing.T) {
	onBench(t, func(b *bench) {
		source, target := b.open(b.ann, desk.StatusPending), b.open(b.ann, desk.StatusSolved)
		b.merge(source, target)
		if s, t := b.ticket(source), b.ticket(target); s.Status != "closed" || len(s.Comments) != 1 || t.Status != "solved" && t.Status != "open" || len(t.Comments) != 1 {
			b.Errorf("%+v %+v", s, t)
		}
		if got := b.ticket(target).Status; got != "open" {
			b.Errorf("what waits in the source waits in the target: %s", got)
		}
		links, err := b.db.TicketLinks(b.Context(), b.st, target)
		b.must(err)
		if len(links) != 1 || links[0] != (desk.TicketLink{TicketID: source, Kind: desk.LinkMerged}) {
			b.Errorf("%v", links)
		}
		if _, err := b.s.Merge(b.Context(), b.st, tickets.MergeInput{Source: source, Target: target}, b.agent); desk.CodeOf(err) != desk.Conflict {
			b.Errorf("merged twice: %v", err)
		}
		b.now = b.now.Add(time.Minute)
		_, err = b.s.UndoMerge(b.Context(), b.st, source, b.agent)
		b.must(err)
		if s, t := b.ticket(source), b.ticket(target); s.Status != "pending" || t.Status != "solved" {
			b.Errorf("%+v %+v", s, t)
		}
		if links, err = b.db.TicketLinks(b.Context(), b.st, target); err != nil || len(links) != 0 {
			b.Errorf("%v %v", links, err)
		}
		if _, err := b.s.UndoMerge(b.Context(), b.st, source, b.agent); desk.CodeOf(err) != desk.NotFound {
			b.Errorf("undone twice: %v", err)
		}
		want := []string{
			fmt.Sprintf(`[{"field":"status","from":"pending","to":"closed"},{"field":"merged_into","from":null,"to":%d}]`, target),
			fmt.Sprintf(`[{"field":"status","from":"closed","to":"pending"},{"field":"merged_into","from":%d,"to":null}]`, target),
		}
		if got := b.told(source); len(got) != 3 || got[1] != want[0] || got[2] != want[1] {
			b.Errorf("%q", got)
		}
		b.merge(source, target) // and once more
	})
}

func TestUndoLeavesWhatSomebodyChanged(t *testing.T) {
	onBench(t, func(b *bench) {
		source, target := b.open(b.ann, desk.StatusOpen), b.open(b.ann, desk.StatusSolved)
		b.merge(source, target)
		for _, id := range []int64{source, target} {
			b.now = b.now.Add(time.Minute)
			for _, s := range []desk.Status{desk.StatusPending, desk.StatusClosed} {
				_, err := b.s.Update(b.Context(), b.st, id, &desk.TicketInput{Status: &s}, b.agent)
				b.must(err)
			}
		}
		_, err := b.s.UndoMerge(b.Context(), b.st, source, b.agent)
		b.must(err)
		if s, t := b.ticket(source), b.ticket(target); s.Status != "closed" || t.Status != "closed" {
			b.Errorf("%+v %+v", s, t)
		}
	})
}

func TestOtherRequestersAreNotMergedByTheWay(t *testing.T) {
	onBench(t, func(b *bench) {
		source, target := b.open(b.ann, desk.StatusOpen), b.open(b.bob, desk.StatusOpen)
		in := tickets.MergeInput{Source: source, Target: target}
		if _, err := b.s.Merge(b.Context(), b.st, in, b.agent); desk.CodeOf(err) != desk.Invalid {
			b.Fatalf("%v", err)
		}
		in.OtherRequester = true
		_, err := b.s.Merge(b.Context(), b.st, in, b.agent)
		b.must(err)
		in2, err := b.db.Participants(b.Context(), b.st, target)
		b.must(err)
		if len(in2) != 1 || in2[0].Address != "ann@example.com" {
			b.Errorf("%v", in2)
		}
		_, err = b.s.UndoMerge(b.Context(), b.st, source, b.agent)
		b.must(err)
		if in2, err = b.db.Participants(b.Context(), b.st, target); err != nil || len(in2) != 0 {
			b.Errorf("%v %v", in2, err)
		}
	})
}

func TestMergeRefuses(t *testing.T) {
	onBench(t, func(b *bench) {
		open, closed := b.open(b.ann, desk.StatusOpen), b.open(b.ann, desk.StatusClosed)
		for name, c := range map[string]struct {
			source, target int64
			want           desk.Code
		}{
			"itself":      {open, open, desk.Invalid},
			"into closed": {open, closed, desk.Invalid},
			"no source":   {open + 1000, open, desk.NotFound},
			"no target":   {open, open + 1000, desk.NotFound},
		} {
			if _, err := b.s.Merge(b.Context(), b.st, tickets.MergeInput{Source: c.source, Target: c.target}, b.agent); desk.CodeOf(err) != c.want {
				b.Errorf("%s: %v", name, err)
			}
		}
		// a ring: the merged one is opened again, and is to take the other
		b.merge(closed, open)
		again := desk.StatusOpen
		_, err := b.s.Update(b.Context(), b.st, closed, &desk.TicketInput{Status: &again}, b.agent)
		b.must(err)
		if _, err := b.s.Merge(b.Context(), b.st, tickets.MergeInput{Source: open, Target: closed}, b.agent); desk.CodeOf(err) != desk.Invalid {
			b.Errorf("a ring: %v", err)
		}
	})
}

func TestSplitCopiesTheCommentAndIsUndone(t *testing.T) {
	onBench(t, func(b *bench) {
		old := b.open(b.ann, desk.StatusOpen)
		list, err := b.s.Upload(b.Context(), b.st, []desk.Upload{{FileName: "a.png", BlobKey: "abcdefghijklmnopqrstuvwxyz", Size: 3}}, b.agent)
		b.must(err)
		body := "And my invoice?"
		doc, err := b.s.AddComment(b.Context(), b.st, old, &desk.CommentInput{AuthorID: b.ann, Body: &body, Public: true, Attachments: []int64{list[0].ID}}, b.agent)
		b.must(err)
		var second struct{ Comments []struct{ ID int64 } }
		b.must(json.Unmarshal(doc.Append(nil, wire.Origin("")), &second))
		subject := "Invoice"
		written, err := b.s.Split(b.Context(), b.st, tickets.SplitInput{
			Ticket: old, Comment: second.Comments[1].ID, Subject: &subject, NewPath: func(a *desk.Attachment) string { return "attachments/other/" + a.FileName },
		}, b.agent)
		b.must(err)
		if written.Ticket.RequesterID != b.ann || written.Ticket.Subject != "Invoice" {
			b.Errorf("%+v", written.Ticket)
		}
		if got := b.ticket(written.Ticket.ID); len(got.Comments) != 1 || got.Comments[0].Body != body {
			b.Errorf("%+v", got)
		}
		copies, err := b.db.CommentAttachments(b.Context(), b.st, written.Ticket.ID, written.Comment.ID)
		b.must(err)
		if len(copies) != 1 || copies[0].BlobKey != list[0].BlobKey || copies[0].Path != "attachments/other/a.png" {
			b.Errorf("%+v", copies)
		}
		m, err := b.s.UndoSplit(b.Context(), b.st, written.Ticket.ID, b.agent)
		b.must(err)
		if m.TargetID != old || b.ticket(written.Ticket.ID).Status != "closed" {
			b.Errorf("%+v", m)
		}
		if _, err := b.s.UndoSplit(b.Context(), b.st, old, b.agent); desk.CodeOf(err) != desk.NotFound {
			b.Errorf("%v", err)
		}
	})
}

func TestRelatedTickets(t *testing.T) {
	onBench(t, func(b *bench) {
		one, two := b.open(b.ann, desk.StatusOpen), b.open(b.bob, desk.StatusOpen)
		for range 2 { // the second says nothing new
			b.must(b.s.Relate(b.Context(), b.st, one, two, b.agent))
		}
		links, err := b.db.TicketLinks(b.Context(), b.st, two)
		b.must(err)
		if len(links) != 1 || len(b.told(one)) != 2 {
			b.Errorf("%v %q", links, b.told(one))
		}
		b.must(b.s.Unrelate(b.Context(), b.st, two, one, b.agent))
		if err := b.s.Unrelate(b.Context(), b.st, two, one, b.agent); desk.CodeOf(err) != desk.NotFound {
			b.Errorf("%v", err)
		}
	})
}
