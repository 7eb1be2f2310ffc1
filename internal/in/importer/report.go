package importer

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"storedesk/internal/store"
)

// Kind names a kind of object as the files do.
type Kind string

// The kinds, in the order they are imported: each names only earlier ones.
const (
	Users       Kind = "users"
	TicketTypes Kind = "ticket_types"
	Products    Kind = "products"
	Orders      Kind = "orders"
	Tickets     Kind = "tickets"
)

// Kinds lists every kind in the order of import.
var Kinds = []Kind{Users, TicketTypes, Products, Orders, Tickets}

// Options of an import. The zero value is usable for FromDir; FromURL needs URL and
// Token.
type Options struct {
	// Progress, if set, is told the counts so far after every batch, and once when a
	// kind is done. It is called by one goroutine at a time.
	Progress func(Progress)
	// Problem, if set, is told every problem, in no certain order; Report keeps only
	// the first MaxProblems. It is called by one goroutine at a time.
	Problem func(Problem)
	Log     *slog.Logger     // nil: slog.Default()
	Now     func() time.Time // nil: time.Now

	// The rest is for FromURL only.

	URL       string       // of the store, such as https://store.example; a path is ignored
	Token     string       // sent to this host alone
	Client    *http.Client // nil: one of its own; used for pages and files
	PerSecond float64      // requests a second at most; 0: 4, what the original allows
	MaxFile   int64        // bytes of one attachment; a larger one is not fetched. 0: 100 MiB

	wait  func(context.Context, time.Duration) error // for tests; nil: waits
	chunk int                                        // lines of a file taken together, for tests; 0: many
}

// Progress is how far the import of one kind has come.
type Progress struct {
	Kind  Kind
	Done  bool // this kind is finished
	Count Count
	Took  time.Duration // since this kind was begun
}

// Count says what became of the objects of one kind.
type Count struct {
	New, Changed, Same int
	Bad                int // left out
	Repaired           int // counted above too, but not kept as they were
}

// Total is how many objects were looked at.
func (c Count) Total() int { return c.New + c.Changed + c.Same + c.Bad }

// Problem is an object that was left out or repaired.
type Problem struct {
	Place    string // file:line, or the URL of the object
	Reason   string
	Repaired bool // imported all the same
}

func (p Problem) String() string { return p.Place + ": " + p.Reason }

// MaxProblems is how many problems a Report keeps; all are counted.
const MaxProblems = 100

// Report is the outcome of an import.
type Report struct {
	Counts   map[Kind]Count
	Problems []Problem // the first MaxProblems
}

// OK tells whether every object was imported as it was.
func (r *Report) OK() bool {
	for _, c := range r.Counts {
		if c.Bad > 0 || c.Repaired > 0 {
			return false
		}
	}
	return true
}

// run is an import under way; its methods may be called by several goroutines.
type run struct {
	Options
	bulk *store.Bulk

	mu     sync.Mutex
	report Report
	began  map[Kind]time.Time
}

func newRun(o Options) *run {
	if o.Log == nil {
		o.Log = slog.Default()
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	return &run{Options: o, report: Report{Counts: map[Kind]Count{}}, began: map[Kind]time.Time{}}
}

func (r *run) begin(k Kind) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.began[k] = r.Now()
}

// problem reports one object, left out or repaired.
func (r *run) problem(k Kind, p Problem) {
	r.mu.Lock()
	defer r.mu.Unlock()
	c := r.report.Counts[k]
	if p.Repaired {
		c.Repaired++
	} else {
		c.Bad++
	}
	r.report.Counts[k] = c
	if len(r.report.Problems) < MaxProblems {
		r.report.Problems = append(r.report.Problems, p)
	}
	if r.Problem != nil {
		r.Problem(p)
	}
}

func (r *run) bad(k Kind, place string, format string, args ...any) {
	r.problem(k, Problem{Place: place, Reason: fmt.Sprintf(format, args...)})
}

// wrote counts a batch.
func (r *run) wrote(k Kind, b store.BulkResult) {
	r.mu.Lock()
	defer r.mu.Unlock()
	c := r.report.Counts[k]
	c.New += b.New
	c.Changed += b.Changed
	c.Same += b.Same
	r.report.Counts[k] = c
	r.tell(k, false)
}

func (r *run) finish(k Kind) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.tell(k, true)
}

func (r *run) tell(k Kind, done bool) {
	if r.Progress != nil {
		r.Progress(Progress{Kind: k, Done: done, Count: r.report.Counts[k], Took: r.Now().Sub(r.began[k])})
	}
}
