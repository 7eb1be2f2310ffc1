package importer

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"storedesk/internal/desk"
	"storedesk/internal/store"
)

type ticketObject struct {
	ID         *int64          `json:"id"`
	Subject    string          `json:"subject"`
	TicketType int64           `json:"ticket_type"`
	Requester  int64           `json:"requester"`
	Assignee   int64           `json:"assignee"`
	Priority   string          `json:"priority"`
	FromEmail  *string         `json:"from_email"`
	Order      number          `json:"order"`
	Products   []int64         `json:"products"`
	CreatedAt  instant         `json:"created_at"`
	UpdatedAt  instant         `json:"updated_at"`
	Channel    string          `json:"channel"`
	Status     string          `json:"status"`
	Tags       []string        `json:"tags"`
	Comments   []commentObject `json:"comments"`
}

type commentObject struct {
	ID          *int64             `json:"id"`
	Author      int64              `json:"author"`
	Body        *string            `json:"body"`
	Public      *bool              `json:"is_public"`
	Attachments []attachmentObject `json:"attachments"`
	FromEmail   *string            `json:"from_email"`
	CreatedAt   instant            `json:"created_at"`
}

type attachmentObject struct {
	ID       *int64 `json:"id"`
	FileName string `json:"file_name"`
	File     string `json:"file"`
}

// importedTicket is a ticket on its way in.
type importedTicket struct {
	store.BulkTicket
	tags    []string         // names; their ids are known only in the order of the file
	files   map[int64]string // links of attachments, by id
	place   string
	repairs []string
}

// ticket reads a ticket with its comments.
func ticket(data []byte, place string) (*importedTicket, error) {
	var o ticketObject
	if !fastTicket(data, &o) {
		o = ticketObject{}
		if err := decode(data, &o); err != nil {
			return nil, err
		}
	}
	id, err := idOf(o.ID, store.MaxID)
	if err != nil {
		return nil, err
	}
	if o.CreatedAt == 0 {
		return nil, errors.New("no created_at")
	}
	t := &importedTicket{place: place}
	t.Ticket = desk.Ticket{
		ID: id, Subject: clean(o.Subject), TypeID: o.TicketType, RequesterID: o.Requester, AssigneeID: o.Assignee,
		Priority: desk.Priority(o.Priority), FromEmail: cleanText(o.FromEmail), Order: clean(string(o.Order)), Products: o.Products,
		Channel: desk.Channel(o.Channel), Status: desk.Status(o.Status),
		CreatedAt: desk.Instant(o.CreatedAt), UpdatedAt: max(desk.Instant(o.UpdatedAt), desk.Instant(o.CreatedAt)),
	}
	for _, name := range o.Tags {
		if name = strings.TrimSpace(clean(name)); name != "" {
			t.tags = append(t.tags, name)
		}
	}
	slices.Sort(t.Products)
	t.Products = slices.Compact(t.Products)
	if err := choices(&t.Ticket); err != nil {
		return nil, err
	}
	for i := range o.Comments {
		c, err := t.comment(&o.Comments[i])
		if err != nil {
			return nil, fmt.Errorf("comment %d of %d: %w", i+1, len(o.Comments), err)
		}
		t.Comments = append(t.Comments, c)
	}
	return t, t.sortComments()
}

// choices checks the fields with few values; a missing one gets what the API gives it.
func choices(t *desk.Ticket) error {
	if t.Priority == "" {
		t.Priority = desk.PriorityMedium
	}
	if t.Status == "" {
		t.Status = desk.StatusNew
	}
	if t.Channel == "" {
		t.Channel = desk.ChannelAPI
	}
	switch {
	case !slices.Contains(desk.Priorities, t.Priority):
		return fmt.Errorf("priority %q is not known", t.Priority)
	case !slices.Contains(desk.Statuses, t.Status):
		return fmt.Errorf("status %q is not known", t.Status)
	case !slices.Contains(desk.Channels, t.Channel):
		return fmt.Errorf("channel %q is not known", t.Channel)
	}
	return nil
}

func (t *importedTicket) comment(o *commentObject) (*desk.Comment, error) {
	id, err := idOf(o.ID, math.MaxInt64)
	if err != nil {
		return nil, err
	}
	c := &desk.Comment{
		ID: id, TicketID: t.ID, AuthorID: o.Author, Body: cleanText(o.Body), Public: o.Public == nil || *o.Public,
		FromEmail: cleanText(o.FromEmail), CreatedAt: desk.Instant(o.CreatedAt),
	}
	if c.CreatedAt == 0 {
		c.CreatedAt = t.CreatedAt
	}
	for i := range o.Attachments {
		a, err := t.attachment(&o.Attachments[i], c)
		if err != nil {
			return nil, fmt.Errorf("attachment %d of %d: %w", i+1, len(o.Attachments), err)
		}
		c.Attachments = append(c.Attachments, a)
	}
	c.SortAttachments()
	return c, nil
}

func (t *importedTicket) attachment(o *attachmentObject, c *desk.Comment) (desk.Attachment, error) {
	id, err := idOf(o.ID, math.MaxInt64)
	if err != nil {
		return desk.Attachment{}, err
	}
	if t.files == nil {
		t.files = map[int64]string{}
	}
	if _, twice := t.files[id]; twice {
		return desk.Attachment{}, fmt.Errorf("id %d is there twice", id)
	}
	t.files[id] = clean(o.File)
	return desk.Attachment{ID: id, TicketID: t.ID, CommentID: c.ID, FileName: clean(o.FileName), CreatedAt: c.CreatedAt}, nil
}

func (t *importedTicket) sortComments() error {
	slices.SortFunc(t.Comments, func(a, b *desk.Comment) int { return int(min(1, max(-1, a.ID-b.ID))) })
	for i := 1; i < len(t.Comments); i++ {
		if t.Comments[i].ID == t.Comments[i-1].ID {
			return fmt.Errorf("comment %d is there twice", t.Comments[i].ID)
		}
	}
	return nil
}

// mediaPath is the part of a link behind /media/; "" if there is none.
func mediaPath(link string) string {
	if _, path, ok := strings.Cut(link, "/media/"); ok && len(path) <= 1000 {
		path, _, _ = strings.Cut(path, "?")
		return path
	}
	return ""
}

// check sets references to rows that are not there to none and notes it.
func (t *importedTicket) check(refs *store.Refs) {
	one := func(field string, id *int64, there bool) {
		if *id != 0 && !there {
			t.repairs = append(t.repairs, fmt.Sprintf("%s %d is not there: set to none", field, *id))
			*id = 0
		}
	}
	user := func(field string, id *int64) {
		if *id != 0 {
			_, there := refs.Users[*id]
			one(field, id, there)
		}
	}
	one("ticket_type", &t.TypeID, refs.Types[t.TypeID])
	user("requester", &t.RequesterID)
	user("assignee", &t.AssigneeID)
	if t.Order != "" && !refs.Orders[t.Order] {
		t.repairs = append(t.repairs, fmt.Sprintf("order %q is not there: set to none", t.Order))
		t.Order = ""
	}
	t.Products = slices.DeleteFunc(t.Products, func(id int64) bool {
		missing := !refs.Products[id]
		if missing {
			t.repairs = append(t.repairs, fmt.Sprintf("product %d is not there: left out", id))
		}
		return missing
	})
	for _, c := range t.Comments {
		user("author of a comment", &c.AuthorID)
	}
}
