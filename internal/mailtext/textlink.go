package mailtext

import (
	"strconv"
	"strings"

	"golang.org/x/net/html"
)

// link is the link that is being read.
type link struct {
	url  string
	open bool
	text strings.Builder
}

func (l *link) read(s string) {
	if l.open && l.text.Len() < maxTextLink {
		l.text.WriteString(s)
	}
}

// closeLink writes where the link leads, unless its text says so. A link without text
// is decoration or tracks, and stays silent.
func (t *texter) closeLink() {
	url, ok := cleanLink(t.link.url)
	text := strings.TrimSpace(t.link.text.String())
	t.link.open = false
	if ok && text != "" && len(url) <= maxTextLink && !strings.EqualFold(bareURL(text), bareURL(url)) {
		t.page.flow(" <" + strings.TrimPrefix(url, "mailto:") + ">")
	}
}

// bareURL is what people leave out or not when they write a URL.
func bareURL(s string) string {
	for _, prefix := range []string{"mailto:", "tel:", "https://", "http://", "www."} {
		if len(s) >= len(prefix) && strings.EqualFold(s[:len(prefix)], prefix) {
			s = s[len(prefix):]
		}
	}
	return strings.TrimSuffix(s, "/")
}

// number is the mark of an item in a numbered list.
func number(n int) string { return strconv.Itoa(n) + ". " }

// start is the first number of a list.
func start(attrs []html.Attribute) int {
	if n, err := strconv.Atoi(attribute(attrs, "start")); err == nil && n >= 0 && n < 100_000 {
		return n
	}
	return 1
}
