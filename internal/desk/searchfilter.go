package desk

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// SearchNames are the names in a search that stand for rows of the store.
type SearchNames struct {
	Requesters []string // addresses
	Assignees  []string // names, addresses
	Groups     []string
	Types      []string
	Tags       []string
	Products   []string // titles
}

// SearchKnown answers SearchNames with ids by Fold of the name, and says who searches.
type SearchKnown struct {
	Me         int64
	MyGroups   []int64
	Now        time.Time // in the zone that days are of
	Requesters map[string][]int64
	Assignees  map[string][]int64
	Groups     map[string][]int64
	Types      map[string][]int64
	Tags       map[string][]int64
	Products   map[string][]int64
}

// Names lists what must be known for Filter.
func (s *Search) Names() (n SearchNames) {
	for _, t := range s.Terms {
		to := map[string]*[]string{
			"requester": &n.Requesters, "assignee": &n.Assignees, "group": &n.Groups, "type": &n.Types, "tag": &n.Tags, "product": &n.Products,
		}[t.Key]
		if to == nil {
			continue
		}
		for _, v := range t.Values {
			if t.Key == "tag" || !digits(v) {
				*to = append(*to, v)
			}
		}
	}
	return n
}

// Number is the number that is all the words of a search: it may be a ticket's or an
// order's. "" for none.
func (s *Search) Number() string {
	number := ""
	for _, t := range s.Terms {
		if t.Key != "" {
			continue
		}
		if number != "" || t.Not || len(t.Values[0]) > 40 || strings.IndexFunc(t.Values[0], func(r rune) bool { return '0' <= r && r <= '9' }) < 0 {
			return ""
		}
		number = t.Values[0]
	}
	return number
}

// WithoutWords is the search without the words to be found.
func (s *Search) WithoutWords() Search {
	return Search{slices.DeleteFunc(slices.Clone(s.Terms), func(t Term) bool { return t.Key == "" })}
}

// Filter makes a filter of a search. Errors: Invalid, with the field q naming the chip that
// is wrong.
func (s *Search) Filter(known SearchKnown) (*TicketFilter, error) {
	b := filterBuilder{known: known, statuses: slices.Clone(Statuses)}
	var words []string
	for _, t := range s.Terms {
		if t.Key == "" {
			if t.Not {
				return nil, badTerm(t, "words cannot be left out.")
			}
			words = append(words, t.Values[0])
			continue
		}
		if err := termRules[t.Key](&b, t); err != nil {
			return nil, err
		}
	}
	if len(b.statuses) < len(Statuses) {
		b.filter.Statuses = b.statuses
	}
	b.filter.Nothing = b.filter.Nothing || len(b.statuses) == 0
	if words = append(words, b.addresses...); len(words) > 0 {
		b.filter.Words = Words(words...)
		b.filter.Nothing = b.filter.Nothing || len(b.filter.Words) == 0
	}
	return &b.filter, nil
}

type filterBuilder struct {
	known    SearchKnown
	filter   TicketFilter
	statuses []Status // that are left

	addresses []string // of requesters nobody knows
}

// termRules are what the chips mean.
var termRules = map[string]func(*filterBuilder, Term) error{
	"status": (*filterBuilder).status,
	"priority": func(b *filterBuilder, t Term) error {
		return b.words(t, FieldPriority, texts(Priorities))
	},
	"channel": func(b *filterBuilder, t Term) error {
		return b.words(t, FieldChannel, texts(Channels))
	},
	"order": func(b *filterBuilder, t Term) error {
		c := Choice{Field: FieldOrder, Not: t.Not}
		for _, v := range t.Values {
			if v == "none" {
				v = ""
			}
			c.Texts = append(c.Texts, v)
		}
		return b.choose(c)
	},
	"assignee": func(b *filterBuilder, t Term) error {
		return b.ids(t, FieldAssignee, b.known.Assignees, "no such agent", map[string][]int64{"me": {b.known.Me}, "none": {0}})
	},
	"group": func(b *filterBuilder, t Term) error {
		return b.ids(t, FieldGroup, b.known.Groups, "no such group", map[string][]int64{"mine": b.known.MyGroups, "none": {0}})
	},
	"type": func(b *filterBuilder, t Term) error {
		return b.ids(t, FieldType, b.known.Types, "no such type", map[string][]int64{"none": {0}})
	},
	"tag": func(b *filterBuilder, t Term) error {
		return b.ids(t, FieldTag, b.known.Tags, "no such tag", nil)
	},
	"product": func(b *filterBuilder, t Term) error {
		return b.ids(t, FieldProduct, b.known.Products, "no such product", nil)
	},
	"requester": (*filterBuilder).requester,
	"subject":   func(b *filterBuilder, t Term) error { return once(t, &b.filter.Subject) },
	"text":      func(b *filterBuilder, t Term) error { return once(t, &b.filter.Text) },
	"id":        (*filterBuilder).id,
	"created":   func(b *filterBuilder, t Term) error { return b.span(t, &b.filter.Created, t.Op) },
	"updated":   func(b *filterBuilder, t Term) error { return b.span(t, &b.filter.Updated, t.Op) },
	"after":     func(b *filterBuilder, t Term) error { return b.span(t, &b.filter.Created, ">=") },
	"before":    func(b *filterBuilder, t Term) error { return b.span(t, &b.filter.Created, "<") },
	"has":       (*filterBuilder).has,
	"is":        (*filterBuilder).is,
}

