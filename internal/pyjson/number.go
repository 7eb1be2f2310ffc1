package pyjson

import (
	"errors"
	"fmt"
	"math"
	"strconv"
)

// number reads and writes a number, and -Infinity. An integer keeps its digits, whatever
// their number; with a point or an exponent it is a float.
func (t *transcoder) number() error {
	start := t.at
	negative := t.take('-')
	if negative && t.at < len(t.src) && t.src[t.at] == 'I' {
		t.dst = append(t.dst, '-')
		return t.word("Infinity")
	}
	if !t.take('0') && !t.digits() {
		return t.expected("a value")
	}
	whole := t.at
	if t.take('.') && !t.digits() {
		return t.expected("a digit")
	}
	if t.take('e') || t.take('E') {
		if !t.take('+') {
			t.take('-')
		}
		if !t.digits() {
			return t.expected("a digit")
		}
	}
	text := t.src[start:t.at]
	if t.at > whole {
		return t.float(text)
	}
	if len(text) > MaxDigits+1 || len(text) > MaxDigits && !negative {
		return fmt.Errorf("%w: integer of more than %d digits at byte %d", ErrLimit, MaxDigits, start)
	}
	if string(text) == "-0" {
		text = text[1:] // only floats have a negative zero
	}
	t.dst = append(t.dst, text...)
	return nil
}

func (t *transcoder) digits() bool {
	start := t.at
	for t.at < len(t.src) && t.src[t.at]-'0' <= 9 {
		t.at++
	}
	return t.at > start
}

func (t *transcoder) float(text []byte) error {
	if len(text) > MaxFloat {
		return fmt.Errorf("%w: float of more than %d bytes before byte %d", ErrLimit, MaxFloat, t.at)
	}
	f, err := strconv.ParseFloat(string(text), 64)
	switch {
	case err != nil && !errors.Is(err, strconv.ErrRange): // out of range it is infinite, as in Python
		return fmt.Errorf("number before byte %d: %w", t.at, err)
	case math.IsInf(f, 1):
		t.dst = append(t.dst, "Infinity"...)
	case math.IsInf(f, -1):
		t.dst = append(t.dst, "-Infinity"...)
	default:
		t.dst = AppendFloat(t.dst, f)
	}
	return nil
}

// AppendFloat appends Python's repr(f): the shortest digits that read back as f, with an
// exponent below 1e-04 and from 1e+16 on; nan, inf and -inf are words.
func AppendFloat(dst []byte, f float64) []byte {
	switch size := math.Abs(f); {
	case math.IsNaN(f):
		return append(dst, "nan"...)
	case math.IsInf(f, 1):
		return append(dst, "inf"...)
	case math.IsInf(f, -1):
		return append(dst, "-inf"...)
	case f != 0 && (size < 1e-4 || size >= 1e16):
		return strconv.AppendFloat(dst, f, 'e', -1, 64)
	}
	dst = strconv.AppendFloat(dst, f, 'f', -1, 64)
	if f == math.Trunc(f) {
		dst = append(dst, ".0"...)
	}
	return dst
}
