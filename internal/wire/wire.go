// Package wire makes the public JSON shapes: what the Admin API answers, what
// webhooks carry and what live messages show. It only appends bytes; it asks no
// database and no clock. Key order is the original's.
package wire

import (
	"bytes"
	"strconv"
	"time"
	"unicode/utf8"

	"storedesk/internal/desk"
)

// A link to an attachment stands in a prepared document as
//
//	linkStart path linkEnd
//
// because the origin (and, where links expire, the signature) is known only when a
// request asks. Neither byte can occur raw in JSON.
const (
	linkStart = '\x01'
	linkEnd   = '\x02'
)

// Linker turns the path of an attachment into the URL shown to this client.
type Linker interface {
	// AppendURL appends the absolute URL of the attachment whose path follows /media/.
	AppendURL(dst, path []byte) []byte
}

// Origin is the plainest Linker: scheme and host as the client sees them.
type Origin string

// AppendURL implements Linker.
func (o Origin) AppendURL(dst, path []byte) []byte {
	dst = append(dst, o...)
	dst = append(dst, "/media/"...)
	return append(dst, path...)
}

// Expand appends a prepared text with its links filled in.
func Expand(dst, prepared []byte, link Linker) []byte {
	for {
		start := bytes.IndexByte(prepared, linkStart)
		if start < 0 {
			return append(dst, prepared...)
		}
		dst = append(dst, prepared[:start]...)
		prepared = prepared[start+1:]
		end := bytes.IndexByte(prepared, linkEnd)
		if end < 0 {
			return append(dst, prepared...)
		}
		dst = link.AppendURL(dst, prepared[:end])
		prepared = prepared[end+1:]
	}
}

// Document is a ticket's JSON, prepared when the ticket changed. Head ends where the
// comments begin; Parts and Comments hold the comments, each preceded by a comma.
type Document struct {
	ID       int64
	Seq      int64
	At       desk.Instant // updated_at, where a list is ordered by it
	Head     []byte
	Parts    []byte
	Comments []byte
}

// Append writes the whole ticket.
func (d *Document) Append(dst []byte, link Linker) []byte {
	dst = append(dst, d.Head...)
	if len(d.Parts) > 0 {
		dst = Expand(dst, d.Parts[1:], link)
		dst = Expand(dst, d.Comments, link)
	} else if len(d.Comments) > 0 {
		dst = Expand(dst, d.Comments[1:], link)
	}
	return append(dst, "]}"...)
}

// TicketHead appends the document's head: the ticket's own fields, up to the
// opening bracket of its comments.
func TicketHead(dst []byte, t *desk.Ticket, zone *time.Location) []byte {
	dst = append(dst, `{"id":`...)
	dst = strconv.AppendInt(dst, t.ID, 10)
	dst = append(dst, `,"subject":`...)
	dst = String(dst, t.Subject)
	dst = id(append(dst, `,"ticket_type":`...), t.TypeID)
	dst = id(append(dst, `,"requester":`...), t.RequesterID)
	dst = id(append(dst, `,"assignee":`...), t.AssigneeID)
	dst = String(append(dst, `,"priority":`...), string(t.Priority))
	dst = text(append(dst, `,"from_email":`...), t.FromEmail)
	dst = append(dst, `,"order":`...)
	if t.Order == "" {
		dst = append(dst, "null"...)
	} else {
		dst = String(dst, t.Order)
	}
	dst = append(dst, `,"products":[`...)
	for i, p := range t.Products {
		dst = comma(dst, i)
		dst = strconv.AppendInt(dst, p, 10)
	}
	dst = instant(append(dst, `],"created_at":`...), t.CreatedAt, zone)
	dst = instant(append(dst, `,"updated_at":`...), t.UpdatedAt, zone)
	dst = String(append(dst, `,"channel":`...), string(t.Channel))
	dst = String(append(dst, `,"status":`...), string(t.Status))
	dst = append(dst, `,"tags":[`...)
	for i, tag := range t.Tags {
		dst = comma(dst, i)
		dst = String(dst, tag.Name)
	}
	return append(dst, `],"comments":[`...)
}

