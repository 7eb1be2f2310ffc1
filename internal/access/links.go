package access

import (
	"context"
	"slices"
	"time"

	"storedesk/internal/desk"
	"storedesk/internal/store"
)

// How long links work. A reset that somebody asked for by mail is short; one that an
// admin hands over takes longer to arrive.
const (
	setupLife      = 24 * time.Hour
	invitationLife = 72 * time.Hour
	resetLife      = time.Hour
	handedLife     = 24 * time.Hour
)

// Paths of the pages that links lead to; the secret and a slash follow.
var linkPaths = map[desk.LinkKind]string{
	desk.LinkSetup: "/dashboard/setup/", desk.LinkInvitation: "/dashboard/invitation/", desk.LinkReset: "/dashboard/reset/",
}

// newLink queues a link and returns its path, which cannot be had again.
func (s *Accounts) newLink(ctx context.Context, tx *store.Tx, l *desk.Link, life time.Duration) (path string, err error) {
	now := s.Now()
	l.CreatedAt, l.ExpiresAt = desk.At(now), desk.At(now.Add(life))
	secret := newSecret()
	return linkPaths[l.Kind] + secret + "/", tx.InsertLink(ctx, l, digest(secret))
}

// Link shows what a one-time link is for, without using it up. desk.ErrNotFound.
func (s *Accounts) Link(ctx context.Context, st *desk.Store, kind desk.LinkKind, secret string) (*desk.Link, error) {
	l, err := s.DB.Link(ctx, st, kind, digest(secret), desk.At(s.Now()))
	if err == nil && kind == desk.LinkSetup {
		if done, e := s.DB.AnyAdmin(ctx); e != nil || done {
			return nil, cmpErr(e, desk.ErrNotFound)
		}
	}
	return l, err
}

func cmpErr(err, otherwise error) error {
	if err != nil {
		return err
	}
	return otherwise
}

// SetupLink makes the link by which the first admin of the installation sets it up, and
// returns its path; "" when there is an admin already.
func (s *Accounts) SetupLink(ctx context.Context) (path string, err error) {
	err = s.DB.Write(ctx, func(tx *store.Tx) error {
		path = ""
		if done, err := tx.AnyAdmin(ctx); err != nil || done {
			return err
		}
		var err error
		path, err = s.newLink(ctx, tx, &desk.Link{Kind: desk.LinkSetup}, setupLife)
		return err
	})
	return path, err
}

// Setup uses the setup link up: it makes the first admin, of the store asked for, and
// signs in. Errors: desk.ErrNotFound, Invalid with fields.
func (s *Accounts) Setup(ctx context.Context, st *desk.Store, secret string, in NewMember, v Visit) (*Opened, error) {
	in.Admin, in.GroupIDs = true, nil
	return s.enterBy(ctx, st, in, v, "setup", func(tx *store.Tx) error {
		if err := tx.LockStores(ctx); err != nil { // of two links at once, one makes the first admin
			return err
		}
		if done, err := tx.AnyAdmin(ctx); err != nil || done {
			return cmpErr(err, desk.ErrNotFound)
		}
		_, err := tx.TakeLink(ctx, st, desk.LinkSetup, digest(secret), desk.At(s.Now()))
		tx.DeleteLinks(desk.LinkSetup, 0, 0, "")
		return err
	})
}

// enterBy makes an account of somebody whom a link lets in, who chose a password.
func (s *Accounts) enterBy(ctx context.Context, st *desk.Store, in NewMember, v Visit, method string, take func(*store.Tx) error) (*Opened, error) {
	key, err := s.checkMember(&in)
	if err == nil {
		err = CheckPassword(in.Password, in.Email)
	}
	if err != nil {
		return nil, err
	}
	encoded, err := s.hash.hash(ctx, in.Password)
	if err != nil {
		return nil, err
	}
	var opened *Opened
	err = s.DB.Write(ctx, func(tx *store.Tx) error {
		if err := take(tx); err != nil {
			return err
		}
		if _, err := tx.AccountByEmail(ctx, key); !isNotFound(err) {
			return cmpErr(err, &desk.Error{Code: desk.Conflict, Fields: desk.Fields{"email": {"email.taken"}}})
		}
		a := &desk.Account{Email: in.Email, Name: in.Name, Password: encoded, CreatedAt: desk.At(s.Now())}
		if err := tx.InsertAccount(ctx, a, key); err != nil {
			return err
		}
		if err := s.join(ctx, tx, st, a, in); err != nil {
			return err
		}
		var err error
		if opened, err = s.openSession(ctx, tx, a, method, false, v); err != nil {
			return err
		}
		return s.audit(ctx, tx, st, a.ID, "signin."+method, a.Email, map[string]string{"admin": yesNo(in.Admin)}, v)
	})
	return opened, err
}

