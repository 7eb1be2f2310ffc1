package mime

import (
	"path"
	"strings"
)

// Inline finds the part that HTML of the message refers to, for instance by
// the src of an img: by Content-ID (RFC 2392), by Content-Location (RFC 2557),
// or by the bare name of a file, as some programs write. It is nil when there
// is none, and for what refers to the network.
func (m *Message) Inline(ref string) *Part {
	ref = trimSpace(ref)
	const scheme = "cid:"
	id, byID := ref, len(ref) > len(scheme) && strings.EqualFold(ref[:len(scheme)], scheme)
	if byID {
		id = ref[len(scheme):]
	}
	id = strings.Trim(unpercent(id), "<>")
	if id == "" {
		return nil
	}
	for _, same := range []func(*Part) bool{
		func(p *Part) bool { return p.ContentID == id },
		func(p *Part) bool { return p.ContentLocation == ref },
		func(p *Part) bool { return !strings.Contains(ref, "//") && p.FileName == path.Base(id) },
		func(p *Part) bool { return byID && strings.EqualFold(p.ContentID, id) },
	} {
		for _, p := range m.Parts {
			if same(p) {
				return p
			}
		}
	}
	return nil
}
