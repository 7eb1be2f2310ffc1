package docs

import "strings"

// paragraph is a run of plain text and code.
type paragraph []span

type span struct {
	Text string
	Code bool
}

// Short tells code that is better moved to the next line than broken, at a hyphen for example.
func (s span) Short() bool { return len(s.Text) < 25 }

// prose reads the little markup that descriptions use: an empty line between paragraphs, code in backquotes.
func prose(text string) []paragraph {
	var out []paragraph
	for block := range strings.SplitSeq(text, "\n\n") {
		var p paragraph
		for i, part := range strings.Split(strings.TrimSpace(block), "`") {
			if part != "" {
				p = append(p, span{Text: part, Code: i%2 == 1})
			}
		}
		if len(p) > 0 {
			out = append(out, p)
		}
	}
	return out
}
