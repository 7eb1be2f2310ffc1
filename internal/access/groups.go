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

// SaveGroup makes a group (ID 0) or changes one, and returns its id. Nobody puts
// permissions into a group, or changes a group with permissions, that they do not have
// themselves. Errors: Forbidden, Invalid with fields, desk.ErrNotFound.
func (s *Accounts) SaveGroup(ctx context.Context, st *desk.Store, who *desk.Staff, g desk.PermissionGroup, v Visit) (int64, error) {
	g.Name = strings.Join(strings.Fields(g.Name), " ")
	if g.Name == "" || len(g.Name) > 60 {
		return 0, &desk.Error{Code: desk.Invalid, Fields: desk.Fields{"name": {"name.invalid"}}}
	}
	for _, p := range g.Permissions {
		if !slices.Contains(desk.Permissions, p) {
			return 0, desk.Errorf(desk.Invalid, "there is no permission %s", p)
		}
	}
	if err := s.mayChange(ctx, st, who, g.ID, g.Permissions); err != nil {
		return 0, err
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
		return 0, &desk.Error{Code: desk.Invalid, Fields: desk.Fields{"name": {"name.taken"}}}
	}
	return g.ID, err
}

// SetGroupMembers puts the members of a list into a group and takes all others out.
// Those without admin rights do not touch admins, nor groups with permissions that they
// do not have. Errors: Forbidden, desk.ErrNotFound for a group that is not there,
// Invalid for who is not staff.
func (s *Accounts) SetGroupMembers(ctx context.Context, st *desk.Store, who *desk.Staff, id int64, accounts []int64, v Visit) error {
	g, err := s.ownGroup(ctx, st, who, id)
	if err != nil {
		return err
	}
	return s.DB.Write(ctx, func(tx *store.Tx) error {
		members, err := tx.LockMembers(ctx, st)
		if err != nil {
			return err
		}
		for _, account := range accounts {
			if !slices.ContainsFunc(members, func(m desk.Member) bool { return m.AccountID == account }) {
				return desk.Errorf(desk.Invalid, "there is no member %d", account)
			}
		}
		for i := range members {
			if err := s.setInGroup(ctx, tx, st, who, &members[i], g, slices.Contains(accounts, members[i].AccountID), v); err != nil {
				return err
			}
		}
		return nil
	})
}

// setInGroup queues that a member is in a group or is not.
func (s *Accounts) setInGroup(
	ctx context.Context, tx *store.Tx, st *desk.Store, who *desk.Staff, m *desk.Member, g *desk.PermissionGroup, in bool, v Visit,
) error {
	if in == slices.Contains(m.GroupIDs, g.ID) {
		return nil
	}
	if m.Admin && !who.Admin {
		return desk.Errorf(desk.Forbidden, "only an admin changes admins")
	}
	ids := slices.DeleteFunc(slices.Clone(m.GroupIDs), func(id int64) bool { return id == g.ID })
	action := "group.member_removed"
	if in {
		ids, action = append(ids, g.ID), "group.member_added"
	}
	if err := tx.SetGroups(ctx, st, m.AccountID, ids); err != nil {
		return err
	}
	return s.audit(ctx, tx, st, who.AccountID, action, m.Email, map[string]string{"group": g.Name}, v)
}

func (s *Accounts) mayChange(ctx context.Context, st *desk.Store, who *desk.Staff, id int64, permissions []desk.Permission) error {
	if err := need(who, desk.PermissionUsers); err != nil {
		return err
	}
	if err := hasAll(who, permissions); err != nil || id == 0 {
		return err
	}
	_, err := s.ownGroup(ctx, st, who, id)
	return err
}

// ownGroup is a group whose permissions the person has, all of them. Errors: Forbidden,
// desk.ErrNotFound.
func (s *Accounts) ownGroup(ctx context.Context, st *desk.Store, who *desk.Staff, id int64) (*desk.PermissionGroup, error) {
	groups, err := s.Groups(ctx, st, who)
	if err != nil {
		return nil, err
	}
	at := slices.IndexFunc(groups, func(g desk.PermissionGroup) bool { return g.ID == id })
	if at < 0 {
		return nil, desk.ErrNotFound
	}
	return &groups[at], hasAll(who, groups[at].Permissions)
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
