package store

import (
	"context"
	"encoding/json"
	"fmt"

	"storedesk/internal/desk"
)

const eventColumns = "e.id, e.ticket_id, e.user_id, e.seq, e.actor_kind, e.actor_id, e.type, e.data, e.cause_id, e.created_at"

func scanEvent(row Row) (e desk.Event, err error) {
	var data string
	err = row.Scan(&e.ID, &e.TicketID, &e.UserID, &e.Seq, &e.Actor.Kind, &e.Actor.ID, &e.Type, &data, &e.CauseID, &e.CreatedAt)
	if err != nil {
		return e, err
	}
	var d eventData
	if err := json.Unmarshal([]byte(data), &d); err != nil {
		return e, fmt.Errorf("data of event %d: %w", e.ID, err)
	}
	e.Changes, e.CommentID, e.Public, e.Reason = d.Changes, d.CommentID, d.Public, d.Reason
	return e, nil
}

// eventData is what an event row keeps beside its columns.
type eventData struct {
	Changes   []desk.Change `json:"changes,omitempty"`
	CommentID int64         `json:"comment,omitempty"`
	Public    bool          `json:"public,omitempty"`
	Reason    string        `json:"reason,omitempty"`
}

// insertEvent queues the record of a write.
func (tx *Tx) insertEvent(st *desk.Store, e *desk.Event) {
	data, err := json.Marshal(eventData{e.Changes, e.CommentID, e.Public, e.Reason})
	if err != nil {
		panic(err) // changes hold texts, numbers and lists of them
	}
	tx.Exec(`INSERT INTO events (store_id, id, ticket_id, user_id, seq, actor_kind, actor_id, type, data, cause_id, created_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
		st.ID, e.ID, e.TicketID, e.UserID, e.Seq, string(e.Actor.Kind), e.Actor.ID, e.Type, string(data), e.CauseID, int64(e.CreatedAt))
	tx.afterCommit(tx.db.events.Ring)
	for _, follow := range tx.db.followers {
		if j := follow(st, e); j != nil {
			tx.Enqueue(j)
		}
	}
}

// Follow has a job made of events, in the transaction that records them: fn returns it,
// or nil. It is to be called before anything is written.
func (db *DB) Follow(fn func(st *desk.Store, e *desk.Event) *desk.Job) {
	db.followers = append(db.followers, fn)
}

// EventQuery picks events of a store. Zero values pick all.
type EventQuery struct {
	After, UpTo int64 // ids: larger than After, at most UpTo
	Ticket      int64
	Type        string
	Users       bool // events of users too
	Limit       int
}

// EventsAfter returns events in their order.
func (db *DB) EventsAfter(ctx context.Context, st *desk.Store, q EventQuery) (list []desk.Event, err error) {
	args := []any{st.ID, q.After, q.UpTo, q.Limit}
	where := ""
	if q.Ticket != 0 {
		args = append(args, q.Ticket)
		where += " AND e.ticket_id = " + placeholder(len(args))
	}
	if q.Type != "" {
		args = append(args, q.Type)
		where += " AND e.type = " + placeholder(len(args))
	}
	if !q.Users {
		where += " AND e.ticket_id > 0"
	}
	err = db.query(ctx, "SELECT "+eventColumns+" FROM events e WHERE e.store_id = $1 AND e.id > $2 AND e.id <= $3"+where+
		" ORDER BY e.id LIMIT $4", args, func(row Row) error {
		e, err := scanEvent(row)
		list = append(list, e)
		return err
	})
	return list, err
}

// Event returns one event, or desk.ErrNotFound.
func (db *DB) Event(ctx context.Context, st *desk.Store, id int64) (*desk.Event, error) {
	list, err := db.EventsAfter(ctx, st, EventQuery{After: id - 1, UpTo: id, Users: true, Limit: 1})
	if err == nil && len(list) == 0 {
		return nil, desk.ErrNotFound
	}
	if err != nil {
		return nil, err
	}
	return &list[0], nil
}

// LaterEvents returns what has happened to a ticket or a user since one of its events,
// latest first.
func (db *DB) LaterEvents(ctx context.Context, st *desk.Store, e *desk.Event) (list []desk.Event, err error) {
	column, id := "ticket_id", e.TicketID
	if e.UserID != 0 {
		column, id = "user_id", e.UserID
	}
	err = db.query(ctx, "SELECT "+eventColumns+" FROM events e WHERE e.store_id = $1 AND e."+column+" = $2 AND e.seq > $3 AND e."+
		column+" > 0 ORDER BY e.seq DESC", []any{st.ID, id, e.Seq}, func(row Row) error {
		e, err := scanEvent(row)
		list = append(list, e)
		return err
	})
	return list, err
}
