package wire

import (
	"bytes"
	"encoding/json"
	"time"

	"storedesk/internal/desk"
)

// Rewind returns the JSON of a ticket or user as it was right after an event, given how
// it is now and the events since, latest first: each field that they changed gets back
// its value from before, and their comments go.
func Rewind(now []byte, e *desk.Event, since []desk.Event, zone *time.Location) ([]byte, error) {
	o, err := parseObject(now)
	if err != nil {
		return nil, err
	}
	added := map[int64]bool{}
	for _, later := range since {
		added[later.CommentID] = true
		for _, c := range later.Changes {
			if o.values[c.Field], err = marshal(c.From); err != nil {
				return nil, err
			}
		}
	}
	if _, there := o.values["updated_at"]; there {
		o.values["updated_at"] = instant(nil, e.CreatedAt, zone)
	}
	if comments, there := o.values["comments"]; there {
		if o.values["comments"], err = without(comments, added); err != nil {
			return nil, err
		}
	}
	return o.append(make([]byte, 0, len(now))), nil
}

// Changes lists what differs between two states of a user's JSON.
func Changes(before, after []byte) ([]desk.Change, error) {
	from, err := parseObject(before)
	if err != nil {
		return nil, err
	}
	to, err := parseObject(after)
	if err != nil {
		return nil, err
	}
	var list []desk.Change
	for _, key := range to.keys {
		if !bytes.Equal(from.values[key], to.values[key]) {
			list = append(list, desk.Change{Field: key, From: from.values[key], To: to.values[key]})
		}
	}
	return list, nil
}

// object is a JSON object whose values are left as they stand.
type object struct {
	keys   []string
	values map[string]json.RawMessage
}

func parseObject(text []byte) (*object, error) {
	o := &object{values: map[string]json.RawMessage{}}
	d := json.NewDecoder(bytes.NewReader(text))
	if _, err := d.Token(); err != nil {
		return nil, err
	}
	for d.More() {
		key, err := d.Token()
		if err != nil {
			return nil, err
		}
		var value json.RawMessage
		if err := d.Decode(&value); err != nil {
			return nil, err
		}
		o.keys = append(o.keys, key.(string))
		o.values[key.(string)] = value
	}
	return o, nil
}

func (o *object) append(dst []byte) []byte {
	dst = append(dst, '{')
	for i, key := range o.keys {
		dst = append(String(comma(dst, i), key), ':')
		dst = append(dst, o.values[key]...)
	}
	return append(dst, '}')
}

// without drops the comments with these ids from a list of comments.
func without(list json.RawMessage, ids map[int64]bool) (json.RawMessage, error) {
	var comments []json.RawMessage
	if err := json.Unmarshal(list, &comments); err != nil {
		return nil, err
	}
	out, n := []byte{'['}, 0
	for _, c := range comments {
		var known struct{ ID int64 }
		if err := json.Unmarshal(c, &known); err != nil {
			return nil, err
		}
		if !ids[known.ID] {
			out = append(comma(out, n), c...)
			n++
		}
	}
	return append(out, ']'), nil
}

// marshal is json.Marshal that leaves <, > and & alone.
func marshal(v any) (json.RawMessage, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	err := e.Encode(v)
	return bytes.TrimSuffix(b.Bytes(), []byte{'\n'}), err
}
