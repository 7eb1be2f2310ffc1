package store

import (
	"bytes"
	"context"
	"maps"
	"slices"

	"storedesk/internal/desk"
	"storedesk/internal/wire"
)

// BulkTicket is a ticket with all its comments and their attachments, each by id.
// Seq and what reports need are worked out here.
type BulkTicket struct {
	desk.Ticket
	Comments []*desk.Comment
}

// TicketBatch is a run of tickets made ready to be written.
type TicketBatch struct {
	items []*bulkTicket
	rows  *ticketRows // nil when some of the tickets may be there already
}

type bulkTicket struct {
	*BulkTicket
	requester desk.Person
	head      []byte
	parts     []string
	open      string
}

// PrepareTickets works out everything that is derived from tickets. It may be called
// by several goroutines.
func (b *Bulk) PrepareTickets(list []*BulkTicket) *TicketBatch {
	batch := &TicketBatch{items: make([]*bulkTicket, len(list))}
	fresh := true
	for i, t := range list {
		b.report(t)
		parts, open := sealParts(t.Comments, b.st)
		batch.items[i] = &bulkTicket{
			BulkTicket: t, requester: b.users[t.RequesterID], head: wire.TicketHead(nil, &t.Ticket, b.st.Zone), parts: parts, open: open,
		}
		fresh = fresh && t.ID > b.top
	}
	if fresh {
		batch.rows = b.rowsOf(batch.items)
	}
	return batch
}

// report sets what reports need, as far as the ticket and its comments tell: when a
// ticket was solved is not among it, so the last change stands for that.
func (b *Bulk) report(t *BulkTicket) {
	updated := t.UpdatedAt
	t.FirstReplyAt, t.AgentTouches, t.SolvedAt, t.ClosedAt = 0, 0, 0, 0
	for _, c := range t.Comments {
		t.Touched(c, b.users[c.AuthorID].Type == desk.UserDashboard)
	}
	t.UpdatedAt = updated
	switch t.Status {
	case desk.StatusClosed:
		t.SolvedAt, t.ClosedAt = updated, updated
	case desk.StatusSolved:
		t.SolvedAt = updated
	}
}

// fewWords is a length of text that cannot hold more words than are taken of one text.
const fewWords = 10_000

// words is the word set that the ticket would have, had its comments come one by one.
func (t *bulkTicket) words() []string {
	steps := [][]string{append(t.requester.Texts(), t.Subject)}
	if t.FromEmail != nil {
		steps[0] = append(steps[0], *t.FromEmail)
	}
	for i, c := range t.Comments {
		if i == 0 {
			steps[0] = append(steps[0], commentWords(c)...)
		} else {
			steps = append(steps, commentWords(c))
		}
	}
	size := 0
	for _, step := range steps {
		for _, text := range step {
			size += len(text)
		}
	}
	if size <= fewWords {
		return desk.Words(slices.Concat(steps...)...)
	}
	return manyWords(steps)
}

// manyWords takes the words of each step until there are enough.
func manyWords(steps [][]string) []string {
	var words []string
	seen := map[string]bool{}
	size := 0
	for _, step := range steps {
		for _, w := range desk.Words(step...) {
			if !seen[w] {
				seen[w] = true
				size += len(w) + len(wordMark)
				words = append(words, w)
			}
		}
		if len(words) >= maxWords || size > 10*maxWords {
			break
		}
	}
	return words
}

// ticketRows are the rows of a run of tickets, by table.
type ticketRows struct {
	tables                                                                       []*bulkRows
	tickets, tags, products, comments, attachments, docs, parts, subjects, words *bulkRows
	subjectsText, wordsText                                                      *bulkRows // SQLite only
	spans                                                                        map[int64]desk.Span
	ticket, comment, attachment                                                  int64 // largest ids
}

