package importer_test

import (
	"context"
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib"

	"storedesk/internal/desk"
	"storedesk/internal/in/importer"
	"storedesk/internal/seed"
	"storedesk/internal/settings"
	"storedesk/internal/store"
	"storedesk/internal/store/storetest"
	"storedesk/internal/wire"
)

var until = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

func defaultStore(t testing.TB, db *store.DB) *desk.Store {
	t.Helper()
	stores := &settings.Stores{DB: db, Now: time.Now}
	if err := stores.EnsureDefault(context.Background()); err != nil {
		t.Fatal(err)
	}
	st, err := stores.Named(context.Background(), "")
	if err != nil {
		t.Fatal(err)
	}
	return st
}

// lines writes generated objects as the files of an import, and keeps them.
type lines struct {
	mu      sync.Mutex
	users   map[int64]*desk.User
	files   map[importer.Kind][]string
	tickets []*store.BulkTicket
}

// generate is a shop with n tickets.
func generate(t testing.TB, n int) *lines {
	t.Helper()
	l := &lines{users: map[int64]*desk.User{}, files: map[importer.Kind][]string{}}
	if err := seed.Generate(n, 7, until, l); err != nil {
		t.Fatal(err)
	}
	slices.SortFunc(l.tickets, func(a, b *store.BulkTicket) int { return int(a.ID - b.ID) })
	for _, x := range l.tickets {
		l.files[importer.Tickets] = append(l.files[importer.Tickets], ticketLine(x))
	}
	return l
}

func ticketLine(x *store.BulkTicket) string {
	d := wire.Document{Head: wire.TicketHead(nil, &x.Ticket, time.UTC)}
	for _, c := range x.Comments {
		d.Comments = wire.Comment(d.Comments, c, time.UTC)
	}
	return string(d.Append(nil, wire.Origin("https://shop.example")))
}

func (l *lines) add(k importer.Kind, line []byte) { l.files[k] = append(l.files[k], string(line)) }

func (l *lines) Users(list []*desk.User) error {
	for _, u := range list {
		l.users[u.ID] = u
		l.add(importer.Users, wire.User(nil, u, time.UTC))
	}
	return nil
}

func (l *lines) TicketTypes(list []*desk.TicketType) error {
	for _, x := range list {
		l.add(importer.TicketTypes, wire.TicketType(nil, x))
	}
	return nil
}

func (l *lines) Products(list []*desk.Product) error {
	for _, x := range list {
		l.add(importer.Products, wire.Product(nil, x, time.UTC))
	}
	return nil
}

func (l *lines) Orders(list []*desk.Order) error {
	for _, x := range list {
		l.add(importer.Orders, wire.Order(nil, x, l.users[x.UserID], time.UTC, true))
	}
	return nil
}

func (l *lines) Tickets(list []*store.BulkTicket) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.tickets = append(l.tickets, list...)
	return nil
}

// dir writes the files.
func (l *lines) dir(t testing.TB) string {
	t.Helper()
	dir := t.TempDir()
	for k, list := range l.files {
		if err := os.WriteFile(filepath.Join(dir, string(k)+".jsonl"), []byte(strings.Join(list, "\n")+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// fromDir imports and fails the test on an error.
func fromDir(t testing.TB, db *store.DB, st *desk.Store, dir string) importer.Report {
	t.Helper()
	report, err := importer.FromDir(t.Context(), db, st, dir, importer.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return report
}

// documents are the tickets as they stand in the database, with their seq.
func documents(t testing.TB, db *store.DB, st *desk.Store) map[int64]string {
	t.Helper()
	docs := map[int64]string{}
	_, err := db.ListTickets(t.Context(), st, &desk.TicketFilter{}, desk.Page{Order: desk.OldestFirst, Size: 100_000}, func(d *wire.Document) {
		docs[d.ID] = fmt.Sprintf("%d|%s|%s|%s", d.Seq, d.Head, d.Parts, d.Comments)
	})
	if err != nil {
		t.Fatal(err)
	}
	return docs
}

// tables are the queries whose rows an import must leave as single writes do.
var tables = map[string]string{
	"tickets": "SELECT id, subject, type_id, requester_id, assignee_id, priority, from_email, order_number, channel, status FROM tickets",
	"tags":    "SELECT ticket_id, tag_id FROM ticket_tags", "products": "SELECT ticket_id, product_id FROM ticket_products",
	"comments":    "SELECT ticket_id, id, author_id, body, is_public, from_email, created_at FROM comments",
	"attachments": "SELECT id, ticket_id, comment_id, file_name, path FROM attachments WHERE comment_id <> 0",
	"docs":        "SELECT ticket_id, head, sealed, comments FROM ticket_docs", "parts": "SELECT ticket_id, n, body FROM ticket_doc_parts",
	"subjects": "SELECT ticket_id, folded FROM ticket_subjects", "words": "SELECT ticket_id, CAST(words AS TEXT) FROM ticket_words",
	"reports": "SELECT id, created_at, updated_at, first_reply_at, agent_touches FROM tickets",
}

// searched are the inverted indexes of SQLite: their words with the numbers of rows.
var searched = []string{"ticket_subjects_text", "ticket_words_text", "users_text"}

// dump reads tables past the store, to compare two databases row by row.
func dump(t testing.TB, url string, names ...string) map[string]string {
	t.Helper()
	driver, source := "pgx", url
	path, lite := strings.CutPrefix(url, "sqlite:")
	if lite {
		driver, source = "sqlite", path
	}
	db, err := sql.Open(driver, source)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	db.SetMaxOpenConns(1)
	out := map[string]string{}
	read := func(name, query string) {
		rows, err := db.QueryContext(t.Context(), query)
		if err != nil {
			t.Fatal(name, err)
		}
		defer rows.Close()
		columns, err := rows.Columns()
		if err != nil {
			t.Fatal(err)
		}
		var list []string
		for rows.Next() {
			values, dest := make([]any, len(columns)), make([]any, len(columns))
			for i := range values {
				dest[i] = &values[i]
			}
			if err := rows.Scan(dest...); err != nil {
				t.Fatal(err)
			}
			list = append(list, fmt.Sprint(values...))
		}
		if err := rows.Err(); err != nil {
			t.Fatal(err)
		}
		slices.Sort(list)
		out[name] = strings.Join(list, "\n")
	}
	for name, query := range tables {
		read(name, query)
	}
	if lite {
		for _, table := range searched {
			if _, err := db.ExecContext(t.Context(), "CREATE VIRTUAL TABLE temp.v_"+table+" USING fts5vocab(main, "+table+", 'row')"); err != nil {
				t.Fatal(err)
			}
			read(table, "SELECT term, doc FROM temp.v_"+table)
		}
	}
	return out
}

// indexes counts the indexes of a database.
func indexes(t testing.TB, url string) (n int) {
	t.Helper()
	driver, source, query := "pgx", url, "SELECT count(*) FROM pg_indexes WHERE schemaname = current_schema()"
	if path, lite := strings.CutPrefix(url, "sqlite:"); lite {
		driver, source, query = "sqlite", path, "SELECT count(*) FROM sqlite_master WHERE type = 'index'"
	}
	db, err := sql.Open(driver, source)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if err := db.QueryRowContext(t.Context(), query).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

// each runs fn on both databases, knowing the URL.
func each(t *testing.T, fn func(t *testing.T, url string, db *store.DB, st *desk.Store)) {
	t.Helper()
	storetest.EachURL(t, func(t *testing.T, url string) {
		db := storetest.Open(t, url)
		fn(t, url, db, defaultStore(t, db))
	})
}
