package mailauth

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
)

// Limits of a header whose signatures are verified. The library that does it needs time
// that grows with the square of each.
const (
	maxHead       = 256 << 10 // bytes
	maxFields     = 1000
	maxFieldLines = 2000    // of one field
	maxSignature  = 8 << 10 // bytes of a DKIM-Signature
)

// Why no signature is verified, other than a source that fails.
var (
	errNoMail   = errors.New("the message is empty")
	errTooLarge = errors.New("the header is too large to be verified")
)

// head is the header of a mail, only as far as its signatures and From are concerned.
type head struct {
	fields []field
	size   int64 // where the empty line ends, or the mail
	closed bool  // there is an empty line
}

// field is a header field: its name without spaces around, its value with all folding.
type field struct{ name, value string }

// readHead finds the fields as verifiers do: by lines that end in LF. With an error there
// are none: errNoMail, errTooLarge, or that of raw.
func readHead(raw io.ReaderAt, size int64) (head, error) {
	data := make([]byte, min(size, maxHead))
	n, err := raw.ReadAt(data, 0)
	if err != nil && !errors.Is(err, io.EOF) {
		return head{}, fmt.Errorf("read header: %w", err)
	}
	var h head
	data, lines := data[:n], 0
	for len(data) > 0 {
		line, rest, _ := bytes.Cut(data, []byte("\n"))
		h.size += int64(len(data) - len(rest))
		data, lines = rest, lines+1
		if len(bytes.TrimSuffix(line, []byte("\r"))) == 0 {
			h.closed = true
			return h, nil
		}
		if folded := line[0] == ' ' || line[0] == '\t'; !folded || len(h.fields) == 0 {
			lines = 1
			name, value, _ := strings.Cut(string(line), ":")
			h.fields = append(h.fields, field{strings.TrimSpace(name), value})
		} else {
			last := &h.fields[len(h.fields)-1]
			last.value += "\n" + string(line)
		}
		if len(h.fields) > maxFields || lines > maxFieldLines {
			return head{}, errTooLarge
		}
	}
	switch {
	case size > maxHead:
		return head{}, errTooLarge
	case len(h.fields) == 0:
		return h, errNoMail
	}
	return h, nil
}

// values returns the values of all fields of that name.
func (h head) values(name string) []string {
	var values []string
	for _, f := range h.fields {
		if strings.EqualFold(f.name, name) {
			values = append(values, f.value)
		}
	}
	return values
}

// showsOnly tells whether the mail has one From field and address stands in it. Of two,
// a signature covers the last while people see the first; and a reader of mails more
// tolerant than a verifier may take for From what no signature covers.
func (h head) showsOnly(address string) bool {
	from := h.values("From")
	return len(from) == 1 && address != "" && strings.Contains(strings.ToLower(from[0]), strings.ToLower(address))
}
