package mime

import (
	"bytes"
	"html"
	"io"
	"slices"
	"strings"
)

// body tells the body of a message from its files, much as section 4.1.4 of
// RFC 8621 suggests.
type body struct {
	message *Message
	src     *io.SectionReader
	room    int // bytes of text that may still be read

	tnefText, tnefHTML string // of the first winmail.dat
	err                error
}

// piece is a text of the body.
type piece struct {
	text string
	html bool
}

// views are the pieces of the body as someone sees it who prefers plain text,
// and as someone does who prefers HTML.
type views struct{ plain, rich []piece }

func (v *views) add(p piece) {
	v.plain, v.rich = append(v.plain, p), append(v.rich, p)
}

func (b *body) read(root *node) error {
	if root.excess > 0 {
		b.keep(b.raw("text/rfc822-headers", "headers.txt", root.excess, root.start))
	}
	var v views
	b.node(root, place{first: true}, &v)
	if b.err != nil {
		return b.err
	}
	if len(v.plain)+len(v.rich) == 0 {
		if b.tnefText != "" {
			v.plain = []piece{{text: b.tnefText}}
		}
		if b.tnefHTML != "" {
			v.rich = []piece{{text: b.tnefHTML, html: true}}
		}
	}
	m := b.message
	m.Text, m.HTML = joinPlain(v.plain), joinRich(v.rich)
	return nil
}

func (b *body) keep(p *Part) { b.message.Parts = append(b.message.Parts, p) }

// place is where a node stands.
type place struct {
	parent string // type of the multipart around it
	first  bool   // the main part there
}

func (b *body) node(n *node, at place, v *views) {
	switch {
	case b.err != nil:
	case n.opaque == opaqueText:
		b.keep(b.raw("text/plain", n.opaque, n.begin, n.end))
	case n.opaque != "":
		b.keep(b.raw("message/rfc822", n.opaque, n.begin, n.end))
	case len(n.kids) > 0:
		b.multipart(n, v)
	case n.closed && !n.wordy: // empty, with its last boundary
	default:
		b.leaf(n, at, v)
	}
}

func (b *body) multipart(n *node, v *views) {
	kind := n.media.kind
	plain, rich := len(v.plain), len(v.rich)
	main := mainPart(n)
	for i, kid := range n.kids {
		if kind == "multipart/alternative" {
			b.alternative(kid, v)
			continue
		}
		b.node(kid, place{parent: kind, first: i == main}, v)
	}
	if kind != "multipart/alternative" {
		return
	}
	// One of the two that has no version of its own shows the other's.
	newPlain, newRich := v.plain[plain:], v.rich[rich:]
	if len(newPlain) == 0 {
		v.plain = append(v.plain, newRich...)
	} else if len(newRich) == 0 {
		v.rich = append(v.rich, newPlain...)
	}
}

// alternative reads one of the alternatives. What is plain in it is for those
// who prefer plain text, and so with HTML; text around HTML is part of the
// latter, as Apple Mail has it.
func (b *body) alternative(n *node, v *views) {
	var own views
	b.node(n, place{parent: "multipart/alternative", first: true}, &own)
	isRich := func(p piece) bool { return p.html }
	if slices.ContainsFunc(own.rich, isRich) {
		v.rich = append(v.rich, own.rich...)
		if !slices.ContainsFunc(own.plain, isRich) { // an alternative within it has both
			v.plain = append(v.plain, own.plain...)
		}
		return
	}
	v.plain = append(v.plain, own.plain...)
}

// mainPart is the part of a multipart/related that the others belong to (RFC
// 2387 section 3.2), and the first of any other.
func mainPart(n *node) int {
	if n.media.kind != "multipart/related" {
		return 0
	}
	if start := firstID(n.media.params["start"]); start != "" {
		for i, kid := range n.kids {
			if firstID(kid.header.Get("Content-ID")) == start {
				return i
			}
		}
	}
	for _, isMain := range []func(*node) bool{
		func(kid *node) bool { return kid.multipart || kid.media.kind == "text/html" },
		func(kid *node) bool { return kid.media.kind == "text/plain" },
	} {
		if i := slices.IndexFunc(n.kids, isMain); i >= 0 {
			return i
		}
	}
	return 0
}

func (b *body) leaf(n *node, at place, v *views) {
	disposition := parseMedia(n.header.Get("Content-Disposition"))
	named := disposition.params["filename"] != ""
	n.media.kind = b.kindOf(n, disposition, at)
	if isTNEF(n.media, disposition) {
		b.winmail(n, at)
		return
	}
	shown := disposition.kind != "attachment" && (n.media.kind == "text/plain" || n.media.kind == "text/html") &&
		(at.first || at.parent != "multipart/related" && !named && n.media.params["name"] == "")
	if !shown {
		if n.end > n.start || disposition.kind != "" || named {
			b.keep(b.part(n, at.parent))
		}
		return
	}
	p, cut := b.text(n)
	garbage := isGarbage(p.text)
	if cut || named || garbage {
		b.keep(b.part(n, at.parent))
	}
	if !garbage && strings.TrimSpace(p.text) != "" {
		v.add(p)
	}
}

// kindOf returns the type of a leaf, for a text that says so badly or not at
// all as well.
func (b *body) kindOf(n *node, disposition media, at place) string {
	kind := n.media.kind
	switch {
	case n.multipart: // no boundary, no parts
		return "text/plain"
	case isMediaType(kind):
		return kind
	case kind == "html" || kind == "text/htm":
		return "text/html"
	case kind == "text", kind == "text/", kind == "plain", kind == "":
	default:
		return "application/octet-stream"
	}
	head := make([]byte, 512)
	got, _ := b.section(n.start, n.end).ReadAt(head, 0) // an error comes again
	named := fileName(disposition, n.media, "") != ""
	if kind == "" && named && !(at.first && at.parent == "") || bytes.IndexByte(head[:got], 0) >= 0 {
		return "application/octet-stream"
	}
	return "text/plain"
}

// isMediaType tells a type and a subtype.
func isMediaType(kind string) bool {
	family, sub, ok := strings.Cut(kind, "/")
	const longest = 255
	return ok && family != "" && sub != "" && len(kind) <= longest && !strings.Contains(sub, "/") &&
		strings.Trim(kind, mediaChars) == ""
}

func joinPlain(pieces []piece) string {
	var b strings.Builder
	for _, p := range pieces {
		if p.html {
			return ""
		}
		if s := b.String(); s != "" && !strings.HasSuffix(s, "\n") {
			b.WriteByte('\n')
		}
		b.WriteString(p.text)
	}
	return b.String()
}

func joinRich(pieces []piece) string {
	if !slices.ContainsFunc(pieces, func(p piece) bool { return p.html }) {
		return ""
	}
	var b strings.Builder
	for _, p := range pieces {
		if p.html {
			b.WriteString(p.text)
		} else {
			b.WriteString(`<div style="white-space: pre-wrap">` + html.EscapeString(p.text) + "</div>")
		}
	}
	return b.String()
}
