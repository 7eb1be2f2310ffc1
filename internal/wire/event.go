package wire

import (
	"bytes"
	"encoding/json"
	"strconv"

	"storedesk/internal/desk"
)

// Event appends an event as the feed shows it, on one line. It fails only for a change
// whose values are no JSON.
func Event(dst []byte, e *desk.Event, st *desk.Store) ([]byte, error) {
	dst = append(dst, `{"id":`...)
	dst = strconv.AppendInt(dst, e.ID, 10)
	dst = String(append(dst, `,"event_id":`...), desk.EventUUID(st, e.ID))
	dst = String(append(dst, `,"type":`...), e.Type)
	dst = id(append(dst, `,"ticket":`...), e.TicketID)
	dst = id(append(dst, `,"user":`...), e.UserID)
	dst = strconv.AppendInt(append(dst, `,"sequence":`...), e.Seq, 10)
	dst = String(append(dst, `,"actor":{"kind":`...), string(e.Actor.Kind))
	dst = id(append(dst, `,"id":`...), e.Actor.ID)
	dst, err := changes(append(dst, `},"changes":[`...), e.Changes)
	dst = id(append(dst, `],"comment":`...), e.CommentID)
	dst = append(dst, `,"is_public":`...)
	if e.CommentID == 0 {
		dst = append(dst, "null"...)
	} else {
		dst = strconv.AppendBool(dst, e.Public)
	}
	dst = id(append(dst, `,"cause":`...), e.CauseID)
	dst = append(dst, `,"reason":`...)
	if e.Reason == "" {
		dst = append(dst, "null"...)
	} else {
		dst = String(dst, e.Reason)
	}
	dst = instant(append(dst, `,"created_at":`...), e.CreatedAt, st.Zone)
	return append(dst, '}'), err
}

func changes(dst []byte, list []desk.Change) ([]byte, error) {
	for i, c := range list {
		dst = String(append(comma(dst, i), `{"field":`...), c.Field)
		for _, value := range []struct {
			name string
			is   any
		}{{`,"from":`, c.From}, {`,"to":`, c.To}} {
			var out bytes.Buffer
			encoder := json.NewEncoder(&out)
			encoder.SetEscapeHTML(false)
			if err := encoder.Encode(value.is); err != nil {
				return dst, err
			}
			dst = append(append(dst, value.name...), bytes.TrimSuffix(out.Bytes(), []byte("\n"))...)
		}
		dst = append(dst, '}')
	}
	return dst, nil
}
