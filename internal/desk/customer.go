package desk

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// CustomerFilter selects customers and leads; staff are never among them. Its parts combine
// with AND; a zero part selects everybody.
type CustomerFilter struct {
	Query    string // part of name or e-mail; or a phone, an order or a customer's number
	Type     UserType
	Language string
	Blocked  *bool
	Joined   Span
}

// CustomerTickets is what a list of customers shows of somebody's tickets.
type CustomerTickets struct {
	Open    int   // new, open or pending; MaxOpenShown at most
	LastID  int64 // 0: none
	Subject string
	Status  Status
	At      Instant // of the last one's latest change
}

// MaxOpenShown is where counting somebody's open tickets stops in a list.
const MaxOpenShown = 100

// CustomerNote is what agents keep in mind about a customer.
type CustomerNote struct {
	Body      string
	UpdatedBy int64
	UpdatedAt Instant
}

// MaxCustomerNote bounds a note, in characters.
const MaxCustomerNote = 10_000

// CustomerTaskKind says what is done to a customer.
type CustomerTaskKind string

// The kinds.
const (
	CustomerMerge CustomerTaskKind = "merge" // everything goes to another customer, and they are gone
	CustomerErase CustomerTaskKind = "erase" // what is known of the person is overwritten
)

// CustomerTaskJob is the kind of the jobs that carry tasks out.
const CustomerTaskJob = "customer-task"

// CustomerTask is a merge or an erasure: work that is done ticket by ticket.
type CustomerTask struct {
	UserID     int64
	Kind       CustomerTaskKind
	IntoID     int64 // of a merge
	Step       string
	Position   int64
	Done       int64 // tickets
	Total      int64 // as it was counted at the start
	Traces     Traces
	ActorID    int64
	AccountID  int64
	CreatedAt  Instant
	FinishedAt Instant
}

// MergePreview is what a merge would do, and what of both cannot be kept.
type MergePreview struct {
	Tickets   int // of the one who goes
	Orders    int
	Addresses []string // e-mail addresses that move
	Conflicts []MergeConflict
}

// MergeConflict is a field that differs: Kept stays, Lost goes.
type MergeConflict struct {
	Field      string
	Kept, Lost string
}

// MergeUsers makes one of two people: a stays who they are and gets what they lack from b.
// The fields of b that are lost are returned.
func MergeUsers(a, b *User) (merged User, lost []MergeConflict) {
	merged = *a
	clash := func(field, kept, other string) {
		if other != "" && kept != other {
			lost = append(lost, MergeConflict{field, kept, other})
		}
	}
	if strings.TrimSpace(a.FirstName+a.LastName) == "" {
		merged.FirstName, merged.LastName = b.FirstName, b.LastName
	} else {
		clash("name", joinName(a), joinName(b))
	}
	for _, f := range []struct {
		field string
		to    **string
		other *string
	}{{"phone_number", &merged.PhoneNumber, b.PhoneNumber}, {"language", &merged.Language, b.Language}} {
		if *f.to == nil || **f.to == "" {
			*f.to = f.other
		} else if f.other != nil {
			clash(f.field, **f.to, *f.other)
		}
	}
	if merged.Metadata == nil {
		merged.Metadata = b.Metadata
	} else if b.Metadata != nil && string(a.Metadata) != string(b.Metadata) {
		lost = append(lost, MergeConflict{"metadata", string(a.Metadata), string(b.Metadata)})
	}
	if a.Blocked != b.Blocked {
		lost = append(lost, MergeConflict{"is_blocked", yesNo(a.Blocked), yesNo(b.Blocked)})
	}
	if a.AcceptsMarketing != b.AcceptsMarketing {
		lost = append(lost, MergeConflict{"accepts_marketing", yesNo(a.AcceptsMarketing), yesNo(b.AcceptsMarketing)})
	}
	if b.Type == UserCustomer {
		merged.Type = UserCustomer
	}
	merged.DateJoined = min(a.DateJoined, b.DateJoined)
	merged.OrdersCount += b.OrdersCount
	merged.SubscriptionsCount += b.SubscriptionsCount
	merged.TotalSpent = addMoney(a.TotalSpent, b.TotalSpent)
	merged.Addresses = mergeAddresses(a.Addresses, b.Addresses)
	merged.Tags = mergeTags(a.Tags, b.Tags)
	return merged, lost
}

func joinName(u *User) string { return strings.TrimSpace(u.FirstName + " " + u.LastName) }

func yesNo(v bool) string {
	if v {
		return "yes"
	}
	return "no"
}

