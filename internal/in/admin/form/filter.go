package form

import (
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"storedesk/internal/desk"
)

// TicketFilter reads the filters of the list of tickets; unknown parameters are
// ignored. Days are of the zone. Besides the original's filters there are ours:
// updated_from and updated_to (a day, or an RFC 3339 instant, inclusive) and q (words
// of the text). Whether the users, types, products and tags it names are there is
// for the caller to look up.
func TicketFilter(q Values, zone *time.Location) (*desk.TicketFilter, desk.Fields) {
	r := &filterReader{q: q, zone: zone, fields: desk.Fields{}}
	f := &desk.TicketFilter{
		Text:        r.text("filter_text"),
		Subject:     r.text("subject"),
		Statuses:    choices(r, "status", desk.Statuses),
		RequesterID: r.id("requester"),
		AssigneeID:  r.id("assignee"),
		TypeID:      r.id("ticket_type"),
		OrderNumber: r.text("order_number"),
		Products:    r.ids("product"),
		Tags:        r.ids("tags"),
		Priority:    oneChoice(r, "priority", desk.Priorities),
		Channel:     oneChoice(r, "channel", desk.Channels),
		Created:     r.days("created_from", "created_to"),
		Updated:     r.span("updated_from", "updated_to"),
	}
	f.ID, f.Nothing = r.number("id")
	if text := r.text("q"); text != "" {
		f.Words = r.few("q", desk.Words(text))
		f.Nothing = f.Nothing || len(f.Words) == 0 // nothing but punctuation
	}
	return f, r.fields
}

// UserFilter reads the filters of the list of users.
func UserFilter(q Values, zone *time.Location) (*desk.UserFilter, desk.Fields) {
	r := &filterReader{q: q, zone: zone, fields: desk.Fields{}}
	return &desk.UserFilter{
		Email:            r.text("email"),
		Name:             r.words("name"),
		PhoneNumber:      r.text("phone_number"),
		Language:         oneChoice(r, "language", desk.Languages),
		Type:             r.text("user_type"),
		Joined:           r.days("date_joined_from", "date_joined_to"),
		Blocked:          r.boolean("is_blocked"),
		AcceptsMarketing: r.boolean("accepts_marketing"),
	}, r.fields
}

// maxText is how many characters a text to search for may have: comparing a longer one
// with many rows is work that nobody asks for in good faith.
const maxText = 2000

// maxWords is how many different words may be searched for: each is a condition of its
// own for the database, which takes only so many.
const maxWords = 50

// words reads the different words of a text.
func (r *filterReader) words(name string) []string {
	words := strings.FieldsFunc(r.text(name), isSpace)
	slices.Sort(words)
	return r.few(name, slices.Compact(words))
}

func (r *filterReader) few(name string, words []string) []string {
	if len(words) > maxWords {
		r.fields.Add(name, msgManyWords)
	}
	return words
}

// TypeFilter reads the filter of the list of ticket types: a name, "" for any.
func TypeFilter(q Values) (name string, fields desk.Fields) {
	r := &filterReader{q: q, fields: desk.Fields{}}
	return r.text("name"), r.fields
}

// OrderFilter reads the filters of the list of orders, "" for any.
func OrderFilter(q Values) (number, status string, fields desk.Fields) {
	r := &filterReader{q: q, fields: desk.Fields{}}
	return r.text("order_number"), r.text("status"), r.fields
}

// ProductFilter reads the filters of the list of products: a part of the title, ""
// for any, and whether it is public, nil for either.
func ProductFilter(q Values) (title string, public *bool, fields desk.Fields) {
	r := &filterReader{q: q, fields: desk.Fields{}}
	return r.text("title"), r.boolean("is_public"), r.fields
}

// filterReader reads filters and notes their errors.
type filterReader struct {
	q      Values
	zone   *time.Location
	fields desk.Fields
}

// text reads a text without the spaces around it.
func (r *filterReader) text(name string) string {
	value, _ := r.q.Get(name)
	value = strip(value)
	if strings.IndexByte(value, 0) >= 0 {
		r.fields.Add(name, msgNUL)
		return ""
	}
	if n := utf8.RuneCountInString(value); n > maxText {
		r.fields.Add(name, msgLongText(n))
		return ""
	}
	return value
}

func oneChoice[T ~string](r *filterReader, name string, options []T) T {
	value, _ := r.q.Get(name)
	if value != "" && !slices.Contains(options, T(value)) {
		r.fields.Add(name, msgNotAmong(value))
		return ""
	}
	return T(value)
}

// choices reads a list, in which an empty value is an error.
func choices[T ~string](r *filterReader, name string, options []T) []T {
	var out []T
	for _, value := range r.q.All(name) {
		if !slices.Contains(options, T(value)) {
			r.fields.Add(name, msgNotAmong(value))
			return nil
		}
		if !slices.Contains(out, T(value)) {
			out = append(out, T(value))
		}
	}
	return out
}

// id reads a reference; 0 when there is none.
func (r *filterReader) id(name string) int64 {
	value, _ := r.q.Get(name)
	if value == "" {
		return 0
	}
	if number, ok := parseInt(value); ok {
		if id, fits := number.int64(); fits && id > 0 {
			return id
		}
	}
	r.fields.Add(name, msgThatChoice)
	return 0
}

// ids reads a list of references. The original compares the texts with the ids it
// found, so that "01" is an error; what is no integer is named first.
func (r *filterReader) ids(name string) []int64 {
	var out []int64
	odd, isOdd := "", false
	for _, value := range r.q.All(name) {
		number, ok := parseInt(value)
		if !ok {
			r.fields.Add(name, "“"+value+"” is not a valid value.")
			return nil
		}
		id, fits := number.int64()
		switch {
		case !fits || id <= 0 || string(number) != value:
			if !isOdd {
				odd, isOdd = value, true
			}
		case !slices.Contains(out, id):
			out = append(out, id)
		}
	}
	if isOdd {
		r.fields.Add(name, msgNotAmong(odd))
		return nil
	}
	return out
}

// boolean reads one of the few spellings that the original's lists know and ignores
// any other value; 2 and 3 are those of an old form widget.
func (r *filterReader) boolean(name string) *bool {
	yes, no := true, false
	switch value, _ := r.q.Get(name); value {
	case "true", "True", "2":
		return &yes
	case "false", "False", "3":
		return &no
	}
	return nil
}

// number reads a decimal number, cut to an integer; nothing reports one that no id
// can equal.
func (r *filterReader) number(name string) (id *int64, nothing bool) {
	value, _ := r.q.Get(name)
	if value == "" {
		return nil, false
	}
	d, ok := parseDecimal(value)
	switch {
	case !ok:
		r.fields.Add(name, msgNumber)
		return nil, false
	case d.aboveLimit():
		r.fields.Add(name, msgNumberSize)
		return nil, false
	}
	n, fits := d.int64()
	if !fits {
		return nil, true
	}
	return &n, false
}
