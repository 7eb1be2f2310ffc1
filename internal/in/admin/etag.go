package admin

import (
	"crypto/sha256"
	"encoding/base64"
	"strconv"
	"strings"

	"storedesk/internal/desk"
)

// A ticket's ETag is "<id>-<seq>-<form>": which ticket, its version, and a digest of
// what else the bytes depend on. If-Match looks at the first two alone, so that a
// client may write after reading in any form.
func (a *API) ticketTag(c *call, id, seq int64) string {
	tag := make([]byte, 0, 48)
	tag = append(tag, '"')
	tag = strconv.AppendInt(tag, id, 10)
	tag = append(tag, '-')
	tag = strconv.AppendInt(tag, seq, 10)
	tag = append(tag, '-')
	tag = strconv.AppendUint(tag, uint64(a.representation(c)), 36)
	return string(append(tag, '"'))
}

// representation digests what a ticket's bytes depend on besides its version: where
// links point, the secret that changes when links are rotated, the store's zone,
// indentation and, where links expire, the age of links that a client may be left
// with.
func (a *API) representation(c *call) uint32 {
	sum := fnv(2166136261, c.origin)
	sum = fnv(sum, c.store.MediaSecret)
	sum = fnv(sum, c.store.Zone.String())
	sum = fnvInt(sum, uint64(c.indent))
	return fnvInt(sum, a.linkAge(c.store))
}

// linkAge changes twice in the life of an expiring link.
func (a *API) linkAge(st *desk.Store) uint64 {
	if st.MediaTTL <= 1 {
		return 0
	}
	return uint64(a.now().UnixNano() / int64(st.MediaTTL/2))
}

func fnv(sum uint32, text string) uint32 {
	for i := range len(text) {
		sum = (sum ^ uint32(text[i])) * 16777619
	}
	return sum
}

func fnvInt(sum uint32, n uint64) uint32 {
	for range 8 {
		sum = (sum ^ uint32(n&0xff)) * 16777619
		n >>= 8
	}
	return sum
}

// listTag digests what a page's bytes depend on: its rows' versions, its links and
// the representation.
type listTag struct{ buffer []byte }

func (t *listTag) row(id, seq int64) {
	t.buffer = strconv.AppendInt(t.buffer, id, 10)
	t.buffer = append(t.buffer, '-')
	t.buffer = strconv.AppendInt(t.buffer, seq, 10)
	t.buffer = append(t.buffer, ' ')
}

// sum closes the digest over the head of the page, which holds the links.
func (t *listTag) sum(head []byte, representation uint32) string {
	t.buffer = append(t.buffer, head...)
	t.buffer = strconv.AppendUint(t.buffer, uint64(representation), 36)
	digest := sha256.Sum256(t.buffer)
	return `"` + base64.RawURLEncoding.EncodeToString(digest[:15]) + `"`
}

// matches tells whether an If-None-Match header names the tag, a weak form counting
// as the strong one.
func matches(header []string, tag string) bool {
	for _, value := range header {
		for one := range strings.SplitSeq(value, ",") {
			one = strings.TrimSpace(one)
			if one == "*" || strings.TrimPrefix(one, "W/") == tag {
				return true
			}
		}
	}
	return false
}

// expected reads an If-Match header: whether it accepts this version of the ticket.
func expected(header []string, id, seq int64) bool {
	want := `"` + strconv.FormatInt(id, 10) + "-" + strconv.FormatInt(seq, 10) + "-"
	for _, value := range header {
		for one := range strings.SplitSeq(value, ",") {
			one = strings.TrimSpace(one)
			if one == "*" || strings.HasPrefix(one, want) && strings.HasSuffix(one, `"`) {
				return true
			}
		}
	}
	return false
}
