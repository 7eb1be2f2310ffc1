package mailtext

// role says how an element stands among others.
type role uint8

const (
	inline  role = iota // part of a line
	linked              // inline, but never one in another
	void                // a point in the text: no content, no end tag
	block               // a line or more of its own
	para                // a block that ends where another begins
	list                // holds items
	item                // ended by the next item of its list
	term                // ended by the next term or definition of its list
	table               // holds sections and rows
	column              // describes columns: no text inside
	section             // holds rows
	row                 // holds cells
	cell                // holds text again; nothing inside reaches out of it
	caption             // as cell, but directly in the table
	roles               // how many there are
)

// element is an element that may be shown.
type element struct {
	name string
	role role
	wide bool // set off by an empty line in plain text
}

// elements lists all that may be shown. Of any other element the content stays.
// Elements are compared by their address.
var elements = func() map[string]*element {
	all := map[string]*element{}
	add := func(r role, wide bool, names ...string) {
		for _, name := range names {
			all[name] = &element{name, r, wide}
		}
	}
	add(linked, false, "a")
	add(inline, false, "abbr", "acronym", "b", "bdi", "bdo", "big", "cite", "code", "del", "dfn", "em", "font", "i", "ins",
		"kbd", "mark", "q", "s", "samp", "small", "span", "strike", "strong", "sub", "sup", "time", "tt", "u", "var")
	add(void, false, "br", "hr", "img", "wbr", "col")
	add(block, false, "address", "article", "aside", "center", "div", "figcaption", "footer", "header", "main", "nav", "section")
	add(block, true, "blockquote", "figure", "h1", "h2", "h3", "h4", "h5", "h6", "pre")
	add(para, true, "p")
	add(list, true, "dl", "ol", "ul")
	add(item, false, "li")
	add(term, false, "dd", "dt")
	add(table, true, "table")
	add(column, false, "colgroup")
	add(section, false, "tbody", "tfoot", "thead")
	add(row, false, "tr")
	add(cell, false, "td", "th")
	add(caption, false, "caption")
	return all
}()

// Elements that the rules of nesting name.
var (
	anchor     = elements["a"]
	lineBreak  = elements["br"]
	rule       = elements["hr"]
	image      = elements["img"]
	columnPart = elements["col"]
	quotation  = elements["blockquote"]
	verbatim   = elements["pre"]
	ordered    = elements["ol"]
	listItem   = elements["li"]
	tableRow   = elements["tr"]
	tableCell  = elements["td"]

	definitions = elements["dl"]
)

// renamed are old elements that stand for one of ours: text as it was typed.
var renamed = map[string]*element{"listing": verbatim, "plaintext": verbatim, "xmp": verbatim}

// unread are elements whose content is nothing to read. The tokenizer takes each
// content as one raw text.
var unread = map[string]bool{
	"iframe": true, "noembed": true, "noframes": true, "noscript": true, "script": true, "style": true, "title": true,
}

// elementOf finds the element of a tag: nil if it is not shown.
func elementOf(name []byte) *element {
	if e := elements[string(name)]; e != nil {
		return e
	}
	return renamed[string(name)]
}

// boundary tells whether what is inside cannot end what is outside.
func (r role) boundary() bool { return r == cell || r == caption || r == table }

// tabular tells whether text directly inside would be moved out of the table.
func (r role) tabular() bool { return r == table || r == column || r == section || r == row }

// breaks tells whether the element begins on a line of its own.
func (r role) breaks() bool { return r >= block }

// indent is how many levels plain text sets the items of a list in.
func (e *element) indent() int {
	if e == definitions {
		return 0
	}
	return 1
}
