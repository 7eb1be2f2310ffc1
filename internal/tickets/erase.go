package tickets

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"storedesk/internal/desk"
	"storedesk/internal/store"
)

// Sizes of what an erasure does in one transaction.
const (
	mailBatch   = 100
	sentStretch = 5_000
	blobBatch   = 100
)

// ConfirmationOf is what somebody types who has a customer erased: their address, or their
// number if they have none.
func ConfirmationOf(u *desk.User) string {
	if u.Email != "" {
		return u.Email
	}
	return strconv.FormatInt(u.ID, 10)
}

// EraseCustomer begins to erase a person: the profile is overwritten at once, the rest by a
// job. There is no way back. confirmation is what ConfirmationOf asks for. Errors:
// ErrNotFound, also for staff; Invalid for another confirmation; Conflict while something
// else is done to them, and when it was done before.
func (s *Service) EraseCustomer(ctx context.Context, st *desk.Store, id int64, confirmation string, by By) (task *desk.CustomerTask, err error) {
	err = s.DB.Write(ctx, func(tx *store.Tx) error {
		u, err := tx.LockUser(ctx, st, id)
		if err != nil {
			return err
		}
		if u.Type == desk.UserDashboard {
			return desk.ErrNotFound
		}
		if err := s.idle(ctx, tx, st, id); err != nil {
			return err
		}
		if desk.Fold(strings.TrimSpace(confirmation)) != desk.Fold(ConfirmationOf(u)) {
			return &desk.Error{Code: desk.Invalid, Fields: desk.Fields{"confirmation": {"This is not what was asked for."}}}
		}
		task, err = s.beginErasure(ctx, tx, st, u, by)
		return err
	})
	return task, err
}

func (s *Service) beginErasure(ctx context.Context, tx *store.Tx, st *desk.Store, u *desk.User, by By) (*desk.CustomerTask, error) {
	now := desk.At(s.Now())
	further, err := tx.UserAddresses(ctx, st, u.ID)
	if err != nil {
		return nil, err
	}
	total, err := s.DB.CountTicketsOf(ctx, st, u.ID)
	if err != nil {
		return nil, err
	}
	t := &desk.CustomerTask{
		UserID: u.ID, Kind: desk.CustomerErase, Step: stepUnknown, Total: total, Traces: desk.TracesOf(u, further),
		ActorID: by.UserID, AccountID: by.AccountID, CreatedAt: now,
	}
	if err := tx.ForgetPerson(ctx, st, u.ID, t.Traces); err != nil {
		return nil, err
	}
	left := &desk.User{
		ID: u.ID, Seq: u.Seq, FirstName: desk.Erased, DateJoined: u.DateJoined, Blocked: u.Blocked, Type: u.Type,
		OrdersCount: u.OrdersCount, SubscriptionsCount: u.SubscriptionsCount, TotalSpent: u.TotalSpent,
	}
	if err := tx.UpdateUser(ctx, st, left, false); err != nil {
		return nil, err
	}
	e := &desk.Event{Actor: by.actor(), Type: desk.EventCustomerUpdated, Reason: eraseReason(u.ID), CreatedAt: now}
	if e.ID, err = tx.NewEventID(ctx); err != nil {
		return nil, err
	}
	tx.InsertUserEvent(st, left, e)
	tx.InsertCustomerTask(st, t)
	tx.Enqueue(taskJob(st, u.ID, now, now))
	return t, s.audit(ctx, tx, st, by, "customer.erased", customerName(u.ID), map[string]string{"tickets": strconv.FormatInt(total, 10)})
}

func eraseReason(id int64) string { return fmt.Sprintf("the data of customer %d was erased", id) }

