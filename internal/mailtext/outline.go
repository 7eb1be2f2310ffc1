package mailtext

import (
	"slices"
	"strings"

	"golang.org/x/net/html"
)

// outline is where the elements and the content of balanced HTML stand, by byte.
type outline struct {
	nodes      []node   // in the order of their start tags; without void elements
	quotations []span   // the <blockquote> elements, by their ends
	at         []int    // where a text or an image stands
	words      []string // the text there
	own        []int    // those of at that stand in no quotation
	length     int
}

// node is one element.
type node struct {
	span
	inner            int // where its end tag begins
	parent           int // -1: none
	name             string
	class, id, style string
	cite             bool
}

// outlineOf reads an outline. ok is false if the HTML is not balanced, or holds what
// Sanitize would not have let through.
func outlineOf(document string) (o *outline, ok bool) {
	o = &outline{length: len(document)}
	var stack []int
	quotes := 0
	z := html.NewTokenizer(strings.NewReader(document))
	for pos := 0; ; {
		kind := z.Next()
		start := pos
		pos += len(z.Raw())
		switch kind {
		case html.ErrorToken:
			return o, len(stack) == 0 && pos == len(document)
		case html.TextToken:
			if text := strings.TrimSpace(string(z.Text())); text != "" {
				o.note(start, text, quotes)
			}
		case html.StartTagToken:
			e, n := readNode(z)
			if e == nil || len(stack) > maxDepth+2 {
				return nil, false
			}
			if e == image {
				o.note(start, "", quotes)
			}
			if e.role == void {
				continue
			}
			n.start, n.parent = start, -1
			if len(stack) > 0 {
				n.parent = stack[len(stack)-1]
			}
			if e == quotation {
				quotes++
			}
			stack = append(stack, len(o.nodes))
			o.nodes = append(o.nodes, n)
		case html.EndTagToken:
			name, _ := z.TagName()
			if len(stack) == 0 || o.nodes[stack[len(stack)-1]].name != string(name) {
				return nil, false
			}
			n := &o.nodes[stack[len(stack)-1]]
			n.inner, n.end = start, pos
			stack = stack[:len(stack)-1]
			if n.name == "blockquote" {
				quotes--
				o.quotations = append(o.quotations, n.span)
			}
		default:
			return nil, false
		}
	}
}

func readNode(z *html.Tokenizer) (*element, node) {
	name, _ := z.TagName()
	e := elements[string(name)]
	if e == nil {
		return nil, node{}
	}
	attrs := attributesOf(z, nil)
	return e, node{
		name: e.name, class: attribute(attrs, "class"), id: attribute(attrs, "id"),
		style: attribute(attrs, "style"), cite: attribute(attrs, "type") == "cite",
	}
}

func (o *outline) note(at int, text string, quotes int) {
	o.at = append(o.at, at)
	o.words = append(o.words, text[:min(len(text), maxLabel)])
	if quotes == 0 {
		o.own = append(o.own, at)
	}
}

// content tells whether a text or an image stands from start up to end.
func (o *outline) content(start, end int) bool {
	i, _ := slices.BinarySearch(o.at, start)
	return i < len(o.at) && o.at[i] < end
}
