package form

import (
	"encoding/base64"
	"math"
	"net/url"
	"strconv"
	"strings"

	"storedesk/internal/desk"
)

// maxOffset is where the offset of a cursor is cut.
const maxOffset = 1000

// Cursor is a place in a list and the direction in which to read on. Its zero value
// is the start of the list.
type Cursor struct {
	Offset   int    // rows to skip
	Reverse  bool   // read against the list's order
	Position string // the row behind which to start, as the cursor spells it; "" = none

	key desk.Key // what Position says
}

var invalidCursor = &Problem{404, "Invalid cursor"}

// DecodeCursor reads a cursor of a list in some order, as the original reads base64
// and numbers: leniently. The position is an id; in lists by update it is
// "<microseconds>.<id>". Anything else is the problem 404 "Invalid cursor".
func DecodeCursor(text string, order desk.ListOrder) (Cursor, *Problem) {
	if !ascii(text) {
		return Cursor{}, invalidCursor
	}
	query, ok := decodeBase64(text)
	if !ok || !ascii(string(query)) {
		return Cursor{}, invalidCursor
	}
	values, problem := parseFields(string(query))
	if problem != nil {
		return Cursor{}, invalidCursor
	}
	var c Cursor
	offset, ok := firstInt(values, "o")
	if !ok || strings.HasPrefix(string(offset), "-") {
		return Cursor{}, invalidCursor
	}
	if n, fits := offset.int64(); fits {
		c.Offset = int(min(n, maxOffset))
	} else {
		c.Offset = maxOffset
	}
	reverse, ok := firstInt(values, "r")
	if !ok {
		return Cursor{}, invalidCursor
	}
	c.Reverse = reverse != "0"
	if values.Has("p") {
		c.Position = values["p"][0]
		if c.key, ok = parsePosition(c.Position, order); !ok {
			return Cursor{}, invalidCursor
		}
	}
	return c, nil
}

// firstInt reads the first value of a number that may be absent, which is zero.
func firstInt(values Values, name string) (integer, bool) {
	if !values.Has(name) {
		return "0", true
	}
	return parseInt(values[name][0])
}

func parsePosition(text string, order desk.ListOrder) (desk.Key, bool) {
	var key desk.Key
	if order.ByUpdate() {
		at, id, ok := strings.Cut(text, ".")
		n, err := strconv.ParseInt(at, 10, 64)
		if !ok || err != nil {
			return key, false
		}
		key.At, text = desk.Instant(n), id
	}
	number, ok := parseInt(text)
	if !ok {
		return key, false
	}
	id, fits := number.int64()
	switch {
	case fits:
		key.ID = id
	case number[0] == '-':
		key.ID = math.MinInt64
	default:
		key.ID = math.MaxInt64
	}
	return key, true
}

func position(key desk.Key, order desk.ListOrder) string {
	id := strconv.FormatInt(key.ID, 10)
	if order.ByUpdate() {
		return strconv.FormatInt(int64(key.At), 10) + "." + id
	}
	return id
}

// Encode writes the cursor as the original does.
func (c Cursor) Encode() string {
	var parts []string
	if c.Offset != 0 {
		parts = append(parts, "o="+strconv.Itoa(c.Offset))
	}
	if c.Reverse {
		parts = append(parts, "r=1")
	}
	if c.Position != "" {
		parts = append(parts, "p="+url.QueryEscape(c.Position))
	}
	return base64.StdEncoding.EncodeToString([]byte(strings.Join(parts, "&")))
}

// Page says which rows the cursor asks for.
func (c Cursor) Page(order desk.ListOrder, size int) desk.Page {
	p := desk.Page{Order: order, Reverse: c.Reverse, Offset: c.Offset, Size: size}
	if c.Position != "" {
		p.Key = &c.key
	}
	return p
}

// Links returns the cursors of the pages after and before the one that c asked for;
// nil where there is none. rows are the keys of the page's rows in the list's order,
// more tells whether another row followed in the direction read.
func Links(c Cursor, order desk.ListOrder, size int, rows []desk.Key, more bool) (next, previous *Cursor) {
	moved := c.Position != "" || c.Offset > 0
	hasNext, hasPrevious := more, moved
	if c.Reverse {
		hasNext, hasPrevious = moved, more
	}
	if hasNext {
		next = c.turn(order, size, rows, false, hasPrevious)
	}
	if hasPrevious {
		previous = c.turn(order, size, rows, true, hasNext)
	}
	return next, previous
}

// turn makes the cursor that leads away from a page in a direction. backed tells
// whether there is a page in the other one.
func (c Cursor) turn(order desk.ListOrder, size int, rows []desk.Key, reverse, backed bool) *Cursor {
	at := func(offset int, key desk.Key) *Cursor {
		if !order.ByUpdate() {
			key.At = 0
		}
		return &Cursor{Offset: offset, Reverse: reverse, Position: position(key, order), key: key}
	}
	if len(rows) == 0 {
		return &Cursor{Reverse: reverse, Position: c.Position, key: c.key}
	}
	// edge is the row that the link continues from, beside the one next to it.
	edge, beside := rows[len(rows)-1], rows[max(len(rows)-2, 0)]
	if reverse {
		edge, beside = rows[0], rows[min(1, len(rows)-1)]
	}
	switch {
	case c.Reverse == reverse || c.Offset == 0:
		return at(0, edge)
	case len(rows) > 1:
		// The original trusts no edge of a page that an offset began: the link
		// counts from the row beside it.
		return at(1, beside)
	case !backed:
		return &Cursor{Offset: size, Reverse: reverse}
	default:
		// A page of one row: the original names the row beyond and comes to this page
		// once more. No other row can stand between it and the id next to it.
		if reverse == order.Ascending() {
			edge.ID++
		} else {
			edge.ID--
		}
		return at(0, edge)
	}
}
