package settings

import (
	"context"

	"storedesk/internal/desk"
)

// All returns every store, as it was at most a second ago.
func (s *Stores) All(ctx context.Context) ([]*desk.Store, error) {
	list, _, err := s.all(ctx)
	return list, err
}
