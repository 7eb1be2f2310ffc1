package form

import (
	"strconv"
	"strings"
)

// decimal is a finite decimal number as Python's Decimal reads one.
type decimal struct {
	negative bool
	whole    string // digits before the point, without leading zeros
	hasRest  bool   // something other than zero follows the point
	huge     bool   // more than maxWhole digits before the point
}

// maxWhole is how many digits before the point are kept: more than the limit has.
const maxWhole = 60

// parseDecimal reads a sign, digits with or without a point, and an exponent;
// underscores anywhere and the digits of any script are fine. NaN and infinity are
// not.
func parseDecimal(text string) (decimal, bool) {
	text = plainDigits(strings.ReplaceAll(strip(text), "_", ""))
	var d decimal
	if text != "" && (text[0] == '-' || text[0] == '+') {
		d.negative, text = text[0] == '-', text[1:]
	}
	mantissa, exponentText := text, ""
	if at := strings.IndexAny(text, "eE"); at >= 0 {
		mantissa, exponentText = text[:at], text[at+1:]
		if exponentText == "" {
			return d, false
		}
	}
	whole, fraction, _ := strings.Cut(mantissa, ".")
	digits := whole + fraction
	if digits == "" || strings.Trim(digits, "0123456789") != "" {
		return d, false
	}
	exponent, ok := exponentOf(exponentText)
	if !ok {
		return d, false
	}
	d.place(digits, len(whole)+exponent)
	return d, true
}

// exponentOf reads an exponent and cuts it to a size beyond which it makes no
// difference to any text that fits into a request.
func exponentOf(text string) (int, bool) {
	const far = 1 << 30
	if text == "" {
		return 0, true
	}
	unsigned := text
	if text[0] == '-' || text[0] == '+' {
		unsigned = text[1:]
	}
	if unsigned == "" || strings.Trim(unsigned, "0123456789") != "" {
		return 0, false
	}
	n, err := strconv.Atoi(text)
	if err != nil || n > far || n < -far {
		if text[0] == '-' {
			return -far, true
		}
		return far, true
	}
	return n, true
}

// place puts the point behind so many of the digits.
func (d *decimal) place(digits string, point int) {
	significant := strings.TrimLeft(digits, "0")
	point -= len(digits) - len(significant)
	significant = strings.TrimRight(significant, "0")
	switch {
	case significant == "":
	case point > maxWhole:
		d.huge = true
	case point <= 0:
		d.hasRest = true
	case point < len(significant):
		d.whole, d.hasRest = significant[:point], true
	default:
		d.whole = significant + strings.Repeat("0", point-len(significant))
	}
}

// limit is the float 1e50, exactly.
const limit = "100000000000000007629769841091887003294964970946560"

// aboveLimit reports a number above 1e50. Negative ones have no limit.
func (d decimal) aboveLimit() bool {
	if d.negative || d.huge {
		return d.huge && !d.negative
	}
	if len(d.whole) != len(limit) {
		return len(d.whole) > len(limit)
	}
	return d.whole > limit || d.whole == limit && d.hasRest
}

// int64 is the number without its fraction; false when it is past 64 bits.
func (d decimal) int64() (int64, bool) {
	if d.huge {
		return 0, false
	}
	text := "0" + d.whole
	if d.negative {
		text = "-" + text
	}
	n, err := strconv.ParseInt(text, 10, 64)
	return n, err == nil
}

// plainDigits writes the digits of other scripts in ASCII.
func plainDigits(text string) string {
	if ascii(text) {
		return text
	}
	return strings.Map(func(r rune) rune {
		if d, ok := digit(r); ok {
			return rune(d)
		}
		return r
	}, text)
}
