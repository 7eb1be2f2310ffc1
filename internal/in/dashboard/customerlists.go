package dashboard

import (
	"net/http"
	"slices"
	"strconv"

	"storedesk/internal/desk"
	"storedesk/internal/page"
)

func beforeID(q *page.Request) (int64, error) {
	if q.Query("after") == "" {
		return 0, nil
	}
	id, err := strconv.ParseInt(q.Query("after"), 10, 64)
	if err != nil || id <= 0 {
		return 0, wrongField("after", "This is no place in the list.")
	}
	return id, nil
}

type customerTicket struct {
	ID        int64         `json:"id"`
	Subject   string        `json:"subject"`
	Status    desk.Status   `json:"status"`
	Priority  desk.Priority `json:"priority"`
	Order     string        `json:"order"`
	CreatedAt *string       `json:"created_at"`
	UpdatedAt *string       `json:"updated_at"`
}

func (d *door) customerTickets(q *page.Request) error {
	id, err := pathID(q, "id")
	if err != nil {
		return err
	}
	from, err := beforeID(q)
	if err != nil {
		return err
	}
	status := desk.Status(q.Query("status"))
	if status != "" && !slices.Contains(desk.Statuses, status) {
		return wrongField("status", "There is no such status.")
	}
	found, err := d.People.TicketsOf(q.Ctx(), q.Store, id, status, from, customerPage+1)
	if err != nil {
		return err
	}
	out := list[customerTicket]{Results: []customerTicket{}}
	for i := range found {
		t := &found[i]
		if i == customerPage {
			next := strconv.FormatInt(found[i-1].ID, 10)
			out.Next = &next
			break
		}
		out.Results = append(out.Results, customerTicket{t.ID, t.Subject, t.Status, t.Priority, t.Order, instant(t.CreatedAt), instant(t.UpdatedAt)})
	}
	return q.JSON(http.StatusOK, out)
}

type customerOrder struct {
	Number            string  `json:"number"`
	Status            string  `json:"status"`
	PaymentStatus     string  `json:"payment_status"`
	FulfillmentStatus string  `json:"fulfillment_status"`
	Total             string  `json:"total"`
	Currency          string  `json:"currency"`
	PlacedAt          *string `json:"placed_at"`
}

func (d *door) customerOrders(q *page.Request) error {
	id, err := pathID(q, "id")
	if err != nil {
		return err
	}
	from, err := beforeID(q)
	if err != nil {
		return err
	}
	found, err := d.People.OrdersOf(q.Ctx(), q.Store, id, from, customerPage+1)
	if err != nil {
		return err
	}
	out := list[customerOrder]{Results: []customerOrder{}}
	for i, o := range found {
		if i == customerPage {
			next := strconv.FormatInt(found[i-1].ID, 10)
			out.Next = &next
			break
		}
		out.Results = append(out.Results, customerOrder{o.Number, o.Status, o.PaymentStatus, o.FulfillmentStatus, o.TotalInclTax, o.Currency, instant(o.DatePlaced)})
	}
	return q.JSON(http.StatusOK, out)
}
