package admin

import (
	"bytes"
	"encoding/json"
	"strings"
	"sync"
)

// maxPooled keeps a buffer that one huge answer has grown from staying for ever.
const maxPooled = 1 << 20

var buffers = sync.Pool{New: func() any {
	buffer := make([]byte, 0, 64<<10)
	return &buffer
}}

// borrow returns an empty buffer; give it back with giveBack once written.
func borrow() *[]byte { return buffers.Get().(*[]byte) }

func giveBack(buffer *[]byte, used []byte) {
	if cap(used) > maxPooled {
		return
	}
	*buffer = used[:0]
	buffers.Put(buffer)
}

// indented spreads compact JSON over lines.
func indented(body []byte, spaces int) []byte {
	var out bytes.Buffer
	if err := json.Indent(&out, body, "", strings.Repeat(" ", spaces)); err != nil {
		return body // not JSON; better compact than not at all
	}
	return out.Bytes()
}
