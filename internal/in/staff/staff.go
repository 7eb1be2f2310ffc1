// Package staff is the door of the people who run a store: signing in and what belongs
// to it, their own security settings, and the pages on which staff are managed.
//
//	setup link ─┐
//	invitation ─┼─► session ─► second factor? ─► /dashboard/
//	password ───┤      │
//	OpenID ─────┘      └─► must set one up? ─► security settings
//
// Every page works without scripts, except that passkeys need one.
package staff

import (
	"embed"
	"io/fs"
	"log/slog"
	"net/http"

	"storedesk/internal/access"
	"storedesk/internal/page"
)

//go:embed pages
var files embed.FS

// Config is what the door needs.
type Config struct {
	Accounts *access.Accounts
	Log      *slog.Logger
}

type door struct {
	accounts *access.Accounts
	log      *slog.Logger
	views    *page.Views
}

// Routes returns the rows of this door.
func Routes(c Config) ([]page.Route, error) {
	dir, err := fs.Sub(files, "pages")
	if err != nil {
		return nil, err
	}
	views, err := page.NewViews(dir)
	if err != nil {
		return nil, err
	}
	d := &door{accounts: c.Accounts, log: c.Log, views: views}
	return d.routes(), nil
}

func get(path string, needs page.Need, handle func(*page.Request) error) page.Route {
	return page.Route{Method: http.MethodGet, Path: path, Needs: needs, CSRF: page.ReadOnly, Handle: handle}
}

func post(path string, needs page.Need, handle func(*page.Request) error) page.Route {
	return page.Route{Method: http.MethodPost, Path: path, Needs: needs, CSRF: page.SameOrigin, Handle: handle}
}

func (d *door) routes() []page.Route {
	return []page.Route{
		get("/dashboard/{$}", page.SignedIn, d.home),
		get(page.LoginPath+"{$}", page.Anyone, d.loginPage),
		post(page.LoginPath+"{$}", page.Anyone, d.login),
		post("/dashboard/logout/{$}", page.HalfSignedIn, d.logout),
	}
}

// home greets, until there is a dashboard.
func (d *door) home(q *page.Request) error { return d.views.Render(q, http.StatusOK, "home.html", nil) }
