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
		known, err := s.resolve(ctx, tx, st, in)
		if err != nil {
			return err
		}
		now := desk.At(s.Now())
		ticketID, eventID, commentID, err := tx.NewTicketIDs(ctx, in.Comment != nil)
		if err != nil {
			return err
		}
		t := desk.Open(in, known, channelOf(w.Actor), now)
		t.ID = ticketID
		e := &desk.Event{ID: eventID, Actor: w.Actor, Type: desk.EventTicketCreated, CreatedAt: now}
		c := comment(in.Comment, known, t, e, commentID, now)
		doc = tx.InsertTicket(st, t, c, e, known.Users[t.RequesterID])
		tx.Remember(st, w.Once, doc.Append(nil, wire.Prepared{}), now)
		return nil
	})
	return doc, err
}

// Update changes a ticket and may add a comment. Errors: ErrNotFound, Invalid with
// fields, Stale when it is not the version of w.IfSeq.
func (s *Service) Update(ctx context.Context, st *desk.Store, id int64, in *desk.TicketInput, w desk.Write) (*wire.Document, error) {
	var doc *wire.Document
	err := s.DB.Write(ctx, func(tx *store.Tx) error {
		t, err := tx.LockTicket(ctx, st, id)
		if err != nil {
			return err
		}
		if w.IfSeq != nil && *w.IfSeq != t.Seq {
			return desk.Errorf(desk.Stale, "The ticket has changed since.")
		}
		known, err := s.resolve(ctx, tx, st, in)
		if err != nil {
			return err
		}
		now := max(desk.At(s.Now()), t.UpdatedAt)
		eventID, commentID, err := tx.NewEventID(ctx, in.Comment != nil)
		if err != nil {
			return err
		}
		e := &desk.Event{ID: eventID, Actor: w.Actor, Type: desk.EventTicketUpdated, CreatedAt: now}
		e.Changes = t.Apply(in, known, now)
		c := comment(in.Comment, known, t, e, commentID, now)
		if err := tx.UpdateTicket(ctx, st, t, c, e, known.Users[t.RequesterID]); err != nil {
			return err
		}
		if err := tx.Flush(ctx); err != nil {
			return err
		}
		if doc, err = tx.TicketDocument(ctx, st, id); err != nil {
			return err
		}
		if w.Once != nil {
			tx.Remember(st, w.Once, doc.Append(nil, wire.Prepared{}), now)
		}
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

// resolve looks up what an input names, inside the write, and makes its new tags.
func (s *Service) resolve(ctx context.Context, tx *store.Tx, st *desk.Store, in *desk.TicketInput) (desk.Known, error) {
	refs := in.Refs()
	if err := tx.LockUploads(ctx, st, refs.Attachments); err != nil {
		return desk.Known{}, err
	}
	known, err := tx.Known(ctx, st, refs)
	if err != nil {
		return known, err
	}
	if fields := in.Missing(known); len(fields) > 0 {
		return known, &desk.Error{Code: desk.Invalid, Fields: fields}
	}
	return known, tx.EnsureTags(ctx, st, refs.Tags, known.Tags)
}

// comment makes the comment that an input asks for, counts it on the ticket and names
// it in the event; nil if it asks for none.
func comment(in *desk.CommentInput, known desk.Known, t *desk.Ticket, e *desk.Event, id int64, now desk.Instant) *desk.Comment {
	if in == nil {
		return nil
	}
	c := &desk.Comment{
		ID: id, TicketID: t.ID, AuthorID: in.AuthorID, Body: in.Body, Public: in.Public, FromEmail: in.FromEmail, CreatedAt: now,
	}
	for _, upload := range in.Attachments {
		a := known.Attachments[upload]
		a.TicketID, a.CommentID = t.ID, id
		c.Attachments = append(c.Attachments, a)
	}
	c.SortAttachments()
	t.Touched(c, known.Users[c.AuthorID].Type == desk.UserDashboard)
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
