package desk

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Move says that every ticket with a tag or a ticket type is being given another one, or
// that what it has got another name. It is done a piece at a time.
type Move struct {
	Kind      MoveKind
	From, To  int64  // the same for a new name
	Reason    string // for the history of each ticket
	UserID    int64  // whoever asked for it
	After     int64  // the last ticket that was done
	CreatedAt Instant
}

// MoveKind says what tickets are moved from.
type MoveKind string

// The kinds of moves.
const (
	MoveTag  MoveKind = "tag"
	MoveType MoveKind = "type"
)

// MaxTypeName is the longest name of a ticket type, in characters.
const MaxTypeName = 100

// CheckName tidies the name of a tag or a ticket type: Invalid, as of a field name.
func CheckName(name string, most int) (string, error) {
	name = strings.Join(strings.Fields(name), " ")
	bad := func(r rune) bool { return unicode.IsControl(r) || r == utf8.RuneError }
	message := ""
	switch {
	case name == "":
		message = "This needs a name."
	case utf8.RuneCountInString(name) > most:
		message = "This name is too long."
	case strings.ContainsFunc(name, bad):
		message = "This name has characters that cannot be shown."
	default:
		return name, nil
	}
	return "", &Error{Code: Invalid, Fields: Fields{"name": {message}}}
}

// Used is how many tickets have something, counted to a limit.
type Used struct {
	Tickets int
	More    bool // there are more than that
}

// UsedTag is a tag with how many tickets have it.
type UsedTag struct {
	Tag
	Used
	Moving bool // its tickets are being changed
}

// UsedType is a ticket type with how many tickets have it.
type UsedType struct {
	TicketType
	Used
	Moving bool
}
