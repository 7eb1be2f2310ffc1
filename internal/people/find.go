package people

import (
	"context"
	"strings"

	"storedesk/internal/desk"
)

// Agents are the users who answer tickets, by name.
func (s *Service) Agents(ctx context.Context, st *desk.Store) ([]desk.User, error) {
	return s.DB.Agents(ctx, st)
}

// Find looks for users as somebody types: by the start of an address, then by words of a
// name. At most limit of them.
func (s *Service) Find(ctx context.Context, st *desk.Store, text string, limit int) ([]desk.User, error) {
	found, err := s.DB.UsersByEmailStart(ctx, st, text, limit)
	if err != nil || len(found) == limit || strings.Contains(text, "@") {
		return found, err
	}
	named, _, err := s.DB.ListUsers(ctx, st, &desk.UserFilter{Name: strings.Fields(text)}, desk.Page{Size: limit, Order: desk.NewestFirst})
	seen := map[int64]bool{}
	for i := range found {
		seen[found[i].ID] = true
	}
	for i := range named {
		if !seen[named[i].ID] && len(found) < limit {
			found = append(found, named[i])
		}
	}
	return found, err
}
