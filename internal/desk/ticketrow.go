package desk

import (
	"strings"
	"unicode"
)

// TicketRow is a ticket as a list of the dashboard shows it to one agent.
type TicketRow struct {
	Ticket
	Requester  *PersonName // nil for none
	Assignee   *PersonName
	Group      *PermissionGroup // with its name alone
	Type       *TicketType
	Snippet    string // of the latest public comment
	ByAgent    bool   // that comment is by an agent
	CustomerAt Instant
	Unread     bool           // somebody else has said something since the agent looked at it
	Trouble    RecipientState // what is wrong with a mail about it; "" for nothing
}

// PersonName is somebody by name.
type PersonName struct {
	ID                         int64
	Email, FirstName, LastName string
}

const snippetRunes = 140

// Snippet is the beginning of a text, on one line.
func Snippet(text string) string {
	var b strings.Builder
	runes, space := 0, false
	for _, r := range text {
		if unicode.IsSpace(r) || unicode.IsControl(r) {
			space = runes > 0
			continue
		}
		if runes >= snippetRunes {
			return b.String() + "…"
		}
		if space {
			b.WriteByte(' ')
			runes++
		}
		space = false
		b.WriteRune(r)
		runes++
	}
	return b.String()
}
