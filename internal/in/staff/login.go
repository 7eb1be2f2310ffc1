package staff

import (
	"errors"
	"net/http"
	"net/url"

	"storedesk/internal/access"
	"storedesk/internal/page"
)

type loginData struct {
	Email   string
	Problem string // key of a message
	OIDC    string // name of the provider; "" = none
}

func (d *door) loginPage(q *page.Request) error {
	if q.Staff != nil {
		return q.Redirect(q.Next())
	}
	return d.showLogin(q, http.StatusOK, loginData{})
}

func (d *door) showLogin(q *page.Request, status int, data loginData) error {
	if d.provider.on() {
		data.OIDC = d.provider.Name
	}
	return d.views.Render(q, status, "login.html", data)
}

func (d *door) login(q *page.Request) error {
	email := q.Form("email")
	opened, err := d.accounts.SignIn(q.Ctx(), q.Store, email, q.R.PostFormValue("password"), q.Visit())
	switch {
	case errors.Is(err, access.ErrWrongSignIn):
		return d.showLogin(q, http.StatusUnauthorized, loginData{Email: email, Problem: "login.wrong"})
	case errors.Is(err, access.ErrTooMany):
		q.W.Header().Set("Retry-After", "300")
		return d.showLogin(q, http.StatusTooManyRequests, loginData{Email: email, Problem: "login.too_many"})
	case err != nil:
		return err
	}
	return d.enter(q, opened)
}

// enter goes on with a session that has begun: to the second factor, or to where the
// person wanted to go.
func (d *door) enter(q *page.Request, opened *access.Opened) error {
	return d.enterNext(q, opened, q.Next())
}

func (d *door) enterNext(q *page.Request, opened *access.Opened, next string) error {
	q.Opened(opened)
	if !opened.Pending {
		return q.Redirect(next)
	}
	if next == page.Home {
		return q.Redirect(page.FactorPath)
	}
	return q.Redirect(page.FactorPath + "?" + url.Values{"next": {next}}.Encode())
}

func (d *door) logout(q *page.Request) error {
	if err := d.accounts.SignOut(q.Ctx(), q.Store, q.Staff, q.Visit()); err != nil {
		return err
	}
	q.SignedOut()
	return q.Redirect(page.LoginPath)
}
