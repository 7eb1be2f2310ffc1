package mime

import (
	"fmt"
	"io"
	"strings"
	"testing"
	"time"
)

// hostile are messages of the given size that are costly for readers that do
// something again for each level, part, word or line.
var hostile = map[string]func(size int) string{
	"nested multiparts left open": func(size int) string { return nested(size/60, "") },
	"nested multiparts with one boundary": func(size int) string {
		return strings.Repeat("Content-Type: multipart/mixed; boundary=b\n\n--b\n", size/48)
	},
	"nested multiparts with boundaries that begin alike": func(size int) string {
		var b strings.Builder
		for name := strings.Repeat("b", 40); b.Len() < size; name += "b" {
			fmt.Fprintf(&b, "Content-Type: multipart/mixed; boundary=%s\n\n--%s\n", name, name)
		}
		return b.String()
	},
	"boundary lines":        func(size int) string { return mixed + strings.Repeat("--b\n", size/4) },
	"last boundary lines":   func(size int) string { return mixed + strings.Repeat("--b--\n", size/6) },
	"lines of dashes":       func(size int) string { return mixed + strings.Repeat("--\n", size/3) },
	"guessed boundaries":    func(size int) string { return mixed + strings.Repeat("--x\nContent-\n", size/12) },
	"carriage returns":      func(size int) string { return strings.Repeat("\r", size) },
	"line feeds":            func(size int) string { return strings.Repeat("\n", size) },
	"one long line":         func(size int) string { return strings.Repeat("x", size) },
	"one long field":        func(size int) string { return "Subject: " + strings.Repeat("x", size) },
	"fields":                func(size int) string { return strings.Repeat("a:\n", size/3) },
	"folded lines":          func(size int) string { return "Subject: a\n" + strings.Repeat(" b\n", size/3) },
	"lines of spaces":       func(size int) string { return "Subject: a\n" + strings.Repeat(" \n", size/2) },
	"stray lines":           func(size int) string { return "Subject: a\n" + strings.Repeat("stray\nTo: a\n", size/12) },
	"headers of parts":      func(size int) string { return mixed + strings.Repeat("--b\n"+strings.Repeat("X: y\n", 500), size/2504) },
	"addresses":             func(size int) string { return "To: " + strings.Repeat("a@b,", size/4) },
	"colons in addresses":   func(size int) string { return "To: " + strings.Repeat("a", size/2) + "@" + strings.Repeat(":", size/2) },
	"quotes in addresses":   func(size int) string { return "To: " + strings.Repeat(`"`, size) },
	"brackets in addresses": func(size int) string { return "To: " + strings.Repeat("<", size/2) + strings.Repeat(">", size/2) },
	"comments in addresses": func(size int) string { return "To: " + strings.Repeat("(", size/2) + strings.Repeat(")", size/2) },
	"at signs":              func(size int) string { return "To: " + strings.Repeat("@ ", size/2) },
	"groups":                func(size int) string { return "To: " + strings.Repeat("a:;", size/3) },
	"begun words":           func(size int) string { return "Subject: " + strings.Repeat("=?a?q?", size/6) },
	"words without end":     func(size int) string { return "Subject: " + strings.Repeat("=?a?q? ", size/7) },
	"words of no encoding":  func(size int) string { return "Subject: " + strings.Repeat("=?a?x? ", size/7) + "?=" },
	"words in addresses":    func(size int) string { return "To: " + strings.Repeat("=?a?q?b", size/7) },
	"words":                 func(size int) string { return "Subject: " + strings.Repeat("=?utf-8?q?a?= ", size/14) },
	"message ids": func(size int) string {
		return "References: " + strings.Repeat("<", size/2) + strings.Repeat("a> ", size/6)
	},
	"parameters":                func(size int) string { return "Content-Type: text/plain" + strings.Repeat(";a=b", size/4) },
	"parameters without equals": func(size int) string { return "Content-Type: text/plain" + strings.Repeat("; a ", size/4) },
	"comments in parameters":    func(size int) string { return "Content-Type: text/plain" + strings.Repeat(";(", size/2) },
	"parameter segments": func(size int) string {
		var b strings.Builder
		b.WriteString("Content-Type: text/plain")
		for i := 0; b.Len() < size; i++ {
			fmt.Fprintf(&b, ";a*%d*=%%41", i)
		}
		return b.String()
	},
	"parameters without semicolons": func(size int) string { return "Content-Type: text/plain; " + strings.Repeat("a=b ", size/4) },
	"parameter of spaces":           func(size int) string { return "Content-Type: text/plain; a=b" + strings.Repeat(" x", size/2) + "=" },
	"uuencoded files":               func(size int) string { return "\n" + strings.Repeat("begin 644 a\n`\n", size/14) },
	"uuencode never begun":          func(size int) string { return "\n" + strings.Repeat("begin 644 a\n", size/12) },
	"soft line breaks":              func(size int) string { return qp + strings.Repeat("=\n", size/2) },
	"equals and spaces":             func(size int) string { return qp + strings.Repeat("=  ", size/3) },
	"spaces and equals":             func(size int) string { return qp + "=" + strings.Repeat(" ", size) },
	"padding":                       func(size int) string { return b64 + strings.Repeat("YQ==", size/4) },
	"only padding":                  func(size int) string { return b64 + strings.Repeat("=", size) },
	"flowed": func(size int) string {
		return "Content-Type: text/plain; format=flowed\n\n" + strings.Repeat("> \n>> \n", size/7)
	},
	"utf-7": func(size int) string {
		return "Content-Type: text/plain; charset=utf-7\n\n" + strings.Repeat("+A", size/2)
	},
	"a bounce": func(size int) string {
		return "From: mailer-daemon@x\n\nThis is the mail system at host x\n" + strings.Repeat("<a@b>:\n", size/7)
	},
	"a bounce of long lines": func(size int) string {
		return "From: mailer-daemon@x\n\nYour message did not reach some or all of the intended recipients\n" + strings.Repeat(" a@b on ", size/8)
	},
}

