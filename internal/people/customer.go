package people

import (
	"context"
	"slices"
	"strings"
	"unicode/utf8"

	"storedesk/internal/desk"
	"storedesk/internal/store"
)

// Customer is a customer or lead as agents see them.
type Customer struct {
	*desk.User

	Further      []string // addresses beside the first
	Note         desk.CustomerNote
	Bad          map[string]string // addresses that mail came back from, with why
	BlockedMail  []string          // addresses whose mail is not let in
	Tickets      map[desk.Status]int
	Orders       int                // known here
	Task         *desk.CustomerTask // what is done to them, or was; nil for nothing
	MergedInHere []*desk.CustomerTask
}

// Customers lists customers and leads, latest joined first.
func (s *Service) Customers(ctx context.Context, st *desk.Store, f *desk.CustomerFilter, after *desk.Key, size int) ([]*desk.User, bool, error) {
	return s.DB.ListCustomers(ctx, st, f, after, size)
}

// Customer returns a customer or lead; desk.ErrNotFound for others, staff among them.
func (s *Service) Customer(ctx context.Context, st *desk.Store, id int64) (*Customer, error) {
	u, err := s.user(ctx, st, id)
	if err != nil {
		return nil, err
	}
	c := &Customer{User: u}
	for _, read := range []func() error{
		func() (err error) { c.Further, err = s.DB.UserAddresses(ctx, st, id); return err },
		func() (err error) { c.Note, err = s.DB.CustomerNote(ctx, st, id); return err },
		func() (err error) { c.Bad, err = s.DB.BadAddresses(ctx, st, c.addresses()); return err },
		func() error { return s.readRules(ctx, st, c) },
		func() (err error) { c.Tickets, err = s.DB.CountCustomerTickets(ctx, st, id); return err },
		func() (err error) { c.Orders, err = s.DB.CountCustomerOrders(ctx, st, id); return err },
		func() (err error) { c.MergedInHere, err = s.DB.CustomerMergesInto(ctx, st, id); return err },
		func() (err error) {
			c.Task, err = s.DB.CustomerTask(ctx, st, id)
			if desk.CodeOf(err) == desk.NotFound {
				return nil
			}
			return err
		},
	} {
		if err := read(); err != nil {
			return nil, err
		}
	}
	return c, nil
}

// user returns a user who is no member of the staff.
func (s *Service) user(ctx context.Context, st *desk.Store, id int64) (*desk.User, error) {
	u, err := s.DB.User(ctx, st, id)
	if err == nil && u.Type == desk.UserDashboard {
		return nil, desk.ErrNotFound
	}
	return u, err
}

func (c *Customer) addresses() []string {
	if c.Email == "" {
		return c.Further
	}
	return append([]string{c.Email}, c.Further...)
}

func (s *Service) readRules(ctx context.Context, st *desk.Store, c *Customer) error {
	rules, err := s.DB.SenderRules(ctx, st, c.addresses())
	for _, a := range c.addresses() {
		if rules[desk.Fold(a)] == "block" {
			c.BlockedMail = append(c.BlockedMail, a)
		}
	}
	return err
}

// CustomerInput is what somebody changes of a customer; nil fields stay as they are.
type CustomerInput struct {
	desk.UserInput

	Note *string
}

// UpdateCustomer changes a customer and the note on them. Errors: ErrNotFound, also for
// staff; Conflict while they are merged or erased; Invalid with fields.
func (s *Service) UpdateCustomer(ctx context.Context, st *desk.Store, id int64, in *CustomerInput, w desk.Write) error {
	if err := s.changeable(ctx, st, id); err != nil {
		return err
	}
	if in.Note != nil && utf8.RuneCountInString(*in.Note) > desk.MaxCustomerNote {
		return &desk.Error{Code: desk.Invalid, Fields: desk.Fields{"note": {"Ensure this field has no more than 10000 characters."}}}
	}
	if in.Email != nil && *in.Email != "" && !desk.IsAddress(*in.Email) {
		return &desk.Error{Code: desk.Invalid, Fields: desk.Fields{"email": {"Enter a valid email address."}}}
	}
	if in.Email != nil && *in.Email == "" {
		return &desk.Error{Code: desk.Invalid, Fields: desk.Fields{"email": {"This field may not be blank."}}}
	}
	if in.UserInput != (desk.UserInput{}) {
		if _, err := s.Update(ctx, st, id, &in.UserInput, w); err != nil {
			return err
		}
	}
	if in.Note == nil {
		return nil
	}
	return s.DB.Write(ctx, func(tx *store.Tx) error {
		if _, err := tx.LockUser(ctx, st, id); err != nil {
			return err
		}
		note := desk.CustomerNote{Body: strings.TrimSpace(*in.Note), UpdatedBy: w.Actor.ID, UpdatedAt: desk.At(s.Now())}
		tx.SetCustomerNote(st, id, note)
		return nil
	})
}

