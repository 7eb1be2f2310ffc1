package main

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"storedesk/internal/desk"
	"storedesk/internal/wire"
)

// draft is a ticket to be created: subject, one comment, two tags.
type draft struct {
	subject string
	body    string
}

// drafts is how many different tickets are created in turns.
const drafts = 256

var draftWords = strings.Fields(`where is my order parcel box still has not arrived yet please could you help update the
	address tracking number invoice payment card charged twice cancel subscription renew discount code checkout account
	password reply today yesterday week since thanks hello regards delivery courier customs warranty replacement shoes
	jacket lamp kettle broken damaged missing wrong two three colour size return exchange refund`)

// makeDrafts are the same in every run.
func makeDrafts() []draft {
	r := rand.New(rand.NewPCG(5, 6))
	text := func(words int) string {
		out := make([]string, words)
		for i := range out {
			out[i] = draftWords[r.IntN(len(draftWords))]
		}
		return strings.Join(out, " ")
	}
	list := make([]draft, drafts)
	for i := range list {
		list[i] = draft{subject: fmt.Sprintf("Order %d: %s", 100_000+r.IntN(900_000), text(5)), body: text(50)}
	}
	return list
}

// writeWork is creating, changing and commenting on tickets; each is durable before it
// is answered.
func (b *bench) writeWork(ctx context.Context, d *dataset, address string) ([]work, error) {
	tags, err := d.someTags(ctx)
	if err != nil {
		return nil, err
	}
	ids, err := d.randomIDs(ctx, 4096)
	if err != nil {
		return nil, err
	}
	create := load{address: address, conns: b.conns, status: 201}
	list := makeDrafts()
	for _, t := range list {
		body, err := json.Marshal(map[string]any{
			"subject": t.subject, "tags": tags, "comment": map[string]any{"body": t.body},
		})
		if err != nil {
			return nil, err
		}
		create.requests = append(create.requests, send(d.token, "POST", ticketsPath, string(body)))
	}
	update := load{address: address, conns: b.conns, status: 200}
	comment := update
	for i, id := range ids {
		path := fmt.Sprintf("%s%d/", ticketsPath, id)
		body := fmt.Sprintf(`{"status":%q,"priority":%q}`, desk.Statuses[i%len(desk.Statuses)], desk.Priorities[i%len(desk.Priorities)])
		update.requests = append(update.requests, send(d.token, "PATCH", path, body))
		comment.requests = append(comment.requests, send(d.token, "POST", path+"comments/", fmt.Sprintf(`{"body":%q}`, list[i%len(list)].body)))
	}
	w := work{group: "write", name: "create a ticket", quick: true, load: create, target: target{ratio: 0.4}}
	if d.kind == sqliteKind {
		w.target = target{ratio: 0.5, rate: 3000}
		w.yardsticks = []yardstick{&bareCreates{d: d, conns: b.conns, drafts: list}}
	} else {
		w.yardsticks = []yardstick{
			&named{b.databaseYardstick(d, sameRows(list)), "pgbench, all rows in one INSERT"},
			&named{b.databaseYardstick(d, oneRow(list)), "pgbench, INSERT of one row"},
		}
	}
	return []work{
		w,
		{group: "write", name: "change status and priority", quick: true, load: update},
		{group: "write", name: "add a comment", quick: true, load: comment},
	}, nil
}

// named is a yardstick under another name.
type named struct {
	yardstick
	label string
}

func (n *named) name() string { return n.label }

func (d *dataset) someTags(ctx context.Context) ([]string, error) {
	rows, err := d.db.QueryContext(ctx, "SELECT name FROM tags WHERE store_id = $1 ORDER BY id LIMIT 2", d.store)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var names []string
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			return nil, err
		}
		names = append(names, name)
	}
	return names, rows.Err()
}

// guest is the id of a store that is none: the yardsticks write its rows to the
// program's own tables, whose size and indexes then cost them what they cost the
// program. Every key begins with the store, so nobody sees these rows.
const guest = 999

// made is what a draft becomes in the database, as the program would write it. The id
// stands in the document as a number of the usual length.
type made struct {
	draft

	head, comment, folded string
	words                 []string
}

func (t draft) made(id int64) made {
	now := desk.At(time.Now())
	ticket := &desk.Ticket{
		ID: id, Seq: 1, Subject: t.subject, Priority: desk.PriorityMedium, Channel: desk.ChannelAPI, Status: desk.StatusNew,
		CreatedAt: now, UpdatedAt: now, Tags: []desk.Tag{{ID: 1, Name: "refund"}, {ID: 2, Name: "shipping"}},
	}
	c := &desk.Comment{ID: id * 3, TicketID: id, Body: &t.body, Public: true, CreatedAt: now}
	return made{
		draft: t, folded: desk.Fold(t.subject), words: desk.Words(t.subject, t.body),
		head: string(wire.TicketHead(nil, ticket, time.UTC)), comment: string(wire.Comment(nil, c, time.UTC)),
	}
}

