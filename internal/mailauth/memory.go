package mailauth

import (
	"cmp"
	"context"
	"net"
	"sync"
	"time"
)

// Limits of what a Memory remembers.
const (
	memorySize   = 2000             // answers
	answerLife   = time.Minute      // of an answer, "there is none" included
	failureLife  = 30 * time.Second // of a look-up that nobody answered
	lookupTime   = 3 * time.Second  // for one look-up
	deadAfter    = 4                // look-ups in a row that nobody answered: the name server may be dead
	hurryFor     = 10 * time.Second // for so long the others get less time
	hurryTime    = 400 * time.Millisecond
	maxRemembers = 100 // records of one answer
)

// Memory asks a resolver and remembers what it said for a while, so that the mails of one
// sender ask once. What nobody answers in time is remembered too, and while nothing at all
// is answered, a look-up gets less time: a dead name server then costs a few mails a few
// seconds, and no mail all of its time. It goes on asking, for whoever writes from domains
// whose servers hang must not have the mail of others go unchecked. Answers are kept for
// less than most records ask for; their own TTLs are not known here.
type Memory struct {
	Next Resolver         // nil: the system's
	Now  func() time.Time // nil: time.Now
	Time time.Duration    // for one look-up; 0 = three seconds

	mu      sync.Mutex
	answers map[question]answer
	lost    int // look-ups in a row that nobody answered
	hurry   time.Time
}

type question struct{ kind, name string }

type answer struct {
	value any
	err   error
	until time.Time
}

// LookupTXT is net.Resolver's.
func (m *Memory) LookupTXT(ctx context.Context, name string) ([]string, error) {
	return recall(ctx, m, "TXT", name, m.next().LookupTXT)
}

// LookupMX is net.Resolver's.
func (m *Memory) LookupMX(ctx context.Context, name string) ([]*net.MX, error) {
	return recall(ctx, m, "MX", name, m.next().LookupMX)
}

// LookupIPAddr is net.Resolver's.
func (m *Memory) LookupIPAddr(ctx context.Context, host string) ([]net.IPAddr, error) {
	return recall(ctx, m, "IP", host, m.next().LookupIPAddr)
}

// LookupAddr is net.Resolver's.
func (m *Memory) LookupAddr(ctx context.Context, addr string) ([]string, error) {
	return recall(ctx, m, "PTR", addr, m.next().LookupAddr)
}

func (m *Memory) next() Resolver {
	if m.Next != nil {
		return m.Next
	}
	return net.DefaultResolver
}

func (m *Memory) now() time.Time {
	if m.Now != nil {
		return m.Now()
	}
	return time.Now()
}

func recall[T any](ctx context.Context, m *Memory, kind, name string, lookup func(context.Context, string) ([]T, error)) ([]T, error) {
	q := question{kind, name}
	if known, ok := m.known(q); ok {
		list, _ := known.value.([]T)
		return list, known.err
	}
	limit := m.limit()
	asking, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	list, err := lookup(asking, name)
	if err != nil && ctx.Err() != nil {
		return nil, err // the mail's own time is over: that says nothing of the server
	}
	unanswered := err != nil && asking.Err() != nil
	if unanswered {
		err = &net.DNSError{Err: "no answer in time", Name: name, IsTimeout: true, IsTemporary: true}
	}
	m.remember(q, answer{value: list, err: err}, unanswered, len(list))
	return list, err
}

// known is what is remembered of a question.
func (m *Memory) known(q question) (answer, bool) {
	now := m.now()
	m.mu.Lock()
	defer m.mu.Unlock()
	if a, ok := m.answers[q]; ok && now.Before(a.until) {
		return a, true
	}
	return answer{}, false
}

// limit is how long a look-up may take now.
func (m *Memory) limit() time.Duration {
	now, most := m.now(), cmp.Or(m.Time, lookupTime)
	m.mu.Lock()
	defer m.mu.Unlock()
	if now.Before(m.hurry) {
		return min(most, hurryTime)
	}
	return most
}

func (m *Memory) remember(q question, a answer, unanswered bool, records int) {
	now := m.now()
	m.mu.Lock()
	defer m.mu.Unlock()
	switch {
	case unanswered:
		if m.lost++; m.lost >= deadAfter {
			m.hurry = now.Add(hurryFor)
		}
	default:
		m.lost, m.hurry = 0, time.Time{}
	}
	switch {
	case records > maxRemembers:
		return
	case a.err == nil || missing(a.err):
		a.until = now.Add(answerLife)
	default:
		a.until = now.Add(failureLife)
	}
	if m.answers == nil || len(m.answers) >= memorySize {
		m.forget(now)
	}
	m.answers[q] = a
}

// forget makes room: what is over goes, and if that is not enough, all.
func (m *Memory) forget(now time.Time) {
	kept := map[question]answer{}
	for q, a := range m.answers {
		if now.Before(a.until) {
			kept[q] = a
		}
	}
	if len(kept) > memorySize/2 {
		kept = map[question]answer{}
	}
	m.answers = kept
}
