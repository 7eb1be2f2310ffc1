package mailtext

import (
	"strings"

	"golang.org/x/net/html"
)

// Limits of the walk.
const (
	maxDepth      = 400 // open elements; a parser may refuse 512, and the page around needs some
	tableDepth    = 4   // a table, a section, a row and a cell
	maxAttributes = 64  // of one element; the others are dropped
)

// handler takes a document in order. Each open that is not of a void element has its
// close, and elements close in the opposite order.
type handler interface {
	open(e *element, attrs []html.Attribute)
	close(e *element)
	text(s string)
	// cut stands for the edge of a block that was dropped, being too deep.
	cut()
}

// walk reads an HTML document and hands its allowed elements and its text on,
// balanced and at most maxDepth deep.
func walk(document string, h handler) {
	w := walker{h: h, dropped: map[*element]int{}}
	z := html.NewTokenizer(strings.NewReader(clean(document)))
	for {
		switch z.Next() {
		case html.ErrorToken: // a strings.Reader has no other error than its end
			w.closeTo(0)
			return
		case html.TextToken:
			if !w.skip {
				w.text(string(z.Text()))
			}
			w.skip = false
		case html.StartTagToken, html.SelfClosingTagToken:
			w.start(z)
		case html.EndTagToken:
			name, _ := z.TagName()
			w.skip = false
			w.end(name)
		}
	}
}

// clean drops what no document may contain: NUL, which readers skip to see other tags
// than we do, and bytes that are no UTF-8.
func clean(s string) string {
	return strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\x00", "")
}

type walker struct {
	h       handler
	stack   []*element
	count   [roles]int       // of stack, by role: most searches in it are in vain
	dropped map[*element]int // start tags dropped, whose end tags are still to come
	attrs   []html.Attribute
	skip    bool // the next text is the raw content of an unread element
}

func (w *walker) start(z *html.Tokenizer) {
	name, _ := z.TagName()
	w.skip = unread[string(name)]
	e := elementOf(name)
	if e == nil || !w.makeRoom(e) {
		if e != nil && e.role != void {
			w.dropped[e]++
		}
		return
	}
	w.attrs = attributesOf(z, w.attrs[:0])
	w.open(e, w.attrs)
}

// open hands an element on, if it is not too deep. A table leaves room for its parts, so
// these, as elements without content, always pass.
func (w *walker) open(e *element, attrs []html.Attribute) {
	switch {
	case e.role == void:
		w.h.open(e, attrs)
	case e.role < table && len(w.stack) >= maxDepth, e.role == table && len(w.stack) >= maxDepth-tableDepth:
		w.dropped[e]++
		if e.role.breaks() {
			w.h.cut()
		}
	default:
		w.push(e, attrs)
	}
}

func (w *walker) push(e *element, attrs []html.Attribute) {
	w.h.open(e, attrs)
	w.stack = append(w.stack, e)
	w.count[e.role]++
}

func (w *walker) end(name []byte) {
	if string(name) == "br" { // browsers take </br> for <br>
		if !w.top().tabular() {
			w.h.open(lineBreak, nil)
		}
		return
	}
	e := elementOf(name)
	if e == nil {
		return
	}
	if w.dropped[e] > 0 {
		w.dropped[e]--
		if e.role.breaks() {
			w.h.cut()
		}
		return
	}
	if i := w.opened(e); i >= 0 {
		w.closeTo(i)
	}
}

func (w *walker) text(s string) {
	if w.top().tabular() && strings.TrimSpace(s) != "" {
		w.enterCell()
	}
	w.h.text(s)
}

// top is the role of the innermost open element.
func (w *walker) top() role {
	if len(w.stack) == 0 {
		return block
	}
	return w.stack[len(w.stack)-1].role
}

// closeTo closes the open elements down to and with the i-th.
func (w *walker) closeTo(i int) {
	for len(w.stack) > i {
		last := w.stack[len(w.stack)-1]
		w.stack = w.stack[:len(w.stack)-1]
		w.count[last.role]--
		w.h.close(last)
	}
}

// attributesOf appends the attributes of the tag that the tokenizer stands at.
func attributesOf(z *html.Tokenizer, attrs []html.Attribute) []html.Attribute {
	for len(attrs) < maxAttributes {
		key, value, more := z.TagAttr()
		if len(key) > 0 {
			attrs = append(attrs, html.Attribute{Key: string(key), Val: string(value)})
		}
		if !more {
			break
		}
	}
	return attrs
}
