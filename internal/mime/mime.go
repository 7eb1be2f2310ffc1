// Package mime turns the bytes of one e-mail into a message: who wrote to
// whom, the body as text and as HTML, and every file that came along. It is
// pure and total: whatever the bytes, the answer is a message, in time
// proportional to their number and in memory that does not grow with the
// attachments. What it cannot understand it hands on as an attachment, so
// that nothing is thrown away.
//
// It knows nothing of tickets, does not clean HTML and does not judge whom to
// believe; a header says what its sender wrote.
package mime

import (
	"fmt"
	"io"
	"time"
)

// Limits of one message. What lies beyond a limit is kept as an attachment.
const (
	maxDepth       = 30      // multiparts, or messages within messages, around a part
	maxParts       = 1000    // parts, counting multiparts and the files found within texts
	maxHeaderBytes = 1 << 20 // of the message itself, and once more of all its parts together
	maxFields      = 10_000  // header fields, counted the same way
	maxText        = 2 << 20 // bytes of one text, before and after decoding its charset
	maxBody        = 4 << 20 // bytes of all texts of the body together
	maxAddresses   = 1000    // of one header field
	maxReferences  = 500     // Message-IDs of one header field
	maxNested      = 8 << 20 // bytes of a message within the message, where it is encoded
	maxOutside     = 4 << 10 // bytes around the parts of a multipart; footers and notices have less
)

// Message is one e-mail as read by [Read]. It reads its attachments from the
// source given there, which has to stay readable as long as they are used.
// A Message is not changed after Read, so that several goroutines may use it.
type Message struct {
	Header Header

	From, Sender, ReplyTo, To, Cc []Address

	Subject    string    // decoded, on one line
	Date       time.Time // zero when absent or hopeless
	MessageID  string    // without the angle brackets; "" when absent
	InReplyTo  []string  // Message-IDs, as above
	References []string  // oldest first

	// Text is the whole body as plain text, lines ending in LF. It is empty
	// when the message has none or when some of its body exists as HTML only.
	Text string
	// HTML is the whole body as HTML, as dangerous as it came. It is empty
	// when no part of the body is HTML. Texts that stand between are in it,
	// escaped.
	HTML string
	// Cut tells that a text was longer than 2 MiB, or the body than 4 MiB.
	// The whole text is then among the Parts as well.
	Cut bool

	// Parts are the files of the message in the order they came, inline
	// images among them.
	Parts []*Part

	depth int // messages around this one
}

// Read reads a message of size bytes. The only errors are those of r; a source
// that ends early is a shorter message.
func Read(r io.ReaderAt, size int64) (*Message, error) {
	return read(r, size, 0)
}

func read(r io.ReaderAt, size int64, depth int) (*Message, error) {
	src := io.NewSectionReader(r, 0, size)
	root, err := readTree(src)
	if err != nil {
		return nil, fmt.Errorf("read message: %w", err)
	}
	root.header.charset = root.charset()
	m := &Message{Header: root.header, depth: depth}
	m.readHeader()
	b := body{message: m, src: src, room: maxBody}
	if err := b.read(root); err != nil {
		return nil, fmt.Errorf("read message: %w", err)
	}
	return m, nil
}

func (m *Message) readHeader() {
	h := m.Header
	m.From, m.Sender, m.ReplyTo = h.Addresses("From"), h.Addresses("Sender"), h.Addresses("Reply-To")
	m.To, m.Cc = h.Addresses("To"), h.Addresses("Cc")
	m.Subject = h.Text("Subject")
	m.Date = parseDate(h.Get("Date"))
	m.MessageID = firstID(h.Get("Message-ID"))
	m.InReplyTo = messageIDs(h.Get("In-Reply-To"))
	m.References = messageIDs(h.Get("References"))
}

// NullSender tells that the message was sent with the empty return path of
// notices that nobody should answer (RFC 5321 section 4.5.5), as far as the
// Return-Path field of the last delivery says.
func (m *Message) NullSender() bool {
	path := m.Header.Values("Return-Path")
	return len(path) > 0 && trimSpace(path[0]) == "<>"
}
