package importer

import (
	"bytes"
	"encoding/json"
	"errors"
	"math"

	"storedesk/internal/desk"
	"storedesk/internal/store"
)

type userObject struct {
	ID                 *int64          `json:"id"`
	Email              *string         `json:"email"`
	FirstName          string          `json:"first_name"`
	LastName           string          `json:"last_name"`
	IP                 *string         `json:"ip"`
	PhoneNumber        *string         `json:"phone_number"`
	DateJoined         instant         `json:"date_joined"`
	Language           *string         `json:"language"`
	Blocked            bool            `json:"is_blocked"`
	Addresses          []desk.Address  `json:"addresses"`
	OrdersCount        int64           `json:"orders_count"`
	SubscriptionsCount int64           `json:"subscriptions_count"`
	TotalSpent         number          `json:"total_spent"`
	Type               string          `json:"user_type"`
	Tags               []*string       `json:"tags"`
	AcceptsMarketing   bool            `json:"accepts_marketing"`
	Metadata           json.RawMessage `json:"metadata"`
	UserAgent          *string         `json:"user_agent"`
}

// user reads a user. One without a type is a lead.
func user(data []byte) (*desk.User, error) {
	var o userObject
	if err := decode(data, &o); err != nil {
		return nil, err
	}
	id, err := idOf(o.ID, store.MaxID)
	if err != nil {
		return nil, err
	}
	u := &desk.User{
		ID: id, FirstName: clean(o.FirstName), LastName: clean(o.LastName), IP: cleanText(o.IP),
		PhoneNumber: cleanText(o.PhoneNumber), DateJoined: desk.Instant(o.DateJoined), Language: cleanText(o.Language),
		Blocked: o.Blocked, Addresses: o.Addresses, OrdersCount: o.OrdersCount, SubscriptionsCount: o.SubscriptionsCount,
		TotalSpent: money(o.TotalSpent), Type: desk.UserType(o.Type), Tags: o.Tags, AcceptsMarketing: o.AcceptsMarketing,
		UserAgent: cleanText(o.UserAgent),
	}
	if o.Email != nil {
		u.Email = clean(*o.Email)
	}
	switch u.Type {
	case "":
		u.Type = desk.UserLead
	case desk.UserCustomer, desk.UserLead, desk.UserDashboard:
	default:
		return nil, errors.New("user_type " + o.Type + " is not known")
	}
	if u.Metadata, err = compact(o.Metadata); err != nil {
		return nil, err
	}
	phone := ""
	if u.PhoneNumber != nil {
		phone = *u.PhoneNumber
	}
	return u, indexed("email", u.Email, "phone_number", phone)
}

func money(n number) string {
	if n == "" {
		return "0.00"
	}
	return clean(string(n))
}

// compact takes the blanks out of a JSON value and leaves numbers and texts as they
// are written; nil for null and nothing.
func compact(data json.RawMessage) ([]byte, error) {
	if len(data) == 0 || string(data) == "null" {
		return nil, nil
	}
	var b bytes.Buffer
	err := json.Compact(&b, data)
	return bytes.ToValidUTF8(b.Bytes(), []byte("\ufffd")), err
}

// ticketType reads a ticket type.
func ticketType(data []byte) (*desk.TicketType, error) {
	var o struct {
		ID   *int64 `json:"id"`
		Name string `json:"name"`
	}
	if err := decode(data, &o); err != nil {
		return nil, err
	}
	id, err := idOf(o.ID, math.MaxInt64)
	return &desk.TicketType{ID: id, Name: clean(o.Name)}, err
}

// product reads a product.
func product(data []byte) (*desk.Product, error) {
	var o struct {
		ID          *int64  `json:"id"`
		Title       string  `json:"title"`
		Slug        string  `json:"slug"`
		Structure   string  `json:"structure"`
		Public      bool    `json:"is_public"`
		URL         string  `json:"url"`
		DateCreated instant `json:"date_created"`
		DateUpdated instant `json:"date_updated"`
	}
	if err := decode(data, &o); err != nil {
		return nil, err
	}
	id, err := idOf(o.ID, math.MaxInt64)
	return &desk.Product{
		ID: id, Title: clean(o.Title), Slug: clean(o.Slug), Structure: clean(o.Structure), Public: o.Public, URL: clean(o.URL),
		DateCreated: desk.Instant(o.DateCreated), DateUpdated: desk.Instant(o.DateUpdated),
	}, err
}

type orderObject struct {
	Number            number `json:"number"`
	Status            string `json:"status"`
	FulfillmentStatus string `json:"fulfillment_status"`
	PaymentStatus     string `json:"payment_status"`
	Test              bool   `json:"is_test"`
	TotalInclTax      number `json:"total_incl_tax"`
	Currency          string `json:"currency"`
	User              *struct {
		ID int64 `json:"id"`
	} `json:"user"`
	DatePlaced instant         `json:"date_placed"`
	CreatedAt  instant         `json:"created_at"`
	UpdatedAt  instant         `json:"updated_at"`
	Lines      json.RawMessage `json:"lines"`
}

// order reads an order and completes it.
func order(data []byte) (*desk.Order, error) {
	o, err := orderAsSaid(data)
	if err != nil {
		return nil, err
	}
	whole := o.Completed()
	return &whole, nil
}

// orderAsSaid reads an order; what it does not say is zero, lines nil.
func orderAsSaid(data []byte) (*desk.Order, error) {
	var o orderObject
	if err := decode(data, &o); err != nil {
		return nil, err
	}
	if o.Number == "" {
		return nil, errors.New("no number")
	}
	lines, err := compact(o.Lines)
	if err != nil {
		return nil, err
	}
	if lines != nil && lines[0] != '[' {
		return nil, errors.New("lines: not a list")
	}
	out := &desk.Order{
		Number: clean(string(o.Number)), Status: clean(o.Status), FulfillmentStatus: clean(o.FulfillmentStatus),
		PaymentStatus: clean(o.PaymentStatus), Test: o.Test, TotalInclTax: money(o.TotalInclTax), Currency: clean(o.Currency),
		DatePlaced: desk.Instant(o.DatePlaced), CreatedAt: desk.Instant(o.CreatedAt), UpdatedAt: desk.Instant(o.UpdatedAt),
		Lines: lines,
	}
	if o.User != nil {
		out.UserID = o.User.ID
	}
	return out, indexed("number", out.Number, "status", out.Status)
}
