package mailtext

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// page collects lines of plain text. Line breaks are kept pending until more is
// written, so that edges of blocks that meet break the line once.
type page struct {
	out     strings.Builder
	line    []byte // the line being written, without its prefix
	lines   int    // lines that were ended
	pending int    // 1: a new line is due, 2: after an empty one
	blank   int    // empty lines that are due
	gap     string // the space due before the next word
	mark    string // of a list item, due before the next word
	held    string // the mark that stands at the head of the line
	quotes  int    // levels of quoting
	indents int    // levels of lists
	quoted  int    // quotes at the head of the line
	before  int    // quotes at the head of the line before
	hanging int    // indents at the head of the line
}

// busy tells whether something stands in the current line.
func (p *page) busy() bool { return len(p.line) > 0 }

// breakLine asks for a new line, after an empty one if lines is 2.
func (p *page) breakLine(lines int) {
	p.gap = ""
	if p.busy() || p.lines > 0 {
		p.pending = max(p.pending, lines)
	}
}

// newline ends the line, be it empty: what <br> does.
func (p *page) newline() {
	p.gap = ""
	switch {
	case p.pending > 0:
		p.settle()
		p.blank++
	case p.busy():
		p.end()
	default:
		p.blank++
	}
}

// settle makes pending breaks real.
func (p *page) settle() {
	if p.pending == 0 {
		return
	}
	p.end()
	if p.pending == 2 {
		p.blank = max(p.blank, 1)
	}
	p.pending = 0
}

// flow writes text whose white space means one space each.
func (p *page) flow(s string) {
	for len(s) > 0 {
		space := strings.IndexFunc(s, unicode.IsSpace)
		word := s
		if space >= 0 {
			word = s[:space]
		}
		if word = strings.Map(printable, word); word != "" {
			p.write(word)
		}
		if space < 0 {
			return
		}
		if p.busy() && p.pending == 0 && p.gap == "" {
			p.gap = " "
		}
		_, size := utf8.DecodeRuneInString(s[space:])
		s = s[space+size:]
	}
}

// write writes text as it is into the current line.
func (p *page) write(s string) {
	if s == "" {
		return
	}
	p.settle()
	if !p.busy() {
		p.quoted, p.hanging, p.held = p.quotes, p.indents, p.mark
	} else {
		p.line = append(p.line, p.gap...)
		p.line = append(p.line, p.mark...)
	}
	p.gap, p.mark = "", ""
	p.line = append(p.line, s...)
}

// end writes the current line out, the empty lines before it first.
func (p *page) end() {
	if !p.busy() {
		return
	}
	if p.lines > 0 {
		for range min(p.blank, 2) {
			p.out.WriteString(strings.TrimRight(quotePrefix(min(p.before, p.quoted)), " ") + "\n")
		}
	}
	p.blank = 0
	p.out.WriteString(strings.TrimRight(quotePrefix(p.quoted)+p.indent()+string(p.line), " \t") + "\n")
	p.line, p.before = p.line[:0], p.quoted
	p.lines++
}

// indent sets items of inner lists in, and lines of an item under its first.
func (p *page) indent() string {
	levels := min(p.hanging, maxIndents)
	if p.held != "" {
		return strings.Repeat("  ", max(levels-1, 0)) + p.held
	}
	return strings.Repeat("  ", levels)
}

func quotePrefix(level int) string { return strings.Repeat("> ", min(level, maxQuotes)) }
