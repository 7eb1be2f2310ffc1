package store

import (
	"context"

	"storedesk/internal/desk"
)

// replace writes a ticket that is there anew: its row is updated, so that who waits
// for it still finds it, all else is deleted and comes with rows.
func (b *Bulk) replace(ctx context.Context, tx *Tx, rows *ticketRows, t *bulkTicket) error {
	old, err := tx.LockTicket(ctx, b.st, t.ID)
	if err != nil {
		return err
	}
	if err := b.keepFiles(ctx, tx, t); err != nil {
		return err
	}
	t.Seq, t.GroupID = old.Seq+1, old.GroupID // sources know nothing of groups
	changes := b.changes(old, t)
	event, err := tx.nextID(ctx, kindEvent)
	if err != nil {
		return err
	}
	for _, table := range []string{
		"ticket_tags", "ticket_products", "comments", "attachments", "ticket_docs", "ticket_doc_parts", "ticket_subjects", "ticket_words",
	} {
		tx.Exec("DELETE FROM "+table+" WHERE store_id = $1 AND ticket_id = $2", b.st.ID, t.ID)
	}
	if b.db.dialect() == dialectSQLite {
		tx.Exec("DELETE FROM ticket_subjects_text WHERE rowid = $1", rowBase(b.st.ID)+t.ID)
		tx.Exec("DELETE FROM ticket_words_text WHERE rowid = $1", rowBase(b.st.ID)+t.ID)
	}
	tx.Exec(updateTicket, ticketArgs(b.st.ID, &t.Ticket)...)
	tx.insertTicketEvent(b.st, &t.Ticket, &desk.Event{
		ID: event, Actor: desk.System, Type: desk.EventTicketImported, Changes: changes, CreatedAt: b.now(),
	})
	rows.addRest(b.st.ID, t)
	return nil
}

// changes lists what an import changes in the fields a person can set.
func (b *Bulk) changes(old *desk.Ticket, t *bulkTicket) []desk.Change {
	names, ids := make([]string, 0, len(t.Tags)), map[string]int64{}
	for _, tag := range t.Tags {
		names = append(names, tag.Name)
		ids[tag.Name] = tag.ID
	}
	to := t.Ticket
	before := *old
	return before.Apply(&desk.TicketInput{
		Subject: &to.Subject, TypeID: &to.TypeID, RequesterID: &to.RequesterID, AssigneeID: &to.AssigneeID,
		Priority: &to.Priority, Status: &to.Status, FromEmail: &desk.Text{Value: to.FromEmail}, Order: &to.Order,
		Products: &to.Products, Tags: &names,
	}, desk.Known{Tags: ids}, to.UpdatedAt)
}

// keepFiles gives attachments whose files the input does not bring along the files
// they have.
func (b *Bulk) keepFiles(ctx context.Context, tx *Tx, t *bulkTicket) error {
	had := map[int64]desk.Attachment{}
	err := tx.query(ctx, "SELECT "+attachmentColumns+" FROM attachments a WHERE a.store_id = $1 AND a.ticket_id = $2",
		[]any{b.st.ID, t.ID}, func(row Row) error {
			a, err := scanAttachment(row)
			had[a.ID] = a
			return err
		})
	for _, c := range t.Comments {
		for i := range c.Attachments {
			a := &c.Attachments[i]
			if a.BlobKey == "" {
				a.BlobKey, a.Size = had[a.ID].BlobKey, had[a.ID].Size
			}
		}
	}
	return err
}

// Attachments returns the attachments with these ids that comments of the store have.
func (b *Bulk) Attachments(ctx context.Context, ids []int64) (map[int64]desk.Attachment, error) {
	found := map[int64]desk.Attachment{}
	err := lookUp(ctx, b.db, "SELECT "+attachmentColumns+" FROM attachments a", "id", b.st.ID, ids, func(row Row) error {
		a, err := scanAttachment(row)
		if a.CommentID != 0 {
			found[a.ID] = a
		}
		return err
	})
	return found, err
}
