package pyjson

import "fmt"

// member is where a key and its value stand in dst.
type member struct{ key, keyEnd, value, end int }

// object is an object being written.
type object struct {
	start    int            // in dst, behind the brace
	first    int            // its first member in transcoder.members
	index    map[string]int // members by key, from manyKeys on
	repeated bool           // a key came again, so dst holds more than the object
}

// manyKeys is the number of keys from which on a map finds one faster than a look at each.
const manyKeys = 32

func (t *transcoder) object(depth int) error {
	if depth > MaxDepth {
		return fmt.Errorf("%w: nested deeper than %d at byte %d", ErrLimit, MaxDepth, t.at)
	}
	t.at++
	t.dst = append(t.dst, '{')
	o := object{start: len(t.dst), first: len(t.members)}
	if t.space(); t.take('}') {
		t.dst = append(t.dst, '}')
		return nil
	}
	for {
		if err := t.member(&o, depth); err != nil {
			return err
		}
		t.space()
		if t.take('}') {
			break
		}
		if !t.take(',') {
			return t.expected("',' or '}'")
		}
		t.dst = append(t.dst, ", "...)
	}
	if o.repeated {
		t.settle(&o)
	}
	t.members = t.members[:o.first]
	t.dst = append(t.dst, '}')
	return nil
}

func (t *transcoder) member(o *object, depth int) error {
	if t.space(); t.at == len(t.src) || t.src[t.at] != '"' {
		return t.expected("a name in double quotes")
	}
	m := member{key: len(t.dst)}
	if err := t.text(); err != nil {
		return err
	}
	m.keyEnd = len(t.dst)
	if t.space(); !t.take(':') {
		return t.expected("':'")
	}
	t.dst = append(t.dst, ": "...)
	m.value = len(t.dst)
	t.space()
	if err := t.value(depth); err != nil {
		return err
	}
	m.end = len(t.dst)
	if before := t.find(o, t.dst[m.key:m.keyEnd]); before != nil {
		before.value, before.end = m.value, m.end
		o.repeated = true
		return nil
	}
	t.add(o, m)
	return nil
}

// find returns the member with a key, or nil. Keys are compared as they are written:
// each text has one way to be written.
func (t *transcoder) find(o *object, key []byte) *member {
	members := t.members[o.first:]
	if o.index != nil {
		if i, ok := o.index[string(key)]; ok {
			return &members[i]
		}
		return nil
	}
	for i := range members {
		m := &members[i]
		if m.keyEnd-m.key == len(key) && string(t.dst[m.key:m.keyEnd]) == string(key) {
			return m
		}
	}
	return nil
}

func (t *transcoder) add(o *object, m member) {
	t.members = append(t.members, m)
	members := t.members[o.first:]
	if o.index != nil {
		o.index[string(t.dst[m.key:m.keyEnd])] = len(members) - 1
		return
	}
	if len(members) == manyKeys {
		o.index = make(map[string]int, 2*manyKeys)
		for i, m := range members {
			o.index[string(t.dst[m.key:m.keyEnd])] = i
		}
	}
}

// settle writes an object again, each key once. Up to here the values that a later one
// replaced had to stay: taking each out at once would cost the square of their number.
func (t *transcoder) settle(o *object) {
	once := make([]byte, 0, len(t.dst)-o.start)
	for i, m := range t.members[o.first:] {
		if i > 0 {
			once = append(once, ", "...)
		}
		once = append(once, t.dst[m.key:m.keyEnd]...)
		once = append(once, ": "...)
		once = append(once, t.dst[m.value:m.end]...)
	}
	t.dst = append(t.dst[:o.start], once...)
}
