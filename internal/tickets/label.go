package tickets

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"storedesk/internal/desk"
	"storedesk/internal/store"
)

// The verbs of what tickets are sorted by: ticket types and tags. What many tickets have is
// changed a piece at a time by jobs, each ticket with an event.

// MoveKind is the kind of the jobs that change the tickets of a tag or a ticket type.
const MoveKind = "move"

// maxTypes is how many ticket types a store can have.
const maxTypes = 200

// UsedTypes lists the ticket types of a store in their order.
func (s *Service) UsedTypes(ctx context.Context, st *desk.Store) ([]desk.UsedType, error) {
	return s.DB.UsedTypes(ctx, st)
}

// OrderedTypes lists the ticket types of a store in their order, without their uses.
func (s *Service) OrderedTypes(ctx context.Context, st *desk.Store) ([]desk.TicketType, error) {
	return s.DB.OrderedTypes(ctx, st)
}

// CreateType makes a ticket type, the last in the order; it gets an id. Errors: Invalid
// with fields.
func (s *Service) CreateType(ctx context.Context, st *desk.Store, t *desk.TicketType) error {
	return s.DB.Write(ctx, func(tx *store.Tx) error {
		list, err := tx.LockTypes(ctx, st)
		if err != nil {
			return err
		}
		if len(list) >= maxTypes {
			return desk.Errorf(desk.Invalid, "A store can have %d ticket types at most.", maxTypes)
		}
		if err := checkType(list, t); err != nil {
			return err
		}
		return tx.InsertType(ctx, st, t)
	})
}

// UpdateType changes the name of a ticket type and whether customers may choose it; before
// is what it was. Errors: ErrNotFound, Invalid with fields.
func (s *Service) UpdateType(ctx context.Context, st *desk.Store, id int64, name *string, public *bool) (before, after desk.TicketType, err error) {
	err = s.DB.Write(ctx, func(tx *store.Tx) error {
		list, err := tx.LockTypes(ctx, st)
		if err != nil {
			return err
		}
		i := slices.IndexFunc(list, func(t desk.TicketType) bool { return t.ID == id })
		if i < 0 {
			return desk.ErrNotFound
		}
		before, after = list[i], list[i]
		if name != nil {
			after.Name = *name
			if err := checkType(list, &after); err != nil {
				return err
			}
		}
		if public != nil {
			after.Public = *public
		}
		tx.UpdateType(st, &after)
		return nil
	})
	return before, after, err
}

func checkType(list []desk.TicketType, t *desk.TicketType) (err error) {
	if t.Name, err = desk.CheckName(t.Name, desk.MaxTypeName); err != nil {
		return err
	}
	if slices.ContainsFunc(list, func(other desk.TicketType) bool { return other.ID != t.ID && strings.EqualFold(other.Name, t.Name) }) {
		return taken("There is a ticket type of this name already.")
	}
	return nil
}

func taken(message string) error {
	return &desk.Error{Code: desk.Invalid, Fields: desk.Fields{"name": {message}}}
}

// OrderTypes puts the ticket types of a store into an order. Errors: Conflict if ids are
// not those of all its types, which somebody else has changed then.
func (s *Service) OrderTypes(ctx context.Context, st *desk.Store, ids []int64) error {
	return s.DB.Write(ctx, func(tx *store.Tx) error {
		list, err := tx.LockTypes(ctx, st)
		if err != nil {
			return err
		}
		have := make([]int64, len(list))
		for i, t := range list {
			have[i] = t.ID
		}
		slices.Sort(have)
		if !slices.Equal(have, slices.Sorted(slices.Values(ids))) {
			return desk.Errorf(desk.Conflict, "The ticket types have changed meanwhile.")
		}
		for i, id := range ids {
			tx.PlaceType(st, id, i+1)
		}
		return nil
	})
}

