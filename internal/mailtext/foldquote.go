package mailtext

// classify finds the quotes in the lines up to end.
func (f *folder) classify(end int) {
	for i := 0; i < end; {
		switch n, strong := f.introduction(i, end); {
		case n > 0:
			i = f.introduced(i, n, end, strong)
		case f.lines[i].marks || f.lines[i].ours:
			f.quote(i, i+1)
			i++
		default:
			f.lines[i].kind = New
			i++
		}
	}
	f.closeGaps(end)
}

// introduction tells how many lines from i introduce a quote: 0 if they do not. It is
// strong if all that follows may be quoted without any mark.
func (f *folder) introduction(i, end int) (n int, strong bool) {
	if f.lines[i].marks || f.lines[i].head == "" {
		return 0, false
	}
	if divides(f.lines[i].head) {
		return 1, true
	}
	if underlined(f.lines[i].head) && i+1 < end {
		if n := f.header(i+1, end); n > 0 {
			return n + 1, true
		}
	}
	if n := f.header(i, end); n > 0 {
		return n, true
	}
	return f.attribution(i, end)
}

// introduced quotes an introduction of n lines at i and, if no line after it is marked
// as quoted, all the rest. It returns where to go on.
func (f *folder) introduced(i, n, end int, strong bool) int {
	next := i + n
	for next < end && f.lines[next].head == "" {
		next++
	}
	marked := next < end && (f.lines[next].marks || f.lines[next].ours)
	switch {
	case marked:
	case !strong:
		return i + n
	case next < end && f.introducesMore(next, end):
		// a divider, and the header under it
	case f.o.Forward:
		next = i + n
	default:
		next = end
	}
	f.quote(i, next)
	for j := i; j < next; j++ {
		f.lines[j].intro = true
	}
	return next
}

func (f *folder) introducesMore(i, end int) bool {
	n, strong := f.introduction(i, end)
	return n > 0 && strong
}

// closeGaps gives empty lines between quoted lines to the quote, and short lines of ours
// ("Hello,"): between quoted lines, above the first that has no mark, and at the end.
func (f *folder) closeGaps(end int) {
	last, gap := -1, 0 // the last quoted line, if all since may be a gap; where that gap began
	for i := 0; i < end; i++ {
		l := f.lines[i]
		switch {
		case l.kind == Quoted:
			if last >= 0 || l.ours && !l.marks {
				f.quote(gap, i)
			}
			last, gap = i, i+1
		case l.head != "" && !f.ours.hasShort(l.head):
			last, gap = -1, i+1
		}
	}
	if last >= 0 {
		f.quote(gap, end)
	}
}

// maxStray is how many lines a writer may begin with ">" without quoting anybody.
const maxStray = 2

// keepStrays takes back what no program would have quoted: a line or two beginning with
// ">" in a mail where nothing introduces them.
func (f *folder) keepStrays() {
	marked := 0
	for _, l := range f.lines {
		if l.kind == Quoted && (l.intro || !l.marks && l.head != "" || l.ours) {
			return
		}
		if l.marks {
			marked++
		}
	}
	if marked > maxStray {
		return
	}
	for i := range f.lines {
		f.lines[i].kind = New
	}
}
