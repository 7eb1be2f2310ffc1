package app

import (
	"errors"
	"io/fs"
	"net/http"
	"net/netip"
	"strings"
	"time"

	"storedesk"
	"storedesk/internal/desk"
	"storedesk/internal/in/admin"
	"storedesk/internal/in/dashboard"
	"storedesk/internal/in/docs"
	"storedesk/internal/in/mailhook"
	"storedesk/internal/in/media"
	"storedesk/internal/in/mirror"
	"storedesk/internal/in/oauth"
	"storedesk/internal/in/staff"
	"storedesk/internal/origin"
	"storedesk/internal/page"
	"storedesk/web"
)

// routes is the table of everything the program answers. The router is built from it
// alone, and each row's rule stands in front of its handler: what has no row is not
// served.
func (a *App) routes(c ServeConfig) ([]page.Route, *page.Site, error) {
	proxies, err := c.proxies()
	if err != nil {
		return nil, nil, err
	}
	reference, err := docs.Handler(storedesk.OpenAPI)
	if err != nil {
		return nil, nil, err
	}
	api := admin.New(admin.Config{
		Tickets: a.Tickets, People: a.People, Commerce: a.Commerce, Access: a.Access, Stores: a.Stores, Blobs: a.Blobs,
		Webhooks: a.Hooks, Deliveries: a.Deliveries, Feed: a.Feed, Mails: a.Mailroom, Stopping: a.stopping,
		PageSize: c.PageSize, RateLimit: c.RateLimit, TrustedProxies: proxies, Links: media.Links(time.Now), Log: a.Log,
	})
	site := &page.Site{Accounts: a.Accounts, Stores: a.Stores, Trusted: proxies, Log: a.Log}
	people, err := staff.Routes(staff.Config{Accounts: a.Accounts, Log: a.Log, Provider: staff.Provider{
		Issuer: c.OIDCIssuer, ClientID: c.OIDCClientID, ClientSecret: c.OIDCClientSecret, Name: c.OIDCName,
	}})
	if err != nil {
		return nil, nil, err
	}
	apps, err := oauth.Routes(oauth.Config{Apps: a.Apps, Log: a.Log})
	if err != nil {
		return nil, nil, err
	}
	desks, err := dashboard.Routes(dashboard.Config{
		Tickets: a.Tickets, People: a.People, Commerce: a.Commerce, Accounts: a.Accounts, Apps: a.Apps, Tokens: a.Access,
		Stores: a.Stores, Webhooks: a.Hooks, Deliveries: a.Deliveries, Feed: a.Feed, Mails: a.Mailroom, Blobs: a.Blobs, Files: built(),
		Notifications: a.Notifications, Letters: a.Outgoing,
		Macros: a.Macros, Mailboxes: a.Mailboxes, MailHealth: a.mailHealth(&c), SendTest: a.Outgoing.SendRoundTrip,
		TryMailbox: a.tryMailbox,
		CanMail:    func(st *desk.Store) bool { return a.Outgoing.CanMail(st) },
		Stopping:   a.stopping, Version: Version, Links: media.Links(time.Now), Retry: a.Outgoing.Retry, Now: time.Now, Log: a.Log,
	})
	if err != nil {
		return nil, nil, err
	}
	plain := func(path string, handler http.Handler) page.Route {
		return page.Route{Method: http.MethodGet, Path: path, Needs: page.Anyone, CSRF: page.ReadOnly, Plain: handler}
	}
	table := []page.Route{
		plain("/healthz", http.HandlerFunc(a.health)),
		plain("/{$}", http.HandlerFunc(front)),
		plain(docs.Path, reference),
		plain(contractPath, http.HandlerFunc(serveContract)),
		plain(media.Base, &media.Handler{
			Tickets: a.Tickets, Stores: a.Stores, Blobs: a.Blobs, Log: a.Log, Now: time.Now, Host: hostOf(proxies),
		}),
	}
	table = append(table, page.Route{
		Method: http.MethodPost, Path: mirror.Path + "{$}", Needs: page.Signed, CSRF: page.NoCookies,
		Plain: &mirror.Receiver{DB: a.DB, Stores: a.Stores, Now: time.Now, Log: a.Log, Host: hostOf(proxies)},
	})
	table = append(table, page.Route{
		Method: http.MethodPost, Path: mailhook.Path + "{$}", Needs: page.Signed, CSRF: page.NoCookies,
		Plain: &mailhook.Handler{Room: a.Mailroom, Log: a.Log},
	})
	table = append(table, apiRoutes(api)...)
	table = append(table, page.Assets()...)
	table = append(table, desks...)
	table = append(table, people...)
	table = append(table, apps...)
	return table, site, nil
}

// built are the dashboard's files, as the build left them.
func built() fs.FS {
	files, err := fs.Sub(web.Dist, "dist")
	if err != nil {
		panic(err) // the name is a constant
	}
	return files
}

// hostOf reads the host that a request is for, as the client sees it.
func hostOf(proxies []netip.Prefix) func(*http.Request) string {
	return func(r *http.Request) string {
		at, _ := origin.Of(r, proxies)
		return at.Host
	}
}

// apiRoutes are the rows of the Admin API, whose own router holds every request
// against the same table.
func apiRoutes(api http.Handler) []page.Route {
	var rows []page.Route
	for _, r := range admin.Routes() {
		row := page.Route{Method: r.Method, Path: r.Path, Needs: page.AnyToken, CSRF: page.NoCookies, Plain: api}
		if r.Scope != "" {
			kind := ":write"
			if r.Method == http.MethodGet {
				kind = ":read"
			}
			row.Needs = page.Scope(r.Scope + kind)
		}
		rows = append(rows, row)
	}
	return rows
}

// router serves the table. The Admin API answers for all of its paths itself, unknown
// ones and double slashes included, as the original does; ServeMux would redirect.
func router(table []page.Route, site *page.Site) (http.Handler, error) {
	mux, api := http.NewServeMux(), http.Handler(nil)
	var problems []error
	for _, row := range table {
		if err := row.Check(); err != nil {
			problems = append(problems, err)
			continue
		}
		if strings.HasPrefix(row.Path, admin.Base) && row.Path != contractPath {
			api = row.Plain
			continue
		}
		pattern := row.Method + " " + row.Path
		if row.Plain != nil && row.CSRF == page.ReadOnly {
			pattern = row.Path // answers 405 in its own way
		}
		mux.Handle(pattern, site.Handler(row))
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		below := strings.HasPrefix(r.URL.Path, admin.Base) || r.URL.Path == strings.TrimSuffix(admin.Base, "/")
		if below && r.URL.Path != contractPath {
			api.ServeHTTP(w, r)
			return
		}
		mux.ServeHTTP(w, r)
	}), errors.Join(problems...)
}
