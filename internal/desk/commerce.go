package desk

// Order is a purchase, known by its number, shown beside tickets.
type Order struct {
	ID                int64 // place in the list; not on the wire
	Number            string
	Status            string
	FulfillmentStatus string
	PaymentStatus     string
	Test              bool
	TotalInclTax      string // decimal with two digits
	Currency          string
	UserID            int64
	DatePlaced        Instant
	CreatedAt         Instant
	UpdatedAt         Instant
	Lines             []byte // JSON array of order lines, kept as received
}

// Completed is the order with what a source may leave out: times that are missing are
// those of the nearest act, and lines are none.
func (o Order) Completed() Order {
	if o.CreatedAt == 0 {
		o.CreatedAt = o.DatePlaced
	}
	if o.UpdatedAt == 0 {
		o.UpdatedAt = o.CreatedAt
	}
	if o.Lines == nil {
		o.Lines = []byte("[]")
	}
	return o
}

// Product is an article of the store.
type Product struct {
	ID          int64
	Title       string
	Slug        string
	Structure   string
	Public      bool
	URL         string
	DateCreated Instant
	DateUpdated Instant
}
