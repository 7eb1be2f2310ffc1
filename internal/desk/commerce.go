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