func texts[T ~string](list []T) []string {
	out := make([]string, len(list))
	for i, v := range list {
		out[i] = string(v)
	}
	return out
}

// once takes the one value of a chip that may be there once, and not be negated.
func once(t Term, to *string) error {
	if *to != "" {
		return badTerm(t, "may be there once.")
	}
	if t.Not || len(t.Values) != 1 {
		return badTerm(t, "takes one value and no minus.")
	}
	*to = t.Values[0]
	return nil
}

// keep leaves only statuses that ok allows.
func (b *filterBuilder) keep(ok func(Status) bool) error {
	b.statuses = slices.DeleteFunc(b.statuses, func(s Status) bool { return !ok(s) })
	return nil
}

func (b *filterBuilder) status(t Term) error {
	for _, v := range t.Values {
		if !slices.Contains(Statuses, Status(strings.ToLower(v))) {
			return badTerm(t, "a status is one of "+strings.Join(texts(Statuses), ", ")+".")
		}
	}
	return b.keep(func(s Status) bool {
		return slices.ContainsFunc(t.Values, func(v string) bool { return strings.EqualFold(v, string(s)) }) != t.Not
	})
}

// words is a choice among words of the program.
func (b *filterBuilder) words(t Term, field Field, known []string) error {
	c := Choice{Field: field, Not: t.Not}
	for _, v := range t.Values {
		v = strings.ToLower(v)
		if !slices.Contains(known, v) {
			return badTerm(t, "it is one of "+strings.Join(known, ", ")+".")
		}
		c.Texts = append(c.Texts, v)
	}
	return b.choose(c)
}

// maxID is the largest id that a row may have.
const maxID = 1<<44 - 1

// ids is a choice among rows of the store, by id or name.
func (b *filterBuilder) ids(t Term, field Field, known map[string][]int64, missing string, special map[string][]int64) error {
	c := Choice{Field: field, Not: t.Not}
	for _, v := range t.Values {
		ids, ok := known[Fold(v)]
		if !ok {
			ids, ok = special[strings.ToLower(v)]
		}
		if !ok && field != FieldTag && digits(v) {
			id, err := strconv.ParseInt(v, 10, 64)
			ids, ok = []int64{id}, err == nil && id <= maxID
		}
		if !ok {
			return badTerm(t, missing+".")
		}
		c.IDs = append(c.IDs, ids...)
	}
	if len(c.IDs) == 0 { // a member of no group asks for theirs
		b.filter.Nothing = b.filter.Nothing || !t.Not
		return nil
	}
	return b.choose(c)
}

func (b *filterBuilder) choose(c Choice) error {
	b.filter.Choices = append(b.filter.Choices, c)
	return nil
}

// requester is a known customer by address or id; a piece of an address is looked for.
func (b *filterBuilder) requester(t Term) error {
	whole := func(v string) bool {
		_, known := b.known.Requesters[Fold(v)]
		return known || digits(v) || v == "none"
	}
	if !slices.ContainsFunc(t.Values, func(v string) bool { return !whole(v) }) {
		return b.ids(t, FieldRequester, b.known.Requesters, "no such customer", map[string][]int64{"none": {0}})
	}
	if t.Not || len(t.Values) > 1 {
		return badTerm(t, "no such customer.")
	}
	if v := t.Values[0]; strings.Contains(v, "@") && !strings.HasPrefix(v, "@") && !strings.HasSuffix(v, "@") {
		// of nobody we know: what they wrote has their address in it
		b.addresses = append(b.addresses, v)
		return nil
	}
	return once(t, &b.filter.Text)
}

