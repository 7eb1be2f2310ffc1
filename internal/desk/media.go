package desk

import (
	"sort"
	"strings"
	"unicode"
)

// MediaPath is what follows /media/ in the link to an upload: the unguessable key of
// its bytes, then a name for people, in which only harmless characters stand.
func MediaPath(f Upload) string {
	name := strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9', r == '.', r == '-', r == '_':
			return r
		case unicode.IsSpace(r):
			return '_'
		default:
			return -1
		}
	}, f.FileName)
	name = strings.TrimLeft(name, ".")
	if len(name) > 80 {
		name = name[len(name)-80:]
	}
	if name == "" {
		name = "file"
	}
	return "attachments/" + f.BlobKey + "/" + name
}

// SortAttachments brings a comment's attachments into the order of their ids.
func (c *Comment) SortAttachments() {
	sort.Slice(c.Attachments, func(i, j int) bool { return c.Attachments[i].ID < c.Attachments[j].ID })
}
