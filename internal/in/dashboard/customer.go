package dashboard

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"storedesk/internal/desk"
	"storedesk/internal/page"
	"storedesk/internal/people"
	"storedesk/internal/tickets"
)

func (d *door) customerRoutes() []page.Route {
	return []page.Route{
		get("customers/", forCustomers, d.customers),
		get("customers/{id}/", forCustomers, d.customer),
		change("PATCH", "customers/{id}/", forCustomers, d.changeCustomer),
		get("customers/{id}/tickets/", forCustomerTickets, d.customerTickets),
		get("customers/{id}/orders/", forCustomers, d.customerOrders),
		change("POST", "customers/{id}/addresses/", forCustomers, d.changeCustomerAddress),
		change("POST", "customers/{id}/block/", forCustomers, d.blockCustomer),
		get("customers/{id}/merge/", forCustomers, d.previewMerge),
		change("POST", "customers/{id}/merge/", forCustomers, d.mergeCustomers),
		get("customers/{id}/export/", forCustomerTickets, d.exportCustomer),
		change("POST", "customers/{id}/erase/", forCustomers, d.eraseCustomer),
	}
}

// Limits of what is typed about a customer.
const (
	customerPage  = 50
	maxShortText  = 255
	maxCustomTags = 50
)

type customerRow struct {
	ID         int64         `json:"id"`
	Name       string        `json:"name"`
	Email      string        `json:"email"`
	Type       desk.UserType `json:"type"`
	Blocked    bool          `json:"blocked"`
	Orders     int64         `json:"orders"`
	Spent      string        `json:"spent"`
	Open       int           `json:"open_tickets"` // desk.MaxOpenShown: that many or more
	LastTicket *customerSeen `json:"last_ticket"`
	JoinedAt   *string       `json:"joined_at"`
}

// customerSeen is a customer's latest ticket; its subject only for who may see tickets.
type customerSeen struct {
	ID        int64       `json:"id"`
	Subject   string      `json:"subject"`
	Status    desk.Status `json:"status"`
	UpdatedAt *string     `json:"updated_at"`
}

func wrongField(field, message string) error {
	return &desk.Error{Code: desk.Invalid, Fields: desk.Fields{field: {message}}}
}

// customerFilter reads the filters of the list.
func customerFilter(q *page.Request) (*desk.CustomerFilter, error) {
	f := &desk.CustomerFilter{Query: asked(q), Language: clean(q.Query("language"))}
	switch v := q.Query("type"); desk.UserType(v) {
	case "", desk.UserCustomer, desk.UserLead:
		f.Type = desk.UserType(v)
	default:
		return nil, wrongField("type", "Choose customer or lead.")
	}
	switch q.Query("blocked") {
	case "":
	case "true", "false":
		blocked := q.Query("blocked") == "true"
		f.Blocked = &blocked
	default:
		return nil, wrongField("blocked", "Choose true or false.")
	}
	for name, to := range map[string]*desk.Instant{"joined_from": &f.Joined.From, "joined_to": &f.Joined.To} {
		text := q.Query(name)
		if text == "" {
			continue
		}
		day, err := time.ParseInLocation(time.DateOnly, text, q.Store.Zone)
		if err != nil {
			return nil, wrongField(name, "Enter a date as 2026-01-31.")
		}
		if name == "joined_to" {
			day = day.AddDate(0, 0, 1) // the day itself is part of it
		}
		*to = desk.At(day)
	}
	return f, nil
}

// after reads a place in the list of customers: when somebody joined and their id.
func afterKey(text string) (*desk.Key, error) {
	if text == "" {
		return nil, nil //nolint:nilnil // from the start
	}
	at, id, _ := strings.Cut(text, "-")
	k := &desk.Key{}
	var err error
	if k.ID, err = strconv.ParseInt(id, 10, 64); err == nil {
		var micros int64
		micros, err = strconv.ParseInt(at, 10, 64)
		k.At = desk.Instant(micros)
	}
	if err != nil {
		return nil, wrongField("after", "This is no place in the list.")
	}
	return k, nil
}

