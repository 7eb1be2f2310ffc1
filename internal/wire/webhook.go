package wire

import (
	"strconv"
	"time"

	"storedesk/internal/desk"
)

// Webhook appends a webhook, with the secret that signs what is sent to it.
func Webhook(dst []byte, h *desk.Webhook, zone *time.Location) []byte {
	dst = append(dst, `{"id":`...)
	dst = strconv.AppendInt(dst, h.ID, 10)
	dst = append(dst, `,"events":[`...)
	for i, name := range h.Events.Names() {
		dst = comma(dst, i)
		dst = String(dst, name)
	}
	dst = String(append(dst, `],"secret_key":`...), h.Secret)
	dst = instant(append(dst, `,"created_at":`...), h.CreatedAt, zone)
	dst = instant(append(dst, `,"updated_at":`...), h.UpdatedAt, zone)
	dst = text(append(dst, `,"name":`...), h.Name)
	dst = String(append(dst, `,"target":`...), h.Target)
	dst = strconv.AppendBool(append(dst, `,"active":`...), h.Active)
	dst = append(dst, `,"next_check_date":`...)
	if h.NextCheckAt == 0 {
		dst = append(dst, "null"...)
	} else {
		dst = instant(dst, h.NextCheckAt, zone)
	}
	dst = strconv.AppendInt(append(dst, `,"warning_count":`...), h.WarningCount, 10)
	dst = text(append(dst, `,"api_version":`...), h.APIVersion)
	return append(dst, '}')
}

// Delivery appends an attempt at a delivery. That of a test names no event.
func Delivery(dst []byte, d *desk.Delivery, st *desk.Store) []byte {
	dst = append(dst, `{"id":`...)
	dst = strconv.AppendInt(dst, d.ID, 10)
	dst = strconv.AppendInt(append(dst, `,"webhook":`...), d.WebhookID, 10)
	dst = id(append(dst, `,"event":`...), d.EventID)
	dst = append(dst, `,"event_id":`...)
	if d.EventID == 0 {
		dst = append(dst, "null"...)
	} else {
		dst = String(dst, desk.EventUUID(st, d.EventID))
	}
	dst = String(append(dst, `,"event_type":`...), d.EventType)
	dst = id(append(dst, `,"ticket":`...), d.TicketID)
	dst = id(append(dst, `,"user":`...), d.UserID)
	dst = strconv.AppendInt(append(dst, `,"sequence":`...), d.Seq, 10)
	dst = strconv.AppendInt(append(dst, `,"attempt":`...), d.Attempt, 10)
	dst = String(append(dst, `,"outcome":`...), string(d.Outcome))
	dst = id(append(dst, `,"status":`...), int64(d.Status))
	dst = strconv.AppendInt(append(dst, `,"took_ms":`...), d.Took.Milliseconds(), 10)
	dst = String(append(dst, `,"answer":`...), d.Answer)
	dst = instant(append(dst, `,"created_at":`...), d.CreatedAt, st.Zone)
	return append(dst, '}')
}
