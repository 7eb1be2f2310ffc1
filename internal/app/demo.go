package app

import (
	"context"
	"fmt"
	"time"

	"storedesk/internal/access"
	"storedesk/internal/desk"
	"storedesk/internal/seed"
	"storedesk/internal/wire"
)

// demoTickets is how much a try-out begins with: enough to page through.
const demoTickets = 2000

// Demo fills the only store with demo data if it has no tickets, and returns a new
// token for everything.
func (a *App) Demo(ctx context.Context) (token string, err error) {
	st, err := a.Stores.Named(ctx, "")
	if err != nil {
		return "", err
	}
	empty := true
	if _, err := a.Tickets.List(ctx, st, &desk.TicketFilter{}, desk.Page{Order: desk.NewestFirst, Size: 1},
		func(*wire.Document) { empty = false }); err != nil {
		return "", err
	}
	if empty {
		if err := seed.Load(ctx, a.DB, st, demoTickets, seed.Options{Seed: 1, Until: time.Now()}); err != nil {
			return "", fmt.Errorf("making demo data: %w", err)
		}
	}
	scopes, err := access.CheckScopes("admin:read admin:write")
	if err != nil {
		return "", err
	}
	return a.Access.Create(ctx, st, "demo", scopes, time.Time{})
}
