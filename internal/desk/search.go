package desk

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Search is what somebody typed into the search box, taken apart. Its terms combine with
// AND, the values of one term with OR.
type Search struct{ Terms []Term }

// Term is one condition: a chip such as -status:open,pending or updated:<7d, or words to
// be found.
type Term struct {
	Key    string // "" for words
	Op     string // before a point in time: "", ">", ">=", "<" or "<="
	Values []string
	Not    bool
	Text   string // as it was typed
}

// Limits of a search.
const (
	maxSearchRunes = 2000
	maxTerms       = 40
	maxTermValues  = 32
)

// searchKeys are the names of chips, with what they are called in Term.Key.
var searchKeys = map[string]string{
	"status": "status", "assignee": "assignee", "group": "group", "type": "type", "tag": "tag", "tags": "tag",
	"priority": "priority", "channel": "channel", "order": "order", "product": "product",
	"from": "requester", "requester": "requester", "subject": "subject", "text": "text", "id": "id",
	"created": "created", "updated": "updated", "after": "after", "before": "before", "has": "has", "is": "is",
}

// ParseSearch takes a search apart:
//
//	status:open,pending assignee:me -tag:"on hold" created:>2026-01-01 #1234 "broken lamp" kettle
//
// A value may be quoted; \ before a quote is part of the value. What has a colon and no
// known name before it is refused, unless it is quoted or looks like an address of the web,
// so that a mistyped name does not quietly find nothing. Errors: Invalid, with the field q.
func ParseSearch(text string) (Search, error) {
	if utf8.RuneCountInString(text) > maxSearchRunes {
		return Search{}, badSearch("The search is too long.")
	}
	p := searchParser{rest: text}
	for {
		p.rest = strings.TrimLeftFunc(p.rest, unicode.IsSpace)
		if p.rest == "" {
			return p.search, nil
		}
		if len(p.search.Terms) == maxTerms {
			return Search{}, badSearch("A search may have up to 40 conditions.")
		}
		before := p.rest
		term, err := p.term()
		if err != nil {
			return Search{}, err
		}
		term.Text = before[:len(before)-len(p.rest)]
		if term.Key != "" || strings.TrimSpace(term.Values[0]) != "" {
			p.search.Terms = append(p.search.Terms, term)
		}
	}
}

func badSearch(message string) *Error {
	return &Error{Code: Invalid, Message: message, Fields: Fields{"q": {message}}}
}

func badTerm(t Term, why string) *Error { return badSearch(t.Text + ": " + why) }

type searchParser struct {
	rest   string
	search Search
}

// term takes the next term off the rest.
func (p *searchParser) term() (Term, error) {
	var t Term
	if len(p.rest) > 1 && p.rest[0] == '-' {
		if r, _ := utf8.DecodeRuneInString(p.rest[1:]); !unicode.IsSpace(r) {
			t.Not = true
			p.rest = p.rest[1:]
		}
	}
	if p.rest[0] == '"' {
		t.Values = []string{p.quoted()}
		return t, nil
	}
	name, known := p.key()
	switch {
	case known:
		t.Key = searchKeys[name]
		p.rest = p.rest[len(name)+1:]
		return p.values(t)
	case name != "" && !strings.HasPrefix(p.rest[len(name):], "://"):
		word := p.word()
		if len(word) > len(name)+1 { // "Re:" alone is a word
			return t, badSearch(word + ": there is no filter " + name + ". Quote it to look for the words.")
		}
		t.Values = []string{word}
		return t, nil
	}
	word := p.word()
	if number, ok := strings.CutPrefix(word, "#"); ok && number != "" && digits(number) {
		return Term{Key: "id", Values: []string{number}, Not: t.Not}, nil
	}
	t.Values = []string{word}
	return t, nil
}

// key is the name before a colon at the beginning of the rest, "" for none.
func (p *searchParser) key() (name string, known bool) {
	i := strings.IndexFunc(p.rest, func(r rune) bool { return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && r != '_' })
	if i < 1 || p.rest[i] != ':' {
		return "", false
	}
	name = p.rest[:i]
	lower := strings.ToLower(name)
	if searchKeys[lower] == "" {
		return name, false
	}
	return lower, true
}

// word takes what goes up to the next space.
func (p *searchParser) word() string {
	end := strings.IndexFunc(p.rest, unicode.IsSpace)
	if end < 0 {
		end = len(p.rest)
	}
	word := p.rest[:end]
	p.rest = p.rest[end:]
	return word
}

// quoted takes a text in quotes; without a second quote it goes to the end.
func (p *searchParser) quoted() string {
	var b strings.Builder
	for i := 1; i < len(p.rest); i++ {
		switch c := p.rest[i]; {
		case c == '"':
			p.rest = p.rest[i+1:]
			return b.String()
		case c == '\\' && i+1 < len(p.rest) && (p.rest[i+1] == '"' || p.rest[i+1] == '\\'):
			i++
			b.WriteByte(p.rest[i])
		default:
			b.WriteByte(c)
		}
	}
	p.rest = ""
	return b.String()
}

// values takes the values of a chip: separated by commas, each of them plain or quoted.
func (p *searchParser) values(t Term) (Term, error) {
	start := p.rest
	for _, op := range []string{">=", "<=", ">", "<"} {
		if rest, ok := strings.CutPrefix(p.rest, op); ok {
			t.Op, p.rest = op, rest
			break
		}
	}
	for {
		t.Values = append(t.Values, p.value())
		if p.rest == "" || p.rest[0] != ',' {
			break
		}
		p.rest = p.rest[1:]
	}
	t.Values = slices.DeleteFunc(t.Values, func(v string) bool { return v == "" })
	switch name := t.Key + ":" + start[:len(start)-len(p.rest)]; {
	case len(t.Values) == 0:
		return t, badSearch(name + " has no value.")
	case len(t.Values) > maxTermValues:
		return t, badSearch(name + " has too many values.")
	}
	return t, nil
}

func (p *searchParser) value() string {
	if strings.HasPrefix(p.rest, `"`) {
		return p.quoted()
	}
	end := strings.IndexFunc(p.rest, func(r rune) bool { return r == ',' || unicode.IsSpace(r) })
	if end < 0 {
		end = len(p.rest)
	}
	value := p.rest[:end]
	p.rest = p.rest[end:]
	return value
}

func digits(s string) bool {
	return s != "" && strings.IndexFunc(s, func(r rune) bool { return r < '0' || r > '9' }) < 0
}