const (
	mixed = "Content-Type: multipart/mixed; boundary=b\n\n"
	qp    = "Content-Transfer-Encoding: quoted-printable\n\n"
	b64   = "Content-Type: application/x-a\nContent-Transfer-Encoding: base64\n\n"
)

// nested returns multiparts within each other and a text in the innermost.
func nested(levels int, ending string) string {
	var b strings.Builder
	for i := range levels {
		fmt.Fprintf(&b, "Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n", i, i)
	}
	b.WriteString("\ninnermost\n")
	if ending != "" {
		for i := range levels {
			fmt.Fprintf(&b, "--b%d%s\n", levels-1-i, ending)
		}
	}
	return b.String()
}

// TestHostileMailTakesNoLongerThanOther compares with an ordinary mail of the
// same size. What is quadratic in its size takes hundreds of times as long.
func TestHostileMailTakesNoLongerThanOther(t *testing.T) {
	const size, factor, allowance = 2 << 20, 20, 2 * time.Second
	calm := readTime(t, qp+strings.Repeat("Where is my order? Gr=C3=BC=C3=9Fe,=20J\n", size/40))
	for name, make := range hostile {
		t.Run(name, func(t *testing.T) {
			if took := readTime(t, make(size)); took > factor*calm+allowance {
				t.Errorf("took %v, an ordinary mail takes %v", took, calm)
			}
		})
	}
}

func readTime(t *testing.T, raw string) time.Duration {
	begin := time.Now()
	m := mustRead(t, []byte(raw))
	if _, err := m.Report(); err != nil {
		t.Fatal(err)
	}
	for _, p := range m.Parts {
		if _, err := io.Copy(io.Discard, p.Open()); err != nil {
			t.Fatal(err)
		}
	}
	return time.Since(begin)
}
