package mime

import "bytes"

// headerLine takes a line of the header of the leaf. The header ends with an
// empty line, or with one that can be nothing but the body.
func (t *tree) headerLine(l line) {
	f := t.fields
	if l.begin == 0 {
		l.text = bytes.TrimPrefix(l.text, []byte("\uFEFF"))
	}
	switch {
	case l.blank():
		if f.empty() && t.headerFollows(true) {
			break
		}
		t.endHeader(l.end)
		return
	case f.budget.spent():
		if t.leaf.excess == 0 {
			t.leaf.excess = l.begin
		}
	case !l.first:
		f.extend(l.text)
	case f.open && (l.text[0] == ' ' || l.text[0] == '\t'):
		t.folded(l)
		return
	case isField(l.text):
		f.begin(l.text)
	default:
		t.stray(l)
		return
	}
	t.prev = l.textEnd()
}

// folded takes a line that begins with white space. One that is nothing else
// ends the header, unless more of it follows.
func (t *tree) folded(l line) {
	if l.end > l.textEnd() && len(bytes.TrimSpace(l.text)) == 0 {
		if next := t.lines.peek(false); !isField(next) && !(len(next) > 0 && (next[0] == ' ' || next[0] == '\t')) {
			t.endHeader(l.end)
		}
		return
	}
	t.fields.extend(l.text)
	t.prev = l.textEnd()
}

// stray takes a line that cannot stand in a header. When the header goes on
// behind it, it belongs to the field above, whose folding lost its space, or is
// the first line of a mailbox file. Else the empty line is missing, and it is
// the body.
func (t *tree) stray(l line) {
	l.text = bytes.Clone(l.text)
	envelope := l.begin == 0 && (bytes.HasPrefix(l.text, []byte("From ")) || bytes.HasPrefix(l.text, []byte(">From ")))
	if !envelope && !t.headerFollows(false) {
		t.endHeader(l.begin)
		t.bodyLine(l)
		return
	}
	if !envelope {
		t.fields.extend(append([]byte(" "), l.text...))
	}
	t.prev = l.textEnd()
}

// headerFollows tells whether the next line, or the next that is not empty, is
// surely one of a header.
func (t *tree) headerFollows(behindEmpty bool) bool {
	next := t.lines.peek(behindEmpty)
	if t.leaf == t.root {
		return isKnownField(next)
	}
	return isField(next) && len(next) > 8 && bytes.EqualFold(next[:8], []byte("content-"))
}

// endHeader begins the body of the leaf, which may turn out to be a multipart.
func (t *tree) endHeader(start int64) {
	n := t.leaf
	n.header = t.fields.header()
	n.media = parseMedia(n.header.Get("Content-Type"))
	n.start, t.prev, t.fields = start, start, nil
	if n != t.root && n.excess > 0 {
		n.opaque = opaqueMessage
	}
	if n.media.kind == "" && len(t.open) > 0 && t.open[len(t.open)-1].media.kind == "multipart/digest" {
		n.media.kind = "message/rfc822" // RFC 2046 section 5.1.5
	}
	switch {
	case !n.media.multipart():
	case len(t.open) >= maxDepth || n.opaque != "":
		n.opaque = opaqueMessage
	default:
		n.multipart, n.boundary = true, trimSpace(n.media.params["boundary"])
		t.open, t.leaf = append(t.open, n), nil
		t.outside.begin, t.outside.size, t.outside.dashed = start, 0, ""
	}
}
