package admin

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"storedesk/internal/access"
	"storedesk/internal/blob"
	"storedesk/internal/commerce"
	"storedesk/internal/desk"
	"storedesk/internal/feed"
	"storedesk/internal/mailroom"
	"storedesk/internal/people"
	"storedesk/internal/settings"
	"storedesk/internal/store"
	"storedesk/internal/store/storetest"
	"storedesk/internal/tickets"
)

// door is the Admin API on a database and a socket of its own. The store "localhost"
// has two users (1, 2), two types, three products and two orders; the store
// "other.example" has as many rows, with ids from 101.
type door struct {
	t      *testing.T
	url    string
	db     *store.DB
	mails  *mailroom.Service
	blobs  blob.Store
	stores *settings.Stores
	access *access.Service
	st     *desk.Store
	other  *desk.Store
	sent   *asked
	log    *lockedBuffer
	clock  *clock
}

// asked notes what is to be sent to webhooks; sending it is tested elsewhere.
type asked struct{ replays []desk.Replay }

func (a *asked) Test(_ context.Context, _ *desk.Store, h *desk.Webhook) (*desk.Delivery, error) {
	return &desk.Delivery{ID: 1, WebhookID: h.ID, EventType: h.Events.Names()[0], Attempt: 1, Outcome: desk.Failed, CreatedAt: 1}, nil
}

func (a *asked) Replay(_ context.Context, _ *desk.Store, _ *desk.Webhook, r desk.Replay) (int, error) {
	a.replays = append(a.replays, r)
	return len(a.replays), nil
}

// clock is the time the throttle sees; it moves when a test says so.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// lockedBuffer is a log that handlers and the test may use at once.
type lockedBuffer struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.Write(p)
}

func (b *lockedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.String()
}

func open(t *testing.T, change ...func(*Config)) *door {
	t.Helper()
	d := &door{t: t, sent: &asked{}, log: &lockedBuffer{}, clock: &clock{now: time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)}}
	d.db = storetest.Open(t, storetest.SQLite(t))
	var err error
	if d.blobs, err = blob.Open(t.Context(), "", t.TempDir()); err != nil {
		t.Fatal(err)
	}
	d.stores = &settings.Stores{DB: d.db, Now: time.Now}
	d.access = &access.Service{DB: d.db, Now: time.Now}
	d.fill()
	d.mails = &mailroom.Service{DB: d.db, Blobs: d.blobs, Stores: d.stores, Now: time.Now}
	cfg := Config{
		Tickets:  &tickets.Service{DB: d.db, Now: time.Now},
		People:   &people.Service{DB: d.db, Now: time.Now},
		Commerce: &commerce.Service{DB: d.db},
		Access:   d.access, Stores: d.stores, Blobs: d.blobs,
		Webhooks: &settings.Webhooks{DB: d.db, Now: time.Now}, Deliveries: d.sent, Feed: &feed.Service{DB: d.db},
		Mails:    d.mails,
		PageSize: 3, Log: slog.New(slog.NewJSONHandler(d.log, nil)), Now: d.clock.Now,
	}
	for _, f := range change {
		f(&cfg)
	}
	server := httptest.NewServer(New(cfg))
	t.Cleanup(server.Close)
	d.url = server.URL
	return d
}

