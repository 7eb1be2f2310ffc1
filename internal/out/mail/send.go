package mail

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"strings"
	"time"

	"storedesk/internal/desk"
	"storedesk/internal/jobs"
	"storedesk/internal/store"
)

const (
	sendTimeout = 15 * time.Minute
	sendsAtOnce = 4 // connections to one relay, or to one domain
	patience    = 3 * day
	firstPause  = time.Minute
	longPause   = 4 * time.Hour
)

// sendTask is what a job of kind mail-send is about.
type sendTask struct {
	Mail   int64  `json:"mail"`
	Domain string `json:"domain,omitempty"` // only recipients there; "": all
}

// backoff doubles the wait after each deferral. When to give up is decided by age, in send.
func (s *Service) backoff(attempt int64) (time.Duration, bool) {
	wait := cmp.Or(s.Pause, firstPause)
	for range min(attempt-1, 20) {
		wait = min(2*wait, longPause)
	}
	return wait + rand.N(wait/4+1), true
}

// enqueue makes the jobs that send a mail: one for the relay, or one for each domain.
func (s *Service) enqueue(tx *store.Tx, st *desk.Store, o *desk.Outgoing, now desk.Instant) {
	seen := map[string]bool{}
	for _, r := range o.Recipients {
		if r.State != desk.RecipientQueued {
			continue
		}
		t, queue := sendTask{Mail: o.ID}, sendKind+":relay"
		if s.Route.direct {
			t.Domain = domainOf(r.Address)
			queue = sendKind + ":" + t.Domain
		}
		if seen[t.Domain] {
			continue
		}
		seen[t.Domain] = true
		args, _ := json.Marshal(t) // a number and a name
		once := fmt.Sprintf("%s:%d:%s", sendKind, o.ID, t.Domain)
		tx.Enqueue(&desk.Job{StoreID: st.ID, Kind: sendKind, Queue: queue, Once: once, Args: args, RunAt: now, CreatedAt: now})
		tx.HurryJob(once, now)
	}
}

func domainOf(address string) string {
	return strings.ToLower(address[strings.LastIndexByte(address, '@')+1:])
}

// Retry has a mail sent again to those that do not have it: after a bounce, or when nobody
// can say whether it arrived. address is one recipient; "" for all. It returns whom it is
// sent to. Errors: desk.ErrNotFound, Invalid while mail does not leave.
func (s *Service) Retry(ctx context.Context, st *desk.Store, id int64, address string) (to []string, err error) {
	if s.Route.Off() {
		return nil, desk.Errorf(desk.Invalid, "mail does not leave: STOREDESK_SMTP_RELAY is not set")
	}
	o, err := s.DB.Outgoing(ctx, st, id)
	if err != nil {
		return nil, err
	}
	err = s.DB.Write(ctx, func(tx *store.Tx) error {
		now := desk.At(s.Now())
		if to, err = tx.RequeueOutgoing(ctx, st, id, address, now); err != nil {
			return err
		}
		again := &desk.Outgoing{ID: o.ID}
		for _, a := range to {
			tx.ForgetBadAddress(st, a)
			again.Recipients = append(again.Recipients, desk.OutgoingRecipient{Address: a, State: desk.RecipientQueued})
		}
		s.enqueue(tx, st, again, now)
		return nil
	})
	return to, err
}

// send does a job of kind mail-send.
func (s *Service) send(ctx context.Context, j *desk.Job) jobs.Result {
	var t sendTask
	if err := json.Unmarshal(j.Args, &t); err != nil {
		return jobs.Result{Err: err, Final: true}
	}
	st, err := s.Store(ctx, j.StoreID)
	if err != nil {
		return jobs.Done(err)
	}
	o, err := s.DB.Outgoing(ctx, st, t.Mail)
	if err != nil {
		return jobs.Result{Err: err, Final: desk.CodeOf(err) == desk.NotFound}
	}
	waiting, lost := split(o, t.Domain)
	if len(lost) > 0 { // an earlier try ended without a word
		if err := s.settle(ctx, st, o, nil, all(lost, verdict{desk.RecipientUncertain, "the program stopped while the mail was being handed over", false})); err != nil {
			return jobs.Done(err)
		}
	}
	if len(waiting) == 0 {
		return jobs.Done(nil)
	}
	if s.Route.Off() {
		return jobs.Done(errors.New("mail does not leave: STOREDESK_SMTP_RELAY is not set"))
	}
	verdicts, err := s.deliver(ctx, &handover{st: st, out: o, job: j}, waiting)
	if err != nil {
		return jobs.Done(err)
	}
	return s.conclude(ctx, st, o, j, verdicts)
}

// split picks the recipients that wait, and those that an earlier try has left behind.
func split(o *desk.Outgoing, domain string) (waiting, lost []string) {
	for _, r := range o.Recipients {
		if domain != "" && domainOf(r.Address) != domain {
			continue
		}
		switch r.State {
		case desk.RecipientQueued, desk.RecipientDeferred:
			waiting = append(waiting, r.Address)
		case desk.RecipientSending:
			lost = append(lost, r.Address)
		default:
		}
	}
	return waiting, lost
}

// verdict is what a try came to for one recipient.
type verdict struct {
	state  desk.RecipientState
	reason string
	bad    bool // there is no such address
}

func all(addresses []string, v verdict) map[string]verdict {
	list := map[string]verdict{}
	for _, a := range addresses {
		list[a] = v
	}
	return list
}

// conclude records a try, and says whether there is to be another.
func (s *Service) conclude(ctx context.Context, st *desk.Store, o *desk.Outgoing, j *desk.Job, verdicts map[string]verdict) jobs.Result {
	old := s.Now().Sub(j.CreatedAt.Time()) > patience
	var again error
	for a, v := range verdicts {
		if v.state != desk.RecipientDeferred {
			continue
		}
		if old {
			verdicts[a] = verdict{desk.RecipientBounced, "given up after three days: " + v.reason, false}
			continue
		}
		again = fmt.Errorf("%s: %s", a, v.reason)
	}
	ends := j
	if again != nil {
		ends = nil
	}
	if err := s.settle(ctx, st, o, ends, verdicts); err != nil {
		return jobs.Done(err)
	}
	return jobs.Result{Err: again, Ended: again == nil}
}

// settle writes what is known of recipients, and ends the job if one is given. It does so
// also when the program is being stopped: the other server has the mail already.
func (s *Service) settle(ctx context.Context, st *desk.Store, o *desk.Outgoing, ends *desk.Job, verdicts map[string]verdict) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 20*time.Second)
	defer cancel()
	err := s.DB.Write(ctx, func(tx *store.Tx) error {
		now := desk.At(s.Now())
		for address, v := range verdicts {
			tx.SetRecipient(st, o.ID, desk.OutgoingRecipient{Address: address, State: v.state, Reason: v.reason, UpdatedAt: now})
			if v.bad {
				tx.MarkBadAddress(st, address, v.reason, now)
			}
		}
		if ends != nil {
			tx.FinishJob(ends)
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("recording what became of mail %d: %w", o.ID, err)
	}
	for address, v := range verdicts {
		if v.state == desk.RecipientBounced || v.state == desk.RecipientUncertain {
			s.Log.WarnContext(ctx, "a mail was not delivered", slog.String("store", st.Name), slog.Int64("outbox_id", o.ID),
				slog.Int64("ticket_id", o.TicketID), slog.String("address", address), slog.String("state", string(v.state)), slog.String("reason", v.reason))
		}
	}
	return nil
}
