package store

import (
	"context"

	"storedesk/internal/desk"
)

const mergeColumns = "source_id, seq, target_id, user_id, source_status, target_status, closed_at, target_seq, joined, created_at"

func scanMerge(row Row, m *desk.Merge) error {
	return row.Scan(&m.SourceID, &m.Seq, &m.TargetID, &m.UserID, &m.SourceStatus, &m.TargetStatus, &m.ClosedAt, &m.TargetSeq, &m.Joined, &m.CreatedAt)
}

// InsertMerge queues that a ticket was merged into another, with the links between them. One
// that is merged already makes the write fail with desk.Conflict.
func (tx *Tx) InsertMerge(st *desk.Store, m *desk.Merge) {
	tx.Exec("INSERT INTO ticket_merges (store_id, "+mergeColumns+") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
		st.ID, m.SourceID, m.Seq, m.TargetID, m.UserID, string(m.SourceStatus), string(m.TargetStatus), int64(m.ClosedAt), m.TargetSeq,
		m.Joined, int64(m.CreatedAt))
	tx.LinkTickets(st, m.TargetID, m.SourceID, desk.LinkMerged, desk.LinkMergedInto)
}

// UndoMerge queues that a merge is undone, with its links.
func (tx *Tx) UndoMerge(st *desk.Store, m *desk.Merge, user int64, now desk.Instant) {
	tx.Exec("UPDATE ticket_merges SET undone_at = $4, undone_by = $5 WHERE store_id = $1 AND source_id = $2 AND seq = $3",
		st.ID, m.SourceID, m.Seq, int64(now), user)
	tx.UnlinkTickets(st, m.TargetID, m.SourceID, desk.LinkMerged, desk.LinkMergedInto)
}

// MergeOf returns the merge of a ticket into another, or desk.ErrNotFound.
func (db *DB) MergeOf(ctx context.Context, st *desk.Store, source int64) (*desk.Merge, error) {
	return mergeOf(ctx, db, st, source)
}

// MergeOf is DB.MergeOf as part of a write.
func (tx *Tx) MergeOf(ctx context.Context, st *desk.Store, source int64) (*desk.Merge, error) {
	return mergeOf(ctx, tx, st, source)
}

func mergeOf(ctx context.Context, r reader, st *desk.Store, source int64) (*desk.Merge, error) {
	var m *desk.Merge
	err := r.query(ctx, "SELECT "+mergeColumns+" FROM ticket_merges WHERE store_id = $1 AND source_id = $2 AND undone_at = 0",
		[]any{st.ID, source}, func(row Row) error {
			m = &desk.Merge{}
			return scanMerge(row, m)
		})
	if err == nil && m == nil {
		return nil, desk.ErrNotFound
	}
	return m, err
}

// MergedInto returns the ticket that another was merged into; 0 for none.
func (tx *Tx) MergedInto(ctx context.Context, st *desk.Store, source int64) (target int64, err error) {
	err = one(ctx, tx, "SELECT target_id FROM ticket_merges WHERE store_id = $1 AND source_id = $2 AND undone_at = 0",
		[]any{st.ID, source}, &target)
	if desk.CodeOf(err) == desk.NotFound {
		return 0, nil
	}
	return target, err
}

// MergesInto lists the merges of tickets into some others.
func (db *DB) MergesInto(ctx context.Context, st *desk.Store, targets []int64) (list []desk.Merge, err error) {
	err = lookUp(ctx, db, "SELECT "+mergeColumns+" FROM ticket_merges", "undone_at = 0 AND target_id", st.ID, targets, func(row Row) error {
		var m desk.Merge
		err := scanMerge(row, &m)
		list = append(list, m)
		return err
	})
	return list, err
}

// Joined tells whether an address takes part in a ticket.
func (tx *Tx) Joined(ctx context.Context, st *desk.Store, ticket int64, address string) (bool, error) {
	n := 0
	err := one(ctx, tx, "SELECT count(*) FROM participants WHERE store_id = $1 AND ticket_id = $2 AND address = $3",
		[]any{st.ID, ticket, desk.Fold(address)}, &n)
	return n > 0, err
}

// DeleteParticipant queues that an address, folded, takes part in a ticket no more.
func (tx *Tx) DeleteParticipant(st *desk.Store, ticket int64, folded string) {
	tx.Exec("DELETE FROM participants WHERE store_id = $1 AND ticket_id = $2 AND address = $3", st.ID, ticket, folded)
}

const splitColumns = "ticket_id, comment_id, from_ticket, from_comment, user_id, created_at"

// InsertSplit queues that a ticket was begun with a copy of another's comment, with the
// links between them.
func (tx *Tx) InsertSplit(st *desk.Store, s *desk.Split) {
	tx.Exec("INSERT INTO ticket_splits (store_id, "+splitColumns+") VALUES ($1, $2, $3, $4, $5, $6, $7)",
		st.ID, s.TicketID, s.CommentID, s.FromTicket, s.FromComment, s.UserID, int64(s.CreatedAt))
	tx.LinkTickets(st, s.FromTicket, s.TicketID, desk.LinkSplit, desk.LinkSplitFrom)
}

// SplitsOf lists the splits that made some tickets, or began in them.
func (db *DB) SplitsOf(ctx context.Context, st *desk.Store, tickets []int64) (list []desk.Split, err error) {
	seen := map[int64]bool{}
	for _, column := range []string{"ticket_id", "from_ticket"} {
		err := lookUp(ctx, db, "SELECT "+splitColumns+" FROM ticket_splits", column, st.ID, tickets, func(row Row) error {
			var s desk.Split
			err := row.Scan(&s.TicketID, &s.CommentID, &s.FromTicket, &s.FromComment, &s.UserID, &s.CreatedAt)
			if !seen[s.TicketID] {
				seen[s.TicketID] = true
				list = append(list, s)
			}
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	return list, nil
}

// Comment returns a comment of a ticket with its attachments, or desk.ErrNotFound.
func (tx *Tx) Comment(ctx context.Context, st *desk.Store, ticket, id int64) (*desk.Comment, error) {
	var c *desk.Comment
	err := tx.query(ctx, "SELECT "+commentColumns+" FROM comments c WHERE c.store_id = $1 AND c.ticket_id = $2 AND c.id = $3",
		[]any{st.ID, ticket, id}, func(row Row) error {
			c = &desk.Comment{}
			return scanComment(row, c)
		})
	if err == nil && c == nil {
		err = desk.ErrNotFound
	}
	if err != nil {
		return nil, err
	}
	return c, tx.query(ctx, "SELECT "+attachmentColumns+` FROM attachments a
		WHERE a.store_id = $1 AND a.ticket_id = $2 AND a.comment_id = $3 ORDER BY a.id`, []any{st.ID, ticket, id}, func(row Row) error {
		a, err := scanAttachment(row)
		c.Attachments = append(c.Attachments, a)
		return err
	})
}

const commentColumns = "c.id, c.ticket_id, c.author_id, c.body, c.is_public, c.from_email, c.created_at"

func scanComment(row Row, c *desk.Comment) error {
	return row.Scan(&c.ID, &c.TicketID, &c.AuthorID, &c.Body, &c.Public, &c.FromEmail, &c.CreatedAt)
}

// UserByID is DB.User as part of a write.
func (tx *Tx) UserByID(ctx context.Context, st *desk.Store, id int64) (*desk.User, error) {
	return user(ctx, tx, "u.store_id = $1 AND u.id = $2", st.ID, id)
}