// changeable holds that a user is a customer whom nothing is being done to.
func (s *Service) changeable(ctx context.Context, st *desk.Store, id int64) error {
	if _, err := s.user(ctx, st, id); err != nil {
		return err
	}
	switch t, err := s.DB.CustomerTask(ctx, st, id); {
	case desk.CodeOf(err) == desk.NotFound:
		return nil
	case err != nil:
		return err
	case t.Kind == desk.CustomerErase:
		return desk.Errorf(desk.Conflict, "This customer's data was erased.")
	default:
		return desk.Errorf(desk.Conflict, "This customer is being merged into another.")
	}
}

// AddCustomerAddress is AddAddress for a customer whom nothing is being done to.
func (s *Service) AddCustomerAddress(ctx context.Context, st *desk.Store, id int64, address string, w desk.Write) error {
	if err := s.changeable(ctx, st, id); err != nil {
		return err
	}
	_, err := s.AddAddress(ctx, st, id, address, w)
	return err
}

// RemoveCustomerAddress is RemoveAddress for a customer whom nothing is being done to.
func (s *Service) RemoveCustomerAddress(ctx context.Context, st *desk.Store, id int64, address string, w desk.Write) error {
	if err := s.changeable(ctx, st, id); err != nil {
		return err
	}
	_, err := s.RemoveAddress(ctx, st, id, address, w)
	return err
}

// MakeFirst makes a further address of a customer their first one; the one that was first
// becomes a further one. desk.ErrNotFound if they do not have it.
func (s *Service) MakeFirst(ctx context.Context, st *desk.Store, id int64, address string, w desk.Write) error {
	if err := s.changeable(ctx, st, id); err != nil {
		return err
	}
	has, err := s.DB.UserAddresses(ctx, st, id)
	if err != nil {
		return err
	}
	at := slices.IndexFunc(has, func(a string) bool { return desk.Fold(a) == desk.Fold(address) })
	if at < 0 {
		return desk.ErrNotFound
	}
	u, err := s.DB.User(ctx, st, id)
	if err != nil {
		return err
	}
	if _, err := s.Update(ctx, st, id, &desk.UserInput{Email: &has[at]}, w); err != nil || u.Email == "" {
		return err
	}
	_, err = s.AddAddress(ctx, st, id, u.Email, w)
	return err
}

// BlockCustomer blocks a customer, or takes that back. mail says that what they send by
// mail is not let in any more either.
func (s *Service) BlockCustomer(ctx context.Context, st *desk.Store, id int64, blocked, mail bool, w desk.Write) error {
	if err := s.changeable(ctx, st, id); err != nil {
		return err
	}
	if _, err := s.Update(ctx, st, id, &desk.UserInput{Blocked: &blocked}, w); err != nil {
		return err
	}
	c, err := s.Customer(ctx, st, id)
	if err != nil {
		return err
	}
	return s.DB.Write(ctx, func(tx *store.Tx) error {
		now := desk.At(s.Now())
		if blocked && mail {
			for _, a := range c.addresses() {
				tx.SetSenderRule(st, a, "block", now)
			}
			return nil
		}
		for _, a := range c.BlockedMail {
			tx.SetSenderRule(st, a, "", now)
		}
		return nil
	})
}

// ForgetBadAddress has mail to an address of a customer tried again. desk.ErrNotFound if it
// is not theirs.
func (s *Service) ForgetBadAddress(ctx context.Context, st *desk.Store, id int64, address string) error {
	c, err := s.Customer(ctx, st, id)
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(c.addresses(), func(a string) bool { return desk.Fold(a) == desk.Fold(address) }) {
		return desk.ErrNotFound
	}
	return s.DB.Write(ctx, func(tx *store.Tx) error {
		tx.ForgetBadAddress(st, address)
		return nil
	})
}

// CustomersTickets returns what a list shows of the tickets of users.
func (s *Service) CustomersTickets(ctx context.Context, st *desk.Store, users []int64) (map[int64]*desk.CustomerTickets, error) {
	return s.DB.CustomersTickets(ctx, st, users)
}

// TicketsOf lists tickets of a customer, latest first, before an id; desk.ErrNotFound.
func (s *Service) TicketsOf(ctx context.Context, st *desk.Store, id int64, status desk.Status, before int64, limit int) ([]desk.Ticket, error) {
	if _, err := s.user(ctx, st, id); err != nil {
		return nil, err
	}
	return s.DB.CustomerTicketPage(ctx, st, id, status, before, limit)
}

// OrdersOf lists orders of a customer, latest first, before an id; desk.ErrNotFound.
func (s *Service) OrdersOf(ctx context.Context, st *desk.Store, id, before int64, limit int) ([]desk.Order, error) {
	if _, err := s.user(ctx, st, id); err != nil {
		return nil, err
	}
	return s.DB.CustomerOrders(ctx, st, id, before, limit)
}
