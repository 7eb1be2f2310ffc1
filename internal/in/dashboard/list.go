package dashboard

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"storedesk/internal/desk"
	"storedesk/internal/page"
	"storedesk/internal/tickets"
)

func (d *door) listRoutes() []page.Route {
	return []page.Route{
		get("tickets/", forTickets, d.ticketRows),
		get("tickets/counts/", forTickets, d.ticketCounts),
		get("tickets/{id}/preview/", forTickets, d.ticketPreview),
		get("views/", forTickets, d.views),
		change(http.MethodPost, "views/", forTickets, d.makeView),
		change(http.MethodPut, "views/{id}/", forTickets, d.changeView),
		change(http.MethodDelete, "views/{id}/", forTickets, d.deleteView),
		change(http.MethodPost, "views/order/", forTickets, d.orderViews),
		change(http.MethodPost, "bulk/", forTickets, d.startBulk),
		get("bulk/{id}/", forTickets, d.showBulk),
		change(http.MethodPost, "bulk/{id}/undo/", forTickets, d.undoBulk),
		get("mails/", forTickets, d.mails),
		get("mails/{id}/", forTickets, d.showMail),
		change(http.MethodPost, "mails/{id}/release/", forTickets, d.releaseMail),
		change(http.MethodPost, "mails/{id}/block/", forTickets, d.blockMail),
	}
}

// Sizes of a page of tickets.
const (
	listPage    = 50
	maxListPage = 100
	maxRowIDs   = 100 // that are asked for by name
)

type ticketRow struct {
	ID         int64    `json:"id"`
	Seq        int64    `json:"seq"`
	Subject    string   `json:"subject"`
	Status     string   `json:"status"`
	Priority   string   `json:"priority"`
	Channel    string   `json:"channel"`
	Type       *named   `json:"type"`
	Requester  *person  `json:"requester"`
	FromEmail  *string  `json:"from_email"`
	Assignee   *person  `json:"assignee"`
	Group      *named   `json:"group"`
	Order      string   `json:"order"`
	Tags       []string `json:"tags"`
	Snippet    string   `json:"snippet"`
	SnippetBy  *string  `json:"snippet_by"`
	CustomerAt *string  `json:"customer_at"`
	CreatedAt  *string  `json:"created_at"`
	UpdatedAt  *string  `json:"updated_at"`
	Unread     bool     `json:"unread"`
	Trouble    *string  `json:"trouble"`
}

func personNamed(p *desk.PersonName) *person {
	if p == nil {
		return nil
	}
	shown := personOf(&desk.User{ID: p.ID, Email: p.Email, FirstName: p.FirstName, LastName: p.LastName})
	return &shown
}

func rowOf(r *desk.TicketRow) ticketRow {
	row := ticketRow{
		ID: r.ID, Seq: r.Seq, Subject: r.Subject, Status: string(r.Status), Priority: string(r.Priority), Channel: string(r.Channel),
		Requester: personNamed(r.Requester), FromEmail: r.FromEmail, Assignee: personNamed(r.Assignee), Order: r.Order,
		Tags: []string{}, Snippet: r.Snippet, CustomerAt: instant(r.CustomerAt), CreatedAt: instant(r.CreatedAt),
		UpdatedAt: instant(r.UpdatedAt), Unread: r.Unread,
	}
	if r.Type != nil {
		row.Type = &named{r.Type.ID, r.Type.Name}
	}
	if r.Group != nil {
		row.Group = &named{r.Group.ID, r.Group.Name}
	}
	for _, tag := range r.Tags {
		row.Tags = append(row.Tags, tag.Name)
	}
	if by := "customer"; r.Snippet != "" {
		if r.ByAgent {
			by = "agent"
		}
		row.SnippetBy = &by
	}
	if trouble := string(r.Trouble); trouble != "" {
		row.Trouble = &trouble
	}
	return row
}

func rowsOf(rows []desk.TicketRow) []ticketRow {
	out := make([]ticketRow, len(rows))
	for i := range rows {
		out[i] = rowOf(&rows[i])
	}
	return out
}

// ticketList is a page of tickets. Exact are those whose number, or whose order's, is what
// was searched for.
type ticketList struct {
	Results  []ticketRow `json:"results"`
	Exact    []ticketRow `json:"exact"`
	Next     *string     `json:"next"`
	Previous *string     `json:"previous"`
}

// ticketRows answers one page of a search, or the tickets with some ids as they are now.
func (d *door) ticketRows(q *page.Request) error {
	if text := q.Query("ids"); text != "" {
		ids, err := idList(text)
		if err != nil {
			return err
		}
		rows, err := d.Tickets.RowsByID(q.Ctx(), q.Store, q.Staff, ids)
		if err != nil {
			return err
		}
		return q.JSON(http.StatusOK, ticketList{Results: rowsOf(rows), Exact: []ticketRow{}})
	}
	p, err := listPageOf(q)
	if err != nil {
		return err
	}
	rows, exact, more, err := d.Tickets.Rows(q.Ctx(), q.Store, q.Staff, clean(q.Query("q")), p)
	if err != nil {
		return err
	}
	out := ticketList{Results: rowsOf(rows), Exact: rowsOf(exact)}
	if n := len(rows); n > 0 {
		if more || p.Reverse {
			out.Next = cursorOf(&rows[n-1], p.Order)
		}
		if p.Key != nil && (more || !p.Reverse) {
			out.Previous = cursorOf(&rows[0], p.Order)
		}
	}
	return q.JSON(http.StatusOK, out)
}