func (d *door) fill() {
	d.t.Helper()
	ctx := d.t.Context()
	var err error
	if d.st, err = d.stores.Create(ctx, "Main", []string{"localhost", "127.0.0.1"}); err == nil {
		d.other, err = d.stores.Create(ctx, "Other", []string{"other.example"})
	}
	if err != nil {
		d.t.Fatal(err)
	}
	err = d.db.Write(ctx, func(tx *store.Tx) error {
		fillStore(tx, d.st, 0)
		fillStore(tx, d.other, 100)
		for id := int64(0); id < 102; { // the rows above took these
			var err error
			if id, err = tx.NewUserID(ctx); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		d.t.Fatal(err)
	}
	for name, scopes := range map[string]string{
		"full": "admin:read admin:write", "read": "tickets:read", "write": "tickets:write", "users": "users:read users:write",
	} {
		d.adopt(d.st, name, scopes, time.Time{})
	}
	d.adopt(d.st, "expired", "admin:read", time.Now().Add(-time.Hour))
	d.adopt(d.other, "elsewhere", "admin:read admin:write", time.Time{})
}

func (d *door) adopt(st *desk.Store, secret, scopes string, expires time.Time) {
	d.t.Helper()
	if _, err := d.access.Adopt(d.t.Context(), st, secret, secret, strings.Fields(scopes), expires); err != nil {
		d.t.Fatal(err)
	}
}

func fillStore(tx *store.Tx, st *desk.Store, first int64) {
	when := desk.At(time.Date(2024, 5, 6, 7, 8, 9, 0, time.UTC))
	for i := first + 1; i <= first+2; i++ {
		tx.InsertUser(st, &desk.User{
			ID: i, Email: fmt.Sprintf("user%d@example.com", i), FirstName: "Ann", LastName: fmt.Sprint("No", i),
			DateJoined: when, TotalSpent: "0.00", Type: desk.UserCustomer,
		})
		tx.Exec("INSERT INTO ticket_types (store_id, id, name) VALUES ($1, $2, $3)", st.ID, i, fmt.Sprint("Type ", i))
		tx.Exec(`INSERT INTO orders (store_id, id, number, status, fulfillment_status, payment_status, is_test, total_incl_tax,
			currency, user_id, date_placed, created_at, updated_at, lines)
			VALUES ($1, $2, $3, 'open', 'unfulfilled', 'paid', $4, '12.50', 'EUR', $5, $6, $7, $8, '[{"id":1}]')`,
			st.ID, i, fmt.Sprint("A-", i), false, first+1, when, when, when)
	}
	for i := first + 1; i <= first+3; i++ {
		tx.Exec(`INSERT INTO products (store_id, id, title, title_folded, slug, structure, is_public, url, date_created, date_updated)
			VALUES ($1, $2, $3, $4, 'mug', 'standalone', $5, 'https://shop.example/mug', $6, $7)`,
			st.ID, i, fmt.Sprint("Mug ", i), fmt.Sprint("MUG ", i), i%2 == 1, when, when)
	}
}

// request is one request to a door; zero fields mean: GET, token full, host localhost.
type request struct {
	method, path, token, host, body string
	header                          http.Header
}

// reply is the whole answer.
type reply struct {
	status int
	header http.Header
	body   string
}

func (d *door) ask(q request) reply {
	d.t.Helper()
	r := d.build(q)
	res, err := noRedirects.Do(r)
	if err != nil {
		d.t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		d.t.Fatal(err)
	}
	return reply{res.StatusCode, res.Header, string(body)}
}

var noRedirects = &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}

func (d *door) build(q request) *http.Request {
	d.t.Helper()
	if q.method == "" {
		q.method = "GET"
	}
	var body io.Reader
	if q.body != "" {
		body = strings.NewReader(q.body)
	}
	r, err := http.NewRequestWithContext(d.t.Context(), q.method, d.url+Base+q.path, body)
	if err != nil {
		d.t.Fatal(err)
	}
	for name, values := range q.header {
		r.Header[name] = values
	}
	if q.body != "" && q.header["Content-Type"] == nil {
		r.Header.Set("Content-Type", "application/json")
	}
	r.Host = "localhost"
	if q.host != "" {
		r.Host = q.host
	}
	if _, set := q.header["Authorization"]; !set && q.token != "none" {
		if q.token == "" {
			q.token = "full"
		}
		r.Header.Set("Authorization", "Bearer "+q.token)
	}
	return r
}

func (d *door) post(path, body string) reply {
	d.t.Helper()
	return d.ask(request{method: "POST", path: path, body: body})
}

// made asserts a good answer and returns its id.
func (r reply) made(t *testing.T) int64 {
	t.Helper()
	var row struct{ ID int64 }
	r.decode(t, &row)
	if r.status/100 != 2 || row.ID == 0 {
		t.Fatalf("answer %d %s", r.status, r.body)
	}
	return row.ID
}

func (r reply) decode(t *testing.T, into any) {
	t.Helper()
	if err := json.Unmarshal([]byte(r.body), into); err != nil {
		t.Fatalf("%d %q: %v", r.status, r.body, err)
	}
}

func header(pairs ...string) http.Header {
	h := http.Header{}
	for i := 0; i < len(pairs); i += 2 {
		h.Add(pairs[i], pairs[i+1])
	}
	return h
}

// ticketPage is a page of tickets as clients read it.
type ticketPage struct {
	Next, Previous *string
	Results        []struct {
		ID      int64
		Subject string
	}
}

func (p ticketPage) ids() []int64 {
	ids := make([]int64, len(p.Results))
	for i, r := range p.Results {
		ids[i] = r.ID
	}
	return ids
}

func testLog(d *door) *slog.Logger { return slog.New(slog.NewJSONHandler(d.log, nil)) }
