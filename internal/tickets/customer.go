package tickets

import (
	"context"
	"fmt"
	"slices"
	"strconv"

	"storedesk/internal/desk"
	"storedesk/internal/store"
	"storedesk/internal/wire"
)

const (
	customerBatch   = 20     // tickets changed in one transaction
	customerStretch = 20_000 // ids of tickets looked through at once
)

// By is who has something done that the audit log keeps.
type By struct {
	AccountID int64
	UserID    int64
	IP        string
	UserAgent string
}

func (b By) actor() desk.Actor { return desk.Actor{Kind: desk.ActorAgent, ID: b.UserID} }

func (s *Service) audit(ctx context.Context, tx *store.Tx, st *desk.Store, by By, action, subject string, data map[string]string) error {
	return tx.Audit(ctx, &desk.AuditEntry{
		StoreID: st.ID, Action: action, AccountID: by.AccountID, Subject: subject, Data: data,
		IP: by.IP, UserAgent: by.UserAgent, CreatedAt: desk.At(s.Now()),
	})
}

func customerName(id int64) string { return "customer " + strconv.FormatInt(id, 10) }

// CustomerTask returns what is done to a customer, or was: desk.ErrNotFound for nothing.
func (s *Service) CustomerTask(ctx context.Context, st *desk.Store, id int64) (*desk.CustomerTask, error) {
	return s.DB.CustomerTask(ctx, st, id)
}

// PreviewMerge says what a merge of one customer into another would do. Errors: those of
// MergeCustomers.
func (s *Service) PreviewMerge(ctx context.Context, st *desk.Store, from, into int64) (*desk.MergePreview, error) {
	b, a, err := s.mergeable(ctx, st, from, into)
	if err != nil {
		return nil, err
	}
	p := &desk.MergePreview{}
	_, p.Conflicts = desk.MergeUsers(a, b)
	tickets, err := s.DB.CountTicketsOf(ctx, st, from)
	if err != nil {
		return nil, err
	}
	p.Tickets = int(tickets)
	if p.Orders, err = s.DB.CountCustomerOrders(ctx, st, from); err != nil {
		return nil, err
	}
	p.Addresses, err = s.DB.UserAddresses(ctx, st, from)
	if b.Email != "" {
		p.Addresses = append([]string{b.Email}, p.Addresses...)
	}
	return p, err
}

// mergeable reads both of a merge.
func (s *Service) mergeable(ctx context.Context, st *desk.Store, from, into int64) (b, a *desk.User, err error) {
	if b, err = s.DB.User(ctx, st, from); err != nil {
		return nil, nil, err
	}
	if a, err = s.DB.User(ctx, st, into); err != nil {
		return nil, nil, err
	}
	return b, a, mayMerge(b, a)
}

func mayMerge(b, a *desk.User) error {
	if b.ID == a.ID {
		return desk.Errorf(desk.Invalid, "A customer cannot be merged into themselves.")
	}
	if a.Type == desk.UserDashboard || b.Type == desk.UserDashboard {
		return desk.Errorf(desk.Conflict, "Agents cannot be merged.")
	}
	return nil
}

// MergeCustomers begins to give all of one customer to another: addresses, orders and
// profile at once, tickets and comments by a job. Then the first one is gone. There is no
// way back. Errors: ErrNotFound, Invalid, Conflict for agents and while something else is
// done to one of them.
func (s *Service) MergeCustomers(ctx context.Context, st *desk.Store, from, into int64, by By) (task *desk.CustomerTask, err error) {
	err = s.DB.Write(ctx, func(tx *store.Tx) error {
		users := map[int64]*desk.User{}
		ids := []int64{from, into}
		slices.Sort(ids) // always in one order, so that no two merges wait for each other
		for _, id := range slices.Compact(ids) {
			u, err := tx.LockUser(ctx, st, id)
			if err != nil {
				return err
			}
			users[id] = u
			if err := s.idle(ctx, tx, st, id); err != nil {
				return err
			}
		}
		b, a := users[from], users[into]
		if err := mayMerge(b, a); err != nil {
			return err
		}
		task, err = s.beginMerge(ctx, tx, st, b, a, by)
		return err
	})
	return task, err
}

