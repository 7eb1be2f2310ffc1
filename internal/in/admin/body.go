package admin

import (
	"errors"
	"io"
	"net/http"
	"os"
	"time"

	"storedesk/internal/in/admin/form"
)

const (
	// maxBody is the longest request body, in bytes.
	maxBody = 25 << 20
	// maxStranger is the longest body read from somebody who has shown no valid
	// token outside it. The original reads every body before it looks for a token;
	// beyond this size that would be an invitation.
	maxStranger = 1 << 20
	// bodyPatience times the idle limit is how long a whole body may take.
	bodyPatience = 20
)

var (
	errTooLarge = &problem{
		status: http.StatusRequestEntityTooLarge,
		body:   []byte(`{"detail":"Request body too large."}`), hangUp: true,
	}
	errTooSlow = &problem{
		status: http.StatusRequestTimeout,
		body:   []byte(`{"detail":"Request body was not received in time."}`), hangUp: true,
	}
	errBroken = &problem{
		status: http.StatusBadRequest,
		body:   []byte(`{"detail":"Request body could not be read."}`), hangUp: true,
	}
)

// refusal makes a form's problem an answer.
func refusal(p *form.Problem) *problem { return detail(p.Status, p.Detail) }

func hangingUp(p *problem) *problem {
	last := *p
	last.hangUp = true
	return &last
}

// streaming reports a request whose body the handler itself will read.
func (c *call) streaming() bool {
	return c.res.uploads && c.r.Method == http.MethodPost && c.r.ContentLength != 0
}

// receive reads and parses the body. For uploads it looks at the type alone.
func (a *API) receive(c *call) error {
	if c.r.ContentLength > maxBody {
		return errTooLarge
	}
	if c.res.uploads {
		return c.uploadType()
	}
	if c.r.ContentLength != 0 {
		if err := a.read(c); err != nil {
			return err
		}
	} else if c.r.Method == http.MethodGet || c.r.Method == http.MethodHead {
		return nil
	}
	body, p := form.ParseBody(c.r.Header.Get("Content-Type"), c.raw)
	if p != nil {
		return refusal(p)
	}
	c.body = body
	return nil
}

// read fills c.raw. A body too large for a stranger is refused for want of a token.
func (a *API) read(c *call) error {
	limit, beyond := int64(maxBody), errTooLarge
	if length := c.r.ContentLength; length < 0 || length > maxStranger {
		err := a.authenticate(c, c.secret())
		var p *problem
		switch {
		case errors.As(err, &p):
			limit, beyond = maxStranger, hangingUp(p)
		case err != nil:
			return err
		}
	}
	if c.r.ContentLength > limit {
		return beyond
	}
	in := a.bodyReader(c, limit, beyond)
	defer in.done()
	buffer := make([]byte, 0, min(max(c.r.ContentLength, 0), 1<<20)+512)
	for {
		if len(buffer) == cap(buffer) {
			buffer = append(buffer, 0)[:len(buffer)]
		}
		n, err := in.Read(buffer[len(buffer):cap(buffer)])
		buffer = buffer[:len(buffer)+n]
		if err == io.EOF {
			c.raw = buffer
			return nil
		}
		if err != nil {
			return err
		}
	}
}

// bodyReader reads a request's body within limits of size and time. Its errors are
// problems, ready to be answered, and stay.
type bodyReader struct {
	src    io.Reader
	ctl    *http.ResponseController
	left   int64
	beyond *problem // the answer to a body that is too long
	idle   time.Duration
	until  time.Time
	err    error
}

func (a *API) bodyReader(c *call, limit int64, beyond *problem) *bodyReader {
	return &bodyReader{
		src: c.r.Body, ctl: http.NewResponseController(c.w), left: limit, beyond: beyond,
		idle: a.bodyIdle, until: time.Now().Add(bodyPatience * a.bodyIdle),
	}
}

// Read gives the client a while for each stretch of the body, so that a slow line
// gets through and a stalled one does not hold its connection.
func (b *bodyReader) Read(p []byte) (int, error) {
	if b.err != nil {
		return 0, b.err
	}
	deadline := time.Now().Add(b.idle)
	if deadline.After(b.until) {
		deadline = b.until
	}
	// Not every ResponseWriter has deadlines; the limits of size hold without.
	_ = b.ctl.SetReadDeadline(deadline)
	if int64(len(p)) > b.left+1 {
		p = p[:b.left+1]
	}
	n, err := b.src.Read(p)
	b.left -= int64(n)
	switch {
	case b.left < 0:
		n, b.err = 0, b.beyond
	case err == io.EOF:
		b.err = err
	case errors.Is(err, os.ErrDeadlineExceeded):
		b.err = errTooSlow
	case err != nil:
		b.err = errBroken
	}
	return n, b.err
}

// done lifts the deadline once the body is read: it would strike the connection
// while the request is still being answered.
func (b *bodyReader) done() {
	if b.err == io.EOF {
		_ = b.ctl.SetReadDeadline(time.Time{})
	}
}
