package access

import (
	"context"
	"slices"

	"storedesk/internal/desk"
	"storedesk/internal/store"
)

// Identity is what an OpenID provider says of a person, its signature checked.
type Identity struct {
	Issuer        string
	Subject       string
	Email         string
	EmailVerified bool
	MultiFactor   bool // the provider asked for a second factor itself (amr: mfa, RFC 8176)
}

// ErrNotLinked: the provider's person is nobody here.
var ErrNotLinked = desk.Errorf(desk.Forbidden, "this sign-in belongs to no account")

// SignInByIdentity opens a session for a provider's person, who is known by issuer and
// subject. An address counts once, at the first sign-in, and only if the provider
// verified it: it accepts an invitation that waits for it, or finds an account that has
// no other way to sign in. An account with a password is bound by its owner, signed in,
// with LinkIdentity: who signs in by address alone could be somebody who got hold of
// it, and a password set by somebody else before would go on working. Errors:
// ErrNotLinked.
func (s *Accounts) SignInByIdentity(ctx context.Context, st *desk.Store, id Identity, v Visit) (*Opened, error) {
	if id.Issuer == "" || id.Subject == "" {
		return nil, ErrNotLinked
	}
	a, err := s.DB.AccountByIdentity(ctx, id.Issuer, id.Subject)
	if isNotFound(err) {
		return s.firstByIdentity(ctx, st, id, v)
	}
	if err != nil {
		return nil, err
	}
	member, err := s.DB.IsMember(ctx, st, a.ID)
	if err != nil {
		return nil, err
	}
	var opened *Opened
	err = s.DB.Write(ctx, func(tx *store.Tx) error {
		if opened = nil; !member {
			return s.audit(ctx, tx, st, a.ID, "signin.failed", a.Email, map[string]string{"issuer": id.Issuer}, v)
		}
		var err error
		opened, err = s.openByIdentity(ctx, tx, st, a, id, v)
		return err
	})
	if err == nil && opened == nil {
		err = ErrNotLinked
	}
	return opened, err
}

func (s *Accounts) openByIdentity(ctx context.Context, tx *store.Tx, st *desk.Store, a *desk.Account, id Identity, v Visit) (*Opened, error) {
	opened, err := s.openSession(ctx, tx, a, "oidc", id.MultiFactor, v)
	if err != nil {
		return nil, err
	}
	return opened, s.audit(ctx, tx, st, a.ID, "signin.oidc", "", map[string]string{"issuer": id.Issuer}, v)
}

// firstByIdentity binds a provider's person to an account, if the verified address
// allows it.
func (s *Accounts) firstByIdentity(ctx context.Context, st *desk.Store, id Identity, v Visit) (*Opened, error) {
	key, err := desk.EmailKey(id.Email)
	if err != nil || !id.EmailVerified {
		return nil, s.refuseIdentity(ctx, st, id, v)
	}
	var opened *Opened
	err = s.DB.Write(ctx, func(tx *store.Tx) error {
		opened = nil
		a, err := s.bindable(ctx, tx, st, key)
		if err != nil || a == nil {
			return err
		}
		tx.InsertIdentity(id.Issuer, id.Subject, a.ID, desk.At(s.Now()))
		if err := s.audit(ctx, tx, st, a.ID, "identity.bound", a.Email, map[string]string{"issuer": id.Issuer}, v); err != nil {
			return err
		}
		opened, err = s.openByIdentity(ctx, tx, st, a, id, v)
		return err
	})
	if err == nil && opened == nil {
		err = s.refuseIdentity(ctx, st, id, v)
	}
	return opened, err
}

func (s *Accounts) refuseIdentity(ctx context.Context, st *desk.Store, id Identity, v Visit) error {
	data := map[string]string{"issuer": id.Issuer, "verified": yesNo(id.EmailVerified)}
	subject := id.Email
	if len(subject) > 254 {
		subject = subject[:254]
	}
	return cmpErr(s.Audit(ctx, st, 0, "signin.failed", subject, data, v), ErrNotLinked)
}

