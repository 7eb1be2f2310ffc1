package dashboard

import (
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"unicode/utf8"

	"storedesk/internal/desk"
	"storedesk/internal/page"
	"storedesk/internal/tickets"
)

func (d *door) ticketRoutes() []page.Route {
	return []page.Route{
		get("tickets/{id}/", forTickets, d.ticket),
		change(http.MethodPatch, "tickets/{id}/", forTickets, d.changeTicket),
		get("tickets/{id}/timeline/", forTickets, d.timeline),
		get("tickets/{id}/related/", forTickets, d.related),
		change(http.MethodPost, "tickets/{id}/links/", forTickets, d.relate),
		change(http.MethodDelete, "tickets/{id}/links/{other}/", forTickets, d.unrelate),
		change(http.MethodPost, "tickets/{id}/merge/", forTickets, d.merge),
		change(http.MethodPost, "tickets/{id}/merge/undo/", forTickets, d.undoMerge),
		change(http.MethodPost, "tickets/{id}/split/", forTickets, d.split),
		change(http.MethodPost, "tickets/{id}/split/undo/", forTickets, d.undoSplit),
		change(http.MethodPost, "tickets/{id}/seen/", forTickets, d.see),
		change(http.MethodPost, "tickets/{id}/presence/", forTickets, d.here),
		change(http.MethodPost, "tickets/{id}/deliveries/{mail}/retry/", forTickets, d.retry),
		get("mails/{id}/original/", forTickets, d.originalMail),
		mailFrame(d),
	}
}

// ticketPage is what the page of a ticket shows beside its timeline.
type ticketPage struct {
	ID           int64            `json:"id"`
	Seq          int64            `json:"seq"`
	Subject      string           `json:"subject"`
	Status       string           `json:"status"`
	Priority     string           `json:"priority"`
	Channel      string           `json:"channel"`
	Type         *named           `json:"type"`
	Assignee     *person          `json:"assignee"`
	Group        *named           `json:"group"`
	Tags         []string         `json:"tags"`
	Requester    *ticketRequester `json:"requester"`
	FromEmail    *string          `json:"from_email"`
	Products     []ticketProduct  `json:"products"`
	OrderNumber  string           `json:"order_number"`
	Order        *ticketOrder     `json:"order"`
	Participants []ticketParty    `json:"participants"`
	Links        []ticketLink     `json:"links"`
	MergedInto   *ticketRef       `json:"merged_into"`
	CreatedAt    *string          `json:"created_at"`
	UpdatedAt    *string          `json:"updated_at"`
	SolvedAt     *string          `json:"solved_at"`
	ClosedAt     *string          `json:"closed_at"`
	LastCustomer *lastWord        `json:"last_customer"`
	Seen         int64            `json:"seen"`
	Can          ticketRights     `json:"can"`
}

type ticketRights struct {
	Edit      bool `json:"edit"`
	Customers bool `json:"customers"`
	Tags      bool `json:"tags"`
}

type ticketRequester struct {
	person

	Type        string   `json:"type"`
	Blocked     bool     `json:"blocked"`
	Phone       *string  `json:"phone"`
	Language    *string  `json:"language"`
	JoinedAt    *string  `json:"joined_at"`
	Addresses   []string `json:"addresses"` // further ones
	Postal      *string  `json:"postal"`    // where parcels go
	OrdersCount int64    `json:"orders_count"`
	TotalSpent  string   `json:"total_spent"`
	OpenTickets int      `json:"open_tickets"`
	Tags        []string `json:"tags"`
	Note        string   `json:"note"` // what agents keep in mind about them
}

type ticketParty struct {
	Address string `json:"address"`
	Name    string `json:"name"`
}

type ticketProduct struct {
	ID    int64  `json:"id"`
	Title string `json:"title"`
	URL   string `json:"url"`
}

type ticketOrder struct {
	Number      string            `json:"number"`
	Status      string            `json:"status"`
	Fulfillment string            `json:"fulfillment_status"`
	Payment     string            `json:"payment_status"`
	Test        bool              `json:"test"`
	Total       string            `json:"total"`
	Currency    string            `json:"currency"`
	PlacedAt    *string           `json:"placed_at"`
	UpdatedAt   *string           `json:"updated_at"`
	Lines       []ticketOrderLine `json:"lines"`
}