func (b *filterBuilder) id(t Term) error {
	if t.Not || len(t.Values) != 1 || !digits(strings.TrimPrefix(t.Values[0], "#")) {
		return badTerm(t, "takes one number.")
	}
	id, err := strconv.ParseInt(strings.TrimPrefix(t.Values[0], "#"), 10, 64)
	if large := err != nil || id > maxID; large || b.filter.ID != nil && *b.filter.ID != id {
		b.filter.Nothing = true
	} else {
		b.filter.ID = &id
	}
	return nil
}

func (b *filterBuilder) has(t Term) error {
	for _, v := range t.Values {
		switch strings.ToLower(v) {
		case "attachment", "attachments", "file":
			if t.Not {
				return badTerm(t, "takes no minus.")
			}
			b.filter.Files = true
		case "order":
			if err := b.choose(Choice{Field: FieldOrder, Texts: []string{""}, Not: !t.Not}); err != nil {
				return err
			}
		default:
			return badTerm(t, "it is attachment or order.")
		}
	}
	return nil
}

func (b *filterBuilder) is(t Term) error {
	if len(t.Values) > 1 {
		return badTerm(t, "takes one value.")
	}
	switch v := strings.ToLower(t.Values[0]); v {
	case "unassigned":
		return b.choose(Choice{Field: FieldAssignee, IDs: []int64{0}, Not: t.Not})
	case "assigned":
		return b.choose(Choice{Field: FieldAssignee, IDs: []int64{0}, Not: !t.Not})
	case "mine":
		return b.choose(Choice{Field: FieldAssignee, IDs: []int64{b.known.Me}, Not: t.Not})
	case "unsolved":
		return b.keep(func(s Status) bool { return (s != StatusSolved && s != StatusClosed) != t.Not })
	case "undelivered":
		if t.Not {
			return badTerm(t, "takes no minus.")
		}
		b.filter.Undelivered = true
		return nil
	default:
		if slices.Contains(Statuses, Status(v)) {
			return b.keep(func(s Status) bool { return (s == Status(v)) != t.Not })
		}
	}
	return badTerm(t, "it is unassigned, assigned, mine, unsolved, undelivered or a status.")
}

// span narrows a stretch of time.
func (b *filterBuilder) span(t Term, to *Span, op string) error {
	if t.Not || len(t.Values) != 1 {
		return badTerm(t, "takes one time and no minus.")
	}
	v := t.Values[0]
	if first, last, ok := strings.Cut(v, ".."); ok && op == "" {
		from, ok1 := b.moment(first)
		until, ok2 := b.moment(last)
		if !ok1 || !ok2 {
			return badTerm(t, badTime)
		}
		to.narrow(from.From, until.To)
		return nil
	}
	s, ok := b.moment(v)
	if !ok {
		return badTerm(t, badTime)
	}
	switch op {
	case "":
		to.narrow(s.From, s.To)
	case ">":
		to.narrow(max(s.To, s.From), 0)
	case ">=":
		to.narrow(s.From, 0)
	case "<":
		to.narrow(0, s.From)
	case "<=":
		to.narrow(0, max(s.To, s.From))
	}
	return nil
}

const badTime = "a time is a day (2026-01-31), today, yesterday, or so long ago: 7d, 12h."

// narrow makes a span its intersection with another; 0 is open.
func (s *Span) narrow(from, to Instant) {
	s.From = max(s.From, from)
	if to != 0 && (s.To == 0 || to < s.To) {
		s.To = to
	}
}

// moment is the stretch of time that a word names: a day, or from so long ago on.
func (b *filterBuilder) moment(v string) (Span, bool) {
	now := b.known.Now
	day := func(t time.Time) (Span, bool) {
		from := time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, now.Location())
		return Span{At(from), At(from.AddDate(0, 0, 1))}, t.Year() > 0 && t.Year() < 9999
	}
	switch v {
	case "today":
		return day(now)
	case "yesterday":
		return day(now.AddDate(0, 0, -1))
	}
	if t, err := time.Parse(time.DateOnly, v); err == nil {
		return day(t)
	}
	if t, err := time.Parse(time.RFC3339, v); err == nil && t.Year() > 0 && t.Year() < 9999 {
		return Span{From: At(t)}, true
	}
	n := 0
	var unit rune
	if got, err := fmt.Sscanf(v, "%d%c", &n, &unit); err != nil || got != 2 || n < 0 || n > 10_000 || v != fmt.Sprintf("%d%c", n, unit) {
		return Span{}, false
	}
	switch unit {
	case 'h':
		return Span{From: At(now.Add(-time.Duration(n) * time.Hour))}, true
	case 'd':
		return Span{From: At(now.AddDate(0, 0, -n))}, true
	case 'w':
		return Span{From: At(now.AddDate(0, 0, -7*n))}, true
	}
	return Span{}, false
}
