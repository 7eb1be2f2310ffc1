package mime

import (
	"bytes"
	"io"
)

// node is a part, or a multipart with the parts in it, as offsets.
type node struct {
	header            Header
	media             media
	begin, start, end int64 // of the header, of the body, behind the body

	multipart bool
	boundary  string // "" when the header names none
	closed    bool   // its last boundary line was seen
	wordy     bool   // there is text around its parts
	kids      []*node

	// opaque names the one file that all of the part is, header and body,
	// when a limit keeps us from looking into it.
	opaque string
	excess int64 // where the header outgrew its limit; 0 when it did not
}

// The names of opaque parts.
const (
	opaqueMessage = "message.eml"
	opaqueText    = "outside.txt"
)

// charset is that of the first text that names one.
func (n *node) charset() string {
	if label := n.media.params["charset"]; label != "" {
		return label
	}
	for _, kid := range n.kids {
		if label := kid.charset(); label != "" {
			return label
		}
	}
	return ""
}

// tree reads the structure of a message (RFC 2046 section 5.1) in one pass.
// Its time is the size of the message: what is left unclosed is closed by the
// next boundary of whatever is around it, or by the end, and no line is looked
// at twice.
type tree struct {
	lines *lines
	root  *node
	open  []*node // multiparts, the outermost first
	leaf  *node   // the part being read; nil around the parts of a multipart
	count int
	prev  int64 // where the text of the last line ended

	fields *fieldReader // of the leaf; nil once its body has begun
	parts  budget       // for the headers of all parts

	outside struct { // text around the parts of the innermost multipart
		begin  int64
		size   int    // without white space
		dashed string // the first line like a boundary
		behind int64  // where that one ends
	}
}

func readTree(src *io.SectionReader) (*node, error) {
	own := newBudget()
	root := &node{}
	t := &tree{lines: newLines(src), root: root, leaf: root, parts: newBudget(), fields: &fieldReader{budget: &own}}
	for t.count < maxParts {
		l, ok := t.lines.next()
		if !ok {
			break
		}
		t.take(l)
	}
	if t.fields != nil {
		t.endHeader(t.lines.at)
	}
	end := t.lines.at
	if t.count >= maxParts {
		end = src.Size()
		t.rest()
	}
	t.close(0, end)
	return root, t.lines.err
}

// rest makes the last part all that is left of the message.
func (t *tree) rest() {
	if t.leaf == nil {
		t.leaf = &node{begin: t.lines.at, start: t.lines.at}
		m := t.open[len(t.open)-1]
		m.kids = append(m.kids, t.leaf)
	}
	t.leaf.opaque = opaqueMessage
}

func (t *tree) take(l line) {
	if l.first {
		if at, last := t.delimiter(l.text); at >= 0 {
			t.enter(at, last, l)
			return
		}
	}
	if t.fields != nil {
		t.headerLine(l)
		return
	}
	t.bodyLine(l)
}

func (t *tree) bodyLine(l line) {
	if t.leaf == nil {
		words := len(bytes.TrimSpace(l.text)) // before guess looks ahead
		if l.first && t.guess(l) {
			t.enter(len(t.open)-1, false, l)
			return
		}
		t.outside.size += words
		m := t.open[len(t.open)-1]
		m.wordy = m.wordy || words > 0
	}
	t.prev = l.textEnd()
}

// delimiter finds the open multipart that a line is the boundary of, -1 for
// none, and whether it is the last of it. The innermost wins. One that was
// closed may go on, and junk may follow the last one, when no other wants the
// line.
func (t *tree) delimiter(text []byte) (at int, last bool) {
	text, ok := dashed(text)
	if !ok {
		return -1, false
	}
	second := -1
	var secondLast bool
	for i := len(t.open) - 1; i >= 0; i-- {
		m := t.open[i]
		rest, ok := bytes.CutPrefix(text, []byte(m.boundary))
		last = bytes.HasPrefix(rest, []byte("--"))
		if !ok || m.boundary == "" || len(rest) > 0 && !last {
			continue
		}
		if !m.closed && len(rest) <= 2 {
			return i, last
		}
		if second < 0 {
			second, secondLast = i, last
		}
	}
	return second, secondLast
}

// dashed returns what stands behind the two dashes that begin a boundary line.
func dashed(text []byte) ([]byte, bool) {
	const maxBoundary = 1000 // RFC 2046 allows 70
	if len(text) > maxBoundary || !bytes.HasPrefix(text, []byte("--")) {
		return nil, false
	}
	return bytes.TrimRight(text[2:], " \t\r\v\f"), true
}

// guess takes a line for the boundary of a multipart whose own never came: two
// dashes and, in the line below, a header field that begins parts. If an
// earlier line was the same, what stands between is a part without a header.
func (t *tree) guess(l line) bool {
	m := t.open[len(t.open)-1]
	text, ok := dashed(l.text)
	if !ok || len(m.kids) > 0 || len(text) == 0 {
		return false
	}
	boundary := string(text)
	const begins = "content-"
	if next := t.lines.peek(false); len(next) < len(begins) || !bytes.EqualFold(next[:len(begins)], []byte(begins)) {
		if t.outside.dashed == "" {
			t.outside.dashed, t.outside.behind = boundary, l.end
		}
		return false
	}
	m.boundary = boundary
	if t.outside.dashed == boundary {
		t.count++
		begin := t.outside.behind
		m.kids = append(m.kids, &node{begin: begin, start: begin, end: max(begin, t.prev)})
		t.outside.size = 0
	}
	return true
}

// enter goes on behind a boundary line of the multipart at that place.
func (t *tree) enter(at int, last bool, l line) {
	if t.fields != nil {
		t.endHeader(t.prev) // the part ends within its header
	}
	if t.leaf == nil && at == len(t.open)-1 {
		t.keepOutside(t.prev)
	}
	t.close(at+1, t.prev)
	m := t.open[at]
	m.closed = last
	t.prev = l.end
	t.outside.begin, t.outside.size = l.end, 0
	if last {
		return
	}
	t.count++
	t.leaf = &node{begin: l.end, start: l.end}
	m.kids = append(m.kids, t.leaf)
	t.fields = &fieldReader{budget: &t.parts}
}

// close ends the part being read and all multiparts from that place on.
func (t *tree) close(from int, end int64) {
	if t.leaf != nil {
		t.leaf.end = max(end, t.leaf.start)
	} else if len(t.open) > from && len(t.open[len(t.open)-1].kids) > 0 {
		t.keepOutside(end)
	}
	t.leaf = nil
	for _, m := range t.open[from:] {
		m.end = max(end, m.start)
	}
	t.open = t.open[:from]
}

// keepOutside makes a part of the text around the parts when that is more than
// the notice in front and the footer behind, which no mail program shows.
func (t *tree) keepOutside(end int64) {
	if t.outside.size <= maxOutside {
		return
	}
	m := t.open[len(t.open)-1]
	m.kids = append(m.kids, &node{begin: t.outside.begin, start: t.outside.begin, end: end, opaque: opaqueText})
	t.outside.size = 0
	t.count++
}
