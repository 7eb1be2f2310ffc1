package desk

import (
	"net/url"
	"strings"
	"time"
)

// Source is the live store that a store mirrors: its orders, products and customers
// are pulled from there again and again, and its webhooks bring what changes between.
type Source struct {
	URL     string        // scheme and host, such as https://shop.example; "" = nothing is pulled
	Token   string        // of the live store's API; kept readable, since it is shown to the live store
	Secret  string        // of the live store's webhook; kept readable, since signatures are computed with it; "" = none is taken
	Every   time.Duration // between the end of a pull and the start of the next
	Enabled bool          // false: nothing is pulled and no webhook is taken

	NextRunAt   Instant
	LeaseUntil  Instant // a pull under way holds the source until then; 0 = none
	LastRunAt   Instant // start of the latest pull; 0 = never
	LastOKAt    Instant // end of the latest pull that went through; 0 = never
	LastError   string  // of the latest pull; "" = none
	LastEventAt Instant // 0 = never
	Runs        int64   // pulls begun
	Pulled      int64   // objects that pulls made or changed
	Received    int64   // events taken, each once
	Applied     int64   // events that made or changed an object
}

// Limits of a source.
const (
	MinSourcePause  = time.Minute
	MaxSourcePause  = 30 * 24 * time.Hour
	MinSourceSecret = 16  // characters
	MaxSourceSecret = 255 // characters
)

// SourceURL is the scheme and host of a live store's address; a path is dropped.
// Invalid for what is no http or https URL, or holds a password.
func SourceURL(text string) (string, error) {
	u, err := url.Parse(strings.TrimSpace(text))
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
		return "", Errorf(Invalid, "%.200q is no URL of a store; write https://store.example", text)
	}
	if u.User != nil {
		return "", Errorf(Invalid, "the URL holds a user or a password; a store is asked with a token alone")
	}
	return u.Scheme + "://" + strings.ToLower(u.Host), nil
}

// Taken is what became of an event that a live store told of.
type Taken string

// What may become of it.
const (
	EventApplied   Taken = "applied"   // an object was made or changed
	EventUnchanged Taken = "unchanged" // the object is here as the event shows it
	EventOlder     Taken = "older"     // the object here is newer, and stays
	EventIgnored   Taken = "ignored"   // it tells of nothing that is kept here
	EventDuplicate Taken = "duplicate" // it was taken before
)
