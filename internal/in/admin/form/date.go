package form

import (
	"regexp"
	"time"

	"storedesk/internal/desk"
)

// The formats of a day that the original takes, in its order. A day of one digit
// may have a space before it; other digits than the first may be of any script.
var dayFormats = []struct {
	pattern          *regexp.Regexp
	year, month, day int // groups
}{
	{regexp.MustCompile(`^(\p{Nd}{4})-` + monthPattern + `-` + dayPattern + `$`), 1, 2, 3},
	{regexp.MustCompile(`^` + monthPattern + `/` + dayPattern + `/(\p{Nd}{4})$`), 3, 1, 2},
	{regexp.MustCompile(`^` + monthPattern + `/` + dayPattern + `/(\p{Nd}{2})$`), 3, 1, 2},
}

const (
	monthPattern = `(1[0-2]|0[1-9]|[1-9])`
	dayPattern   = `(3[0-1]|[1-2]\p{Nd}|0[1-9]|[1-9]| [1-9])`
)

// date is a day of the calendar.
type date struct {
	year  int
	month time.Month
	day   int
}

func parseDate(text string) (date, bool) {
	text = strip(text)
	for _, format := range dayFormats {
		groups := format.pattern.FindStringSubmatch(text)
		if groups == nil {
			continue
		}
		d := date{smallInt(groups[format.year]), time.Month(smallInt(groups[format.month])), smallInt(groups[format.day])}
		if len(plainDigits(groups[format.year])) == 2 {
			d.year += 1900
			if d.year < 1969 {
				d.year += 100
			}
		}
		if d.year > 0 && d.at(time.UTC).Day() == d.day {
			return d, true
		}
	}
	return date{}, false
}

func smallInt(text string) int {
	number, _ := parseInt(text)
	n, _ := number.int64()
	return int(n)
}

func (d date) at(zone *time.Location) time.Time {
	return time.Date(d.year, d.month, d.day, 0, 0, 0, 0, zone)
}

// first returns the day's first instant, where clocks may skip midnight or strike
// it twice.
func (d date) first(zone *time.Location) time.Time {
	t := d.at(zone)
	if t.Day() != d.day { // before the gap that swallowed midnight
		if _, end := t.ZoneBounds(); !end.IsZero() {
			return end
		}
	}
	if earlier := t.Add(-time.Hour); earlier.Day() == d.day {
		return earlier
	}
	return t
}

// next is the day after; false after the last one that a date can be.
func (d date) next() (date, bool) {
	t := d.at(time.UTC).AddDate(0, 0, 1)
	return date{t.Year(), t.Month(), t.Day()}, t.Year() < 10000
}

// bound makes an end of a span. The epoch itself would mean "open": the microsecond
// before stands in for it.
func bound(t time.Time) desk.Instant {
	if at := desk.At(t); at != 0 {
		return at
	}
	return -1
}

// days reads a stretch of whole days.
func (r *filterReader) days(from, to string) desk.Span {
	return desk.Span{From: r.from(from, false), To: r.to(to, false)}
}

// span reads a stretch whose ends are whole days or instants.
func (r *filterReader) span(from, to string) desk.Span {
	return desk.Span{From: r.from(from, true), To: r.to(to, true)}
}

func (r *filterReader) from(name string, instants bool) desk.Instant {
	value, _ := r.q.Get(name)
	if value == "" {
		return 0
	}
	if t, ok := parseInstant(value); ok && instants {
		return bound(t)
	}
	d, ok := parseDate(value)
	if !ok {
		r.fields.Add(name, msgDate)
		return 0
	}
	return bound(d.first(r.zone))
}

func (r *filterReader) to(name string, instants bool) desk.Instant {
	value, _ := r.q.Get(name)
	if value == "" {
		return 0
	}
	if t, ok := parseInstant(value); ok && instants {
		return bound(t.Truncate(time.Microsecond).Add(time.Microsecond)) // the instant itself is within
	}
	d, ok := parseDate(value)
	if !ok {
		r.fields.Add(name, msgDate)
		return 0
	}
	if d, ok = d.next(); !ok {
		return 0
	}
	return bound(d.first(r.zone))
}

func parseInstant(text string) (time.Time, bool) {
	t, err := time.Parse(time.RFC3339Nano, strip(text))
	return t, err == nil
}