func (d *door) customers(q *page.Request) error {
	f, err := customerFilter(q)
	if err != nil {
		return err
	}
	after, err := afterKey(q.Query("after"))
	if err != nil {
		return err
	}
	users, more, err := d.People.Customers(q.Ctx(), q.Store, f, after, customerPage)
	if err != nil {
		return err
	}
	ids := make([]int64, len(users))
	for i, u := range users {
		ids[i] = u.ID
	}
	about, err := d.People.CustomersTickets(q.Ctx(), q.Store, ids)
	if err != nil {
		return err
	}
	out := list[customerRow]{Results: make([]customerRow, len(users))}
	for i, u := range users {
		row := customerRow{
			ID: u.ID, Name: strings.TrimSpace(u.FirstName + " " + u.LastName), Email: u.Email, Type: u.Type, Blocked: u.Blocked,
			Orders: u.OrdersCount, Spent: u.TotalSpent, JoinedAt: instant(u.DateJoined),
		}
		if c := about[u.ID]; c != nil {
			row.Open = c.Open
			if c.LastID != 0 {
				row.LastTicket = &customerSeen{c.LastID, c.Subject, c.Status, instant(c.At)}
				if !q.Staff.Can(desk.PermissionTickets) {
					row.LastTicket.Subject = ""
				}
			}
		}
		out.Results[i] = row
	}
	if more && len(users) > 0 {
		last := users[len(users)-1]
		next := fmt.Sprintf("%d-%d", last.DateJoined, last.ID)
		out.Next = &next
	}
	return q.JSON(http.StatusOK, out)
}

type customer struct {
	ID               int64          `json:"id"`
	Name             string         `json:"name"`
	FirstName        string         `json:"first_name"`
	LastName         string         `json:"last_name"`
	Email            string         `json:"email"`
	Addresses        []mailAddress  `json:"addresses"` // all of them, the first one first
	Type             desk.UserType  `json:"type"`
	JoinedAt         *string        `json:"joined_at"`
	Language         *string        `json:"language"`
	PhoneNumber      *string        `json:"phone_number"`
	Tags             []string       `json:"tags"`
	AcceptsMarketing bool           `json:"accepts_marketing"`
	Blocked          bool           `json:"blocked"`
	OrdersCount      int64          `json:"orders_count"`
	TotalSpent       string         `json:"total_spent"`
	OrdersKnown      int            `json:"orders_known"`
	Postal           []desk.Address `json:"postal_addresses"`
	Note             string         `json:"note"`
	NoteAt           *string        `json:"note_at"`
	Tickets          map[string]int `json:"tickets"` // by status
	Task             *customerTask  `json:"task"`
	Merged           []customerTask `json:"merged"` // into this one
	Confirmation     string         `json:"confirmation"`
	CanSeeTickets    bool           `json:"can_see_tickets"`
}

type mailAddress struct {
	Address string `json:"address"`
	First   bool   `json:"first"`
	Bad     string `json:"bad"`     // why mail came back; "" if it did not
	Blocked bool   `json:"blocked"` // its mail is not let in
}

type customerTask struct {
	Customer   int64                 `json:"customer"`
	Kind       desk.CustomerTaskKind `json:"kind"`
	Into       int64                 `json:"into"` // 0: of an erasure
	Done       int64                 `json:"done"`
	Total      int64                 `json:"total"`
	CreatedAt  *string               `json:"created_at"`
	FinishedAt *string               `json:"finished_at"`
}

func taskOf(t *desk.CustomerTask) customerTask {
	return customerTask{t.UserID, t.Kind, t.IntoID, min(t.Done, max(t.Total, t.Done)), t.Total, instant(t.CreatedAt), instant(t.FinishedAt)}
}

func (d *door) customer(q *page.Request) error {
	id, err := pathID(q, "id")
	if err != nil {
		return err
	}
	return d.showCustomer(q, id)
}

func (d *door) showCustomer(q *page.Request, id int64) error {
	c, err := d.People.Customer(q.Ctx(), q.Store, id)
	if err != nil {
		return err
	}
	out := customer{
		ID: c.ID, Name: strings.TrimSpace(c.FirstName + " " + c.LastName), FirstName: c.FirstName, LastName: c.LastName, Email: c.Email,
		Addresses: []mailAddress{}, Type: c.Type, JoinedAt: instant(c.DateJoined), Language: c.Language, PhoneNumber: c.PhoneNumber, Tags: []string{},
		AcceptsMarketing: c.AcceptsMarketing, Blocked: c.Blocked, OrdersCount: c.OrdersCount, TotalSpent: c.TotalSpent, OrdersKnown: c.Orders,
		Postal: c.User.Addresses, Note: c.Note.Body, NoteAt: instant(c.Note.UpdatedAt), Tickets: map[string]int{}, Merged: []customerTask{},
		Confirmation: tickets.ConfirmationOf(c.User), CanSeeTickets: q.Staff.Can(desk.PermissionTickets),
	}
	if out.Postal == nil {
		out.Postal = []desk.Address{}
	}
	for i, a := range append([]string{c.Email}, c.Further...) {
		if a != "" {
			out.Addresses = append(out.Addresses, mailAddress{a, i == 0, c.Bad[a], slices.Contains(c.BlockedMail, a)})
		}
	}
	for _, tag := range c.Tags {
		if tag != nil {
			out.Tags = append(out.Tags, *tag)
		}
	}
	for _, s := range desk.Statuses {
		out.Tickets[string(s)] = c.Tickets[s]
	}
	if c.Task != nil {
		t := taskOf(c.Task)
		out.Task = &t
	}
	for _, t := range c.MergedInHere {
		out.Merged = append(out.Merged, taskOf(t))
	}
	return q.JSON(http.StatusOK, out)
}