// idle holds that nothing is being done to a customer, and that they were not erased.
func (s *Service) idle(ctx context.Context, tx *store.Tx, st *desk.Store, id int64) error {
	t, err := tx.LockCustomerTask(ctx, st, id)
	if err != nil && desk.CodeOf(err) != desk.NotFound {
		return err
	}
	switch {
	case t == nil:
	case t.Kind == desk.CustomerErase:
		return desk.Errorf(desk.Conflict, "The data of customer %d was erased.", id)
	default:
		return desk.Errorf(desk.Conflict, "Customer %d is being merged.", id)
	}
	list, err := tx.CustomerMergesInto(ctx, st, id)
	for _, t := range list {
		if t.FinishedAt == 0 {
			return desk.Errorf(desk.Conflict, "Customer %d is still being merged into customer %d.", t.UserID, id)
		}
	}
	return err
}

func (s *Service) beginMerge(ctx context.Context, tx *store.Tx, st *desk.Store, b, a *desk.User, by By) (*desk.CustomerTask, error) {
	now := desk.At(s.Now())
	total, err := s.DB.CountTicketsOf(ctx, st, b.ID)
	if err != nil {
		return nil, err
	}
	further, err := tx.UserAddresses(ctx, st, a.ID)
	if err != nil {
		return nil, err
	}
	notes, err := s.mergeNotes(ctx, tx, st, b.ID, a.ID, now)
	if err != nil {
		return nil, err
	}
	merged, _ := desk.MergeUsers(a, b)
	email := b.Email
	b.Email = ""
	if err := tx.UpdateUser(ctx, st, b, false); err != nil {
		return nil, err
	}
	tx.MoveCustomer(st, b.ID, a.ID)
	tx.SetCustomerNote(st, a.ID, notes)
	known := slices.ContainsFunc(further, func(x string) bool { return desk.Fold(x) == desk.Fold(email) })
	switch {
	case email == "":
	case merged.Email == "":
		merged.Email = email
		tx.DeleteUserAddress(st, a.ID, email)
	case !known:
		tx.InsertUserAddress(st, a.ID, email)
	}
	renamed := merged.Email != a.Email || merged.FirstName != a.FirstName || merged.LastName != a.LastName
	if err := tx.UpdateUser(ctx, st, &merged, renamed); err != nil {
		return nil, err
	}
	if err := tx.Flush(ctx); err != nil {
		return nil, err
	}
	has, err := tx.UserAddresses(ctx, st, a.ID)
	if err != nil {
		return nil, err
	}
	e := &desk.Event{Actor: by.actor(), Type: desk.EventCustomerUpdated, Reason: mergeReason(b.ID, a.ID), CreatedAt: now}
	if e.Changes, err = wire.Changes(wire.User(nil, a, st.Zone), wire.User(nil, &merged, st.Zone)); err != nil {
		return nil, err
	}
	e.Changes = append(e.Changes, desk.Change{Field: "further_addresses", From: further, To: has})
	if e.ID, err = tx.NewEventID(ctx); err != nil {
		return nil, err
	}
	tx.InsertUserEvent(st, &merged, e)
	t := &desk.CustomerTask{
		UserID: b.ID, Kind: desk.CustomerMerge, IntoID: a.ID, Step: stepTickets, Total: total,
		ActorID: by.UserID, AccountID: by.AccountID, CreatedAt: now,
	}
	tx.InsertCustomerTask(st, t)
	tx.Enqueue(taskJob(st, b.ID, now, now))
	tx.Enqueue(desk.LinkHistory(st, a.ID, now))
	return t, s.audit(ctx, tx, st, by, "customer.merged", customerName(b.ID)+" into "+customerName(a.ID), nil)
}

