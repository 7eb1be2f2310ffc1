package desk

import (
	"bytes"
	"hash/maphash"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"
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
	s := splitters.Get().(*splitter)
	defer splitters.Put(s)
	s.reset()
	for _, text := range texts {
		s.split(text)
	}
	return s.words()
}

// splitters are kept, for their memory: an import splits every text of a store.
var splitters = sync.Pool{New: func() any { return &splitter{slots: make([]uint32, 512)} }}

// splitter collects words one behind the other in one piece of memory, and knows them
// again by a hash table of their numbers.
type splitter struct {
	text  []byte
	ends  []int    // where word i ends in text; it begins where the one before ends
	slots []uint32 // number of a word + 1; 0 is free
	seed  maphash.Seed
	runes int // characters of the word at the end of text

	previous rune // the neighbour in a script without spaces
	alone    bool // previous stands alone so far
}

func (s *splitter) reset() {
	s.text, s.ends = s.text[:0], s.ends[:0]
	clear(s.slots)
	s.runes = 0
	s.previous, s.alone = 0, false
	if s.seed == (maphash.Seed{}) {
		s.seed = maphash.MakeSeed()
	}
}

func (s *splitter) split(text string) {
	for i := 0; i < len(text); {
		if c := text[i]; c < utf8.RuneSelf {
			i++
			s.ascii(c)
			continue
		}
		r, size := utf8.DecodeRuneInString(text[i:])
		i += size
		s.rune(r)
	}
	s.endPair()
	s.endWord()
}

// upper is an ASCII letter or digit in upper case; 0 for any other byte.
var upper = func() (t [utf8.RuneSelf]byte) {
	for c := range byte(utf8.RuneSelf) {
		switch {
		case c >= '0' && c <= '9', c >= 'A' && c <= 'Z':
			t[c] = c
		case c >= 'a' && c <= 'z':
			t[c] = c - 'a' + 'A'
		}
	}
	return t
}()

func (s *splitter) ascii(c byte) {
	if s.previous != 0 {
		s.endPair()
	}
	switch u := upper[c]; {
	case u == 0:
		s.endWord()
	case s.runes < maxWordRunes:
		s.text = append(s.text, u)
		s.runes++
	}
}

func (s *splitter) rune(r rune) {
	switch {
	case spaceless(r):
		s.endWord()
		if s.previous != 0 {
			s.text = utf8.AppendRune(utf8.AppendRune(s.text, s.previous), r)
			s.runes = 2
			s.endWord()
		}
		s.alone = s.previous == 0
		s.previous = r
	case unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r) || unicode.IsSymbol(r) && r > 0x2000 && r != utf8.RuneError:
		s.endPair()
		if s.runes < maxWordRunes {
			s.text = utf8.AppendRune(s.text, unicode.ToUpper(r))
			s.runes++
		}
	default:
		s.endPair()
		s.endWord()
	}
}

func (s *splitter) endPair() {
	if s.alone {
		s.text = utf8.AppendRune(s.text, s.previous)
		s.runes = 1
		s.endWord()
	}
	s.previous, s.alone = 0, false
}

// endWord keeps what stands behind the last word, if it is a word and a new one.
func (s *splitter) endWord() {
	if s.runes == 0 {
		return
	}
	s.runes = 0
	begin := 0
	if n := len(s.ends); n > 0 {
		begin = s.ends[n-1]
	}
	word := s.text[begin:]
	slot := s.slot(word)
	if len(s.ends) == maxWordsOfText || s.slots[slot] != 0 {
		s.text = s.text[:begin]
		return
	}
	s.ends = append(s.ends, len(s.text))
	s.slots[slot] = uint32(len(s.ends))
	if len(s.ends) > len(s.slots)/2 {
		s.grow()
	}
}

// slot is the place of a word in the table: where it stands, or a free one.
func (s *splitter) slot(word []byte) int {
	mask := len(s.slots) - 1
	i := int(maphash.Bytes(s.seed, word)) & mask
	for s.slots[i] != 0 && !bytes.Equal(s.word(int(s.slots[i])-1), word) {
		i = (i + 1) & mask
	}
	return i
}

func (s *splitter) word(i int) []byte {
	begin := 0
	if i > 0 {
		begin = s.ends[i-1]
	}
	return s.text[begin:s.ends[i]]
}

func (s *splitter) grow() {
	s.slots = make([]uint32, 2*len(s.slots))
	for i := range s.ends {
		s.slots[s.slot(s.word(i))] = uint32(i + 1)
	}
}

func (s *splitter) words() []string {
	if len(s.ends) == 0 {
		return nil
	}
	text, words, begin := string(s.text), make([]string, len(s.ends)), 0
	for i, end := range s.ends {
		words[i] = text[begin:end]
		begin = end
	}
	return words
}

func spaceless(r rune) bool {
	return r >= 0x0E00 && unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Thai, unicode.Lao,
		unicode.Khmer, unicode.Myanmar)
}
