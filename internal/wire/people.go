package wire

import (
	"encoding/json"
	"strconv"
	"time"

	"storedesk/internal/desk"
)

// User appends a user.
func User(dst []byte, u *desk.User, zone *time.Location) []byte {
	dst = append(dst, `{"id":`...)
	dst = strconv.AppendInt(dst, u.ID, 10)
	dst = String(append(dst, `,"email":`...), u.Email)
	dst = String(append(dst, `,"first_name":`...), u.FirstName)
	dst = String(append(dst, `,"last_name":`...), u.LastName)
	dst = text(append(dst, `,"ip":`...), u.IP)
	dst = text(append(dst, `,"phone_number":`...), u.PhoneNumber)
	dst = instant(append(dst, `,"date_joined":`...), u.DateJoined, zone)
	dst = text(append(dst, `,"language":`...), u.Language)
	dst = strconv.AppendBool(append(dst, `,"is_blocked":`...), u.Blocked)
	dst = append(dst, `,"addresses":[`...)
	for i := range u.Addresses {
		dst = comma(dst, i)
		dst = Address(dst, &u.Addresses[i])
	}
	dst = strconv.AppendInt(append(dst, `],"orders_count":`...), u.OrdersCount, 10)
	dst = strconv.AppendInt(append(dst, `,"subscriptions_count":`...), u.SubscriptionsCount, 10)
	dst = String(append(dst, `,"total_spent":`...), u.TotalSpent)
	dst = String(append(dst, `,"user_type":`...), string(u.Type))
	dst = append(dst, `,"tags":[`...)
	for i, tag := range u.Tags {
		dst = comma(dst, i)
		dst = text(dst, tag)
	}
	dst = strconv.AppendBool(append(dst, `],"accepts_marketing":`...), u.AcceptsMarketing)
	dst = append(dst, `,"metadata":`...)
	if len(u.Metadata) == 0 {
		dst = append(dst, "null"...)
	} else {
		dst = append(dst, u.Metadata...)
	}
	dst = text(append(dst, `,"user_agent":`...), u.UserAgent)
	return append(dst, '}')
}

// Address appends a postal address.
func Address(dst []byte, a *desk.Address) []byte {
	out, err := json.Marshal(a) // cannot fail: strings, booleans and an integer
	if err != nil {
		panic(err)
	}
	return append(dst, out...)
}

// UserInline appends the short form of a user that stands inside an order; null
// for none.
func UserInline(dst []byte, u *desk.User) []byte {
	if u == nil {
		return append(dst, "null"...)
	}
	dst = append(dst, `{"id":`...)
	dst = strconv.AppendInt(dst, u.ID, 10)
	dst = String(append(dst, `,"email":`...), u.Email)
	dst = text(append(dst, `,"ip":`...), u.IP)
	dst = String(append(dst, `,"first_name":`...), u.FirstName)
	dst = String(append(dst, `,"last_name":`...), u.LastName)
	dst = text(append(dst, `,"phone_number":`...), u.PhoneNumber)
	dst = strconv.AppendBool(append(dst, `,"accepts_marketing":`...), u.AcceptsMarketing)
	dst = text(append(dst, `,"language":`...), u.Language)
	dst = text(append(dst, `,"user_agent":`...), u.UserAgent)
	return append(dst, '}')
}

// TicketType appends a ticket type.
func TicketType(dst []byte, t *desk.TicketType) []byte {
	dst = append(dst, `{"id":`...)
	dst = strconv.AppendInt(dst, t.ID, 10)
	dst = String(append(dst, `,"name":`...), t.Name)
	return append(dst, '}')
}

// Order appends an order, with its lines when a single one is shown.
func Order(dst []byte, o *desk.Order, user *desk.User, zone *time.Location, lines bool) []byte {
	dst = String(append(dst, `{"number":`...), o.Number)
	dst = String(append(dst, `,"status":`...), o.Status)
	dst = String(append(dst, `,"fulfillment_status":`...), o.FulfillmentStatus)
	dst = String(append(dst, `,"payment_status":`...), o.PaymentStatus)
	dst = strconv.AppendBool(append(dst, `,"is_test":`...), o.Test)
	dst = String(append(dst, `,"total_incl_tax":`...), o.TotalInclTax)
	dst = String(append(dst, `,"currency":`...), o.Currency)
	dst = UserInline(append(dst, `,"user":`...), user)
	dst = instant(append(dst, `,"date_placed":`...), o.DatePlaced, zone)
	dst = instant(append(dst, `,"created_at":`...), o.CreatedAt, zone)
	dst = instant(append(dst, `,"updated_at":`...), o.UpdatedAt, zone)
	if lines {
		dst = append(append(dst, `,"lines":`...), o.Lines...)
	}
	return append(dst, '}')
}

// Product appends a product.
func Product(dst []byte, p *desk.Product, zone *time.Location) []byte {
	dst = append(dst, `{"id":`...)
	dst = strconv.AppendInt(dst, p.ID, 10)
	dst = String(append(dst, `,"title":`...), p.Title)
	dst = String(append(dst, `,"slug":`...), p.Slug)
	dst = String(append(dst, `,"structure":`...), p.Structure)
	dst = strconv.AppendBool(append(dst, `,"is_public":`...), p.Public)
	dst = String(append(dst, `,"url":`...), p.URL)
	dst = instant(append(dst, `,"date_created":`...), p.DateCreated, zone)
	dst = instant(append(dst, `,"date_updated":`...), p.DateUpdated, zone)
	return append(dst, '}')
}
