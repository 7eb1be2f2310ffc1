package tickets

import (
	"cmp"
	"context"
	"slices"

	"storedesk/internal/desk"
	"storedesk/internal/store"
)

// TimelineQuery picks a page of a timeline. Without a place, it is where a reader begins.
type TimelineQuery struct {
	Before, After, Around desk.ItemKey // at most one of them
	End                   bool         // the last page
	Only                  TimelineOnly
	Size                  int
}

// TimelineOnly leaves something out.
type TimelineOnly string

// What may be left out; "" is nothing.
const (
	OnlyComments TimelineOnly = "comments"
	OnlyEvents   TimelineOnly = "events"
)

const (
	keptBefore    = 15 // items shown before the place where a page is to begin
	maxAuthors    = 2000
	replyMailKind = "reply"
)

// Timeline reads a page of what was said and done in a ticket and said in those that were
// merged into it, as a user sees it. However long the ticket is, the number of queries is
// the same. Errors: ErrNotFound.
func (s *Service) Timeline(ctx context.Context, st *desk.Store, id, user int64, q TimelineQuery) (*desk.Timeline, error) {
	t, err := s.DB.TicketsByID(ctx, st, []int64{id})
	if err != nil {
		return nil, err
	}
	if t[id] == nil {
		return nil, desk.ErrNotFound
	}
	r := &timelineReader{s: s, st: st, id: id, user: user, out: &desk.Timeline{Seq: t[id].Seq}}
	if err := r.spine(ctx); err != nil {
		return nil, err
	}
	r.cut(q)
	return r.out, r.fill(ctx)
}

// timelineReader gathers one page.
type timelineReader struct {
	s        *Service
	st       *desk.Store
	id, user int64

	tickets []int64 // this one first, then those merged into it
	hidden  map[int64]bool
	copied  map[int64]desk.Split // by the new comment
	spined  []spined
	out     *desk.Timeline
}

type spined struct {
	item     desk.TimelineItem
	rank     int
	customer bool // a customer's public comment
	answer   bool // an agent's public comment
}

// merged lists the tickets that were merged into this one, at any remove.
func (r *timelineReader) merged(ctx context.Context) error {
	r.tickets, r.hidden = []int64{r.id}, map[int64]bool{}
	for from := 0; from < len(r.tickets) && len(r.tickets) <= maxMerges; {
		list, err := r.s.DB.MergesInto(ctx, r.st, r.tickets[from:])
		if err != nil {
			return err
		}
		from = len(r.tickets)
		for _, m := range list {
			if !slices.Contains(r.tickets, m.SourceID) && len(r.tickets) <= maxMerges {
				r.tickets = append(r.tickets, m.SourceID)
			}
		}
	}
	splits, err := r.s.DB.SplitsOf(ctx, r.st, r.tickets)
	r.copied = map[int64]desk.Split{}
	for _, split := range splits {
		r.copied[split.CommentID] = split
		if slices.Contains(r.tickets, split.TicketID) && slices.Contains(r.tickets, split.FromTicket) {
			r.hidden[split.CommentID] = true // it stands there already
		}
	}
	return err
}

func (r *timelineReader) spine(ctx context.Context) error {
	if err := r.merged(ctx); err != nil {
		return err
	}
	comments, err := r.s.DB.SpineComments(ctx, r.st, r.tickets)
	if err != nil {
		return err
	}
	staff, err := r.staff(ctx, comments)
	if err != nil {
		return err
	}
	for _, c := range comments {
		if r.hidden[c.ID] {
			continue
		}
		r.spined = append(r.spined, spined{
			item: desk.TimelineItem{Key: desk.ItemKey{Comment: c.ID}, Ticket: c.Ticket, At: c.At}, rank: 1,
			customer: c.Public && !staff[c.Author] && (c.Author != 0 || c.Addressed), answer: c.Public && staff[c.Author],
		})
		r.out.Comments++
	}
	events, err := r.s.DB.SpineEvents(ctx, r.st, r.id)
	if err != nil {
		return err
	}
	for _, e := range events {
		x := spined{item: desk.TimelineItem{Key: desk.ItemKey{Event: e.Seq}, Ticket: r.id, At: e.At}, rank: 2}
		switch {
		case e.Type == desk.EventTicketCreated:
			x.rank = 0
		case !e.Changes && e.Type != desk.EventTicketImported:
			continue // its comment says it all
		}
		r.spined = append(r.spined, x)
		r.out.Events++
	}
	slices.SortFunc(r.spined, func(a, b spined) int {
		return cmp.Or(cmp.Compare(a.item.At, b.item.At), cmp.Compare(a.rank, b.rank),
			cmp.Compare(a.item.Key.Comment, b.item.Key.Comment), cmp.Compare(a.item.Key.Event, b.item.Key.Event))
	})
	return r.unread(ctx)
}

// staff tells which authors work here.
func (r *timelineReader) staff(ctx context.Context, comments []store.SpineComment) (map[int64]bool, error) {
	ids, known := []int64{}, map[int64]bool{0: true}
	for _, c := range comments {
		if !known[c.Author] && len(ids) < maxAuthors {
			known[c.Author] = true
			ids = append(ids, c.Author)
		}
	}
	users, err := r.s.DB.UsersByID(ctx, r.st, ids)
	staff := map[int64]bool{}
	for id, u := range users {
		staff[id] = u.Type == desk.UserDashboard
	}
	return staff, err
}

