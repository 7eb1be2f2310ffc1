package mime

import (
	"bytes"
	"io"
	"strings"
)

// uuFile is a file that someone wrote into a text by uuencode, the way mail
// had attachments before MIME.
type uuFile struct {
	name       string
	begin, end int64 // offsets in the text, from the line begin to behind the line end
}

// uuBegin reads the line that begins a file: begin, its mode in octal, its
// name.
func uuBegin(text []byte) (name string, ok bool) {
	rest, ok := bytes.CutPrefix(text, []byte("begin "))
	if !ok {
		return "", false
	}
	mode, name, ok := strings.Cut(string(rest[:min(len(rest), 1000)]), " ")
	if !ok || len(mode) < 3 || len(mode) > 4 || strings.Trim(mode, "01234567") != "" {
		return "", false
	}
	return trimSpace(name), true
}

// uuData decodes a line: its first character is how many bytes it holds, and
// each group of four characters is three of them. Spaces at the end of the
// line may be lost.
func uuData(text []byte) ([]byte, bool) {
	if len(text) == 0 || text[0] < ' ' || text[0] > '`' {
		return nil, false
	}
	n, text := int(text[0]-' ')&63, bytes.TrimRight(text[1:], "\r")
	groups := (n + 2) / 3 * 4
	if len(text) > groups+2 { // some put a checksum behind
		return nil, false
	}
	out := make([]byte, 0, groups)
	var quad [4]byte
	for i := 0; i < groups; i += 4 {
		for j := range quad {
			quad[j] = ' '
			if i+j < len(text) {
				quad[j] = text[i+j]
			}
			if quad[j] < ' ' || quad[j] > '`' {
				return nil, false
			}
			quad[j] = (quad[j] - ' ') & 63
		}
		out = append(out, quad[0]<<2|quad[1]>>4, quad[1]<<4|quad[2]>>2, quad[2]<<6|quad[3])
	}
	return out[:n], true
}

// findUU splits a text into the files in it, at most limit, and what remains,
// cut after maxText bytes. A file without its last line goes as far as its
// lines make sense.
func findUU(src *io.SectionReader, limit int) (text []byte, files []uuFile, cut bool, err error) {
	l := newLines(src)
	var file *uuFile // the one being read
	for {
		got, ok := l.next()
		if !ok {
			return text, files, cut, l.err
		}
		if file != nil {
			if _, ok := uuData(got.text); ok && got.first {
				file.end = got.end
				continue
			}
			last := string(bytes.TrimSpace(got.text)) == "end"
			if last {
				file.end = got.end
			}
			if file = nil; last {
				continue
			}
		}
		name, ok := uuBegin(got.text)
		if ok && got.first && len(files) < limit {
			got.text = bytes.Clone(got.text) // looking ahead invalidates it
			ok = followsUU(l)
		}
		if ok && got.first && len(files) < limit {
			files = append(files, uuFile{name: name, begin: got.begin, end: got.end})
			file = &files[len(files)-1]
			continue
		}
		text, cut = appendLine(text, got, l.ending, cut)
	}
}

// followsUU tells whether the next line is data of a file. It is what makes
// "begin 644 hours earlier" a text.
func followsUU(l *lines) bool {
	next := bytes.TrimRight(l.peek(false), "\r\n")
	data, ok := uuData(next)
	return ok && (len(data) == 0 || len(next) >= len(data))
}

func appendLine(text []byte, l line, ending byte, cut bool) ([]byte, bool) {
	room := maxText - len(text)
	if cut || len(l.text) > room {
		return append(text, l.text[:max(0, min(len(l.text), room))]...), true
	}
	text = append(text, l.text...)
	if l.end > l.textEnd() {
		text = append(text, ending)
	}
	return text, false
}

// uuReader decodes the first file that uuencode wrote into a text.
type uuReader struct {
	lines *lines
	begun bool
	rest  []byte
}

func (u *uuReader) Read(p []byte) (int, error) {
	for len(u.rest) == 0 {
		l, ok := u.lines.next()
		switch {
		case !ok && u.lines.err != nil:
			return 0, u.lines.err
		case !ok:
			return 0, io.EOF
		case !u.begun:
			_, u.begun = uuBegin(l.text)
			continue
		}
		data, ok := uuData(l.text)
		if !ok {
			return 0, io.EOF
		}
		u.rest = data
	}
	n := copy(p, u.rest)
	u.rest = u.rest[n:]
	return n, nil
}