// Invite makes an invitation and returns the path of its link. who is nil for the
// command line. Errors: Forbidden, Invalid with fields, Conflict for who is staff of
// the store already.
func (s *Accounts) Invite(ctx context.Context, st *desk.Store, who *desk.Staff, in NewMember, v Visit) (path string, err error) {
	name := in.Name
	key, err := s.checkMember(&in)
	if err != nil {
		return "", err
	}
	if err := s.mayGrant(ctx, st, who, in.Admin, in.GroupIDs); err != nil {
		return "", err
	}
	if who != nil && in.Admin {
		if err := s.fresh(who); err != nil {
			return "", err
		}
	}
	l := &desk.Link{Kind: desk.LinkInvitation, StoreID: st.ID, Email: key, Name: name, Admin: in.Admin, GroupIDs: in.GroupIDs, CreatedBy: accountOf(who)}
	err = s.DB.Write(ctx, func(tx *store.Tx) error {
		members, err := tx.LockMembers(ctx, st)
		if err != nil {
			return err
		}
		for i := range members {
			if k, _ := desk.EmailKey(members[i].Email); k == key {
				return &desk.Error{Code: desk.Conflict, Fields: desk.Fields{"email": {"email.is_staff"}}}
			}
		}
		tx.DeleteLinks(desk.LinkInvitation, st.ID, 0, key) // the latest counts
		if path, err = s.newLink(ctx, tx, l, invitationLife); err != nil {
			return err
		}
		return s.audit(ctx, tx, st, l.CreatedBy, "invitation.made", in.Email, map[string]string{"admin": yesNo(in.Admin)}, v)
	})
	return path, err
}

func accountOf(who *desk.Staff) int64 {
	if who == nil {
		return 0
	}
	return who.AccountID
}

// mayGrant holds that nobody gives what they do not have: only admins make admins, and
// others give only groups whose permissions are theirs.
func (s *Accounts) mayGrant(ctx context.Context, st *desk.Store, who *desk.Staff, admin bool, groupIDs []int64) error {
	if who != nil {
		if err := need(who, desk.PermissionUsers); err != nil {
			return err
		}
		if admin && !who.Admin {
			return desk.Errorf(desk.Forbidden, "only an admin makes admins")
		}
	}
	groups, err := s.DB.Groups(ctx, st)
	if err != nil {
		return err
	}
	for _, id := range groupIDs {
		i := slices.IndexFunc(groups, func(g desk.PermissionGroup) bool { return g.ID == id })
		if i < 0 {
			return desk.Errorf(desk.Invalid, "there is no group %d", id)
		}
		if err := hasAll(who, groups[i].Permissions); err != nil {
			return err
		}
	}
	return nil
}

func hasAll(who *desk.Staff, list []desk.Permission) error {
	for _, p := range list {
		if who != nil && !who.Can(p) {
			return desk.Errorf(desk.Forbidden, "the permission %s is not yours to give", p)
		}
	}
	return nil
}

// AcceptNew uses an invitation up by making an account with the name and password
// chosen. Errors: desk.ErrNotFound, Invalid with fields; Conflict when the address has
// an account, see AcceptKnown.
func (s *Accounts) AcceptNew(ctx context.Context, st *desk.Store, secret, name, password string, v Visit) (*Opened, error) {
	l, err := s.Link(ctx, st, desk.LinkInvitation, secret)
	if err != nil {
		return nil, err
	}
	in := NewMember{Email: l.Email, Name: name, Password: password, Admin: l.Admin, GroupIDs: l.GroupIDs}
	return s.enterBy(ctx, st, in, v, "invitation", func(tx *store.Tx) error {
		_, err := tx.TakeLink(ctx, st, desk.LinkInvitation, digest(secret), desk.At(s.Now()))
		return err
	})
}

// HasAccount tells whether the address that a link was made for has an account.
func (s *Accounts) HasAccount(ctx context.Context, l *desk.Link) (bool, error) {
	_, err := s.DB.AccountByEmail(ctx, l.Email)
	if isNotFound(err) {
		return false, nil
	}
	return err == nil, err
}

// AcceptKnown uses an invitation up with the account that the address has, which its
// password must open: who invites somebody does not get at their account. Errors:
// desk.ErrNotFound, ErrWrongSignIn, ErrTooMany.
func (s *Accounts) AcceptKnown(ctx context.Context, st *desk.Store, secret, password string, v Visit) (*Opened, error) {
	l, err := s.Link(ctx, st, desk.LinkInvitation, secret)
	if err != nil {
		return nil, err
	}
	a, err := s.DB.AccountByEmail(ctx, l.Email)
	if err != nil {
		return nil, err
	}
	try, err := s.count(ctx, "password", l.Email, false, v)
	if err != nil {
		return nil, err
	}
	if right, err := s.hash.verify(ctx, password, a.Password); err != nil || !right {
		return nil, cmpErr(err, ErrWrongSignIn)
	}
	var opened *Opened
	err = s.DB.Write(ctx, func(tx *store.Tx) error {
		l, err := tx.TakeLink(ctx, st, desk.LinkInvitation, digest(secret), desk.At(s.Now()))
		if err != nil {
			return err
		}
		try.succeeded(tx)
		if err := s.join(ctx, tx, st, a, NewMember{Email: a.Email, Admin: l.Admin, GroupIDs: l.GroupIDs}); err != nil {
			return err
		}
		if opened, err = s.openSession(ctx, tx, a, "invitation", false, v); err != nil {
			return err
		}
		return s.audit(ctx, tx, st, a.ID, "signin.invitation", a.Email, map[string]string{"admin": yesNo(l.Admin)}, v)
	})
	return opened, err
}

