// Package imap reads mailboxes and hands every message in them to the ledger, once:
//
//	EXAMINE folder ─► UID SEARCH ─► UIDs without a row in the ledger ─► BODY.PEEK[] ─► Receive
//
// What the ledger has decides, never a flag: a message that a person has read is taken as
// well, and no flag is changed. A message that cannot be taken is told of and tried again
// with each poll, and those after it are taken all the same.
//
// It reads no message, beyond the header fields that stand in for the envelope.
package imap

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"time"

	"storedesk/internal/desk"
	"storedesk/internal/store"
)

// Limits of a poll.
const (
	DefaultMaxSize = 40 << 20 // bytes of a message
	maxPoll        = 1000     // messages; the next poll follows at once
	maxInRow       = 3        // messages that fail before the poll gives up
	lease          = 15 * time.Minute
	maxRest        = time.Hour // after failures
)

// Receiver is the ledger of mail.
type Receiver interface {
	// Receive keeps a message and returns when it is durable. fresh is false if
	// the ledger has in.SourceKey of in.Source already.
	Receive(ctx context.Context, st *desk.Store, in desk.Inbound, body io.Reader) (id int64, fresh bool, err error)
	// Refuse records a message of which only the header is kept, with the fate failed.
	Refuse(ctx context.Context, st *desk.Store, in desk.Inbound, header io.Reader, reason string) (id int64, fresh bool, err error)
}

// Poller reads mailboxes. Several goroutines may use one.
type Poller struct {
	DB    *store.DB
	Mail  Receiver
	Store func(ctx context.Context, id int64) (*desk.Store, error)
	Now   func() time.Time
	Log   *slog.Logger

	MaxSize int64        // of a message in bytes; 0: DefaultMaxSize
	TLS     *tls.Config  // nil: the system's roots
	Client  *http.Client // for OAuth 2; nil: one of its own

	// Guard and GuardedClient reach the servers that an agent has named in the dashboard:
	// not those of the operator's own networks, unless allowed.
	Guard         func(ctx context.Context, network, address string) (net.Conn, error)
	GuardedClient *http.Client
}

// Due lists the mailboxes whose next poll is due and that no node is polling, the longest
// waiting first.
func (p *Poller) Due(ctx context.Context, now time.Time) ([]desk.Mailbox, error) {
	list, err := p.DB.MailboxesDue(ctx, desk.At(now))
	due := make([]desk.Mailbox, len(list))
	for i, b := range list {
		due[i] = *b
	}
	return due, err
}

// Poll reads a mailbox now, whether due or not, and records how it went. One poll of a
// mailbox runs at a time, on all nodes together: Conflict while another does. After an
// error it rests for half the time since it last went well, an hour at most. It stops
// with store.ErrLeaseLost when the mailbox is removed. Other errors are on the row, too.
func (p *Poller) Poll(ctx context.Context, b desk.Mailbox) error {
	st, err := p.Store(ctx, b.StoreID)
	if err != nil {
		return err
	}
	held, err := p.DB.ClaimMailbox(ctx, st, b.ID, desk.At(p.Now()), p.leased())
	if err != nil {
		return err
	}
	r := &poll{Poller: p, st: st, box: held}
	err = r.run(ctx)
	if errors.Is(err, store.ErrLeaseLost) {
		return err
	}
	r.record(ctx, err)
	// Also when ctx has ended: else all wait for the lease.
	return errors.Join(err, p.DB.EndPoll(context.WithoutCancel(ctx), held))
}

func (p *Poller) leased() desk.Instant { return desk.At(p.Now().Add(lease)) }

func (p *Poller) maxSize() int64 {
	if p.MaxSize > 0 {
		return p.MaxSize
	}
	return DefaultMaxSize
}

// record fills in how a poll ended.
func (r *poll) record(ctx context.Context, err error) {
	now := r.Now()
	b := r.box
	b.NextRunAt = desk.At(now.Add(b.Pause))
	switch {
	case err == nil && r.more:
		b.NextRunAt = desk.At(now)
		fallthrough
	case err == nil:
		b.LastError, b.LastOKAt = "", desk.At(now)
	case ctx.Err() != nil: // the program stops: whoever runs next goes on
		b.LastError, b.NextRunAt = "interrupted", desk.At(now)
	default:
		since := now.Sub(max(b.LastOKAt, b.CreatedAt).Time())
		b.NextRunAt = desk.At(now.Add(min(max(b.Pause, since/2), max(b.Pause, maxRest))))
		b.LastError = cut(err.Error(), 1000)
	}
}
