package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"storedesk/internal/app"
	"storedesk/internal/desk"
	"storedesk/internal/in/importer"
	"storedesk/internal/in/mirror"
)

type mirrorCommand struct {
	Set    mirrorSet    `cmd:"" help:"Say which live store to pull from, and how often."`
	Show   mirrorShow   `cmd:"" help:"Show what is mirrored and how it goes."`
	Run    mirrorRun    `cmd:"" help:"Pull once, now."`
	Secret mirrorSecret `cmd:"" help:"Make the secret that the live store's webhooks are signed with, and print what to enter there. The secret before ends at once."`
	Off    mirrorOff    `cmd:"" help:"End pulls and webhooks, and forget token and secret. What came stays."`
}

type mirrorSet struct {
	forStore

	From  string        `required:"" placeholder:"URL" help:"The live store, such as https://shop.example."`
	Token string        `required:"" env:"STOREDESK_MIRROR_TOKEN" placeholder:"TOKEN" help:"The live store's access token, with read scopes for users, orders and catalogue. Kept readable in the database."`
	Every time.Duration `default:"15m" placeholder:"DURATION" help:"How long to rest between two pulls (default ${default})."`
}

// Help says what a mirror is not.
func (mirrorSet) Help() string {
	return `Customers, products and orders are pulled again and again, and stay as the live store has them: what is changed here
in a customer is overwritten. Tickets are not pulled; take them over once, with import, before work begins here.
A pull reads every list from end to end, four requests a second: 10,000 orders on pages of 20 take two minutes.`
}

func (m *mirrorSet) Run(ctx context.Context, c *app.Config) error {
	return inStore(ctx, c, m.Store, func(a *app.App, st *desk.Store) error {
		if err := a.Sources.Set(ctx, st, m.From, m.Token, m.Every); err != nil {
			return readable(err)
		}
		if strings.HasPrefix(m.From, "http:") {
			fmt.Fprintln(os.Stderr, "Note: over http the token travels unencrypted.")
		}
		fmt.Printf("%s is mirrored every %s. To pull at once: storedesk mirror run\n", m.From, m.Every)
		return nil
	})
}

// readable is an error of desk without the name of its code.
func readable(err error) error {
	var e *desk.Error
	if errors.As(err, &e) && e.Message != "" {
		return errors.New(e.Message)
	}
	return err
}

var errNoMirror = errors.New("the store mirrors no live store; see storedesk mirror set --help")

type mirrorShow struct{ forStore }

func (m *mirrorShow) Run(ctx context.Context, c *app.Config) error {
	return inStore(ctx, c, m.Store, func(a *app.App, st *desk.Store) error {
		s, err := a.Sources.Get(ctx, st)
		if errors.Is(err, desk.ErrNotFound) {
			return errNoMirror
		}
		if err != nil {
			return err
		}
		return table("SETTING\tVALUE", func(row func(...any)) { showSource(s, row) })
	})
}

func showSource(s *desk.Source, row func(...any)) {
	yes := map[bool]string{true: "yes", false: "no"}
	row("on", yes[s.Enabled])
	if s.URL != "" {
		row("live store", s.URL)
		row("token", yes[s.Token != ""])
		row("every", s.Every)
		row("last pull", day(s.LastRunAt, "never"))
		row("last that went through", day(s.LastOKAt, "never"))
		if s.LeaseUntil != 0 {
			row("under way", "yes, unless its node died; then until "+day(s.LeaseUntil, ""))
		} else if s.Enabled {
			row("next pull", day(s.NextRunAt, "now"))
		}
		row("last problem", none(s.LastError))
		row("pulls", s.Runs)
		row("objects made or changed", s.Pulled)
	}
	row("webhook secret", yes[s.Secret != ""])
	row("last event", day(s.LastEventAt, "never"))
	row("events taken", s.Received)
	row("events that changed something", s.Applied)
}

func none(text string) string {
	if text == "" {
		return "none"
	}
	return strings.ReplaceAll(text, "\n", " ")
}

type mirrorRun struct{ forStore }

func (m *mirrorRun) Run(ctx context.Context, c *app.Config) error {
	return inStore(ctx, c, m.Store, func(a *app.App, st *desk.Store) error {
		began, shown := time.Now(), 0
		pull := *a.Mirror
		pull.Progress = showProgress
		pull.Problem = func(p importer.Problem) {
			if shown++; shown <= importer.MaxProblems {
				fmt.Fprintln(os.Stderr, p)
			}
		}
		report, err := pull.Run(ctx, st)
		if err != nil {
			return readable(err)
		}
		fmt.Printf("Done in %s.\n", time.Since(began).Round(time.Millisecond))
		if !report.OK() {
			return errReported
		}
		return nil
	})
}

type mirrorSecret struct {
	forStore

	URL   string `placeholder:"URL" help:"Where the live store reaches this server. Default: https:// and the store's network domain."`
	Value string `env:"STOREDESK_MIRROR_SECRET" placeholder:"SECRET" help:"Take this secret instead of making one: for a webhook that the live store gave one to."`
}

func (m *mirrorSecret) Run(ctx context.Context, c *app.Config) error {
	return inStore(ctx, c, m.Store, func(a *app.App, st *desk.Store) error {
		secret, err := a.Sources.NewSecret(ctx, st, m.Value)
		if err != nil {
			return readable(err)
		}
		base := strings.TrimSuffix(m.URL, "/")
		if base == "" {
			base = "https://" + st.NetworkDomain
		}
		fmt.Printf(`Make a webhook at the live store (events order.created, order.updated, product.created, product.updated,
customer.created, customer.updated) with:

  target  %s%s
  secret  %s
`, base, mirror.Path, secret)
		return nil
	})
}

type mirrorOff struct{ forStore }

func (m *mirrorOff) Run(ctx context.Context, c *app.Config) error {
	return inStore(ctx, c, m.Store, func(a *app.App, st *desk.Store) error {
		err := a.Sources.Off(ctx, st)
		if errors.Is(err, desk.ErrNotFound) {
			return errNoMirror
		}
		if err == nil {
			fmt.Println("The mirror is off. Remove the webhook at the live store, too.")
		}
		return err
	})
}
