package store

import (
	"bytes"
	"context"

	"storedesk/internal/desk"
)

// The spine of a timeline is what its order needs of each comment and event: a few narrow
// columns, so that a page of a long ticket needs the texts of that page alone.

// MaxSpine is how many comments and how many events of a ticket are shown: the newest.
const MaxSpine = 20_000

// SpineComment is a comment's part of it.
type SpineComment struct {
	Ticket, ID, Author int64
	Public, Addressed  bool // Addressed: written from an address
	At                 desk.Instant
}

// SpineComments lists the comments of some tickets by their ids, newest first.
func (db *DB) SpineComments(ctx context.Context, st *desk.Store, tickets []int64) (list []SpineComment, err error) {
	in, args := inList([]any{st.ID, MaxSpine}, tickets)
	err = db.query(ctx, `SELECT ticket_id, id, author_id, is_public, coalesce(from_email, '') <> '', created_at FROM comments
		WHERE store_id = $1 AND ticket_id IN (`+in+") ORDER BY id DESC LIMIT $2", args, func(row Row) error {
		var c SpineComment
		err := row.Scan(&c.Ticket, &c.ID, &c.Author, &c.Public, &c.Addressed, &c.At)
		list = append(list, c)
		return err
	})
	return list, err
}

// SpineEvent is an event's part of it.
type SpineEvent struct {
	Seq     int64
	Actor   desk.Actor
	Type    string
	Changes bool // it tells of more than a comment
	At      desk.Instant
}

// SpineEvents lists the events of a ticket, newest first.
func (db *DB) SpineEvents(ctx context.Context, st *desk.Store, ticket int64) (list []SpineEvent, err error) {
	changes := []byte(`{"changes":[`)
	var start Bytes
	err = db.query(ctx, `SELECT seq, actor_kind, actor_id, type, created_at, substr(data, 1, 12) FROM events
		WHERE store_id = $1 AND ticket_id = $2 AND ticket_id > 0 ORDER BY seq DESC LIMIT $3`, []any{st.ID, ticket, MaxSpine}, func(row Row) error {
		var e SpineEvent
		err := row.Scan(&e.Seq, &e.Actor.Kind, &e.Actor.ID, &e.Type, &e.At, &start)
		e.Changes = bytes.Equal(start, changes)
		list = append(list, e)
		return err
	})
	return list, err
}

// TicketEvents returns events of a ticket by their numbers, in order; those after one when
// none are named.
func (db *DB) TicketEvents(ctx context.Context, st *desk.Store, ticket, after int64, seqs []int64, limit int) (list []desk.Event, err error) {
	args := []any{st.ID, ticket, after, limit}
	where := ""
	if len(seqs) > 0 {
		where, args = inList(args, seqs)
		where = " AND e.seq IN (" + where + ")"
	}
	err = db.query(ctx, "SELECT "+eventColumns+` FROM events e WHERE e.store_id = $1 AND e.ticket_id = $2 AND e.ticket_id > 0
		AND e.seq > $3`+where+" ORDER BY e.seq LIMIT $4", args, func(row Row) error {
		e, err := scanEvent(row)
		list = append(list, e)
		return err
	})
	return list, err
}

// CommentsByID returns comments of some tickets with their attachments.
func (db *DB) CommentsByID(ctx context.Context, st *desk.Store, tickets, ids []int64) (map[int64]*desk.Comment, error) {
	found := map[int64]*desk.Comment{}
	if len(ids) == 0 {
		return found, nil
	}
	of, args := inList([]any{st.ID}, tickets)
	in, args := inList(args, ids)
	err := db.query(ctx, "SELECT "+commentColumns+" FROM comments c WHERE c.store_id = $1 AND c.ticket_id IN ("+of+") AND c.id IN ("+in+")", args,
		func(row Row) error {
			c := &desk.Comment{}
			err := scanComment(row, c)
			found[c.ID] = c
			return err
		})
	if err != nil {
		return nil, err
	}
	err = db.query(ctx, "SELECT "+attachmentColumns+` FROM attachments a
		WHERE a.store_id = $1 AND a.ticket_id IN (`+of+") AND a.comment_id IN ("+in+") ORDER BY a.id", args, func(row Row) error {
		a, err := scanAttachment(row)
		if c := found[a.CommentID]; c != nil {
			c.Attachments = append(c.Attachments, a)
		}
		return err
	})
	return found, err
}

// MailsOfComments returns the mails that comments of some tickets came by.
func (db *DB) MailsOfComments(ctx context.Context, st *desk.Store, tickets, comments []int64) (map[int64]*desk.Mail, error) {
	found := map[int64]*desk.Mail{}
	if len(comments) == 0 {
		return found, nil
	}
	of, args := inList([]any{st.ID}, tickets)
	in, args := inList(args, comments)
	list, err := mails(ctx, db, "m.store_id = $1 AND m.ticket_id IN ("+of+") AND m.ticket_id > 0 AND m.comment_id IN ("+in+") ORDER BY m.id DESC", args...)
	for _, m := range list {
		found[m.CommentID] = m
	}
	return found, err
}

// OutgoingOfComments lists the mails that carry some comments, oldest first.
func (db *DB) OutgoingOfComments(ctx context.Context, st *desk.Store, kind string, comments []int64) ([]desk.Outgoing, error) {
	if len(comments) == 0 {
		return nil, nil
	}
	in, args := inList([]any{st.ID, kind}, comments)
	return db.listOutgoing(ctx, st, "o.comment_id > 0 AND o.kind = $2 AND o.comment_id IN ("+in+") ORDER BY o.id", args[1:]...)
}

