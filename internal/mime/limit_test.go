package mime

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"runtime"
	"strings"
	"testing"
)

func TestDeepNestingIsKept(t *testing.T) {
	for _, ending := range []string{"", "--"} {
		raw := nested(5000, ending)
		m := mustRead(t, []byte(raw))
		if m.Text != "" || len(m.Parts) != 1 {
			t.Fatalf("text %q, %d parts", m.Text, len(m.Parts))
		}
		p := m.Parts[0]
		if p.ContentType != "message/rfc822" || p.FileName != "message.eml" {
			t.Errorf("%s %q", p.ContentType, p.FileName)
		}
		got := string(content(t, p))
		if !strings.HasPrefix(got, "Content-Type: multipart/mixed; boundary=b30\n") || !strings.Contains(got, "innermost") {
			t.Errorf("%.60q…", got)
		}
	}
}

func TestDepthThatIsAllowedIsRead(t *testing.T) {
	if m := mustRead(t, []byte(nested(maxDepth, ""))); m.Text != "innermost\n" || len(m.Parts) != 0 {
		t.Errorf("text %q, %d parts", m.Text, len(m.Parts))
	}
}

func TestPartsBeyondTheLimitAreOne(t *testing.T) {
	var b strings.Builder
	b.WriteString(mixed)
	for i := range 3000 {
		fmt.Fprintf(&b, "--b\nContent-Type: application/x-a\n\npart %d\n", i)
	}
	m := mustRead(t, []byte(b.String()))
	if len(m.Parts) != maxParts {
		t.Fatalf("%d parts, want %d", len(m.Parts), maxParts)
	}
	if got := string(content(t, m.Parts[maxParts-2])); got != "part 998" {
		t.Errorf("last part but one is %q", got)
	}
	rest := string(content(t, m.Parts[maxParts-1]))
	if !strings.HasPrefix(rest, "Content-Type: application/x-a\n\npart 999\n") || !strings.HasSuffix(rest, "part 2999\n") {
		t.Errorf("rest is %.40q… to …%q", rest, rest[len(rest)-20:])
	}
}

func TestHeaderBeyondTheLimitIsKept(t *testing.T) {
	var b strings.Builder
	b.WriteString("Subject: long\n")
	for i := range 30_000 {
		fmt.Fprintf(&b, "X-%d: %s\n", i, strings.Repeat("v", 50))
	}
	b.WriteString("\nbody\n")
	m := mustRead(t, []byte(b.String()))
	if m.Subject != "long" || m.Text != "body\n" || len(m.Parts) != 1 || m.Parts[0].FileName != "headers.txt" {
		t.Fatalf("subject %q, text %q, %d parts", m.Subject, m.Text, len(m.Parts))
	}
	rest := string(content(t, m.Parts[0]))
	first, _, _ := strings.Cut(rest, ":")
	if last := m.Header.Fields()[len(m.Header.Fields())-1].Name; fmt.Sprintf("X-%d", len(m.Header.Fields())-1) != first {
		t.Errorf("fields end with %s, the rest begins with %s", last, first)
	}
	if !strings.HasSuffix(rest, "\n\n") || !strings.Contains(rest, "X-29999: ") {
		t.Errorf("rest ends with %q", rest[len(rest)-80:])
	}
}

func TestLongTextIsCutAndKept(t *testing.T) {
	line := strings.Repeat("ä", 38) + "\n"
	whole := strings.Repeat(line, 3<<20/len(line))
	for name, encoded := range map[string]string{
		"8bit":             "Content-Transfer-Encoding: 8bit\n\n" + whole,
		"base64":           "Content-Transfer-Encoding: base64\n\n" + base64.StdEncoding.EncodeToString([]byte(whole)),
		"quoted-printable": "Content-Transfer-Encoding: quoted-printable\n\n" + whole,
	} {
		m := mustRead(t, []byte("Content-Type: text/plain; charset=utf-8\n"+encoded))
		if !m.Cut || len(m.Text) > maxText || len(m.Text) < maxText-100 || !strings.HasPrefix(whole, strings.TrimRight(m.Text, "\uFFFD")) {
			t.Errorf("%s: cut %t, %d bytes of text", name, m.Cut, len(m.Text))
		}
		if len(m.Parts) != 1 || string(content(t, m.Parts[0])) != whole {
			t.Errorf("%s: the whole text is not kept: %d parts", name, len(m.Parts))
		}
	}
}

