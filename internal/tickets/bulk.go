package tickets

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"storedesk/internal/desk"
	"storedesk/internal/store"
)

// BulkKind is the kind of the jobs that carry out changes of many tickets.
const BulkKind = "bulk"

// bulkBatch is how many tickets of a bulk change are written together.
const bulkBatch = 25

// StartBulk leaves a job that changes many tickets: those with the ids, or, without any,
// those that the search finds. Errors: Invalid with fields.
func (s *Service) StartBulk(ctx context.Context, st *desk.Store, who *desk.Staff, ids []int64, search string, change desk.BulkChange) (*desk.Bulk, error) {
	if err := change.Check(); err != nil {
		return nil, err
	}
	fields, err := s.Check(ctx, st, change.Input(&desk.Ticket{}))
	if err != nil {
		return nil, err
	}
	if len(ids) > desk.MaxBulk {
		fields.Add("ids", "At most 10000 tickets are changed at once.")
	}
	if len(fields) > 0 {
		return nil, &desk.Error{Code: desk.Invalid, Fields: fields}
	}
	if change.Macro != 0 {
		if _, err := s.usable(ctx, st, change.Macro, who); err != nil {
			return nil, err
		}
	}
	if len(ids) == 0 {
		if ids, err = s.found(ctx, st, who, search); err != nil {
			return nil, err
		}
	}
	b := &desk.Bulk{UserID: who.UserID, State: desk.BulkRunning, Change: change, CreatedAt: desk.At(s.Now())}
	err = s.DB.Write(ctx, func(tx *store.Tx) error {
		if err := tx.InsertBulk(ctx, st, b, ids); err != nil {
			return err
		}
		tx.Enqueue(bulkJob(st, b.ID, b.CreatedAt))
		return nil
	})
	b.Counts = map[desk.BulkItemState]int{desk.ItemWaiting: b.Total}
	return b, err
}

// found are the tickets of a search. Errors: Invalid, also for too many of them.
func (s *Service) found(ctx context.Context, st *desk.Store, who *desk.Staff, search string) ([]int64, error) {
	f, err := s.Search(ctx, st, who, search)
	if err != nil {
		return nil, err
	}
	list, more, err := s.DB.ListVersions(ctx, st, f, desk.Page{Order: desk.NewestFirst, Size: desk.MaxBulk})
	if err != nil {
		return nil, err
	}
	if more {
		return nil, &desk.Error{Code: desk.Invalid, Fields: desk.Fields{"q": {"It finds more than 10000 tickets: that is too many to be changed at once."}}}
	}
	ids := make([]int64, len(list))
	for i, v := range list {
		ids[i] = v.ID
	}
	return ids, nil
}

func bulkJob(st *desk.Store, id int64, now desk.Instant) *desk.Job {
	n := strconv.FormatInt(id, 10)
	return &desk.Job{
		StoreID: st.ID, Kind: BulkKind, Lane: n, Once: "bulk:" + n, Args: []byte(`{"bulk":` + n + `}`), RunAt: now, CreatedAt: now,
	}
}

// Bulk returns a change of many tickets, to who asked for it or an admin; ErrNotFound.
func (s *Service) Bulk(ctx context.Context, st *desk.Store, who *desk.Staff, id int64) (*desk.Bulk, error) {
	b, err := s.DB.Bulk(ctx, st, id)
	if err == nil && b.UserID != who.UserID && !who.Admin {
		err = desk.ErrNotFound
	}
	return b, err
}

// Exceptions are the tickets that a bulk change or its undoing has left alone, with why.
func (s *Service) Exceptions(ctx context.Context, st *desk.Store, b *desk.Bulk, limit int) ([]desk.BulkItem, error) {
	return s.DB.BulkItems(ctx, st, b.ID, limit, desk.ItemFailed, desk.ItemKept)
}

// UndoBulk leaves a job that gives the tickets of a bulk change back what it has changed,
// as far as nobody has changed it since. Errors: ErrNotFound, Conflict when it is not done.
func (s *Service) UndoBulk(ctx context.Context, st *desk.Store, who *desk.Staff, id int64) (*desk.Bulk, error) {
	err := s.DB.Write(ctx, func(tx *store.Tx) error {
		b, err := tx.LockBulk(ctx, st, id)
		if err != nil {
			return err
		}
		if b.UserID != who.UserID && !who.Admin {
			return desk.ErrNotFound
		}
		if b.State != desk.BulkDone {
			return desk.Errorf(desk.Conflict, "It is not done, or undone already.")
		}
		tx.SetBulkState(st, id, desk.BulkUndoing, 0)
		tx.Enqueue(bulkJob(st, id, desk.At(s.Now())))
		return nil
	})
	if err != nil {
		return nil, err
	}
	return s.Bulk(ctx, st, who, id)
}

// WorkBulk carries a bulk change, or its undoing, to its end. What a transaction has done
// it notes itself, so that a second run goes on where the first has stopped.
func (s *Service) WorkBulk(ctx context.Context, st *desk.Store, id int64) error {
	for {
		more, err := s.workBatch(ctx, st, id)
		if err != nil || !more {
			return err
		}
		if err := ctx.Err(); err != nil {
			return err
		}
	}
}