// LastFromCustomer returns when a customer last wrote in a ticket, and which comment that
// was; zeros for never.
func (db *DB) LastFromCustomer(ctx context.Context, st *desk.Store, ticket int64) (comment int64, at desk.Instant, err error) {
	err = one(ctx, db, `SELECT c.id, c.created_at FROM comments c LEFT JOIN users u ON u.store_id = c.store_id AND u.id = c.author_id
		WHERE c.store_id = $1 AND c.ticket_id = $2 AND c.is_public = $3 AND coalesce(u.user_type, '') <> 'dashboard'
		AND (c.author_id > 0 OR coalesce(c.from_email, '') <> '') ORDER BY c.id DESC LIMIT 1`, []any{st.ID, ticket, true}, &comment, &at)
	if desk.CodeOf(err) == desk.NotFound {
		err = nil
	}
	return comment, at, err
}

// Ticket returns a ticket whole, or desk.ErrNotFound.
func (db *DB) Ticket(ctx context.Context, st *desk.Store, id int64) (t *desk.Ticket, err error) {
	list, err := db.TicketsByID(ctx, st, []int64{id})
	if err != nil {
		return nil, err
	}
	if t = list[id]; t == nil {
		return nil, desk.ErrNotFound
	}
	err = db.query(ctx, "SELECT product_id FROM ticket_products WHERE store_id = $1 AND ticket_id = $2 ORDER BY product_id", []any{st.ID, id}, func(row Row) error {
		var product int64
		err := row.Scan(&product)
		t.Products = append(t.Products, product)
		return err
	})
	if err != nil {
		return nil, err
	}
	err = db.query(ctx, `SELECT g.id, g.name FROM ticket_tags l JOIN tags g ON g.store_id = l.store_id AND g.id = l.tag_id
		WHERE l.store_id = $1 AND l.ticket_id = $2 ORDER BY g.id`, []any{st.ID, id}, func(row Row) error {
		var g desk.Tag
		err := row.Scan(&g.ID, &g.Name)
		t.Tags = append(t.Tags, g)
		return err
	})
	return t, err
}

// TicketsByID returns tickets, without their products and tags.
func (db *DB) TicketsByID(ctx context.Context, st *desk.Store, ids []int64) (map[int64]*desk.Ticket, error) {
	found := map[int64]*desk.Ticket{}
	err := lookUp(ctx, db, "SELECT "+ticketColumns+" FROM tickets t", "id", st.ID, ids, func(row Row) error {
		t := &desk.Ticket{}
		err := scanTicket(row, t)
		found[t.ID] = t
		return err
	})
	return found, err
}

// LatestTicketsOf lists the latest tickets of a requester, of an address where no user is known,
// or of an order: the first of these that is given.
func (db *DB) LatestTicketsOf(ctx context.Context, st *desk.Store, requester int64, address, order string, limit int) (list []desk.Ticket, err error) {
	column, value := "t.requester_id", any(requester)
	switch {
	case requester != 0:
	case address != "":
		column, value = "t.requester_id = 0 AND t.from_email IS NOT NULL AND lower(t.from_email)", address
	case order != "":
		column, value = "t.order_number", order
	default:
		return nil, nil
	}
	place := "$2"
	if requester == 0 && address != "" {
		place = "lower(CAST($2 AS TEXT))"
	}
	err = db.query(ctx, "SELECT "+ticketColumns+" FROM tickets t WHERE t.store_id = $1 AND "+column+" = "+place+" ORDER BY t.id DESC LIMIT $3",
		[]any{st.ID, value, limit}, func(row Row) error {
			var t desk.Ticket
			err := scanTicket(row, &t)
			list = append(list, t)
			return err
		})
	return list, err
}

// CountOpen counts the tickets of a requester that are neither solved nor closed, up to a
// limit.
func (db *DB) CountOpen(ctx context.Context, st *desk.Store, requester int64, limit int) (n int, err error) {
	err = one(ctx, db, `SELECT count(*) FROM (SELECT 1 FROM tickets WHERE store_id = $1 AND requester_id = $2 AND requester_id > 0
		AND status IN ('new', 'open', 'pending') LIMIT $3) x`, []any{st.ID, requester, limit}, &n)
	return n, err
}

// ProductsByID returns products.
func (db *DB) ProductsByID(ctx context.Context, st *desk.Store, ids []int64) (map[int64]*desk.Product, error) {
	found := map[int64]*desk.Product{}
	err := lookUp(ctx, db, "SELECT "+productColumns+" FROM products d", "id", st.ID, ids, func(row Row) error {
		p := &desk.Product{}
		err := scanProduct(row, p)
		found[p.ID] = p
		return err
	})
	return found, err
}

// NamesByID returns the names of ticket types, permission groups or tokens.
func (db *DB) NamesByID(ctx context.Context, st *desk.Store, of NamedTable, ids []int64) (map[int64]string, error) {
	found := map[int64]string{}
	err := lookUp(ctx, db, "SELECT id, name FROM "+string(of), "id", st.ID, ids, func(row Row) error {
		var id int64
		var name string
		err := row.Scan(&id, &name)
		found[id] = name
		return err
	})
	return found, err
}

// NamedTable is where NamesByID looks.
type NamedTable string

// The tables.
const (
	NamedTypes  NamedTable = "ticket_types"
	NamedGroups NamedTable = "permission_groups"
	NamedTokens NamedTable = "tokens"
)
