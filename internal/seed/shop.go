package seed

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"storedesk/internal/desk"
)

// years is how far back the shop's history goes.
const years = 3

// shop is a shop of a certain size. Everything about number i of a kind is drawn from
// a generator of its own, so any part can be made by itself, in any order.
type shop struct {
	seed                                uint64
	tickets                             int
	agents, customers, products, orders int
	until                               time.Time

	countries weights
	comments  weights
	customer  weights
	sold      weights
	agent     weights
	tags      weights
	channel   weights
	priority  weights
	settled   weights
	recent    weights
	languages map[*tongue]*cutTongue
}

func newShop(n int, seed uint64, until time.Time) *shop {
	s := &shop{
		seed: seed, tickets: n, until: until.UTC().Truncate(time.Microsecond),
		agents: max(3, min(40, n/100)), customers: max(1, n/3), products: max(5, min(400, n/40)), orders: max(1, n/4),
		comments: zipf(60, 2), tags: zipf(len(tagNames), 1.1),
		channel: weighted(25, 10, 55, 8, 2), priority: weighted(12, 80, 8),
		settled: weighted(0, 2, 2, 30, 66), recent: weighted(25, 30, 20, 25, 0),
		languages: map[*tongue]*cutTongue{},
	}
	s.customer, s.sold, s.agent = zipf(s.customers, 0.3), zipf(s.products, 0.9), zipf(s.agents, 0.6)
	each := make([]float64, len(countries))
	for i, c := range countries {
		each[i] = float64(c.weight)
		s.languages[c.tongue] = c.tongue.cut()
	}
	s.countries = weighted(each...)
	return s
}

// Streams of random numbers, one for each kind.
const (
	streamUser = iota + 1
	streamProduct
	streamOrder
	streamShape
	streamTicket
)

func (s *shop) random(stream, i int) *rand.Rand {
	return rand.New(rand.NewPCG(s.seed^uint64(stream)<<56, uint64(i)))
}

// moment is when number i of n happened: later numbers later, the last just now.
func (s *shop) moment(r *rand.Rand, i, n int) time.Time {
	begin := s.until.AddDate(-years, 0, 0)
	at := begin.Add(time.Duration((float64(i) + r.Float64()) / float64(n) * float64(s.until.Sub(begin))))
	if chance(r, 2) {
		return at.Truncate(time.Second)
	}
	return at.Truncate(time.Microsecond)
}

// person is what a conversation needs to know of a customer.
type person struct {
	country     *country
	first, last string
	city        string
}

// customerAt draws customer i of the shop, from 0.
func (s *shop) customerAt(i int) (person, *rand.Rand) {
	r := s.random(streamUser, i)
	c := &countries[s.countries.pick(r)]
	return person{c, oneOf(r, c.first), oneOf(r, c.last), oneOf(r, c.cities)}, r
}

// user makes user i, from 1: the agents come first.
func (s *shop) user(i int) *desk.User {
	if i <= s.agents {
		return s.agentUser(i)
	}
	p, r := s.customerAt(i - s.agents - 1)
	spent := 0
	if chance(r, 60) {
		spent = 500 + r.IntN(60_000)
	}
	name := "kunde"
	if ascii := strings.ToLower(p.last); isASCII(ascii) {
		name = ascii
	}
	u := &desk.User{
		ID: int64(i), Email: fmt.Sprintf("%s.%d@%s", name, i, oneOf(r, p.country.domains)), FirstName: p.first, LastName: p.last,
		DateJoined: desk.At(s.moment(r, i, s.agents+s.customers+1)), Blocked: r.IntN(200) == 0,
		TotalSpent: fmt.Sprintf("%d.%02d", spent/100, spent%100), Type: desk.UserLead, AcceptsMarketing: chance(r, 40),
		Addresses: []desk.Address{{
			ID: 1, Country: p.country.code, FirstName: p.first, LastName: p.last, Line1: fmt.Sprintf("%d High Street", 1+r.IntN(180)),
			Line4: p.city, Postcode: fmt.Sprintf("%05d", r.IntN(100_000)), IsDefaultForShipping: true, IsDefaultForBilling: true,
		}},
	}
	if spent > 0 {
		u.Type, u.OrdersCount = desk.UserCustomer, int64(1+r.IntN(4))
	}
	if p.country.language != "" {
		u.Language = &p.country.language
	}
	if chance(r, 50) {
		u.PhoneNumber = ptr(fmt.Sprintf("%s%07d", p.country.phone, i))
	}
	if chance(r, 50) {
		u.IP = ptr(fmt.Sprintf("203.0.113.%d", i%256))
		u.UserAgent = ptr("Mozilla/5.0 (X11; Linux x86_64)")
	}
	if chance(r, 5) {
		u.Tags = []*string{ptr("vip")}
	}
	return u
}

