package dashboard

import (
	"encoding/json"
	"net/http"
	"path"
	"strconv"
	"strings"

	"storedesk/internal/desk"
	"storedesk/internal/mailtext"
	"storedesk/internal/page"
	"storedesk/internal/tickets"
	"storedesk/internal/wire"
)

// timelinePage is a part of what was said and done, oldest first.
type timelinePage struct {
	Results  []timelineItem `json:"results"`
	Before   *string        `json:"before"` // goes on before it
	Next     *string        `json:"next"`   // goes on after it
	Comments int            `json:"comments"`
	Events   int            `json:"events"`
	Start    *string        `json:"start"` // where a reader begins
	Seq      int64          `json:"seq"`
	Seen     int64          `json:"seen"`
}

type timelineItem struct {
	Key     string         `json:"key"`
	At      *string        `json:"at"`
	Unread  bool           `json:"unread"`
	Ticket  int64          `json:"ticket"` // whose it is: another's that was merged into this one
	Comment *shownComment  `json:"comment"`
	Event   *shownActivity `json:"event"`
}

type shownComment struct {
	ID          int64             `json:"id"`
	Author      commentAuthor     `json:"author"`
	Public      bool              `json:"public"`
	Segments    []textSegment     `json:"segments"`
	Cut         bool              `json:"cut"` // the text goes on
	Mail        *arrivedBy        `json:"mail"`
	Attachments []commentFile     `json:"attachments"`
	Deliveries  []commentDelivery `json:"deliveries"`
}

type commentAuthor struct {
	ID    int64  `json:"id"`
	Name  string `json:"name"`
	Email string `json:"email"`
	Kind  string `json:"kind"` // customer, agent, system
}

// segment is a run of text: new, quoted or signature.
type textSegment struct {
	Kind string `json:"kind"`
	Text string `json:"text"`
}

type arrivedBy struct {
	ID      int64  `json:"id"`
	HTML    bool   `json:"html"`
	From    string `json:"from"`
	SPF     string `json:"spf"`
	DKIM    string `json:"dkim"`
	DMARC   string `json:"dmarc"`
	Aligned bool   `json:"aligned"`
}

type commentFile struct {
	ID   int64  `json:"id"`
	Name string `json:"name"`
	Size int64  `json:"size"`
	Kind string `json:"kind"` // image, pdf, text, other
	URL  string `json:"url"`  // "": the file is not here
}

type commentDelivery struct {
	Mail    int64   `json:"mail"`
	Address string  `json:"address"`
	State   string  `json:"state"`
	Reason  string  `json:"reason"`
	At      *string `json:"at"`
}

type shownActivity struct {
	Seq     int64         `json:"seq"`
	Type    string        `json:"type"`
	Actor   eventActor    `json:"actor"`
	Changes []fieldChange `json:"changes"`
	Reason  string        `json:"reason"`
}

const (
	timelineSize    = 100
	maxTimelineSize = 200
	maxShownText    = 64 << 10 // bytes of one comment in a timeline
)

func (d *door) timeline(q *page.Request) error {
	id, err := pathID(q, "id")
	if err != nil {
		return err
	}
	ask := tickets.TimelineQuery{Size: timelineSize, End: q.Query("at") == "end", Only: tickets.TimelineOnly(q.Query("only"))}
	if n, err := strconv.Atoi(q.Query("size")); err == nil && n > 0 {
		ask.Size = min(n, maxTimelineSize)
	}
	switch ask.Only {
	case "", tickets.OnlyComments, tickets.OnlyEvents:
	default:
		return &desk.Error{Code: desk.Invalid, Fields: desk.Fields{"only": {"It is comments, events, or nothing."}}}
	}
	for name, to := range map[string]*desk.ItemKey{"before": &ask.Before, "after": &ask.After, "around": &ask.Around} {
		if text := q.Query(name); text != "" {
			var ok bool
			if *to, ok = parseKey(text); !ok {
				return &desk.Error{Code: desk.Invalid, Fields: desk.Fields{name: {"This is no place in a timeline."}}}
			}
		}
	}
	t, err := d.Tickets.Timeline(q.Ctx(), q.Store, id, q.Staff.UserID, ask)
	if err != nil {
		return err
	}
	shown, err := d.showTimeline(q, t)
	if err != nil {
		return err
	}
	return q.JSON(http.StatusOK, shown)
}

// parseKey reads the key of an item: c and a comment's id, or e and an event's number.
func parseKey(text string) (key desk.ItemKey, ok bool) {
	if len(text) < 2 {
		return key, false
	}
	n, err := strconv.ParseInt(text[1:], 10, 64)
	switch {
	case err != nil || n <= 0:
		return key, false
	case text[0] == 'c':
		key.Comment = n
	case text[0] == 'e':
		key.Event = n
	}
	return key, key != desk.ItemKey{}
}

func keyText(key desk.ItemKey) string {
	if key.Comment != 0 {
		return "c" + strconv.FormatInt(key.Comment, 10)
	}
	return "e" + strconv.FormatInt(key.Event, 10)
}

