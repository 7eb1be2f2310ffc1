package desk

import (
	"strings"
	"unicode"
)

// Fold prepares text for searching without regard to case: each character by
// itself becomes upper case, so É finds é while SS does not find ß. The separator
// that joins several fields of one row is kept out of the fields themselves.
func Fold(s string) string {
	return strings.Map(func(r rune) rune {
		if r == foldSeparator {
			return ' '
		}
		return unicode.ToUpper(r)
	}, s)
}

const foldSeparator = '\x01'

// FoldFields folds several fields into one text in which no search text can match
// across two of them.
func FoldFields(fields ...string) string {
	for i := range fields {
		fields[i] = Fold(fields[i])
	}
	return strings.Join(fields, string(foldSeparator))
}

// Limits of the words index.
const (
	maxWordRunes   = 40
	maxWordsOfText = 5000
)

// Words splits text into the distinct folded words that full-text search knows, in
// order of appearance: runs of letters and digits, cut at 40 characters; scripts
// that write without spaces (Han, Kana, Thai …) give every pair of neighbours. At
// most 5,000 words of one text are taken.
func Words(texts ...string) []string {
	seen := map[string]bool{}
	var words []string
	add := func(word string) {
		if word != "" && !seen[word] && len(words) < maxWordsOfText {
			seen[word] = true
			words = append(words, word)
		}
	}
	for _, text := range texts {
		splitWords(text, add)
	}
	return words
}

func splitWords(text string, add func(string)) {
	var run []rune
	flush := func() { add(string(run)); run = run[:0] }
	var previous rune // the neighbour in a script without spaces
	alone := false    // previous stands alone so far
	endPair := func() {
		if alone {
			add(string(previous))
		}
		previous, alone = 0, false
	}
	for _, r := range text {
		switch {
		case spaceless(r):
			flush()
			if previous != 0 {
				add(string([]rune{previous, r}))
			}
			alone = previous == 0
			previous = r
		case unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r) || unicode.IsSymbol(r) && r > 0x2000:
			endPair()
			if len(run) < maxWordRunes {
				run = append(run, unicode.ToUpper(r))
			}
		default:
			endPair()
			flush()
		}
	}
	endPair()
	flush()
}

func spaceless(r rune) bool {
	return r >= 0x0E00 && unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Thai, unicode.Lao,
		unicode.Khmer, unicode.Myanmar)
}
