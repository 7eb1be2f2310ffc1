package tickets

import (
	"context"

	"storedesk/internal/desk"
	"storedesk/internal/store"
)

// SplitInput is what somebody asks for: a comment becomes a ticket of its own. Nil fields
// are the old ticket's.
type SplitInput struct {
	Ticket, Comment int64
	Subject         *string
	Order           *string
	Products        *[]int64
	Tags            *[]string
	TypeID          *int64
	// NewPath makes another link to the bytes of an attachment.
	NewPath func(a *desk.Attachment) string
}

// Split begins a ticket with a copy of another's comment, for its author if that is a
// customer, else for the old ticket's requester, and links the two. Nobody is sent what they
// have read. Errors: ErrNotFound, Invalid with fields.
func (s *Service) Split(ctx context.Context, st *desk.Store, in SplitInput, w desk.Write) (*Written, error) {
	var written *Written
	err := s.DB.Write(ctx, func(tx *store.Tx) error {
		old, err := tx.LockTicket(ctx, st, in.Ticket)
		if err != nil {
			return err
		}
		c, err := tx.Comment(ctx, st, in.Ticket, in.Comment)
		if err != nil {
			return err
		}
		now := desk.At(s.Now())
		asked := in.ticket(old, c)
		if err := ownRequester(ctx, tx, st, asked, c); err != nil {
			return err
		}
		for _, a := range c.Attachments {
			a.ID, a.TicketID, a.CommentID, a.CreatedAt = 0, 0, 0, now
			a.Path = in.NewPath(&a)
			if err := tx.InsertUpload(ctx, st, &a); err != nil {
				return err
			}
			asked.Comment.Attachments = append(asked.Comment.Attachments, a.ID)
		}
		if err := tx.Flush(ctx); err != nil {
			return err
		}
		w.Also = []desk.Change{{Field: desk.FieldSplitFrom, To: old.ID}}
		if written, err = s.CreateIn(ctx, tx, st, asked, w); err != nil {
			return err
		}
		tx.InsertSplit(st, &desk.Split{
			TicketID: written.Ticket.ID, CommentID: written.Comment.ID, FromTicket: old.ID, FromComment: c.ID, UserID: w.Actor.ID, CreatedAt: now,
		})
		w.Also = []desk.Change{{Field: desk.FieldSplit, To: written.Ticket.ID}}
		_, err = s.UpdateIn(ctx, tx, st, old.ID, &desk.TicketInput{}, w)
		return err
	})
	return written, err
}

// ticket is the ticket to be made.
func (in *SplitInput) ticket(old *desk.Ticket, c *desk.Comment) *desk.TicketInput {
	t := &desk.TicketInput{
		Subject: in.Subject, Order: in.Order, Products: in.Products, Tags: in.Tags, TypeID: in.TypeID, RequesterID: &old.RequesterID,
		FromEmail: &desk.Text{Value: old.FromEmail}, AssigneeID: &old.AssigneeID, Priority: &old.Priority,
		Comment: &desk.CommentInput{AuthorID: c.AuthorID, Body: c.Body, Public: c.Public, FromEmail: c.FromEmail},
	}
	if t.Subject == nil {
		t.Subject = &old.Subject
	}
	if t.Order == nil {
		t.Order = &old.Order
	}
	if t.TypeID == nil {
		t.TypeID = &old.TypeID
	}
	if t.Products == nil {
		t.Products = &old.Products
	}
	return t
}

// ownRequester makes the customer who wrote the comment the requester.
func ownRequester(ctx context.Context, tx *store.Tx, st *desk.Store, t *desk.TicketInput, c *desk.Comment) error {
	if c.AuthorID == 0 {
		if c.FromEmail != nil && *c.FromEmail != "" {
			none := int64(0)
			t.RequesterID, t.FromEmail = &none, &desk.Text{Value: c.FromEmail}
		}
		return nil
	}
	author, err := tx.UserByID(ctx, st, c.AuthorID)
	if desk.CodeOf(err) == desk.NotFound {
		return nil
	}
	if err == nil && author.Type != desk.UserDashboard {
		t.RequesterID, t.FromEmail = &c.AuthorID, &desk.Text{Value: c.FromEmail}
	}
	return err
}

// UndoSplit merges a ticket that was split off back into where it came from. Errors are those
// of Merge; ErrNotFound also when it was not split off.
func (s *Service) UndoSplit(ctx context.Context, st *desk.Store, id int64, w desk.Write) (*desk.Merge, error) {
	splits, err := s.DB.SplitsOf(ctx, st, []int64{id})
	if err != nil {
		return nil, err
	}
	for _, split := range splits {
		if split.TicketID == id {
			return s.Merge(ctx, st, MergeInput{Source: id, Target: split.FromTicket, OtherRequester: true}, w)
		}
	}
	return nil, desk.ErrNotFound
}
