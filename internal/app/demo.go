package app

import (
	"context"
	"crypto/rand"
	"fmt"
	"strings"
	"time"

	"storedesk/internal/access"
	"storedesk/internal/desk"
	"storedesk/internal/seed"
	"storedesk/internal/wire"
)

// demoTickets is how much a try-out begins with: enough to page through.
const demoTickets = 2000

// Demo is what one needs to try a store of demo data.
type Demo struct {
	Token    string // for everything
	Email    string // of an admin, made when there was none; "" when there was
	Password string
}

// demoEmail is the address of the admin that a demo makes, in a domain that cannot exist
// (RFC 2606).
const demoEmail = "demo@storedesk.example"

// Demo fills the only store with demo data if it has no tickets, makes an admin if the
// installation has none, and a token.
func (a *App) Demo(ctx context.Context) (d Demo, err error) {
	st, err := a.Stores.Named(ctx, "")
	if err != nil {
		return d, err
	}
	if err := a.fillDemo(ctx, st); err != nil {
		return d, err
	}
	scopes, err := access.CheckScopes("admin:read admin:write")
	if err != nil {
		return d, err
	}
	if d.Token, err = a.Access.Create(ctx, st, "demo", scopes, time.Time{}); err != nil {
		return d, err
	}
	if there, err := a.DB.AnyAdmin(ctx); there || err != nil {
		return d, err
	}
	d.Email, d.Password = demoEmail, strings.ToLower(rand.Text()[:20])
	_, err = a.Accounts.Create(ctx, st, access.NewMember{Email: d.Email, Name: "Demo Admin", Password: d.Password, Admin: true})
	return d, err
}

func (a *App) fillDemo(ctx context.Context, st *desk.Store) error {
	empty := true
	if _, err := a.Tickets.List(ctx, st, &desk.TicketFilter{}, desk.Page{Order: desk.NewestFirst, Size: 1},
		func(*wire.Document) { empty = false }); err != nil || !empty {
		return err
	}
	if err := seed.Load(ctx, a.DB, st, demoTickets, seed.Options{Seed: 1, Until: time.Now()}); err != nil {
		return fmt.Errorf("making demo data: %w", err)
	}
	for _, m := range demoMacros() {
		if err := a.Macros.Save(ctx, st, &m); err != nil {
			return fmt.Errorf("making demo macros: %w", err)
		}
	}
	return nil
}

// demoMacros are answers that every shop writes again and again.
func demoMacros() []desk.Macro {
	pending, solved := desk.StatusPending, desk.StatusSolved
	const hello, bye = "Hello {{ requester.first_name }},\n\n", "\n\nKind regards\n{{ user.first_name }}"
	return []desk.Macro{
		{Name: "Where is my order?", Actions: desk.MacroActions{
			Mode: desk.CommentPublic, Body: hello + "your order {{ order.number }} is {{ order.status }}. I have asked the carrier and come back to you tomorrow." + bye,
			Changes: desk.Changes{Status: &pending, AddTags: []string{"late"}},
		}},
		{Name: "Refund started", Actions: desk.MacroActions{
			Mode: desk.CommentPublic, Body: hello + "we have started the refund of {{ order.total }} for order {{ order.number }}. It takes three to five days." + bye,
			Changes: desk.Changes{Status: &solved, AddTags: []string{"refund"}},
		}},
		{Name: "Ask the warehouse", Actions: desk.MacroActions{
			Mode: desk.CommentInternal, Body: "Asked the warehouse about order {{ order.number }}.", Changes: desk.Changes{Status: &pending},
		}},
	}
}
