package mime

import (
	"bytes"
	"errors"
	"fmt"
	"io"
)

// ErrNested is returned by [Part.Message] for a message that is encoded and
// larger than 8 MiB, or within 30 others.
var ErrNested = errors.New("mime: message within the message is too large or too deep")

// Part is a file that came with a message: an attachment, an image of the
// HTML, a text that is not the body, or whatever could not be understood.
type Part struct {
	Header Header

	// ContentType is what the sender says, in lower case and without
	// parameters; application/octet-stream when that is nothing.
	ContentType string
	// FileName is never empty and safe to show: no path, no invisible
	// characters, at most 255 of them. It need not be unique.
	FileName string
	// ContentID is without the angle brackets; "" when absent.
	ContentID       string
	ContentLocation string
	// Inline says that the sender wants the part shown within the body.
	// HTML may refer to others as well.
	Inline bool

	open  func() io.Reader
	plain *io.SectionReader // the same bytes, where they came without encoding
	depth int
}

// Open reads the part from its beginning, its transfer encoding undone. The
// only errors are those of the source of the message.
func (p *Part) Open() io.Reader { return p.open() }

// Size counts the bytes of Open, by reading them all unless they came without
// an encoding.
func (p *Part) Size() (int64, error) {
	if p.plain != nil {
		return p.plain.Size(), nil
	}
	return io.Copy(io.Discard, p.Open())
}

// Message reads the part as a message, which makes sense for message/rfc822
// and files called .eml. Besides the errors of the source there is [ErrNested].
func (p *Part) Message() (*Message, error) {
	if p.depth >= maxDepth {
		return nil, ErrNested
	}
	if p.plain != nil {
		return read(p.plain, p.plain.Size(), p.depth+1)
	}
	data, err := io.ReadAll(io.LimitReader(p.Open(), maxNested+1))
	if err != nil {
		return nil, fmt.Errorf("read nested message: %w", err)
	}
	if len(data) > maxNested {
		return nil, ErrNested
	}
	return read(bytes.NewReader(data), int64(len(data)), p.depth+1)
}

// part makes a file of a node that has no parts.
func (b *body) part(n *node, parent string) *Part {
	disposition := parseMedia(n.header.Get("Content-Disposition"))
	p := &Part{
		Header:          n.header,
		ContentType:     n.media.kind,
		FileName:        fileName(disposition, n.media, b.message.Header.charset),
		ContentID:       firstID(n.header.Get("Content-ID")),
		ContentLocation: n.header.Text("Content-Location"),
		depth:           b.message.depth,
	}
	p.Inline = disposition.kind == "inline" || disposition.kind == "" && (parent == "multipart/related" || p.ContentID != "")
	if !isMediaType(p.ContentType) {
		p.ContentType = "application/octet-stream"
	}
	if p.FileName == "" {
		p.FileName = defaultName(p.ContentType)
	}
	b.source(p, b.section(n.start, n.end), b.transferOf(n))
	return p
}

// raw makes a file of a stretch of the message as it stands.
func (b *body) raw(kind, name string, begin, end int64) *Part {
	p := &Part{ContentType: kind, FileName: name, depth: b.message.depth}
	b.source(p, b.section(begin, end), identity)
	return p
}

func (b *body) source(p *Part, src *io.SectionReader, t transfer) {
	if t == identity {
		p.plain = src
	}
	p.open = func() io.Reader { return t.decoder(src) }
}

func (b *body) section(begin, end int64) *io.SectionReader {
	return io.NewSectionReader(b.src, begin, end-begin)
}

// transferOf returns the encoding that a part has, which for a text is not
// always the one it claims.
func (b *body) transferOf(n *node) transfer {
	t := parseTransfer(n.header.Get("Content-Transfer-Encoding"))
	if t == base64Transfer && (n.multipart || n.media.family() == "text") {
		head := make([]byte, 2<<10)
		got, _ := b.section(n.start, n.end).ReadAt(head, 0) // an error comes again
		if isMislabelled(head[:got]) {
			return identity
		}
	}
	return t
}