// ResetLink makes a reset link for a member of the store and returns its path. Whoever
// holds it opens the account, so an admin gets one only for people who are nobody in
// any other store. who is nil for the command line, which may reset anybody. Errors:
// Forbidden, desk.ErrNotFound.
func (s *Accounts) ResetLink(ctx context.Context, st *desk.Store, who *desk.Staff, accountID int64, v Visit) (path string, err error) {
	err = s.DB.Write(ctx, func(tx *store.Tx) error {
		m, err := s.manage(ctx, tx, st, who, accountID)
		if err != nil {
			return err
		}
		stores, err := tx.MembershipStores(ctx, accountID)
		if err != nil {
			return err
		}
		if who != nil && len(stores) > 1 {
			return &desk.Error{Code: desk.Forbidden, Message: "staff.elsewhere"}
		}
		if who != nil {
			if err := s.fresh(who); err != nil {
				return err
			}
		}
		tx.DeleteResets(accountID)
		l := &desk.Link{Kind: desk.LinkReset, StoreID: st.ID, AccountID: accountID, CreatedBy: accountOf(who)}
		if path, err = s.newLink(ctx, tx, l, handedLife); err != nil {
			return err
		}
		return s.audit(ctx, tx, st, l.CreatedBy, "reset.made", m.Email, nil, v)
	})
	return path, err
}

// RequestReset sends a reset link to an address, if it is that of staff of the store.
// The answer is the same, and comes at the same time, whether it is or not: delivery
// happens outside of the request. origin is where the link leads. Errors: ErrTooMany.
func (s *Accounts) RequestReset(ctx context.Context, st *desk.Store, email, origin string, v Visit) error {
	a, member, err := s.candidate(ctx, st, email)
	if err != nil {
		return err
	}
	if _, err := s.count(ctx, "reset", a.Email, false, v); err != nil {
		return err
	}
	l := &desk.Link{Kind: desk.LinkReset, StoreID: st.ID, AccountID: a.ID}
	if !member {
		l.AccountID = -1 // nobody's: the row is written all the same, so that it takes as long
	}
	path := ""
	err = s.DB.Write(ctx, func(tx *store.Tx) error {
		tx.DeleteResets(l.AccountID)
		var err error
		if path, err = s.newLink(ctx, tx, l, resetLife); err != nil {
			return err
		}
		return s.audit(ctx, tx, st, 0, "reset.requested", a.Email, nil, v)
	})
	if err == nil && s.Post != nil {
		go s.deliver(context.WithoutCancel(ctx), st, l, origin+path)
	}
	return err
}

func (s *Accounts) deliver(ctx context.Context, st *desk.Store, l *desk.Link, url string) {
	a, err := s.DB.Account(ctx, l.AccountID)
	if err != nil {
		return // nobody's
	}
	s.Post.SendLink(ctx, st, l.Kind, a.Email, url) // to the address on record, never to the one typed
}

// Reset uses a reset link up: it sets the password, ends every session of the account
// and signs in. Second factors stay. Errors: desk.ErrNotFound, Invalid with fields.
func (s *Accounts) Reset(ctx context.Context, st *desk.Store, secret, password string, v Visit) (*Opened, error) {
	l, err := s.Link(ctx, st, desk.LinkReset, secret)
	if err != nil {
		return nil, err
	}
	a, err := s.DB.Account(ctx, l.AccountID)
	if err == nil {
		err = CheckPassword(password, a.Email)
	}
	if err != nil {
		return nil, err
	}
	encoded, err := s.hash.hash(ctx, password)
	if err != nil {
		return nil, err
	}
	var opened *Opened
	err = s.DB.Write(ctx, func(tx *store.Tx) error {
		if _, err := tx.TakeLink(ctx, st, desk.LinkReset, digest(secret), desk.At(s.Now())); err != nil {
			return err
		}
		a, err := tx.LockAccount(ctx, l.AccountID)
		if err != nil {
			return err
		}
		a.Password = encoded
		tx.UpdateAccount(a)
		tx.DeleteResets(a.ID)
		tx.DeleteSessions(a.ID, 0)
		tx.ForgetDevices(a.ID)
		if opened, err = s.openSession(ctx, tx, a, "reset", false, v); err != nil {
			return err
		}
		return s.audit(ctx, tx, st, a.ID, "password.reset", a.Email, nil, v)
	})
	return opened, err
}
