package desk

import "time"

// Instant is a moment as microseconds since 1970-01-01T00:00:00Z. Both databases
// keep it as a 64-bit integer, so it sorts, pages and compares the same in each.
// Zero means "not set" wherever a noun calls an instant optional.
type Instant int64

// At converts a time, cutting what is finer than a microsecond.
func At(t time.Time) Instant { return Instant(t.UnixMicro()) }

// Time returns the moment in UTC.
func (i Instant) Time() time.Time { return time.UnixMicro(int64(i)).UTC() }

const wholeSeconds, withMicros = "2006-01-02T15:04:05Z07:00", "2006-01-02T15:04:05.000000Z07:00"

// Append writes the instant as the wire wants it: RFC 3339 in the given zone, UTC
// as "Z", the fraction six digits or absent when it is zero.
func (i Instant) Append(dst []byte, zone *time.Location) []byte {
	layout := withMicros
	if i%1_000_000 == 0 {
		layout = wholeSeconds
	}
	return time.UnixMicro(int64(i)).In(zone).AppendFormat(dst, layout)
}
