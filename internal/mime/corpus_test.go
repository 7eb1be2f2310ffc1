package mime

import (
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write what the messages of testdata/corpus come to, to be looked through")

// minCases is how many messages the corpus has at least.
const minCases = 150

// TestCorpus reads the messages of testdata/corpus. Each is a title, a message
// and what it comes to:
//
//	=== title
//	From: a@example.com
//
//	body
//	= expect
//	from: "" <a@example.com>
//	text: "body\n"
//
// A title that ends in (LF) or (CR) tells the line ending, else CR LF. The
// message may hold the escapes \xNN, \r, \n, \t and \\. The expectations are
// those of [dump].
func TestCorpus(t *testing.T) {
	files, err := filepath.Glob("testdata/corpus/*.txt")
	if err != nil {
		t.Fatal(err)
	}
	count := 0
	for _, path := range files {
		cases := readCases(t, path)
		count += len(cases)
		for i := range cases {
			c := &cases[i]
			t.Run(strings.TrimSuffix(filepath.Base(path), ".txt")+"/"+c.title, func(t *testing.T) {
				got := dump(t, mustRead(t, c.message()))
				if *update {
					c.want = got
				}
				if diff := cmp.Diff(c.want, got); diff != "" {
					t.Errorf("(-want +got)\n%s", diff)
				}
			})
		}
		if *update {
			writeCases(t, path, cases)
		}
	}
	if count < minCases {
		t.Errorf("%d messages, want at least %d", count, minCases)
	}
}

type corpusCase struct{ title, source, want string }

func (c corpusCase) message() []byte {
	ending := "\r\n"
	switch {
	case strings.HasSuffix(c.title, "(LF)"):
		ending = "\n"
	case strings.HasSuffix(c.title, "(CR)"):
		ending = "\r"
	}
	s := strings.ReplaceAll(c.source, "\n", ending)
	return []byte(escape.ReplaceAllStringFunc(s, func(e string) string {
		raw, err := strconv.Unquote(`"` + e + `"`)
		if err != nil {
			return e
		}
		return raw
	}))
}

var escape = regexp.MustCompile(`\\(x[0-9A-Fa-f]{2}|[rnt\\])`)

func readCases(t testing.TB, path string) []corpusCase {
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var cases []corpusCase
	for _, block := range strings.Split("\n"+string(data), "\n=== ")[1:] {
		title, rest, _ := strings.Cut(block, "\n")
		source, want, ok := strings.Cut("\n"+rest, "\n= expect\n")
		if !ok && !*update {
			t.Errorf("%s: %q expects nothing", path, title)
		}
		want = strings.TrimRight(want, "\n") + "\n"
		cases = append(cases, corpusCase{title, strings.TrimPrefix(source, "\n"), strings.TrimPrefix(want, "\n")})
	}
	return cases
}

func writeCases(t *testing.T, path string, cases []corpusCase) {
	var b strings.Builder
	for _, c := range cases {
		b.WriteString("=== " + c.title + "\n" + c.source + "\n= expect\n" + c.want + "\n")
	}
	if err := os.WriteFile(path, []byte(b.String()), 0o644); err != nil {
		t.Fatal(err)
	}
}
