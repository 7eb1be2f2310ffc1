package e2e

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"storedesk/internal/desk"
	"storedesk/internal/settings"
	"storedesk/internal/store"
)

// goods is what a stocked store has, by the names that paths give it.
type goods struct {
	user, agent, ticket, kind, product int64
	order                              string

	webhook int64
	doomed  []int64 // webhooks to be deleted

	mail         int64
	held, failed []int64 // mails, to be released and replayed once each
}

// stock puts into a store what the API cannot make: a ticket type, a product, an order,
// an agent. host names the store, "" the only one. No server may run yet. Ids of what
// is made start at first, except for users.
func stock(t *testing.T, in *installation, url, host string, first int64) *goods {
	t.Helper()
	g := &goods{kind: first, product: first, order: fmt.Sprintf("A-%d", first)}
	where := []string{"user", "create"}
	if host != "" {
		where = append(where, "--store", host)
	}
	g.agent = number(t, in.run(append(where, fmt.Sprintf("agent%d@example.com", first))...))
	g.user = number(t, in.run(append(where, "--type", "lead", fmt.Sprintf("user%d@example.com", first))...))
	db, err := store.Open(t.Context(), store.Options{URL: url})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	st, err := (&settings.Stores{DB: db, Now: time.Now}).Named(t.Context(), host)
	if err != nil {
		t.Fatal(err)
	}
	err = db.Write(t.Context(), func(tx *store.Tx) error { fill(tx, st, g); return nil })
	if err != nil {
		t.Fatal(err)
	}
	return g
}

func fill(tx *store.Tx, st *desk.Store, g *goods) {
	const when = 1_714_979_289_000_000
	g.stockMail(tx, st, time.Now().UnixMicro()) // held mail that is old is given up
	tx.Exec("INSERT INTO ticket_types (store_id, id, name) VALUES ($1, $2, $3)", st.ID, g.kind, fmt.Sprint("Kind ", g.kind))
	tx.Exec(`INSERT INTO products (store_id, id, title, title_folded, slug, structure, is_public, url, date_created, date_updated)
		VALUES ($1, $2, 'Mug', 'MUG', 'mug', 'standalone', $3, 'https://shop.example/mug', $4, $5)`, st.ID, g.product, true, when, when)
	lines := fmt.Sprintf(`[{"id":1,"product_id":%d,"product_title":"Mug","quantity":1,"sku":null,"price_incl_tax":"12.50","currency":"EUR"}]`, g.product)
	tx.Exec(`INSERT INTO orders (store_id, id, number, status, fulfillment_status, payment_status, is_test, total_incl_tax,
		currency, user_id, date_placed, created_at, updated_at, lines)
		VALUES ($1, $2, $3, 'open', 'unfulfilled', 'paid', $4, '12.50', 'EUR', $5, $6, $7, $8, $9)`,
		st.ID, g.product, g.order, false, g.user, when, when, when, lines)
}

// stockMail puts messages into the ledger: one suppressed, four held, four that failed.
func (g *goods) stockMail(tx *store.Tx, st *desk.Store, now int64) {
	g.mail, g.held, g.failed = g.kind, nil, nil
	for i := range int64(9) {
		id, fate := g.mail+i, desk.MailSuppressed
		switch {
		case i > 4:
			g.failed, fate = append(g.failed, id), desk.MailFailed
		case i > 0:
			g.held, fate = append(g.held, id), desk.MailHeld
		}
		tx.Exec(`INSERT INTO mails (store_id, id, source, source_key, blob_key, sha256, size, envelope_from, envelope_to, fate, reason,
			from_address, subject, auth, received_at, handled_at)
			VALUES ($1, $2, 'smtp', $3, '', $4, 1, 'needle@example.com', 'help@example.com', $5, 'needle', 'NEEDLE@EXAMPLE.COM', 'needle', '{"spf":"pass"}', $6, $7)`,
			st.ID, id, fmt.Sprint("needle ", id), fmt.Sprintf("%064d", id), string(fate), now, now)
		tx.Exec("INSERT INTO mail_raws (store_id, mail_id, raw) VALUES ($1, $2, $3)", st.ID, id, []byte("x"))
	}
}

