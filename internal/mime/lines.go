package mime

import (
	"bufio"
	"bytes"
	"io"
)

// lineBuffer is what lines holds of the source, and so the longest piece of a
// line that it returns.
const lineBuffer = 64 << 10

// lines walks over a source line by line. Lines end in LF or CR LF. Only where
// the first 64 KiB hold no LF at all do they end in CR: a lone CR in a header
// must not begin a field that nobody else sees.
type lines struct {
	r      *bufio.Reader
	ending byte
	at     int64 // offset of the next line
	inside bool  // the next piece continues a line
	err    error // anything but io.EOF
}

// line is a line or, when it is longer than the buffer, a piece of one.
type line struct {
	text       []byte // without the line ending; valid until the next call
	begin, end int64  // offsets; end lies behind the line ending
	first      bool   // begins at the beginning of a line
}

// textEnd is the offset where the line ending begins.
func (l line) textEnd() int64 { return l.begin + int64(len(l.text)) }

// blank tells that the line ending is all there is.
func (l line) blank() bool {
	return l.first && len(bytes.TrimRight(l.text, "\r")) == 0 && l.end > l.textEnd()
}

func newLines(src *io.SectionReader) *lines {
	l := &lines{r: buffered(src, lineBuffer), ending: '\n'}
	head, _ := l.r.Peek(lineBuffer) // its error comes again
	if bytes.IndexByte(head, '\n') < 0 && bytes.IndexByte(head, '\r') >= 0 {
		l.ending = '\r'
	}
	return l
}

// buffered reads src from its beginning by a buffer that is no larger than it
// needs to be: most parts are small.
func buffered(src *io.SectionReader, most int64) *bufio.Reader {
	return bufio.NewReaderSize(io.NewSectionReader(src, 0, src.Size()), int(min(most, max(minBuffer, src.Size()+1))))
}

// minBuffer lets every look ahead see enough.
const minBuffer = 2 << 10

// next returns false at the end, or on an error.
func (l *lines) next() (line, bool) {
	text, err := l.r.ReadSlice(l.ending)
	whole := err == nil
	if err == bufio.ErrBufferFull && text[len(text)-1] == '\r' {
		_ = l.r.UnreadByte() // it may belong to the line ending
		text = text[:len(text)-1]
	}
	if err != nil && err != bufio.ErrBufferFull && err != io.EOF {
		l.err = err
		return line{}, false
	}
	if len(text) == 0 {
		return line{}, false
	}
	got := line{begin: l.at, end: l.at + int64(len(text)), first: !l.inside}
	l.at, l.inside = got.end, !whole
	if whole {
		text = text[:len(text)-1]
		if n := len(text); n > 0 && text[n-1] == '\r' {
			text = text[:n-1]
		}
	}
	got.text = text
	return got, true
}

// peek returns the start of what comes next, behind any empty lines if so
// asked. It invalidates the text of the last line.
func (l *lines) peek(behindEmpty bool) []byte {
	const enough = 256
	head, _ := l.r.Peek(enough)
	if behindEmpty {
		head = bytes.TrimLeft(head, "\r\n")
	}
	if end := bytes.IndexByte(head, l.ending); end >= 0 {
		head = head[:end+1]
	}
	return head
}
