package form

import (
	"fmt"
	"sort"
	"strconv"
	"strings"

	"storedesk/internal/desk"
)

// Problem is a request that is refused as a whole.
type Problem struct {
	Status int    // HTTP status
	Detail string // what the answer's "detail" says
}

func (p *Problem) Error() string { return p.Detail }

// Append appends the answer's body: {"detail":"..."}.
func (p *Problem) Append(dst []byte) []byte {
	return append(appendString(append(dst, `{"detail":`...), p.Detail), '}')
}

var tooMany = &Problem{400, "Too many parameters."}

// Texts of the original.
const (
	msgRequired   = "This field is required."
	msgNull       = "This field may not be null."
	msgBlank      = "This field may not be blank."
	msgNotString  = "Not a valid string."
	msgNUL        = "Null characters are not allowed."
	msgBoolean    = "Must be a valid boolean."
	msgEmail      = "Enter a valid email address."
	msgURL        = "Enter a valid URL."
	msgEmptyList  = "This list may not be empty."
	msgWhole      = "A valid integer is required."
	msgIP         = "Enter a valid IPv4 or IPv6 address."
	msgInvalid    = "Invalid value."
	msgJSON       = "Value must be valid JSON."
	msgNumber     = "Enter a number."
	msgManyWords  = "Enter at most 50 different words."
	msgNumberSize = "Ensure this value is less than or equal to 1e+50."
	msgDate       = "Enter a valid date."
	msgThatChoice = "Select a valid choice. That choice is not one of the available choices."
	msgPageSize   = "Ensure this value is between 1 and 100."
)

const wholeBody = "non_field_errors"

func msgTooLong(limit int) string {
	return fmt.Sprintf("Ensure this field has no more than %d characters.", limit)
}

func msgNotAList(value any) string {
	return fmt.Sprintf(`Expected a list of items but got type "%s".`, typeName(value))
}

func msgNotADict(value any) string {
	return fmt.Sprintf("Invalid data. Expected a dictionary, but got %s.", typeName(value))
}

func msgNotAKey(value any) string {
	return fmt.Sprintf("Incorrect type. Expected pk value, received %s.", typeName(value))
}

func msgNoChoice(value string) string { return `"` + shown(value) + `" is not a valid choice.` }

// shown is a text as a message can carry it: without lone surrogates.
func shown(text string) string { return strings.ToValidUTF8(text, "\uFFFD") }

func msgNotAmong(value string) string {
	return fmt.Sprintf("Select a valid choice. %s is not one of the available choices.", value)
}

// ErrorBody is the body of a 400 answer, as JSON. The keys of fields say where a
// message stands: "comment.body" is in a nested object, "addresses[0].country" in
// the first object of a list. A key without messages, such as "addresses[1]", is an
// empty object: the good one beside a bad one.
func ErrorBody(fields desk.Fields) []byte {
	root := &place{}
	for key, messages := range fields {
		at := root
		for _, step := range steps(key) {
			at = at.child(step)
		}
		at.messages = append(at.messages, messages...)
	}
	return root.append(nil)
}

// place is a node of the tree that an error body is.
type place struct {
	messages []string
	names    map[string]*place
	items    []*place
}

// steps splits "addresses[0].country" into "addresses", 0 and "country".
func steps(key string) []any {
	var out []any
	for _, name := range strings.Split(key, ".") {
		name, index, listed := strings.Cut(name, "[")
		out = append(out, name)
		if n, err := strconv.Atoi(strings.TrimSuffix(index, "]")); listed && err == nil && n >= 0 {
			out = append(out, n)
		}
	}
	return out
}

func (p *place) child(step any) *place {
	if index, ok := step.(int); ok {
		for len(p.items) <= index {
			p.items = append(p.items, &place{})
		}
		return p.items[index]
	}
	name := step.(string)
	if p.names == nil {
		p.names = map[string]*place{}
	}
	if p.names[name] == nil {
		p.names[name] = &place{}
	}
	return p.names[name]
}

func (p *place) append(dst []byte) []byte {
	switch {
	case p.items != nil:
		return appendList(dst, p.items, func(dst []byte, item *place) []byte { return item.append(dst) })
	case len(p.messages) > 0:
		return appendList(dst, p.messages, appendString)
	}
	names := make([]string, 0, len(p.names))
	for name := range p.names {
		names = append(names, name)
	}
	sort.Strings(names)
	dst = append(dst, '{')
	for i, name := range names {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = append(appendString(dst, name), ':')
		dst = p.names[name].append(dst)
	}
	return append(dst, '}')
}

func appendList[T any](dst []byte, items []T, one func([]byte, T) []byte) []byte {
	dst = append(dst, '[')
	for i, item := range items {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = one(dst, item)
	}
	return append(dst, ']')
}

func msgLongText(n int) string {
	return fmt.Sprintf("Ensure this value has at most %d characters (it has %d).", maxText, n)
}
