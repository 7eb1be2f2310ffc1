package mail

import (
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net"
	"strconv"
	"time"

	"storedesk/internal/blob"
	"storedesk/internal/desk"
	"storedesk/internal/jobs"
	"storedesk/internal/store"
	"storedesk/internal/wire"
)

// Service composes and sends mail.
type Service struct {
	DB    *store.DB
	Blobs blob.Store
	Log   *slog.Logger
	Now   func() time.Time
	// Store returns the store with an id.
	Store func(ctx context.Context, id int64) (*desk.Store, error)
	// Links makes the URLs of a store's attachments.
	Links func(st *desk.Store) wire.Linker
	// Origin is the URL under which a store is reached, for pictures that we keep.
	Origin func(st *desk.Store) string
	// TicketURL is where agents see a ticket.
	TicketURL func(st *desk.Store, ticket int64) string
	// Route says how mail leaves; the zero value: not at all.
	Route Route
	// Hostname is what we call ourselves to other servers (RFC 5321 section 4.1.1.1).
	Hostname string
	// Signer signs mail of stores that have a key; nil: none is signed.
	Signer Signer
	// Resolver finds mail servers when mail is delivered directly; nil: the system's.
	Resolver Resolver
	// Dial connects to them; nil: to any address. It should refuse addresses that are not
	// public, since whoever writes to a store chooses them.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)
	// Pause is the wait after a first deferral; 0 = a minute. Later ones are longer.
	Pause time.Duration
}

// Signer makes DKIM signatures (RFC 6376).
type Signer interface {
	// Sign writes a store's mail with its signature on top; without one, when the store has
	// no key.
	Sign(dst io.Writer, st *desk.Store, mail io.ReadSeeker) error
}

// The kinds of jobs.
const (
	eventKind = "mail-event"
	sendKind  = "mail-send"
)

// Kinds are the jobs of this package.
func (s *Service) Kinds() []jobs.Kind {
	return []jobs.Kind{
		{Name: eventKind, Work: s.handle, Timeout: 5 * time.Minute},
		{Name: sendKind, Work: s.send, Timeout: sendTimeout, Limit: sendsAtOnce, Backoff: s.backoff},
	}
}

// eventTask is what a job of kind mail-event is about.
type eventTask struct {
	Event int64 `json:"event"`
}

// Follow makes the job of an event from which mail may follow, for store.DB.Follow; nil
// for others, and while mail does not leave.
func (s *Service) Follow(st *desk.Store, e *desk.Event) *desk.Job {
	if s.Route.Off() || st.SupportEmail == "" || e.TicketID == 0 || e.Type == desk.EventTicketImported {
		return nil
	}
	if e.CommentID == 0 && e.Type != desk.EventTicketCreated && !assigns(e) {
		return nil
	}
	args, _ := json.Marshal(eventTask{e.ID}) // a number
	return &desk.Job{
		StoreID: st.ID, Kind: eventKind, Lane: "t" + strconv.FormatInt(e.TicketID, 10), Args: args, RunAt: e.CreatedAt, CreatedAt: e.CreatedAt,
	}
}

func assigns(e *desk.Event) bool {
	for _, c := range e.Changes {
		if c.Field == "assignee" {
			return true
		}
	}
	return false
}
