package form

import "storedesk/internal/desk"

// Address reads the further address that a user is to get: {"address": …}.
func Address(b *Body) (string, desk.Fields) {
	r, ok := b.record(false)
	if !ok {
		return "", r.fields
	}
	text := r.email("address", rule{required: true})
	if text == nil || text.Value == nil {
		return "", r.fields
	}
	return *text.Value, r.fields
}

// AddressQuery reads the further address that a user is to lose.
func AddressQuery(q Values) (string, desk.Fields) {
	r := &filterReader{q: q, fields: desk.Fields{}}
	address := r.text("address")
	if address == "" && len(r.fields) == 0 {
		r.fields.Add("address", msgRequired)
	}
	return address, r.fields
}
