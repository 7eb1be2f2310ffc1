package seed

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"time"

	"storedesk/internal/desk"
	"storedesk/internal/store"
)

// cutTongue is a tongue with its templates cut.
type cutTongue struct {
	scripts []cutScript
	more    [2][]text
	details []text
}

type cutScript struct {
	*script
	subject, note text
	turns         []text
}

func (t *tongue) cut() *cutTongue {
	all := func(templates []string) (out []text) {
		for _, s := range templates {
			out = append(out, cut(s))
		}
		return out
	}
	c := &cutTongue{more: [2][]text{all(t.more[0]), all(t.more[1])}, details: all(t.details)}
	for i := range t.scripts {
		s := &t.scripts[i]
		c.scripts = append(c.scripts, cutScript{s, cut(s.subject), cut(s.note), all(s.turns)})
	}
	return c
}

// shape is how many comments ticket i has, and which of them have how many files. It
// is drawn apart from the rest, so that ids can be counted without the texts.
func (s *shop) shape(i int) (files []int, attachments int) {
	r := s.random(streamShape, i)
	files = make([]int, s.comments.pick(r)+1)
	for c := range files {
		switch p := r.IntN(100); {
		case p < 2:
			files[c] = 2
		case p < 8:
			files[c] = 1
		}
		attachments += files[c]
	}
	return files, attachments
}

// talk is one conversation being written.
type talk struct {
	*shop
	r        *rand.Rand
	tongue   *cutTongue
	script   *cutScript
	person   person
	agent    string
	order    string
	product  string
	tracking string
	at       time.Time
}

// ticket makes ticket i, from 0, of the shape given; its comments and attachments are
// numbered from the ids given. Its tags have names only.
func (s *shop) ticket(i int, files []int, comment, attachment int64) *store.BulkTicket {
	r := s.random(streamTicket, i)
	w := &talk{shop: s, r: r, at: s.moment(r, i, s.tickets)}
	t := &store.BulkTicket{Ticket: desk.Ticket{
		ID: int64(i + 1), CreatedAt: desk.At(w.at), Channel: desk.Channels[s.channel.pick(r)], Priority: desk.Priorities[s.priority.pick(r)],
		Status: desk.Statuses[s.settled.pick(r)],
	}}
	if i*100 >= s.tickets*97 {
		t.Status = desk.Statuses[s.recent.pick(r)]
	}
	customer := w.about(t)
	w.person, _ = s.customerAt(customer)
	w.tongue = s.languages[w.person.country.tongue]
	w.script = &w.tongue.scripts[r.IntN(len(w.tongue.scripts))]
	agent := s.agent.pick(r) + 1
	w.agent, _ = s.agentName(agent)
	w.tracking = "TR" + strconv.Itoa(10_000_000+r.IntN(90_000_000))
	t.Subject = w.say(w.script.subject)
	t.TypeID = w.script.kind
	if t.Status != desk.StatusNew && !chance(r, 8) {
		t.AssigneeID = int64(agent)
	}
	t.Tags = w.tags()
	author, unknown := int64(s.agents+1+customer), t.Order == "" && chance(r, 6)
	if unknown {
		author, t.FromEmail = 0, ptr(fmt.Sprintf("someone.%d@nowhere.example", i+1))
	} else {
		t.RequesterID = author
	}
	for n, count := range files {
		c := &desk.Comment{ID: comment + int64(n), TicketID: t.ID, AuthorID: author, Public: true, CreatedAt: desk.At(w.at)}
		body := w.turn(n)
		switch {
		case n%2 == 1:
			c.AuthorID = int64(agent)
			if chance(r, 15) && w.script.script.note != "" {
				c.Public, body = false, w.say(w.script.note)
			}
		case unknown:
			c.FromEmail = t.FromEmail
		}
		c.Body = &body
		for range count {
			c.Attachments = append(c.Attachments, file(r, attachment, c))
			attachment++
		}
		t.Comments = append(t.Comments, c)
		t.UpdatedAt = c.CreatedAt
		if w.at = w.at.Add(time.Duration(r.ExpFloat64()*36_000*1e6+1) * time.Microsecond); w.at.After(s.until) {
			w.at = s.until
		}
	}
	return t
}

// about draws what the ticket is about and returns who asks.
func (w *talk) about(t *store.BulkTicket) (customer int) {
	if chance(w.r, 30) {
		i := w.r.IntN(w.orders)
		customer, t.Products, _ = w.bought(i)
		t.Order = strconv.Itoa(firstNumber + i)
		w.order, w.product = t.Order, w.title(int(t.Products[0]))
		return customer
	}
	item := w.sold.pick(w.r) + 1
	w.order, w.product = strconv.Itoa(firstNumber+w.r.IntN(w.orders)), w.title(item)
	if chance(w.r, 25) {
		t.Products = []int64{int64(item)}
	}
	return w.customer.pick(w.r)
}

// tags are those of the script, and now and then others.
func (w *talk) tags() []desk.Tag {
	var tags []desk.Tag
	if chance(w.r, 55) {
		for _, name := range w.script.tags {
			tags = append(tags, desk.Tag{Name: name})
		}
	}
	if chance(w.r, 15) {
		tags = append(tags, desk.Tag{Name: tagNames[w.shop.tags.pick(w.r)]})
	}
	return tags
}

// turn is what is said in comment n.
func (w *talk) turn(n int) string {
	if n >= len(w.script.turns) {
		return w.say(oneOf(w.r, w.tongue.more[n%2]))
	}
	said := w.say(w.script.turns[n])
	if n%2 == 1 {
		return said
	}
	extra := oneOf(w.r, []int{0, 1, 1, 2, 3})
	if w.r.IntN(100) == 0 {
		extra = 60 // somebody tells the whole story
	}
	if extra == 0 {
		return said
	}
	var b strings.Builder
	b.WriteString(said)
	b.WriteByte('\n')
	for range extra {
		b.WriteByte('\n')
		w.write(&b, oneOf(w.r, w.tongue.details))
	}
	return b.String()
}

func (w *talk) say(t text) string {
	var b strings.Builder
	w.write(&b, t)
	return b.String()
}

func (w *talk) write(b *strings.Builder, t text) {
	for _, p := range t {
		b.WriteString(p.plain)
		switch p.slot {
		case slotOrder:
			b.WriteString(w.order)
		case slotProduct:
			b.WriteString(w.product)
		case slotFirst:
			b.WriteString(w.person.first)
		case slotAgent:
			b.WriteString(w.agent)
		case slotTracking:
			b.WriteString(w.tracking)
		case slotDay:
			b.WriteString(w.at.AddDate(0, 0, w.r.IntN(9)-4).Format("2006-01-02"))
		case slotSize:
			b.WriteString(oneOf(w.r, sizes))
		case slotCity:
			b.WriteString(w.person.city)
		}
	}
}

// file makes an attachment without a file; its path holds a key drawn by lot.
func file(r *rand.Rand, id int64, c *desk.Comment) desk.Attachment {
	const letters = "abcdefghijklmnopqrstuvwxyz234567"
	key := make([]byte, 26)
	for i := range key {
		key[i] = letters[r.IntN(len(letters))]
	}
	name := oneOf(r, fileNames)
	return desk.Attachment{
		ID: id, TicketID: c.TicketID, CommentID: c.ID, FileName: name, CreatedAt: c.CreatedAt,
		Path: desk.MediaPath(desk.Upload{FileName: name, BlobKey: string(key)}),
	}
}
