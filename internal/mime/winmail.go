package mime

import (
	"bytes"
	"io"
	"strings"
)

// isTNEF tells a winmail.dat.
func isTNEF(m, disposition media) bool {
	switch m.kind {
	case "application/ms-tnef", "application/vnd.ms-tnef", "application/x-ms-tnef":
		return true
	case "application/octet-stream":
		return strings.EqualFold(fileName(disposition, m, ""), "winmail.dat")
	}
	return false
}

// winmail keeps the files in a winmail.dat, and the file itself when there is
// anything in it that cannot be read.
func (b *body) winmail(n *node, at place) {
	outer := b.part(n, at.parent)
	t, err := readTNEF(outer.Open())
	if err != nil {
		b.err = err
		return
	}
	for _, f := range t.files {
		if len(b.message.Parts) >= maxParts {
			t.whole = false
			break
		}
		b.keep(b.tnefPart(outer, f))
	}
	text, html := cutText(t.text, maxText), cutText(t.html, maxText)
	unread := len(text)+len(html) < len(t.text)+len(t.html)
	if b.tnefText == "" && b.tnefHTML == "" {
		b.tnefText, b.tnefHTML = text, html
	} else {
		unread = true
	}
	if !t.whole || unread {
		b.keep(outer)
	}
}

func (b *body) tnefPart(outer *Part, f tnefFile) *Part {
	p := &Part{ContentType: f.kind, FileName: cleanName(f.name), ContentID: f.contentID, Inline: f.contentID != "", depth: outer.depth}
	if !isMediaType(p.ContentType) {
		p.ContentType = "application/octet-stream"
	}
	if p.FileName == "" {
		p.FileName = defaultName(p.ContentType)
	}
	if f.data != nil {
		p.plain = io.NewSectionReader(bytes.NewReader(f.data), 0, int64(len(f.data)))
		p.open = func() io.Reader { return io.NewSectionReader(p.plain, 0, p.plain.Size()) }
		return p
	}
	p.open = func() io.Reader { return &skippedReader{r: outer.Open(), skip: f.offset, left: f.size} }
	return p
}

// skippedReader reads left bytes behind the first skip.
type skippedReader struct {
	r          io.Reader
	skip, left int64
}

func (s *skippedReader) Read(p []byte) (int, error) {
	if s.skip > 0 {
		if _, err := io.CopyN(io.Discard, s.r, s.skip); err != nil {
			return 0, err
		}
		s.skip = 0
	}
	if s.left == 0 {
		return 0, io.EOF
	}
	n, err := s.r.Read(p[:min(int64(len(p)), s.left)])
	s.left -= int64(n)
	return n, err
}
