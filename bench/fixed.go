package main

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"time"
)

// fixedCommand is the argument that makes this program the server of fixed answers,
// the yardstick for retrieving one ticket: a process of its own, as the program is.
const fixedCommand = "serve-fixed-answers"

// fixedTag is the ETag of the fixed 304, as long as a ticket's.
const fixedTag = `"1000000-12-abcdef"`

// serveFixed answers /BYTES with so many bytes, and /304 with that status, from a
// net/http server set as the program's.
func serveFixed(address string) {
	bodies := map[string][]byte{}
	for size := 64; size <= 1<<16; size += 64 {
		body := make([]byte, size)
		for i := range body {
			body[i] = 'x'
		}
		bodies["/"+strconv.Itoa(size)] = body
	}
	server := &http.Server{
		Addr: address, ReadHeaderTimeout: 10 * time.Second, IdleTimeout: 2 * time.Minute,
		Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			h := w.Header()
			h["Etag"] = []string{fixedTag}
			if r.URL.Path == "/304" {
				w.WriteHeader(http.StatusNotModified)
				return
			}
			body := bodies[r.URL.Path]
			h["Content-Type"] = []string{"application/json"}
			h["Content-Length"] = []string{strconv.Itoa(len(body))}
			_, _ = w.Write(body) // a load generator that has gone away needs no answer
		}),
	}
	fmt.Fprintln(os.Stderr, server.ListenAndServe())
}

// startFixed starts the server of fixed answers.
func (b *bench) startFixed(ctx context.Context) (*process, error) {
	address, err := freeAddress(ctx)
	if err != nil {
		return nil, err
	}
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	return startProcess(ctx, filepath.Join(b.dir, "fixed.log"), address, "/64", nil, self, fixedCommand, address)
}

// answerCosts measures what answering costs net/http alone, a small and a large fixed
// answer, as processor time with that of the load generator.
func (b *bench) answerCosts(ctx context.Context, d *dataset) error {
	measure := func(size int) (float64, error) {
		y := fixedYardstick{b.fixed, size, b.conns, d.token}
		before := b.costs(d)
		rate, err := y.run(ctx, time.Second)
		return b.costs(d).since(before, int(rate)).All, err
	}
	var err error
	if b.smallAnswer, err = measure(smallAnswer); err != nil {
		return err
	}
	b.largeAnswer, err = measure(largeAnswer)
	return err
}

const (
	smallAnswer = 1 << 10 // bytes
	largeAnswer = 32 << 10
)

// answering is what an answer of some size costs net/http and the load generator, in
// microseconds.
func (b *bench) answering(size int64) float64 {
	share := float64(size-smallAnswer) / (largeAnswer - smallAnswer)
	return b.smallAnswer + share*(b.largeAnswer-b.smallAnswer)
}

// fixedYardstick asks for an answer of some size, or for a 304 when size is 0, with
// requests that carry the headers ours carry.
type fixedYardstick struct {
	server *process
	size   int
	conns  int
	token  string
}

func (f *fixedYardstick) name() string { return "net/http" }

func (f *fixedYardstick) run(ctx context.Context, d time.Duration) (float64, error) {
	path, status, extra := "/"+strconv.Itoa((f.size+63)/64*64), 200, ""
	if f.size == 0 {
		path, status, extra = "/304", 304, "If-None-Match: "+fixedTag+"\r\n"
	}
	l := load{address: f.server.address, conns: f.conns, requests: [][]byte{get(f.token, path, extra)}, status: status}
	out, err := l.run(ctx, d)
	if err != nil {
		return 0, err
	}
	if out.failed > 0 {
		return 0, fmt.Errorf("fixed answers failed: %s", out.complain)
	}
	return out.rate, nil
}