const eventOfCreate = `{"comment":1000000,"public":true}`

const bareTicket = `INSERT INTO tickets (store_id, id, seq, subject, type_id, requester_id, assignee_id, priority, from_email,
	order_number, channel, status, created_at, updated_at) `

// oneRow is the least a create can be: the ticket's row alone.
func oneRow(list []draft) []statement {
	var out []statement
	for _, t := range list[:100] { // pgbench takes 128 scripts
		out = append(out, statement{
			bareTicket + `VALUES ($1, nextval('bench_ids'), 1, $2, 0, 0, 0, 'medium', NULL, '', 'api', 'new', $3, $3)`,
			[]any{guest, t.subject, time.Now().UnixMicro()},
		})
	}
	return out
}

// sameRows is every row of a create, in one statement.
func sameRows(list []draft) []statement {
	var out []statement
	for _, t := range list[:100] {
		m := t.made(1_000_000)
		quoted := make([]string, len(m.words))
		for i, w := range m.words {
			quoted[i] = "'" + strings.ReplaceAll(w, "'", "''") + "'"
		}
		out = append(out, statement{
			`WITH i AS (SELECT nextval('bench_ids') AS id),
			a AS (` + bareTicket + `SELECT $1, id, 1, $2, 0, 0, 0, 'medium', NULL, '', 'api', 'new', $3, $3 FROM i),
			b AS (INSERT INTO ticket_tags (store_id, ticket_id, tag_id) SELECT $1, id, 1 FROM i UNION ALL SELECT $1, id, 2 FROM i),
			c AS (INSERT INTO comments (store_id, ticket_id, id, author_id, body, is_public, created_at) SELECT $1, id, id, 0, $4, TRUE, $3 FROM i),
			d AS (INSERT INTO ticket_docs (store_id, ticket_id, seq, head, comments) SELECT $1, id, 1, $5, $6 FROM i),
			e AS (INSERT INTO ticket_subjects (store_id, ticket_id, folded) SELECT $1, id, $7 FROM i),
			f AS (INSERT INTO ticket_words (store_id, ticket_id, words) SELECT $1, id, array_to_tsvector(ARRAY[` + strings.Join(quoted, ",") + `]) FROM i)
			INSERT INTO events (store_id, id, ticket_id, seq, actor_kind, actor_id, type, data, created_at)
			SELECT $1, id, id, 1, 'api', 1, 'ticket.created', $8, $3 FROM i`,
			[]any{guest, m.subject, time.Now().UnixMicro(), m.body, m.head, m.comment, m.folded, eventOfCreate},
		})
	}
	return out
}

// bareCreates writes the rows of creates with the bare driver: one writer that takes
// what waits and makes it durable with one commit, as many callers as connections.
type bareCreates struct {
	d      *dataset
	conns  int
	drafts []draft
}

func (y *bareCreates) name() string { return "bare driver, group commit" }

// bareStatements are the rows of a create. $1 store, $2 id; the others as in args.
var bareStatements = []string{
	bareTicket + `VALUES ($1, $2, 1, $3, 0, 0, 0, 'medium', NULL, '', 'api', 'new', $4, $4)`,
	`INSERT INTO ticket_tags (store_id, ticket_id, tag_id) VALUES ($1, $2, 1)`,
	`INSERT INTO ticket_tags (store_id, ticket_id, tag_id) VALUES ($1, $2, 2)`,
	`INSERT INTO comments (store_id, ticket_id, id, author_id, body, is_public, created_at) VALUES ($1, $2, $2, 0, $3, TRUE, $4)`,
	`INSERT INTO ticket_docs (store_id, ticket_id, seq, head, comments) VALUES ($1, $2, 1, $3, $4)`,
	`INSERT INTO ticket_subjects (store_id, ticket_id, folded) VALUES ($1, $2, $3)`,
	`INSERT INTO ticket_subjects_text (rowid, folded) VALUES ($1, $2)`,
	`INSERT INTO ticket_words (store_id, ticket_id, words) VALUES ($1, $2, $3)`,
	`INSERT INTO ticket_words_text (rowid, words) VALUES ($1, $2)`,
	`INSERT INTO events (store_id, id, ticket_id, seq, actor_kind, actor_id, type, data, created_at)
		VALUES ($1, $2, $2, 1, 'api', 1, 'ticket.created', $3, $4)`,
}

func (m *made) args(id, now int64) [][]any {
	row := int64(guest)<<44 + id
	words := " " + strings.Join(m.words, " ") + " "
	return [][]any{
		{guest, id, m.subject, now},
		{guest, id},
		{guest, id},
		{guest, id, m.body, now},
		{guest, id, m.head, m.comment},
		{guest, id, m.folded},
		{row, m.folded},
		{guest, id, words},
		{row, words},
		{guest, id, eventOfCreate, now},
	}
}

