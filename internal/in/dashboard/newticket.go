package dashboard

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"storedesk/internal/desk"
	"storedesk/internal/page"
)

// newTicket is a ticket that an agent opens on behalf of a customer.
type newTicket struct {
	Requester   int64              `json:"requester"` // 0: whoever has the address
	Email       string             `json:"email"`
	Name        string             `json:"name"`
	Subject     string             `json:"subject"`
	Order       string             `json:"order"`
	Products    []int64            `json:"products"`
	Type        int64              `json:"type"`
	Priority    desk.Priority      `json:"priority"`
	Status      desk.Status        `json:"status"`
	Assignee    int64              `json:"assignee"`
	Group       int64              `json:"group"`
	Tags        []string           `json:"tags"`
	Public      bool               `json:"public"`
	Body        string             `json:"body"`
	Attachments []int64            `json:"attachments"`
	AddCC       []desk.Participant `json:"add_cc"`
	Macros      []int64            `json:"macros"`
	Key         string             `json:"key"`
}

// check says what is wrong with it, beside what the ticket's own rules find.
func (n *newTicket) check() error {
	fields := desk.Fields{}
	if n.Requester == 0 && !desk.IsAddress(n.Email) {
		fields.Add("requester", "Say who it is for: a customer, or an e-mail address.")
	}
	switch {
	case strings.TrimSpace(n.Subject) == "":
		fields.Add("subject", "Give it a subject.")
	case utf8.RuneCountInString(n.Subject) > maxSubject || strings.ContainsAny(n.Subject, "\r\n"):
		fields.Add("subject", fmt.Sprintf("The subject is one line of at most %d characters.", maxSubject))
	}
	if strings.TrimSpace(n.Body) == "" {
		fields.Add("body", "Write something first.")
	}
	if n.Status != "" && !slices.Contains(desk.Statuses, n.Status) {
		fields.Add("status", "There is no such status.")
	}
	if n.Priority != "" && !slices.Contains(desk.Priorities, n.Priority) {
		fields.Add("priority", "There is no such priority.")
	}
	if len(n.Products) > 100 {
		fields.Add("products", "There are more than 100 products.")
	}
	if utf8.RuneCountInString(n.Name) > 150 {
		fields.Add("name", "The name is too long.")
	}
	for _, text := range []struct{ field, value string }{{"subject", n.Subject}, {"body", n.Body}} {
		for field, messages := range desk.CheckUnfilled(text.field, text.value) {
			fields[field] = append(fields[field], messages...)
		}
	}
	draft := desk.Draft{Body: n.Body, Data: desk.DraftData{
		Changes: desk.Changes{AddTags: n.Tags}, Attachments: n.Attachments, AddCC: n.AddCC, Macros: n.Macros,
	}}
	if err, ok := draft.CheckDraft().(*desk.Error); ok { //nolint:errorlint // it returns no other
		for name, messages := range err.Fields {
			fields[strings.Replace(name, "changes.add_tags", "tags", 1)] = messages
		}
	}
	if len(fields) > 0 {
		return &desk.Error{Code: desk.Invalid, Fields: fields}
	}
	return nil
}

func (n *newTicket) input(author int64) *desk.TicketInput {
	in := &desk.TicketInput{
		Subject: &n.Subject, RequesterID: &n.Requester, Products: &n.Products, Tags: &n.Tags,
		Comment: &desk.CommentInput{AuthorID: author, Body: &n.Body, Public: n.Public, Attachments: n.Attachments},
	}
	if n.Type != 0 {
		in.TypeID = &n.Type
	}
	if n.Assignee != 0 {
		in.AssigneeID = &n.Assignee
	}
	if n.Group != 0 {
		in.GroupID = &n.Group
	}
	if n.Order != "" {
		in.Order = &n.Order
	}
	if n.Priority != "" {
		in.Priority = &n.Priority
	}
	if n.Status != "" {
		in.Status = &n.Status
	}
	return in
}