type ticketOrderLine struct {
	Title    string `json:"title"`
	SKU      string `json:"sku"`
	Quantity int64  `json:"quantity"`
	Price    string `json:"price"`
	Tracking string `json:"tracking"`
	Link     string `json:"tracking_url"`
}

// ticketRef is a ticket as others name it.
type ticketRef struct {
	ID        int64   `json:"id"`
	Subject   string  `json:"subject"`
	Status    string  `json:"status"`
	UpdatedAt *string `json:"updated_at"`
}

type ticketLink struct {
	Kind   string    `json:"kind"`
	Ticket ticketRef `json:"ticket"`
}

type lastWord struct {
	Comment int64   `json:"comment"`
	At      *string `json:"at"`
}

func refOf(t *desk.Ticket) ticketRef {
	return ticketRef{t.ID, t.Subject, string(t.Status), instant(t.UpdatedAt)}
}

func (d *door) ticket(q *page.Request) error {
	id, err := pathID(q, "id")
	if err != nil {
		return err
	}
	return d.answerTicket(q, id)
}

func (d *door) answerTicket(q *page.Request, id int64) error {
	v, err := d.Tickets.View(q.Ctx(), q.Store, id, q.Staff.UserID)
	if err != nil {
		return err
	}
	t := v.Ticket
	p := ticketPage{
		ID: t.ID, Seq: t.Seq, Subject: t.Subject, Status: string(t.Status), Priority: string(t.Priority), Channel: string(t.Channel),
		Tags: []string{}, FromEmail: t.FromEmail, Products: []ticketProduct{}, OrderNumber: t.Order, Participants: []ticketParty{}, Links: []ticketLink{},
		CreatedAt: instant(t.CreatedAt), UpdatedAt: instant(t.UpdatedAt), SolvedAt: instant(t.SolvedAt), ClosedAt: instant(t.ClosedAt),
		Seen: v.Seen, Can: ticketRights{true, q.Staff.Can(desk.PermissionCustomers), q.Staff.Can(desk.PermissionSettings)},
	}
	if t.TypeID != 0 {
		p.Type = &named{t.TypeID, v.Type}
	}
	if t.GroupID != 0 {
		p.Group = &named{t.GroupID, v.Group}
	}
	if u := v.Users[t.AssigneeID]; u != nil {
		who := personOf(u)
		p.Assignee = &who
	}
	if u := v.Users[t.RequesterID]; u != nil {
		p.Requester = requesterOf(u, v)
		if !p.Can.Customers {
			p.Requester.forTickets()
		}
	}
	for _, tag := range t.Tags {
		p.Tags = append(p.Tags, tag.Name)
	}
	for _, id := range t.Products {
		shown := ticketProduct{ID: id}
		if x := v.Products[id]; x != nil {
			shown.Title, shown.URL = x.Title, webURL(x.URL)
		}
		p.Products = append(p.Products, shown)
	}
	if v.Order != nil {
		p.Order = orderOf(v.Order)
	}
	for _, x := range v.Participants {
		p.Participants = append(p.Participants, ticketParty{x.Address, x.Name})
	}
	for _, l := range v.Links {
		other := v.Linked[l.TicketID]
		if other == nil {
			continue
		}
		link := ticketLink{string(l.Kind), refOf(other)}
		p.Links = append(p.Links, link)
		if l.Kind == desk.LinkMergedInto {
			p.MergedInto = &link.Ticket
		}
	}
	if v.LastComment != 0 {
		p.LastCustomer = &lastWord{v.LastComment, instant(v.LastCustomer)}
	}
	return q.JSON(http.StatusOK, p)
}

