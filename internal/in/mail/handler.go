package mail

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"runtime/debug"
	"time"

	"storedesk/internal/blob"
	"storedesk/internal/desk"
	"storedesk/internal/jobs"
	"storedesk/internal/mailauth"
	"storedesk/internal/store"
	"storedesk/internal/tickets"
)

// Kind is the kind of the jobs that handle a message of the ledger.
const Kind = "mail"

const (
	// plainTries is how often a message is handled as it should be before it is only kept:
	// some 85 seconds with jobs.DefaultBackoff.
	plainTries = 5
	atOnce     = 16 // most of the time they wait for the DNS
	timeout    = 2 * time.Minute
)

// Handler does the jobs of kind "mail".
type Handler struct {
	DB      *store.DB
	Blobs   blob.Store
	Tickets *tickets.Service
	Store   func(ctx context.Context, id int64) (*desk.Store, error)
	// Raw opens the bytes of a message as they are kept.
	Raw  func(ctx context.Context, st *desk.Store, m *desk.Mail) (io.ReadCloser, error)
	Auth Checker // nil: nothing is known of any sender
	Spam Judge   // nil: only the store's own rules hold mail
	Caps Caps    // zero: DefaultCaps
	Now  func() time.Time
	Log  *slog.Logger
}

// Checker finds out what the domains involved say of a message.
type Checker interface {
	Check(ctx context.Context, env mailauth.Envelope, raw io.ReaderAt, size int64, headerFrom string) mailauth.Result
}

// Judge tells whether a message is spam, and why; "" is no. Whatever keeps it from judging
// is no reason to hold a message.
type Judge interface {
	Judge(ctx context.Context, in desk.Inbound, raw io.Reader, size int64) (why string)
}

// Kinds are the jobs that this package does.
func (h *Handler) Kinds() []jobs.Kind {
	return []jobs.Kind{{Name: Kind, Work: h.work, Timeout: timeout, Limit: atOnce}}
}

// args are those of a job.
type args struct {
	Mail    int64 `json:"mail"`
	Release bool  `json:"release"` // a person let it in: it is not held again
	Force   bool  `json:"force"`   // though it has become a ticket or comment already
}

// work handles one message. Its last tries do not read it any more, so that a message on
// which the program dies cannot be lost.
func (h *Handler) work(ctx context.Context, j *desk.Job) jobs.Result {
	var a args
	if err := json.Unmarshal(j.Args, &a); err != nil {
		return jobs.Result{Err: fmt.Errorf("args of a mail job: %w", err), Final: true}
	}
	st, err := h.Store(ctx, j.StoreID)
	if err != nil {
		return jobs.Done(err)
	}
	m, err := h.DB.Mail(ctx, st, a.Mail)
	if desk.CodeOf(err) == desk.NotFound {
		return jobs.Result{} // deleted with its store
	}
	if err != nil {
		return jobs.Done(err)
	}
	if done(m) && !a.Force {
		return jobs.Result{}
	}
	if j.Attempt <= plainTries {
		err = h.try(ctx, st, m, j, a)
	}
	if j.Attempt >= plainTries && (err != nil || j.Attempt > plainTries) {
		err = h.keep(ctx, st, m, j, err)
	}
	if err != nil {
		return jobs.Result{Err: err, Record: h.failed(st, m, err)}
	}
	return jobs.Result{Ended: true}
}

// done tells that a message has become something that must not be there twice.
func done(m *desk.Mail) bool {
	switch m.Fate {
	case desk.MailTicket, desk.MailComment, desk.MailFollowUp, desk.MailReleased:
		return true
	}
	return false
}

// try handles a message; a panic over what a stranger wrote is an error like others.
func (h *Handler) try(ctx context.Context, st *desk.Store, m *desk.Mail, j *desk.Job, a args) (err error) {
	defer func() {
		if p := recover(); p != nil {
			h.Log.ErrorContext(ctx, "panic over a mail", slog.Int64("mail_id", m.ID), slog.Any("panic", p), slog.String("stack", string(debug.Stack())))
			err = fmt.Errorf("panic: %v", p)
		}
	}()
	raw, err := h.open(ctx, st, m)
	if err != nil {
		return err
	}
	defer raw.Close()
	f, err := h.gather(ctx, st, m, raw, a.Release)
	if err != nil {
		return err
	}
	return h.write(ctx, f, decide(f), j)
}

// failed writes the fate of a message whose job is given up: only when the database or
// the blob store failed all day.
func (h *Handler) failed(st *desk.Store, m *desk.Mail, why error) func(*store.Tx, jobs.Outcome) {
	return func(tx *store.Tx, out jobs.Outcome) {
		if out.State != desk.JobDead {
			return
		}
		row := *m
		row.Fate, row.Reason, row.HandledAt = desk.MailFailed, "given up: "+why.Error(), desk.At(h.Now())
		tx.SettleMail(st, &row)
	}
}
