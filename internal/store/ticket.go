package store

import (
	"context"
	"slices"

	"storedesk/internal/desk"
	"storedesk/internal/wire"
)

const ticketColumns = `t.id, t.seq, t.subject, t.type_id, t.requester_id, t.assignee_id, t.priority, t.from_email,
	t.order_number, t.channel, t.status, t.created_at, t.updated_at, t.first_reply_at, t.solved_at, t.closed_at, t.agent_touches, t.group_id`

func scanTicket(row Row, t *desk.Ticket) error {
	return row.Scan(&t.ID, &t.Seq, &t.Subject, &t.TypeID, &t.RequesterID, &t.AssigneeID, &t.Priority, &t.FromEmail,
		&t.Order, &t.Channel, &t.Status, &t.CreatedAt, &t.UpdatedAt, &t.FirstReplyAt, &t.SolvedAt, &t.ClosedAt, &t.AgentTouches, &t.GroupID)
}

// TicketVersion returns the number of the ticket's latest event, or desk.ErrNotFound.
func (db *DB) TicketVersion(ctx context.Context, st *desk.Store, id int64) (seq int64, err error) {
	return db.versions.get(ctx, st.ID, id)
}

// Need is what a verb must know before it writes to a ticket.
type Need struct {
	Ticket  int64 // the ticket to lock and read; 0: a new one gets an id
	Refs    desk.Refs
	Comment bool // a comment will be added and gets an id
}

// Found answers a Need.
type Found struct {
	Ticket    *desk.Ticket // nil for a new one
	Known     desk.Known
	TicketID  int64
	EventID   int64
	CommentID int64 // 0 if none was needed
}

// Find looks up what a verb needs, in one round trip. What it read FOR UPDATE (the
// ticket, the uploads among the references) nobody else writes to until the write
// ends. desk.ErrNotFound if the ticket is not there.
func (tx *Tx) Find(ctx context.Context, st *desk.Store, n Need) (*Found, error) {
	known := newKnown()
	f := &Found{TicketID: n.Ticket}
	lock := tx.db.dialect() == dialectPostgres
	if n.Ticket != 0 || len(n.Refs.Attachments) > 0 {
		tx.Begin()
	}
	if n.Ticket != 0 {
		tx.askTicket(st.ID, n.Ticket, &f.Ticket)
	}
	tx.queued = append(tx.queued, lookUps(st.ID, n.Refs, known, lock)...)
	if err := tx.fetch(ctx); err != nil {
		return nil, err
	}
	f.Known = *known
	if n.Ticket != 0 && f.Ticket == nil {
		return nil, desk.ErrNotFound
	}
	return f, nil
}

// TakeIDs hands out the ids that a Need asks for, once nothing speaks against the
// write: a refused one leaves no gap.
func (tx *Tx) TakeIDs(ctx context.Context, n Need, f *Found) error {
	kinds, ids := []kind{kindEvent}, []*int64{&f.EventID}
	if n.Ticket == 0 {
		kinds, ids = append(kinds, kindTicket), append(ids, &f.TicketID)
	}
	if n.Comment {
		kinds, ids = append(kinds, kindComment), append(ids, &f.CommentID)
	}
	tx.askIDs(kinds, ids)
	return tx.fetch(ctx)
}

// LockTicket reads a ticket whole and keeps others from writing to it until the write
// ends; desk.ErrNotFound.
func (tx *Tx) LockTicket(ctx context.Context, st *desk.Store, id int64) (t *desk.Ticket, err error) {
	tx.Begin()
	tx.askTicket(st.ID, id, &t)
	if err := tx.fetch(ctx); err != nil {
		return nil, err
	}
	if t == nil {
		return nil, desk.ErrNotFound
	}
	return t, nil
}

// askTicket queues the reading of a ticket, locked, with its products and tags; *t
// stays nil if it is not there.
func (tx *Tx) askTicket(store, id int64, t **desk.Ticket) {
	sql := "SELECT " + ticketColumns + " FROM tickets t WHERE t.store_id = $1 AND t.id = $2"
	if tx.db.dialect() == dialectPostgres {
		sql += " FOR UPDATE"
	}
	tx.ask(sql, []any{store, id}, func(row Row) error {
		*t = &desk.Ticket{}
		return scanTicket(row, *t)
	})
	tx.ask("SELECT product_id FROM ticket_products WHERE store_id = $1 AND ticket_id = $2 ORDER BY product_id",
		[]any{store, id}, func(row Row) error {
			var product int64
			err := row.Scan(&product)
			(*t).Products = append((*t).Products, product)
			return err
		})
	tx.ask(`SELECT g.id, g.name FROM ticket_tags l JOIN tags g ON g.store_id = l.store_id AND g.id = l.tag_id
		WHERE l.store_id = $1 AND l.ticket_id = $2 ORDER BY g.id`, []any{store, id}, func(row Row) error {
		var g desk.Tag
		err := row.Scan(&g.ID, &g.Name)
		(*t).Tags = append((*t).Tags, g)
		return err
	})
}

const insertTicket = `INSERT INTO tickets (store_id, id, seq, subject, type_id, requester_id, assignee_id, priority, from_email,
	order_number, channel, status, created_at, updated_at, first_reply_at, solved_at, closed_at, agent_touches, group_id)
	VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)`

