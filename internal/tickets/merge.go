package tickets

import (
	"context"
	"fmt"
	"strings"

	"storedesk/internal/desk"
	"storedesk/internal/store"
)

// maxMerges is how far merged tickets are followed, and how many may be merged into one.
const maxMerges = 20

// MergeInput is what somebody asks for.
type MergeInput struct {
	Source, Target int64
	// OtherRequester says that the source's requester is known to be somebody else, who is
	// to take part in the target from then on.
	OtherRequester bool
}

// Merge closes a ticket and links it with another that goes on in its place: what answers it
// from then on belongs there. Nothing is moved. Errors: ErrNotFound; Invalid with fields,
// among them confirm_other_requester; Conflict when it is merged already.
func (s *Service) Merge(ctx context.Context, st *desk.Store, in MergeInput, w desk.Write) (*desk.Merge, error) {
	var m *desk.Merge
	err := s.DB.Write(ctx, func(tx *store.Tx) error {
		source, target, err := lockTwo(ctx, tx, st, in.Source, in.Target)
		if err != nil {
			return err
		}
		if err := checkMerge(ctx, tx, st, source, target); err != nil {
			return err
		}
		m = &desk.Merge{
			SourceID: source.ID, TargetID: target.ID, UserID: w.Actor.ID, SourceStatus: source.Status, TargetStatus: target.Status,
		}
		if m.Joined, err = join(ctx, tx, st, source, target, in.OtherRequester); err != nil {
			return err
		}
		return s.mergeIn(ctx, tx, st, m, w)
	})
	if desk.CodeOf(err) == desk.Conflict {
		return nil, desk.Errorf(desk.Conflict, "Ticket #%d has been merged already.", in.Source)
	}
	return m, err
}

// lockTwo locks two tickets in the order of their ids, as whoever locks several does.
func lockTwo(ctx context.Context, tx *store.Tx, st *desk.Store, a, b int64) (*desk.Ticket, *desk.Ticket, error) {
	if a == b {
		t, err := tx.LockTicket(ctx, st, a)
		return t, t, err
	}
	first, err := tx.LockTicket(ctx, st, min(a, b))
	if err != nil {
		return nil, nil, err
	}
	second, err := tx.LockTicket(ctx, st, max(a, b))
	if err != nil {
		return nil, nil, err
	}
	if a > b {
		first, second = second, first
	}
	return first, second, nil
}

func checkMerge(ctx context.Context, tx *store.Tx, st *desk.Store, source, target *desk.Ticket) error {
	if err := desk.CheckMerge(source, target); err != nil {
		return err
	}
	if into, err := tx.MergedInto(ctx, st, source.ID); err != nil {
		return err
	} else if into != 0 {
		return desk.Errorf(desk.Conflict, "Ticket #%d has been merged into #%d already.", source.ID, into)
	}
	at := target.ID
	for range maxMerges {
		next, err := tx.MergedInto(ctx, st, at)
		if err != nil || next == 0 {
			return err
		}
		if next == source.ID {
			return &desk.Error{Code: desk.Invalid, Fields: desk.Fields{"target": {fmt.Sprintf("Ticket #%d was itself merged into #%d.", target.ID, source.ID)}}}
		}
		at = next
	}
	return nil
}

// join has the source's requester take part in the target if that is somebody else's, and
// returns the address if it did not take part before.
func join(ctx context.Context, tx *store.Tx, st *desk.Store, source, target *desk.Ticket, confirmed bool) (string, error) {
	nobody := source.RequesterID == 0 && (source.FromEmail == nil || *source.FromEmail == "")
	if nobody || desk.SamePerson(source, target) {
		return "", nil
	}
	if !confirmed {
		return "", &desk.Error{Code: desk.Invalid, Fields: desk.Fields{
			"confirm_other_requester": {"The tickets are of different requesters. Once merged, both get what is answered."},
		}}
	}
	var p desk.Participant
	if source.FromEmail != nil {
		p.Address = *source.FromEmail
	}
	if source.RequesterID != 0 {
		u, err := tx.UserByID(ctx, st, source.RequesterID)
		if err != nil {
			return "", err
		}
		p = desk.Participant{Address: u.Email, Name: strings.TrimSpace(u.FirstName + " " + u.LastName)}
	}
	if p.Address == "" {
		return "", nil
	}
	there, err := tx.Joined(ctx, st, target.ID, p.Address)
	if err != nil || there {
		return "", err
	}
	tx.AddParticipant(st, target.ID, p)
	return desk.Fold(p.Address), nil
}

// mergeIn writes a merge that nothing speaks against: an event on each ticket, and the link.
func (s *Service) mergeIn(ctx context.Context, tx *store.Tx, st *desk.Store, m *desk.Merge, w desk.Write) error {
	closed := desk.StatusClosed
	w.Also = []desk.Change{{Field: desk.FieldMergedInto, To: m.TargetID}}
	source, err := s.UpdateIn(ctx, tx, st, m.SourceID, &desk.TicketInput{Status: &closed}, w)
	if err != nil {
		return err
	}
	status := desk.MergedStatus(m.SourceStatus, m.TargetStatus)
	w.Also = []desk.Change{{Field: desk.FieldMerged, To: m.SourceID}}
	target, err := s.UpdateIn(ctx, tx, st, m.TargetID, &desk.TicketInput{Status: &status}, w)
	if err != nil {
		return err
	}
	m.Seq, m.TargetSeq, m.ClosedAt, m.CreatedAt = source.Ticket.Seq, target.Ticket.Seq, source.Ticket.ClosedAt, source.Event.CreatedAt
	tx.InsertMerge(st, m)
	return nil
}

// UndoMerge takes a ticket out of the one that it was merged into. Each gets back the status
// that it had, unless somebody has changed it since; what was answered to the target stays
// there. Errors: ErrNotFound when the ticket is not merged.
func (s *Service) UndoMerge(ctx context.Context, st *desk.Store, source int64, w desk.Write) (*desk.Merge, error) {
	var m *desk.Merge
	err := s.DB.Write(ctx, func(tx *store.Tx) error {
		found, err := tx.MergeOf(ctx, st, source)
		if err != nil {
			return err
		}
		from, to, err := lockTwo(ctx, tx, st, source, found.TargetID)
		if err != nil {
			return err
		}
		if m, err = tx.MergeOf(ctx, st, source); err != nil { // as it is under the locks
			return err
		}
		if m.Seq != found.Seq || m.TargetID != found.TargetID {
			return desk.Errorf(desk.Conflict, "Somebody else is merging ticket #%d.", source)
		}
		var in, on desk.TicketInput
		if from.Status == desk.StatusClosed && from.ClosedAt == m.ClosedAt {
			in.Status = &m.SourceStatus
		}
		if to.Seq == m.TargetSeq {
			on.Status = &m.TargetStatus
		}
		w.Also = []desk.Change{{Field: desk.FieldMergedInto, From: m.TargetID}}
		if _, err := s.UpdateIn(ctx, tx, st, m.SourceID, &in, w); err != nil {
			return err
		}
		w.Also = []desk.Change{{Field: desk.FieldMerged, From: m.SourceID}}
		written, err := s.UpdateIn(ctx, tx, st, m.TargetID, &on, w)
		if err != nil {
			return err
		}
		if m.Joined != "" {
			tx.DeleteParticipant(st, m.TargetID, m.Joined)
		}
		tx.UndoMerge(st, m, w.Actor.ID, written.Event.CreatedAt)
		return nil
	})
	return m, err
}
