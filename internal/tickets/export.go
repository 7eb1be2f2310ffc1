package tickets

import (
	"archive/zip"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"time"

	"storedesk/internal/desk"
	"storedesk/internal/store"
	"storedesk/internal/wire"
)

// Export is what is known of one person, being written: a ZIP file with data.json and the
// files that it names. What agents wrote for themselves is left out, the note on the
// customer as well as internal comments: it is theirs, and may tell of others.
type Export struct {
	Service *Service
	Store   *desk.Store
	User    int64
	// Blob opens an attachment, Mail the bytes of a received message; desk.NotFound when
	// they are gone.
	Blob func(ctx context.Context, key string) (io.ReadCloser, error)
	Mail func(ctx context.Context, m *desk.Mail) (io.ReadCloser, error)

	user    *desk.User
	further []string
	files   []exportFile
}

type exportFile struct {
	name string
	open func(context.Context) (io.ReadCloser, error)
}

const exportPage = 100

// Begin reads whom the export is about and notes it in the audit log; desk.ErrNotFound, also
// for staff.
func (x *Export) Begin(ctx context.Context, by By) (err error) {
	db := x.Service.DB
	if x.user, err = db.User(ctx, x.Store, x.User); err != nil {
		return err
	}
	if x.user.Type == desk.UserDashboard {
		return desk.ErrNotFound
	}
	if x.further, err = db.UserAddresses(ctx, x.Store, x.User); err != nil {
		return err
	}
	return db.WriteAudit(ctx, &desk.AuditEntry{
		StoreID: x.Store.ID, Action: "customer.exported", AccountID: by.AccountID, Subject: customerName(x.User),
		IP: by.IP, UserAgent: by.UserAgent, CreatedAt: desk.At(x.Service.Now()),
	})
}

// WriteZIP writes all of it. It reads a page at a time, and no file whole.
func (x *Export) WriteZIP(ctx context.Context, to io.Writer) error {
	z := zip.NewWriter(to)
	now := x.Service.Now().UTC()
	create := func(name string) (io.Writer, error) {
		return z.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Deflate, Modified: now})
	}
	data, err := create("data.json")
	if err != nil {
		return err
	}
	if err := x.WriteJSON(ctx, data); err != nil {
		return err
	}
	for _, f := range x.files {
		if err := x.copyFile(ctx, create, f); err != nil {
			return fmt.Errorf("%s: %w", f.name, err)
		}
	}
	return z.Close()
}

func (x *Export) copyFile(ctx context.Context, create func(string) (io.Writer, error), f exportFile) error {
	r, err := f.open(ctx)
	if desk.CodeOf(err) == desk.NotFound {
		return nil // never fetched, or deleted since
	}
	if err != nil {
		return err
	}
	defer func() { _ = r.Close() }()
	w, err := create(f.name)
	if err != nil {
		return err
	}
	_, err = io.Copy(w, r)
	return err
}

// jsonStream writes an object member by member.
type jsonStream struct {
	w   io.Writer
	n   int
	err error
}

func (s *jsonStream) text(t string) {
	if s.err == nil {
		_, s.err = io.WriteString(s.w, t)
	}
}

func (s *jsonStream) value(v any) {
	if s.err != nil {
		return
	}
	data, err := json.MarshalIndent(v, "    ", "  ")
	if err != nil {
		s.err = err
		return
	}
	_, s.err = s.w.Write(data)
}

func (s *jsonStream) member(name string, v any) {
	s.text(",\n  \"" + name + "\": ")
	s.value(v)
}

func (s *jsonStream) item(v any) {
	if s.n++; s.n > 1 {
		s.text(",")
	}
	s.text("\n    ")
	s.value(v)
}

func (s *jsonStream) list(name string, each func() error) {
	s.text(",\n  \"" + name + "\": [")
	s.n = 0
	if s.err == nil {
		s.err = each()
	}
	s.text("\n  ]")
}

// WriteJSON writes what data.json holds.
func (x *Export) WriteJSON(ctx context.Context, to io.Writer) error {
	x.files = nil
	s := &jsonStream{w: to}
	s.text("{\n  \"exported_at\": ")
	s.value(shown(desk.At(x.Service.Now())))
	s.member("store", x.Store.Name)
	s.member("left_out", "internal comments and notes of agents")
	s.member("customer", json.RawMessage(wire.User(nil, x.user, time.UTC)))
	s.member("further_addresses", x.further)
	s.list("orders", func() error { return x.orders(ctx, s) })
	s.list("tickets", func() error { return x.tickets(ctx, s) })
	s.list("comments_in_other_tickets", func() error { return x.elsewhere(ctx, s) })
	s.list("mails", func() error { return x.mails(ctx, s) })
	s.text("\n}\n")
	return s.err
}

func shown(at desk.Instant) *string {
	if at == 0 {
		return nil
	}
	text := at.Time().UTC().Format(time.RFC3339)
	return &text
}

type exportOrder struct {
	Number            string          `json:"number"`
	Status            string          `json:"status"`
	PaymentStatus     string          `json:"payment_status"`
	FulfillmentStatus string          `json:"fulfillment_status"`
	Total             string          `json:"total_incl_tax"`
	Currency          string          `json:"currency"`
	PlacedAt          *string         `json:"date_placed"`
	Lines             json.RawMessage `json:"lines"`
}