func newTicketRows(d dialect) *ticketRows {
	r := &ticketRows{spans: map[int64]desk.Span{}}
	table := func(to **bulkRows, name, columns string) {
		*to = newBulkRows(d, name, columns)
		r.tables = append(r.tables, *to)
	}
	table(&r.tickets, "tickets", "store_id id seq subject type_id requester_id assignee_id priority from_email order_number "+
		"channel status created_at updated_at first_reply_at solved_at closed_at agent_touches group_id")
	table(&r.tags, "ticket_tags", "store_id ticket_id tag_id")
	table(&r.products, "ticket_products", "store_id ticket_id product_id")
	table(&r.comments, "comments", "store_id ticket_id id author_id body is_public from_email created_at")
	table(&r.attachments, "attachments", "store_id id ticket_id comment_id file_name path blob_key size created_at")
	table(&r.docs, "ticket_docs", "store_id ticket_id seq head sealed comments")
	table(&r.parts, "ticket_doc_parts", "store_id ticket_id n body")
	table(&r.subjects, "ticket_subjects", "store_id ticket_id folded email")
	table(&r.words, "ticket_words", "store_id ticket_id words")
	if d == dialectSQLite {
		table(&r.subjectsText, "ticket_subjects_text", "rowid folded")
		table(&r.wordsText, "ticket_words_text", "rowid words")
	}
	return r
}

func (b *Bulk) rowsOf(items []*bulkTicket) *ticketRows {
	r := newTicketRows(b.db.dialect())
	for _, t := range items {
		r.tickets.add(ticketArgs(b.st.ID, &t.Ticket)...)
		r.addRest(b.st.ID, t)
	}
	return r
}

// addRest takes all the rows of a ticket but its own.
func (r *ticketRows) addRest(store int64, t *bulkTicket) {
	r.ticket = max(r.ticket, t.ID)
	hour := floorTo(t.CreatedAt, spanStep)
	r.cover(t.ID/spanSize, desk.Span{From: hour, To: hour + spanStep})
	for _, tag := range t.Tags {
		r.tags.add(store, t.ID, tag.ID)
	}
	for _, id := range t.Products {
		r.products.add(store, t.ID, id)
	}
	for _, c := range t.Comments {
		r.addComment(store, c)
	}
	r.docs.add(store, t.ID, t.Seq, string(t.head), int64(len(t.parts)), t.open)
	for n, body := range t.parts {
		r.parts.add(store, t.ID, int64(n), body)
	}
	folded := desk.Fold(t.Subject)
	r.subjects.add(store, t.ID, folded, desk.Fold(t.requester.Email))
	if r.words.dialect == dialectPostgres {
		r.words.add(store, t.ID, lexemes(t.words()))
		return
	}
	text := joinWords(t.words())
	r.words.add(store, t.ID, text)
	r.subjectsText.add(rowBase(store)+t.ID, folded)
	r.wordsText.add(rowBase(store)+t.ID, text)
}

func (r *ticketRows) addComment(store int64, c *desk.Comment) {
	r.comment = max(r.comment, c.ID)
	r.comments.add(store, c.TicketID, c.ID, c.AuthorID, c.Body, c.Public, c.FromEmail, int64(c.CreatedAt))
	for _, a := range c.Attachments {
		r.attachment = max(r.attachment, a.ID)
		r.attachments.add(store, a.ID, c.TicketID, c.ID, a.FileName, a.Path, a.BlobKey, a.Size, int64(a.CreatedAt))
	}
}

func (r *ticketRows) cover(span int64, s desk.Span) {
	if had, ok := r.spans[span]; ok {
		s = desk.Span{From: min(had.From, s.From), To: max(had.To, s.To)}
	}
	r.spans[span] = s
}

// write queues what is small and writes the rows.
func (r *ticketRows) write(ctx context.Context, tx *Tx, store int64) error {
	for _, span := range slices.Sorted(maps.Keys(r.spans)) { // in one order, so that two loads do not block each other
		tx.Exec(widenSpan, store, span, r.spans[span].From, r.spans[span].To)
	}
	tx.reserveIDs(kindTicket, r.ticket)
	tx.reserveIDs(kindComment, r.comment)
	tx.reserveIDs(kindAttachment, r.attachment)
	return tx.insertRows(ctx, r.tables...)
}

