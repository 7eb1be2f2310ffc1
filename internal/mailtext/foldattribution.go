package mailtext

import (
	"regexp"
	"strings"
)

// An attribution is the line before a quote that tells who wrote it and when. Programs
// break it over several lines.
const (
	maxAttributionLines = 4
	maxAttribution      = 400 // bytes
)

var (
	// wrote are the verbs of an attribution, in the languages of labels.
	wrote = regexp.MustCompile(`(?i)(?:^|[\s,.)>\]"'’])(?:` +
		`wrote|writes|schrieb|geschrieben|a écrit|écrit|escribió|escribio|ha scritto|scrive|schreef|geschreven|` +
		`escreveu|skrev|kirjoitti|เขียนว่า|เขียน|ได้เขียน)(?:$|[\s:：,])`)
	// wroteThai: Thai puts no space before the verb.
	wroteThai = regexp.MustCompile(`เขียน(?:ว่า)?\s*[:：]$`)
	// opening are the words that an attribution begins with in languages that have one.
	opening = regexp.MustCompile(`(?i)^(?:on|am|le|el|il|op|em|den|ma|ti|ke|to|pe|la|su|ในวันที่|ในวัน|เมื่อ|วันที่)(?:\s|\d|$|วัน|พ|อ|จ|ศ|ส)`)
	// year and clock make a date that no story tells.
	year    = regexp.MustCompile(`(?:^|\D)(?:19|20|25)\d\d(?:\D|$)|\d{1,2}[./-]\d{1,2}[./-]\d{2,4}`)
	clock   = regexp.MustCompile(`\d{1,2}[:.h]\d{2}`)
	address = regexp.MustCompile(`[^\s<>@]@[^\s<>@]`)
	// dated is Gmail's attribution without a verb: "2026-03-12 10:12 GMT+01:00 Ann <ann@example.com>:"
	dated = regexp.MustCompile(`^\d{4}-\d{2}-\d{2} .*<[^<>\s]+@[^<>\s]+>\s*:$`)
)

// attribution tells how many lines from i are an attribution. It is strong if it holds
// a date with an address or a time, so that it introduces a quote even when that is
// not marked.
func (f *folder) attribution(i, end int) (n int, strong bool) {
	joined := ""
	for n = 1; n <= min(maxAttributionLines, end-i); n++ {
		l := f.lines[i+n-1]
		if l.head == "" || l.marks || len(joined)+len(l.head) > maxAttribution {
			return 0, false
		}
		joined = strings.TrimSpace(joined + " " + l.head)
		if isAttribution(joined) && (n == 1 || f.goesOn(i, n)) {
			return n, stronglyDated(joined)
		}
		if n == 1 && !opening.MatchString(joined) && !year.MatchString(joined) && !address.MatchString(joined) {
			return 0, false
		}
	}
	return 0, false
}

// goesOn tells whether the n lines from i are one attribution, not a line of the
// writer's above one.
func (f *folder) goesOn(i, n int) bool {
	opens := opening.MatchString(f.lines[i].head) && year.MatchString(f.lines[i].head)
	for j := i + 1; j < i+n; j++ {
		rest := ""
		for k := j; k < i+n; k++ {
			rest = strings.TrimSpace(rest + " " + f.lines[k].head)
		}
		if !isAttribution(rest) || strings.HasPrefix(rest, "<") || strings.HasPrefix(rest, "(") {
			continue
		}
		if !opens || opening.MatchString(rest) && year.MatchString(rest) {
			return false
		}
	}
	return true
}

// isAttribution tells whether a text is an attribution as a whole.
func isAttribution(s string) bool {
	s = strings.ReplaceAll(strings.TrimRight(s, "*_ \u00a0"), "\u00a0", " ")
	if !strings.HasSuffix(s, ":") && !strings.HasSuffix(s, "：") {
		return false
	}
	return wrote.MatchString(s) || wroteThai.MatchString(s) || dated.MatchString(s)
}

func stronglyDated(s string) bool {
	return year.MatchString(s) && (clock.MatchString(s) || address.MatchString(s))
}
