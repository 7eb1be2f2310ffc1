package mailtext

import (
	"net/url"
	"regexp"
	"strconv"
	"strings"

	"golang.org/x/net/html"
)

const (
	// remoteSource keeps the src of an image that is switched off.
	remoteSource = "data-remote-src"
	// maxDataImage is the longest image written into the HTML itself, in bytes of its URL.
	maxDataImage = 128 << 10
	dataImage    = `data:image/(?:png|gif|jpeg|webp);base64,[A-Za-z0-9+/]+={0,2}`
)

var isDataImage = regexp.MustCompile(`^` + dataImage + `$`)

// image settles where an image comes from. It is false for one that shows nothing.
func (w *writer) image(attrs []html.Attribute) ([]html.Attribute, bool) {
	src := attribute(attrs, "src")
	if src == "" {
		src = attribute(attrs, remoteSource)
	}
	kept := make([]html.Attribute, 0, len(attrs)+1)
	for _, a := range attrs {
		if a.Key != "src" && a.Key != remoteSource {
			kept = append(kept, a)
		}
	}
	key, value := w.source(src, attrs)
	if key == "" {
		return kept, attribute(attrs, "alt") != ""
	}
	if value == "" {
		return nil, false
	}
	return append(kept, html.Attribute{Key: key, Val: value}), true
}

// source finds the attribute that a src becomes: no key if there is no such image, no
// value if it is only there to be counted.
func (w *writer) source(src string, attrs []html.Attribute) (key, value string) {
	if url, ok := w.inlined(src); ok {
		return "src", url
	}
	if url, ok := remoteURL(src); ok {
		if tracks(attrs) {
			return remoteSource, ""
		}
		w.result.HasRemote = true
		if w.o.Remote {
			return "src", url
		}
		return remoteSource, url
	}
	src = strings.Join(strings.Fields(src), "")
	if len(src) <= maxDataImage && isDataImage.MatchString(src) {
		return "src", src
	}
	return "", ""
}

// inlined asks Inline for a part of the mail.
func (w *writer) inlined(src string) (string, bool) {
	src = strings.TrimSpace(src)
	if w.o.Inline == nil || src == "" || len(src) > maxURL {
		return "", false
	}
	ref := src
	if len(src) > 4 && strings.EqualFold(src[:4], "cid:") { // RFC 2392, section 2
		ref = src[4:]
		if plain, err := url.PathUnescape(ref); err == nil {
			ref = plain
		}
		ref = strings.TrimSuffix(strings.TrimPrefix(ref, "<"), ">")
	}
	url, ok := w.o.Inline(ref)
	if ok {
		w.noteInlined(ref)
	}
	return url, ok
}

func (w *writer) noteInlined(ref string) {
	if w.seen == nil {
		w.seen = map[string]bool{}
	}
	if !w.seen[ref] {
		w.seen[ref] = true
		w.result.Inlined = append(w.result.Inlined, ref)
	}
}

// tracks tells whether an image is too small to be seen, so that only its being loaded
// can matter.
func tracks(attrs []html.Attribute) bool {
	style := strings.ToLower(strings.Join(strings.Fields(attribute(attrs, "style")), ""))
	return tiny(attribute(attrs, "width"), "width:", style) && tiny(attribute(attrs, "height"), "height:", style)
}

func tiny(size, property, style string) bool {
	for declaration := range strings.SplitSeq(style, ";") {
		if value, ok := strings.CutPrefix(declaration, property); ok {
			size = strings.TrimSuffix(value, "!important")
		}
	}
	pixels, err := strconv.ParseFloat(strings.TrimSuffix(strings.TrimSpace(size), "px"), 64)
	return err == nil && pixels <= 1
}

// attribute is the first attribute of a name: empty if there is none.
func attribute(attrs []html.Attribute, key string) string {
	for _, a := range attrs {
		if a.Key == key {
			return a.Val
		}
	}
	return ""
}
