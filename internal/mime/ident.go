package mime

import "strings"

// maxID is the length of a Message-ID beyond which it is none: no line may be
// longer (RFC 5322 section 2.1.1).
const maxID = 998

// firstID returns the first Message-ID or Content-ID of a value, "" for none.
func firstID(value string) string {
	ids := messageIDs(value)
	if len(ids) == 0 {
		return ""
	}
	return ids[0]
}

// messageIDs returns the ids in a value (RFC 5322 section 3.6.4) without their
// angle brackets, each once, at most 500: of more, the first one and the last
// 499. What stands outside of brackets counts only when nothing is inside, and
// then only words with an @, or a single word. White space within brackets
// comes from folding.
func messageIDs(value string) []string {
	ids := bracketed(value)
	if len(ids) == 0 {
		words := strings.FieldsFunc(value, func(r rune) bool { return r <= ' ' || strings.ContainsRune(",;<>\"", r) })
		for _, w := range words {
			if strings.Contains(w, "@") || len(words) == 1 {
				ids = append(ids, w)
			}
		}
	}
	seen := map[string]bool{}
	clean := ids[:0]
	for _, id := range ids {
		id = strings.ReplaceAll(oneLine(id), " ", "")
		if id == "" || len(id) > maxID || seen[id] {
			continue
		}
		seen[id] = true
		clean = append(clean, id)
	}
	if over := len(clean) - maxReferences; over > 0 {
		clean = append(clean[:1], clean[1+over:]...)
	}
	return clean
}

func bracketed(value string) []string {
	var ids []string
	for {
		_, rest, ok := strings.Cut(value, "<")
		if !ok {
			return ids
		}
		end := strings.IndexAny(rest, "<>")
		if end < 0 {
			end = len(rest) // the last bracket was cut off
		}
		ids = append(ids, rest[:end])
		value = rest[end:]
	}
}
