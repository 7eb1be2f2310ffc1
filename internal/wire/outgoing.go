package wire

import (
	"strconv"
	"time"

	"storedesk/internal/desk"
)

// Outgoing appends a mail of ours with what became of it at each recipient.
func Outgoing(dst []byte, o *desk.Outgoing, zone *time.Location) []byte {
	dst = append(dst, `{"id":`...)
	dst = strconv.AppendInt(dst, o.ID, 10)
	dst = String(append(dst, `,"kind":`...), o.Kind)
	dst = id(append(dst, `,"comment":`...), o.CommentID)
	dst = String(append(dst, `,"message_id":`...), o.MessageID)
	dst = String(append(dst, `,"subject":`...), o.Subject)
	dst = instant(append(dst, `,"created_at":`...), o.CreatedAt, zone)
	dst = append(dst, `,"recipients":[`...)
	for i := range o.Recipients {
		r := &o.Recipients[i]
		dst = comma(dst, i)
		dst = String(append(dst, `{"address":`...), r.Address)
		dst = String(append(dst, `,"state":`...), string(r.State))
		dst = String(append(dst, `,"reason":`...), r.Reason)
		dst = instant(append(dst, `,"updated_at":`...), r.UpdatedAt, zone)
		dst = append(dst, '}')
	}
	return append(dst, "]}"...)
}
