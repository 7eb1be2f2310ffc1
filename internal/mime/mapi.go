package mime

import (
	"encoding/binary"
	"fmt"
	"strings"
)

// Properties of messages and attachments (MS-OXPROPS) that matter here.
const (
	prBody         = 0x1000
	prRTF          = 0x1009
	prHTML         = 0x1013
	prCodepage     = 0x3FDE
	prAttachData   = 0x3701
	prLongFilename = 0x3707
	prMIMEType     = 0x370E
	prContentID    = 0x3712
)

// Types of properties (MS-OXCDATA section 2.11.1).
const (
	ptMultiple = 0x1000
	ptInteger  = 0x0003
	ptObject   = 0x000D
	ptString8  = 0x001E
	ptUnicode  = 0x001F
	ptBinary   = 0x0102
)

// property has the first of its values.
type property struct {
	id, kind int
	value    []byte
}

// properties reads a list as far as it makes sense (MS-OXTNEF section 2.1.3.4).
func properties(b []byte) (list []property, whole bool) {
	c := cursor{b: b}
	for range c.number(4) {
		p := property{kind: int(c.number(2)), id: int(c.number(2))}
		if p.id >= 0x8000 { // named: a GUID, and a number or a string
			c.take(16)
			if c.number(4) == 0 {
				c.take(4)
			} else {
				c.padded(c.number(4))
			}
		}
		p.value = c.value(p.kind)
		if c.failed {
			return list, false
		}
		list = append(list, p)
	}
	return list, !c.failed
}

// cursor reads little-endian numbers and padded values until the bytes end.
type cursor struct {
	b      []byte
	failed bool
}

func (c *cursor) take(n int) []byte {
	if c.failed || n < 0 || n > len(c.b) {
		c.failed = true
		return nil
	}
	taken := c.b[:n]
	c.b = c.b[n:]
	return taken
}

func (c *cursor) number(size int) uint32 {
	switch b := c.take(size); len(b) {
	case 2:
		return uint32(binary.LittleEndian.Uint16(b))
	case 4:
		return binary.LittleEndian.Uint32(b)
	}
	return 0
}

// padded takes n bytes and what fills the last group of four.
func (c *cursor) padded(n uint32) []byte {
	if int64(n) > int64(len(c.b)) {
		c.failed = true
		return nil
	}
	value := c.take(int(n))
	c.take(min(len(c.b), -int(n)&3))
	return value
}

// value takes the value of a property, or the first of several.
func (c *cursor) value(kind int) []byte {
	base, count := kind&^ptMultiple, uint32(1)
	size, fixed := fixedSizes[base]
	if !fixed && base != ptString8 && base != ptUnicode && base != ptBinary && base != ptObject {
		c.failed = true
		return nil
	}
	if !fixed || kind&ptMultiple != 0 {
		count = c.number(4)
	}
	var first []byte
	for i := uint32(0); i < count && !c.failed; i++ {
		n := size
		if !fixed {
			n = c.number(4)
		}
		if v := c.padded(n); i == 0 {
			first = v
		}
	}
	return first
}

var fixedSizes = map[int]uint32{
	0x02: 2, ptInteger: 4, 0x04: 4, 0x05: 8, 0x06: 8, 0x07: 8, 0x0A: 4, 0x0B: 2, 0x14: 8, 0x40: 8, 0x48: 16,
}

func (t *tnef) messageProps(b []byte) {
	list, whole := properties(b)
	t.whole = t.whole && whole
	page, rtf := t.codepage, false
	for _, p := range list { // it may follow the HTML that it is for
		if p.id == prCodepage && p.kind == ptInteger {
			page = int(binary.LittleEndian.Uint32(p.value))
		}
	}
	for _, p := range list {
		switch p.id {
		case prBody:
			t.text = p.text(t.codepage)
		case prHTML:
			t.html = p.text(page)
		case prRTF:
			rtf = true
		}
	}
	if rtf && t.text == "" && t.html == "" {
		t.whole = false
	}
}

func (t *tnef) attachProps(b []byte) {
	f := t.last()
	list, whole := properties(b)
	t.whole = t.whole && whole && f != nil
	if f == nil {
		return
	}
	for _, p := range list {
		switch p.id {
		case prLongFilename:
			if name := p.text(t.codepage); name != "" {
				f.name = name
			}
		case prMIMEType:
			f.kind = strings.ToLower(p.text(t.codepage))
		case prContentID:
			f.contentID = firstID(p.text(t.codepage))
		case prAttachData:
			if p.kind == ptBinary {
				f.data = p.value
			} else { // a message or a drawing in Outlook's own format
				t.whole = false
			}
		}
	}
}

// text decodes a property that is one. page is the code page for those that
// are not Unicode.
func (p property) text(page int) string {
	if p.kind == ptUnicode {
		return decodeText(p.value, "utf-16le", false)
	}
	return decodePage(p.value, page)
}

// decodePage decodes text of a code page of Windows.
func decodePage(b []byte, page int) string {
	label := fmt.Sprintf("cp%d", page)
	switch {
	case page == 20127:
		label = "us-ascii"
	case page == 20866:
		label = "koi8-r"
	case page > 28590 && page <= 28605:
		label = fmt.Sprintf("iso-8859-%d", page-28590)
	}
	return newlines(decodeText(b, label, false))
}
