package mailtext

import (
	"regexp"
	"strconv"
	"strings"
)

// Limits of a style attribute; what is beyond them is dropped.
const (
	maxStyle        = 4 << 10 // bytes
	maxDeclarations = 60
)

// The grammar of the styles that may be shown. There is no url(), no other function
// than colours, no escape and no comment, and nothing that takes a text out of its
// place (position, transform, negative lengths).
const (
	properties = `background|background-color|border(?:-(?:top|right|bottom|left))?(?:-(?:color|style|width))?|` +
		`border-collapse|border-radius|border-spacing|clear|color|direction|display|float|` +
		`font|font-family|font-size|font-style|font-variant|font-weight|height|letter-spacing|line-height|` +
		`list-style|list-style-type|margin(?:-(?:top|right|bottom|left))?|max-height|max-width|min-height|min-width|` +
		`overflow|overflow-wrap|padding(?:-(?:top|right|bottom|left))?|table-layout|` +
		`text-align|text-decoration|text-decoration-(?:color|line|style)|text-indent|text-transform|` +
		`vertical-align|white-space|width|word-break|word-spacing|word-wrap`
	length      = `[0-9]{0,5}(?:\.[0-9]{1,5})?(?:px|pt|pc|em|rem|ex|ch|in|cm|mm|%)?`
	colour      = `#[0-9a-fA-F]{3,8}|(?i:rgb|hsl)a?\([0-9., %]{1,40}\)`
	word        = `-?\pL[\pL\pN_-]{0,60}`
	quoted      = `'[\pL\pN ._-]{1,60}'`
	token       = `(?:` + colour + `|` + word + `|` + quoted + `|` + length + `|/)`
	declaration = `(?:` + properties + `): ` + token + `(?:,? ` + token + `)*`
)

var (
	isDeclaration = regexp.MustCompile(`^` + declaration + `$`)
	tokens        = regexp.MustCompile(`(?i:rgb|hsl)a?\([^()]*\)|'[^']*'|[,/]|[^\s,/']+`)
	measure       = regexp.MustCompile(`^([0-9]*\.?[0-9]+)([a-z%]*)$`)
)

// largest bounds each unit, so that no box covers the page around it.
var largest = map[string]float64{
	"": 2000, "px": 2000, "pt": 1500, "pc": 125, "em": 100, "rem": 100, "ex": 200, "ch": 200,
	"in": 20, "cm": 50, "mm": 500, "%": 300,
}

// displays are the values of display that keep a text in the flow, or away.
var displays = map[string]bool{
	"none": true, "block": true, "inline": true, "inline-block": true, "list-item": true,
	"table": true, "table-row": true, "table-cell": true, "inline-table": true,
}

// cleanStyle keeps the declarations that may be shown, in one form of writing.
func cleanStyle(style string) string {
	if len(style) > maxStyle || strings.ContainsAny(style, `\<>`) || strings.Contains(style, "/*") {
		return ""
	}
	var kept []string
	for declaration := range strings.SplitSeq(style, ";") {
		if d := cleanDeclaration(declaration); d != "" && len(kept) < maxDeclarations {
			kept = append(kept, d)
		}
	}
	return strings.Join(kept, "; ")
}

// cleanDeclaration is empty for a declaration that may not be shown.
func cleanDeclaration(declaration string) string {
	name, value, ok := strings.Cut(declaration, ":")
	name = strings.ToLower(strings.TrimSpace(name))
	value, _, _ = strings.Cut(strings.ReplaceAll(value, `"`, `'`), "!")
	parts := tokens.FindAllString(value, -1)
	for i, part := range parts {
		parts[i] = strings.Join(strings.Fields(part), " ")
		if m := measure.FindStringSubmatch(strings.ToLower(part)); m != nil {
			size, err := strconv.ParseFloat(m[1], 64)
			limit, known := largest[m[2]]
			if err != nil || !known || size > limit {
				return ""
			}
			parts[i] = strings.ToLower(part)
		}
	}
	if !ok || len(parts) == 0 || name == "display" && !displays[strings.ToLower(parts[0])] {
		return ""
	}
	clean := name + ": " + strings.ReplaceAll(strings.Join(parts, " "), " ,", ",")
	if !isDeclaration.MatchString(clean) {
		return ""
	}
	return clean
}
