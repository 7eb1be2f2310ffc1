package mailtext

import (
	"slices"
	"strings"
)

// DefaultMarker is the line above which our mails ask for the answer.
const DefaultMarker = "##- Please type your reply above this line -##"

// FoldOptions tell Fold what it cannot see in the text.
type FoldOptions struct {
	// Marker is the line of ours that cuts a mail; empty: DefaultMarker.
	Marker string
	// Ours are the texts of mails that we sent to this writer. Lines of theirs are
	// quoted even where the writer's program does not mark them. At most 256 KiB count.
	Ours []string
	// Forward says that the writer passes on a mail of somebody else, as the subject
	// tells: what follows its header is then new.
	Forward bool
}

// Kind says what a part of a mail is.
type Kind uint8

// The kinds of segments.
const (
	New       Kind = iota // the writer's words
	Quoted                // a mail before this one, and what introduces it
	Signature             // what stands under each mail of the writer
)

// Segment is a run of lines of one kind, with their line ends.
type Segment struct {
	Kind Kind
	Text string
}

// Folded is a mail taken apart. The segments in order are the whole mail.
type Folded struct{ Segments []Segment }

// Fold tells the new text of a plain text mail from what it quotes, in the manner of
// the usual mail programs and in twelve languages. It loses nothing and is no proof of
// anything: it guesses, and where it cannot tell, text is new.
func Fold(text string, o FoldOptions) Folded {
	f := newFolder(text, o)
	if !f.cutAtMarker() {
		f.classify(len(f.lines))
	}
	f.keepStrays()
	f.sign()
	return f.segments()
}

// Visible is the text to read: what is new, without the quote and signature at its
// end. When the writer answers between quoted lines, these stay, or the answers would
// mean nothing. Should nothing be new, all of the mail is shown.
func (f Folded) Visible() string {
	first, last, gaps := f.extent()
	if last < 0 {
		return strings.TrimSpace(f.text())
	}
	var b strings.Builder
	for i, s := range f.Segments[:last+1] {
		if s.Kind == New || s.Kind == Quoted && (i > first || gaps > 1) {
			b.WriteString(s.Text)
		}
	}
	return strings.Trim(strings.TrimRight(b.String(), " \t\r\n"), "\r\n")
}

// extent finds the first and the last segment with new text (last is -1 without any),
// and how many quotes stand before the last.
func (f Folded) extent() (first, last, gaps int) {
	first, last = -1, -1
	quotes := 0
	for i, s := range f.Segments {
		switch {
		case s.Kind == Quoted:
			quotes++
		case s.Kind == New && strings.TrimSpace(s.Text) != "":
			if first < 0 {
				first = i
			}
			last, gaps = i, quotes
		}
	}
	return first, last, gaps
}

func (f Folded) text() string {
	var b strings.Builder
	for _, s := range f.Segments {
		b.WriteString(s.Text)
	}
	return b.String()
}

// folder classifies the lines of a mail.
type folder struct {
	o     FoldOptions
	ours  known
	lines []line
}

// line is one line of the mail.
type line struct {
	text  string // with its line end
	head  string // its first maxHead bytes, trimmed: all that is ever looked at
	marks bool   // begins with ">"
	ours  bool   // is known from a mail of ours
	kind  Kind
	intro bool // introduces a quote
}

// maxHead is how much of a line is looked at, in bytes: lines may be megabytes long.
const maxHead = 600

func newFolder(text string, o FoldOptions) *folder {
	if o.Marker == "" {
		o.Marker = DefaultMarker
	}
	f := &folder{o: o, ours: newKnown(o.Ours), lines: make([]line, 0, strings.Count(text, "\n")+1)}
	for t := range strings.Lines(text) {
		head := strings.TrimSpace(strings.TrimLeft(t[:min(len(t), maxHead)], "\ufeff"))
		f.lines = append(f.lines, line{text: t, head: head, marks: strings.HasPrefix(head, ">"), ours: f.ours.has(t)})
	}
	return f
}

// cutAtMarker cuts at our own line, if anything new stands above it.
func (f *folder) cutAtMarker() bool {
	at := slices.IndexFunc(f.lines, func(l line) bool { return strings.Contains(l.head, f.o.Marker) })
	if at < 0 {
		return false
	}
	f.lines[at].marks, f.lines[at].intro = true, true // it stands in the quote, and a quote it is
	f.classify(at + 1)
	for _, l := range f.lines[:at] {
		if l.kind == New && l.head != "" {
			f.quote(at, len(f.lines))
			return true
		}
	}
	return false
}

// quote makes the lines from i up to end quoted.
func (f *folder) quote(i, end int) {
	for ; i < end; i++ {
		f.lines[i].kind = Quoted
	}
}

// segments joins neighbours of one kind.
func (f *folder) segments() Folded {
	var out Folded
	for i := 0; i < len(f.lines); {
		j := i
		var b strings.Builder
		for ; j < len(f.lines) && f.lines[j].kind == f.lines[i].kind; j++ {
			b.WriteString(f.lines[j].text)
		}
		out.Segments = append(out.Segments, Segment{f.lines[i].kind, b.String()})
		i = j
	}
	return out
}
