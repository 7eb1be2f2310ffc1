package mailtext

import (
	"regexp"
	"sync"

	"github.com/microcosm-cc/bluemonday"
)

// policy is the wall behind the writer: it lists elements, attributes and the shape of
// their values, and trusts nothing that was done before.
var policy = sync.OnceValue(func() *bluemonday.Policy {
	p := bluemonday.NewPolicy()
	names := make([]string, 0, len(elements))
	for name := range elements {
		names = append(names, name)
	}
	p.AllowElements(names...)
	p.AllowNoAttrs().OnElements(names...)

	p.RequireParseableURLs(true)
	p.AllowRelativeURLs(true) // those of Inline; links have none, by the expression below
	p.AllowURLSchemes("http", "https", "mailto", "tel")
	p.AllowDataURIImages()

	for _, a := range attributes {
		rule := p.AllowAttrs(a.names...).Matching(regexp.MustCompile(a.value))
		if len(a.elements) == 0 {
			rule.Globally()
		} else {
			rule.OnElements(a.elements...)
		}
	}
	return p
})

// attributes lists the attributes that may be shown and their values.
var attributes = []struct {
	elements []string // empty: all
	names    []string
	value    string
}{
	{nil, []string{"style"}, `^` + declaration + `(?:; ` + declaration + `)*$`},
	{nil, []string{"class"}, `^[A-Za-z0-9_ -]+$`},
	{nil, []string{"id"}, `^(?:` + quoteIDs + `)$`},
	{nil, []string{"dir"}, `^(?i:ltr|rtl|auto)$`},
	{nil, []string{"lang"}, `^[A-Za-z0-9-]{1,35}$`},
	{nil, []string{"title"}, `^[^<>]*$`},
	{nil, []string{"align", "valign"}, `^[A-Za-z-]{1,20}$`},
	{nil, []string{"bgcolor", "color", "bordercolor"}, `^#?[A-Za-z0-9]{1,30}$`},
	{nil, []string{"width", "height"}, `^[0-9]{1,4}(?:px|%)?$`},
	{[]string{"font"}, []string{"face"}, `^[\pL\pN ,.'"_-]+$`},
	{[]string{"font"}, []string{"size"}, `^[+-]?[0-9]$`},
	{[]string{"a"}, []string{"href"}, `^(?:https?://|mailto:|tel:)[^\s]+$`},
	{[]string{"a"}, []string{"target"}, `^_blank$`},
	{[]string{"a"}, []string{"rel"}, `^noopener noreferrer nofollow$`},
	{[]string{"img"}, []string{"src"}, `^(?:https?://[^\s]+|/?[^\s:/\\][^\s:\\]*|` + dataImage + `)$`},
	{[]string{"img"}, []string{remoteSource}, `^https?://[^\s]+$`},
	{[]string{"img"}, []string{"alt"}, `^[^<>]*$`},
	{[]string{"img", "table"}, []string{"border"}, `^[0-9]{1,2}$`},
	{[]string{"img"}, []string{"hspace", "vspace"}, `^[0-9]{1,3}$`},
	{[]string{"table"}, []string{"cellpadding", "cellspacing"}, `^[0-9]{1,3}$`},
	{[]string{"td", "th"}, []string{"colspan", "rowspan"}, `^[0-9]{1,3}$`},
	{[]string{"td", "th"}, []string{"nowrap"}, `^(?:nowrap)?$`},
	{[]string{"col", "colgroup"}, []string{"span"}, `^[0-9]{1,3}$`},
	{[]string{"blockquote"}, []string{"type"}, `^cite$`},
	{[]string{"ol", "ul", "li"}, []string{"type"}, `^(?i:[1ai]|circle|disc|square)$`},
	{[]string{"ol"}, []string{"start"}, `^-?[0-9]{1,5}$`},
	{[]string{"li"}, []string{"value"}, `^-?[0-9]{1,5}$`},
	{[]string{"time"}, []string{"datetime"}, `^[0-9A-Za-z:.+ -]{1,40}$`},
}

// attributeName is the shape of every name above: others are not even written, as a
// name may hold quotes and angle brackets.
var attributeName = regexp.MustCompile(`^[a-z][a-z-]{0,30}$`)
