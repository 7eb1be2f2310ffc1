package mime

import "strings"

// Address is somebody in a From, To or the like.
type Address struct {
	Name string // decoded, on one line; may be empty
	Addr string // local@domain as written; "" when there was only a name
}

// maxAddr is the longest address in bytes (RFC 5321 section 4.5.3.1).
const maxAddr = 64 + 1 + 255

// parseAddresses reads a list of addresses (RFC 5322 section 3.4) as people and
// programs write it. Groups are dissolved. label is the charset of bytes that
// are neither ASCII nor UTF-8. Its time is the length of the list.
func parseAddresses(list, label string) []Address {
	p := &addressParser{s: list, label: label, lastWord: strings.LastIndex(list, "?=")}
	p.lastQuote, p.comments = strings.LastIndexByte(list, '"'), balanced(list)
	for p.i < len(p.s) && len(p.found) <= maxAddresses {
		p.step()
	}
	p.finish(',')
	p.flushName()
	return p.found[:min(len(p.found), maxAddresses)]
}

// balanced tells whether every comment is closed. If one is not, parentheses
// are taken for what they look like, for else it would swallow all addresses
// behind it.
func balanced(s string) bool {
	depth := 0
	for _, c := range []byte(s) {
		switch c {
		case '(':
			depth++
		case ')':
			depth--
		}
		if depth < 0 {
			return false
		}
	}
	return depth == 0
}

// addressParser holds one mailbox while it is read.
type addressParser struct {
	s, label            string
	i                   int
	lastQuote, lastWord int // where the last ones stand
	comments            bool

	raw, text strings.Builder // outside of brackets: as written, and without quotes
	comment   strings.Builder
	angle     string // what stood in brackets
	hasAngle  bool
	hasAt     bool // outside of brackets

	// name is what came before a comma and has no address: the family name in
	// Doe, John <john@example.com>.
	name  string
	found []Address
}

// step takes what stands next, a character or more.
func (p *addressParser) step() {
	c := p.s[p.i]
	switch {
	case c == '"' && p.i < p.lastQuote:
		p.quoted()
		return
	case c == '(' && p.comments:
		p.inParens()
		return
	case c == '<':
		if p.hasAngle {
			p.finish(',')
		}
		p.inBrackets()
		return
	case c == '=':
		if _, end, ok := parseWord(p.s, p.i, p.lastWord); ok {
			p.write(p.s[p.i:end])
			p.i = end
			return
		}
		p.write("=")
	case c == ',' || c == ';':
		p.finish(c)
	case c == ':' && !p.hasAngle && !p.hasAt:
		p.reset() // the name of a group, or mailto
	case c == '"' || c == '>':
	default:
		p.hasAt = p.hasAt || c == '@'
		p.write(p.s[p.i : p.i+1])
	}
	p.i++
}

func (p *addressParser) write(s string) {
	p.raw.WriteString(s)
	p.text.WriteString(s)
}

// quoted reads a quoted string, which may be a name or a local part.
func (p *addressParser) quoted() {
	begin := p.i
	for p.i++; p.i < len(p.s); p.i++ {
		c := p.s[p.i]
		if c == '"' {
			p.i++
			break
		}
		if c == '\\' && p.i+1 < len(p.s) {
			p.i++
			c = p.s[p.i]
		}
		p.text.WriteByte(c)
	}
	p.raw.WriteString(p.s[begin:p.i])
}

func (p *addressParser) inParens() {
	depth := 0
	for ; p.i < len(p.s); p.i++ {
		c := p.s[p.i]
		switch {
		case c == '(':
			depth++
		case c == ')':
			depth--
		case c == '\\':
		default:
			p.comment.WriteByte(c)
		}
		if depth == 0 {
			p.i++
			return
		}
	}
}

// inBrackets reads an address in angle brackets. It ends without the second
// one where another begins, or at a comma that is not in a route.
func (p *addressParser) inBrackets() {
	p.i++
	for p.i < len(p.s) && (p.s[p.i] == '<' || p.s[p.i] == ' ') {
		p.i++
	}
	begin, at := p.i, false
	for ; p.i < len(p.s); p.i++ {
		c := p.s[p.i]
		if c == '"' && p.i < p.lastQuote && !at {
			if end := strings.IndexByte(p.s[p.i+1:], '"'); end >= 0 {
				p.i += end + 1
			}
			continue
		}
		at = at || c == '@' && p.i > begin
		if c == '>' || c == '<' || at && (c == ',' || c == ';') {
			break
		}
	}
	end := p.i
	if p.i < len(p.s) && p.s[p.i] == '>' {
		p.i++
	}
	p.angle, p.hasAngle = p.s[begin:end], true
}

func (p *addressParser) reset() {
	p.raw.Reset()
	p.text.Reset()
	p.comment.Reset()
	p.angle, p.hasAngle, p.hasAt = "", false, false
}

// finish ends a mailbox at a separator.
func (p *addressParser) finish(separator byte) {
	defer p.reset()
	a := Address{Addr: cleanAddr(p.angle), Name: p.decode(p.text.String())}
	if a.Addr == "" {
		a.Addr, a.Name = p.bare()
	}
	if a.Name == "" {
		a.Name = p.decode(p.comment.String())
	}
	if a.Addr == "" && a.Name == "" {
		a.Name = p.decode(p.angle)
	}
	switch {
	case a == Address{}:
	case a.Addr == "" && separator == ',':
		p.flushName()
		p.name = a.Name
	default:
		if p.hasAngle && p.name != "" && a.Addr != "" {
			a.Name = strings.TrimSuffix(p.name+", "+a.Name, ", ")
			p.name = ""
		}
		p.flushName()
		if a.Name == a.Addr {
			a.Name = ""
		}
		p.found = append(p.found, a)
	}
	if separator == ';' {
		p.flushName()
	}
}

// flushName gives up waiting for the address of a name.
func (p *addressParser) flushName() {
	if p.name != "" {
		p.found = append(p.found, Address{Name: p.name})
		p.name = ""
	}
}
