package mime

import (
	"bytes"
	"io"
	"strings"
	"unicode/utf8"
)

// text reads a text of the body; files in it become parts. cut tells that it
// is not whole.
func (b *body) text(n *node) (p piece, cut bool) {
	src, limit := b.section(n.start, n.end), 0
	if t := b.transferOf(n); t != identity {
		data, err := io.ReadAll(io.LimitReader(t.decoder(src), maxText+1))
		if err != nil {
			b.err = err
			return piece{}, false
		}
		src, cut = io.NewSectionReader(bytes.NewReader(data), 0, int64(len(data))), len(data) > maxText
	}
	p.html = n.media.kind == "text/html"
	if !p.html {
		limit = maxParts - len(b.message.Parts)
	}
	raw, files, long, err := findUU(src, limit)
	if err != nil {
		b.err = err
		return piece{}, false
	}
	for _, f := range files {
		b.keep(b.uuPart(src, f))
	}
	p.text = newlines(decodeText(raw, n.media.params["charset"], p.html))
	if format := n.media.params["format"]; !p.html && strings.EqualFold(format, "flowed") {
		p.text = unflow(p.text, strings.EqualFold(n.media.params["delsp"], "yes"))
	}
	if most := min(maxText, b.room); len(p.text) > most {
		p.text, long = cutText(p.text, most), true
	}
	b.room -= len(p.text)
	cut = cut || long
	b.message.Cut = b.message.Cut || cut
	return p, cut
}

func (b *body) uuPart(src *io.SectionReader, f uuFile) *Part {
	p := &Part{ContentType: "application/octet-stream", FileName: cleanName(decodeWords(f.name, b.message.Header.charset)), depth: b.message.depth}
	if p.FileName == "" {
		p.FileName = defaultName(p.ContentType)
	}
	b.source(p, io.NewSectionReader(src, f.begin, f.end-f.begin), uuencoded)
	return p
}

// isGarbage tells bytes that were never a text: more than a few characters,
// and every tenth, are controls or make no sense.
func isGarbage(s string) bool {
	const few = 5
	bad, all := 0, 0
	for _, r := range s {
		all++
		if r < ' ' && !strings.ContainsRune("\t\n\f\b\x1b", r) || r == utf8.RuneError {
			bad++
		}
	}
	return bad > max(few, all/10)
}

// newlines makes every line end an LF.
func newlines(s string) string { return lineEnds.Replace(s) }

var lineEnds = strings.NewReplacer("\r\r\n", "\n", "\r\n", "\n", "\r", "\n")

// cutText keeps at most so many bytes of s, and whole characters.
func cutText(s string, most int) string {
	if len(s) <= most {
		return s
	}
	for most > 0 && !utf8.RuneStart(s[most]) {
		most--
	}
	return s[:most]
}