// WriteTickets makes a batch durable. A new ticket has no history; a changed one gets
// an event of type ticket.imported that names what changed, and loses what is not in
// the input.
func (b *Bulk) WriteTickets(ctx context.Context, batch *TicketBatch) (BulkResult, error) {
	if batch.rows != nil {
		err := b.db.Write(ctx, func(tx *Tx) error { return batch.rows.write(ctx, tx, b.st.ID) })
		if err == nil {
			return BulkResult{New: len(batch.items)}, nil
		}
		if desk.CodeOf(err) != desk.Conflict {
			return BulkResult{}, err
		}
	}
	there, err := b.compare(ctx, b.db, batch.items)
	if err != nil {
		return BulkResult{}, err
	}
	var items []*bulkTicket
	var places []int
	for i, t := range batch.items {
		if same := there[t.ID]; !same {
			items, places = append(items, t), append(places, i)
		}
	}
	sum := BulkResult{Same: len(batch.items) - len(items)}
	if len(items) == 0 {
		return sum, nil
	}
	r, err := b.mergeTickets(ctx, items)
	if desk.CodeOf(err) == desk.Conflict {
		r, err = each(len(items), func(i int) (BulkResult, error) { return b.mergeTickets(ctx, items[i:i+1]) })
	}
	for i, f := range r.Failed {
		r.Failed[i].Index = places[f.Index]
	}
	sum.add(r, 0)
	return sum, err
}

// mergeTickets writes tickets of which some may be there.
func (b *Bulk) mergeTickets(ctx context.Context, items []*bulkTicket) (BulkResult, error) {
	var result BulkResult
	err := b.db.Write(ctx, func(tx *Tx) error {
		result = BulkResult{}
		there, err := b.compare(ctx, tx, items)
		if err != nil {
			return err
		}
		rows := newTicketRows(b.db.dialect())
		written := map[int64]bool{}
		for _, t := range items {
			same, old := there[t.ID]
			switch {
			case written[t.ID]:
				return &desk.Error{Code: desk.Conflict, Message: "twice in one batch"}
			case same:
				result.Same++
				continue
			case old:
				result.Changed++
				err = b.replace(ctx, tx, rows, t)
			default:
				result.New++
				t.Seq = 0
				rows.tickets.add(ticketArgs(b.st.ID, &t.Ticket)...)
				rows.addRest(b.st.ID, t)
			}
			written[t.ID] = true
			if err != nil {
				return err
			}
		}
		return rows.write(ctx, tx, b.st.ID)
	})
	return result, err
}

// compare tells which tickets are there, and of those, which are the same.
func (b *Bulk) compare(ctx context.Context, from reader, items []*bulkTicket) (map[int64]bool, error) {
	byID := make(map[int64]*bulkTicket, len(items))
	ids := make([]int64, 0, len(items))
	for _, t := range items {
		byID[t.ID] = t
		ids = append(ids, t.ID)
	}
	there := map[int64]bool{}
	var id int64
	var head, parts, open Bytes
	for part := range slices.Chunk(ids, 1000) {
		err := lookUp(ctx, from, `SELECT d.ticket_id, d.head,
			CASE WHEN d.sealed > 0 THEN (SELECT string_agg(x.body, '' ORDER BY x.n) FROM ticket_doc_parts x
				WHERE x.store_id = d.store_id AND x.ticket_id = d.ticket_id) END, d.comments
			FROM ticket_docs d`, "ticket_id", b.st.ID, part, func(row Row) error {
			err := row.Scan(&id, &head, &parts, &open)
			t := byID[id]
			there[id] = bytes.Equal(head, t.head) && string(open) == t.open && sameParts(parts, t.parts) && !t.fetched()
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	return there, nil
}

func sameParts(have []byte, parts []string) bool {
	for _, p := range parts {
		if len(have) < len(p) || string(have[:len(p)]) != p {
			return false
		}
		have = have[len(p):]
	}
	return len(have) == 0
}

// fetched tells that the files of a ticket were brought along, which its document
// does not show.
func (t *bulkTicket) fetched() bool {
	return slices.ContainsFunc(t.Comments, func(c *desk.Comment) bool {
		return slices.ContainsFunc(c.Attachments, func(a desk.Attachment) bool { return a.BlobKey != "" })
	})
}