func TestManyTextsAreCutAndKept(t *testing.T) {
	text := strings.Repeat("text ", 200_000)
	m := mustRead(t, []byte(mixed+strings.Repeat("--b\n\n"+text+"\n", 20)))
	if !m.Cut || len(m.Text) > maxBody+100 {
		t.Errorf("cut %t, %d bytes of text", m.Cut, len(m.Text))
	}
	if want := 20 - maxBody/len(text); len(m.Parts) != want {
		t.Errorf("%d texts kept, want %d", len(m.Parts), want)
	}
}

// bigMail is a message of about 40 MB with one attachment, made as it is read.
type bigMail struct {
	head, line, tail string
	lines            int64
}

func newBigMail() bigMail {
	return bigMail{
		head:  mixed + "--b\n\ntext\n--b\nContent-Type: application/pdf; name=big.pdf\nContent-Transfer-Encoding: base64\n\n",
		line:  base64.StdEncoding.EncodeToString(bytes.Repeat([]byte{0xA5}, 57)) + "\r\n",
		tail:  "--b--\n",
		lines: 40 << 20 / 78,
	}
}

func (b bigMail) size() int64 {
	return int64(len(b.head)) + b.lines*int64(len(b.line)) + int64(len(b.tail))
}

func (b bigMail) ReadAt(p []byte, at int64) (int, error) {
	n := 0
	for n < len(p) {
		pos := at + int64(n)
		body := pos - int64(len(b.head))
		var from string
		switch {
		case body < 0:
			from = b.head[pos:]
		case body < b.lines*int64(len(b.line)):
			from = b.line[body%int64(len(b.line)):]
		case pos < b.size():
			from = b.tail[body-b.lines*int64(len(b.line)):]
		default:
			return n, io.EOF
		}
		n += copy(p[n:], from)
	}
	return n, nil
}

func TestLargeMailTakesLittleMemory(t *testing.T) {
	big := newBigMail()
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	m, err := Read(big, big.size())
	if err != nil {
		t.Fatal(err)
	}
	if len(m.Parts) != 1 || m.Text != "text" {
		t.Fatalf("%d parts, text %q", len(m.Parts), m.Text)
	}
	sum := sha256.New()
	n, err := io.Copy(sum, m.Parts[0].Open())
	if err != nil || n != big.lines*57 {
		t.Fatalf("%d bytes, %v", n, err)
	}
	runtime.ReadMemStats(&after)
	// All that was ever allocated, so an upper bound of what was in use.
	if grown := after.TotalAlloc - before.TotalAlloc; grown > 4<<20 {
		t.Errorf("%d KiB allocated", grown>>10)
	}
	want := sha256.New()
	for range big.lines {
		want.Write(bytes.Repeat([]byte{0xA5}, 57))
	}
	if !bytes.Equal(sum.Sum(nil), want.Sum(nil)) {
		t.Error("the attachment is another")
	}
}

// failing is a source that breaks behind an offset.
type failing struct {
	io.ReaderAt
	at int64
}

var errBroken = errors.New("broken disk")

func (f failing) ReadAt(p []byte, at int64) (int, error) {
	if at+int64(len(p)) > f.at {
		return 0, errBroken
	}
	return f.ReaderAt.ReadAt(p, at)
}

func TestErrorsOfTheSourceAreReported(t *testing.T) {
	big := newBigMail()
	for _, at := range []int64{0, 1 << 20, 39 << 20} {
		if _, err := Read(failing{big, at}, big.size()); !errors.Is(err, errBroken) {
			t.Errorf("at %d: %v", at, err)
		}
	}
}

func TestMessagesWithinMessages(t *testing.T) {
	raw := "Subject: innermost\n\nend"
	for range 100 {
		raw = "Content-Type: message/rfc822\n\n" + raw
	}
	m := mustRead(t, []byte(raw))
	for level := 0; ; level++ {
		inner, err := m.Parts[0].Message()
		if errors.Is(err, ErrNested) && level == maxDepth {
			return
		}
		if err != nil || level > maxDepth {
			t.Fatalf("level %d: %v", level, err)
		}
		m = inner
	}
}

func TestMessageWithinIsRead(t *testing.T) {
	inner := "Subject: inner\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\nhello\n--b\nContent-Type: application/pdf; name=a.pdf\n\nx\n--b--\n"
	for name, raw := range map[string]string{
		"plain":  "Content-Type: message/rfc822\n\n" + inner,
		"base64": "Content-Type: message/rfc822\nContent-Transfer-Encoding: base64\n\n" + base64.StdEncoding.EncodeToString([]byte(inner)),
	} {
		m, err := mustRead(t, []byte(raw)).Parts[0].Message()
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if m.Subject != "inner" || m.Text != "hello" || len(m.Parts) != 1 || m.Parts[0].FileName != "a.pdf" {
			t.Errorf("%s: %s", name, dump(t, m))
		}
	}
}
