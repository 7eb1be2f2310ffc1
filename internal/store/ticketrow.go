package store

import (
	"context"
	"slices"

	"storedesk/internal/desk"
)

// TicketRows walks one page of tickets as a list of the dashboard shows them to a user.
// The tickets come from one walk along an index; what belongs to them is read for the
// whole page at once.
func (db *DB) TicketRows(ctx context.Context, st *desk.Store, user int64, f *desk.TicketFilter, p desk.Page) (rows []desk.TicketRow, more bool, err error) {
	l := &listing{db: db, store: st.ID, filter: f, page: p}
	if f.Nothing {
		return nil, false, nil
	}
	err = l.run(ctx, ticketColumns, "JOIN tickets t ON t.store_id = $1 AND t.id = p.id", func(row Row) error {
		var r desk.TicketRow
		err := scanTicket(row, &r.Ticket)
		rows = append(rows, r)
		return err
	})
	if err != nil {
		return nil, false, err
	}
	if more = len(rows) > p.Size; more {
		rows = rows[:p.Size]
	}
	if p.Reverse {
		slices.Reverse(rows)
	}
	return rows, more, db.fillRows(ctx, st, user, rows)
}

// TicketRowsByID are the tickets with these ids, those that there are, in this order.
func (db *DB) TicketRowsByID(ctx context.Context, st *desk.Store, user int64, ids []int64) (rows []desk.TicketRow, err error) {
	if len(ids) == 0 {
		return nil, nil
	}
	err = lookUp(ctx, db, "SELECT "+ticketColumns+" FROM tickets t", "id", st.ID, ids, func(row Row) error {
		var r desk.TicketRow
		err := scanTicket(row, &r.Ticket)
		rows = append(rows, r)
		return err
	})
	if err != nil {
		return nil, err
	}
	slices.SortFunc(rows, func(a, b desk.TicketRow) int { return slices.Index(ids, a.ID) - slices.Index(ids, b.ID) })
	return rows, db.fillRows(ctx, st, user, rows)
}

// CountTickets counts the tickets of a filter, at most limit + 1.
func (db *DB) CountTickets(ctx context.Context, st *desk.Store, f *desk.TicketFilter, limit int) (n int, err error) {
	if f.Nothing {
		return 0, nil
	}
	l := &listing{db: db, store: st.ID, filter: f, page: desk.Page{Order: desk.NewestFirst, Size: limit}}
	err = l.run(ctx, "p.id", "", func(Row) error {
		n++
		return nil
	})
	return n, err
}

// fillRows reads what belongs to the tickets of a page.
func (db *DB) fillRows(ctx context.Context, st *desk.Store, user int64, rows []desk.TicketRow) error {
	if len(rows) == 0 {
		return nil
	}
	byID := make(map[int64]*desk.TicketRow, len(rows))
	ids := make([]int64, len(rows))
	for i := range rows {
		byID[rows[i].ID] = &rows[i]
		ids[i] = rows[i].ID
	}
	for _, fill := range []func() error{
		func() error { return db.fillTags(ctx, st, byID, ids) },
		func() error { return db.fillSnippets(ctx, st, byID, ids) },
		func() error { return db.fillMarks(ctx, st, user, byID, ids) },
		func() error { return db.fillNames(ctx, st, rows) },
	} {
		if err := fill(); err != nil {
			return err
		}
	}
	return nil
}

func (db *DB) fillTags(ctx context.Context, st *desk.Store, rows map[int64]*desk.TicketRow, ids []int64) error {
	in, args := inList([]any{st.ID}, ids)
	return db.query(ctx, `SELECT l.ticket_id, g.id, g.name FROM ticket_tags l JOIN tags g ON g.store_id = l.store_id AND g.id = l.tag_id
		WHERE l.store_id = $1 AND l.ticket_id IN (`+in+") ORDER BY l.ticket_id, g.id", args, func(row Row) error {
		var id int64
		var tag desk.Tag
		err := row.Scan(&id, &tag.ID, &tag.Name)
		rows[id].Tags = append(rows[id].Tags, tag)
		return err
	})
}