func (x *Export) orders(ctx context.Context, s *jsonStream) error {
	for before := int64(0); ; {
		list, err := x.Service.DB.CustomerOrders(ctx, x.Store, x.User, before, exportPage)
		if err != nil || len(list) == 0 {
			return err
		}
		for _, o := range list {
			s.item(exportOrder{o.Number, o.Status, o.PaymentStatus, o.FulfillmentStatus, o.TotalInclTax, o.Currency, shown(o.DatePlaced), o.Lines})
		}
		before = list[len(list)-1].ID
	}
}

type exportTicket struct {
	ID        int64           `json:"id"`
	Subject   string          `json:"subject"`
	Status    desk.Status     `json:"status"`
	Channel   desk.Channel    `json:"channel"`
	Order     string          `json:"order"`
	FromEmail *string         `json:"from_email"`
	CreatedAt *string         `json:"created_at"`
	UpdatedAt *string         `json:"updated_at"`
	Comments  []exportComment `json:"comments"`
}

type exportComment struct {
	ID          int64              `json:"id"`
	Ticket      int64              `json:"ticket,omitempty"`
	By          string             `json:"by"` // customer, store
	Body        *string            `json:"body"`
	FromEmail   *string            `json:"from_email"`
	CreatedAt   *string            `json:"created_at"`
	Attachments []exportAttachment `json:"attachments"`
}

type exportAttachment struct {
	FileName string `json:"file_name"`
	Size     int64  `json:"size"`
	File     string `json:"file"` // in this archive
}

func (x *Export) comment(c *desk.Comment) exportComment {
	out := exportComment{ID: c.ID, By: "store", Body: c.Body, FromEmail: c.FromEmail, CreatedAt: shown(c.CreatedAt), Attachments: []exportAttachment{}}
	if x.theirs(c) {
		out.By = "customer"
	}
	for _, a := range c.Attachments {
		name := fmt.Sprintf("attachments/%d-%s", a.ID, a.Path[strings.LastIndexByte(a.Path, '/')+1:])
		out.Attachments = append(out.Attachments, exportAttachment{a.FileName, a.Size, name})
		x.files = append(x.files, exportFile{name, func(ctx context.Context) (io.ReadCloser, error) { return x.Blob(ctx, a.BlobKey) }})
	}
	return out
}

func (x *Export) theirs(c *desk.Comment) bool {
	if c.AuthorID != 0 || c.FromEmail == nil {
		return c.AuthorID == x.User
	}
	return desk.TracesOf(x.user, x.further).HasAddress(*c.FromEmail)
}

func (x *Export) tickets(ctx context.Context, s *jsonStream) error {
	for before := int64(0); ; {
		list, err := x.Service.DB.CustomerTicketPage(ctx, x.Store, x.User, "", before, exportPage)
		if err != nil || len(list) == 0 {
			return err
		}
		for i := range list {
			t := &list[i]
			comments, err := x.Service.DB.CommentsOf(ctx, x.Store, t.ID)
			if err != nil {
				return err
			}
			out := exportTicket{t.ID, t.Subject, t.Status, t.Channel, t.Order, t.FromEmail, shown(t.CreatedAt), shown(t.UpdatedAt), []exportComment{}}
			for _, c := range comments {
				if c.Public {
					out.Comments = append(out.Comments, x.comment(c))
				}
			}
			s.item(out)
		}
		before = list[len(list)-1].ID
	}
}

// elsewhere are their comments in tickets of others.
func (x *Export) elsewhere(ctx context.Context, s *jsonStream) error {
	db := x.Service.DB
	last, err := db.LastTicketID(ctx, x.Store)
	for after := int64(0); err == nil && after < last; after += customerStretch {
		var ids []int64
		if ids, err = db.TicketsWrittenIn(ctx, x.Store, x.User, after, after+customerStretch); err != nil {
			return err
		}
		for _, id := range ids {
			if err := x.commentsIn(ctx, db, id, s); err != nil {
				return err
			}
		}
	}
	return err
}

func (x *Export) commentsIn(ctx context.Context, db *store.DB, ticket int64, s *jsonStream) error {
	comments, err := db.CommentsOf(ctx, x.Store, ticket)
	if err != nil {
		return err
	}
	own, err := db.IsRequester(ctx, x.Store, ticket, x.User)
	if err != nil || own {
		return err // it is among their tickets
	}
	for _, c := range comments {
		if c.Public && x.theirs(c) {
			out := x.comment(c)
			out.Ticket = ticket
			s.item(out)
		}
	}
	return nil
}

type exportMail struct {
	ID         int64   `json:"id"`
	From       string  `json:"from"`
	Subject    string  `json:"subject"`
	Ticket     int64   `json:"ticket,omitempty"`
	ReceivedAt *string `json:"received_at"`
	File       string  `json:"file"` // in this archive, unless its bytes are gone
}

func (x *Export) mails(ctx context.Context, s *jsonStream) error {
	addresses := x.further
	if x.user.Email != "" {
		addresses = append([]string{x.user.Email}, addresses...)
	}
	for after := int64(0); ; {
		list, err := x.Service.DB.MailsFrom(ctx, x.Store, addresses, after, exportPage)
		if err != nil || len(list) == 0 {
			return err
		}
		for _, m := range list {
			name := fmt.Sprintf("mails/%d.eml", m.ID)
			x.files = append(x.files, exportFile{name, func(ctx context.Context) (io.ReadCloser, error) { return x.Mail(ctx, m) }})
			s.item(exportMail{m.ID, strings.ToLower(m.From), m.Subject, m.TicketID, shown(m.ReceivedAt), name})
		}
		after = list[len(list)-1].ID
	}
}
