package settings

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"storedesk/internal/desk"
	"storedesk/internal/store"
)

// Macros carries out the verbs of macros.
type Macros struct {
	DB  *store.DB
	Now func() time.Time
}

// List returns the macros that a person may use, in their order; all of them to who may
// change them.
func (s *Macros) List(ctx context.Context, st *desk.Store, staff *desk.Staff) ([]desk.Macro, error) {
	list, err := s.DB.Macros(ctx, st)
	if err != nil || staff.Can(desk.PermissionMacros) {
		return list, err
	}
	groups, err := s.DB.GroupsOfAccount(ctx, st, staff.AccountID)
	return slices.DeleteFunc(list, func(m desk.Macro) bool { return !m.For(groups) }), err
}

// Get returns a macro, or desk.ErrNotFound.
func (s *Macros) Get(ctx context.Context, st *desk.Store, id int64) (*desk.Macro, error) {
	return s.DB.Macro(ctx, st, id)
}

var macroNameTaken = &desk.Error{Code: desk.Invalid, Fields: desk.Fields{"name": {"Another macro has this name."}}}

// Save makes a macro (id 0), at the end of the list, or changes one. Errors: ErrNotFound,
// Invalid with fields.
func (s *Macros) Save(ctx context.Context, st *desk.Store, m *desk.Macro) error {
	tidy(m)
	if err := s.check(ctx, st, m); err != nil {
		return err
	}
	id := m.ID
	err := s.DB.Write(ctx, func(tx *store.Tx) error {
		m.ID = id
		list, err := tx.Macros(ctx, st)
		if err != nil {
			return err
		}
		return s.place(ctx, tx, st, m, list)
	})
	if desk.CodeOf(err) == desk.Conflict {
		return macroNameTaken
	}
	return err
}

// place saves one macro beside the others of its store.
func (s *Macros) place(ctx context.Context, tx *store.Tx, st *desk.Store, m *desk.Macro, list []desk.Macro) error {
	now := desk.At(s.Now())
	m.UpdatedAt = now
	for _, other := range list {
		if other.ID != m.ID && desk.Fold(other.Name) == desk.Fold(m.Name) {
			return macroNameTaken
		}
		m.Position = max(m.Position, other.Position+1)
	}
	if m.ID == 0 {
		if len(list) >= desk.MaxMacros {
			return desk.Errorf(desk.Invalid, "There are %d macros already.", len(list))
		}
		m.Position, m.CreatedAt = max(m.Position, 1), now
		return tx.SaveMacro(ctx, st, m)
	}
	at := slices.IndexFunc(list, func(other desk.Macro) bool { return other.ID == m.ID })
	if at < 0 {
		return desk.ErrNotFound
	}
	old := list[at]
	m.Position, m.Uses, m.LastUsedAt, m.CreatedAt = old.Position, old.Uses, old.LastUsedAt, old.CreatedAt
	return tx.SaveMacro(ctx, st, m)
}

// tidy brings a macro into the form in which it is kept.
func tidy(m *desk.Macro) {
	m.Name = strings.Join(strings.Fields(m.Name), " ")
	slices.Sort(m.GroupIDs)
	m.GroupIDs = slices.Compact(m.GroupIDs)
	m.Actions.Body = strings.ReplaceAll(m.Actions.Body, "\r\n", "\n")
}

func (s *Macros) check(ctx context.Context, st *desk.Store, m *desk.Macro) error {
	fields := desk.Fields{}
	m.Check(fields)
	groups, err := s.DB.Groups(ctx, st)
	if err != nil {
		return err
	}
	for _, id := range m.GroupIDs {
		if !slices.ContainsFunc(groups, func(g desk.PermissionGroup) bool { return g.ID == id }) {
			fields.Add("groups", fmt.Sprintf("There is no group %d.", id))
		}
	}
	if id := m.Actions.Changes.TypeID; id != nil && *id != 0 {
		if _, err := s.DB.TicketType(ctx, st, *id); desk.CodeOf(err) == desk.NotFound {
			fields.Add("type", fmt.Sprintf("There is no ticket type %d.", *id))
		} else if err != nil {
			return err
		}
	}
	if len(fields) > 0 {
		return &desk.Error{Code: desk.Invalid, Fields: fields}
	}
	return nil
}

// Delete deletes a macro, or desk.ErrNotFound.
func (s *Macros) Delete(ctx context.Context, st *desk.Store, id int64) error {
	return s.DB.Write(ctx, func(tx *store.Tx) error { return tx.DeleteMacro(ctx, st, id) })
}

// Order brings the macros into an order, which must name each of them once: Invalid.
func (s *Macros) Order(ctx context.Context, st *desk.Store, ids []int64) error {
	return s.DB.Write(ctx, func(tx *store.Tx) error {
		list, err := tx.Macros(ctx, st)
		if err != nil {
			return err
		}
		have := make([]int64, len(list))
		for i, m := range list {
			have[i] = m.ID
		}
		slices.Sort(have)
		if !slices.Equal(have, slices.Sorted(slices.Values(ids))) {
			return desk.Errorf(desk.Invalid, "The list of macros has changed meanwhile. Load it again.")
		}
		for i, id := range ids {
			tx.PlaceMacro(st, id, int64(i+1))
		}
		return nil
	})
}
