package mime

import (
	"bytes"
	"strings"
)

// budget is what headers may still take of memory.
type budget struct{ bytes, fields int }

func newBudget() budget { return budget{maxHeaderBytes, maxFields} }

func (b budget) spent() bool { return b.bytes <= 0 || b.fields <= 0 }

// fieldReader puts a header together line by line.
type fieldReader struct {
	budget *budget
	fields []Field
	name   string
	value  []byte
	open   bool // a field is being read
}

func (f *fieldReader) empty() bool { return !f.open && len(f.fields) == 0 }

// header ends reading and returns what there is.
func (f *fieldReader) header() Header {
	f.close()
	h := Header{fields: f.fields}
	h.charset = parseMedia(h.Get("Content-Type")).params["charset"]
	return h
}

func (f *fieldReader) close() {
	if f.open {
		f.fields = append(f.fields, Field{f.name, trimSpace(string(f.value))})
		f.open = false
	}
}

// begin starts a field with a line for which isField holds.
func (f *fieldReader) begin(text []byte) {
	f.close()
	colon := bytes.IndexByte(text, ':')
	f.name, f.value, f.open = string(bytes.TrimRight(text[:colon], " \t")), f.value[:0], true
	f.budget.fields--
	f.budget.bytes -= len(text)
	f.value = append(f.value, text[colon+1:]...)
}

// extend adds a folded line (RFC 5322 section 2.2.3), or the rest of one that
// is longer than the buffer.
func (f *fieldReader) extend(text []byte) {
	if f.open {
		f.budget.bytes -= len(text)
		f.value = append(f.value, bytes.TrimRight(text, "\r")...)
	}
}

// isField tells whether a line begins like a field: printable ASCII without
// spaces, a colon (RFC 5322 section 3.6.8; spaces before it are obsolete but
// seen).
func isField(text []byte) bool {
	const maxName = 128
	colon := bytes.IndexByte(text[:min(len(text), maxName)], ':')
	if colon <= 0 {
		return false
	}
	name := bytes.TrimRight(text[:colon], " \t")
	for _, c := range name {
		if c <= ' ' || c > '~' {
			return false
		}
	}
	return len(name) > 0
}

// isKnownField tells a line that begins with a field mail programs write. A
// body may begin with "Note: something"; with these it hardly does.
func isKnownField(text []byte) bool {
	if !isField(text) {
		return false
	}
	name := strings.ToLower(string(bytes.TrimRight(text[:bytes.IndexByte(text, ':')], " \t")))
	for _, prefix := range []string{"content-", "x-", "list-", "arc-", "resent-", "received", "dkim-"} {
		if strings.HasPrefix(name, prefix) {
			return true
		}
	}
	return knownFields[name]
}

var knownFields = map[string]bool{
	"from": true, "to": true, "cc": true, "bcc": true, "subject": true, "date": true, "sender": true,
	"reply-to": true, "message-id": true, "in-reply-to": true, "references": true, "return-path": true,
	"mime-version": true, "delivered-to": true, "authentication-results": true, "auto-submitted": true,
	"precedence": true, "importance": true, "priority": true, "thread-topic": true, "thread-index": true,
	"user-agent": true, "envelope-to": true, "errors-to": true, "accept-language": true, "comments": true,
	"keywords": true, "organization": true, "status": true, "domainkey-signature": true,
}
