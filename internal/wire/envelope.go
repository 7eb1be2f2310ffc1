package wire

import (
	"strconv"
	"strings"

	"storedesk/internal/desk"
)

// defaultVersion is the version of a webhook that names none: the one that answers
// requests which name none. The Support shapes are the same in all.
const defaultVersion = "2023-02-10"

// Envelope appends what a webhook is sent: an event with the ticket or user that it is
// about. eventID is the event's UUID.
func Envelope(dst []byte, st *desk.Store, hook *desk.Webhook, eventType, eventID string, data []byte) []byte {
	object, _, _ := strings.Cut(eventType, ".")
	dst = String(append(dst, `{"object":`...), object)
	dst = append(append(dst, `,"data":`...), data...)
	dst = String(append(dst, `,"event_id":`...), eventID)
	dst = String(append(dst, `,"event_type":`...), eventType)
	dst = append(dst, `,"webhook":{"id":`...)
	dst = strconv.AppendInt(dst, hook.ID, 10)
	dst = append(dst, `,"events":[`...)
	for i, name := range hook.Events.Names() {
		dst = String(comma(dst, i), name)
	}
	name, _, _ := strings.Cut(st.NetworkDomain, ".")
	dst = String(append(dst, `],"store":`...), name)
	dst = String(append(dst, `,"target":`...), hook.Target)
	version := defaultVersion
	if hook.APIVersion != nil && *hook.APIVersion != "" {
		version = *hook.APIVersion
	}
	dst = String(append(dst, `},"api_version":`...), version)
	return append(dst, '}')
}
