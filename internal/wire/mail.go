package wire

import (
	"encoding/json"
	"strconv"
	"strings"

	"storedesk/internal/desk"
)

// Mail appends a row of the ledger of mail.
func Mail(dst []byte, m *desk.Mail, st *desk.Store) []byte {
	dst = strconv.AppendInt(append(dst, `{"id":`...), m.ID, 10)
	dst = String(append(dst, `,"fate":`...), string(m.Fate))
	dst = String(append(dst, `,"reason":`...), m.Reason)
	dst = id(append(dst, `,"ticket":`...), m.TicketID)
	dst = id(append(dst, `,"comment":`...), m.CommentID)
	dst = String(append(dst, `,"from":`...), strings.ToLower(m.From))
	dst = String(append(dst, `,"subject":`...), m.Subject)
	dst = String(append(dst, `,"message_id":`...), m.MessageID)
	dst = String(append(dst, `,"source":`...), m.Source)
	dst = String(append(dst, `,"envelope_from":`...), m.EnvelopeFrom)
	dst = append(dst, `,"recipients":[`...)
	for i, address := range m.Recipients {
		dst = String(comma(dst, i), address)
	}
	dst = String(append(dst, `],"peer":`...), m.Peer)
	dst = append(dst, `,"checks":`...)
	if json.Valid([]byte(m.Auth)) {
		dst = append(dst, m.Auth...)
	} else {
		dst = append(dst, "null"...)
	}
	dst = strconv.AppendInt(append(dst, `,"size":`...), m.Size, 10)
	dst = String(append(dst, `,"sha256":`...), m.SHA256)
	dst = instant(append(dst, `,"received_at":`...), m.ReceivedAt, st.Zone)
	dst = append(dst, `,"handled_at":`...)
	if m.HandledAt == 0 {
		return append(dst, "null}"...)
	}
	return append(instant(dst, m.HandledAt, st.Zone), '}')
}

// MailView appends a message as a person reads it.
func MailView(dst []byte, v *desk.MailView) []byte {
	dst = String(append(dst, `{"text":`...), v.Text)
	dst = String(append(dst, `,"new":`...), v.New)
	dst = text(append(dst, `,"html":`...), v.HTML)
	return append(strconv.AppendBool(append(dst, `,"has_remote":`...), v.Remote), '}')
}