type made struct {
	ID int64 `json:"id"`
}

func (d *door) newTicket(q *page.Request) error {
	var n newTicket
	if err := q.Decode(&n); err != nil {
		return err
	}
	n.Subject, n.Body, n.Order, n.Name, n.Email = strings.TrimSpace(clean(n.Subject)), clean(n.Body), clean(n.Order), clean(n.Name), strings.TrimSpace(n.Email)
	if err := n.check(); err != nil {
		return err
	}
	o, err := once(q, "ticket", n.Key, n, http.StatusCreated)
	if err != nil {
		return err
	}
	if a, err := d.recall(q.Ctx(), q.Store, o); a != nil || err != nil {
		return answerMade(q, a, err)
	}
	w := desk.Write{Actor: q.Staff.Actor(), Channel: desk.ChannelDashboard}
	if fields, err := d.Tickets.Check(q.Ctx(), q.Store, n.input(q.Staff.UserID)); err != nil || len(fields) > 0 {
		if err == nil {
			err = newTicketFields(fields)
		}
		return err
	}
	if n.Requester == 0 {
		u, err := d.People.Known(q.Ctx(), q.Store, n.Email, n.Name, w)
		if err != nil {
			return err
		}
		n.Requester = u.ID
	}
	w.Once = o
	id, err := d.Tickets.Open(q.Ctx(), q.Store, n.input(q.Staff.UserID), &desk.DraftData{AddCC: n.AddCC, Macros: n.Macros}, w)
	if desk.CodeOf(err) == desk.Conflict {
		a, err := d.recall(q.Ctx(), q.Store, o)
		return answerMade(q, a, err)
	}
	if err != nil {
		return err
	}
	return q.JSON(http.StatusCreated, made{id})
}

// newTicketFields are a ticket's errors under the names of the form.
func newTicketFields(fields desk.Fields) error {
	own, out := map[string]string{"ticket_type": "type", "comment.attachments": "attachments"}, desk.Fields{}
	for name, messages := range fields {
		if to, ok := own[name]; ok {
			name = to
		}
		out[name] = messages
	}
	return &desk.Error{Code: desk.Invalid, Fields: out}
}

func answerMade(q *page.Request, a *desk.Answer, err error) error {
	if err != nil {
		return err
	}
	if a == nil {
		return desk.Errorf(desk.Conflict, "Try it again.")
	}
	return q.JSON(http.StatusCreated, made{number(string(a.Body))})
}

// number is a number in a text; 0 for none.
func number(text string) int64 {
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n < 0 {
		return 0
	}
	return n
}

// orderFilling is what an order fills in of a new ticket.
type orderFilling struct {
	Number   string  `json:"number"`
	Customer *person `json:"customer"`
	Products []named `json:"products"`
}

func (d *door) orderFilling(q *page.Request) error {
	o, err := d.Commerce.Order(q.Ctx(), q.Store, clean(q.Query("number")))
	if err != nil {
		return err
	}
	f := orderFilling{Number: o.Number, Products: []named{}}
	if o.User != nil {
		buyer := personOf(o.User)
		f.Customer = &buyer
	}
	var lines []struct {
		Product *int64 `json:"product_id"`
		Title   string `json:"product_title"`
	}
	if json.Unmarshal(o.Lines, &lines) != nil {
		lines = nil // a shop may send others: then the agent picks products
	}
	for _, l := range lines {
		if l.Product == nil || slices.ContainsFunc(f.Products, func(p named) bool { return p.ID == *l.Product }) || len(f.Products) == 100 {
			continue
		}
		p, err := d.Commerce.Product(q.Ctx(), q.Store, *l.Product)
		if desk.CodeOf(err) == desk.NotFound {
			continue
		}
		if err != nil {
			return err
		}
		f.Products = append(f.Products, named{p.ID, p.Title})
	}
	return q.JSON(http.StatusOK, f)
}