func requesterOf(u *desk.User, v *tickets.View) *ticketRequester {
	r := &ticketRequester{
		person: personOf(u), Type: string(u.Type), Blocked: u.Blocked, Phone: u.PhoneNumber, Language: u.Language,
		JoinedAt: instant(u.DateJoined), Addresses: v.Addresses, OrdersCount: u.OrdersCount, TotalSpent: u.TotalSpent,
		OpenTickets: v.OpenTickets, Tags: []string{}, Note: v.Note.Body,
	}
	if r.Addresses == nil {
		r.Addresses = []string{}
	}
	for _, tag := range u.Tags {
		if tag != nil {
			r.Tags = append(r.Tags, *tag)
		}
	}
	if at := slices.IndexFunc(u.Addresses, func(a desk.Address) bool { return a.IsDefaultForShipping }); at >= 0 {
		text := postal(&u.Addresses[at])
		r.Postal = &text
	}
	return r
}

// forTickets leaves what is needed to answer a ticket: the rest is for who may see customers.
func (r *ticketRequester) forTickets() {
	r.Phone, r.Postal, r.JoinedAt, r.TotalSpent, r.Note = nil, nil, nil, "", ""
	r.Addresses, r.Tags = []string{}, []string{}
}

// postal is an address on one line.
func postal(a *desk.Address) string {
	text := ""
	for _, part := range []string{a.Line1, a.Line2, a.Line3, a.Postcode, a.Line4, a.State, a.Country} {
		if part == "" {
			continue
		}
		if text != "" {
			text += ", "
		}
		text += part
	}
	return text
}

// maxLines is how many lines of an order are shown.
const maxLines = 200

func orderOf(o *desk.Order) *ticketOrder {
	shown := &ticketOrder{
		o.Number, o.Status, o.FulfillmentStatus, o.PaymentStatus, o.Test, o.TotalInclTax, o.Currency, instant(o.DatePlaced),
		instant(o.UpdatedAt),
		[]ticketOrderLine{},
	}
	var lines []map[string]any
	if json.Unmarshal(o.Lines, &lines) != nil {
		return shown // it is the shop's: what cannot be read is not shown
	}
	for _, l := range lines[:min(len(lines), maxLines)] {
		quantity, _ := l["quantity"].(float64)
		shown.Lines = append(shown.Lines, ticketOrderLine{
			Title: textOf(l, "product_title", "title", "name"), SKU: textOf(l, "sku"), Quantity: int64(quantity),
			Price: textOf(l, "price_incl_tax", "price"), Tracking: textOf(l, "tracking_number", "tracking_code", "tracking"),
			Link: webURL(textOf(l, "tracking_url", "tracking_link")),
		})
	}
	return shown
}

// textOf is the first of some fields that is there, as text.
func textOf(line map[string]any, names ...string) string {
	for _, name := range names {
		switch v := line[name].(type) {
		case string:
			if v != "" {
				return v
			}
		case float64:
			return strconv.FormatFloat(v, 'f', -1, 64)
		}
	}
	return ""
}

// ticketChange is what may be asked of PATCH; 0 and "" are none.
type ticketChange struct {
	Seq      *int64    `json:"seq"` // the version that the person has seen
	Subject  *string   `json:"subject"`
	Status   *string   `json:"status"`
	Priority *string   `json:"priority"`
	Type     *int64    `json:"type"`
	Assignee *int64    `json:"assignee"`
	Group    *int64    `json:"group"`
	Tags     *[]string `json:"tags"`
	Order    *string   `json:"order"`
	Products *[]int64  `json:"products"`
}

// Limits of the fields of a ticket.
const (
	maxSubject  = 500
	maxTag      = 255
	maxTags     = 100
	maxProducts = 100
)

// staleAnswer tells what differs.
type staleAnswer struct {
	Code      string        `json:"code"`
	Message   string        `json:"message"`
	Conflicts []fieldChange `json:"conflicts"`
	By        []string      `json:"by"`
}

