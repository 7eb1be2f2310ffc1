// Package people holds the verbs of users: customers, leads and agents.
package people

import (
	"context"
	"time"

	"storedesk/internal/desk"
	"storedesk/internal/store"
	"storedesk/internal/wire"
)

// Service carries out the verbs on one database.
type Service struct {
	DB  *store.DB
	Now func() time.Time
}

// List walks one page of the users that match, newest first.
func (s *Service) List(ctx context.Context, st *desk.Store, f *desk.UserFilter, p desk.Page) ([]desk.User, bool, error) {
	return s.DB.ListUsers(ctx, st, f, p)
}

// Get returns a user, or desk.ErrNotFound.
func (s *Service) Get(ctx context.Context, st *desk.Store, id int64) (*desk.User, error) {
	return s.DB.User(ctx, st, id)
}

// emailTaken is what the original says of an address that another user has.
var emailTaken = &desk.Error{Code: desk.Invalid, Fields: desk.Fields{"email": {"user with this email already exists."}}}

// Create makes a user, a lead until an order says otherwise. Errors: Invalid with
// fields, Conflict when w.Once was used meanwhile.
func (s *Service) Create(ctx context.Context, st *desk.Store, in *desk.UserInput, w desk.Write) (*desk.User, error) {
	return s.create(ctx, st, in, desk.UserLead, w)
}

// CreateAgent makes a dashboard user.
func (s *Service) CreateAgent(ctx context.Context, st *desk.Store, in *desk.UserInput) (*desk.User, error) {
	return s.create(ctx, st, in, desk.UserDashboard, desk.Write{Actor: desk.System})
}

func (s *Service) create(ctx context.Context, st *desk.Store, in *desk.UserInput, kind desk.UserType, w desk.Write) (*desk.User, error) {
	english := "en"
	var u *desk.User
	err := s.DB.Write(ctx, func(tx *store.Tx) error {
		now := desk.At(s.Now())
		u = &desk.User{DateJoined: now, Language: &english, TotalSpent: "0.00", Type: kind}
		in.Patch(u)
		if taken, err := tx.EmailTaken(ctx, st, u.Email, 0); err != nil {
			return err
		} else if taken {
			return emailTaken
		}
		var err error
		if u.ID, err = tx.NewUserID(ctx); err != nil {
			return err
		}
		tx.InsertUser(st, u)
		linkHistory(tx, st, u, now)
		if err := s.record(ctx, tx, st, u, &desk.Event{Actor: w.Actor, Type: desk.EventCustomerCreated, CreatedAt: now}); err != nil {
			return err
		}
		if w.Once != nil {
			tx.Remember(st, w.Once, wire.User(nil, u, st.Zone), now)
		}
		return nil
	})
	if desk.CodeOf(err) == desk.Conflict && w.Once == nil {
		return nil, emailTaken // another write took the address since it was looked up
	}
	return u, err
}

// Update changes a user. Errors: ErrNotFound, Invalid with fields.
func (s *Service) Update(ctx context.Context, st *desk.Store, id int64, in *desk.UserInput, w desk.Write) (*desk.User, error) {
	var u *desk.User
	err := s.DB.Write(ctx, func(tx *store.Tx) error {
		var err error
		if u, err = tx.LockUser(ctx, st, id); err != nil {
			return err
		}
		before := *u
		in.Patch(u)
		if taken, err := tx.EmailTaken(ctx, st, u.Email, id); err != nil {
			return err
		} else if taken {
			return emailTaken
		}
		renamed := before.Email != u.Email || before.FirstName != u.FirstName || before.LastName != u.LastName
		if err := tx.UpdateUser(ctx, st, u, renamed); err != nil {
			return err
		}
		now := desk.At(s.Now())
		if desk.Fold(before.Email) != desk.Fold(u.Email) {
			tx.DeleteUserAddress(st, u.ID, u.Email) // it is their first one now
			linkHistory(tx, st, u, now)
		}
		e := &desk.Event{Actor: w.Actor, Type: desk.EventCustomerUpdated, CreatedAt: now}
		if e.Changes, err = wire.Changes(wire.User(nil, &before, st.Zone), wire.User(nil, u, st.Zone)); err != nil {
			return err
		}
		return s.record(ctx, tx, st, u, e)
	})
	if desk.CodeOf(err) == desk.Conflict {
		return nil, emailTaken
	}
	return u, err
}

// linkHistory has a user be given what was written from their address before.
func linkHistory(tx *store.Tx, st *desk.Store, u *desk.User, now desk.Instant) {
	if u.Email != "" {
		tx.Enqueue(desk.LinkHistory(st, u.ID, now))
	}
}

// record writes down what happened to a customer or lead. Staff are no customers: what
// happens to them is for the audit log.
func (s *Service) record(ctx context.Context, tx *store.Tx, st *desk.Store, u *desk.User, e *desk.Event) (err error) {
	if u.Type == desk.UserDashboard {
		return nil
	}
	if e.ID, err = tx.NewEventID(ctx); err == nil {
		tx.InsertUserEvent(st, u, e)
	}
	return err
}
