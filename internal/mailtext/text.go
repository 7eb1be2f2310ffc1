package mailtext

import (
	"strings"
	"unicode"

	"golang.org/x/net/html"
)

// Limits of Text.
const (
	maxTextHTML = 8 << 20 // bytes of HTML that are read; a note tells of the rest
	maxQuotes   = 10      // levels of "> "
	maxIndents  = 8       // levels of lists that indent
	maxTextLink = 2 << 10 // bytes of a URL worth writing out
)

const cutNote = "\n\n[…]"

// Text makes plain text of an HTML mail, as a person would write it down: paragraphs
// apart, "- " and numbers before list items, "> " before quotes, one line per table row,
// "text <url>" for a link that does not show where it leads. What the mail hides is left
// out. Of HTML above 8 MiB the rest is left out, and the text ends with "[…]".
func Text(document string) string {
	note := ""
	if len(document) > maxTextHTML {
		document, note = document[:maxTextHTML], cutNote
	}
	var t texter
	walk(document, &t)
	t.page.end()
	return strings.TrimRight(t.page.out.String(), "\n") + note
}

// texter writes a walked document as plain text.
type texter struct {
	page   page
	hidden int // open elements since one that is not shown
	pre    int // open elements that keep their spaces
	lists  []numbering
	link   link
	cells  []cellState // one per open cell
}

// numbering counts the items of a list.
type numbering struct {
	ordered bool
	next    int
}

func (t *texter) open(e *element, attrs []html.Attribute) {
	if t.hidden > 0 || hides(attrs) {
		if e.role != void {
			t.hidden++
		}
		return
	}
	t.boundary(e)
	switch {
	case e == lineBreak:
		t.page.newline()
	case e == rule:
		t.page.write("---")
		t.boundary(e)
	case e == image:
		t.text(attribute(attrs, "alt"))
	case e == anchor:
		t.link = link{url: attribute(attrs, "href"), open: true}
	case e == verbatim:
		t.pre++
	case e == quotation:
		t.page.quotes++
	case e.role == list:
		t.lists = append(t.lists, numbering{e == ordered, start(attrs)})
		t.page.indents += e.indent()
	case e == listItem:
		t.item()
	case e.role == cell:
		t.enterCell()
	}
}

func (t *texter) close(e *element) {
	if t.hidden > 0 {
		t.hidden--
		return
	}
	switch {
	case e == anchor:
		t.closeLink()
	case e.role == cell:
		t.leaveCell()
	case e == verbatim:
		t.pre--
	case e == quotation:
		t.page.quotes--
	case e.role == list:
		t.lists = t.lists[:len(t.lists)-1]
		t.page.indents -= e.indent()
	}
	t.boundary(e)
}

// cut breaks the line, though not as an edge that is known.
func (t *texter) cut() {
	if t.hidden == 0 {
		t.page.breakLine(1)
	}
}

// boundary ends the line where an element begins or ends that has lines of its own.
func (t *texter) boundary(e *element) {
	if !e.role.breaks() && e != rule || e.role == cell {
		return
	}
	if n := len(t.cells); n > 0 && t.cells[n-1].empty {
		return // a cell begins in the line of its row
	}
	if t.page.mark != "" {
		return // an item begins beside its mark
	}
	lines := 1
	if e.wide && !(e.role == list && len(t.lists) > 0) {
		lines = 2
	}
	t.page.breakLine(lines)
}

// item marks a list item.
func (t *texter) item() {
	mark := "- "
	if n := len(t.lists); n > 0 && t.lists[n-1].ordered {
		mark = number(t.lists[n-1].next)
		t.lists[n-1].next++
	}
	t.page.mark = mark
}

func (t *texter) text(s string) {
	if t.hidden > 0 {
		return
	}
	if n := len(t.cells); n > 0 && strings.TrimSpace(s) != "" {
		t.cells[n-1].empty = false
	}
	t.link.read(s)
	if t.pre == 0 {
		t.page.flow(s)
		return
	}
	for i, line := range strings.Split(s, "\n") {
		if i > 0 {
			t.page.newline()
		}
		t.page.write(strings.Map(printable, strings.TrimSuffix(line, "\r")))
	}
}

// printable drops characters that show nothing and only disturb: controls, and the
// invisible spaces that newsletters pad with.
func printable(r rune) rune {
	switch {
	case r == '\t':
		return r
	case unicode.IsControl(r), r == '\u00ad', r == '\u034f', r == '\u200b', r == '\ufeff':
		return -1
	}
	return r
}

// hides tells whether a mail does not show an element: preheaders are written so.
func hides(attrs []html.Attribute) bool {
	for _, a := range attrs {
		switch a.Key {
		case "hidden":
			return true
		case "style":
			style := strings.ToLower(strings.Join(strings.Fields(a.Val), ""))
			if strings.Contains(style, "display:none") || strings.Contains(style, "visibility:hidden") ||
				strings.Contains(style, "mso-hide:all") || strings.Contains(style, "max-height:0") && strings.Contains(style, "overflow:hidden") {
				return true
			}
		}
	}
	return false
}