func (s *shop) agentUser(i int) *desk.User {
	first, last := s.agentName(i)
	return &desk.User{
		ID: int64(i), Email: fmt.Sprintf("agent.%d@desk.example", i), FirstName: first, LastName: last,
		DateJoined: desk.At(s.until.AddDate(-years, 0, 0).Add(time.Duration(i) * time.Hour)),
		Language:   ptr("en"), TotalSpent: "0.00", Type: desk.UserDashboard,
	}
}

func (s *shop) agentName(i int) (first, last string) {
	first, last, _ = strings.Cut(agentNames[(i-1)%len(agentNames)], " ")
	return first, last
}

// title names product i, from 1.
func (s *shop) title(i int) string {
	return fmt.Sprintf("%s %s No. %d", adjectives[i%len(adjectives)], articles[i%len(articles)], i)
}

func (s *shop) product(i int) *desk.Product {
	r := s.random(streamProduct, i)
	made := desk.At(s.until.AddDate(-years, 0, -1-r.IntN(300)).Truncate(time.Second))
	slug := fmt.Sprintf("article-%d", i)
	return &desk.Product{
		ID: int64(i), Title: s.title(i), Slug: slug, Structure: "standalone", Public: chance(r, 95),
		URL: "https://shop.example/catalogue/" + slug + "/", DateCreated: made, DateUpdated: made,
	}
}

// firstNumber is the number of the first order.
const firstNumber = 100_001

// bought draws who bought what in order i, from 0.
func (s *shop) bought(i int) (customer int, items []int64, r *rand.Rand) {
	r = s.random(streamOrder, i)
	customer = r.IntN(s.customers)
	for range oneOf(r, []int{1, 1, 1, 2, 3}) {
		items = appendSorted(items, int64(s.sold.pick(r)+1))
	}
	return customer, items, r
}

func (s *shop) order(i int) *desk.Order {
	customer, items, r := s.bought(i)
	at := desk.At(s.moment(r, i, s.orders))
	var lines strings.Builder
	total := 0
	for n, id := range items {
		price := 990 + int(id)*37%9000
		total += price
		if n > 0 {
			lines.WriteByte(',')
		}
		fmt.Fprintf(&lines, `{"id":%d,"product_id":%d,"product_title":%q,"quantity":1,"sku":"SKU-%d","price_incl_tax":"%d.%02d","currency":"EUR"}`,
			i*4+n+1, id, s.title(int(id)), id, price/100, price%100)
	}
	return &desk.Order{
		Number: fmt.Sprint(firstNumber + i), Status: oneOf(r, []string{"open", "archived", "archived", "canceled"}),
		FulfillmentStatus: oneOf(r, []string{"unfulfilled", "processing", "fulfilled", "fulfilled"}),
		PaymentStatus:     oneOf(r, []string{"paid", "paid", "pending", "refunded"}),
		TotalInclTax:      fmt.Sprintf("%d.%02d", total/100, total%100), Currency: "EUR", UserID: int64(s.agents + 1 + customer),
		DatePlaced: at, CreatedAt: at, UpdatedAt: at, Lines: []byte("[" + lines.String() + "]"),
	}
}

func appendSorted(list []int64, v int64) []int64 {
	i := 0
	for i < len(list) && list[i] < v {
		i++
	}
	if i < len(list) && list[i] == v {
		return list
	}
	list = append(list, 0)
	copy(list[i+1:], list[i:])
	list[i] = v
	return list
}

func ptr[T any](v T) *T { return &v }

func isASCII(s string) bool {
	return strings.IndexFunc(s, func(r rune) bool { return r < 'a' || r > 'z' }) < 0
}