// mergeNotes is the note of the one who stays, with that of the other below it.
func (s *Service) mergeNotes(ctx context.Context, tx *store.Tx, st *desk.Store, from, into int64, now desk.Instant) (desk.CustomerNote, error) {
	theirs, err := tx.CustomerNote(ctx, st, from)
	if err != nil {
		return theirs, err
	}
	own, err := tx.CustomerNote(ctx, st, into)
	switch {
	case err != nil || theirs.Body == "":
		return own, err
	case own.Body == "":
		return theirs, nil
	}
	own.Body += "\n\n" + theirs.Body
	own.UpdatedAt = now
	return own, nil
}

func mergeReason(from, into int64) string {
	return fmt.Sprintf("customer %d was merged into customer %d", from, into)
}

func taskJob(st *desk.Store, user int64, at, now desk.Instant) *desk.Job {
	id := strconv.FormatInt(user, 10)
	return &desk.Job{
		StoreID: st.ID, Kind: desk.CustomerTaskJob, Lane: id, Args: []byte(`{"user":` + id + `}`), RunAt: at, CreatedAt: now,
	}
}

// The steps of tasks.
const (
	stepTickets = "tickets" // those they are the requester of
	stepOthers  = "others"  // those they took part in
	stepUnknown = "unknown" // those written from their addresses while nobody knew them
	stepMails   = "mails"
	stepOutbox  = "outbox"
	stepRest    = "rest"
	stepIndex   = "index"
	stepFinish  = "finish"
	stepDone    = "done"
)

// RunCustomerTask carries on with what is to be done to a customer, to its end. It may be
// interrupted anywhere and run again. remove deletes a blob. desk.ErrNotFound when there is
// nothing.
func (s *Service) RunCustomerTask(ctx context.Context, st *desk.Store, user int64, remove func(context.Context, string) error) error {
	t, err := s.DB.CustomerTask(ctx, st, user)
	if err != nil {
		return err
	}
	if t.Kind == desk.CustomerErase {
		return s.runErasure(ctx, st, t, remove)
	}
	return s.runMerge(ctx, st, t)
}

// step runs one transaction of a task, which moves it on.
func (s *Service) step(ctx context.Context, st *desk.Store, t *desk.CustomerTask, fn func(tx *store.Tx, next *desk.CustomerTask) error) error {
	var next desk.CustomerTask
	err := s.DB.Write(ctx, func(tx *store.Tx) error {
		next = *t
		if _, err := tx.LockCustomerTask(ctx, st, t.UserID); err != nil {
			return err
		}
		if err := fn(tx, &next); err != nil {
			return err
		}
		tx.SaveCustomerTask(st, &next)
		return nil
	})
	if err == nil {
		*t = next
	}
	return err
}

// to moves a task to its next step.
func to(step string) func(*store.Tx, *desk.CustomerTask) error {
	return func(_ *store.Tx, next *desk.CustomerTask) error {
		next.Step, next.Position = step, 0
		return nil
	}
}

func (s *Service) runMerge(ctx context.Context, st *desk.Store, t *desk.CustomerTask) error {
	late := t.FinishedAt != 0 // what was written to them while they went
	if late {
		t.Step, t.Position = stepTickets, 0
	}
	each := func(tx *store.Tx, id int64) error { return s.moveTicket(ctx, tx, st, id, t.UserID, t.IntoID) }
	for {
		switch t.Step {
		case stepTickets:
			if err := s.ownTickets(ctx, st, t, each); err != nil {
				return err
			}
			if late {
				return s.step(ctx, st, t, to(stepDone))
			}
			if err := s.step(ctx, st, t, to(stepOthers)); err != nil {
				return err
			}
		case stepOthers:
			find := func(after, upTo int64) ([]int64, error) {
				return s.DB.TicketsWrittenIn(ctx, st, t.UserID, after, upTo)
			}
			if err := s.otherTickets(ctx, st, t, find, each); err != nil {
				return err
			}
			if err := s.step(ctx, st, t, to(stepFinish)); err != nil {
				return err
			}
		case stepFinish:
			if err := s.finishMerge(ctx, st, t); err != nil {
				return err
			}
		default:
			return nil
		}
	}
}

