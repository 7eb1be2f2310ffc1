package mailtext

import (
	"slices"
	"strings"
)

// FoldHTML folds the quotes of an HTML mail into <details class="quoted">, for the
// view: nothing is cut. It expects what Sanitize returns; HTML that is not balanced it
// returns as it is, as it does a mail that is nothing but a quote.
func FoldHTML(sanitized string) string {
	o, ok := outlineOf(sanitized)
	if !ok {
		return sanitized
	}
	folds := o.folds()
	if len(folds) == 0 || !o.leaves(folds) {
		return sanitized
	}
	var b strings.Builder
	done := 0
	for _, f := range folds {
		b.WriteString(sanitized[done:f.start])
		b.WriteString(`<details class="quoted"><summary>…</summary>`)
		b.WriteString(sanitized[f.start:f.end])
		b.WriteString(`</details>`)
		done = f.end
	}
	b.WriteString(sanitized[done:])
	return b.String()
}

// span is a stretch of the document, in bytes.
type span struct{ start, end int }

// folds finds the outermost quotes, in order.
func (o *outline) folds() []span {
	var found []span
	end, intro := 0, -1
	for i, n := range o.nodes {
		switch {
		case n.start < end:
			continue
		case hasClass(n, introMarks):
			intro = i
			continue
		}
		s, ok := o.quote(i)
		if !ok || s.start < end || !o.content(s.start, s.end) {
			continue
		}
		if intro >= 0 && o.nodes[intro].parent == n.parent && s.start == n.start &&
			!o.content(o.nodes[intro].end, n.start) && o.nodes[intro].start >= end {
			s.start = o.nodes[intro].start
		}
		found, end = append(found, s), s.end
	}
	return found
}

// quote is the stretch that an element makes a quote.
func (o *outline) quote(i int) (span, bool) {
	n := o.nodes[i]
	if n.name != "div" && n.name != "blockquote" {
		return span{}, false
	}
	if strings.Contains("|"+quoteIDs+"|", "|"+n.id+"|") && n.id != "" || o.outlookHeader(n) {
		return o.restFrom(i), true
	}
	if n.name == "blockquote" {
		return n.span, n.cite || hasClass(n, quoteMarks)
	}
	return n.span, hasClass(n, quoteMarks) && !o.answered(n)
}

// outlookHeader tells whether an element is the header that Outlook draws under a line.
func (o *outline) outlookHeader(n node) bool {
	if !strings.Contains(n.style, "border-top: solid") && !strings.Contains(n.style, "border-top: 1") {
		return false
	}
	i, _ := slices.BinarySearch(o.at, n.start)
	return i < len(o.at) && o.at[i] < n.end && label(o.words[i]) != noField
}

// restFrom is all from an element to the end of what it stands in. An element that has
// its parent to itself stands for it.
func (o *outline) restFrom(i int) span {
	n := o.nodes[i]
	for n.parent >= 0 {
		p := o.nodes[n.parent]
		if p.name != "div" || !o.content(n.start, n.end) || o.content(p.start, n.start) || o.content(n.end, p.end) {
			return span{n.start, p.inner}
		}
		n = p
	}
	return span{n.start, o.length}
}

// answered tells whether somebody wrote between the quotes that an element holds.
func (o *outline) answered(n node) bool {
	first, _ := slices.BinarySearchFunc(o.quotations, n.start, func(q span, at int) int { return q.end - at })
	if first == len(o.quotations) || o.quotations[first].end > n.end {
		return false
	}
	i, _ := slices.BinarySearch(o.own, o.quotations[first].end)
	return i < len(o.own) && o.own[i] < n.end
}

// leaves tells whether something is left to see outside of the folds.
func (o *outline) leaves(folds []span) bool {
	done := 0
	for _, f := range folds {
		if o.content(done, f.start) {
			return true
		}
		done = f.end
	}
	return o.content(done, o.length)
}

func hasClass(n node, marks []string) bool {
	return slices.ContainsFunc(strings.Fields(n.class), func(c string) bool { return slices.Contains(marks, c) })
}
