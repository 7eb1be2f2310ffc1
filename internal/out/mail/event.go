package mail

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"storedesk/internal/desk"
	"storedesk/internal/jobs"
	"storedesk/internal/store"
	"storedesk/internal/wire"
)

// happening is an event, and what a decision about it may look at.
type happening struct {
	*store.Correspondence

	st     *desk.Store
	event  *desk.Event
	ticket *wire.CustomerTicket // all that a mail may show
}

// handle does a job of kind mail-event: the mails that follow are composed, and written to
// the outbox in the transaction that ends the job.
func (s *Service) handle(ctx context.Context, j *desk.Job) jobs.Result {
	h, err := s.happening(ctx, j)
	if h == nil || err != nil {
		return jobs.Result{Err: err}
	}
	letters, err := s.decide(ctx, h)
	if err != nil {
		return jobs.Done(err)
	}
	composed := make([]*composed, len(letters))
	for i, l := range letters {
		if composed[i], err = s.compose(ctx, h.st, l); err != nil {
			return jobs.Done(fmt.Errorf("composing %s: %w", l.kind, err))
		}
	}
	if err := s.post(ctx, h.st, composed, j); err != nil {
		return jobs.Done(err)
	}
	return jobs.Result{Ended: true}
}

// happening reads what a job is about; nil when there is nothing left to do.
func (s *Service) happening(ctx context.Context, j *desk.Job) (*happening, error) {
	var t eventTask
	if err := json.Unmarshal(j.Args, &t); err != nil {
		return nil, err
	}
	st, err := s.Store(ctx, j.StoreID)
	if err != nil || st.SupportEmail == "" {
		return nil, err
	}
	e, err := s.DB.Event(ctx, st, t.Event)
	if err != nil {
		return nil, unlessGone(err)
	}
	c, err := s.DB.Correspondence(ctx, st, e.TicketID, e.CommentID)
	if err != nil {
		return nil, unlessGone(err)
	}
	h := &happening{Correspondence: c, st: st, event: e}
	h.ticket = wire.NewCustomerTicket(&c.Ticket, []*desk.Comment{c.Before, c.Comment}, func(x *desk.Comment) bool {
		if x == c.Before {
			return c.ByDesk
		}
		return !h.customers()
	})
	return h, nil
}

// copied tells that the event's comment was written elsewhere: a ticket was split.
func (h *happening) copied() bool {
	return slices.ContainsFunc(h.event.Changes, func(c desk.Change) bool { return c.Field == desk.FieldSplitFrom })
}

func unlessGone(err error) error {
	if desk.CodeOf(err) == desk.NotFound {
		return nil
	}
	return err
}

// decide lists the mails that follow from an event.
func (s *Service) decide(ctx context.Context, h *happening) (letters []*letter, err error) {
	follows := []func(context.Context, *happening) ([]*letter, error){s.acknowledge, s.tellAssignee, s.tellAdmin, s.tellMentioned}
	if h.copied() {
		follows = follows[1:3] // whoever was to read the comment has read it
	} else if l := s.reply(h); l != nil {
		letters = append(letters, l)
	}
	for _, follow := range follows {
		more, err := follow(ctx, h)
		if err != nil {
			return nil, err
		}
		letters = append(letters, more...)
	}
	return letters, nil
}

// post writes composed mails to the outbox, each with the jobs that send it, and ends the
// job that they come from (nil: none). Mails that are there already are left out, and so
// are those whose cap is reached.
func (s *Service) post(ctx context.Context, st *desk.Store, list []*composed, j *desk.Job) error {
	var spare []string
	err := s.DB.Write(ctx, func(tx *store.Tx) error {
		spare = spare[:0]
		now := desk.At(s.Now())
		for _, c := range list {
			fresh, err := s.postOne(ctx, tx, st, c, now)
			if err != nil {
				return err
			}
			if !fresh {
				spare = append(spare, c.out.BlobKey)
			}
		}
		if j != nil {
			tx.FinishJob(j)
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("writing mails to the outbox: %w", err)
	}
	for _, key := range spare {
		_ = s.Blobs.Delete(ctx, key) // a blob too many does no harm
	}
	return nil
}

const day = 24 * time.Hour

// cap is the rate at which mails of the letter's kind go to its address; "" for any.
func (l *letter) cap(st *desk.Store) (key string, rate store.Rate) {
	if l.atMost == 0 {
		return "", rate
	}
	interval := desk.Instant((day / time.Duration(l.atMost)).Microseconds())
	return fmt.Sprintf("mail:%d:%s:%s", st.ID, l.kind, desk.Fold(l.to[0].address)), store.Rate{Interval: interval, Burst: int64(l.atMost)}
}

func (s *Service) postOne(ctx context.Context, tx *store.Tx, st *desk.Store, c *composed, now desk.Instant) (bool, error) {
	key, rate := c.letter.cap(st)
	if key != "" {
		if ok, err := tx.Spend(ctx, key, rate, now); err != nil || !ok {
			return false, err
		}
	}
	fresh, err := tx.InsertOutgoing(ctx, st, c.out)
	if err != nil {
		return false, err
	}
	if !fresh {
		if key != "" {
			tx.Refund(key, rate)
		}
		return false, nil
	}
	s.enqueue(tx, st, c.out, now)
	return true, nil
}
