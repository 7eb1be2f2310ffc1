package store

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"storedesk/internal/desk"
)

// Bulk loads many objects that bring their ids and times along: an import or demo
// data. What is already there is compared and only differences are written; each
// batch is one transaction, so an interrupted load leaves whole objects and can be
// run again. Every derived row is what a write of the single object makes.
//
// Its Write methods may be called from several goroutines; users, types, products and
// orders must be written before the tickets that name them.
type Bulk struct {
	db  *DB
	st  *desk.Store
	now func() desk.Instant

	tags  map[string]int64
	users map[int64]desk.Person
	top   int64 // tickets with larger ids were not there when the load began

	mirror bool // see NewMirror
	tx     *Tx  // the write that batches belong to; nil: each is one of its own
}

// BulkResult says what a batch did, as counts of objects; Failed lists those that
// could not be written.
type BulkResult struct {
	New, Changed, Same int
	Older              int // of Same: those that came older than they are here, to a mirror
	Failed             []BulkFailure
}

// BulkFailure is an object of a batch that was left out, by its place in the batch.
type BulkFailure struct {
	Index int
	Err   error
}

// add counts another result whose indexes start at from.
func (r *BulkResult) add(other BulkResult, from int) {
	r.New += other.New
	r.Changed += other.Changed
	r.Same += other.Same
	r.Older += other.Older
	for _, f := range other.Failed {
		r.Failed = append(r.Failed, BulkFailure{f.Index + from, f.Err})
	}
}

// NewBulk starts a load into a store. now dates what a load records of itself.
func (db *DB) NewBulk(st *desk.Store, now func() desk.Instant) *Bulk {
	return &Bulk{db: db, st: st, now: now}
}

// Refs are the rows of a store that tickets may name.
type Refs struct {
	Users    map[int64]desk.Person
	Types    map[int64]bool
	Products map[int64]bool
	Orders   map[string]bool
}

// BeginTickets reads what tickets refer to. Call it once, before the first batch of
// tickets.
func (b *Bulk) BeginTickets(ctx context.Context) (*Refs, error) {
	refs := &Refs{
		Users: map[int64]desk.Person{}, Types: map[int64]bool{}, Products: map[int64]bool{}, Orders: map[string]bool{},
	}
	b.tags, b.users = map[string]int64{}, refs.Users
	var id int64
	var text string
	var person desk.Person
	for _, step := range []struct {
		sql  string
		dest []any
		keep func()
	}{
		{
			"SELECT id, user_type, email, first_name, last_name FROM users",
			[]any{&id, &person.Type, &person.Email, &person.FirstName, &person.LastName},
			func() { refs.Users[id] = person },
		},
		{"SELECT id FROM ticket_types", []any{&id}, func() { refs.Types[id] = true }},
		{"SELECT id FROM products", []any{&id}, func() { refs.Products[id] = true }},
		{"SELECT number FROM orders", []any{&text}, func() { refs.Orders[text] = true }},
		{"SELECT id, name FROM tags", []any{&id, &text}, func() { b.tags[text] = id }},
		{"SELECT coalesce(max(id), 0) FROM tickets", []any{&b.top}, func() {}},
	} {
		err := b.db.query(ctx, step.sql+" WHERE store_id = $1", []any{b.st.ID}, func(row Row) error {
			err := row.Scan(step.dest...)
			step.keep()
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	return refs, nil
}

// MakeTags makes the tags with these names that are not there yet: each store counts
// them 1, 2, 3 … by first appearance. Neither it nor Tags may be called by two
// goroutines at once.
func (b *Bulk) MakeTags(ctx context.Context, names []string) error {
	for try := 0; ; try++ {
		var missing []string
		for _, name := range names {
			if b.tags[name] == 0 {
				missing = append(missing, name)
			}
		}
		if len(missing) == 0 {
			return nil
		}
		if try == maxTries {
			return fmt.Errorf("others make tags all the time: %q and %d more", missing[0], len(missing)-1)
		}
		if err := b.tryTags(ctx, missing); err != nil {
			return err
		}
	}
}

// tryTags makes tags; one whose id another write took meanwhile is left for the next try.
func (b *Bulk) tryTags(ctx context.Context, names []string) error {
	return b.db.Write(ctx, func(tx *Tx) error {
		for _, name := range names {
			tx.Exec(`INSERT INTO tags (store_id, id, name) SELECT $1, coalesce(max(id), 0) + 1, CAST($2 AS TEXT) FROM tags
				WHERE store_id = $1 ON CONFLICT DO NOTHING`, b.st.ID, name)
		}
		if err := tx.Flush(ctx); err != nil {
			return err
		}
		largest := int64(0)
		err := lookUp(ctx, tx, "SELECT id, name FROM tags", "name", b.st.ID, names, func(row Row) error {
			var id int64
			var name string
			err := row.Scan(&id, &name)
			b.tags[name] = id
			largest = max(largest, id)
			return err
		})
		tx.reserveIDs(kindTag, largest)
		return err
	})
}

// Tags returns the tags with these names, each once, in the order of their ids.
// MakeTags has made them.
func (b *Bulk) Tags(names []string) []desk.Tag {
	if len(names) == 0 {
		return nil
	}
	tags := make([]desk.Tag, 0, len(names))
	for _, name := range names {
		if tag := (desk.Tag{ID: b.tags[name], Name: name}); !slices.Contains(tags, tag) {
			tags = append(tags, tag)
		}
	}
	slices.SortFunc(tags, func(a, b desk.Tag) int { return cmp.Compare(a.ID, b.ID) })
	return tags
}

// each runs write on every object of a batch by itself, after the whole batch met a
// conflict, so that only the object at fault is left out.
func each(n int, write func(i int) (BulkResult, error)) (BulkResult, error) {
	var sum BulkResult
	for i := range n {
		r, err := write(i)
		if desk.CodeOf(err) == desk.Conflict {
			sum.Failed = append(sum.Failed, BulkFailure{i, conflictReason(err)})
			continue
		}
		if err != nil {
			return sum, err
		}
		sum.add(r, i)
	}
	return sum, nil
}

func conflictReason(err error) error {
	var e *desk.Error
	if errors.As(err, &e) && e.Err != nil {
		return e.Err
	}
	return err
}

// Imported returns how far an import from a source has come with a kind of object; ""
// for not begun.
func (db *DB) Imported(ctx context.Context, st *desk.Store, source, kind string) (string, error) {
	var position string
	err := one(ctx, db, "SELECT position FROM imports WHERE store_id = $1 AND source = $2 AND kind = $3",
		[]any{st.ID, source, kind}, &position)
	if errors.Is(err, desk.ErrNotFound) {
		return "", nil
	}
	return position, err
}

// SetImported records how far an import from a source has come with a kind of object.
func (db *DB) SetImported(ctx context.Context, st *desk.Store, source, kind, position string, now desk.Instant) error {
	return db.Write(ctx, func(tx *Tx) error {
		tx.Exec(`INSERT INTO imports (store_id, source, kind, position, updated_at) VALUES ($1, $2, $3, $4, $5)
			ON CONFLICT (store_id, source, kind) DO UPDATE SET position = excluded.position, updated_at = excluded.updated_at`,
			st.ID, source, kind, position, int64(now))
		return nil
	})
}