// snippetBytes of a comment are read for its snippet: some of them may be spaces.
const snippetBytes = 800

// fillSnippets reads the latest public comment of each ticket.
func (db *DB) fillSnippets(ctx context.Context, st *desk.Store, rows map[int64]*desk.TicketRow, ids []int64) error {
	in, args := inList([]any{st.ID, snippetBytes}, ids)
	return db.query(ctx, `SELECT c.ticket_id, substr(COALESCE(c.body, ''), 1, $2),
			CASE WHEN u.user_type = 'dashboard' OR u.id IS NULL AND c.from_email IS NULL THEN 1 ELSE 0 END
		FROM tickets t
		JOIN comments c ON c.store_id = $1 AND c.ticket_id = t.id AND c.id = (SELECT x.id FROM comments x
			WHERE x.store_id = $1 AND x.ticket_id = t.id AND x.is_public ORDER BY x.id DESC LIMIT 1)
		LEFT JOIN users u ON u.store_id = $1 AND u.id = c.author_id
		WHERE t.store_id = $1 AND t.id IN (`+in+")", args, func(row Row) error {
		var id int64
		var body string
		var byAgent int
		err := row.Scan(&id, &body, &byAgent)
		rows[id].Snippet, rows[id].ByAgent = desk.Snippet(body), byAgent == 1
		return err
	})
}

// fillMarks reads when the customer last said something, whether the user has seen the
// latest, and whether a mail did not arrive. To be read again is only what was said: a
// new ticket or a comment, by somebody else.
func (db *DB) fillMarks(ctx context.Context, st *desk.Store, user int64, rows map[int64]*desk.TicketRow, ids []int64) error {
	in, args := inList([]any{st.ID, user}, ids)
	return db.query(ctx, `SELECT t.id,
			COALESCE((SELECT c.created_at FROM comments c LEFT JOIN users u ON u.store_id = $1 AND u.id = c.author_id
				WHERE c.store_id = $1 AND c.ticket_id = t.id AND c.is_public
					AND (u.user_type <> 'dashboard' OR u.id IS NULL AND c.from_email IS NOT NULL)
				ORDER BY c.id DESC LIMIT 1), 0),
			CASE WHEN EXISTS (SELECT 1 FROM events e WHERE e.store_id = $1 AND e.ticket_id = t.id AND e.ticket_id > 0
				AND e.seq > COALESCE((SELECT s.seq FROM seen s WHERE s.store_id = $1 AND s.user_id = $2 AND s.ticket_id = t.id), 0)
				AND (e.actor_kind <> 'agent' OR e.actor_id <> $2)
				AND (e.type = 'ticket.created' OR e.data LIKE '%"comment":%')) THEN 1 ELSE 0 END,
			COALESCE((SELECT min(r.state) FROM outbox o JOIN outbox_recipients r ON r.store_id = $1 AND r.outbox_id = o.id
				WHERE o.store_id = $1 AND o.ticket_id = t.id AND r.state IN `+troubles+`), '')
		FROM tickets t WHERE t.store_id = $1 AND t.id IN (`+in+")", args, func(row Row) error {
		var id int64
		var at desk.Instant
		var unread int
		var trouble string
		err := row.Scan(&id, &at, &unread, &trouble)
		r := rows[id]
		r.CustomerAt, r.Unread, r.Trouble = at, unread == 1, desk.RecipientState(trouble)
		return err
	})
}