// Comment appends a prepared comment, preceded by a comma.
func Comment(dst []byte, c *desk.Comment, zone *time.Location) []byte {
	dst = append(dst, `,{"id":`...)
	dst = strconv.AppendInt(dst, c.ID, 10)
	dst = id(append(dst, `,"author":`...), c.AuthorID)
	dst = text(append(dst, `,"body":`...), c.Body)
	dst = append(dst, `,"is_public":`...)
	dst = strconv.AppendBool(dst, c.Public)
	dst = append(dst, `,"attachments":[`...)
	for i := range c.Attachments {
		dst = comma(dst, i)
		dst = Attachment(dst, &c.Attachments[i])
	}
	dst = text(append(dst, `],"from_email":`...), c.FromEmail)
	dst = instant(append(dst, `,"created_at":`...), c.CreatedAt, zone)
	return append(dst, '}')
}

// Attachment appends a prepared attachment.
func Attachment(dst []byte, a *desk.Attachment) []byte {
	dst = append(dst, `{"id":`...)
	dst = strconv.AppendInt(dst, a.ID, 10)
	dst = String(append(dst, `,"file_name":`...), a.FileName)
	dst = append(dst, `,"file":"`...)
	dst = append(dst, linkStart)
	dst = appendEscaped(dst, a.Path)
	return append(dst, linkEnd, '"', '}')
}

// Attachments appends a prepared list of attachments.
func Attachments(dst []byte, list []desk.Attachment) []byte {
	dst = append(dst, '[')
	for i := range list {
		dst = comma(dst, i)
		dst = Attachment(dst, &list[i])
	}
	return append(dst, ']')
}

func comma(dst []byte, i int) []byte {
	if i > 0 {
		return append(dst, ',')
	}
	return dst
}

func id(dst []byte, id int64) []byte {
	if id == 0 {
		return append(dst, "null"...)
	}
	return strconv.AppendInt(dst, id, 10)
}

func text(dst []byte, s *string) []byte {
	if s == nil {
		return append(dst, "null"...)
	}
	return String(dst, *s)
}

func instant(dst []byte, at desk.Instant, zone *time.Location) []byte {
	dst = append(dst, '"')
	dst = at.Append(dst, zone)
	return append(dst, '"')
}

// String appends a JSON string: characters stand for themselves, only quotes,
// backslashes and control characters are escaped; invalid UTF-8 becomes U+FFFD.
func String(dst []byte, s string) []byte {
	dst = append(dst, '"')
	dst = appendEscaped(dst, s)
	return append(dst, '"')
}

const hex = "0123456789abcdef"

func appendEscaped(dst []byte, s string) []byte {
	start := 0
	for i := 0; i < len(s); {
		c := s[i]
		if c >= utf8.RuneSelf {
			r, size := utf8.DecodeRuneInString(s[i:])
			if r == utf8.RuneError && size == 1 {
				dst = append(dst, s[start:i]...)
				dst = append(dst, "\ufffd"...)
				start = i + 1
			}
			i += size
			continue
		}
		if c >= ' ' && c != '"' && c != '\\' {
			i++
			continue
		}
		dst = append(dst, s[start:i]...)
		dst = appendControl(dst, c)
		i++
		start = i
	}
	return append(dst, s[start:]...)
}

func appendControl(dst []byte, c byte) []byte {
	switch c {
	case '"', '\\':
		return append(dst, '\\', c)
	case '\n':
		return append(dst, '\\', 'n')
	case '\r':
		return append(dst, '\\', 'r')
	case '\t':
		return append(dst, '\\', 't')
	case '\b':
		return append(dst, '\\', 'b')
	case '\f':
		return append(dst, '\\', 'f')
	default:
		return append(dst, '\\', 'u', '0', '0', hex[c>>4], hex[c&15])
	}
}

// Clone copies the document's bytes, so that it outlives the row it was read from.
func (d *Document) Clone() Document {
	c := *d
	c.Head, c.Parts, c.Comments = bytes.Clone(d.Head), bytes.Clone(d.Parts), bytes.Clone(d.Comments)
	return c
}

// Prepared is the Linker that leaves links as they stand in a document, for answers
// that are kept and expanded later.
type Prepared struct{}

// AppendURL implements Linker.
func (Prepared) AppendURL(dst, path []byte) []byte {
	dst = append(append(dst, linkStart), path...)
	return append(dst, linkEnd)
}