// bindable is the account that a verified address stands for, nil for none: a member
// who has no way to sign in yet, or a new one for an invitation that waits.
func (s *Accounts) bindable(ctx context.Context, tx *store.Tx, st *desk.Store, key string) (*desk.Account, error) {
	members, err := tx.LockMembers(ctx, st)
	if err != nil {
		return nil, err
	}
	a, err := tx.AccountByEmail(ctx, key)
	switch {
	case err == nil:
		free, err := s.hasNoWayIn(ctx, tx, a)
		if err != nil || !free || !slices.ContainsFunc(members, func(m desk.Member) bool { return m.AccountID == a.ID }) {
			return nil, err
		}
		return a, nil
	case !isNotFound(err):
		return nil, err
	}
	l, err := tx.TakeInvitation(ctx, st, key, desk.At(s.Now()))
	if isNotFound(err) {
		return nil, nil //nolint:nilnil // nobody is an answer here
	}
	if err != nil {
		return nil, err
	}
	in := NewMember{Email: l.Email, Name: l.Name, Admin: l.Admin, GroupIDs: l.GroupIDs}
	if _, err := s.checkMember(&in); err != nil {
		return nil, err
	}
	a = &desk.Account{Email: in.Email, Name: in.Name, CreatedAt: desk.At(s.Now())}
	if err := tx.InsertAccount(ctx, a, key); err != nil {
		return nil, err
	}
	return a, s.join(ctx, tx, st, a, in)
}

func (s *Accounts) hasNoWayIn(ctx context.Context, tx *store.Tx, a *desk.Account) (bool, error) {
	factor, err := tx.HasFactor(ctx, a.ID)
	if err != nil {
		return false, err
	}
	bound, err := tx.HasIdentity(ctx, a.ID)
	return a.Password == "" && !factor && !bound, err
}

// LinkIdentity binds a provider's person to one's own account. Errors: ErrConfirm,
// Conflict when it is bound to another.
func (s *Accounts) LinkIdentity(ctx context.Context, st *desk.Store, who *desk.Staff, id Identity, v Visit) error {
	if err := s.fresh(who); err != nil {
		return err
	}
	if id.Issuer == "" || id.Subject == "" {
		return ErrNotLinked
	}
	return s.DB.Write(ctx, func(tx *store.Tx) error {
		tx.DeleteIdentities(who.AccountID, id.Issuer) // one person of a provider for each account
		tx.InsertIdentity(id.Issuer, id.Subject, who.AccountID, desk.At(s.Now()))
		return s.audit(ctx, tx, st, who.AccountID, "identity.bound", who.Email, map[string]string{"issuer": id.Issuer}, v)
	})
}

// UnlinkIdentity ends the binding of one's own account to a provider's person. Errors:
// ErrConfirm, Conflict while there is no password: nothing would open the account.
func (s *Accounts) UnlinkIdentity(ctx context.Context, st *desk.Store, who *desk.Staff, issuer string, v Visit) error {
	if err := s.fresh(who); err != nil {
		return err
	}
	return s.changeAccount(ctx, st, who, "identity.unbound", v, func(tx *store.Tx, a *desk.Account) error {
		if a.Password == "" {
			return desk.Errorf(desk.Conflict, "set a password first")
		}
		tx.DeleteIdentities(a.ID, issuer)
		return nil
	})
}

// Remember keeps data for the browser that holds the secret returned, for one use
// within ten minutes: an OpenID sign-in under way. Strangers may ask for it, so each
// address has a rate: ErrTooMany.
func (s *Accounts) Remember(ctx context.Context, kind, data string, v Visit) (secret string, err error) {
	if ok, err := s.DB.Spend(ctx, kind+":address:"+network(v.IP), addressRate, desk.At(s.Now())); err != nil || !ok {
		return "", cmpErr(err, ErrTooMany)
	}
	secret = newSecret()
	err = s.DB.Write(ctx, func(tx *store.Tx) error {
		tx.PutCeremony(digest(secret), kind, 0, data, desk.At(s.Now().Add(ceremonyLife)))
		return nil
	})
	return secret, err
}

// Recall returns what Remember kept and forgets it. desk.ErrNotFound.
func (s *Accounts) Recall(ctx context.Context, kind, secret string) (data string, err error) {
	err = s.DB.Write(ctx, func(tx *store.Tx) error {
		var err error
		data, err = tx.TakeCeremony(ctx, digest(secret), kind, desk.At(s.Now()))
		return err
	})
	return data, err
}
