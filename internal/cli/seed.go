package cli

import (
	"context"
	"fmt"
	"os"
	"time"

	"storedesk/internal/app"
	"storedesk/internal/desk"
	"storedesk/internal/seed"
)

type seedCommand struct {
	forStore

	Tickets int    `default:"2000" help:"How many tickets (default ${default})."`
	Seed    uint64 `default:"1" help:"The same number makes the same data."`
	Until   string `placeholder:"DAY" help:"When the shop's three years end, as 2026-01-31. Default: today."`
}

// Help says what is in the data.
func (seedCommand) Help() string {
	return `The data is a small shop of three years: customers, agents, products, orders, and tickets in several languages with
their conversations. The store should be empty: rows with the same ids are replaced.`
}

func (s *seedCommand) Run(ctx context.Context, c *app.Config) error {
	until := time.Now()
	if s.Until != "" {
		var err error
		if until, err = time.Parse(time.DateOnly, s.Until); err != nil {
			return fmt.Errorf("--until: %q is no day; write one such as 2026-01-31", s.Until)
		}
	}
	return inStore(ctx, c, s.Store, func(a *app.App, st *desk.Store) error {
		began := time.Now()
		err := seed.Load(ctx, a.DB, st, s.Tickets, seed.Options{Seed: s.Seed, Until: until, Progress: func(n int) {
			fmt.Fprintf(os.Stderr, "\r%d tickets", n)
		}})
		fmt.Fprintln(os.Stderr)
		if err == nil {
			fmt.Printf("%d tickets in %s.\n", s.Tickets, time.Since(began).Round(time.Millisecond))
		}
		return err
	})
}