// DeleteType deletes a ticket type. Its tickets get the type instead; without one (0),
// tickets that have it are in the way: Conflict. Errors: ErrNotFound, Invalid, Conflict.
func (s *Service) DeleteType(ctx context.Context, st *desk.Store, id, instead int64, by desk.Actor) (name string, err error) {
	err = s.DB.Write(ctx, func(tx *store.Tx) error {
		list, err := tx.LockTypes(ctx, st)
		if err != nil {
			return err
		}
		var other string
		for _, t := range list {
			switch t.ID {
			case id:
				name = t.Name
			case instead:
				other = t.Name
			}
		}
		switch {
		case name == "":
			return desk.ErrNotFound
		case instead != 0 && other == "":
			return &desk.Error{Code: desk.Invalid, Fields: desk.Fields{"replacement": {"Choose another ticket type."}}}
		}
		if err := settled(ctx, tx, st, desk.MoveType, id, instead); err != nil {
			return err
		}
		gone, err := tx.DeleteUnused(ctx, st, desk.MoveType, id)
		if gone || err != nil {
			return err
		}
		if instead == 0 {
			return desk.Errorf(desk.Conflict, "Tickets have this type. Choose which type they are to have instead.")
		}
		s.begin(tx, st, &desk.Move{
			Kind: desk.MoveType, From: id, To: instead, UserID: by.ID,
			Reason: fmt.Sprintf("the ticket type %q was deleted in favour of %q", name, other),
		})
		return nil
	})
	return name, err
}

// UsedTags lists tags of a store by name.
func (s *Service) UsedTags(ctx context.Context, st *desk.Store, f store.TagFilter) ([]desk.UsedTag, error) {
	return s.DB.UsedTags(ctx, st, f)
}

// RenameTag gives a tag another name, and its tickets an event each, by and by. Errors:
// ErrNotFound, Invalid with fields, Conflict while its tickets are being changed.
func (s *Service) RenameTag(ctx context.Context, st *desk.Store, id int64, name string, by desk.Actor) (before string, err error) {
	if name, err = desk.CheckName(name, desk.MaxTagName); err != nil {
		return "", err
	}
	err = s.DB.Write(ctx, func(tx *store.Tx) error {
		if before, err = tx.LockTag(ctx, st, id); err != nil || before == name {
			return err
		}
		if err := settled(ctx, tx, st, desk.MoveTag, id, 0); err != nil {
			return err
		}
		tx.RenameTag(st, id, name)
		if err := tx.Flush(ctx); err != nil {
			return err
		}
		s.begin(tx, st, &desk.Move{
			Kind: desk.MoveTag, From: id, To: id, UserID: by.ID, Reason: fmt.Sprintf("the tag %q was renamed to %q", before, name),
		})
		return nil
	})
	if desk.CodeOf(err) == desk.Conflict && !errors.Is(err, errMoving) {
		err = taken("There is a tag of this name already. Merge the two instead.")
	}
	return before, err
}

// MergeTag gives the tickets of a tag another tag instead, by and by, and then deletes it.
// Errors: ErrNotFound, Invalid, Conflict while tickets of either are being changed.
func (s *Service) MergeTag(ctx context.Context, st *desk.Store, id, into int64, by desk.Actor) (from, to string, err error) {
	if id == into {
		return "", "", &desk.Error{Code: desk.Invalid, Fields: desk.Fields{"into": {"Choose another tag."}}}
	}
	err = s.DB.Write(ctx, func(tx *store.Tx) error {
		for _, one := range slices.Sorted(slices.Values([]int64{id, into})) { // locked in one order
			name, err := tx.LockTag(ctx, st, one)
			if err != nil {
				return err
			}
			if one == id {
				from = name
			} else {
				to = name
			}
		}
		if err := settled(ctx, tx, st, desk.MoveTag, id, into); err != nil {
			return err
		}
		s.begin(tx, st, &desk.Move{
			Kind: desk.MoveTag, From: id, To: into, UserID: by.ID, Reason: fmt.Sprintf("the tag %q was merged into %q", from, to),
		})
		return nil
	})
	return from, to, err
}

// DeleteTag deletes a tag that no ticket has. Errors: ErrNotFound, Conflict.
func (s *Service) DeleteTag(ctx context.Context, st *desk.Store, id int64) (name string, err error) {
	err = s.DB.Write(ctx, func(tx *store.Tx) error {
		if name, err = tx.LockTag(ctx, st, id); err != nil {
			return err
		}
		if err := settled(ctx, tx, st, desk.MoveTag, id, 0); err != nil {
			return err
		}
		gone, err := tx.DeleteUnused(ctx, st, desk.MoveTag, id)
		if err == nil && !gone {
			err = desk.Errorf(desk.Conflict, "Tickets have this tag. Merge it into another one instead.")
		}
		return err
	})
	return name, err
}

