package form

import (
	"strings"

	"storedesk/internal/desk"
)

// Ticket reads the fields of a ticket. partial is a PATCH, which differs in forms
// alone: there an absent list and an absent boolean stay as they are. The input is
// nil when the body as a whole is wrong; else it holds every field that is right, of
// a list with an error the items before it.
func Ticket(b *Body, partial bool) (*desk.TicketInput, desk.Fields) {
	r, ok := b.record(partial)
	if !ok {
		return nil, r.fields
	}
	in := &desk.TicketInput{
		TypeID:      r.id("ticket_type"),
		RequesterID: r.id("requester"),
		AssigneeID:  r.id("assignee"),
		FromEmail:   r.email("from_email", rule{null: true, blank: true}),
		Order:       r.order("order"),
		Products:    r.ids("products"),
	}
	if subject := r.text("subject", rule{}); subject != nil {
		in.Subject = subject.Value
	}
	if priority := choice(r, "priority", rule{}, desk.Priorities); priority != nil {
		p := desk.Priority(*priority.Value)
		in.Priority = &p
	}
	if status := choice(r, "status", rule{}, desk.Statuses); status != nil {
		s := desk.Status(*status.Value)
		in.Status = &s
	}
	if tags := r.tags("tags", false); tags != nil {
		names := make([]string, len(*tags))
		for i, tag := range *tags {
			names[i] = *tag
		}
		in.Tags = &names
	}
	if comment := r.nested("comment"); comment != nil {
		in.Comment = comment.comment()
	}
	return in, r.fields
}

// order reads an order number, which is any value as Python prints it. nil when
// there is none; "" for null.
func (r *record) order(name string) *string {
	value, there := r.get(name, rule{null: true})
	if !there {
		return nil
	}
	number := ""
	if value != nil {
		number = str(value)
	}
	if strings.IndexByte(number, 0) >= 0 || surrogate(number) != 0 {
		r.fail(name, msgInvalid)
		return nil
	}
	return &number
}