// unread marks what others have written and done since the user looked, and finds where to
// begin.
func (r *timelineReader) unread(ctx context.Context) (err error) {
	if r.out.Seen, err = r.s.DB.Seen(ctx, r.st, r.user, r.id); err != nil {
		return err
	}
	if r.out.Seen == 0 {
		r.waiting()
		return nil
	}
	if r.out.Seen >= r.out.Seq {
		return nil
	}
	list, err := r.s.DB.TicketEvents(ctx, r.st, r.id, r.out.Seen, nil, store.MaxSpine)
	if err != nil {
		return err
	}
	fresh := map[desk.ItemKey]bool{}
	for _, e := range list {
		if e.Actor != (desk.Actor{Kind: desk.ActorAgent, ID: r.user}) {
			fresh[desk.ItemKey{Event: e.Seq}] = true
			fresh[desk.ItemKey{Comment: e.CommentID}] = true
		}
	}
	delete(fresh, desk.ItemKey{})
	first := desk.ItemKey{}
	for i := range r.spined {
		item := &r.spined[i].item
		if item.Unread = fresh[item.Key]; !item.Unread {
			continue
		}
		if first == (desk.ItemKey{}) {
			first = item.Key
		}
		if item.Key.Comment != 0 && r.out.Start == (desk.ItemKey{}) {
			r.out.Start = item.Key
		}
	}
	r.out.Start = cmp.Or(r.out.Start, first) // comments are what somebody comes for
	return nil
}

// waiting begins a ticket that the user never saw with the first thing that a customer has
// said since they were last answered.
func (r *timelineReader) waiting() {
	for i := len(r.spined) - 1; i >= 0 && !r.spined[i].answer; i-- {
		if r.spined[i].customer {
			r.out.Start = r.spined[i].item.Key
		}
	}
}

// cut takes the page out of the spine.
func (r *timelineReader) cut(q TimelineQuery) {
	list := r.spined
	if q.Only != "" {
		list = slices.DeleteFunc(slices.Clone(list), func(x spined) bool {
			return (x.item.Key.Comment != 0) != (q.Only == OnlyComments)
		})
	}
	at := func(key desk.ItemKey) int {
		return slices.IndexFunc(list, func(x spined) bool { return x.item.Key == key })
	}
	none := desk.ItemKey{}
	from, to := max(0, len(list)-q.Size), len(list)
	begin := q.Around
	if begin == none && q.Before == none && q.After == none && !q.End {
		begin = r.out.Start
	}
	switch {
	case q.Before != none && at(q.Before) >= 0:
		to = at(q.Before)
		from = max(0, to-q.Size)
	case q.After != none && at(q.After) >= 0:
		from = at(q.After) + 1
		to = min(len(list), from+q.Size)
	case begin != none && at(begin) >= 0:
		from = max(0, min(at(begin)-keptBefore, len(list)-q.Size))
		to = min(len(list), from+q.Size)
	}
	r.out.Before, r.out.After = from > 0, to < len(list)
	for _, x := range list[from:to] {
		r.out.Items = append(r.out.Items, x.item)
	}
}

// fill reads what the page shows of its items.
func (r *timelineReader) fill(ctx context.Context) error {
	var comments, seqs []int64
	asked := map[int64]int64{} // whose mail is whose: a copied comment came by the original's
	for _, x := range r.out.Items {
		if x.Key.Comment == 0 {
			seqs = append(seqs, x.Key.Event)
			continue
		}
		comments = append(comments, x.Key.Comment)
		asked[x.Key.Comment] = x.Key.Comment
		if split, ok := r.copied[x.Key.Comment]; ok {
			asked[x.Key.Comment] = split.FromComment
		}
	}
	found, err := r.s.DB.CommentsByID(ctx, r.st, r.tickets, comments)
	if err != nil {
		return err
	}
	mails, outgoing, err := r.mails(ctx, comments, asked)
	if err != nil {
		return err
	}
	events := map[int64]*desk.Event{}
	if len(seqs) > 0 {
		list, err := r.s.DB.TicketEvents(ctx, r.st, r.id, 0, seqs, len(seqs))
		if err != nil {
			return err
		}
		for i := range list {
			events[list[i].Seq] = &list[i]
		}
	}
	for i := range r.out.Items {
		x := &r.out.Items[i]
		if id := x.Key.Comment; id != 0 {
			x.Comment, x.Mail, x.Outgoing = found[id], mails[asked[id]], outgoing[id]
		} else {
			x.Event = events[x.Key.Event]
		}
	}
	r.out.Items = slices.DeleteFunc(r.out.Items, func(x desk.TimelineItem) bool { return x.Comment == nil && x.Event == nil })
	return nil
}

func (r *timelineReader) mails(ctx context.Context, comments []int64, asked map[int64]int64) (map[int64]*desk.Mail, map[int64][]desk.Outgoing, error) {
	from, tickets := []int64{}, slices.Clone(r.tickets)
	for _, id := range comments {
		from = append(from, asked[id])
		if split, ok := r.copied[id]; ok && !slices.Contains(tickets, split.FromTicket) {
			tickets = append(tickets, split.FromTicket)
		}
	}
	mails, err := r.s.DB.MailsOfComments(ctx, r.st, tickets, from)
	if err != nil {
		return nil, nil, err
	}
	list, err := r.s.DB.OutgoingOfComments(ctx, r.st, replyMailKind, comments)
	outgoing := map[int64][]desk.Outgoing{}
	for _, o := range list {
		outgoing[o.CommentID] = append(outgoing[o.CommentID], o)
	}
	return mails, outgoing, err
}
