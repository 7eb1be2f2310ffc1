package mailtext

import (
	"hash/maphash"
	"strings"
)

const (
	maxOurs  = 256 << 10 // bytes of our texts that are known
	runWords = 4         // words that make a run worth knowing
)

var runSeed = maphash.MakeSeed()

// known are the lines of mails that we sent. Programs break our lines anew, so what is
// remembered is each run of four words; a line is ours if it holds no other.
type known struct {
	runs  map[uint64]bool
	short map[uint64]bool // lines of fewer words
}

func newKnown(texts []string) known {
	k := known{map[uint64]bool{}, map[uint64]bool{}}
	left := maxOurs
	for _, text := range texts {
		text = text[:min(len(text), left)]
		left -= len(text)
		for l := range strings.Lines(text) {
			k.short[lineKey(l)] = true
		}
		for run := range runs(text) {
			k.runs[run] = true
		}
	}
	return k
}

// has tells whether a line is ours and long enough to be nobody else's.
func (k known) has(line string) bool {
	if len(k.runs) == 0 {
		return false
	}
	found := false
	for run := range runs(line) {
		if !k.runs[run] {
			return false
		}
		found = true
	}
	return found
}

// hasShort tells whether a line equals one of ours, which proves little by itself.
func (k known) hasShort(line string) bool {
	return len(k.short) > 0 && (k.has(line) || k.short[lineKey(line)])
}

func lineKey(line string) uint64 {
	return maphash.String(runSeed, strings.ToLower(strings.Join(bareWords(line), " ")))
}

// runs hashes each run of words in a text.
func runs(text string) func(yield func(uint64) bool) {
	return func(yield func(uint64) bool) {
		words := bareWords(text)
		for i := 0; i+runWords <= len(words); i++ {
			if !yield(maphash.String(runSeed, strings.ToLower(strings.Join(words[i:i+runWords], " ")))) {
				return
			}
		}
	}
}

// bareWords are the words of a text without the marks of quoting, emphasis and links
// that programs add.
func bareWords(text string) []string {
	return strings.FieldsFunc(text, func(r rune) bool {
		return r <= ' ' || r == '\u00a0' || r == '>' || r == '<' || r == '*' || r == '|'
	})
}