type bareJob struct {
	draft draft
	done  chan error
}

func (y *bareCreates) run(ctx context.Context, d time.Duration) (float64, error) {
	db, err := sql.Open("sqlite", bareDSN(y.d.file(), "wal_autocheckpoint(4000)"))
	if err != nil {
		return 0, err
	}
	defer db.Close()
	conn, err := db.Conn(ctx)
	if err != nil {
		return 0, err
	}
	defer conn.Close()
	w := &bareWriter{conn: conn, jobs: make(chan bareJob, y.conns)}
	if err := w.prepare(ctx); err != nil {
		return 0, err
	}
	ended := make(chan struct{})
	go func() { defer close(ended); w.loop(ctx) }()
	rate, err := together(y.conns, d, func(i int) error {
		job := bareJob{y.drafts[i%len(y.drafts)], make(chan error, 1)}
		w.jobs <- job
		return <-job.done
	})
	close(w.jobs)
	<-ended
	return rate, err
}

// bareWriter is the one connection that writes.
type bareWriter struct {
	conn          *sql.Conn
	jobs          chan bareJob
	stmts         []*sql.Stmt
	begin, commit *sql.Stmt
	next          int64
}

func (w *bareWriter) prepare(ctx context.Context) error {
	if err := w.conn.QueryRowContext(ctx, "SELECT coalesce(max(id), 0) FROM tickets WHERE store_id = $1", guest).Scan(&w.next); err != nil {
		return err
	}
	for _, text := range slices.Concat(bareStatements, []string{"BEGIN IMMEDIATE", "COMMIT"}) {
		stmt, err := w.conn.PrepareContext(ctx, text)
		if err != nil {
			return fmt.Errorf("preparing %s: %w", text, err)
		}
		w.stmts = append(w.stmts, stmt)
	}
	w.begin, w.commit = w.stmts[len(bareStatements)], w.stmts[len(bareStatements)+1]
	return nil
}

func (w *bareWriter) loop(ctx context.Context) {
	for job := range w.jobs {
		group := []bareJob{job}
		for len(w.jobs) > 0 {
			group = append(group, <-w.jobs)
		}
		err := w.write(ctx, group)
		for _, job := range group {
			job.done <- err
		}
	}
}

func (w *bareWriter) write(ctx context.Context, group []bareJob) error {
	if _, err := w.begin.ExecContext(ctx); err != nil {
		return err
	}
	for _, job := range group {
		w.next++
		m := job.draft.made(w.next)
		for i, args := range m.args(w.next, time.Now().UnixMicro()) {
			if _, err := w.stmts[i].ExecContext(ctx, args...); err != nil {
				return fmt.Errorf("%s: %w", bareStatements[i], err)
			}
		}
	}
	_, err := w.commit.ExecContext(ctx)
	return err
}

// beginWrites makes room for what the yardsticks write.
func (d *dataset) beginWrites(ctx context.Context) error {
	if d.kind == sqliteKind {
		return nil
	}
	_, err := d.db.ExecContext(ctx, "CREATE SEQUENCE IF NOT EXISTS bench_ids")
	return err
}

// endWrites takes away what was created, so that the next run finds the same data. No
// server may be running: it remembers rows that it has seen.
func (d *dataset) endWrites(ctx context.Context) error {
	progress("taking away what was created")
	var list []string
	for _, table := range []string{
		"tickets.id", "ticket_docs.ticket_id", "ticket_doc_parts.ticket_id", "ticket_subjects.ticket_id", "ticket_words.ticket_id",
		"ticket_tags.ticket_id", "ticket_products.ticket_id", "comments.ticket_id", "events.ticket_id",
	} {
		name, column, _ := strings.Cut(table, ".")
		list = append(list, fmt.Sprintf("DELETE FROM %s WHERE store_id = %d", name, guest),
			fmt.Sprintf("DELETE FROM %s WHERE store_id = %d AND %s > %d", name, d.store, column, d.newest))
	}
	for _, name := range []string{"jobs", "deliveries", "webhooks", "fanouts"} {
		list = append(list, fmt.Sprintf("DELETE FROM %s WHERE store_id = %d", name, d.store))
	}
	if d.kind == sqliteKind {
		for _, name := range []string{"ticket_subjects_text", "ticket_words_text"} {
			list = append(list, fmt.Sprintf("DELETE FROM %s WHERE rowid > %d AND rowid < %d", name, d.store<<44+d.newest, (d.store+1)<<44),
				fmt.Sprintf("DELETE FROM %s WHERE rowid >= %d AND rowid < %d", name, int64(guest)<<44, int64(guest+1)<<44))
		}
	} else {
		list = append(list, "DROP SEQUENCE IF EXISTS bench_ids")
	}
	for _, text := range list {
		if _, err := d.db.ExecContext(ctx, text); err != nil {
			return fmt.Errorf("%s: %w", text, err)
		}
	}
	return d.tidy(ctx)
}
