package dashboard

import (
	"context"
	"sync"
)

// rooms tell the live streams of this node who came to a ticket, left it or began to write.
// Other nodes see it with their browsers' next sign of life.
type rooms struct {
	mu      sync.Mutex
	streams map[*roomNews]bool
}

// roomNews is what one stream has not sent yet.
type roomNews struct {
	store   int64
	mu      sync.Mutex
	tickets map[int64]bool
	arrived chan struct{} // holds one
}

const maxRoomNews = 1000 // tickets that one stream has yet to tell of

func (r *rooms) join(store int64) *roomNews {
	n := &roomNews{store: store, tickets: map[int64]bool{}, arrived: make(chan struct{}, 1)}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.streams == nil {
		r.streams = map[*roomNews]bool{}
	}
	r.streams[n] = true
	return n
}

func (r *rooms) leave(n *roomNews) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.streams, n)
}

// tell says that somebody came, left or began to write.
func (r *rooms) tell(store, ticket int64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for n := range r.streams {
		if n.store == store {
			n.add(ticket)
		}
	}
}

func (n *roomNews) add(ticket int64) {
	n.mu.Lock()
	if len(n.tickets) < maxRoomNews {
		n.tickets[ticket] = true
	}
	n.mu.Unlock()
	select {
	case n.arrived <- struct{}{}:
	default:
	}
}

// take is what came since the last time.
func (n *roomNews) take() map[int64]bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	list := n.tickets
	n.tickets = map[int64]bool{}
	return list
}

// interrupt ends a wait when something comes; stop ends that.
func (n *roomNews) interrupt(ctx context.Context, end context.CancelFunc) (stop func()) {
	done := make(chan struct{})
	go func() {
		select {
		case <-n.arrived:
			end()
		case <-ctx.Done():
		case <-done:
		}
	}()
	return func() { close(done) }
}

// presence says at which ticket somebody came or left; browsers ask who is there.
type presence struct {
	Ticket int64 `json:"ticket"`
}
