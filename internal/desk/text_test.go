package desk

import (
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

func TestFoldWorksOneCharacterAtATime(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"":             "",
		"Größe":        "GRÖßE", // ß has no single upper-case letter
		"éÉ":           "ÉÉ",
		"ı":            "I",
		"a\x01b":       "A B",
		"注文 100% it’s": "注文 100% IT’S",
	} {
		if got := Fold(in); got != want {
			t.Errorf("%q folds to %q, want %q", in, got, want)
		}
	}
	if text := FoldFields("ab", "cd"); strings.Contains(text, Fold("bc")) {
		t.Error("text matches across two fields")
	}
}

func TestWords(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		in   string
		want []string
	}{
		{"", nil},
		{" -- ,. ", nil},
		{"Refund for the lamp, refund!", []string{"REFUND", "FOR", "THE", "LAMP"}},
		{"größe ça", []string{"GRÖßE", "ÇA"}},
		{"john.smith@example.com", []string{"JOHN", "SMITH", "EXAMPLE", "COM"}},
		{"返品したい", []string{"返品", "品し", "した", "たい"}},
		{"返", []string{"返"}},
		{"abc返品", []string{"ABC", "返品"}},
		{strings.Repeat("x", 100), []string{strings.Repeat("X", 40)}},
		{"a\xff\xfeb", []string{"A", "B"}},
	} {
		if got := Words(c.in); !slices.Equal(got, c.want) {
			t.Errorf("%q: %q, want %q", c.in, got, c.want)
		}
	}
	if n := len(Words(manyWords(20_000))); n != maxWordsOfText {
		t.Errorf("%d words of a long text, want %d", n, maxWordsOfText)
	}
}

func manyWords(n int) string {
	var b strings.Builder
	for i := range n {
		b.WriteString(strings.Repeat("a", i%30))
		b.WriteString(string(rune('a' + i%26)))
		b.WriteString(strings.Repeat("z", i/26%38))
		b.WriteByte(' ')
		b.WriteString(time.Duration(i).String())
		b.WriteByte(' ')
	}
	return b.String()
}

// FuzzWords: whatever comes in, words are valid, short, folded and found again.
func FuzzWords(f *testing.F) {
	for _, seed := range []string{"", "Refund for 返品", "größe", "\xff", "a\x00b", "ǅ ŉ İ"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		for _, w := range Words(text) {
			if !utf8.ValidString(w) || utf8.RuneCountInString(w) > maxWordRunes || w == "" || strings.ContainsAny(w, " \"'\x00") {
				t.Fatalf("%q gives the word %q", text, w)
			}
		}
	})
}

func TestInstantsAreWrittenAsTheWireWantsThem(t *testing.T) {
	t.Parallel()
	bangkok, err := time.LoadLocation("Asia/Bangkok")
	if err != nil {
		t.Fatal(err)
	}
	at := At(time.Date(2024, 5, 6, 7, 8, 9, 123456789, time.UTC))
	for _, c := range []struct {
		at   Instant
		zone *time.Location
		want string
	}{
		{at, time.UTC, "2024-05-06T07:08:09.123456Z"},
		{at, bangkok, "2024-05-06T14:08:09.123456+07:00"},
		{at / 1_000_000 * 1_000_000, time.UTC, "2024-05-06T07:08:09Z"},
		{at/1_000_000*1_000_000 + 10, time.UTC, "2024-05-06T07:08:09.000010Z"},
		{-1, time.UTC, "1969-12-31T23:59:59.999999Z"},
	} {
		if got := string(c.at.Append(nil, c.zone)); got != c.want {
			t.Errorf("%d: %s, want %s", c.at, got, c.want)
		}
	}
	if At(at.Time()) != at {
		t.Error("an instant does not survive as a time")
	}
}

func TestMediaPathIsHarmless(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"photo.jpg":              "attachments/key/photo.jpg",
		"../../etc/passwd":       "attachments/key/etcpasswd",
		"screen shot 1.png":      "attachments/key/screen_shot_1.png",
		"写真.png":                 "attachments/key/png",
		"":                       "attachments/key/file",
		"a\r\nSet-Cookie: x.txt": "attachments/key/a__Set-Cookie_x.txt",
	} {
		if got := MediaPath(Upload{FileName: in, BlobKey: "key"}); got != want {
			t.Errorf("%q: %s, want %s", in, got, want)
		}
	}
}
