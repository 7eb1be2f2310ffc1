package cli

import (
	"context"
	"errors"
	"fmt"
	"sort"
	"strings"

	"storedesk/internal/access"
	"storedesk/internal/app"
	"storedesk/internal/desk"
)

type appCommand struct {
	Create appCreate `cmd:"" help:"Make an app and print its token, or for a partner's app its client id and secret."`
	List   appList   `cmd:"" help:"List the apps of a store, and those offered to every store."`
	Rotate appRotate `cmd:"" help:"Give an app a new token or client secret; the old one stops working."`
	Revoke appRevoke `cmd:"" help:"End an app with all its tokens. Takes effect on every node within a second."`
}

// shared is the flag that means the apps of the installation.
type shared struct {
	AllStores bool `help:"The app is of the installation and offered to every store (partner apps only)."`
}

type appCreate struct {
	forStore
	shared

	Name        string   `arg:"" help:"The app's name, as staff see it."`
	Scopes      string   `required:"" placeholder:"SCOPES" help:"What it may do at most, separated by spaces: \"tickets:read tickets:write\"."`
	RedirectURI []string `sep:"none" placeholder:"URL" help:"Makes a partner's OAuth app: where its codes may be sent, compared exactly. Can be repeated."`
	AppURL      string   `placeholder:"URL" help:"Where installing and opening a partner's app lead to."`
	Public      bool     `help:"The app cannot keep a secret; it has none and must use PKCE."`
}

// Help tells the two kinds apart.
func (appCreate) Help() string {
	return `Without --redirect-uri the app gets one token, which is printed on stdout and cannot be shown again. With it, the
app is a partner's: client id and client secret are printed, and staff let the app in on the consent page.`
}

func (c *appCreate) Run(ctx context.Context, conf *app.Config) error {
	return inStore(ctx, conf, c.Store, func(a *app.App, st *desk.Store) error {
		in := &desk.AppInput{
			Name: c.Name, Scopes: c.Scopes, OAuth: len(c.RedirectURI) > 0 || c.Public || c.AppURL != "" || c.AllStores, Public: c.Public, URL: c.AppURL,
			RedirectURIs: c.RedirectURI,
		}
		made, secret, err := a.Apps.Create(ctx, st, in, c.AllStores, access.Author{})
		if err != nil {
			return inWords(err)
		}
		printSecret(made, secret)
		return nil
	})
}

// printSecret prints a token alone, so that a script can take it, and a client's id and
// secret with their names.
func printSecret(made *desk.App, secret string) {
	if made.Kind == desk.AppToken {
		fmt.Println(secret)
		return
	}
	fmt.Println("client_id:    ", made.ClientID)
	if secret != "" {
		fmt.Println("client_secret:", secret)
	}
}

// inWords spells out what is wrong with an app's fields.
func inWords(err error) error {
	var e *desk.Error
	if !errors.As(err, &e) || len(e.Fields) == 0 {
		return err
	}
	words := map[string]string{
		"name":          "the name is missing, too long or unprintable",
		"scopes":        "--scopes names none that exists, or one that does not",
		"redirect_uris": "--redirect-uri is missing, or neither https nor http on the same machine",
		"app_url":       "--app-url is neither https nor http on the same machine",
	}
	var list []string
	for field := range e.Fields {
		list = append(list, words[field])
	}
	sort.Strings(list)
	return errors.New(strings.Join(list, "; "))
}

type appList struct{ forStore }

func (c *appList) Run(ctx context.Context, conf *app.Config) error {
	return inStore(ctx, conf, c.Store, func(a *app.App, st *desk.Store) error {
		list, err := a.Apps.List(ctx, st)
		if err != nil {
			return err
		}
		return table("ID\tNAME\tKIND\tSCOPES\tMADE\tLAST USED\tCLIENT ID", func(row func(...any)) {
			for _, x := range list {
				kind := string(x.Kind)
				if x.StoreID == 0 {
					kind += ", all stores"
				}
				if x.Kind == desk.AppOAuth && x.Grants == 0 {
					kind += ", no access"
				}
				row(x.ID, x.Name, kind, strings.Join(x.Scopes, " "), day(x.CreatedAt, ""), day(x.LastUsedAt, "never"), x.ClientID)
			}
		})
	})
}

type appRotate struct {
	forStore
	shared

	ID int64 `arg:"" help:"The app's id, as app list shows it."`
}

func (c *appRotate) Run(ctx context.Context, conf *app.Config) error {
	return inStore(ctx, conf, c.Store, func(a *app.App, st *desk.Store) error {
		made, secret, err := a.Apps.Rotate(ctx, st, c.ID, c.AllStores, access.Author{})
		if err != nil {
			return fmt.Errorf("app %d: %w", c.ID, err)
		}
		printSecret(made, secret)
		return nil
	})
}

type appRevoke struct {
	forStore
	shared

	ID int64 `arg:"" help:"The app's id, as app list shows it."`
}

func (c *appRevoke) Run(ctx context.Context, conf *app.Config) error {
	return inStore(ctx, conf, c.Store, func(a *app.App, st *desk.Store) error {
		if err := a.Apps.Revoke(ctx, st, c.ID, c.AllStores, access.Author{}); err != nil {
			return fmt.Errorf("app %d: %w", c.ID, err)
		}
		fmt.Printf("App %d is revoked.\n", c.ID)
		return nil
	})
}
