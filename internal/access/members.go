package access

import (
	"context"
	"slices"
	"strings"

	"storedesk/internal/desk"
	"storedesk/internal/store"
)

// NewMember is a person who is to become staff of a store.
type NewMember struct {
	Email    string
	Name     string
	Password string // "" = none yet; a reset link or an OpenID provider gives one
	Admin    bool
	GroupIDs []int64
}

// Create makes an account with a membership of a store, without asking anybody: for
// the command line. If there is an account with this address, it becomes a member, and
// keeps its name and password. Errors: Invalid with fields, Conflict for who is a
// member already.
func (s *Accounts) Create(ctx context.Context, st *desk.Store, in NewMember) (*desk.Account, error) {
	key, err := s.checkMember(&in)
	if err != nil {
		return nil, err
	}
	encoded := ""
	if in.Password != "" {
		if err := CheckPassword(in.Password, in.Email); err != nil {
			return nil, err
		}
		if encoded, err = s.hash.hash(ctx, in.Password); err != nil {
			return nil, err
		}
	}
	var a *desk.Account
	err = s.DB.Write(ctx, func(tx *store.Tx) error {
		var err error
		if a, err = s.ensureAccount(ctx, tx, in, key, encoded); err != nil {
			return err
		}
		if err := s.join(ctx, tx, st, a, in); err != nil {
			return err
		}
		return s.audit(ctx, tx, st, 0, "member.added", a.Email, map[string]string{"admin": yesNo(in.Admin)}, Visit{})
	})
	return a, err
}

func yesNo(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}

func (s *Accounts) checkMember(in *NewMember) (key string, err error) {
	in.Email, in.Name = strings.TrimSpace(in.Email), strings.Join(strings.Fields(in.Name), " ")
	fields := desk.Fields{}
	if key, err = desk.EmailKey(in.Email); err != nil {
		fields.Add("email", "email.invalid")
	}
	if len(in.Name) > 150 || strings.ContainsAny(in.Name, "\x00\r\n<>") {
		fields.Add("name", "name.invalid")
	}
	if in.Name == "" {
		in.Name, _, _ = strings.Cut(in.Email, "@")
	}
	if len(fields) > 0 {
		return "", &desk.Error{Code: desk.Invalid, Fields: fields}
	}
	return key, nil
}

// ensureAccount finds the account with an address, or queues a new one.
func (s *Accounts) ensureAccount(ctx context.Context, tx *store.Tx, in NewMember, key, encoded string) (*desk.Account, error) {
	a, err := tx.AccountByEmail(ctx, key)
	if !isNotFound(err) {
		return a, err
	}
	a = &desk.Account{Email: in.Email, Name: in.Name, Password: encoded, CreatedAt: desk.At(s.Now())}
	return a, tx.InsertAccount(ctx, a, key)
}

// join queues that an account becomes staff of a store: as the dashboard user that has
// its address there, or as a new one.
func (s *Accounts) join(ctx context.Context, tx *store.Tx, st *desk.Store, a *desk.Account, in NewMember) error {
	members, err := tx.LockMembers(ctx, st)
	if err != nil {
		return err
	}
	if slices.ContainsFunc(members, func(m desk.Member) bool { return m.AccountID == a.ID }) {
		return desk.Errorf(desk.Conflict, "%s is staff of this store already", a.Email)
	}
	userID, err := s.dashboardUser(ctx, tx, st, a)
	if err != nil {
		return err
	}
	tx.InsertMembership(st, a.ID, userID, in.Admin, desk.At(s.Now()))
	return tx.SetGroups(ctx, st, a.ID, in.GroupIDs)
}

func (s *Accounts) dashboardUser(ctx context.Context, tx *store.Tx, st *desk.Store, a *desk.Account) (int64, error) {
	u, err := tx.UserByEmail(ctx, st, a.Email)
	switch {
	case err == nil && u.Type == desk.UserDashboard:
		return u.ID, nil
	case err == nil:
		u.Type = desk.UserDashboard
		return u.ID, tx.UpdateUser(ctx, st, u, false)
	case !isNotFound(err):
		return 0, err
	}
	english := "en"
	first, last, _ := strings.Cut(a.Name, " ")
	u = &desk.User{
		Email: a.Email, FirstName: first, LastName: last, DateJoined: desk.At(s.Now()), Language: &english, TotalSpent: "0.00",
		Type: desk.UserDashboard,
	}
	if u.ID, err = tx.NewUserID(ctx); err != nil {
		return 0, err
	}
	tx.InsertUser(st, u)
	return u.ID, nil
}