// hook makes the webhooks of goods, through the API.
func (c *client) hook(g *goods) {
	c.node.t.Helper()
	body := map[string]any{"name": fmt.Sprint("needle ", g.kind), "target": "https://receiver.example/hook/", "events": []string{"ticket.created"}, "active": false}
	for range 5 {
		var made struct{ ID int64 }
		c.must(201, "POST", "/api/admin/webhooks/", body).decode(c.node.t, &made)
		g.doomed = append(g.doomed, made.ID)
	}
	g.webhook, g.doomed = g.doomed[0], g.doomed[1:]
}

func number(t *testing.T, text string) int64 {
	t.Helper()
	n, err := strconv.ParseInt(strings.TrimSpace(text), 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// ask is a request with its body as bytes.
type ask struct {
	method, path string
	media, body  string   // Content-Type; "" for none
	header       []string // in pairs; an empty value takes the header away
	length       int64    // of a body of zeros that is announced, where the body is ""
	odd          bool     // see odd
}

// ask sends a request and follows no redirect; it fails the test when there is no
// answer.
func (c *client) ask(a ask) *answer {
	c.node.t.Helper()
	var body io.Reader
	if a.body != "" {
		body = strings.NewReader(a.body)
	}
	ctx := context.Background()
	if a.odd {
		ctx = odd(ctx)
	}
	request, err := http.NewRequestWithContext(ctx, a.method, c.node.url+a.path, body)
	if err != nil {
		c.node.t.Fatal(err)
	}
	if a.length > 0 {
		request.Body, request.ContentLength = io.NopCloser(io.LimitReader(zeros{}, a.length)), a.length
		request.Header.Set("Expect", "100-continue") // so that it can be refused before it is sent
	}
	if a.media != "" {
		request.Header.Set("Content-Type", a.media)
	}
	c.http.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	got, err := c.do(request, a.header...)
	if err != nil {
		c.node.t.Fatalf("%s %s: %v", a.method, a.path, err)
	}
	return got
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

// with adds headers.
func (a ask) with(header ...string) ask {
	a.header = append(append([]string{}, a.header...), header...)
	return a
}

// upload is a multipart form of files, by name and content in turn.
func upload(files ...string) (media, body string) {
	var out bytes.Buffer
	form := multipart.NewWriter(&out)
	for i := 0; i < len(files); i += 2 {
		part, err := form.CreateFormFile("files", files[i])
		if err == nil {
			_, err = io.WriteString(part, files[i+1])
		}
		if err != nil {
			panic(err) // a buffer takes everything
		}
	}
	_ = form.Close()
	return form.FormDataContentType(), out.String()
}

// multipartForm is a multipart form of texts, by name and value in turn.
func multipartForm(fields ...string) (media, body string) {
	var out bytes.Buffer
	form := multipart.NewWriter(&out)
	for i := 0; i < len(fields); i += 2 {
		_ = form.WriteField(fields[i], fields[i+1])
	}
	_ = form.Close()
	return form.FormDataContentType(), out.String()
}

// attachment is what an upload answers.
type attachment struct {
	ID       int64  `json:"id"`
	FileName string `json:"file_name"`
	File     string `json:"file"`
}

// attach uploads one file and claims it in a comment on a new ticket.
func (c *client) attach(name, content string) attachment {
	c.node.t.Helper()
	media, body := upload(name, content)
	a := c.ask(ask{method: "POST", path: "/api/admin/tickets/attachments/", media: media, body: body})
	var made []attachment
	if a.Status == 201 {
		a.decode(c.node.t, &made)
	}
	if len(made) != 1 {
		c.node.t.Fatalf("uploading %q: %d %s", name, a.Status, a.Body)
	}
	c.must(201, "POST", "/api/admin/tickets/", map[string]any{"comment": map[string]any{"attachments": []int64{made[0].ID}}})
	return made[0]
}
