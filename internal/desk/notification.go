package desk

import (
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"
)

// Notification is a mail that is sent by itself, as a store has it. Texts hold
// placeholders such as {{ ticket.id }}.
type Notification struct {
	Name    string
	Enabled bool
	Subject string // one line, at most MaxNotificationSubject characters
	Body    string // plain text, at most MaxNotificationBody characters
}

// The notifications.
const (
	NotifyAcknowledgement = "acknowledgement" // to the requester: the ticket is there
	NotifyAssigned        = "assigned"        // to the agent who now has the ticket
	NotifyMentioned       = "mentioned"       // to an agent whom an internal comment names
	NotifyNewTicket       = "new_ticket"      // to the admin address
)

// Limits of a notification's texts, in characters.
const (
	MaxNotificationSubject = 200
	MaxNotificationBody    = 10_000
)

// Notifications are as the program brings them, before a store changes them.
var Notifications = []Notification{
	{
		Name: NotifyAcknowledgement, Enabled: true, Subject: "We have received your request (#{{ ticket.id }})",
		Body: "Hello {{ requester.first_name }},\n\nwe have received your request and will answer as soon as we can. Its number is {{ ticket.id }}.\n\n" +
			"To add something, reply to this mail.\n\n{{ store.name }}",
	},
	{
		Name: NotifyAssigned, Enabled: true, Subject: "Assigned to you: #{{ ticket.id }} {{ ticket.subject }}",
		Body: "Ticket {{ ticket.id }} of {{ store.name }} is now yours:\n\n{{ ticket.subject }}\n{{ ticket.url }}\n\nReply to this mail to answer the customer.",
	},
	{
		Name: NotifyMentioned, Enabled: true, Subject: "You are mentioned in #{{ ticket.id }} {{ ticket.subject }}",
		Body: "An internal comment on ticket {{ ticket.id }} of {{ store.name }} mentions you:\n\n{{ ticket.subject }}\n{{ ticket.url }}",
	},
	{
		Name: NotifyNewTicket, Enabled: true, Subject: "New ticket #{{ ticket.id }}: {{ ticket.subject }}",
		Body: "There is a new ticket in {{ store.name }}:\n\n{{ ticket.subject }}\n{{ ticket.url }}",
	},
}

// placeholders are what each notification may hold. What a customer is sent unasked
// repeats nothing that a stranger wrote, or strangers would write to others through us.
var placeholders = map[string][]string{
	NotifyAcknowledgement: {"ticket.id", "store.name", "requester.first_name"},
	NotifyAssigned:        agentPlaceholders,
	NotifyMentioned:       agentPlaceholders,
	NotifyNewTicket:       agentPlaceholders,
}

var agentPlaceholders = []string{"ticket.id", "ticket.subject", "ticket.url", "store.name", "requester.first_name"}

// Placeholders lists what a notification may hold between {{ and }}.
func Placeholders(notification string) []string { return slices.Clone(placeholders[notification]) }

// DefaultNotification returns a notification as the program brings it, or ErrNotFound.
func DefaultNotification(name string) (Notification, error) {
	for _, n := range Notifications {
		if n.Name == name {
			return n, nil
		}
	}
	return Notification{}, ErrNotFound
}

var placeholder = regexp.MustCompile(`\{\{\s*([^{}\s]*)\s*\}\}`)

// Check says what is wrong with a notification's texts: Invalid.
func (n *Notification) Check() error {
	subject, body := n.Subject, n.Body
	switch {
	case strings.TrimSpace(subject) == "" || strings.TrimSpace(body) == "":
		return Errorf(Invalid, "a notification has a subject and a body")
	case !utf8.ValidString(subject+body) || strings.ContainsRune(subject+body, 0):
		return Errorf(Invalid, "the text is not UTF-8")
	case utf8.RuneCountInString(subject) > MaxNotificationSubject:
		return Errorf(Invalid, "the subject is longer than %d characters", MaxNotificationSubject)
	case utf8.RuneCountInString(body) > MaxNotificationBody:
		return Errorf(Invalid, "the body is longer than %d characters", MaxNotificationBody)
	case strings.ContainsAny(subject, "\r\n"):
		return Errorf(Invalid, "the subject has several lines")
	}
	for _, found := range placeholder.FindAllStringSubmatch(subject+"\n"+body, -1) {
		if !slices.Contains(placeholders[n.Name], found[1]) {
			return Errorf(Invalid, "%s is unknown in %s; there are %s", found[0], n.Name, strings.Join(placeholders[n.Name], ", "))
		}
	}
	if rest := placeholder.ReplaceAllString(subject+"\n"+body, ""); strings.Contains(rest, "{{") || strings.Contains(rest, "}}") {
		return Errorf(Invalid, "a placeholder is not complete; write it as {{ ticket.id }}")
	}
	return nil
}

// Fill puts values into the texts' places. Values are text: placeholders in them stay as
// they are, and the subject stays on one line.
func (n *Notification) Fill(values map[string]string) (subject, body string) {
	fill := func(text string) string {
		return placeholder.ReplaceAllStringFunc(text, func(found string) string {
			return values[placeholder.FindStringSubmatch(found)[1]]
		})
	}
	return strings.Join(strings.Fields(fill(n.Subject)), " "), strings.ReplaceAll(fill(n.Body), "Hello ,", "Hello,")
}
