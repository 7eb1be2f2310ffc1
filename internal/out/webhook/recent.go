package webhook

import (
	"sync"
	"time"

	"storedesk/internal/desk"
)

// recent remembers for a moment what several deliveries ask for at about the same time:
// each event's data is wanted by every webhook, each webhook by every event.
type recent struct {
	mu     sync.Mutex
	events map[int64]*rendered
	hooks  map[int64]*knownHook
}

// rendered is an event with the data to send.
type rendered struct {
	once  sync.Once
	event *desk.Event
	data  []byte
	err   error
}

// knownHook is a webhook as it was a moment ago.
type knownHook struct {
	hook  *desk.Webhook
	until time.Time
}

const (
	recentEvents = 256
	largeData    = 64 << 10 // bytes: more is not remembered
	hookLife     = 200 * time.Millisecond
	goneLife     = 2 * time.Second
	recentHooks  = 10_000
)

// event returns what is remembered of an event; fill is run by who asks first. What went
// wrong, and what is large, is forgotten.
func (m *recent) event(id int64, fill func(*rendered)) *rendered {
	m.mu.Lock()
	r := m.events[id]
	if r == nil {
		if m.events == nil || len(m.events) >= recentEvents {
			m.events = map[int64]*rendered{}
		}
		r = &rendered{}
		m.events[id] = r
	}
	m.mu.Unlock()
	r.once.Do(func() {
		fill(r)
		if r.err != nil || len(r.data) > largeData {
			m.mu.Lock()
			defer m.mu.Unlock()
			delete(m.events, id)
		}
	})
	return r
}

// hook returns a webhook as it was at most hookLife ago.
func (m *recent) hook(id int64, now time.Time, read func() (*desk.Webhook, error)) (*desk.Webhook, error) {
	m.mu.Lock()
	known := m.hooks[id]
	m.mu.Unlock()
	if known != nil && now.Before(known.until) {
		return known.hook, nil
	}
	hook, err := read()
	if err != nil {
		return nil, err
	}
	m.keep(hook, now.Add(hookLife))
	return hook, nil
}

// gone has a webhook taken for switched off until that is written and read again.
func (m *recent) gone(hook *desk.Webhook, now time.Time) {
	off := *hook
	off.Active = false
	m.keep(&off, now.Add(goneLife))
}

func (m *recent) keep(hook *desk.Webhook, until time.Time) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.hooks == nil || len(m.hooks) >= recentHooks {
		m.hooks = map[int64]*knownHook{}
	}
	if known := m.hooks[hook.ID]; known == nil || until.After(known.until) {
		m.hooks[hook.ID] = &knownHook{hook, until}
	}
}