// manage finds a member that somebody wants to change. Those without admin rights do
// not touch admins. who is nil for the command line. Errors: Forbidden,
// desk.ErrNotFound.
func (s *Accounts) manage(ctx context.Context, tx *store.Tx, st *desk.Store, who *desk.Staff, accountID int64) (*desk.Member, error) {
	if who != nil {
		if err := need(who, desk.PermissionUsers); err != nil {
			return nil, err
		}
	}
	members, err := tx.LockMembers(ctx, st)
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(members, func(m desk.Member) bool { return m.AccountID == accountID })
	switch {
	case i < 0:
		return nil, desk.ErrNotFound
	case who != nil && members[i].Admin && !who.Admin:
		return nil, desk.Errorf(desk.Forbidden, "only an admin changes admins")
	}
	return &members[i], nil
}

// Members lists the staff of a store and the invitations that wait. Forbidden.
func (s *Accounts) Members(ctx context.Context, st *desk.Store, who *desk.Staff) ([]desk.Member, []desk.Link, error) {
	if err := need(who, desk.PermissionUsers); err != nil {
		return nil, nil, err
	}
	members, err := s.DB.Members(ctx, st)
	if err != nil {
		return nil, nil, err
	}
	invitations, err := s.DB.Invitations(ctx, st, desk.At(s.Now()))
	return members, invitations, err
}

// Change sets what a member may do. The last admin of a store stays one. Errors:
// Forbidden, desk.ErrNotFound, Invalid, Conflict.
func (s *Accounts) Change(ctx context.Context, st *desk.Store, who *desk.Staff, accountID int64, admin bool, groupIDs []int64, v Visit) error {
	if err := s.mayGrant(ctx, st, who, admin, groupIDs); err != nil {
		return err
	}
	return s.DB.Write(ctx, func(tx *store.Tx) error {
		m, err := s.manage(ctx, tx, st, who, accountID)
		if err != nil {
			return err
		}
		if admin && !m.Admin && who != nil {
			if err := s.fresh(who); err != nil {
				return err
			}
		}
		if m.Admin && !admin {
			if err := lastAdmin(ctx, tx, st); err != nil {
				return err
			}
		}
		tx.SetAdmin(st, accountID, admin)
		if err := tx.SetGroups(ctx, st, accountID, groupIDs); err != nil {
			return err
		}
		return s.audit(ctx, tx, st, accountOf(who), "member.changed", m.Email, map[string]string{"admin": yesNo(admin)}, v)
	})
}

func lastAdmin(ctx context.Context, tx *store.Tx, st *desk.Store) error {
	members, err := tx.LockMembers(ctx, st)
	if err != nil {
		return err
	}
	admins := 0
	for i := range members {
		if members[i].Admin {
			admins++
		}
	}
	if admins < 2 {
		return &desk.Error{Code: desk.Conflict, Message: "staff.last_admin"}
	}
	return nil
}

// Remove ends a membership. The account stays, for other stores; the dashboard user
// stays, for the history of tickets. Errors as of Change.
func (s *Accounts) Remove(ctx context.Context, st *desk.Store, who *desk.Staff, accountID int64, v Visit) error {
	return s.DB.Write(ctx, func(tx *store.Tx) error {
		m, err := s.manage(ctx, tx, st, who, accountID)
		if err != nil {
			return err
		}
		if m.Admin {
			if err := lastAdmin(ctx, tx, st); err != nil {
				return err
			}
		}
		tx.DeleteMembership(st, accountID)
		return s.audit(ctx, tx, st, accountOf(who), "member.removed", m.Email, nil, v)
	})
}

// TakeBack ends an invitation. Errors: Forbidden, desk.ErrNotFound.
func (s *Accounts) TakeBack(ctx context.Context, st *desk.Store, who *desk.Staff, id int64, v Visit) error {
	if err := need(who, desk.PermissionUsers); err != nil {
		return err
	}
	return s.DB.Write(ctx, func(tx *store.Tx) error {
		l, err := tx.DeleteInvitation(ctx, st, id)
		if err != nil {
			return err
		}
		return s.audit(ctx, tx, st, who.AccountID, "invitation.taken_back", l.Email, nil, v)
	})
}

// ByEmail finds a member of a store by address, for the command line. desk.ErrNotFound.
func (s *Accounts) ByEmail(ctx context.Context, st *desk.Store, email string) (*desk.Member, error) {
	key, err := desk.EmailKey(email)
	if err != nil {
		return nil, err
	}
	members, err := s.DB.Members(ctx, st)
	if err != nil {
		return nil, err
	}
	for i := range members {
		if k, _ := desk.EmailKey(members[i].Email); k == key {
			return &members[i], nil
		}
	}
	return nil, desk.Errorf(desk.NotFound, "%s is not staff of this store", email)
}
