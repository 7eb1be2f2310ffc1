package smtp

import (
	"net"
	"net/netip"
	"slices"
	"sync"
	"time"
)

// peers counts what each peer has open and how much it brings. It is of this node alone.
type peers struct {
	trusts   func(netip.Addr) bool
	interval time.Duration // between messages of a peer; 0 = none
	burst    time.Duration
	now      func() time.Time

	mu      sync.Mutex
	open    map[*conn]struct{}
	count   map[netip.Addr]int
	due     map[netip.Addr]time.Time // when a peer's next message would be in time (GCRA)
	stopped bool
}

func newPeers(c *Config) *peers {
	p := &peers{trusts: trusting(c.Trusted), now: c.Now, open: map[*conn]struct{}{}, count: map[netip.Addr]int{}, due: map[netip.Addr]time.Time{}}
	if c.Rate > 0 {
		p.interval = time.Minute / time.Duration(c.Rate)
		p.burst = 2 * time.Minute
	}
	return p
}

// network is what of an address counts as one peer.
func network(a netip.Addr) netip.Addr {
	if a.Is6() {
		if wide, err := a.Prefix(64); err == nil {
			return wide.Addr()
		}
	}
	return a
}

// trusting tells peers without limits from others.
func trusting(networks []netip.Prefix) func(netip.Addr) bool {
	return func(a netip.Addr) bool {
		return a.IsLoopback() || slices.ContainsFunc(networks, func(n netip.Prefix) bool { return n.Contains(a) })
	}
}

// enter admits a connection, or says why not.
func (p *peers) enter(c *conn) (refusal string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case p.stopped:
		return "421 4.3.2 Going down for a moment, try again"
	case len(p.open) >= maxConns:
		return "421 4.3.2 Too many connections, try again"
	case p.count[network(c.peer)] >= maxPeerConns && !p.trusts(c.peer):
		return "421 4.7.0 Too many connections from your address, try again"
	}
	p.open[c] = struct{}{}
	p.count[network(c.peer)]++
	return ""
}

func (p *peers) leave(c *conn) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if _, ok := p.open[c]; !ok {
		return
	}
	delete(p.open, c)
	if p.count[network(c.peer)]--; p.count[network(c.peer)] == 0 {
		delete(p.count, network(c.peer))
	}
}

// maxRemembered bounds the memory of rates, to about 2 MB.
const maxRemembered = 20_000

// spend takes a message from a peer's rate, and tells whether there was one left.
func (p *peers) spend(a netip.Addr) bool {
	if p.interval == 0 || p.trusts(a) {
		return true
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.now()
	if len(p.due) >= maxRemembered {
		p.forget(now)
	}
	due := p.due[network(a)]
	if due.Before(now) {
		due = now
	}
	if due = due.Add(p.interval); due.Sub(now) > p.burst {
		return false
	}
	p.due[network(a)] = due
	return true
}

// forget drops peers that may send as if they were new, and everybody if that is not enough.
func (p *peers) forget(now time.Time) {
	for a, due := range p.due {
		if !due.After(now) {
			delete(p.due, a)
		}
	}
	if len(p.due) >= maxRemembered {
		clear(p.due)
	}
}

func (p *peers) stopping() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.stopped
}

// stop admits nobody any more, and ends the connections without a message under way.
func (p *peers) stop() {
	for _, c := range p.all() {
		c.expireIdle()
	}
}

// cut ends all connections at once.
func (p *peers) cut() {
	for _, c := range p.all() {
		_ = c.Close() // it is given up
	}
}

func (p *peers) all() (list []*conn) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.stopped = true
	for c := range p.open {
		list = append(list, c)
	}
	return list
}

// listener admits connections.
type listener struct {
	net.Listener
	server *Server
}

func (l *listener) Accept() (net.Conn, error) {
	for {
		raw, err := l.Listener.Accept()
		if err != nil {
			return nil, err
		}
		c := &conn{Conn: raw, peers: l.server.peers, end: time.Now().Add(l.server.patience.session)}
		if at, err := netip.ParseAddrPort(raw.RemoteAddr().String()); err == nil {
			c.peer = at.Addr().Unmap().WithZone("")
		}
		refusal := l.server.peers.enter(c)
		if refusal == "" {
			return c, nil
		}
		_ = raw.SetWriteDeadline(time.Now().Add(time.Second)) // a line fits into any socket's buffer
		_, _ = raw.Write([]byte(refusal + "\r\n"))
		_ = raw.Close() // refused, and told so if it listens
	}
}