// ownTickets goes through the tickets that somebody is the requester of, from where the
// task stands.
func (s *Service) ownTickets(ctx context.Context, st *desk.Store, t *desk.CustomerTask, each func(*store.Tx, int64) error) error {
	for {
		ids, err := s.DB.TicketsOf(ctx, st, t.UserID, t.Position, customerBatch)
		if err != nil || len(ids) == 0 {
			return err
		}
		err = s.step(ctx, st, t, func(tx *store.Tx, next *desk.CustomerTask) error {
			next.Position = ids[len(ids)-1]
			next.Done += int64(len(ids))
			return eachTicket(tx, ids, each)
		})
		if err != nil {
			return err
		}
	}
}

func eachTicket(tx *store.Tx, ids []int64, each func(*store.Tx, int64) error) error {
	for _, id := range ids {
		if err := each(tx, id); err != nil {
			return fmt.Errorf("ticket %d: %w", id, err)
		}
	}
	return nil
}

// otherTickets goes through all tickets of the store, a stretch at a time, from where the
// task stands, and does something to those that find names.
func (s *Service) otherTickets(ctx context.Context, st *desk.Store, t *desk.CustomerTask, find func(after, upTo int64) ([]int64, error),
	each func(*store.Tx, int64) error,
) error {
	last, err := s.DB.LastTicketID(ctx, st)
	if err != nil {
		return err
	}
	for t.Position < last {
		upTo := t.Position + customerStretch
		ids, err := find(t.Position, upTo)
		if err != nil {
			return err
		}
		for batch := range slices.Chunk(ids, customerBatch) {
			err := s.step(ctx, st, t, func(tx *store.Tx, next *desk.CustomerTask) error {
				next.Position = batch[len(batch)-1]
				return eachTicket(tx, batch, each)
			})
			if err != nil {
				return err
			}
		}
		t.Position = upTo // a stretch without any costs nothing to look through again
		if len(ids) == 0 {
			continue
		}
		err = s.step(ctx, st, t, func(*store.Tx, *desk.CustomerTask) error { return nil })
		if err != nil {
			return err
		}
	}
	return nil
}

// moveTicket gives one customer's part in a ticket to another.
func (s *Service) moveTicket(ctx context.Context, tx *store.Tx, st *desk.Store, id, from, into int64) error {
	t, err := tx.LockTicket(ctx, st, id)
	if err != nil {
		return err
	}
	in := &desk.TicketInput{}
	if t.RequesterID == from {
		in.RequesterID = &into
	}
	if t.AssigneeID == from {
		in.AssigneeID = &into
	}
	tx.MoveAuthor(st, id, from, into)
	w := desk.Write{Actor: desk.System, Reason: mergeReason(from, into)}
	if _, err := s.UpdateIn(ctx, tx, st, id, in, w); err != nil {
		return err
	}
	tx.RemoveParticipants(st, id, into)
	return tx.RebuildDocument(ctx, st, id)
}

// finishMerge has the customer be gone. A write that named them at the same moment is looked
// after a minute later.
func (s *Service) finishMerge(ctx context.Context, st *desk.Store, t *desk.CustomerTask) error {
	return s.step(ctx, st, t, func(tx *store.Tx, next *desk.CustomerTask) error {
		if _, err := tx.LockUser(ctx, st, t.UserID); err != nil && desk.CodeOf(err) != desk.NotFound {
			return err
		}
		left, err := s.DB.TicketsOf(ctx, st, t.UserID, 0, 1)
		if err != nil {
			return err
		}
		if len(left) > 0 {
			next.Step, next.Position = stepTickets, 0
			return nil
		}
		now := desk.At(s.Now())
		tx.DeleteUser(st, t.UserID)
		next.Step, next.Position, next.FinishedAt = stepDone, 0, now
		tx.Enqueue(taskJob(st, t.UserID, now+60_000_000, now))
		return nil
	})
}
