package store

import (
	"context"

	"storedesk/internal/desk"
	"storedesk/internal/wire"
)

// TicketDocument returns the prepared document of a ticket, or desk.ErrNotFound.
func (db *DB) TicketDocument(ctx context.Context, st *desk.Store, id int64) (*wire.Document, error) {
	d, err := db.docs.get(ctx, st.ID, id)
	return &d, err
}

// ReadDocument queues the reading of a ticket's document: d is filled once what is
// queued has run, as the write leaves it.
func (tx *Tx) ReadDocument(st *desk.Store, id int64, d *wire.Document) {
	tx.ask(documentsWhere("= $2"), []any{st.ID, id}, func(row Row) (err error) {
		*d, err = scanDocument(row)
		return err
	})
}

// documentsWhere selects documents of a store by a condition on the ticket's id.
func documentsWhere(condition string) string {
	return "SELECT d.ticket_id, d.seq, d.head, " + documentParts + ", d.comments FROM ticket_docs d WHERE d.store_id = $1 AND d.ticket_id " + condition
}

// scanDocument reads a document that outlives its row.
func scanDocument(row Row) (wire.Document, error) {
	var d wire.Document
	var head, parts, comments Bytes
	if err := row.Scan(&d.ID, &d.Seq, &head, &parts, &comments); err != nil {
		return d, err
	}
	d.Head, d.Parts, d.Comments = head, parts, comments
	return d.Clone(), nil
}

// sealAt is how many bytes of comments a document keeps before they move to a part
// of their own.
const sealAt = 16 << 10

func (tx *Tx) appendToDocument(store int64, t *desk.Ticket, head, comment string) {
	tx.Exec(`INSERT INTO ticket_doc_parts (store_id, ticket_id, n, body)
		SELECT store_id, ticket_id, sealed, comments FROM ticket_docs
		WHERE store_id = $1 AND ticket_id = $2 AND octet_length(comments) >= $3`, store, t.ID, sealAt)
	tx.Exec(`UPDATE ticket_docs SET seq = $3, head = $4,
		sealed = CASE WHEN octet_length(comments) >= $6 THEN sealed + 1 ELSE sealed END,
		comments = CASE WHEN octet_length(comments) >= $6 THEN '' ELSE comments END || $5
		WHERE store_id = $1 AND ticket_id = $2`, store, t.ID, t.Seq, head, comment, sealAt)
}
