package store_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"storedesk/internal/desk"
	"storedesk/internal/people"
	"storedesk/internal/store"
	"storedesk/internal/store/storetest"
	"storedesk/internal/tickets"
	"storedesk/internal/wire"
)

// shop is a store full of random tickets, and the same as plain values, against which
// every list is checked.
type shop struct {
	db      *store.DB
	st      *desk.Store
	tickets *tickets.Service
	rng     *rand.Rand
	emails  map[int64]string
	all     []*desk.Ticket // newest first
	words   map[int64][]string
	groups  []int64
}

var subjects = []string{
	"Where is my order?", "Größe und Farbe", "GRÖSSE", "100% _off_ \\ code", "返品について", "refund", "Refund please",
	"it's \"broken\"", "", "ab", "zzzzyx rare words", "A very long subject about lamps and kettles",
}

var bodies = []string{"thanks for the refund", "Meine Lampe ist kaputt", "返品したい", "kettle 42 arrived", "no words like these: ça va", ""}

func newShop(t *testing.T, db *store.DB, n int) *shop {
	t.Helper()
	clock := time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC)
	now := func() time.Time { clock = clock.Add(7 * time.Hour); return clock }
	s := &shop{
		db: db, st: defaultStore(t, db), tickets: &tickets.Service{DB: db, Now: now}, rng: rand.New(rand.NewPCG(1, 2)),
		emails: map[int64]string{}, words: map[int64][]string{},
	}
	users := &people.Service{DB: db, Now: now}
	for i := range 20 {
		email := fmt.Sprintf("Customer.%d@%s", i, []string{"example.com", "größe.example", "mail.example.org"}[i%3])
		u, err := users.Create(t.Context(), s.st, &desk.UserInput{Email: &email}, desk.Write{Actor: desk.System})
		if err != nil {
			t.Fatal(err)
		}
		s.emails[u.ID] = email
	}
	s.makeGroups(t)
	for range n {
		s.add(t)
	}
	return s
}

