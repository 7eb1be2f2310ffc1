package oauth

import (
	"errors"
	"net/http"
	"strings"

	"storedesk/internal/desk"
	"storedesk/internal/page"
)

// list is the page "API access".
func (d *door) list(q *page.Request) error {
	apps, err := d.c.Apps.List(q.Ctx(), q.Store)
	if err != nil {
		return err
	}
	return d.views.Render(q, http.StatusOK, "apps.html", apps)
}

// blankForm is a form for a new app, as it was filled in.
type blankForm struct {
	Input  desk.AppInput
	Here   []desk.Scope
	Absent []desk.Scope
	Chosen map[string]bool
	URIs   string
	Errors desk.Fields
}

func newForm(in desk.AppInput, fields desk.Fields) *blankForm {
	f := &blankForm{Input: in, Chosen: map[string]bool{}, URIs: strings.Join(in.RedirectURIs, "\n"), Errors: fields}
	for _, s := range desk.Scopes {
		if s.Served {
			f.Here = append(f.Here, s)
		} else {
			f.Absent = append(f.Absent, s)
		}
	}
	for _, name := range strings.Fields(in.Scopes) {
		f.Chosen[name] = true
	}
	return f
}

// blank shows an empty form.
func (d *door) blank(q *page.Request) error {
	return d.views.Render(q, http.StatusOK, "new.html", newForm(desk.AppInput{OAuth: q.Query("kind") == "oauth"}, nil))
}

// secret is the page that shows a token or a client secret, once.
type secret struct {
	App     *desk.App
	Secret  string
	Rotated bool
	Install string // the install link
}

// create makes an app and shows its secret.
func (d *door) create(q *page.Request) error {
	in := desk.AppInput{
		Name: clean(q.Form("name")), OAuth: q.Form("kind") == "oauth", Public: q.Form("public") == "yes",
		URL: clean(q.Form("app_url")), RedirectURIs: strings.Fields(clean(q.Form("redirect_uris"))),
	}
	in.Scopes = clean(strings.Join(q.R.PostForm["scope"], " "))
	app, text, err := d.c.Apps.Create(q.Ctx(), q.Store, &in, false, author(q))
	var e *desk.Error
	if errors.As(err, &e) && len(e.Fields) > 0 {
		return d.views.Render(q, http.StatusBadRequest, "new.html", newForm(in, e.Fields))
	}
	if err != nil {
		return err
	}
	return d.reveal(q, app, text, false)
}

func (d *door) reveal(q *page.Request, app *desk.App, text string, rotated bool) error {
	s := &secret{App: app, Secret: text, Rotated: rotated}
	if app.Kind == desk.AppOAuth {
		s.Install = q.Client.URL() + appsPath + "install-app/?client_id=" + app.ClientID
	}
	return d.views.Render(q, http.StatusOK, "secret.html", s)
}

// show is the page of one app, from which it is rotated and ended.
func (d *door) show(q *page.Request) error {
	app, err := d.named(q)
	if err != nil {
		return err
	}
	s := &secret{App: app}
	if app.Kind == desk.AppOAuth {
		s.Install = q.Client.URL() + appsPath + "install-app/?client_id=" + app.ClientID
	}
	return d.views.Render(q, http.StatusOK, "app.html", s)
}

func (d *door) rotate(q *page.Request) error {
	app, err := d.named(q)
	if err != nil {
		return err
	}
	app, text, err := d.c.Apps.Rotate(q.Ctx(), q.Store, app.ID, false, author(q))
	if err != nil {
		return err
	}
	return d.reveal(q, app, text, true)
}

// end revokes an app of the store; one of the installation loses its tokens here.
func (d *door) end(q *page.Request) error {
	app, err := d.named(q)
	if err != nil {
		return err
	}
	if err := d.c.Apps.Revoke(q.Ctx(), q.Store, app.ID, false, author(q)); err != nil {
		return err
	}
	return q.Redirect(settingsPath)
}

// clean keeps out of the database what PostgreSQL refuses.
func clean(s string) string { return strings.ToValidUTF8(strings.ReplaceAll(s, "\x00", ""), "") }
