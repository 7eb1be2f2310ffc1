package mailtext

// The rules of nesting: what a start tag ends and what an end tag may end. They follow
// the tree construction of the HTML standard, section 13.2.6, where mails need it, and
// are simpler where it moves content about: nothing is moved, and formatting that was
// left open ends with the block it stands in.

// makeRoom closes what a start tag ends. It is false for a tag that has no place here.
func (w *walker) makeRoom(e *element) bool {
	switch e.role {
	case row, section, column, caption:
		return w.backTo(e.role)
	case cell:
		if !w.backTo(cell) {
			return false
		}
		w.enterRow()
		return true
	}
	if e == columnPart {
		return w.backTo(void)
	}
	if top := w.top(); top.tabular() {
		switch {
		case e.role == inline, e.role == linked, e == lineBreak, e == rule:
			return false
		case e.role == table: // a table directly in a table is the next one
			w.backTo(column)
			w.closeTo(len(w.stack) - 1)
		default:
			w.enterCell()
		}
	}
	switch e.role {
	case linked, item, term:
		w.closeNearest(e.role)
	}
	if e.role.breaks() || e == rule {
		w.closeNearest(para)
	}
	return true
}

// closeNearest closes the innermost element of a role, if what stands before it lets it
// end there.
func (w *walker) closeNearest(wanted role) {
	if w.count[wanted] == 0 {
		return
	}
	for i := len(w.stack) - 1; i >= 0; i-- {
		o := w.stack[i]
		switch {
		case o.role == wanted:
			w.closeTo(i)
			return
		case o.role.boundary(), (wanted == item || wanted == term) && (o.role == list || o == quotation):
			return
		}
	}
}

// backTo closes what is open in the innermost table until a part of the given role may
// begin. It is false outside of tables.
func (w *walker) backTo(part role) bool {
	if w.count[table] == 0 {
		return false
	}
	for i := len(w.stack) - 1; i >= 0; i-- {
		holds := false
		switch w.stack[i].role {
		case table:
			holds = true
		case section:
			holds = part == row || part == cell
		case row:
			holds = part == cell
		case column:
			holds = part == void
		}
		if holds {
			w.closeTo(i + 1)
			return true
		}
	}
	return false
}

// enterRow opens the row that a cell needs.
func (w *walker) enterRow() {
	if w.top() != row {
		w.force(tableRow)
	}
}

// enterCell opens the cell that stray content of a table needs: a browser would move
// the content before the table instead.
func (w *walker) enterCell() {
	w.backTo(cell)
	w.enterRow()
	w.force(tableCell)
}

// force opens a part of a table that the mail left out.
func (w *walker) force(e *element) {
	w.push(e, nil)
}

// opened finds the open element that an end tag ends: -1 if there is none within reach.
func (w *walker) opened(e *element) int {
	if w.count[e.role] == 0 {
		return -1
	}
	for i := len(w.stack) - 1; i >= 0; i-- {
		o := w.stack[i]
		if o == e {
			return i
		}
		switch {
		case e.role == inline && o.role.breaks():
			return -1
		case e.role == item && o.role == list:
			return -1
		case o.role == table:
			return -1
		case o.role.boundary() && e.role < table:
			return -1
		}
	}
	return -1
}
