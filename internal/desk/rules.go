package desk

import (
	"slices"
	"sort"
)

// Open makes a new ticket from an input whose references are known. The channel is
// the door it came through.
func Open(in *TicketInput, known Known, channel Channel, now Instant) *Ticket {
	t := &Ticket{
		Priority: PriorityMedium, Status: StatusNew, Channel: channel,
		CreatedAt: now, UpdatedAt: now,
	}
	t.apply(in, known, now)
	return t
}

// Apply writes an input to the ticket and says which fields changed. Any change of
// status is allowed to those who may write tickets at all.
func (t *Ticket) Apply(in *TicketInput, known Known, now Instant) []Change {
	before := *t
	t.apply(in, known, now)
	t.UpdatedAt = now
	return before.diff(t)
}

func (t *Ticket) apply(in *TicketInput, known Known, now Instant) {
	set(&t.Subject, in.Subject)
	set(&t.TypeID, in.TypeID)
	set(&t.RequesterID, in.RequesterID)
	set(&t.AssigneeID, in.AssigneeID)
	set(&t.GroupID, in.GroupID)
	set(&t.Priority, in.Priority)
	set(&t.Order, in.Order)
	if in.FromEmail != nil {
		t.FromEmail = in.FromEmail.Value
	}
	if in.Products != nil {
		t.Products = slices.Clone(*in.Products)
		slices.Sort(t.Products)
		t.Products = slices.Compact(t.Products)
	}
	if in.Tags != nil {
		t.Tags = TagsByID(*in.Tags, known.Tags)
	}
	if in.Status != nil {
		t.move(*in.Status, now)
	}
}

func set[T any](to, from *T) {
	if from != nil {
		*to = *from
	}
}

// TagsByID makes tags of names, each once, in the order of their ids.
func TagsByID(names []string, ids map[string]int64) []Tag {
	tags := make([]Tag, 0, len(names))
	for _, name := range names {
		tag := Tag{ID: ids[name], Name: name}
		if !slices.Contains(tags, tag) {
			tags = append(tags, tag)
		}
	}
	sort.Slice(tags, func(i, j int) bool { return tags[i].ID < tags[j].ID })
	return tags
}

// move sets the status and keeps the times that reports need: solved and closed are
// the moments a ticket last became so, and go away when it is taken up again.
func (t *Ticket) move(to Status, now Instant) {
	done := to == StatusSolved || to == StatusClosed
	switch {
	case !done:
		t.SolvedAt, t.ClosedAt = 0, 0
	case t.SolvedAt == 0:
		t.SolvedAt = now
	}
	if to == StatusSolved {
		t.ClosedAt = 0
	}
	if to == StatusClosed && t.ClosedAt == 0 {
		t.ClosedAt = now
	}
	t.Status = to
}

// Touched counts a comment: a public one by an agent is a touch, and the first of
// them is the first reply. It moves UpdatedAt, as every comment does.
func (t *Ticket) Touched(c *Comment, byAgent bool) {
	t.UpdatedAt = max(t.UpdatedAt, c.CreatedAt)
	if !byAgent || !c.Public {
		return
	}
	t.AgentTouches++
	if t.FirstReplyAt == 0 {
		t.FirstReplyAt = c.CreatedAt
	}
}

// CustomerReply is what a requester's own reply leads to.
type CustomerReply int

// What a requester's reply leads to, by the status of the ticket it answers.
const (
	ReplyAdds    CustomerReply = iota // the comment is added, the status stays
	ReplyReopens                      // a solved ticket becomes open again
	ReplyFollows                      // a closed ticket stays closed; a new one, channel follow_up, takes the reply
)

// OnCustomerReply says what a reply of the requester, by mail or from the store
// account, does to a ticket in this status. A pending ticket waited for just this
// reply and becomes open.
func OnCustomerReply(s Status) CustomerReply {
	switch s {
	case StatusClosed:
		return ReplyFollows
	case StatusSolved, StatusPending:
		return ReplyReopens
	default:
		return ReplyAdds
	}
}

// diff lists what differs in the fields a person can set, in the wire's names; the group
// is in no ticket of the wire.
func (t *Ticket) diff(to *Ticket) []Change {
	var changes []Change
	add := func(field string, same bool, from, to any) {
		if !same {
			changes = append(changes, Change{field, from, to})
		}
	}
	add("subject", t.Subject == to.Subject, t.Subject, to.Subject)
	add("ticket_type", t.TypeID == to.TypeID, orNull(t.TypeID), orNull(to.TypeID))
	add("requester", t.RequesterID == to.RequesterID, orNull(t.RequesterID), orNull(to.RequesterID))
	add("assignee", t.AssigneeID == to.AssigneeID, orNull(t.AssigneeID), orNull(to.AssigneeID))
	add("group", t.GroupID == to.GroupID, orNull(t.GroupID), orNull(to.GroupID))
	add("priority", t.Priority == to.Priority, t.Priority, to.Priority)
	add("from_email", sameText(t.FromEmail, to.FromEmail), t.FromEmail, to.FromEmail)
	add("order", t.Order == to.Order, orNull(t.Order), orNull(to.Order))
	add("products", slices.Equal(t.Products, to.Products), orEmpty(t.Products), orEmpty(to.Products))
	add("status", t.Status == to.Status, t.Status, to.Status)
	add("tags", slices.Equal(t.Tags, to.Tags), names(t.Tags), names(to.Tags))
	return changes
}

func orNull[T comparable](v T) any {
	var zero T
	if v == zero {
		return nil
	}
	return v
}

func orEmpty(ids []int64) []int64 {
	if ids == nil {
		return []int64{}
	}
	return ids
}

func names(tags []Tag) []string {
	out := make([]string, len(tags))
	for i, tag := range tags {
		out[i] = tag.Name
	}
	return out
}

func sameText(a, b *string) bool {
	return a == b || a != nil && b != nil && *a == *b
}
