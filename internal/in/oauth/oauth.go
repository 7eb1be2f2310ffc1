package oauth

import (
	"embed"
	"io/fs"
	"log/slog"
	"net/http"
	"strings"

	"storedesk/internal/access"
	"storedesk/internal/desk"
	"storedesk/internal/origin"
	"storedesk/internal/page"
)

// The paths that clients know.
const (
	authorizePath  = "/oauth2/authorize/"
	tokenPath      = "/oauth2/token/"
	revokePath     = "/oauth2/revoke_token/"
	introspectPath = "/oauth2/introspect/"
	metadataPath   = "/.well-known/oauth-authorization-server"
	appsPath       = "/dashboard/apps/"
)

// Config is what the door needs of the program.
type Config struct {
	Apps *access.Apps
	Log  *slog.Logger
}

// door answers everything below /oauth2/, and the pages of apps.
type door struct {
	c     Config
	views *page.Views
}

//go:embed templates/*.html
var templates embed.FS

// Routes returns the rows of this door.
func Routes(c Config) ([]page.Route, error) {
	dir, err := fs.Sub(templates, "templates")
	if err != nil {
		return nil, err
	}
	views, err := page.NewViews(dir)
	if err != nil {
		return nil, err
	}
	d := &door{c: c, views: views}
	return d.routes(), nil
}

// place is where a client's request arrived.
type place struct {
	store  *desk.Store
	client origin.Client
	visit  access.Visit
}

func (d *door) routes() []page.Route {
	access := page.Permission(desk.PermissionAPIAccess)
	get, post := http.MethodGet, http.MethodPost
	return []page.Route{
		{Method: get, Path: metadataPath, Needs: page.Anyone, CSRF: page.ReadOnly, Handle: forClients(d.describe)},
		{Method: post, Path: tokenPath + "{$}", Needs: page.OAuthClient, CSRF: page.NoCookies, Handle: forClients(d.token)},
		{Method: post, Path: revokePath + "{$}", Needs: page.OAuthClient, CSRF: page.NoCookies, Handle: forClients(d.revoke)},
		{Method: post, Path: introspectPath + "{$}", Needs: page.OAuthClient, CSRF: page.NoCookies, Handle: forClients(d.introspect)},

		{Method: get, Path: authorizePath + "{$}", Needs: access, CSRF: page.ReadOnly, Handle: d.ask},
		{Method: post, Path: authorizePath + "{$}", Needs: access, CSRF: page.SameOrigin, Handle: d.decide},

		{Method: get, Path: appsPath + "{$}", Needs: page.SignedIn, CSRF: page.ReadOnly, Handle: d.installed},
		{Method: get, Path: appsPath + "install-app/{$}", Needs: access, CSRF: page.ReadOnly, Handle: d.install},
		{Method: get, Path: appsPath + "{id}/open/{$}", Needs: page.SignedIn, CSRF: page.ReadOnly, Handle: d.open},
	}
}

// forClients is the handler of a route that programs use: its answers are no pages.
func forClients(fn func(http.ResponseWriter, *http.Request, *place)) func(*page.Request) error {
	return func(q *page.Request) error {
		fn(q.W, q.R, &place{q.Store, q.Client, q.Visit()})
		return nil
	}
}

// author is who is signed in, for the audit log.
func author(q *page.Request) access.Author {
	return access.Author{AccountID: q.Staff.AccountID, UserID: q.Staff.UserID, Visit: q.Visit()}
}

// clean keeps out of the database what PostgreSQL refuses.
func clean(s string) string { return strings.ToValidUTF8(strings.ReplaceAll(s, "\x00", ""), "") }