func (d *door) showTimeline(q *page.Request, t *desk.Timeline) (*timelinePage, error) {
	var changes []desk.Change
	var actors []desk.Actor
	var authors []int64
	for _, x := range t.Items {
		if x.Comment != nil {
			authors = append(authors, x.Comment.AuthorID)
			continue
		}
		actors = append(actors, x.Event.Actor)
		changes = append(changes, x.Event.Changes...)
	}
	n, err := d.namesOf(q, changes, actors, authors...)
	if err != nil {
		return nil, err
	}
	p := &timelinePage{Results: []timelineItem{}, Comments: t.Comments, Events: t.Events, Seq: t.Seq, Seen: t.Seen}
	link := d.Links(q.Store, "")
	for i := range t.Items {
		x := &t.Items[i]
		item := timelineItem{Key: keyText(x.Key), At: instant(x.At), Unread: x.Unread, Ticket: x.Ticket}
		if x.Comment != nil {
			item.Comment = n.comment(x, link)
		} else {
			item.Event = &shownActivity{x.Event.Seq, x.Event.Type, n.actor(x.Event.Actor), n.changes(x.Event.Changes), x.Event.Reason}
		}
		p.Results = append(p.Results, item)
	}
	if count := len(p.Results); count > 0 {
		if t.Before {
			p.Before = &p.Results[0].Key
		}
		if t.After {
			p.Next = &p.Results[count-1].Key
		}
	}
	if t.Start != (desk.ItemKey{}) {
		start := keyText(t.Start)
		p.Start = &start
	}
	return p, nil
}

func (n *names) comment(x *desk.TimelineItem, link wire.Linker) *shownComment {
	c := x.Comment
	out := &shownComment{
		ID: c.ID, Author: n.author(c), Public: c.Public, Mail: arrived(x.Mail), Attachments: []commentFile{}, Deliveries: []commentDelivery{},
	}
	body := ""
	if c.Body != nil {
		body = *c.Body
	}
	if len(body) > maxShownText {
		body, out.Cut = strings.ToValidUTF8(body[:maxShownText], ""), true
	}
	out.Segments = segments(body, out.Author.Kind == "agent" && x.Mail == nil)
	for _, a := range c.Attachments {
		shown := commentFile{ID: a.ID, Name: a.FileName, Size: a.Size, Kind: kindOf(a.FileName)}
		if a.BlobKey != "" {
			shown.URL = string(link.AppendURL(nil, []byte(a.Path)))
		}
		out.Attachments = append(out.Attachments, shown)
	}
	for _, o := range x.Outgoing {
		for _, r := range o.Recipients {
			out.Deliveries = append(out.Deliveries, commentDelivery{o.ID, r.Address, string(r.State), r.Reason, instant(r.UpdatedAt)})
		}
	}
	return out
}

func (n *names) author(c *desk.Comment) commentAuthor {
	if u := n.users[c.AuthorID]; u != nil {
		kind := "customer"
		if u.Type == desk.UserDashboard {
			kind = "agent"
		}
		return commentAuthor{u.ID, fullName(u), u.Email, kind}
	}
	if c.FromEmail != nil && *c.FromEmail != "" {
		return commentAuthor{0, *c.FromEmail, *c.FromEmail, "customer"}
	}
	return commentAuthor{c.AuthorID, "", "", "system"}
}

// segments tells new text from what it quotes. What an agent has typed is theirs.
func segments(body string, typed bool) []textSegment {
	if body == "" {
		return []textSegment{}
	}
	if typed {
		return []textSegment{{"new", body}}
	}
	kinds := map[mailtext.Kind]string{mailtext.New: "new", mailtext.Quoted: "quoted", mailtext.Signature: "signature"}
	list := []textSegment{}
	for _, s := range mailtext.Fold(body, mailtext.FoldOptions{}).Segments {
		list = append(list, textSegment{kinds[s.Kind], s.Text})
	}
	return list
}

func arrived(m *desk.Mail) *arrivedBy {
	if m == nil {
		return nil
	}
	out := &arrivedBy{ID: m.ID, HTML: m.HTML, From: strings.ToLower(m.From)}
	var auth struct {
		SPF, DKIM, DMARC string
		Aligned          bool
	}
	if json.Unmarshal([]byte(m.Auth), &auth) == nil {
		out.SPF, out.DKIM, out.DMARC, out.Aligned = auth.SPF, auth.DKIM, auth.DMARC, auth.Aligned
	}
	return out
}

// kindOf says how an attachment may be previewed, by its name; what it is served as is
// decided by its bytes.
func kindOf(name string) string {
	switch strings.ToLower(path.Ext(name)) {
	case ".png", ".jpg", ".jpeg", ".gif", ".webp":
		return "image"
	case ".pdf":
		return "pdf"
	case ".txt", ".log", ".md", ".csv":
		return "text"
	}
	return "other"
}