// customerChange is what a form of the profile sends; what is absent stays.
type customerChange struct {
	FirstName        *string   `json:"first_name"`
	LastName         *string   `json:"last_name"`
	Email            *string   `json:"email"`
	PhoneNumber      *string   `json:"phone_number"`
	Language         *string   `json:"language"`
	Tags             *[]string `json:"tags"`
	AcceptsMarketing *bool     `json:"accepts_marketing"`
	Note             *string   `json:"note"`
}

func (c *customerChange) input() (*people.CustomerInput, error) {
	in := &people.CustomerInput{Note: tidyText(c.Note)}
	fields := desk.Fields{}
	short := func(name string, v *string) *string {
		v = tidyText(v)
		if v != nil && utf8.RuneCountInString(*v) > maxShortText {
			fields.Add(name, fmt.Sprintf("Ensure this field has no more than %d characters.", maxShortText))
		}
		return v
	}
	optional := func(name string, v *string) *desk.Text {
		if v = short(name, v); v == nil {
			return nil
		}
		if *v == "" {
			return &desk.Text{}
		}
		return &desk.Text{Value: v}
	}
	in.FirstName, in.LastName, in.Email = short("first_name", c.FirstName), short("last_name", c.LastName), short("email", c.Email)
	in.PhoneNumber, in.Language, in.AcceptsMarketing = optional("phone_number", c.PhoneNumber), optional("language", c.Language), c.AcceptsMarketing
	if in.Language != nil && in.Language.Value != nil && !slices.Contains(desk.Languages, *in.Language.Value) {
		fields.Add("language", "This is no language that a customer can have.")
	}
	if c.Tags != nil {
		tags := []*string{}
		for _, t := range *c.Tags {
			if tag := short("tags", &t); *tag != "" {
				tags = append(tags, tag)
			}
		}
		if len(tags) > maxCustomTags {
			fields.Add("tags", fmt.Sprintf("A customer can have %d tags.", maxCustomTags))
		}
		in.Tags = &tags
	}
	if len(fields) > 0 {
		return nil, &desk.Error{Code: desk.Invalid, Fields: fields}
	}
	return in, nil
}

// tidyText is a text as it is kept.
func tidyText(v *string) *string {
	if v == nil {
		return nil
	}
	text := strings.TrimSpace(clean(*v))
	return &text
}

func (d *door) changeCustomer(q *page.Request) error {
	id, err := pathID(q, "id")
	if err != nil {
		return err
	}
	var body customerChange
	if err := q.Decode(&body); err != nil {
		return err
	}
	in, err := body.input()
	if err != nil {
		return err
	}
	if err := d.People.UpdateCustomer(q.Ctx(), q.Store, id, in, desk.Write{Actor: q.Staff.Actor()}); err != nil {
		return err
	}
	return d.showCustomer(q, id)
}

// changeCustomerAddress adds an address, removes one, makes one the first, or has mail to
// it tried again.
func (d *door) changeCustomerAddress(q *page.Request) error {
	id, err := pathID(q, "id")
	if err != nil {
		return err
	}
	var body struct {
		Action  string `json:"action"`
		Address string `json:"address"`
	}
	if err := q.Decode(&body); err != nil {
		return err
	}
	address, w := strings.TrimSpace(clean(body.Address)), desk.Write{Actor: q.Staff.Actor()}
	switch body.Action {
	case "add":
		err = d.People.AddCustomerAddress(q.Ctx(), q.Store, id, address, w)
	case "remove":
		err = d.People.RemoveCustomerAddress(q.Ctx(), q.Store, id, address, w)
	case "first":
		err = d.People.MakeFirst(q.Ctx(), q.Store, id, address, w)
	case "clear":
		err = d.People.ForgetBadAddress(q.Ctx(), q.Store, id, address)
	default:
		return wrongField("action", "Choose add, remove, first or clear.")
	}
	if err != nil {
		return err
	}
	return d.showCustomer(q, id)
}

func (d *door) blockCustomer(q *page.Request) error {
	id, err := pathID(q, "id")
	if err != nil {
		return err
	}
	var body struct {
		Blocked bool `json:"blocked"`
		Mail    bool `json:"mail"` // what they send is not let in either
	}
	if err := q.Decode(&body); err != nil {
		return err
	}
	if err := d.People.BlockCustomer(q.Ctx(), q.Store, id, body.Blocked, body.Mail, desk.Write{Actor: q.Staff.Actor()}); err != nil {
		return err
	}
	return d.showCustomer(q, id)
}
