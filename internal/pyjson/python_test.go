package pyjson_test

import (
	"bufio"
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"os/exec"
	"strconv"
	"strings"
	"testing"

	"storedesk/internal/pyjson"
)

// reference answers each line, a document in hex, with what Python makes of it, in hex.
const reference = `
import json, sys
for line in sys.stdin:
    try:
        print(json.dumps(json.loads(bytes.fromhex(line).decode("utf-8"))).encode("ascii").hex())
    except ValueError:
        print("invalid")
`

// TestSameBytesAsRealPython holds documents, valid and broken, against the real thing.
func TestSameBytesAsRealPython(t *testing.T) {
	t.Parallel()
	python, err := exec.LookPath("python3")
	if err != nil {
		t.Skip("no python3 on this machine to compare with")
	}
	docs := append(nasty(), random(rand.New(rand.NewPCG(4, 29)), 3000)...)
	var input bytes.Buffer
	for _, doc := range docs {
		fmt.Fprintf(&input, "%x\n", doc)
	}
	cmd := exec.CommandContext(t.Context(), python, "-c", reference)
	cmd.Stdin = &input
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	lines, valid := bufio.NewScanner(bytes.NewReader(out)), 0
	lines.Buffer(nil, 1<<20)
	for _, doc := range docs {
		if !lines.Scan() {
			t.Fatalf("Python answered less than asked: %v", lines.Err())
		}
		got, err := pyjson.Append(nil, doc)
		if errors.Is(err, pyjson.ErrLimit) {
			t.Errorf("%.200q: %v", doc, err)
		}
		if err != nil {
			if lines.Text() != "invalid" {
				t.Errorf("%.200q: %v, but Python reads it", doc, err)
			}
			continue
		}
		valid++
		want, _ := hex.DecodeString(lines.Text())
		if !bytes.Equal(got, want) {
			t.Errorf("%.200q:\n%s\n%s in Python", doc, got, want)
		}
	}
	if valid < len(docs)/2 || valid == len(docs) {
		t.Errorf("%d of %d documents valid: the comparison is lopsided", valid, len(docs))
	}
}

func nasty() (docs [][]byte) {
	for c := range 0x100 {
		docs = append(docs,
			[]byte{'"', byte(c), '"'}, []byte{byte(c), '1'}, []byte{'"', '\\', byte(c), '"'}, []byte{'[', '1', byte(c), ']'},
			[]byte{'"', 0xE2, byte(c), 0x80, '"'}, []byte{'"', 0xF0, byte(c), 0x80, 0x80, '"'}, []byte{'"', 0xED, byte(c), 0x80, '"'})
	}
	for u := range 0x10000 / 16 {
		docs = append(docs, fmt.Appendf(nil, `"\u%04x\U%04X"`, u*16, u*16), fmt.Appendf(nil, `"\u%04X\ud83d\u%04x"`, u*16+15, u*16))
	}
	for e := -330; e <= 330; e++ {
		docs = append(docs, fmt.Appendf(nil, `[1e%d,-9.5E%+d,17.9769313486231570e%d,%d.0]`, e, e, e, e))
	}
	for _, f := range []float64{math.SmallestNonzeroFloat64, math.MaxFloat64, 1e-4, 1e15, 1e16, 1e17, 1e22, 1e23, 1 << 53, 0.1, 2.5} {
		for _, near := range []float64{math.Nextafter(f, 0), f, math.Nextafter(f, math.Inf(1))} {
			text := strconv.FormatFloat(near, 'f', -1, 64)
			docs = append(docs, []byte(text), []byte(strings.Replace(text, ".", "", 1)), fmt.Appendf(nil, "%.40e", near))
		}
	}
	return append(docs, []byte(strings.Repeat("[", 200)+strings.Repeat("]", 200)), []byte("1."+strings.Repeat("3", 5000)),
		[]byte("1"+strings.Repeat("0", 4299)), []byte("1e999999999999"), []byte("1e-999999999999"), []byte("0e999999999999"))
}

// random makes documents, and of each third one a broken copy too.
func random(r *rand.Rand, n int) (docs [][]byte) {
	const breakers = "\"\\{}[],:0-e.x\x80 "
	for i := range n {
		doc := appendRandom(nil, r, 5)
		docs = append(docs, doc)
		if i%3 == 0 {
			broken := bytes.Clone(doc)
			broken[r.IntN(len(broken))] = breakers[r.IntN(len(breakers))]
			docs = append(docs, broken)
		}
	}
	return docs
}

func appendRandom(dst []byte, r *rand.Rand, depth int) []byte {
	gap := func() { dst = append(dst, []string{"", "", "", " ", "\n\t", "\r"}[r.IntN(6)]...) }
	pick := r.IntN(9)
	if depth == 0 {
		pick = r.IntN(6)
	}
	if depth == 5 {
		pick = 6 + r.IntN(3)
	}
	switch pick {
	case 0:
		dst = append(dst, []string{"null", "true", "false", "NaN", "Infinity", "-Infinity"}[r.IntN(6)]...)
	case 1:
		dst = strconv.AppendInt(dst, r.Int64()>>r.IntN(64)*int64(1-2*r.IntN(2)), 10)
	case 2:
		f := math.Float64frombits(r.Uint64())
		if math.IsNaN(f) || math.IsInf(f, 0) {
			f = 1
		}
		dst = strconv.AppendFloat(dst, f, 'e', r.IntN(25)-1, 64)
	case 3:
		dst = strconv.AppendFloat(dst, (r.Float64()-0.5)*math.Pow10(r.IntN(40)-20), 'f', r.IntN(30), 64)
	case 4, 5:
		dst = appendRandomText(dst, r, r.IntN(12))
	case 6:
		dst = append(dst, '[')
		for i := range r.IntN(6) {
			if i > 0 {
				dst = append(dst, ',')
			}
			gap()
			dst = appendRandom(dst, r, depth-1)
			gap()
		}
		dst = append(dst, ']')
	default:
		dst = append(dst, '{')
		for i := range r.IntN(8) * (1 + 8*(r.IntN(10)/9)) { // now and then many
			if i > 0 {
				dst = append(dst, ',')
			}
			gap()
			dst = appendRandomText(dst, r, r.IntN(3)) // short, so that keys come again
			gap()
			dst = append(dst, ':')
			gap()
			dst = appendRandom(dst, r, depth-1-min(depth-1, i/8))
			gap()
		}
		dst = append(dst, '}')
	}
	return dst
}

func appendRandomText(dst []byte, r *rand.Rand, n int) []byte {
	pieces := []string{
		"a", "b", `\u0061`, `\"`, `\\`, `\/`, "/", `\b`, `\f`, `\n`, `\u000A`, "\x7f", "é", `\u00e9`, "中", "😀", `\ud83d\ude00`,
		`\ud83d`, `\uDE00`, "\u2028", "<", "&", `\u0000`, "\uffff", "\U0010ffff",
	}
	dst = append(dst, '"')
	for range n {
		dst = append(dst, pieces[r.IntN(len(pieces))]...)
	}
	return append(dst, '"')
}
