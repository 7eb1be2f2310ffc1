package mime

import (
	"strconv"
	"strings"
	"time"
)

// parseDate reads a date by what its words look like, in any order: RFC 5322
// section 3.3 with its obsolete forms, that of C's asctime, ISO 8601, and what
// scripts make up. It returns zero when day, month or year stays unknown, and
// takes UTC when the zone does.
func parseDate(value string) time.Time {
	const longest = 200
	if len(value) > longest {
		value = value[:longest]
	}
	if before, _, ok := strings.Cut(value, "("); ok { // the zone's name as a comment
		value = before
	}
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04:05Z0700", "2006-01-02T15:04:05", "2006-01-02 15:04:05"} {
		if t, err := time.Parse(layout, trimSpace(value)); err == nil {
			return sane(t)
		}
	}
	d := date{hour: -1, zone: time.UTC}
	for word := range strings.FieldsFuncSeq(value, func(r rune) bool { return r <= ' ' || r == ',' }) {
		d.take(strings.ToLower(word))
	}
	if d.day == 0 || d.month == 0 || !d.hasYear {
		return time.Time{}
	}
	if time.Date(d.year, d.month, d.day, 0, 0, 0, 0, time.UTC).Day() != d.day {
		return time.Time{} // there was no such day
	}
	return sane(time.Date(d.year, d.month, d.day, max(d.hour, 0), d.minute, d.second, 0, d.zone))
}

// sane drops years that no mail was written in.
func sane(t time.Time) time.Time {
	if t.Year() < 1970 || t.Year() > 9999 {
		return time.Time{}
	}
	return t
}

type date struct {
	day                  int
	month                time.Month
	year                 int
	hour, minute, second int // hour is -1 before it is known
	hasYear              bool
	zone                 *time.Location
}

func (d *date) take(word string) {
	if strings.Contains(word, "-") && word[0] != '-' && strings.Count(word, "-") == 2 { // 5-Jan-2026
		for piece := range strings.SplitSeq(word, "-") {
			d.take(piece)
		}
		return
	}
	switch {
	case word == "":
	case strings.ContainsAny(word, ":") || d.hour < 0 && strings.Count(word, ".") == 2:
		d.clock(word)
	case word[0] == '+' || word[0] == '-':
		d.offset(word)
	case word == "pm" && d.hour >= 0 && d.hour < 12:
		d.hour += 12
	case word == "am" && d.hour == 12:
		d.hour = 0
	case word[0] >= '0' && word[0] <= '9':
		d.number(strings.TrimRight(word, ".stndrh"))
	default:
		d.name(word)
	}
}

func (d *date) number(word string) {
	n, err := strconv.Atoi(word)
	switch {
	case err != nil:
	case d.day == 0 && len(word) <= 2 && n >= 1 && n <= 31:
		d.day = n
	case d.hasYear:
	case len(word) == 4:
		d.year, d.hasYear = n, true
	case len(word) == 3: // RFC 5322 section 4.3
		d.year, d.hasYear = 1900+n, true
	case len(word) == 2 && n < 50:
		d.year, d.hasYear = 2000+n, true
	case len(word) == 2:
		d.year, d.hasYear = 1900+n, true
	}
}

func (d *date) clock(word string) {
	word, pm := strings.CutSuffix(word, "pm")
	word, am := strings.CutSuffix(word, "am")
	if i := strings.LastIndexAny(word, "+-z"); i > 0 { // the zone without a space
		d.take(word[i:])
		word = word[:i]
	}
	fields := strings.FieldsFunc(word, func(r rune) bool { return r == ':' || r == '.' })
	var n [3]int
	for i := range min(len(fields), len(n)) {
		v, err := strconv.Atoi(fields[i])
		if err != nil || v < 0 || v > 60 {
			return
		}
		n[i] = v
	}
	if n[0] > 24 || n[1] > 59 {
		return
	}
	d.hour, d.minute, d.second = n[0], n[1], n[2]
	switch {
	case pm && d.hour < 12:
		d.hour += 12
	case am && d.hour == 12:
		d.hour = 0
	}
}

// offset reads a zone such as +0130 or -5:00.
func (d *date) offset(word string) {
	digits := strings.ReplaceAll(word[1:], ":", "")
	n, err := strconv.Atoi(digits)
	if err != nil || len(digits) > 4 {
		return
	}
	if len(digits) <= 2 {
		n *= 100
	}
	seconds := (n/100*60 + n%100) * 60
	if seconds > 24*60*60 {
		return
	}
	if word[0] == '-' {
		seconds = -seconds
	}
	d.zone = time.FixedZone("", seconds)
}

// name reads a month or a zone; other names are days of the week.
func (d *date) name(word string) {
	if hours, ok := zones[word]; ok {
		d.zone = time.FixedZone(strings.ToUpper(word), hours*60*60)
		return
	}
	for _, prefix := range []string{"gmt", "utc"} {
		if rest, ok := strings.CutPrefix(word, prefix); ok && rest != "" {
			d.offset(rest)
			return
		}
	}
	if len(word) < 3 {
		return
	}
	if i := strings.Index("janfebmaraprmayjunjulaugsepoctnovdec", word[:3]); i >= 0 && i%3 == 0 && d.month == 0 {
		d.month = time.Month(i/3 + 1)
	}
}

// zones are the names of RFC 5322 section 4.3, in hours, and common ones.
var zones = map[string]int{
	"ut": 0, "gmt": 0, "utc": 0, "z": 0, "est": -5, "edt": -4, "cst": -6, "cdt": -5, "mst": -7, "mdt": -6,
	"pst": -8, "pdt": -7, "cet": 1, "cest": 2, "met": 1, "mest": 2, "mez": 1, "mesz": 2, "eet": 2, "eest": 3,
	"wet": 0, "west": 1, "bst": 1, "msk": 3, "jst": 9, "kst": 9, "hkt": 8, "sgt": 8, "aest": 10, "aedt": 11,
	"nzst": 12, "nzdt": 13,
}
