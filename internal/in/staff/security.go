package staff

import (
	"bytes"
	"encoding/base64"
	"errors"
	"html/template"
	"image/png"
	"net/http"
	"net/url"

	"storedesk/internal/access"
	"storedesk/internal/desk"
	"storedesk/internal/page"
)

type securityData struct {
	*access.Security

	Done   string
	Must   bool // a second factor must be set up before anything else
	Errors desk.Fields
	OIDC   string // name of the provider; "" = none
}

// Browser is a User-Agent in two words.
func (securityData) Browser(agent string) string { return page.Browser(agent) }

func (d *door) security(q *page.Request) error { return d.showSecurity(q, http.StatusOK, nil) }

func (d *door) showSecurity(q *page.Request, status int, errors desk.Fields) error {
	s, err := d.accounts.Security(q.Ctx(), q.Staff)
	if err != nil {
		return err
	}
	data := securityData{Security: s, Done: done(q), Must: q.Half != nil, Errors: errors}
	if d.provider.on() {
		data.OIDC = d.provider.Name
	}
	return d.views.Render(q, status, "security.html", data)
}

// changed goes back to the security settings after a change, by way of the proof of
// who one is if the change asks for it.
func (d *door) changed(q *page.Request, message string, err error) error {
	if errors.Is(err, access.ErrConfirm) {
		return q.Redirect(confirmPath)
	}
	if err != nil {
		return err
	}
	return q.Redirect(page.SecurityPath + "?" + url.Values{"done": {message}}.Encode())
}

func (d *door) confirmPage(q *page.Request) error { return d.showConfirm(q, http.StatusOK, "") }

type confirmData struct {
	Problem     string
	HasPassword bool
}

func (d *door) showConfirm(q *page.Request, status int, problem string) error {
	s, err := d.accounts.Security(q.Ctx(), q.Staff)
	if err != nil {
		return err
	}
	return d.views.Render(q, status, "confirm.html", confirmData{Problem: problem, HasPassword: s.HasPassword})
}

func (d *door) confirm(q *page.Request) error {
	err := d.accounts.Confirm(q.Ctx(), q.Store, q.Staff, password(q), q.Visit())
	switch {
	case errors.Is(err, access.ErrWrongSignIn):
		return d.showConfirm(q, http.StatusUnauthorized, "password.wrong")
	case errors.Is(err, access.ErrTooMany):
		return d.showConfirm(q, http.StatusTooManyRequests, "login.too_many")
	}
	if next := q.Next(); err == nil && next != page.Home {
		return q.Redirect(next)
	}
	return d.changed(q, "confirmed", err)
}

func (d *door) beginTOTP(q *page.Request) error {
	err := d.accounts.BeginTOTP(q.Ctx(), q.Staff)
	if errors.Is(err, access.ErrConfirm) {
		return q.Redirect(confirmPath)
	}
	if err != nil {
		return err
	}
	return q.Redirect(page.SecurityPath + "totp/")
}

type totpData struct {
	Secret string
	QR     template.URL // a PNG as a data: URL
	Errors desk.Fields
}

func (d *door) totpPage(q *page.Request) error { return d.showTOTP(q, http.StatusOK, nil) }

func (d *door) showTOTP(q *page.Request, status int, errors desk.Fields) error {
	key, err := d.accounts.PendingTOTP(q.Ctx(), q.Store, q.Staff)
	if err != nil {
		return err
	}
	image, err := key.Image(240, 240)
	if err != nil {
		return err
	}
	var b bytes.Buffer
	if err := png.Encode(&b, image); err != nil {
		return err
	}
	qr := template.URL("data:image/png;base64," + base64.StdEncoding.EncodeToString(b.Bytes())) //nolint:gosec // our own bytes
	return d.views.Render(q, status, "totp.html", totpData{Secret: key.Secret(), QR: qr, Errors: errors})
}

func (d *door) finishTOTP(q *page.Request) error {
	codes, err := d.accounts.FinishTOTP(q.Ctx(), q.Store, q.Staff, q.Form("code"), q.Visit())
	if errors.Is(err, access.ErrWrongCode) {
		return d.showTOTP(q, http.StatusBadRequest, desk.Fields{"code": {"factor.wrong"}})
	}
	if err != nil {
		return err
	}
	return d.added(q, codes)
}

// added shows the recovery codes that came with a first factor; only here can they be
// seen.
func (d *door) added(q *page.Request, codes []string) error {
	if len(codes) == 0 {
		return d.changed(q, "factor_added", nil)
	}
	q.Half = nil // the factor is set up
	return d.views.Render(q, http.StatusOK, "codes.html", codes)
}

func (d *door) newCodes(q *page.Request) error {
	codes, err := d.accounts.NewRecoveryCodes(q.Ctx(), q.Store, q.Staff, q.Visit())
	if err != nil {
		return d.changed(q, "", err)
	}
	return d.added(q, codes)
}

func (d *door) removeTOTP(q *page.Request) error {
	return d.changed(q, "factor_removed", d.accounts.RemoveTOTP(q.Ctx(), q.Store, q.Staff, q.Visit()))
}

func (d *door) removePasskey(q *page.Request) error {
	n, err := id(q)
	if err != nil {
		return err
	}
	return d.changed(q, "factor_removed", d.accounts.RemovePasskey(q.Ctx(), q.Store, q.Staff, n, q.Visit()))
}

func (d *door) changePassword(q *page.Request) error {
	err := d.accounts.ChangePassword(q.Ctx(), q.Store, q.Staff, password(q), q.Visit())
	if list, ok := fields(err); ok {
		return d.showSecurity(q, http.StatusBadRequest, list)
	}
	return d.changed(q, "password_changed", err)
}

func (d *door) endSession(q *page.Request) error {
	n, err := id(q)
	if err != nil {
		return err
	}
	return d.changed(q, "session_ended", d.accounts.EndSession(q.Ctx(), q.Store, q.Staff, n, q.Visit()))
}

func (d *door) endOthers(q *page.Request) error {
	return d.changed(q, "session_ended", d.accounts.EndOtherSessions(q.Ctx(), q.Store, q.Staff, q.Visit()))
}