func idList(text string) ([]int64, error) {
	parts := strings.Split(text, ",")
	ids := make([]int64, 0, len(parts))
	for _, part := range parts {
		id, err := strconv.ParseInt(part, 10, 64)
		if err != nil || len(parts) > maxRowIDs {
			return nil, desk.Errorf(desk.Invalid, "ids are at most %d numbers.", maxRowIDs)
		}
		ids = append(ids, id)
	}
	return ids, nil
}

// listPageOf reads where a page is: behind the row of the cursor after, or before that of
// the cursor before.
func listPageOf(q *page.Request) (p desk.Page, err error) {
	p = desk.Page{Order: desk.ListOrder(q.Query("order")), Size: listPage}
	if p.Order == "" {
		p.Order = desk.NewestFirst
	}
	if !slices.Contains(desk.Orders, p.Order) {
		return p, desk.Errorf(desk.Invalid, "There is no such order.")
	}
	if text := q.Query("size"); text != "" {
		if p.Size, err = strconv.Atoi(text); err != nil || p.Size < 1 || p.Size > maxListPage {
			return p, desk.Errorf(desk.Invalid, "A page has 1 to %d tickets.", maxListPage)
		}
	}
	cursor := q.Query("after")
	if before := q.Query("before"); before != "" {
		cursor, p.Reverse = before, true
	}
	if cursor == "" {
		return p, nil
	}
	at, id, ok := strings.Cut(cursor, ".")
	p.Key = &desk.Key{}
	n, err := strconv.ParseInt(at, 36, 64)
	if err == nil && ok {
		p.Key.At = desk.Instant(n)
		p.Key.ID, err = strconv.ParseInt(id, 36, 64)
	}
	if err != nil || !ok {
		return p, desk.Errorf(desk.Invalid, "There is no such place in the list.")
	}
	return p, nil
}

func cursorOf(r *desk.TicketRow, order desk.ListOrder) *string {
	at := desk.Instant(0)
	if order.ByUpdate() {
		at = r.UpdatedAt
	}
	text := strconv.FormatInt(int64(at), 36) + "." + strconv.FormatInt(r.ID, 36)
	return &text
}

// ticketCounts says how many tickets are in each view, up to a cap.
type ticketCounts struct {
	Cap    int            `json:"cap"`
	Counts map[string]int `json:"counts"`
}

// maxCounted is how many saved views are counted.
const maxCounted = 30

func (d *door) ticketCounts(q *page.Request) error {
	out := ticketCounts{Cap: tickets.CountedUpTo, Counts: map[string]int{}}
	for _, v := range desk.BuiltInViews {
		n, err := d.Tickets.Count(q.Ctx(), q.Store, q.Staff, v.Query)
		if err != nil {
			return err
		}
		out.Counts[v.Key] = n
	}
	held, err := d.Mails.Count(q.Ctx(), q.Store, desk.MailHeld, tickets.CountedUpTo)
	if err != nil {
		return err
	}
	out.Counts["held"] = held
	saved, err := d.Tickets.Views(q.Ctx(), q.Store, q.Staff)
	if err != nil {
		return err
	}
	for _, v := range saved[:min(len(saved), maxCounted)] {
		n, err := d.Tickets.Count(q.Ctx(), q.Store, q.Staff, v.Query)
		if desk.CodeOf(err) == desk.Invalid && err != nil {
			continue // what it names is gone; the view itself will say so
		}
		if err != nil {
			return err
		}
		out.Counts[strconv.FormatInt(v.ID, 10)] = n
	}
	return q.JSON(http.StatusOK, out)
}

// previewed is what the last comments of a ticket show before it is opened.
type previewed struct {
	ID        int64   `json:"id"`
	Author    *person `json:"author"`
	FromEmail *string `json:"from_email"`
	Text      string  `json:"text"`
	Public    bool    `json:"public"`
	CreatedAt *string `json:"created_at"`
}

const (
	previewComments = 3
	previewLength   = 2000 // characters of each
)

func (d *door) ticketPreview(q *page.Request) error {
	id, err := pathID(q, "id")
	if err != nil {
		return err
	}
	comments, authors, err := d.Tickets.LastComments(q.Ctx(), q.Store, id, previewComments)
	list := make([]previewed, len(comments))
	for i, c := range comments {
		list[i] = previewed{ID: c.ID, FromEmail: c.FromEmail, Public: c.Public, CreatedAt: instant(c.CreatedAt)}
		if c.Body != nil {
			text := []rune(*c.Body)
			list[i].Text = string(text[:min(len(text), previewLength)])
		}
		if u := authors[c.AuthorID]; u != nil {
			author := personOf(u)
			list[i].Author = &author
		}
	}
	return answer(q, list, err)
}