// InsertTicket queues a new ticket with its first comment, if any, its event, and all
// that is derived from them. It returns the document.
func (tx *Tx) InsertTicket(st *desk.Store, t *desk.Ticket, c *desk.Comment, e *desk.Event, requester desk.Person) *wire.Document {
	t.Seq++
	tx.Exec(insertTicket, ticketArgs(st.ID, t)...)
	tx.insertLinks(st.ID, t)
	tx.db.coverSpan(tx, st.ID, t.ID, t.CreatedAt)
	doc := &wire.Document{ID: t.ID, Seq: t.Seq, At: t.UpdatedAt, Head: wire.TicketHead(nil, t, st.Zone)}
	words := append(requester.Texts(), t.Subject)
	if t.FromEmail != nil {
		words = append(words, *t.FromEmail)
	}
	if c != nil {
		tx.insertComment(st.ID, c)
		doc.Comments = wire.Comment(nil, c, st.Zone)
		words = append(words, commentWords(c)...)
	}
	tx.Exec("INSERT INTO ticket_docs (store_id, ticket_id, seq, head, comments) VALUES ($1, $2, $3, $4, $5)",
		st.ID, t.ID, t.Seq, string(doc.Head), string(doc.Comments))
	tx.insertTexts(st.ID, t, requester)
	tx.setWords(st.ID, t.ID, desk.Words(words...))
	tx.insertTicketEvent(st, t, e)
	return doc
}

func ticketArgs(store int64, t *desk.Ticket) []any {
	return []any{
		store, t.ID, t.Seq, t.Subject, t.TypeID, t.RequesterID, t.AssigneeID, string(t.Priority), t.FromEmail,
		t.Order, string(t.Channel), string(t.Status), int64(t.CreatedAt), int64(t.UpdatedAt), int64(t.FirstReplyAt),
		int64(t.SolvedAt), int64(t.ClosedAt), t.AgentTouches, t.GroupID,
	}
}

func (tx *Tx) insertLinks(store int64, t *desk.Ticket) {
	for _, id := range t.Products {
		tx.Exec("INSERT INTO ticket_products (store_id, ticket_id, product_id) VALUES ($1, $2, $3)", store, t.ID, id)
	}
	for _, tag := range t.Tags {
		tx.Exec("INSERT INTO ticket_tags (store_id, ticket_id, tag_id) VALUES ($1, $2, $3)", store, t.ID, tag.ID)
	}
}

const updateTicket = `UPDATE tickets SET seq = $3, subject = $4, type_id = $5, requester_id = $6, assignee_id = $7, priority = $8,
	from_email = $9, order_number = $10, channel = $11, status = $12, created_at = $13, updated_at = $14,
	first_reply_at = $15, solved_at = $16, closed_at = $17, agent_touches = $18, group_id = $19 WHERE store_id = $1 AND id = $2`

// UpdateTicket queues what a write made of a locked ticket: its row, the comment it
// adds, if any, its event, and all that is derived from them.
func (tx *Tx) UpdateTicket(ctx context.Context, st *desk.Store, t *desk.Ticket, c *desk.Comment, e *desk.Event, requester desk.Person) error {
	t.Seq++
	tx.Exec(updateTicket, ticketArgs(st.ID, t)...)
	var words []string
	for _, change := range e.Changes {
		switch change.Field {
		case "products", "tags":
			table := "ticket_" + change.Field
			tx.Exec("DELETE FROM "+table+" WHERE store_id = $1 AND ticket_id = $2", st.ID, t.ID)
		case "subject":
			tx.updateSubject(st.ID, t)
			words = append(words, t.Subject)
		case "requester":
			tx.updateEmail(st.ID, t.ID, requester.Email)
			words = append(words, requester.Texts()...)
		case "from_email":
			if t.FromEmail != nil {
				words = append(words, *t.FromEmail)
			}
		}
	}
	tx.relink(st.ID, t, e)
	head := string(wire.TicketHead(nil, t, st.Zone))
	if c == nil {
		tx.Exec("UPDATE ticket_docs SET seq = $3, head = $4 WHERE store_id = $1 AND ticket_id = $2", st.ID, t.ID, t.Seq, head)
	} else {
		tx.insertComment(st.ID, c)
		tx.appendToDocument(st.ID, t, head, string(wire.Comment(nil, c, st.Zone)))
		words = append(words, commentWords(c)...)
	}
	tx.insertTicketEvent(st, t, e)
	return tx.addWords(ctx, st.ID, t.ID, desk.Words(words...))
}

func (tx *Tx) relink(store int64, t *desk.Ticket, e *desk.Event) {
	changed := func(field string) bool {
		return slices.ContainsFunc(e.Changes, func(c desk.Change) bool { return c.Field == field })
	}
	links := desk.Ticket{ID: t.ID}
	if changed("products") {
		links.Products = t.Products
	}
	if changed("tags") {
		links.Tags = t.Tags
	}
	tx.insertLinks(store, &links)
}

func (tx *Tx) insertComment(store int64, c *desk.Comment) {
	tx.Exec(`INSERT INTO comments (store_id, ticket_id, id, author_id, body, is_public, from_email, created_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
		store, c.TicketID, c.ID, c.AuthorID, c.Body, c.Public, c.FromEmail, int64(c.CreatedAt))
	for _, a := range c.Attachments {
		tx.claimAttachment(store, c, a.ID)
	}
}

func (tx *Tx) insertTicketEvent(st *desk.Store, t *desk.Ticket, e *desk.Event) {
	e.TicketID, e.Seq = t.ID, t.Seq
	tx.insertEvent(st, e)
}
