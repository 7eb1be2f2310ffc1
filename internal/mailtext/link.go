package mailtext

import (
	"net/url"
	"strings"
)

// maxURL is the longest URL of a link or image that is kept, in bytes.
const maxURL = 8 << 10

// cleanLink reads where a link leads: an absolute URL that a person may be sent to.
func cleanLink(href string) (string, bool) {
	href = squeezeURL(href)
	if strings.HasPrefix(strings.ToLower(href), "www.") {
		href = "https://" + href // mail programs take it so
	}
	u, ok := parseURL(href)
	if !ok {
		return "", false
	}
	switch u.Scheme {
	case "http", "https":
		return u.String(), u.Host != ""
	case "mailto", "tel":
		return u.String(), u.Opaque != ""
	}
	return "", false
}

// remoteURL reads the URL of an image on another server.
func remoteURL(src string) (string, bool) {
	u, ok := parseURL(squeezeURL(src))
	if !ok || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return "", false
	}
	return u.String(), true
}

func parseURL(s string) (*url.URL, bool) {
	if strings.HasPrefix(s, "//") {
		s = "https:" + s
	}
	if s == "" || len(s) > maxURL {
		return nil, false
	}
	u, err := url.Parse(s)
	return u, err == nil
}

// squeezeURL drops what browsers drop from a URL before they look at its scheme, and
// writes inner spaces as they do (WHATWG URL, section 4.4).
func squeezeURL(s string) string {
	s = strings.TrimFunc(s, func(r rune) bool { return r <= ' ' })
	s = strings.Map(func(r rune) rune {
		if r == '\t' || r == '\n' || r == '\r' {
			return -1
		}
		return r
	}, s)
	return strings.ReplaceAll(s, " ", "%20")
}
