// Package tickets holds the verbs of tickets: everything somebody can do to one,
// one exported method each. A verb loads, applies a rule of desk, saves and records
// the event in one transaction. It speaks no HTTP and sends nothing.
package tickets

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

	counted counts
}

// List walks one page of the tickets that match, in the page's order, and hands
// each prepared document to emit; the document's bytes are valid only during the
// call. more tells whether further rows follow in the direction walked.
func (s *Service) List(ctx context.Context, st *desk.Store, f *desk.TicketFilter, p desk.Page,
	emit func(*wire.Document),
) (more bool, err error) {
	return s.DB.ListTickets(ctx, st, f, p, emit)
}

// Versions is List without the documents: enough to say whether a page has changed.
func (s *Service) Versions(ctx context.Context, st *desk.Store, f *desk.TicketFilter, p desk.Page,
) (page []desk.Version, more bool, err error) {
	return s.DB.ListVersions(ctx, st, f, p)
}

// Missing names, by filter field (requester, assignee, ticket_type, product, tags),
// the first id of the filter that no row of the store has.
func (s *Service) Missing(ctx context.Context, st *desk.Store, f *desk.TicketFilter) (map[string]int64, error) {
	return s.DB.MissingInFilter(ctx, st, f)
}

// Get returns a ticket's document, or desk.ErrNotFound.
func (s *Service) Get(ctx context.Context, st *desk.Store, id int64) (*wire.Document, error) {
	return s.DB.TicketDocument(ctx, st, id)
}

// Version returns the number of the ticket's latest event, or desk.ErrNotFound.
func (s *Service) Version(ctx context.Context, st *desk.Store, id int64) (int64, error) {
	return s.DB.TicketVersion(ctx, st, id)
}

// TagsLike are tags whose name holds a text, for choosing one while typing.
func (s *Service) TagsLike(ctx context.Context, st *desk.Store, text string, limit int) ([]desk.Tag, error) {
	return s.DB.TagsLike(ctx, st, text, limit)
}