func (s *shop) makeGroups(t *testing.T) {
	t.Helper()
	err := s.db.Write(t.Context(), func(tx *store.Tx) error {
		s.groups = nil
		for _, name := range []string{"Returns", "Wholesale"} {
			g := &desk.PermissionGroup{Name: name}
			if err := tx.InsertGroup(t.Context(), s.st, g); err != nil {
				return err
			}
			s.groups = append(s.groups, g.ID)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func pick[T any](rng *rand.Rand, list []T) T { return list[rng.IntN(len(list))] }

func (s *shop) input() *desk.TicketInput {
	in := &desk.TicketInput{}
	subject := pick(s.rng, subjects)
	in.Subject = &subject
	if s.rng.IntN(4) > 0 {
		id := s.rng.Int64N(20) + 1
		in.RequesterID = &id
	}
	if s.rng.IntN(2) > 0 {
		id := s.rng.Int64N(3) + 1
		in.AssigneeID = &id
	}
	if s.rng.IntN(2) > 0 {
		id := pick(s.rng, s.groups)
		in.GroupID = &id
	}
	status, priority := pick(s.rng, desk.Statuses), pick(s.rng, desk.Priorities)
	in.Status, in.Priority = &status, &priority
	tags := []string{}
	for _, name := range []string{"late", "vip", "größe"} {
		if s.rng.IntN(3) == 0 {
			tags = append(tags, name)
		}
	}
	in.Tags = &tags
	body := pick(s.rng, bodies)
	in.Comment = &desk.CommentInput{Body: &body, Public: true}
	return in
}

func (s *shop) add(t *testing.T) {
	t.Helper()
	in := s.input()
	doc, err := s.tickets.Create(t.Context(), s.st, in, desk.Write{Actor: desk.System})
	if err != nil {
		t.Fatal(err)
	}
	s.words[doc.ID] = desk.Words(s.emails[deref(in.RequesterID)], *in.Subject, *in.Comment.Body)
	s.remember(t, doc.ID)
}

func deref(id *int64) int64 {
	if id == nil {
		return 0
	}
	return *id
}

// change writes to a random ticket.
func (s *shop) change(t *testing.T) {
	t.Helper()
	in, id := s.input(), pick(s.rng, s.all).ID
	if _, err := s.tickets.Update(t.Context(), s.st, id, in, desk.Write{Actor: desk.System}); err != nil {
		t.Fatal(err)
	}
	s.words[id] = append(s.words[id], desk.Words(s.emails[deref(in.RequesterID)], *in.Subject, *in.Comment.Body)...)
	s.remember(t, id)
}

func (s *shop) remember(t *testing.T, id int64) {
	t.Helper()
	var ticket *desk.Ticket
	err := s.db.Write(t.Context(), func(tx *store.Tx) (err error) {
		ticket, err = tx.LockTicket(t.Context(), s.st, id)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(s.all, func(x *desk.Ticket) bool { return x.ID == id })
	if i < 0 {
		s.all = append([]*desk.Ticket{ticket}, s.all...)
	} else {
		s.all[i] = ticket
	}
}

func (s *shop) filter() desk.TicketFilter {
	var f desk.TicketFilter
	maybe := func(set func()) {
		if s.rng.IntN(5) == 0 {
			set()
		}
	}
	text := func() string {
		return pick(s.rng, []string{
			"refund", "REFUND", "größe", "Größ", "%", "_", "\\", "1", "12", "@", "example.com", "customer.7@", "返品", "zz",
			"zzzzyx", "no such text", "'", "\"", "lamps and", "e",
		})
	}
	maybe(func() { f.Text = text() })
	maybe(func() { f.Subject = text() })
	maybe(func() {
		f.Words = desk.Words(pick(s.rng, []string{"refund", "lampe", "返品", "kettle 42", "nowhere", "ça", "thanks refund", "customer.7@", "refund example"}))
	})
	maybe(func() { id := s.rng.Int64N(int64(len(s.all)) + 3); f.ID = &id })
	maybe(func() { f.Statuses = []desk.Status{pick(s.rng, desk.Statuses), pick(s.rng, desk.Statuses)} })
	maybe(func() { f.RequesterID = s.rng.Int64N(21) + 1 })
	maybe(func() { f.AssigneeID = s.rng.Int64N(4) + 1 })
	maybe(func() { f.Tags = []int64{s.rng.Int64N(3) + 1, s.rng.Int64N(3) + 1} })
	maybe(func() { f.Priority = pick(s.rng, desk.Priorities) })
	maybe(func() { f.Channel = pick(s.rng, desk.Channels[2:4]) })
	at := func() desk.Instant { return s.all[s.rng.IntN(len(s.all))].CreatedAt }
	maybe(func() { f.Created.From = at() })
	maybe(func() { f.Created.To = at() })
	maybe(func() { f.Updated.From = at() })
	maybe(func() { f.Updated.To = at() })
	maybe(func() { f.Statuses = []desk.Status{desk.StatusNew, desk.StatusOpen, desk.StatusPending} })
	maybe(func() { f.Statuses = []desk.Status{desk.StatusNew, desk.StatusSolved} })
	f.Choices = s.choices()
	return f
}

func (s *shop) choices() (list []desk.Choice) {
	maybe := func(field desk.Field, ids []int64, texts ...string) {
		if s.rng.IntN(6) == 0 {
			list = append(list, desk.Choice{Field: field, IDs: ids, Texts: texts, Not: s.rng.IntN(3) == 0})
		}
	}
	maybe(desk.FieldAssignee, []int64{0})
	maybe(desk.FieldAssignee, []int64{s.rng.Int64N(3) + 1, s.rng.Int64N(3)})
	maybe(desk.FieldGroup, []int64{pick(s.rng, s.groups)})
	maybe(desk.FieldGroup, []int64{0, pick(s.rng, s.groups)})
	maybe(desk.FieldRequester, []int64{s.rng.Int64N(20) + 1, s.rng.Int64N(20) + 1})
	maybe(desk.FieldTag, []int64{s.rng.Int64N(3) + 1})
	maybe(desk.FieldTag, []int64{s.rng.Int64N(3) + 1, s.rng.Int64N(3) + 1})
	maybe(desk.FieldPriority, nil, string(pick(s.rng, desk.Priorities)), string(pick(s.rng, desk.Priorities)))
	return list
}

// chosen says by a choice's definition whether a ticket has one of its values.
func chosen(c desk.Choice, x *desk.Ticket) bool {
	switch c.Field {
	case desk.FieldAssignee:
		return slices.Contains(c.IDs, x.AssigneeID)
	case desk.FieldGroup:
		return slices.Contains(c.IDs, x.GroupID)
	case desk.FieldRequester:
		return slices.Contains(c.IDs, x.RequesterID)
	case desk.FieldPriority:
		return slices.Contains(c.Texts, string(x.Priority))
	}
	return slices.ContainsFunc(x.Tags, func(tag desk.Tag) bool { return slices.Contains(c.IDs, tag.ID) })
}

// matches says by the filter's definition whether a ticket is in the list.
func (s *shop) matches(f *desk.TicketFilter, x *desk.Ticket) bool {
	has := func(text, part string) bool { return strings.Contains(desk.Fold(text), desk.Fold(part)) }
	in := func(at desk.Instant, span desk.Span) bool {
		return (span.From == 0 || at >= span.From) && (span.To == 0 || at < span.To)
	}
	if f.Text != "" && !has(strconv.FormatInt(x.ID, 10), f.Text) && !has(x.Subject, f.Text) && !has(s.emails[x.RequesterID], f.Text) {
		return false
	}
	for _, w := range f.Words {
		if !slices.Contains(s.words[x.ID], w) {
			return false
		}
	}
	for _, c := range f.Choices {
		if chosen(c, x) == c.Not {
			return false
		}
	}
	tagged := len(f.Tags) == 0
	for _, tag := range x.Tags {
		tagged = tagged || slices.Contains(f.Tags, tag.ID)
	}
	return tagged && has(x.Subject, f.Subject) &&
		(f.ID == nil || *f.ID == x.ID) &&
		(len(f.Statuses) == 0 || slices.Contains(f.Statuses, x.Status)) &&
		(f.RequesterID == 0 || f.RequesterID == x.RequesterID) &&
		(f.AssigneeID == 0 || f.AssigneeID == x.AssigneeID) &&
		(f.Priority == "" || f.Priority == x.Priority) &&
		(f.Channel == "" || f.Channel == x.Channel) &&
		in(x.CreatedAt, f.Created) && in(x.UpdatedAt, f.Updated)
}

func (s *shop) want(f *desk.TicketFilter, order desk.ListOrder) []int64 {
	var list []*desk.Ticket
	for _, x := range s.all {
		if s.matches(f, x) {
			list = append(list, x)
		}
	}
	if order.ByUpdate() {
		slices.SortFunc(list, func(a, b *desk.Ticket) int { return int(b.UpdatedAt - a.UpdatedAt) })
	}
	ids := make([]int64, len(list))
	for i, x := range list {
		ids[i] = x.ID
	}
	if order.Ascending() {
		slices.Reverse(ids)
	}
	return ids
}

func (s *shop) page(t *testing.T, f *desk.TicketFilter, p desk.Page) (ids []int64, last desk.Key, more bool) {
	t.Helper()
	more, err := s.tickets.List(t.Context(), s.st, f, p, func(d *wire.Document) {
		ids = append(ids, d.ID)
		last = desk.Key{ID: d.ID, At: d.At}
	})
	if err != nil {
		t.Fatalf("%+v %+v: %v", *f, p, err)
	}
	return ids, last, more
}

// TestListsMatchTheirDefinition walks random lists, page by page, and compares them
// with what the filters say by definition.
func TestListsMatchTheirDefinition(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		s := newShop(t, db, 150)
		for range 60 {
			s.change(t)
		}
		orders := []desk.ListOrder{desk.NewestFirst, desk.OldestFirst, desk.UpdatedNewestFirst, desk.UpdatedOldestFirst}
		for i := range 600 {
			if i == 400 {
				db.PretendMany()
			}
			f, order := s.filter(), pick(s.rng, orders)
			want := s.want(&f, order)
			p := desk.Page{Order: order, Size: 1 + s.rng.IntN(30)}
			var got []int64
			for {
				ids, last, more := s.page(t, &f, p)
				got = append(got, ids...)
				if !more {
					break
				}
				p.Key = &last
			}
			if !slices.Equal(got, want) {
				t.Fatalf("%+v by %s: got %v, want %v", f, order, got, want)
			}
			s.checkReverse(t, &f, order, want)
		}
	})
}

// checkReverse asks for the rows before a place, as a previous link does.
func (s *shop) checkReverse(t *testing.T, f *desk.TicketFilter, order desk.ListOrder, want []int64) {
	t.Helper()
	if len(want) < 3 {
		return
	}
	i, size, offset := 1+s.rng.IntN(len(want)-1), 1+s.rng.IntN(5), s.rng.IntN(2)
	x := s.all[slices.IndexFunc(s.all, func(x *desk.Ticket) bool { return x.ID == want[i] })]
	p := desk.Page{Order: order, Size: size, Offset: offset, Reverse: true, Key: &desk.Key{ID: x.ID, At: x.UpdatedAt}}
	ids, _, more := s.page(t, f, p)
	end := max(0, i-offset)
	start := max(0, end-size)
	if !slices.Equal(ids, want[start:end]) || more != (start > 0) {
		t.Fatalf("%+v by %s, before %d skipping %d: got %v %v, want %v %v", *f, order, x.ID, offset, ids, more, want[start:end], start > 0)
	}
}
