package form

import (
	"math"
	"strconv"
	"time"

	"storedesk/internal/desk"
)

const (
	// maxEvents is the most events that may be asked for at once, eventsPage how many come
	// unasked.
	maxEvents, eventsPage = 1000, 100
	// maxWait is the longest a reader of the feed may ask to be kept waiting, in seconds.
	maxWait = 60

	maxID = math.MaxInt64
)

// EventQuery is what a reader of the event feed asks for.
type EventQuery struct {
	After  int64  // events with a larger id
	Latest bool   // only what comes from now on; After is 0
	Limit  int    // events at once
	Ticket int64  // of this ticket alone; 0: of all
	Type   string // of this type alone; "": of all
	Wait   time.Duration
}

// Events reads the parameters of the event feed.
func Events(q Values) (EventQuery, desk.Fields) {
	r := &filterReader{q: q, fields: desk.Fields{}}
	out := EventQuery{
		Limit:  int(r.whole("limit", eventsPage, 1, maxEvents)),
		Ticket: r.whole("ticket", 0, 1, maxID),
		Type:   oneChoice(r, "type", desk.EventTypes),
		Wait:   time.Duration(r.whole("wait", 0, 0, maxWait)) * time.Second,
	}
	if after, _ := q.Get("after"); after == "latest" {
		out.Latest = true
	} else {
		out.After = r.whole("after", 0, 0, maxID)
	}
	return out, r.fields
}

// EventID reads the id of an event from a header; false when it is none.
func EventID(text string) (int64, bool) {
	id, err := strconv.ParseInt(text, 10, 64)
	return id, err == nil && id >= 0
}

// whole reads an integer between two others; the default where it is absent or empty.
func (r *filterReader) whole(name string, otherwise, least, most int64) int64 {
	value, _ := r.q.Get(name)
	if value == "" {
		return otherwise
	}
	number, ok := parseInt(value)
	n, fits := number.int64()
	switch {
	case !ok:
		r.fields.Add(name, msgWhole)
	case !fits || n < least || n > most:
		r.fields.Add(name, msgBetween(least, most))
	default:
		return n
	}
	return otherwise
}

func msgBetween(least, most int64) string {
	from := "Ensure this value is between " + strconv.FormatInt(least, 10) + " and "
	return from + strconv.FormatInt(most, 10) + "."
}
