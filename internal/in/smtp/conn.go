package smtp

import (
	"crypto/tls"
	"net"
	"net/netip"
	"sync"
	"time"
)

// conn is a connection that ends at a time, whatever deadlines are set, and that reads
// nothing more after an error. The latter matters: after a read that timed out in the midst
// of a message the protocol would go on and take the rest of the message for commands.
type conn struct {
	net.Conn
	peer  netip.Addr
	peers *peers

	mu     sync.Mutex
	end    time.Time
	busy   bool // between MAIL and the answer to the message
	broken error
	closed bool
}

func (c *conn) Read(b []byte) (int, error) {
	c.mu.Lock()
	err := c.broken
	c.mu.Unlock()
	if err != nil {
		return 0, err
	}
	n, err := c.Conn.Read(b)
	if err != nil {
		c.mu.Lock()
		c.broken = err
		c.mu.Unlock()
	}
	return n, err
}

// SetReadDeadline sets the deadline, or the connection's end if that is earlier.
func (c *conn) SetReadDeadline(t time.Time) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if t.IsZero() || t.After(c.end) {
		t = c.end
	}
	return c.Conn.SetReadDeadline(t)
}

// SetDeadline is what crypto/tls does not use and nobody else should.
func (c *conn) SetDeadline(t time.Time) error {
	if err := c.SetWriteDeadline(t); err != nil {
		return err
	}
	return c.SetReadDeadline(t)
}

// begin marks the start of a message; false when the server is stopping.
func (c *conn) begin() bool {
	if c.peers.stopping() {
		return false
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.busy = true
	return true
}

// idle marks the end of a message. A server that stops then waits for no other.
func (c *conn) idle() {
	c.mu.Lock()
	c.busy = false
	c.mu.Unlock()
	if c.peers.stopping() {
		c.expire()
	}
}

// lastWord is how long a peer has to read the last answer before the connection ends.
const lastWord = 100 * time.Millisecond

// expire ends the connection soon, with an answer: its next read times out.
func (c *conn) expire() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if end := time.Now().Add(lastWord); end.Before(c.end) {
		c.end = end
	}
	_ = c.Conn.SetReadDeadline(c.end) // a dead connection has ended
}

// expireIdle is expire unless a message is under way.
func (c *conn) expireIdle() {
	c.mu.Lock()
	busy := c.busy
	c.mu.Unlock()
	if !busy {
		c.expire()
	}
}

func (c *conn) Close() error {
	c.mu.Lock()
	first := !c.closed
	c.closed = true
	c.mu.Unlock()
	if first {
		c.peers.leave(c)
	}
	return c.Conn.Close()
}

// under finds the connection beneath TLS.
func under(c net.Conn) *conn {
	if t, ok := c.(*tls.Conn); ok {
		c = t.NetConn()
	}
	return c.(*conn)
}
