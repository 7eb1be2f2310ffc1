package importer

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"

	"golang.org/x/sync/errgroup"

	"storedesk/internal/desk"
	"storedesk/internal/store"
)

// FromDir reads the files users.jsonl, ticket_types.jsonl, products.jsonl,
// orders.jsonl and tickets.jsonl of a directory, of which any may be missing: one
// object of the API a line. It may be run again, also after an interruption: only
// what changed is written. An object that the store has and the files do not stays;
// a ticket that the files have is made to be just what they say.
//
// The error tells why the import stopped; objects left out are in the report instead.
func FromDir(ctx context.Context, db *store.DB, st *desk.Store, dir string, o Options) (Report, error) {
	r := newRun(o)
	r.bulk = db.NewBulk(st, func() desk.Instant { return desk.At(r.Now()) })
	files := 0
	for _, k := range Kinds {
		if _, err := os.Stat(file(dir, k)); err == nil {
			files++
		}
	}
	if files == 0 {
		return r.report, fmt.Errorf("%s holds none of the files users.jsonl, ticket_types.jsonl, products.jsonl, orders.jsonl, tickets.jsonl", dir)
	}
	if err := r.bulk.Begin(ctx); err != nil {
		return r.report, err
	}
	err := r.files(ctx, dir)
	if err == nil {
		err = r.linkHistory(ctx, db, st)
	}
	if ctx.Err() == nil { // who interrupts does not want to wait: the next start builds what is missing
		err = errors.Join(err, r.bulk.Finish(ctx))
	}
	return r.report, err
}

func file(dir string, k Kind) string { return filepath.Join(dir, string(k)+".jsonl") }

func (r *run) files(ctx context.Context, dir string) error {
	for _, k := range Kinds {
		f, err := os.Open(file(dir, k))
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return err
		}
		err = r.file(ctx, k, f)
		f.Close()
		if err != nil {
			return fmt.Errorf("importing %s: %w", k, err)
		}
	}
	return nil
}

// Limits of one line and of the lines taken together.
const (
	maxLine    = 256 << 20 // bytes; a longer line is left out
	chunkBytes = 4 << 20
	chunkLines = 4000
)

// chunk is a run of whole lines.
type chunk struct {
	lines [][]byte
	first int // line number of lines[0], from 1
	turn  <-chan struct{}
	next  chan<- struct{}
}

func (r *run) file(ctx context.Context, k Kind, f *os.File) error {
	r.begin(k)
	defer r.finish(k)
	group, ctx := errgroup.WithContext(ctx)
	chunks := make(chan *chunk)
	group.Go(func() error {
		defer close(chunks)
		return r.readChunks(ctx, k, f, chunks)
	})
	if k == Tickets {
		if err := r.ticketFile(ctx, group, chunks); err != nil {
			return err
		}
		return group.Wait()
	}
	group.Go(func() error {
		for c := range chunks {
			if err := r.objects(ctx, k, c); err != nil {
				return err
			}
		}
		return nil
	})
	return group.Wait()
}

// objects reads and writes a chunk of a kind that is few.
func (r *run) objects(ctx context.Context, k Kind, c *chunk) error {
	switch k {
	case Users:
		return objectsOf(ctx, r, k, c, user, r.bulk.WriteUsers)
	case TicketTypes:
		return objectsOf(ctx, r, k, c, ticketType, r.bulk.WriteTicketTypes)
	case Products:
		return objectsOf(ctx, r, k, c, product, r.bulk.WriteProducts)
	default:
		return objectsOf(ctx, r, k, c, order, r.bulk.WriteOrders)
	}
}

func objectsOf[T any](ctx context.Context, r *run, k Kind, c *chunk, read func([]byte) (T, error),
	write func(context.Context, []T) (store.BulkResult, error),
) error {
	var b batch[T]
	for i, line := range c.lines {
		if len(bytes.TrimSpace(line)) == 0 {
			continue
		}
		v, err := read(line)
		if err != nil {
			r.bad(k, place(k, c.first+i), "%v", err)
			continue
		}
		b.add(v, place(k, c.first+i))
	}
	return b.write(ctx, r, k, write)
}

func place(k Kind, line int) string { return fmt.Sprintf("%s.jsonl:%d", k, line) }

// ticketFile reads and prepares chunks of tickets side by side; tags are counted in
// the order of the file, so each chunk waits for its turn for that.
func (r *run) ticketFile(ctx context.Context, group *errgroup.Group, chunks <-chan *chunk) error {
	refs, err := r.bulk.BeginTickets(ctx)
	if err != nil {
		return err
	}
	for range max(2, runtime.GOMAXPROCS(0)) {
		group.Go(func() error {
			for c := range chunks {
				if err := r.tickets(ctx, c, refs); err != nil {
					return err
				}
			}
			return nil
		})
	}
	return nil
}

func (r *run) tickets(ctx context.Context, c *chunk, refs *store.Refs) error {
	var list []*importedTicket
	for i, line := range c.lines {
		if len(bytes.TrimSpace(line)) == 0 {
			continue
		}
		t, err := ticket(line, place(Tickets, c.first+i))
		if err != nil {
			r.bad(Tickets, place(Tickets, c.first+i), "%v", err)
			continue
		}
		t.check(refs)
		list = append(list, t)
	}
	select {
	case <-c.turn:
	case <-ctx.Done():
		return ctx.Err()
	}
	if err := r.tagged(ctx, list); err != nil {
		return err
	}
	close(c.next)
	if err := r.linked(ctx, list); err != nil {
		return err
	}
	return r.writeTickets(ctx, list, r.ready(list))
}

// readChunks cuts a file into runs of lines.
func (r *run) readChunks(ctx context.Context, k Kind, f io.Reader, out chan<- *chunk) error {
	in := bufio.NewReaderSize(f, 1<<20)
	turn := make(chan struct{})
	close(turn)
	send := func(c *chunk) error {
		next := make(chan struct{})
		c.turn, c.next = turn, next
		turn = next
		select {
		case out <- c:
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	most := chunkLines
	if r.chunk > 0 {
		most = r.chunk
	}
	c, size := &chunk{first: 1}, 0
	for number := 1; ; number++ {
		line, err := readLine(in)
		if err != nil && err != io.EOF {
			return err
		}
		if len(line) > maxLine {
			r.bad(k, place(k, number), "longer than %d bytes", maxLine)
			line = nil
		}
		if len(line) > 0 || err == nil {
			c.lines = append(c.lines, line)
			size += len(line)
		}
		if len(c.lines) == most || size >= chunkBytes || err == io.EOF && len(c.lines) > 0 {
			if err := send(c); err != nil {
				return err
			}
			c, size = &chunk{first: number + 1}, 0
		}
		if err == io.EOF {
			return nil
		}
	}
}

// readLine reads a line without its end; of one longer than maxLine only so much that
// this can be told.
func readLine(in *bufio.Reader) ([]byte, error) {
	var line []byte
	for {
		part, err := in.ReadSlice('\n')
		if len(line) <= maxLine {
			line = append(line, part...)
		}
		if err == bufio.ErrBufferFull {
			continue
		}
		return bytes.TrimRight(line, "\r\n"), err
	}
}
