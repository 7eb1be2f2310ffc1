package mailtext

// cellState tells how far a cell is.
type cellState struct {
	empty bool // nothing was written in it yet
	line  int  // the line it began in
}

// enterCell goes on in the line of the row, a tab after the cell before.
func (t *texter) enterCell() {
	t.page.settle()
	if t.page.busy() {
		t.page.gap = "\t"
	}
	t.cells = append(t.cells, cellState{empty: true, line: t.page.lines})
}

// leaveCell lets the next cell go on in the same line, if this one needed only one.
func (t *texter) leaveCell() {
	n := len(t.cells) - 1
	last := t.cells[n]
	t.cells = t.cells[:n]
	if last.line == t.page.lines {
		t.page.pending = 0
	}
	if n > 0 && !last.empty {
		t.cells[n-1].empty = false
	}
}
