package form

import (
	"maps"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"storedesk/internal/desk"
)

// User reads the fields of a user. creating is a POST: it alone requires an e-mail
// address and takes postal addresses. partial is a PATCH, as in Ticket. The input is
// nil when the body as a whole is wrong; else it holds every field that is right.
// Errors of the third address are under "addresses[2].line1"; see ErrorBody.
func User(b *Body, creating, partial bool) (*desk.UserInput, desk.Fields) {
	r, ok := b.record(partial)
	if !ok {
		return nil, r.fields
	}
	in := &desk.UserInput{
		IP:               r.ip("ip"),
		PhoneNumber:      r.text("phone_number", rule{null: true, blank: true, limit: 128}),
		Language:         choice(r, "language", rule{null: true, blank: true}, desk.Languages),
		Blocked:          r.boolean("is_blocked"),
		Tags:             r.tags("tags", true),
		AcceptsMarketing: r.boolean("accepts_marketing"),
		Metadata:         r.metadata("metadata"),
		UserAgent:        r.text("user_agent", rule{null: true, blank: true}),
	}
	if email := r.email("email", rule{required: creating}); email != nil {
		in.Email = email.Value
	}
	if first := r.text("first_name", rule{blank: true, limit: 255}); first != nil {
		in.FirstName = first.Value
	}
	if last := r.text("last_name", rule{blank: true, limit: 255}); last != nil {
		in.LastName = last.Value
	}
	if creating {
		in.Addresses = r.addresses("addresses")
	}
	return in, r.fields
}

// ip reads an IP address, in its canonical spelling; "" is null.
func (r *record) ip(name string) *desk.Text {
	text := r.textOr(name, rule{null: true, blank: true}, msgIP, func(text string) string {
		if !validIP(text) {
			return msgIP
		}
		return ""
	})
	if text == nil || text.Value == nil {
		return text
	}
	if *text.Value == "" {
		return &desk.Text{}
	}
	canonical := netip.MustParseAddr(*text.Value).Unmap().String()
	return &desk.Text{Value: &canonical}
}

// metadata reads any JSON value; in a form it is JSON in a text. nil when there is
// none; a pointer to nil for null.
func (r *record) metadata(name string) *[]byte {
	value, there := r.raw(name, rule{null: true, blank: true})
	if !there {
		return nil
	}
	if text, ok := value.(string); ok && r.object == nil {
		var err error
		if value, err = parseJSON([]byte(text)); err != nil {
			r.fail(name, msgJSON)
			return nil
		}
	}
	var out []byte
	if value != nil {
		var ok bool
		if out, ok = appendJSON(nil, value); !ok {
			r.fail(name, msgJSON)
			return nil
		}
	}
	return &out
}

// addresses reads a list of postal addresses. nil when there is none or one is bad.
func (r *record) addresses(name string) *[]desk.Address {
	items, there := r.objects(name)
	if !there {
		return nil
	}
	addresses := make([]desk.Address, len(items))
	bad := make([]bool, len(items))
	anyBad := false
	for i, item := range items {
		before := len(r.fields)
		switch v := item.(type) {
		case *record:
			addresses[i] = v.address()
		case nil:
			r.fail(indexed(name, i), msgNull)
		default:
			r.fail(indexed(name, i)+"."+wholeBody, msgNotADict(v))
		}
		bad[i] = len(r.fields) > before
		anyBad = anyBad || bad[i]
	}
	if !anyBad {
		return &addresses
	}
	for i := range items {
		if !bad[i] {
			r.fields[r.path+indexed(name, i)] = nil
		}
	}
	return nil
}

func indexed(name string, i int) string { return name + "[" + strconv.Itoa(i) + "]" }

// objects reads a list of objects, each ready to be read as a *record; what is no
// object stays as it is. In a form such a list is spelled addresses[0]line1=…
func (r *record) objects(name string) ([]any, bool) {
	var items []any
	if r.object == nil {
		items = r.form.items(name)
		if items == nil {
			return nil, false
		}
	} else {
		value, there := r.get(name, rule{})
		if !there {
			return nil, false
		}
		var ok bool
		if items, ok = value.([]any); !ok {
			r.fail(name+"."+wholeBody, msgNotAList(value))
			return nil, false
		}
	}
	out := make([]any, len(items))
	for i, item := range items {
		in := &record{body: r.body, full: r.full, path: r.path + indexed(name, i) + ".", fields: r.fields}
		switch item := item.(type) {
		case *object:
			in.object = item
			out[i] = in
		case formFields:
			in.form = item
			out[i] = in
		default:
			out[i] = item
		}
	}
	return out, true
}

// items gathers the fields name[0]x, name[0]y, name[2]x in the order of their
// numbers, which need not be gapless.
func (f formFields) items(name string) []any {
	found := map[int]any{}
	for key, values := range f {
		rest, ok := strings.CutPrefix(key, name+"[")
		number, rest, closed := strings.Cut(rest, "]")
		index, err := strconv.Atoi(number)
		if !ok || !closed || err != nil || index < 0 {
			continue
		}
		if rest == "" {
			found[index] = values[len(values)-1]
			continue
		}
		fields, isObject := found[index].(formFields)
		if !isObject {
			fields = formFields{}
			found[index] = fields
		}
		fields[rest] = values
	}
	var out []any
	for _, index := range slices.Sorted(maps.Keys(found)) {
		out = append(out, found[index])
	}
	return out
}

func (r *record) address() desk.Address {
	text := func(name string, rule rule) string {
		if t := r.text(name, rule); t != nil {
			return *t.Value
		}
		return ""
	}
	flag := func(name string) bool {
		b := r.boolean(name)
		return b != nil && *b
	}
	return desk.Address{
		Country:              text("country", rule{required: true, limit: 2}),
		FirstName:            text("first_name", rule{blank: true, limit: 255}),
		LastName:             text("last_name", rule{blank: true, limit: 255}),
		Line1:                text("line1", rule{required: true, limit: 255}),
		Line2:                text("line2", rule{blank: true, limit: 255}),
		Line3:                text("line3", rule{blank: true, limit: 255}),
		Line4:                text("line4", rule{required: true, limit: 255}),
		State:                text("state", rule{blank: true, limit: 255}),
		Postcode:             text("postcode", rule{blank: true, limit: 64}),
		PhoneNumber:          text("phone_number", rule{blank: true, limit: 128}),
		Notes:                text("notes", rule{blank: true}),
		IsDefaultForShipping: flag("is_default_for_shipping"),
		IsDefaultForBilling:  flag("is_default_for_billing"),
	}
}
