// Package staff is the door of the people who run a store: signing in and what belongs
// to it, and their own security settings. The dashboard is where staff are managed.
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
	"errors"
	"io/fs"
	"log/slog"
	"net/http"
	"strconv"

	"storedesk/internal/access"
	"storedesk/internal/desk"
	"storedesk/internal/page"
)

//go:embed pages
var files embed.FS

// Config is what the door needs.
type Config struct {
	Accounts *access.Accounts
	Provider Provider // zero: no sign-in through a provider
	Log      *slog.Logger
}

type door struct {
	accounts *access.Accounts
	log      *slog.Logger
	views    *page.Views
	provider *provider
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
	d := &door{accounts: c.Accounts, log: c.Log, views: views, provider: newProvider(c.Provider)}
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
		get(page.LoginPath+"{$}", page.Anyone, d.loginPage),
		post(page.LoginPath+"{$}", page.Anyone, d.login),
		post("/dashboard/logout/{$}", page.HalfSignedIn, d.logout),

		get("/dashboard/setup/{secret}/{$}", page.OneTimeLink, d.setupPage),
		post("/dashboard/setup/{secret}/{$}", page.OneTimeLink, d.setup),
		get("/dashboard/invitation/{secret}/{$}", page.OneTimeLink, d.invitationPage),
		post("/dashboard/invitation/{secret}/{$}", page.OneTimeLink, d.accept),
		get("/dashboard/reset/{$}", page.Anyone, d.askResetPage),
		post("/dashboard/reset/{$}", page.Anyone, d.askReset),
		get("/dashboard/reset/{secret}/{$}", page.OneTimeLink, d.resetPage),
		post("/dashboard/reset/{secret}/{$}", page.OneTimeLink, d.reset),

		get(oidcPath+"{$}", page.Anyone, d.oidcLogin),
		get(callbackPath+"{$}", page.Anyone, d.callback),

		get(page.FactorPath+"{$}", page.HalfSignedIn, d.factorPage),
		post(page.FactorPath+"{$}", page.HalfSignedIn, d.factor),
		post(page.FactorPath+"passkey/begin/{$}", page.HalfSignedIn, d.beginShowPasskey),
		post(page.FactorPath+"passkey/finish/{$}", page.HalfSignedIn, d.finishShowPasskey),

		get(page.SecurityPath+"{$}", page.Enrolling, d.security),
		get(confirmPath+"{$}", page.Enrolling, d.confirmPage),
		post(confirmPath+"{$}", page.Enrolling, d.confirm),
		post(page.SecurityPath+"totp/begin/{$}", page.Enrolling, d.beginTOTP),
		get(page.SecurityPath+"totp/{$}", page.Enrolling, d.totpPage),
		post(page.SecurityPath+"totp/{$}", page.Enrolling, d.finishTOTP),
		post(page.SecurityPath+"totp/remove/{$}", page.SignedIn, d.removeTOTP),
		post(page.SecurityPath+"recovery-codes/{$}", page.SignedIn, d.newCodes),
		post(page.SecurityPath+"passkeys/begin/{$}", page.Enrolling, d.beginPasskey),
		post(page.SecurityPath+"passkeys/finish/{$}", page.Enrolling, d.finishPasskey),
		post(page.SecurityPath+"passkeys/{id}/remove/{$}", page.SignedIn, d.removePasskey),
		post(page.SecurityPath+"password/{$}", page.SignedIn, d.changePassword),
		post(page.SecurityPath+"sessions/{id}/end/{$}", page.SignedIn, d.endSession),
		post(page.SecurityPath+"sessions/end-others/{$}", page.SignedIn, d.endOthers),

		post(linkPath+"link/{$}", page.SignedIn, d.linkIdentity),
		post(linkPath+"unlink/{$}", page.SignedIn, d.unlinkIdentity),
	}
}

const confirmPath = "/dashboard/account/confirm/"

// id is the number in the path, or desk.ErrNotFound.
func id(q *page.Request) (int64, error) {
	n, err := strconv.ParseInt(q.R.PathValue("id"), 10, 64)
	if err != nil || n <= 0 {
		return 0, desk.ErrNotFound
	}
	return n, nil
}

// done is the message that a page shows after a redirect said that something is done.
func done(q *page.Request) string {
	if key := "done." + q.Query("done"); page.English.Has(key) {
		return key
	}
	return ""
}

// fields are the messages of an error by field, and whether it has any.
func fields(err error) (desk.Fields, bool) {
	var e *desk.Error
	if errors.As(err, &e) && len(e.Fields) > 0 {
		return e.Fields, true
	}
	return nil, false
}
