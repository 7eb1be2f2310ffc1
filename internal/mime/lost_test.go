package mime

import (
	"encoding/base64"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
)

// thing is a mail made at random: parts within parts, each leaf with a word of
// its own, some of it broken.
type thing struct {
	rand *rand.Rand
	out  strings.Builder
	// replaced tells for each leaf that it has alternatives, which may be
	// shown in its place.
	replaced []bool
}

var (
	multiparts = []string{"mixed", "mixed", "alternative", "related", "signed", "report", "x-unheard-of", "parallel"}
	leafTypes  = []string{
		"text/plain", "text/plain; charset=utf-8", "text/html", "text/calendar", "image/png", "application/pdf; name=a.pdf",
		"text/plain; name=b.txt", "", "text", "nonsense", "message/delivery-status", "application/ms-tnef", "application/octet-stream",
	}
	dispositions = []string{"", "", "attachment", "inline", "attachment; filename=c.bin", "inline; filename=d.png", "form-data; name=x"}
)

func pick(r *rand.Rand, from []string) string { return from[r.IntN(len(from))] }

func (x *thing) part(depth int, replaced bool) {
	if depth == 0 || depth < 5 && x.rand.IntN(3) == 0 {
		x.multipart(depth, replaced)
		return
	}
	word := fmt.Sprintf("word%03d", len(x.replaced))
	x.replaced = append(x.replaced, replaced)
	if kind := pick(x.rand, leafTypes); kind != "" {
		fmt.Fprintf(&x.out, "Content-Type: %s\r\n", kind)
	}
	if d := pick(x.rand, dispositions); d != "" {
		fmt.Fprintf(&x.out, "Content-Disposition: %s\r\n", d)
	}
	switch x.rand.IntN(4) {
	case 0:
		fmt.Fprintf(&x.out, "Content-Transfer-Encoding: base64\r\n\r\n%s\r\n", base64.StdEncoding.EncodeToString([]byte(word)))
	case 1:
		fmt.Fprintf(&x.out, "Content-Transfer-Encoding: quoted-printable\r\n\r\nwo=\r\n%s\r\n", word[2:])
	case 2: // the empty line is missing
		fmt.Fprintf(&x.out, "Content-Transfer-Encoding: 8bit\r\n%s\r\n", word)
	default:
		fmt.Fprintf(&x.out, "\r\n%s\r\n", word)
	}
}

func (x *thing) multipart(depth int, replaced bool) {
	boundary := fmt.Sprintf("b%d", x.rand.IntN(1000))
	if x.rand.IntN(8) == 0 {
		boundary = "same"
	}
	parameter := "; boundary=" + boundary
	guessed := boundary != "same" && x.rand.IntN(10) == 0
	if guessed {
		parameter = ""
	}
	kind := pick(x.rand, multiparts)
	fmt.Fprintf(&x.out, "Content-Type: multipart/%s%s\r\n\r\n", kind, parameter)
	for i := range 1 + x.rand.IntN(4) {
		fmt.Fprintf(&x.out, "--%s\r\n", boundary)
		if guessed && i == 0 {
			x.out.WriteString("Content-Description: first\r\n")
		}
		x.part(depth+1, replaced || kind == "alternative")
	}
	if x.rand.IntN(5) > 0 {
		fmt.Fprintf(&x.out, "--%s--\r\n", boundary)
	}
}

// TestNothingIsLostOrDoubled finds the word of each part in the body or in one
// file.
func TestNothingIsLostOrDoubled(t *testing.T) {
	for seed := range uint64(3000) {
		x := thing{rand: rand.New(rand.NewPCG(seed, 5))}
		x.out.WriteString("From: a@example.com\r\n")
		x.part(0, false)
		m := mustRead(t, []byte(x.out.String()))
		var files strings.Builder
		for _, p := range m.Parts {
			files.Write(content(t, p))
			files.WriteByte('\n')
		}
		for i, replaced := range x.replaced {
			word := fmt.Sprintf("word%03d", i)
			inText, inHTML := strings.Count(m.Text, word), strings.Count(m.HTML, word)
			inFiles := strings.Count(files.String(), word)
			if inText+inHTML+inFiles == 0 && !replaced {
				t.Fatalf("seed %d: %s is lost\n%s\n%s", seed, word, x.out.String(), dump(t, m))
			}
			if inText > 1 || inHTML > 1 || inFiles > 1 {
				t.Fatalf("seed %d: %s is doubled\n%s\n%s", seed, word, x.out.String(), dump(t, m))
			}
		}
	}
}
