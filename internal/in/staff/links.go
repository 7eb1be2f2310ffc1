package staff

import (
	"errors"
	"net/http"
	"slices"

	"storedesk/internal/access"
	"storedesk/internal/desk"
	"storedesk/internal/page"
	"storedesk/internal/settings"
)

// linkData is what the pages behind one-time links show.
type linkData struct {
	Email  string
	Name   string
	Known  bool // the address has an account already
	Errors desk.Fields
	Sent   bool // a reset was asked for
	NoPost bool // the installation has no mail
}

func secret(q *page.Request) string { return q.R.PathValue("secret") }

// password is the field as it was typed: spaces belong to it.
func password(q *page.Request) string { return q.R.PostFormValue("password") }

func (d *door) setupPage(q *page.Request) error {
	if _, err := d.accounts.Link(q.Ctx(), q.Store, desk.LinkSetup, secret(q)); err != nil {
		return err
	}
	return d.views.Render(q, http.StatusOK, "setup.html", linkData{})
}

func (d *door) setup(q *page.Request) error {
	in := access.NewMember{Email: q.Form("email"), Name: q.Form("name"), Password: password(q)}
	if _, err := d.accounts.Link(q.Ctx(), q.Store, desk.LinkSetup, secret(q)); err != nil {
		return err // before the fields: no hashing for strangers
	}
	opened, err := d.accounts.Setup(q.Ctx(), q.Store, secret(q), in, q.Visit())
	return d.entered(q, opened, err, "setup.html", linkData{Email: in.Email, Name: in.Name})
}

// entered goes on after a link was used, or shows its page again with what is wrong.
func (d *door) entered(q *page.Request, opened *access.Opened, err error, name string, data linkData) error {
	if list, ok := fields(err); ok {
		data.Errors = list
		return d.views.Render(q, http.StatusBadRequest, name, data)
	}
	if err != nil {
		return err
	}
	return d.enter(q, opened)
}

func (d *door) invitation(q *page.Request) (*desk.Link, linkData, error) {
	l, err := d.accounts.Link(q.Ctx(), q.Store, desk.LinkInvitation, secret(q))
	if err != nil {
		return nil, linkData{}, err
	}
	known, err := d.accounts.HasAccount(q.Ctx(), l)
	return l, linkData{Email: l.Email, Name: l.Name, Known: known}, err
}

func (d *door) invitationPage(q *page.Request) error {
	_, data, err := d.invitation(q)
	if err != nil {
		return err
	}
	return d.views.Render(q, http.StatusOK, "invitation.html", data)
}

func (d *door) accept(q *page.Request) error {
	_, data, err := d.invitation(q)
	if err != nil {
		return err
	}
	if !data.Known {
		data.Name = q.Form("name")
		opened, err := d.accounts.AcceptNew(q.Ctx(), q.Store, secret(q), data.Name, password(q), q.Visit())
		return d.entered(q, opened, err, "invitation.html", data)
	}
	opened, err := d.accounts.AcceptKnown(q.Ctx(), q.Store, secret(q), password(q), q.Visit())
	if errors.Is(err, access.ErrWrongSignIn) {
		err = &desk.Error{Code: desk.Invalid, Fields: desk.Fields{"password": {"password.wrong"}}}
	}
	return d.entered(q, opened, err, "invitation.html", data)
}

func (d *door) askResetPage(q *page.Request) error {
	return d.views.Render(q, http.StatusOK, "ask-reset.html", linkData{NoPost: d.accounts.Post == nil})
}

// askReset gives one answer to every address.
func (d *door) askReset(q *page.Request) error {
	if d.accounts.Post == nil {
		return d.askResetPage(q)
	}
	err := d.accounts.RequestReset(q.Ctx(), q.Store, q.Form("email"), mailOrigin(q), q.Visit())
	if err != nil {
		return err
	}
	return d.views.Render(q, http.StatusOK, "ask-reset.html", linkData{Sent: true})
}

// mailOrigin is what links in mail begin with. A store may answer on any host, so the
// one that a stranger's request names counts only if it is the store's own; else the
// mail would carry its secret to wherever the stranger likes.
func mailOrigin(q *page.Request) string {
	if slices.Contains(q.Store.Hosts, settings.CleanHost(q.Client.Host)) {
		return q.Client.URL()
	}
	return "https://" + q.Store.NetworkDomain
}

func (d *door) resetPage(q *page.Request) error {
	if _, err := d.accounts.Link(q.Ctx(), q.Store, desk.LinkReset, secret(q)); err != nil {
		return err
	}
	return d.views.Render(q, http.StatusOK, "reset.html", linkData{})
}

func (d *door) reset(q *page.Request) error {
	opened, err := d.accounts.Reset(q.Ctx(), q.Store, secret(q), password(q), q.Visit())
	return d.entered(q, opened, err, "reset.html", linkData{})
}
