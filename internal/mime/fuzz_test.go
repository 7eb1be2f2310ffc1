package mime

import (
	"errors"
	"io"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"
)

// FuzzRead reads any bytes: in time, without an error, into what can be shown
// and stored as it is.
func FuzzRead(f *testing.F) {
	files, err := filepath.Glob("testdata/corpus/*.txt")
	if err != nil {
		f.Fatal(err)
	}
	for _, path := range files {
		for _, c := range readCases(f, path) {
			f.Add(c.message())
		}
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		begin := time.Now()
		checkMessage(t, mustRead(t, raw), 0)
		// Generous, for the machine may be busy; what is exponential never ends.
		if took := time.Since(begin); took > 5*time.Second {
			t.Errorf("%d bytes took %v", len(raw), took)
		}
	})
}

func checkMessage(t *testing.T, m *Message, depth int) {
	for _, s := range []string{m.Text, m.HTML} {
		if !utf8.ValidString(s) || strings.ContainsAny(s, "\x00\r") || len(s) > 2*6*maxBody {
			t.Errorf("text %.200q", s)
		}
	}
	checkLine(t, m.Subject)
	checkLine(t, m.MessageID)
	for _, id := range append(m.InReplyTo, m.References...) {
		checkLine(t, id)
	}
	for _, list := range [][]Address{m.From, m.Sender, m.ReplyTo, m.To, m.Cc} {
		for _, a := range list {
			checkLine(t, a.Name)
			checkLine(t, a.Addr)
			if a == (Address{}) || a.Addr != "" && !strings.Contains(a.Addr, "@") {
				t.Errorf("address %q", a)
			}
		}
	}
	if y := m.Date.Year(); !m.Date.IsZero() && (y < 1970 || y > 9999) {
		t.Errorf("date %v", m.Date)
	}
	if len(m.Parts) > 2*maxParts {
		t.Errorf("%d parts", len(m.Parts))
	}
	for _, p := range m.Parts {
		checkPart(t, p, depth)
	}
	r, err := m.Report()
	if err != nil {
		t.Error(err)
	}
	if r != nil {
		checkLine(t, r.OriginalID)
		for _, rec := range r.Recipients {
			checkLine(t, rec.Final)
			checkLine(t, rec.Action)
			checkLine(t, rec.Diagnostic)
		}
	}
}

func checkPart(t *testing.T, p *Part, depth int) {
	checkLine(t, p.FileName)
	checkLine(t, p.ContentType)
	checkLine(t, p.ContentID)
	checkLine(t, p.ContentLocation)
	if p.FileName == "" || strings.ContainsAny(p.FileName, `/\`) || utf8.RuneCountInString(p.FileName) > maxName {
		t.Errorf("file name %q", p.FileName)
	}
	n, err := io.Copy(io.Discard, p.Open())
	if err != nil {
		t.Error(err)
	}
	if size, err := p.Size(); err != nil || size != n {
		t.Errorf("size %d, %v, read %d", size, err, n)
	}
	if p.ContentType != "message/rfc822" || depth > 3 {
		return
	}
	m, err := p.Message()
	if err != nil && !errors.Is(err, ErrNested) {
		t.Error(err)
	}
	if err == nil {
		checkMessage(t, m, depth+1)
	}
}

// checkLine fails for what must not stand in a header or on a page.
func checkLine(t *testing.T, s string) {
	t.Helper()
	if !utf8.ValidString(s) || strings.ContainsFunc(s, unicode.IsControl) || strings.ContainsFunc(s, turnsText) {
		t.Errorf("line %q", s)
	}
}

func FuzzDecodeText(f *testing.F) {
	labels := []string{
		"", "utf-8", "us-ascii", "utf-7", "utf-16", "utf-32", "iso-2022-jp", "iso-2022-kr", "hz-gb-2312",
		"gb18030", "big5", "euc-kr", "shift_jis", "euc-jp", "windows-1255", "cp850", "x-mac-cyrillic",
	}
	for i, label := range labels {
		f.Add([]byte("a\x1b$B\x80\xff~{+AB-\x0e\xe4\x00"), label, i%2 == 0)
	}
	f.Fuzz(func(t *testing.T, raw []byte, label string, html bool) {
		if s := decodeText(raw, label, html); !utf8.ValidString(s) || strings.Contains(s, "\x00") {
			t.Errorf("%q as %q is %q", raw, label, s)
		}
	})
}
