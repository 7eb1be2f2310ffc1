package admin

import (
	"net/http"
	"strconv"
	"strings"
)

// maxIndent is the deepest indentation a client can ask for, as in the original.
const maxIndent = 8

var (
	errNotAcceptable = detail(http.StatusNotAcceptable, "Could not satisfy the request Accept header.")
	errVersion       = detail(http.StatusNotAcceptable, `Invalid version in "X-29next-API-Version" header.`)
)

// accept reads the Accept header: whether JSON is among the accepted types, and the
// indentation that the most specific type naming it asks for (0 = compact). As in
// the original, quality values decide nothing. No header at all accepts everything.
func accept(header []string) (indent int, ok bool) {
	if header == nil {
		return 0, true
	}
	value := header[0]
	if len(header) > 1 {
		value = strings.Join(header, ",")
	}
	if value == "*/*" || value == "application/json" { // nearly every request
		return 0, true
	}
	best := -1
	for media := range strings.SplitSeq(value, ",") {
		precedence, spaces := acceptsJSON(media)
		if precedence > best {
			best, indent = precedence, spaces
		}
	}
	return indent, best >= 0
}

// acceptsJSON rates how specifically one media type names JSON, from 0 (*/*) to 3
// (with parameters), or -1 when it does not.
func acceptsJSON(media string) (precedence, indent int) {
	full, params, _ := strings.Cut(media, ";")
	main, sub, _ := strings.Cut(strings.ToLower(strings.TrimSpace(full)), "/")
	if main != "*" && main != "application" || sub != "*" && sub != "json" {
		return -1, 0
	}
	qualityAlone := true
	for param := range strings.SplitSeq(params, ";") {
		name, value, ok := strings.Cut(param, "=")
		if !ok {
			continue
		}
		name = strings.ToLower(strings.TrimSpace(name))
		qualityAlone = qualityAlone && name == "q"
		if name == "indent" {
			indent = indentation(value)
		}
	}
	switch {
	case main == "*":
		return 0, indent
	case sub == "*":
		return 1, indent
	case qualityAlone:
		return 2, indent
	}
	return 3, indent
}

// acceptsStream reports an Accept header that names text/event-stream itself.
func acceptsStream(header []string) bool {
	for media := range strings.SplitSeq(strings.Join(header, ","), ",") {
		full, _, _ := strings.Cut(media, ";")
		if strings.EqualFold(strings.TrimSpace(full), "text/event-stream") {
			return true
		}
	}
	return false
}

func indentation(value string) int {
	n, err := strconv.Atoi(strings.Trim(strings.TrimSpace(value), `"`))
	if err != nil {
		return 0
	}
	return min(max(n, 0), maxIndent)
}

// versionHeader is X-29next-API-Version as net/http spells it.
const versionHeader = "X-29next-Api-Version"

// The versions of the API, oldest first; their Support parts are the same. The
// oldest answers requests that name none.
var versions = [...][]string{{"2023-02-10"}, {"2024-04-01"}, {"unstable"}}

// version picks the version that answers, as a ready header value; nil for a name
// that is none.
func version(header []string) []string {
	if header == nil {
		return versions[0]
	}
	if len(header) == 1 {
		for _, v := range versions {
			if v[0] == header[0] {
				return v
			}
		}
	}
	return nil
}