var errMoving = desk.Errorf(desk.Conflict, "Its tickets are being changed already. Try again when that is done.")

// settled refuses to begin with what another change is not done with.
func settled(ctx context.Context, tx *store.Tx, st *desk.Store, kind desk.MoveKind, ids ...int64) error {
	for _, id := range ids {
		busy, err := tx.Involved(ctx, st, kind, id)
		if err == nil && busy {
			err = errMoving
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// moveTask is what a job of kind MoveKind is about.
type moveTask struct {
	Kind desk.MoveKind `json:"kind"`
	From int64         `json:"from"`
}

// begin queues a move and the job that carries it out.
func (s *Service) begin(tx *store.Tx, st *desk.Store, m *desk.Move) {
	m.CreatedAt = desk.At(s.Now())
	tx.InsertMove(st, m)
	args, _ := json.Marshal(moveTask{m.Kind, m.From}) // texts and numbers
	name := fmt.Sprintf("%s:%d:%s:%d", MoveKind, st.ID, m.Kind, m.From)
	tx.Enqueue(&desk.Job{StoreID: st.ID, Kind: MoveKind, Once: name, Args: args, RunAt: m.CreatedAt, CreatedAt: m.CreatedAt})
}

// movePiece is how many tickets one transaction of a move changes: so few that others who
// write do not wait for long.
const movePiece = 50

// Move does a job of kind MoveKind. It may be repeated: what is done is not done again.
func (s *Service) Move(ctx context.Context, st *desk.Store, args []byte) error {
	var task moveTask
	if err := json.Unmarshal(args, &task); err != nil {
		return err
	}
	for {
		done, err := s.movePiece(ctx, st, task)
		if done || err != nil {
			return err
		}
	}
}

func (s *Service) movePiece(ctx context.Context, st *desk.Store, task moveTask) (done bool, err error) {
	err = s.DB.Write(ctx, func(tx *store.Tx) error {
		m, err := tx.LockMove(ctx, st, task.Kind, task.From)
		if errors.Is(err, desk.ErrNotFound) {
			done = true
			return nil
		}
		if err != nil {
			return err
		}
		ids, err := tx.MoveNext(ctx, st, m, movePiece)
		if err != nil {
			return err
		}
		for _, id := range ids {
			if err := s.relabel(ctx, tx, st, m, id); err != nil {
				return err
			}
			m.After = id
		}
		if len(ids) == movePiece {
			tx.SetMove(st, m)
			return nil
		}
		if m.To != m.From {
			gone, err := tx.DeleteUnused(ctx, st, m.Kind, m.From)
			if err != nil {
				return err
			}
			if !gone { // a ticket got it after its turn
				m.After = 0
				tx.SetMove(st, m)
				return nil
			}
		}
		tx.DeleteMove(st, m)
		done = true
		return nil
	})
	return done, err
}

// relabel changes one ticket of a move.
func (s *Service) relabel(ctx context.Context, tx *store.Tx, st *desk.Store, m *desk.Move, id int64) error {
	in := &desk.TicketInput{}
	switch {
	case m.Kind == desk.MoveType:
		in.TypeID = &m.To
	case m.To != m.From:
		t, err := tx.LockTicket(ctx, st, id)
		if err != nil {
			return err
		}
		to, err := tx.LockTag(ctx, st, m.To)
		if err != nil {
			return err
		}
		names := []string{to}
		for _, tag := range t.Tags {
			if tag.ID != m.From && tag.ID != m.To {
				names = append(names, tag.Name)
			}
		}
		in.Tags = &names
	}
	w := desk.Write{Actor: desk.Actor{Kind: desk.ActorAgent, ID: m.UserID}, Reason: m.Reason}
	_, err := s.UpdateIn(ctx, tx, st, id, in, w)
	return err
}
