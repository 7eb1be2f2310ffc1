package mirror

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"time"

	"storedesk/internal/desk"
	"storedesk/internal/in/importer"
	"storedesk/internal/store"
)

// lease is how long a pull holds its source without a sign of life. A page of a hundred
// orders takes less, even at the slowest the importer asks.
const lease = 20 * time.Minute

// Mirror pulls from live stores.
type Mirror struct {
	DB  *store.DB
	Now func() time.Time
	Log *slog.Logger

	Progress  func(importer.Progress) // may be nil
	Problem   func(importer.Problem)  // may be nil
	Client    *http.Client            // nil: one of its own
	PerSecond float64                 // requests a second at most; 0: 4, what the original allows
}

// Due lists the stores whose next pull is due and that no node is pulling, the longest
// waiting first.
func (m *Mirror) Due(ctx context.Context, now time.Time) ([]*desk.Store, error) {
	ids, err := m.DB.SourcesDue(ctx, desk.At(now))
	if err != nil || len(ids) == 0 {
		return nil, err
	}
	stores, err := m.DB.Stores(ctx)
	if err != nil {
		return nil, err
	}
	var due []*desk.Store
	for _, id := range ids {
		if i := slices.IndexFunc(stores, func(st *desk.Store) bool { return st.ID == id }); i >= 0 {
			due = append(due, stores[i])
		}
	}
	return due, nil
}

// Run pulls now, whether due or not, and records how it went; the next pull is due
// Every after its end, also after an error, and at once after ctx ended. One pull of a
// store runs at a time, on all nodes together: Conflict while another does. It stops with
// store.ErrLeaseLost when the mirror is changed or turned off. What was pulled until an
// error stays.
func (m *Mirror) Run(ctx context.Context, st *desk.Store) (importer.Report, error) {
	began := desk.At(m.Now())
	source, err := m.DB.ClaimPull(ctx, st, began, m.leased())
	if errors.Is(err, desk.ErrNotFound) {
		return importer.Report{}, desk.Errorf(desk.NotFound, "the store mirrors no live store")
	}
	if err != nil {
		return importer.Report{}, err
	}
	report, err := m.pull(ctx, st, source)
	if errors.Is(err, store.ErrLeaseLost) {
		return report, err
	}
	// Record the end also when ctx has ended: else all wait for the lease.
	end := context.WithoutCancel(ctx)
	return report, errors.Join(err, m.DB.EndPull(end, st, m.ending(source, &report, err)))
}

func (m *Mirror) leased() desk.Instant { return desk.At(m.Now().Add(lease)) }

// pull walks the lists, and prolongs the lease with each page.
func (m *Mirror) pull(ctx context.Context, st *desk.Store, source *desk.Source) (importer.Report, error) {
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	options := importer.Options{
		URL: source.URL, Token: source.Token, PerSecond: m.PerSecond, Client: m.Client, Log: m.Log, Now: m.Now, Problem: m.Problem,
		Progress: func(p importer.Progress) {
			if err := m.DB.ExtendPull(ctx, st, source.LastRunAt, m.leased()); err != nil {
				stop(err)
			}
			if m.Progress != nil {
				m.Progress(p)
			}
		},
	}
	report, err := importer.Mirror(ctx, m.DB, st, options)
	if cause := context.Cause(ctx); err != nil && cause != nil {
		err = cause
	}
	return report, err
}

// ending is the record of a pull. Objects that were left out are told of as an error,
// though the pull went through.
func (m *Mirror) ending(source *desk.Source, report *importer.Report, err error) store.PullEnd {
	now := m.Now()
	e := store.PullEnd{Began: source.LastRunAt, At: desk.At(now), Next: desk.At(now.Add(source.Every)), OK: err == nil}
	bad := 0
	for _, c := range report.Counts {
		e.Pulled += int64(c.New + c.Changed)
		bad += c.Bad
	}
	switch {
	case errors.Is(err, context.Canceled): // the program stops: whoever runs next goes on
		e.Error, e.Next = "interrupted", e.At
	case err != nil:
		e.Error = err.Error()
	case bad > 0:
		e.Error = fmt.Sprintf("%d left out, such as %s", bad, report.Problems[0])
	}
	e.Error = cut(e.Error, 1000)
	return e
}
