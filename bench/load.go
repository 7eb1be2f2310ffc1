package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// A load is what connections are kept busy with: each sends the next of the requests
// as soon as the answer to its last one is there. Requests are whole HTTP messages
// made beforehand, and of an answer only status and length are read, so that the
// generator takes little of the cores it shares.
type load struct {
	address  string
	conns    int
	requests [][]byte
	status   int // expected; anything else counts as failed
	offset   int // of the first request, so that rounds do not repeat each other
}

// outcome is what a load measured.
type outcome struct {
	rate     float64         // answers a second
	times    []time.Duration // of each answer, ascending
	body     int64           // bytes of all bodies
	failed   int
	complain string // the first failed answer, shortened
	cost     cost

	// slowest is the largest of the medians of single requests; only of a load of one
	// connection, which asks few requests often.
	slowest time.Duration
}

// run keeps the connections busy for a while.
func (l *load) run(ctx context.Context, d time.Duration) (*outcome, error) {
	ctx, cancel := context.WithTimeout(ctx, d+time.Minute)
	defer cancel()
	results := make([]outcome, l.conns)
	errs := make([]error, l.conns)
	var wg sync.WaitGroup
	begin := time.Now()
	for i := range l.conns {
		wg.Go(func() { errs[i] = l.busy(ctx, i, begin.Add(d), &results[i]) })
	}
	wg.Wait()
	elapsed := time.Since(begin)
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	sum := &outcome{}
	for _, r := range results {
		sum.times = append(sum.times, r.times...)
		sum.body += r.body
		sum.failed += r.failed
		if sum.complain == "" {
			sum.complain = r.complain
		}
	}
	if l.conns == 1 {
		sum.slowest = l.slowest(sum.times)
	}
	slices.Sort(sum.times)
	sum.rate = float64(len(sum.times)) / elapsed.Seconds()
	return sum, nil
}

// slowest takes the times in the order of asking.
func (l *load) slowest(times []time.Duration) time.Duration {
	of := make([][]time.Duration, len(l.requests))
	for i, t := range times {
		n := (l.offset + i) % len(l.requests)
		of[n] = append(of[n], t)
	}
	longest := time.Duration(0)
	for _, list := range of {
		longest = max(longest, median(list))
	}
	return longest
}

// busy is the life of one connection.
func (l *load) busy(ctx context.Context, i int, end time.Time, out *outcome) error {
	c, err := dial(ctx, l.address)
	if err != nil {
		return err
	}
	defer c.Close()
	out.times = make([]time.Duration, 0, 1<<14)
	for n := l.offset + i; ; n += l.conns {
		begin := time.Now()
		if begin.After(end) {
			return nil
		}
		status, length, err := c.ask(l.requests[n%len(l.requests)])
		if err != nil {
			return fmt.Errorf("connection %d: %w", i, err)
		}
		out.times = append(out.times, time.Since(begin))
		out.body += int64(length)
		if status != l.status {
			out.failed++
			if out.complain == "" {
				out.complain = strconv.Itoa(status) + ": " + c.start()
			}
		}
	}
}

// quantile is the time that a share q of the answers stayed under.
func (o *outcome) quantile(q float64) time.Duration {
	if len(o.times) == 0 {
		return 0
	}
	return o.times[min(len(o.times)-1, int(q*float64(len(o.times))))]
}

// conn is a keep-alive connection that reads answers with a Content-Length.
type conn struct {
	net.Conn
	buffer []byte
	head   int // bytes of the last answer's head in buffer
	filled int
}

func dial(ctx context.Context, address string) (*conn, error) {
	c, err := (&net.Dialer{}).DialContext(ctx, "tcp", address)
	if err != nil {
		return nil, err
	}
	if deadline, ok := ctx.Deadline(); ok {
		if err := c.SetDeadline(deadline); err != nil {
			return nil, err
		}
	}
	return &conn{Conn: c, buffer: make([]byte, 128<<10)}, nil
}

var errNotHTTP = errors.New("not an answer that the load generator can read")

// ask sends a request and reads the answer to its end.
func (c *conn) ask(request []byte) (status, length int, err error) {
	if _, err := c.Write(request); err != nil {
		return 0, 0, err
	}
	c.head, c.filled = 0, 0
	for c.head == 0 {
		if c.filled == len(c.buffer) {
			return 0, 0, errNotHTTP
		}
		n, err := c.Read(c.buffer[c.filled:])
		if err != nil {
			return 0, 0, err
		}
		c.filled += n
		if end := bytes.Index(c.buffer[:c.filled], []byte("\r\n\r\n")); end >= 0 {
			c.head = end + 4
		}
	}
	if status, length, err = parseHead(c.buffer[:c.head]); err != nil {
		return 0, 0, err
	}
	rest := length - (c.filled - c.head)
	for at := c.filled; rest > 0; {
		if at == len(c.buffer) { // what is read is not looked at
			at = c.head
		}
		n, err := c.Read(c.buffer[at:min(len(c.buffer), at+rest)])
		if err != nil {
			return 0, 0, err
		}
		at += n
		rest -= n
	}
	return status, length, nil
}

// start shows the beginning of the last answer's body.
func (c *conn) start() string {
	return strings.ToValidUTF8(string(c.buffer[c.head:min(c.filled, c.head+200)]), "?")
}

// parseHead reads status and Content-Length of an answer's head.
func parseHead(head []byte) (status, length int, err error) {
	if len(head) < 12 || string(head[:7]) != "HTTP/1." {
		return 0, 0, errNotHTTP
	}
	if status, err = strconv.Atoi(string(head[9:12])); err != nil {
		return 0, 0, errNotHTTP
	}
	if status == 304 || status == 204 {
		return status, 0, nil
	}
	text, ok := header(head, "Content-Length")
	if !ok {
		return 0, 0, errNotHTTP
	}
	length, err = strconv.Atoi(text)
	return status, length, err
}

// header finds a header as net/http spells it.
func header(head []byte, name string) (string, bool) {
	_, rest, ok := bytes.Cut(head, []byte("\r\n"+name+": "))
	if !ok {
		return "", false
	}
	value, _, ok := bytes.Cut(rest, []byte("\r\n"))
	return string(value), ok
}

// fetch asks once and returns head and body.
func fetch(ctx context.Context, address string, request []byte) (head, body []byte, err error) {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	c, err := dial(ctx, address)
	if err != nil {
		return nil, nil, err
	}
	defer c.Close()
	if _, err := c.Write(request); err != nil {
		return nil, nil, err
	}
	var all []byte
	for {
		if end := bytes.Index(all, []byte("\r\n\r\n")); end >= 0 {
			_, length, err := parseHead(all[:end+4])
			if err != nil {
				return nil, nil, fmt.Errorf("%w: %.200s", err, all)
			}
			if len(all) >= end+4+length {
				return all[:end+4], all[end+4:], nil
			}
		}
		n, err := c.Read(c.buffer)
		if err != nil && !(errors.Is(err, io.EOF) && n > 0) {
			return nil, nil, err
		}
		all = append(all, c.buffer[:n]...)
	}
}