// fillNames reads the names of what the tickets refer to.
func (db *DB) fillNames(ctx context.Context, st *desk.Store, rows []desk.TicketRow) error {
	var people, groups, types []int64
	for _, r := range rows {
		people = append(people, r.RequesterID, r.AssigneeID)
		groups = append(groups, r.GroupID)
		types = append(types, r.TypeID)
	}
	users, err := named(ctx, db, "SELECT id, email, first_name, last_name FROM users", st, people, func(row Row) (p desk.PersonName, err error) {
		return p, row.Scan(&p.ID, &p.Email, &p.FirstName, &p.LastName)
	}, func(p desk.PersonName) int64 { return p.ID })
	if err != nil {
		return err
	}
	groupNames, err := named(ctx, db, "SELECT id, name FROM permission_groups", st, groups, func(row Row) (g desk.PermissionGroup, err error) {
		return g, row.Scan(&g.ID, &g.Name)
	}, func(g desk.PermissionGroup) int64 { return g.ID })
	if err != nil {
		return err
	}
	typeNames, err := named(ctx, db, "SELECT id, name FROM ticket_types", st, types, func(row Row) (t desk.TicketType, err error) {
		return t, row.Scan(&t.ID, &t.Name)
	}, func(t desk.TicketType) int64 { return t.ID })
	for i := range rows {
		r := &rows[i]
		r.Requester, r.Assignee, r.Group, r.Type = users[r.RequesterID], users[r.AssigneeID], groupNames[r.GroupID], typeNames[r.TypeID]
	}
	return err
}

// named reads rows by id; an id of 0 is none.
func named[T any](ctx context.Context, r reader, selection string, st *desk.Store, ids []int64, scan func(Row) (T, error), id func(T) int64) (map[int64]*T, error) {
	slices.Sort(ids)
	ids = slices.DeleteFunc(slices.Compact(ids), func(id int64) bool { return id == 0 })
	found := make(map[int64]*T, len(ids))
	err := lookUp(ctx, r, selection, "id", st.ID, ids, func(row Row) error {
		v, err := scan(row)
		found[id(v)] = &v
		return err
	})
	return found, err
}

// MarkSeen queues that a user has seen a ticket up to an event, or further already.
func (tx *Tx) MarkSeen(st *desk.Store, user, ticket, seq int64, now desk.Instant) {
	tx.Exec(`INSERT INTO seen AS s (store_id, user_id, ticket_id, seq, at) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (store_id, user_id, ticket_id) DO UPDATE SET
			seq = CASE WHEN excluded.seq > s.seq THEN excluded.seq ELSE s.seq END, at = excluded.at`, st.ID, user, ticket, seq, int64(now))
}

// MarkUnseen queues that a user wants a ticket to count as not read.
func (tx *Tx) MarkUnseen(st *desk.Store, user, ticket int64) {
	tx.Exec("DELETE FROM seen WHERE store_id = $1 AND user_id = $2 AND ticket_id = $3", st.ID, user, ticket)
}

// Seen is up to which event a user has seen a ticket; 0 for none.
func (db *DB) Seen(ctx context.Context, st *desk.Store, user, ticket int64) (seq int64, err error) {
	err = db.query(ctx, "SELECT seq FROM seen WHERE store_id = $1 AND user_id = $2 AND ticket_id = $3", []any{st.ID, user, ticket},
		func(row Row) error { return row.Scan(&seq) })
	return seq, err
}

// LastComments are the newest comments of a ticket, oldest of them first, without their
// attachments; desk.ErrNotFound when the ticket is not there.
func (db *DB) LastComments(ctx context.Context, st *desk.Store, ticket int64, limit int) (list []desk.Comment, err error) {
	if _, err := db.TicketVersion(ctx, st, ticket); err != nil {
		return nil, err
	}
	err = db.query(ctx, `SELECT id, ticket_id, author_id, body, is_public, from_email, created_at FROM comments
		WHERE store_id = $1 AND ticket_id = $2 ORDER BY id DESC LIMIT $3`, []any{st.ID, ticket, limit}, func(row Row) error {
		var c desk.Comment
		err := row.Scan(&c.ID, &c.TicketID, &c.AuthorID, &c.Body, &c.Public, &c.FromEmail, &c.CreatedAt)
		list = append(list, c)
		return err
	})
	slices.Reverse(list)
	return list, err
}
