package dashboard

import (
	"encoding/json"
	"strconv"
	"strings"
	"unicode"

	"storedesk/internal/desk"
	"storedesk/internal/page"
	"storedesk/internal/store"
)

// names are what ids in a timeline stand for.
type names struct {
	users    map[int64]*desk.User
	types    map[int64]string
	groups   map[int64]string
	tokens   map[int64]string
	products map[int64]*desk.Product
}

// fieldChange is a change in words: lists of names and texts, empty for none. Codes of
// statuses and priorities, and ids of tickets, are left to the reader's language.
type fieldChange struct {
	Field string   `json:"field"`
	From  []string `json:"from"`
	To    []string `json:"to"`
}

// actor is who did something.
type eventActor struct {
	Kind string `json:"kind"`
	ID   int64  `json:"id"`
	Name string `json:"name"`
}

// namesOf looks up what changes and actors name, with one query for each kind.
func (d *door) namesOf(q *page.Request, changes []desk.Change, actors []desk.Actor, authors ...int64) (*names, error) {
	users, ids := append([]int64{}, authors...), map[string][]int64{}
	for _, a := range actors {
		switch a.Kind {
		case desk.ActorAgent, desk.ActorCustomer:
			users = append(users, a.ID)
		case desk.ActorAPI:
			ids["token"] = append(ids["token"], a.ID)
		case desk.ActorSystem:
		}
	}
	for _, c := range changes {
		found := append(idsIn(c.From), idsIn(c.To)...)
		switch c.Field {
		case "assignee", "requester":
			users = append(users, found...)
		case "ticket_type", "group", "products":
			ids[c.Field] = append(ids[c.Field], found...)
		}
	}
	n, ctx := &names{}, q.Ctx()
	var err error
	if n.users, err = d.Tickets.DB.UsersByID(ctx, q.Store, distinct(users)); err != nil {
		return nil, err
	}
	if n.types, err = d.Tickets.DB.NamesByID(ctx, q.Store, store.NamedTypes, distinct(ids["ticket_type"])); err != nil {
		return nil, err
	}
	if n.groups, err = d.Tickets.DB.NamesByID(ctx, q.Store, store.NamedGroups, distinct(ids["group"])); err != nil {
		return nil, err
	}
	if n.tokens, err = d.Tickets.DB.NamesByID(ctx, q.Store, store.NamedTokens, distinct(ids["token"])); err != nil {
		return nil, err
	}
	n.products, err = d.Tickets.DB.ProductsByID(ctx, q.Store, distinct(ids["products"]))
	return n, err
}

func distinct(ids []int64) []int64 {
	seen := map[int64]bool{0: true}
	out := []int64{}
	for _, id := range ids {
		if !seen[id] {
			seen[id] = true
			out = append(out, id)
		}
	}
	return out
}

// idsIn are the numbers in a value of a change, which may have been JSON.
func idsIn(v any) (ids []int64) {
	for _, text := range textsIn(v) {
		if id, err := strconv.ParseInt(text, 10, 64); err == nil {
			ids = append(ids, id)
		}
	}
	return ids
}

// textsIn are the texts in a value of a change.
func textsIn(v any) []string {
	data, err := json.Marshal(v)
	if err != nil {
		return nil
	}
	var plain any
	decoder := json.NewDecoder(strings.NewReader(string(data)))
	decoder.UseNumber()
	if decoder.Decode(&plain) != nil {
		return nil
	}
	list, isList := plain.([]any)
	if !isList {
		list = []any{plain}
	}
	texts := []string{}
	for _, x := range list {
		switch x := x.(type) {
		case string:
			if x != "" {
				texts = append(texts, x)
			}
		case json.Number:
			texts = append(texts, x.String())
		case bool:
			texts = append(texts, strconv.FormatBool(x))
		}
	}
	return texts
}

func (n *names) changes(list []desk.Change) []fieldChange {
	out := make([]fieldChange, len(list))
	for i, c := range list {
		out[i] = fieldChange{c.Field, n.texts(c.Field, c.From), n.texts(c.Field, c.To)}
	}
	return out
}

func (n *names) texts(field string, v any) []string {
	texts := textsIn(v)
	name := map[string]func(int64) string{
		"assignee": n.user, "requester": n.user,
		"ticket_type": func(id int64) string { return n.types[id] },
		"group":       func(id int64) string { return n.groups[id] },
		"products": func(id int64) string {
			if p := n.products[id]; p != nil {
				return p.Title
			}
			return ""
		},
	}[field]
	if name == nil {
		return append([]string{}, texts...)
	}
	out := []string{}
	for _, text := range texts {
		if id, err := strconv.ParseInt(text, 10, 64); err == nil {
			if found := name(id); found != "" {
				text = found
			} else {
				text = "#" + text
			}
		}
		out = append(out, text)
	}
	return out
}

func (n *names) user(id int64) string {
	if u := n.users[id]; u != nil {
		return fullName(u)
	}
	return ""
}

func (n *names) actor(a desk.Actor) eventActor {
	out := eventActor{string(a.Kind), a.ID, ""}
	switch a.Kind {
	case desk.ActorAgent, desk.ActorCustomer:
		out.Name = n.user(a.ID)
	case desk.ActorAPI:
		out.Name = n.tokens[a.ID]
	case desk.ActorSystem:
	}
	return out
}

// oneLine is a text as a field of one line keeps it.
func oneLine(text string) string {
	text = strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || unicode.IsControl(r) {
			return ' '
		}
		return r
	}, clean(text))
	return strings.TrimSpace(text)
}

// webURL is an address that a link may lead to; "" for any but http and https.
func webURL(text string) string {
	lower := strings.ToLower(strings.TrimSpace(text))
	if strings.HasPrefix(lower, "https://") || strings.HasPrefix(lower, "http://") {
		return strings.TrimSpace(text)
	}
	return ""
}
