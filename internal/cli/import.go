package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"storedesk/internal/app"
	"storedesk/internal/desk"
	"storedesk/internal/in/importer"
)

type importCommand struct {
	forStore

	From  string  `xor:"source" required:"" placeholder:"URL" help:"A live store, such as https://shop.example: its users, ticket types, products, orders, tickets and files come over its Admin API."`
	Token string  `env:"STOREDESK_IMPORT_TOKEN" placeholder:"TOKEN" help:"The live store's access token, with read scopes for users, tickets, orders and catalogue."`
	Rate  float64 `default:"4" placeholder:"N" help:"Requests a second to the live store (default ${default}, what the original allows)."`
	Dir   string  `xor:"source" required:"" placeholder:"DIR" help:"A directory of users.jsonl, ticket_types.jsonl, products.jsonl, orders.jsonl and tickets.jsonl: one API object a line. Files may be missing."`
}

// Help says what importing again does.
func (importCommand) Help() string {
	return `Ids and times are kept. An import can be interrupted and run again at any time; it changes only what changed.
A bad object is reported with its place and the rest goes on; the exit code is then 1. A reference to something that is
not there is dropped and reported as repaired. A ticket that changed at the source is taken over whole: comments that
were added to it here are lost. So import first, then work.`
}

func (i *importCommand) Run(ctx context.Context, c *app.Config) error {
	if i.From != "" && i.Token == "" {
		return errors.New("importing from a live store needs --token")
	}
	return inStore(ctx, c, i.Store, func(a *app.App, st *desk.Store) error {
		began, shown := time.Now(), 0
		options := importer.Options{URL: i.From, Token: i.Token, PerSecond: i.Rate, Log: a.Log, Progress: showProgress, Problem: func(p importer.Problem) {
			if shown++; shown <= importer.MaxProblems {
				fmt.Fprintln(os.Stderr, p)
			}
		}}
		report, err := i.read(ctx, a, st, options)
		if err != nil {
			return fmt.Errorf("%w\nWhat was imported so far is there; run the same command again to go on", err)
		}
		if shown > importer.MaxProblems {
			fmt.Fprintf(os.Stderr, "… and %d more problems\n", shown-importer.MaxProblems)
		}
		fmt.Printf("Done in %s.\n", time.Since(began).Round(time.Millisecond))
		if !report.OK() {
			return errReported
		}
		return nil
	})
}

func (i *importCommand) read(ctx context.Context, a *app.App, st *desk.Store, o importer.Options) (importer.Report, error) {
	if i.From != "" {
		return importer.FromURL(ctx, a.DB, st, a.Blobs, o)
	}
	return importer.FromDir(ctx, a.DB, st, i.Dir, o)
}

// showProgress keeps one line a kind on stderr.
func showProgress(p importer.Progress) {
	end := "\r"
	if p.Done {
		end = "\n"
	}
	n := p.Count.Total()
	fmt.Fprintf(os.Stderr, "%-13s %9d  (%d new, %d changed, %d unchanged, %d bad, %d repaired)  %.0f/s %s",
		p.Kind, n, p.Count.New, p.Count.Changed, p.Count.Same, p.Count.Bad, p.Count.Repaired, float64(n)/max(p.Took.Seconds(), 1e-3), end)
}