// runErasure carries on with an erasure to its end.
func (s *Service) runErasure(ctx context.Context, st *desk.Store, t *desk.CustomerTask, remove func(context.Context, string) error) error {
	each := func(tx *store.Tx, id int64) error { return s.eraseTicket(ctx, tx, st, id, t) }
	traced := func(after, upTo int64) ([]int64, error) {
		return s.DB.TicketsWithTraces(ctx, st, t.UserID, t.Traces, after, upTo)
	}
	steps := []struct {
		name string
		run  func() error
	}{
		{stepUnknown, func() error { return s.eraseUnknown(ctx, st, t, each) }},
		{stepTickets, func() error { return s.ownTickets(ctx, st, t, each) }},
		{stepOthers, func() error { return s.otherTickets(ctx, st, t, traced, each) }},
		{stepMails, func() error { return s.eraseMails(ctx, st, t) }},
		{stepOutbox, func() error { return s.eraseSent(ctx, st, t) }},
		{stepRest, func() error { return s.eraseRest(ctx, st, t) }},
		{stepIndex, func() error { return s.purgeWords(ctx) }},
		{stepFinish, func() error { return s.deleteBlobs(ctx, st, t, remove) }},
	}
	begun := false
	for i, step := range steps {
		if begun = begun || step.name == t.Step; !begun {
			continue
		}
		if err := step.run(); err != nil {
			return fmt.Errorf("%s: %w", step.name, err)
		}
		next := stepDone
		if i+1 < len(steps) {
			next = steps[i+1].name
		}
		err := s.step(ctx, st, t, func(tx *store.Tx, n *desk.CustomerTask) error {
			if next == stepDone {
				n.FinishedAt = desk.At(s.Now())
				n.Traces = desk.Traces{}
			}
			return to(next)(tx, n)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) eraseUnknown(ctx context.Context, st *desk.Store, t *desk.CustomerTask, each func(*store.Tx, int64) error) error {
	for _, address := range t.Traces.Addresses {
		for {
			ids, err := s.DB.UnknownTickets(ctx, st, address, 0, customerBatch)
			if err != nil {
				return err
			}
			if len(ids) == 0 {
				break
			}
			if err := s.step(ctx, st, t, func(tx *store.Tx, _ *desk.CustomerTask) error { return eachTicket(tx, ids, each) }); err != nil {
				return err
			}
		}
	}
	return nil
}

// eraseTicket overwrites what a ticket tells of the person. A ticket of theirs keeps what
// can be counted: status, type, tags, times, who worked on it.
func (s *Service) eraseTicket(ctx context.Context, tx *store.Tx, st *desk.Store, id int64, task *desk.CustomerTask) error {
	t, err := tx.LockTicket(ctx, st, id)
	if err != nil {
		return err
	}
	theirs := t.RequesterID == task.UserID || t.RequesterID == 0 && t.FromEmail != nil && task.Traces.HasAddress(*t.FromEmail)
	if err := tx.EraseTicket(ctx, st, t, task.UserID, task.Traces, theirs); err != nil {
		return err
	}
	if err := tx.Flush(ctx); err != nil {
		return err
	}
	w := desk.Write{Actor: desk.System, Reason: eraseReason(task.UserID)}
	if _, err := s.UpdateIn(ctx, tx, st, id, &desk.TicketInput{}, w); err != nil {
		return err
	}
	if err := tx.Flush(ctx); err != nil {
		return err
	}
	return tx.RenewTexts(ctx, st, id)
}

func (s *Service) eraseMails(ctx context.Context, st *desk.Store, t *desk.CustomerTask) error {
	for {
		n := 0
		err := s.step(ctx, st, t, func(tx *store.Tx, _ *desk.CustomerTask) (err error) {
			n, err = tx.EraseMailsFrom(ctx, st, t.UserID, t.Traces, mailBatch)
			return err
		})
		if err != nil || n == 0 {
			return err
		}
	}
}

func (s *Service) eraseSent(ctx context.Context, st *desk.Store, t *desk.CustomerTask) error {
	last, err := s.DB.LastOutgoingID(ctx, st)
	for err == nil && t.Position < last {
		err = s.step(ctx, st, t, func(tx *store.Tx, next *desk.CustomerTask) error {
			next.Position = t.Position + sentStretch
			return tx.EraseSentTo(ctx, st, t.UserID, t.Traces, t.Position, next.Position)
		})
	}
	return err
}

func (s *Service) eraseRest(ctx context.Context, st *desk.Store, t *desk.CustomerTask) error {
	return s.step(ctx, st, t, func(tx *store.Tx, _ *desk.CustomerTask) error {
		return tx.EraseRest(ctx, st, t.UserID, t.Traces)
	})
}

func (s *Service) purgeWords(ctx context.Context) error {
	more, err := s.DB.PurgeWords(ctx, true)
	for more && err == nil {
		more, err = s.DB.PurgeWords(ctx, false)
	}
	return err
}

// deleteBlobs deletes the files of what was erased.
func (s *Service) deleteBlobs(ctx context.Context, st *desk.Store, t *desk.CustomerTask, remove func(context.Context, string) error) error {
	for {
		list, err := s.DB.DroppedBlobs(ctx, st, t.UserID, blobBatch)
		if err != nil || len(list) == 0 {
			return err
		}
		for _, b := range list {
			if b.Shared {
				continue
			}
			if err := remove(ctx, b.Key); err != nil {
				return fmt.Errorf("deleting blob %s: %w", b.Key, err)
			}
		}
		err = s.DB.Write(ctx, func(tx *store.Tx) error {
			tx.ForgetBlobs(st, t.UserID, list)
			return nil
		})
		if err != nil {
			return err
		}
	}
}
