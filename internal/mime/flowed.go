package mime

import "strings"

// unflow joins the lines of format=flowed (RFC 3676): a line that ends in a
// space goes on in the next one of the same quoting depth. With delsp that
// space is not part of the text.
func unflow(text string, delsp bool) string {
	var b strings.Builder
	b.Grow(len(text))
	depth, flowing := -1, false
	for raw := range strings.SplitSeq(text, "\n") {
		content := strings.TrimLeft(raw, ">")
		quotes := len(raw) - len(content)
		content = strings.TrimPrefix(content, " ") // stuffed, section 4.4
		signature := content == "-- "              // section 4.3
		if !flowing || quotes != depth || signature {
			if depth >= 0 {
				b.WriteByte('\n')
			}
			if b.WriteString(raw[:quotes]); quotes > 0 && content != "" {
				b.WriteByte(' ')
			}
		}
		depth = quotes
		flowing = strings.HasSuffix(content, " ") && !signature
		if flowing && delsp {
			content = content[:len(content)-1]
		}
		b.WriteString(content)
	}
	return b.String()
}
