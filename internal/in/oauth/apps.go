package oauth

import (
	"net/http"
	"strconv"

	"storedesk/internal/desk"
	"storedesk/internal/page"
)

// install is the link by which a partner lets staff install an app: it leads to the
// app's own URL with the store's network domain, whence the app asks for consent.
func (d *door) install(q *page.Request) error {
	app, err := d.c.Apps.Client(q.Ctx(), q.Store, clean(q.Query("client_id")))
	if desk.CodeOf(err) == desk.NotFound {
		return d.invalid(q, badRequest("consent.bad.client"))
	}
	if err != nil {
		return err
	}
	if app.URL == "" {
		return d.invalid(q, badRequest("consent.bad.url"))
	}
	return d.leave(q, app.AppAddress(q.Store))
}

// installed lists the apps that staff can open.
func (d *door) installed(q *page.Request) error {
	list, err := d.c.Apps.List(q.Ctx(), q.Store)
	if err != nil {
		return err
	}
	var apps []desk.App
	for _, app := range list {
		if app.Kind == desk.AppOAuth && app.Grants > 0 {
			apps = append(apps, app)
		}
	}
	return d.views.Render(q, http.StatusOK, "installed.html", apps)
}

// open leads to an app that is installed, with a session token by which it knows who
// comes. An app that nobody let in learns nothing of the staff.
func (d *door) open(q *page.Request) error {
	app, err := d.named(q)
	if err != nil {
		return err
	}
	if app.Kind != desk.AppOAuth || app.Grants == 0 || app.URL == "" {
		return desk.ErrNotFound
	}
	token, err := d.c.Apps.SessionToken(q.Store, app, q.Staff, q.Client.Scheme)
	if err != nil {
		return err
	}
	var pairs []string
	if token != "" {
		pairs = []string{"token", token}
	}
	return d.leave(q, app.AppAddress(q.Store, pairs...))
}

// named finds the app of the path, with its use in the store.
func (d *door) named(q *page.Request) (*desk.App, error) {
	id, err := strconv.ParseInt(q.R.PathValue("id"), 10, 64)
	if err != nil {
		return nil, desk.ErrNotFound
	}
	list, err := d.c.Apps.List(q.Ctx(), q.Store)
	if err != nil {
		return nil, err
	}
	for i := range list {
		if list[i].ID == id {
			return &list[i], nil
		}
	}
	return nil, desk.ErrNotFound
}