func (s *Service) workBatch(ctx context.Context, st *desk.Store, id int64) (more bool, err error) {
	err = s.DB.Write(ctx, func(tx *store.Tx) error {
		more = false
		b, err := tx.LockBulk(ctx, st, id)
		if err != nil {
			return err
		}
		from, to, work := desk.ItemWaiting, desk.BulkDone, s.changeOne
		switch b.State {
		case desk.BulkRunning:
		case desk.BulkUndoing:
			from, to, work = desk.ItemDone, desk.BulkUndone, s.undoOne
		default:
			return nil
		}
		items, err := tx.BulkItems(ctx, st, id, bulkBatch, from)
		if err != nil {
			return err
		}
		if len(items) == 0 {
			tx.SetBulkState(st, id, to, desk.At(s.Now()))
			return nil
		}
		more = true
		if b.Change.Macro != 0 && b.State == desk.BulkRunning {
			work = s.macroOne
			tx.CountMacroUse(st, b.Change.Macro, len(items), desk.At(s.Now()))
		}
		for i := range items {
			if err := work(ctx, tx, st, b, &items[i]); err != nil {
				return fmt.Errorf("ticket %d: %w", items[i].TicketID, err)
			}
			tx.SetBulkItem(st, id, &items[i])
		}
		return nil
	})
	return more, err
}

func bulkWrite(b *desk.Bulk, reason string) desk.Write {
	return desk.Write{Actor: desk.Actor{Kind: desk.ActorAgent, ID: b.UserID}, Reason: fmt.Sprintf(reason, b.ID)}
}

// changeOne carries out a bulk change on one ticket.
func (s *Service) changeOne(ctx context.Context, tx *store.Tx, st *desk.Store, b *desk.Bulk, i *desk.BulkItem) error {
	t, err := tx.LockTicket(ctx, st, i.TicketID)
	if errors.Is(err, desk.ErrNotFound) {
		i.State, i.Reason = desk.ItemFailed, "it is gone"
		return nil
	}
	if err != nil {
		return err
	}
	in := b.Change.Input(t)
	if !in.Changes(t) {
		i.State = desk.ItemSame
		return nil
	}
	e, err := s.bulkUpdate(ctx, tx, st, i, in, bulkWrite(b, "bulk change %d"))
	if err != nil || e == nil {
		return err
	}
	i.State, i.Changes, i.Seq = desk.ItemDone, e.Changes, e.Seq
	return nil
}

// macroOne uses a macro on one ticket, as who asked for the bulk change, who was allowed to
// then. What it says stays when the change is undone.
func (s *Service) macroOne(ctx context.Context, tx *store.Tx, st *desk.Store, b *desk.Bulk, i *desk.BulkItem) error {
	who, err := s.DB.User(ctx, st, b.UserID)
	if err != nil {
		return err
	}
	staff := &desk.Staff{UserID: who.ID, Name: strings.TrimSpace(who.FirstName + " " + who.LastName), Email: who.Email, Admin: true}
	var in *desk.TicketInput
	if _, err = tx.LockTicket(ctx, st, i.TicketID); err == nil {
		in, err = s.MacroInput(ctx, st, b.Change.Macro, i.TicketID, staff)
	}
	var e *desk.Error
	if errors.As(err, &e) && (e.Code == desk.NotFound || e.Code == desk.Invalid) {
		i.State, i.Reason = desk.ItemFailed, strings.TrimPrefix(e.Error(), string(e.Code)+": ")
		return nil
	}
	if err != nil {
		return err
	}
	done, err := s.bulkUpdate(ctx, tx, st, i, in, bulkWrite(b, "bulk change %d"))
	if err != nil || done == nil {
		return err
	}
	i.State, i.Changes, i.Seq = desk.ItemDone, done.Changes, done.Seq
	return nil
}

// undoOne takes back what a bulk change did to one ticket.
func (s *Service) undoOne(ctx context.Context, tx *store.Tx, st *desk.Store, b *desk.Bulk, i *desk.BulkItem) error {
	t, err := tx.LockTicket(ctx, st, i.TicketID)
	if errors.Is(err, desk.ErrNotFound) {
		i.State, i.Reason = desk.ItemFailed, "it is gone"
		return nil
	}
	if err != nil {
		return err
	}
	in, kept, err := t.UndoInput(i.Changes)
	if err != nil {
		return err
	}
	i.State = desk.ItemUndone
	if kept {
		i.State, i.Reason = desk.ItemKept, "somebody has changed it since"
	}
	if !in.Changes(t) {
		return nil
	}
	_, err = s.bulkUpdate(ctx, tx, st, i, in, bulkWrite(b, "bulk change %d undone"))
	return err
}

// bulkUpdate writes to one ticket; what its rules refuse is noted in the item, and no event
// is returned.
func (s *Service) bulkUpdate(ctx context.Context, tx *store.Tx, st *desk.Store, i *desk.BulkItem, in *desk.TicketInput, w desk.Write) (*desk.Event, error) {
	written, err := s.UpdateIn(ctx, tx, st, i.TicketID, in, w)
	var e *desk.Error
	if errors.As(err, &e) && e.Code == desk.Invalid {
		i.State, i.Reason = desk.ItemFailed, strings.TrimPrefix(e.Error(), string(desk.Invalid)+": ")
		return nil, nil //nolint:nilnil // as its doc says
	}
	if err != nil {
		return nil, err
	}
	return written.Event, nil
}
