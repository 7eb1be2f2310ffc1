package people

import (
	"context"
	"strings"

	"storedesk/internal/desk"
)

// Known returns who writes from an address; a lead with that address and name is made if
// nobody does. Errors: Invalid with the field email.
func (s *Service) Known(ctx context.Context, st *desk.Store, address, name string, w desk.Write) (*desk.User, error) {
	if !desk.IsAddress(address) {
		return nil, &desk.Error{Code: desk.Invalid, Fields: desk.Fields{"email": {"Enter a valid email address."}}}
	}
	u, err := s.DB.UserByAddress(ctx, st, address)
	if desk.CodeOf(err) != desk.NotFound {
		return u, err
	}
	first, last, _ := strings.Cut(strings.Join(strings.Fields(name), " "), " ")
	u, err = s.Create(ctx, st, &desk.UserInput{Email: &address, FirstName: &first, LastName: &last}, w)
	if desk.CodeOf(err) == desk.Invalid { // somebody else was faster
		if u, found := s.DB.UserByAddress(ctx, st, address); found == nil {
			return u, nil
		}
	}
	return u, err
}
