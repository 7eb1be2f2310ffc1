package dashboard

import (
	"cmp"
	"net/http"
	"strings"

	"storedesk/internal/desk"
	"storedesk/internal/page"
)

// Look-ups fill the choices of forms: a few rows, as somebody types. They show no more
// than a name and what tells it from others.
func (d *door) lookupRoutes() []page.Route {
	return []page.Route{
		get("lookups/agents/", page.SignedIn, d.agents),
		get("lookups/groups/", page.SignedIn, d.groupNames),
		get("lookups/types/", page.SignedIn, d.typeNames),
		get("lookups/tags/", page.SignedIn, d.tagNames),
		get("lookups/customers/", forTickets, d.customerNames),
		get("lookups/orders/", forTickets, d.orderNumbers),
		get("lookups/products/", forTickets, d.productTitles),
	}
}

const (
	choices   = 20  // rows that a look-up answers
	maxChoice = 200 // characters that are looked for
)

// named is something by its id and name.
type named struct {
	ID   int64  `json:"id"`
	Name string `json:"name"`
}

// asked is the text that somebody typed.
func asked(q *page.Request) string {
	text := []rune(strings.TrimSpace(clean(q.Query("q"))))
	return string(text[:min(len(text), maxChoice)])
}

// clean keeps out of the database what PostgreSQL refuses.
func clean(s string) string { return strings.ReplaceAll(strings.ToValidUTF8(s, ""), "\x00", "") }

func answer[T any](q *page.Request, results []T, err error) error {
	if err != nil {
		return err
	}
	if results == nil {
		results = []T{}
	}
	return q.JSON(http.StatusOK, list[T]{Results: results})
}

func fullName(u *desk.User) string {
	return cmp.Or(strings.TrimSpace(u.FirstName+" "+u.LastName), u.Email)
}

func personOf(u *desk.User) person { return person{u.ID, fullName(u), u.Email} }

func persons(users []desk.User) []person {
	list := make([]person, len(users))
	for i := range users {
		list[i] = personOf(&users[i])
	}
	return list
}

func (d *door) agents(q *page.Request) error {
	users, err := d.People.Agents(q.Ctx(), q.Store)
	return answer(q, persons(users), err)
}

func (d *door) groupNames(q *page.Request) error {
	groups, err := d.Accounts.GroupNames(q.Ctx(), q.Store)
	names := make([]named, len(groups))
	for i, g := range groups {
		names[i] = named{g.ID, g.Name}
	}
	return answer(q, names, err)
}

func (d *door) typeNames(q *page.Request) error {
	types, err := d.Tickets.OrderedTypes(q.Ctx(), q.Store)
	names := make([]named, len(types))
	for i, t := range types {
		names[i] = named{t.ID, t.Name}
	}
	return answer(q, names, err)
}

func (d *door) tagNames(q *page.Request) error {
	tags, err := d.Tickets.TagsLike(q.Ctx(), q.Store, asked(q), choices)
	names := make([]named, len(tags))
	for i, t := range tags {
		names[i] = named{t.ID, t.Name}
	}
	return answer(q, names, err)
}

func (d *door) customerNames(q *page.Request) error {
	text := asked(q)
	if text == "" {
		return answer(q, []person{}, nil)
	}
	users, err := d.People.Find(q.Ctx(), q.Store, text, choices)
	return answer(q, persons(users), err)
}

type orderChoice struct {
	Number   string  `json:"number"`
	Status   string  `json:"status"`
	Total    string  `json:"total"`
	Currency string  `json:"currency"`
	PlacedAt *string `json:"placed_at"`
	Customer *person `json:"customer"`
}

func (d *door) orderNumbers(q *page.Request) error {
	orders, _, err := d.Commerce.Orders(q.Ctx(), q.Store, asked(q), "", desk.Page{Size: choices, Order: desk.NewestFirst})
	found := make([]orderChoice, len(orders))
	for i, o := range orders {
		found[i] = orderChoice{o.Number, o.Status, o.TotalInclTax, o.Currency, instant(o.DatePlaced), nil}
		if o.User != nil {
			buyer := personOf(o.User)
			found[i].Customer = &buyer
		}
	}
	return answer(q, found, err)
}

func (d *door) productTitles(q *page.Request) error {
	products, _, err := d.Commerce.Products(q.Ctx(), q.Store, asked(q), nil, desk.Page{Size: choices, Order: desk.NewestFirst})
	names := make([]named, len(products))
	for i, p := range products {
		names[i] = named{p.ID, p.Title}
	}
	return answer(q, names, err)
}