// mergeAddresses appends those of b that a does not have; what is the default stays a's.
func mergeAddresses(a, b []Address) []Address {
	same := func(x, y Address) bool {
		for _, v := range []*Address{&x, &y} {
			v.ID, v.IsDefaultForShipping, v.IsDefaultForBilling = 0, false, false
		}
		return x == y
	}
	list := append([]Address{}, a...)
	for _, other := range b {
		known := false
		for _, has := range list {
			known = known || same(has, other)
		}
		if known {
			continue
		}
		if len(a) > 0 {
			other.IsDefaultForShipping, other.IsDefaultForBilling = false, false
		}
		list = append(list, other)
	}
	for i := range list {
		list[i].ID = int64(i + 1)
	}
	return list
}

func mergeTags(a, b []*string) []*string {
	list, seen := []*string{}, map[string]bool{}
	for _, tag := range append(append([]*string{}, a...), b...) {
		if tag != nil && !seen[*tag] {
			seen[*tag] = true
			list = append(list, tag)
		}
	}
	return list
}

// addMoney adds two decimals with two digits each; one that is none counts as zero.
func addMoney(a, b string) string {
	cents := func(s string) (n int64, ok bool) {
		negative := strings.HasPrefix(s, "-")
		whole, rest, _ := strings.Cut(strings.TrimPrefix(s, "-"), ".")
		rest = (rest + "00")[:2]
		for _, r := range whole + rest {
			if r < '0' || r > '9' || n > 1<<58/10 {
				return 0, false
			}
			n = n*10 + int64(r-'0')
		}
		if negative {
			n = -n
		}
		return n, true
	}
	x, okX := cents(a)
	y, okY := cents(b)
	if !okX || !okY {
		return a
	}
	sum, sign := x+y, ""
	if sum < 0 {
		sum, sign = -sum, "-"
	}
	digits := []byte{byte('0' + sum/10%10), byte('0' + sum%10)}
	whole := ""
	for sum /= 100; ; sum /= 10 {
		whole = string(byte('0'+sum%10)) + whole
		if sum < 10 {
			break
		}
	}
	return sign + whole + "." + string(digits)
}

// Erased stands where something of a person stood that was erased.
const Erased = "[erased]"

// Traces are what an erasure looks for: how the person is known in text.
type Traces struct {
	Addresses []string `json:"addresses,omitempty"` // folded
	Texts     []string `json:"texts,omitempty"`     // names and numbers, folded
}

// minTrace is the shortest name that is looked for in the text of others: shorter ones stand
// in other words.
const minTrace = 3

// TracesOf lists how a user is known, with their further addresses.
func TracesOf(u *User, further []string) Traces {
	var t Traces
	seen := map[string]bool{}
	add := func(list *[]string, text string) {
		text = Fold(strings.TrimSpace(text))
		if text != "" && !seen[text] && utf8.RuneCountInString(text) >= minTrace {
			seen[text] = true
			*list = append(*list, text)
		}
	}
	for _, a := range append([]string{u.Email}, further...) {
		add(&t.Addresses, a)
	}
	add(&t.Texts, joinName(u))
	add(&t.Texts, u.LastName)
	add(&t.Texts, u.FirstName)
	if u.PhoneNumber != nil {
		add(&t.Texts, *u.PhoneNumber)
	}
	return t
}

// HasAddress tells whether an address is the person's.
func (t Traces) HasAddress(address string) bool {
	folded := Fold(address)
	for _, a := range t.Addresses {
		if a == folded {
			return true
		}
	}
	return false
}

// In tells whether a text names the person by an address, a name or a number.
func (t Traces) In(text string) bool { return t.Scrub(text) != text }

// Scrub writes Erased over each address, name and number of the person in a text. Names
// count as whole words only.
func (t Traces) Scrub(text string) string {
	for _, a := range t.Addresses {
		text = scrub(text, a, false)
	}
	for _, n := range t.Texts {
		text = scrub(text, n, true)
	}
	return text
}

func scrub(text, folded string, whole bool) string {
	if folded == "" {
		return text
	}
	upper := Fold(text)
	if !strings.Contains(upper, folded) {
		return text
	}
	// Folding may change the length of a character; positions are counted in characters.
	runes, up, want := []rune(text), []rune(upper), []rune(folded)
	var b strings.Builder
	for i := 0; i < len(runes); {
		if hasRunes(up[i:], want) && (!whole || edge(up, i, len(want))) {
			b.WriteString(Erased)
			i += len(want)
			continue
		}
		b.WriteRune(runes[i])
		i++
	}
	return b.String()
}

func hasRunes(text, want []rune) bool {
	if len(text) < len(want) {
		return false
	}
	for i, r := range want {
		if text[i] != r {
			return false
		}
	}
	return true
}

// edge tells whether the n characters from i on are not part of a longer word.
func edge(text []rune, i, n int) bool {
	return (i == 0 || !wordRune(text[i-1])) && (i+n == len(text) || !wordRune(text[i+n]))
}

func wordRune(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }
