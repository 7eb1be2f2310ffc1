package tickets

import (
	"cmp"
	"context"
	"errors"

	"storedesk/internal/desk"
	"storedesk/internal/store"
	"storedesk/internal/wire"
)

// Check says which rows that an input names are not there: what Create and Update
// would refuse it for.
func (s *Service) Check(ctx context.Context, st *desk.Store, in *desk.TicketInput) (desk.Fields, error) {
	known, err := s.DB.Known(ctx, st, in.Refs())
	if err != nil {
		return nil, err
	}
	return in.Missing(known), nil
}

// CheckComment is Check for AddComment; its fields are author and attachments.
func (s *Service) CheckComment(ctx context.Context, st *desk.Store, c *desk.CommentInput) (desk.Fields, error) {
	fields, err := s.Check(ctx, st, &desk.TicketInput{Comment: c})
	return ofComment(fields), err
}

// Create makes a ticket. Errors: Invalid with fields, Conflict when w.Once was used
// meanwhile.
func (s *Service) Create(ctx context.Context, st *desk.Store, in *desk.TicketInput, w desk.Write) (*wire.Document, error) {
	var doc *wire.Document
	err := s.DB.Write(ctx, func(tx *store.Tx) error {
		written, err := s.CreateIn(ctx, tx, st, in, w)
		if err != nil {
			return err
		}
		doc = written.Document
		if w.Once != nil {
			tx.Remember(st, w.Once, doc.Append(nil, wire.Prepared{}), written.Event.CreatedAt)
		}
		return nil
	})
	return doc, err
}

// Written is what a write inside a transaction has made: Document is as the transaction
// leaves it, once what it has queued has run.
type Written struct {
	Ticket   *desk.Ticket
	Comment  *desk.Comment // nil for none
	Event    *desk.Event
	Document *wire.Document
}

// CreateIn is Create as part of a transaction.
func (s *Service) CreateIn(ctx context.Context, tx *store.Tx, st *desk.Store, in *desk.TicketInput, w desk.Write) (*Written, error) {
	found, err := s.find(ctx, tx, st, store.Need{Refs: in.Refs(), Comment: in.Comment != nil}, in)
	if err != nil {
		return nil, err
	}
	now := desk.At(s.Now())
	t := desk.Open(in, found.Known, cmp.Or(w.Channel, channelOf(w.Actor)), now)
	t.ID = found.TicketID
	e := &desk.Event{ID: found.EventID, Actor: w.Actor, Type: desk.EventTicketCreated, Changes: w.Also, Reason: w.Reason, CreatedAt: now}
	c := comment(in.Comment, found, t, e, now)
	return &Written{t, c, e, tx.InsertTicket(st, t, c, e, found.Known.Users[t.RequesterID])}, nil
}

// Update changes a ticket and may add a comment. Errors: ErrNotFound, Invalid with
// fields, Stale when it is not the version of w.IfSeq.
func (s *Service) Update(ctx context.Context, st *desk.Store, id int64, in *desk.TicketInput, w desk.Write) (*wire.Document, error) {
	var doc *wire.Document
	err := s.DB.Write(ctx, func(tx *store.Tx) error {
		written, err := s.UpdateIn(ctx, tx, st, id, in, w)
		if err != nil {
			return err
		}
		doc = written.Document
		if w.Once == nil {
			return nil
		}
		if err := tx.Flush(ctx); err != nil {
			return err
		}
		tx.Remember(st, w.Once, doc.Append(nil, wire.Prepared{}), written.Event.CreatedAt)
		return nil
	})
	return doc, err
}

// ReplyIn adds what a customer answered to a ticket, as part of a transaction: a solved or
// pending ticket becomes open again; a closed one stays closed, and the reply becomes a
// ticket of its own, channel follow_up, linked with it. What answers a ticket that was
// merged into another goes there. Errors: ErrNotFound, Invalid.
func (s *Service) ReplyIn(ctx context.Context, tx *store.Tx, st *desk.Store, id int64, c *desk.CommentInput, w desk.Write) (*Written, error) {
	t, err := tx.LockTicket(ctx, st, id)
	if err != nil {
		return nil, err
	}
	for range maxMerges {
		if t.Status != desk.StatusClosed {
			break
		}
		next, err := tx.MergedInto(ctx, st, id)
		if err != nil {
			return nil, err
		}
		if next == 0 {
			break
		}
		id = next
		if t, err = tx.LockTicket(ctx, st, id); err != nil {
			return nil, err
		}
	}
	in := &desk.TicketInput{Comment: c}
	switch desk.OnCustomerReply(t.Status) {
	case desk.ReplyReopens:
		open := desk.StatusOpen
		in.Status = &open
	case desk.ReplyFollows:
		return s.followIn(ctx, tx, st, t, c, w)
	case desk.ReplyAdds:
	}
	return s.UpdateIn(ctx, tx, st, id, in, w)
}

