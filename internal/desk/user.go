package desk

// UserType tells customers from staff.
type UserType string

// The user types: someone who bought, someone who did not (yet), an agent.
const (
	UserCustomer  UserType = "customer"
	UserLead      UserType = "lead"
	UserDashboard UserType = "dashboard"
)

// Languages are the codes a user may prefer.
var Languages = []string{"en", "fr", "th", "de", "sv", "no", "it", "es", "nl", "pt", "da", "fi"}

// User is a person known to a store: customer, lead or agent.
type User struct {
	ID                 int64
	Seq                int64 // of the latest event; 0: none since events of users are kept
	Email              string
	FirstName          string
	LastName           string
	IP                 *string
	PhoneNumber        *string
	DateJoined         Instant
	Language           *string
	Blocked            bool
	Addresses          []Address
	OrdersCount        int64
	SubscriptionsCount int64
	TotalSpent         string // decimal with two digits
	Type               UserType
	Tags               []*string
	AcceptsMarketing   bool
	Metadata           []byte // JSON; nil = null
	UserAgent          *string
}

// Address is one postal address of a user.
type Address struct {
	ID                   int64  `json:"id"`
	Country              string `json:"country"`
	FirstName            string `json:"first_name"`
	LastName             string `json:"last_name"`
	Line1                string `json:"line1"`
	Line2                string `json:"line2"`
	Line3                string `json:"line3"`
	Line4                string `json:"line4"`
	State                string `json:"state"`
	Postcode             string `json:"postcode"`
	PhoneNumber          string `json:"phone_number"`
	Notes                string `json:"notes"`
	IsDefaultForShipping bool   `json:"is_default_for_shipping"`
	IsDefaultForBilling  bool   `json:"is_default_for_billing"`
}
