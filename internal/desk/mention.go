package desk

import (
	"regexp"
	"strings"
)

var mention = regexp.MustCompile(`(?:^|[^\p{L}\p{N}_.@])@([\p{L}\p{N}][\p{L}\p{N}._-]*)`)

// Mentions tells whether a text names a person: @first name, @FirstLast, @first.last, or @
// and what stands before the @ of their address.
func Mentions(text, name, email string) bool {
	names := strings.Fields(name)
	local, _, _ := strings.Cut(email, "@")
	known := map[string]bool{Fold(local): true}
	if len(names) > 0 {
		known[Fold(names[0])] = true
		known[Fold(strings.Join(names, ""))] = true
		known[Fold(strings.Join(names, "."))] = true
	}
	for _, found := range mention.FindAllStringSubmatch(text, 100) {
		if known[Fold(strings.TrimRight(found[1], "._-"))] {
			return true
		}
	}
	return false
}