// followIn makes a ticket that follows a closed one.
func (s *Service) followIn(ctx context.Context, tx *store.Tx, st *desk.Store, t *desk.Ticket, c *desk.CommentInput, w desk.Write) (*Written, error) {
	in := &desk.TicketInput{
		Subject: &t.Subject, TypeID: &t.TypeID, RequesterID: &t.RequesterID, FromEmail: &desk.Text{Value: t.FromEmail},
		Order: &t.Order, Products: &t.Products, Comment: c,
	}
	w.Channel = desk.ChannelFollowUp
	written, err := s.CreateIn(ctx, tx, st, in, w)
	if err == nil {
		tx.LinkTickets(st, t.ID, written.Ticket.ID, desk.LinkFollowUp, desk.LinkFollows)
	}
	return written, err
}

// UpdateIn is Update as part of a transaction.
func (s *Service) UpdateIn(ctx context.Context, tx *store.Tx, st *desk.Store, id int64, in *desk.TicketInput, w desk.Write) (*Written, error) {
	if id == 0 { // which a Need takes for a new one
		return nil, desk.ErrNotFound
	}
	found, err := s.find(ctx, tx, st, store.Need{Ticket: id, Refs: in.Refs(), Comment: in.Comment != nil}, in)
	if err != nil {
		return nil, err
	}
	t := found.Ticket
	if w.IfSeq != nil && *w.IfSeq != t.Seq {
		return nil, desk.Errorf(desk.Stale, "The ticket has changed since.")
	}
	now := max(desk.At(s.Now()), t.UpdatedAt)
	e := &desk.Event{ID: found.EventID, Actor: w.Actor, Type: desk.EventTicketUpdated, Reason: w.Reason, CreatedAt: now}
	e.Changes = append(t.Apply(in, found.Known, now), w.Also...)
	c := comment(in.Comment, found, t, e, now)
	if err := tx.UpdateTicket(ctx, st, t, c, e, found.Known.Users[t.RequesterID]); err != nil {
		return nil, err
	}
	doc := &wire.Document{}
	tx.ReadDocument(st, id, doc)
	return &Written{t, c, e, doc}, nil
}

// AddComment adds a comment to a ticket; errors are those of Update.
func (s *Service) AddComment(ctx context.Context, st *desk.Store, id int64, c *desk.CommentInput, w desk.Write) (*wire.Document, error) {
	doc, err := s.Update(ctx, st, id, &desk.TicketInput{Comment: c}, w)
	var e *desk.Error
	if errors.As(err, &e) && e.Fields != nil {
		return nil, &desk.Error{Code: e.Code, Fields: ofComment(e.Fields)}
	}
	return doc, err
}

// Recall returns what the first write under a key was told, or desk.ErrNotFound.
func (s *Service) Recall(ctx context.Context, st *desk.Store, o *desk.Once) (*desk.Answer, error) {
	return s.DB.Recall(ctx, st, o)
}

// find looks up what a write needs, refuses it for references that are not there,
// makes its new tags and takes its ids.
func (s *Service) find(ctx context.Context, tx *store.Tx, st *desk.Store, need store.Need, in *desk.TicketInput) (*store.Found, error) {
	found, err := tx.Find(ctx, st, need)
	if err != nil {
		return nil, err
	}
	if fields := in.Missing(found.Known); len(fields) > 0 {
		return nil, &desk.Error{Code: desk.Invalid, Fields: fields}
	}
	if err := tx.EnsureTags(ctx, st, need.Refs.Tags, found.Known.Tags); err != nil {
		return nil, err
	}
	return found, tx.TakeIDs(ctx, need, found)
}

// comment makes the comment that an input asks for, counts it on the ticket and names
// it in the event; nil if it asks for none.
func comment(in *desk.CommentInput, found *store.Found, t *desk.Ticket, e *desk.Event, now desk.Instant) *desk.Comment {
	if in == nil {
		return nil
	}
	c := &desk.Comment{
		ID: found.CommentID, TicketID: t.ID, AuthorID: in.AuthorID, Body: in.Body, Public: in.Public, FromEmail: in.FromEmail, CreatedAt: now,
	}
	for _, upload := range in.Attachments {
		a := found.Known.Attachments[upload]
		a.TicketID, a.CommentID = t.ID, c.ID
		c.Attachments = append(c.Attachments, a)
	}
	c.SortAttachments()
	t.Touched(c, found.Known.Users[c.AuthorID].Type == desk.UserDashboard)
	e.CommentID, e.Public = c.ID, c.Public
	return c
}

func channelOf(a desk.Actor) desk.Channel {
	switch a.Kind {
	case desk.ActorAgent:
		return desk.ChannelDashboard
	case desk.ActorCustomer:
		return desk.ChannelCustomerAccount
	default:
		return desk.ChannelAPI
	}
}

func ofComment(fields desk.Fields) desk.Fields {
	out := desk.Fields{}
	for name, messages := range fields {
		out[name[len("comment."):]] = messages
	}
	return out
}
