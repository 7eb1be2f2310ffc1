package tickets

import (
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
		found, err := s.find(ctx, tx, st, store.Need{Refs: in.Refs(), Comment: in.Comment != nil}, in)
		if err != nil {
			return err
		}
		now := desk.At(s.Now())
		t := desk.Open(in, found.Known, channelOf(w.Actor), now)
		t.ID = found.TicketID
		e := &desk.Event{ID: found.EventID, Actor: w.Actor, Type: desk.EventTicketCreated, CreatedAt: now}
		c := comment(in.Comment, found, t, e, now)
		doc = tx.InsertTicket(st, t, c, e, found.Known.Users[t.RequesterID])
		if w.Once != nil {
			tx.Remember(st, w.Once, doc.Append(nil, wire.Prepared{}), now)
		}
		return nil
	})
	return doc, err
}

// Update changes a ticket and may add a comment. Errors: ErrNotFound, Invalid with
// fields, Stale when it is not the version of w.IfSeq.
func (s *Service) Update(ctx context.Context, st *desk.Store, id int64, in *desk.TicketInput, w desk.Write) (*wire.Document, error) {
	if id == 0 { // which a Need takes for a new one
		return nil, desk.ErrNotFound
	}
	var doc *wire.Document
	err := s.DB.Write(ctx, func(tx *store.Tx) error {
		found, err := s.find(ctx, tx, st, store.Need{Ticket: id, Refs: in.Refs(), Comment: in.Comment != nil}, in)
		if err != nil {
			return err
		}
		t := found.Ticket
		if w.IfSeq != nil && *w.IfSeq != t.Seq {
			return desk.Errorf(desk.Stale, "The ticket has changed since.")
		}
		now := max(desk.At(s.Now()), t.UpdatedAt)
		e := &desk.Event{ID: found.EventID, Actor: w.Actor, Type: desk.EventTicketUpdated, CreatedAt: now}
		e.Changes = t.Apply(in, found.Known, now)
		c := comment(in.Comment, found, t, e, now)
		if err := tx.UpdateTicket(ctx, st, t, c, e, found.Known.Users[t.RequesterID]); err != nil {
			return err
		}
		doc = &wire.Document{}
		tx.ReadDocument(st, id, doc)
		if w.Once == nil {
			return nil
		}
		if err := tx.Flush(ctx); err != nil {
			return err
		}
		tx.Remember(st, w.Once, doc.Append(nil, wire.Prepared{}), now)
		return nil
	})
	return doc, err
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