func (d *door) changeTicket(q *page.Request) error {
	id, err := pathID(q, "id")
	if err != nil {
		return err
	}
	var asked ticketChange
	if err := q.Decode(&asked); err != nil {
		return err
	}
	in, fields := asked.input()
	if len(fields) > 0 {
		return &desk.Error{Code: desk.Invalid, Message: "Something is not as it should be.", Fields: fields}
	}
	if err := d.checkAssignee(q, in); err != nil {
		return err
	}
	seq := int64(1<<62 - 1)
	if asked.Seq != nil {
		seq = *asked.Seq
	}
	conflicts, err := d.Tickets.Change(q.Ctx(), q.Store, id, seq, in, desk.Write{Actor: q.Staff.Actor()})
	if len(conflicts) > 0 && desk.CodeOf(err) == desk.Stale {
		return d.answerStale(q, conflicts, err)
	}
	if err != nil {
		return err
	}
	return d.answerTicket(q, id)
}

func (c *ticketChange) input() (*desk.TicketInput, desk.Fields) {
	fields := desk.Fields{}
	in := &desk.TicketInput{TypeID: c.Type, AssigneeID: c.Assignee, GroupID: c.Group, Order: c.Order, Products: c.Products}
	if c.Subject != nil {
		subject := oneLine(*c.Subject)
		in.Subject = &subject
		if subject == "" {
			fields.Add("subject", "A ticket needs a subject.")
		} else if utf8.RuneCountInString(subject) > maxSubject {
			fields.Add("subject", "This is too long.")
		}
	}
	if c.Status != nil {
		s := desk.Status(*c.Status)
		if in.Status = &s; !slices.Contains(desk.Statuses, s) {
			fields.Add("status", "There is no such status.")
		}
	}
	if c.Priority != nil {
		p := desk.Priority(*c.Priority)
		if in.Priority = &p; !slices.Contains(desk.Priorities, p) {
			fields.Add("priority", "There is no such priority.")
		}
	}
	if c.Tags != nil {
		tags := tagNames(*c.Tags, fields)
		in.Tags = &tags
	}
	if c.Order != nil {
		number := oneLine(*c.Order)
		in.Order = &number
	}
	if c.Products != nil && len(*c.Products) > maxProducts {
		fields.Add("products", "These are too many.")
	}
	for name, id := range map[string]*int64{"type": c.Type, "assignee": c.Assignee, "group": c.Group} {
		if id != nil && *id < 0 {
			fields.Add(name, desk.NoSuchObject(*id))
		}
	}
	return in, fields
}

// tagNames are names of tags as they are kept.
func tagNames(list []string, fields desk.Fields) []string {
	names := []string{}
	for _, name := range list {
		name = oneLine(name)
		if name == "" || slices.Contains(names, name) {
			continue
		}
		if utf8.RuneCountInString(name) > maxTag {
			fields.Add("tags", "A tag is too long.")
		}
		names = append(names, name)
	}
	if len(names) > maxTags {
		fields.Add("tags", "These are too many.")
	}
	return names
}

func (d *door) checkAssignee(q *page.Request, in *desk.TicketInput) error {
	if in.AssigneeID == nil || *in.AssigneeID == 0 {
		return nil
	}
	u, err := d.People.Get(q.Ctx(), q.Store, *in.AssigneeID)
	if err == nil && u.Type == desk.UserDashboard || err != nil && desk.CodeOf(err) != desk.NotFound {
		return err
	}
	return &desk.Error{Code: desk.Invalid, Fields: desk.Fields{"assignee": {desk.NoSuchObject(*in.AssigneeID)}}}
}

func (d *door) answerStale(q *page.Request, conflicts []tickets.Conflict, cause error) error {
	changes := make([]desk.Change, len(conflicts))
	actors := make([]desk.Actor, len(conflicts))
	for i, c := range conflicts {
		changes[i] = desk.Change{Field: c.Field, To: c.Now}
		actors[i] = c.By
	}
	n, err := d.namesOf(q, changes, actors)
	if err != nil {
		return err
	}
	a := staleAnswer{Code: string(desk.Stale), Message: cause.Error(), Conflicts: n.changes(changes), By: []string{}}
	for _, who := range actors {
		if name := n.actor(who).Name; !slices.Contains(a.By, name) {
			a.By = append(a.By, name)
		}
	}
	return q.JSON(http.StatusPreconditionFailed, a)
}
