package access

import (
	"context"
	"slices"
	"strings"

	"storedesk/internal/desk"
	"storedesk/internal/store"
)

// Groups lists the permission groups of a store. Forbidden.
func (s *Accounts) Groups(ctx context.Context, st *desk.Store, who *desk.Staff) ([]desk.PermissionGroup, error) {
	if err := need(who, desk.PermissionUsers); err != nil {
		return nil, err
	}
	return s.DB.Groups(ctx, st)
}

// SaveGroup makes a group (ID 0) or changes one. Nobody puts permissions into a group,
// or changes a group with permissions, that they do not have themselves. Errors:
// Forbidden, Invalid with fields, desk.ErrNotFound.
func (s *Accounts) SaveGroup(ctx context.Context, st *desk.Store, who *desk.Staff, g desk.PermissionGroup, v Visit) error {
	g.Name = strings.Join(strings.Fields(g.Name), " ")
	if g.Name == "" || len(g.Name) > 60 {
		return &desk.Error{Code: desk.Invalid, Fields: desk.Fields{"name": {"name.invalid"}}}
	}
	for _, p := range g.Permissions {
		if !slices.Contains(desk.Permissions, p) {
			return desk.Errorf(desk.Invalid, "there is no permission %s", p)
		}
	}
	if err := s.mayChange(ctx, st, who, g.ID, g.Permissions); err != nil {
		return err
	}
	err := s.DB.Write(ctx, func(tx *store.Tx) error {
		action, save := "group.changed", tx.UpdateGroup
		if g.ID == 0 {
			action, save = "group.made", tx.InsertGroup
		}
		if err := save(ctx, st, &g); err != nil {
			return err
		}
		data := map[string]string{"permissions": permissionNames(g.Permissions)}
		return s.audit(ctx, tx, st, who.AccountID, action, g.Name, data, v)
	})
	if desk.CodeOf(err) == desk.Conflict {
		return &desk.Error{Code: desk.Invalid, Fields: desk.Fields{"name": {"name.taken"}}}
	}
	return err
}

func (s *Accounts) mayChange(ctx context.Context, st *desk.Store, who *desk.Staff, id int64, permissions []desk.Permission) error {
	if err := need(who, desk.PermissionUsers); err != nil {
		return err
	}
	if err := hasAll(who, permissions); err != nil || id == 0 {
		return err
	}
	return s.mayGrant(ctx, st, who, false, []int64{id})
}

func permissionNames(list []desk.Permission) string {
	names := make([]string, len(list))
	for i, p := range list {
		names[i] = string(p)
	}
	return strings.Join(names, " ")
}

// DeleteGroup deletes a group; its members lose what it gave. Errors: Forbidden,
// desk.ErrNotFound.
func (s *Accounts) DeleteGroup(ctx context.Context, st *desk.Store, who *desk.Staff, id int64, v Visit) error {
	if err := s.mayChange(ctx, st, who, id, nil); err != nil {
		return err
	}
	return s.DB.Write(ctx, func(tx *store.Tx) error {
		name, err := tx.DeleteGroup(ctx, st, id)
		if err != nil {
			return err
		}
		return s.audit(ctx, tx, st, who.AccountID, "group.deleted", name, nil, v)
	})
}

// GroupNames are the groups of a store, which anybody of its staff may know of.
func (s *Accounts) GroupNames(ctx context.Context, st *desk.Store) ([]desk.PermissionGroup, error) {
	return s.DB.Groups(ctx, st)
}
