package mailtext

import (
	"slices"
	"strings"

	"golang.org/x/net/html"
)

// MaxHTML is the longest HTML that is sanitized, in bytes; of a longer one the text is
// shown.
const MaxHTML = 2 << 20

// SanitizeOptions say what images a mail shows. The zero value shows none but those
// written into the HTML itself.
type SanitizeOptions struct {
	// Inline finds the part of the mail an image means. ref is a Content-ID without
	// "cid:" and brackets, or what else the sender wrote: a Content-Location or the name
	// of a file. url is a path or an http(s) URL of ours; ok is false for unknown parts.
	// To sanitize the result once more, Inline must know its own URLs.
	Inline func(ref string) (url string, ok bool)
	// Remote lets images load from other servers, which tells their owners who reads
	// the mail, when, and from where.
	Remote bool
}

// Sanitized is HTML that holds only what cannot do harm.
type Sanitized struct {
	HTML      string   // balanced, for the body of a page; at most some ten times the input
	TooBig    bool     // longer than MaxHTML: HTML is empty, and Text is to be shown
	HasRemote bool     // there are images on other servers, switched off or not
	Inlined   []string // the refs that Inline knew, each once: no need to list them as attachments
}

// Sanitize makes the HTML of a stranger fit to be shown: listed elements, attributes,
// styles and URL schemes only. Scripts, style elements and forms are gone; of unknown
// elements the content stays. Links open elsewhere and tell nothing of where they stood.
// Remote images lose their src to data-remote-src unless asked for, and invisible ones
// (1x1) are dropped. Sanitizing the result again changes nothing.
//
// It is still to be shown in a sandboxed frame under a Content-Security-Policy: two
// locks, should one fail.
func Sanitize(document string, o SanitizeOptions) Sanitized {
	if len(document) > MaxHTML {
		return Sanitized{TooBig: true}
	}
	w := writer{o: o}
	walk(document, &w)
	w.result.HTML = policy().Sanitize(w.out.String())
	return w.result
}

// writer writes a walked document as HTML again. It shapes what needs shaping (images,
// links, styles) and passes the other attributes on to the policy, which has the last
// word on all of them.
type writer struct {
	o      SanitizeOptions
	out    strings.Builder
	result Sanitized
	seen   map[string]bool // the refs in result.Inlined
}

func (w *writer) open(e *element, attrs []html.Attribute) {
	if e == image {
		var ok bool
		if attrs, ok = w.image(attrs); !ok {
			return
		}
	}
	w.out.WriteString("<" + e.name)
	for i, a := range attrs {
		if !slices.ContainsFunc(attrs[:i], func(b html.Attribute) bool { return b.Key == a.Key }) {
			w.attribute(e, a)
		}
	}
	w.out.WriteString(">")
}

func (w *writer) close(e *element) { w.out.WriteString("</" + e.name + ">") }
func (w *writer) text(s string)    { w.out.WriteString(html.EscapeString(s)) }
func (w *writer) cut()             {}

// attribute writes one attribute. Of attributes that come twice only the first counts,
// for that is how browsers read them.
func (w *writer) attribute(e *element, a html.Attribute) {
	switch a.Key {
	case "style":
		w.set("style", cleanStyle(a.Val))
	case "class":
		w.set("class", quoteClasses(a.Val))
	case "href":
		if url, ok := cleanLink(a.Val); ok && e == anchor {
			w.set("href", url)
			w.set("target", "_blank")
			w.set("rel", "noopener noreferrer nofollow")
		}
	case "target", "rel": // written with href
	default:
		if attributeName.MatchString(a.Key) {
			w.set(a.Key, a.Val)
		}
	}
}

func (w *writer) set(key, value string) {
	if value != "" || key == "alt" {
		w.out.WriteString(" " + key + `="` + html.EscapeString(value) + `"`)
	}
}
