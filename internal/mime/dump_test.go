package mime

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"
)

// mustRead reads a message held in memory.
func mustRead(t testing.TB, raw []byte) *Message {
	t.Helper()
	m, err := Read(bytes.NewReader(raw), int64(len(raw)))
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// content reads all of a part.
func content(t testing.TB, p *Part) []byte {
	t.Helper()
	data, err := io.ReadAll(p.Open())
	if err != nil {
		t.Fatal(err)
	}
	if size, err := p.Size(); err != nil || size != int64(len(data)) {
		t.Errorf("%s: Size is %d, %v; read %d bytes", p.FileName, size, err, len(data))
	}
	return data
}

// dump writes what a message came to, a line for each thing.
func dump(t testing.TB, m *Message) string {
	t.Helper()
	var b strings.Builder
	line := func(name, value string) {
		if value != "" {
			fmt.Fprintf(&b, "%s: %s\n", name, value)
		}
	}
	for _, list := range []struct {
		name string
		all  []Address
	}{{"from", m.From}, {"sender", m.Sender}, {"reply-to", m.ReplyTo}, {"to", m.To}, {"cc", m.Cc}} {
		for _, a := range list.all {
			line(list.name, fmt.Sprintf("%q <%s>", a.Name, a.Addr))
		}
	}
	line("subject", m.Subject)
	if !m.Date.IsZero() {
		line("date", m.Date.UTC().Format(time.RFC3339))
	}
	line("id", m.MessageID)
	line("in-reply-to", strings.Join(m.InReplyTo, " "))
	line("references", strings.Join(m.References, " "))
	if m.Text != "" {
		line("text", fmt.Sprintf("%q", m.Text))
	}
	if m.HTML != "" {
		line("html", fmt.Sprintf("%q", m.HTML))
	}
	if m.Cut {
		line("cut", "yes")
	}
	for _, p := range m.Parts {
		line("file", describe(t, p))
	}
	report, err := m.Report()
	if err != nil {
		t.Fatal(err)
	}
	if report != nil {
		for _, r := range report.Recipients {
			line("report", fmt.Sprintf("%s %s %s %q original=%q mta=%q", r.Action, r.Final, r.Status, r.Diagnostic, r.Original, r.RemoteMTA))
		}
		line("report on", fmt.Sprintf("%q %q %q", report.OriginalID, report.Original.Text("Subject"), report.EnvelopeID))
	}
	return b.String()
}

func describe(t testing.TB, p *Part) string {
	data := content(t, p)
	s := fmt.Sprintf("%q %s", p.FileName, p.ContentType)
	if p.Inline {
		s += " inline"
	}
	if p.ContentID != "" {
		s += " cid=" + p.ContentID
	}
	if p.ContentLocation != "" {
		s += " at=" + p.ContentLocation
	}
	if len(data) <= 100 {
		return s + fmt.Sprintf(" %q", data)
	}
	return s + fmt.Sprintf(" %d bytes %x", len(data), sha256.Sum256(data))
}
