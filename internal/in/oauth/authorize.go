package oauth

import (
	"html/template"
	"net/http"
	"net/url"

	"storedesk/internal/desk"
	"storedesk/internal/page"
)

// consent is what the consent page shows.
type consent struct {
	App     *desk.App
	Here    []desk.Scope // what this program has
	Absent  []desk.Scope // what it does not have: nothing is given by them
	All     bool         // one of them stands for all others
	Target  string       // where the answer goes
	Request string       // the request as it came, for the answer
}

// ask is GET /oauth2/authorize/ (RFC 6749, section 4.1.1): it shows what the app wants.
// Who is not signed in was sent to do so, and comes back here.
func (d *door) ask(q *page.Request) error {
	request, app, uri, err := d.request(q, q.R.URL.RawQuery)
	if err != nil {
		return d.invalid(q, err)
	}
	scopes, err := request.Check(app)
	if err != nil {
		return d.refer(q, request, uri, err)
	}
	c := &consent{App: app, Target: desk.Origin(uri), Request: q.R.URL.RawQuery}
	for _, name := range scopes {
		s, _ := desk.FindScope(name) // Check let only such pass
		c.All = c.All || s.Resource == "admin"
		if s.Served {
			c.Here = append(c.Here, s)
		} else {
			c.Absent = append(c.Absent, s)
		}
	}
	q.AllowFormTarget(c.Target)
	return d.views.Render(q, http.StatusOK, "consent.html", c)
}

// decide is POST /oauth2/authorize/: somebody has pressed a button. The request is
// checked again, for between the two it was in the browser's hands.
func (d *door) decide(q *page.Request) error {
	request, app, uri, err := d.request(q, q.R.PostFormValue("request"))
	if err != nil {
		return d.invalid(q, err)
	}
	scopes, err := request.Check(app)
	if err != nil {
		return d.refer(q, request, uri, err)
	}
	if q.Form("allow") != "yes" {
		return d.refer(q, request, uri, desk.ErrAccessDenied)
	}
	code, err := d.c.Apps.Allow(q.Ctx(), q.Store, app, request, scopes, author(q))
	if err != nil {
		return err
	}
	return d.leave(q, request.Granted(uri, q.Store, code))
}

// badRequest is what must not be redirected (RFC 6749, section 4.1.2.1): its message.
type badRequest string

func (b badRequest) Error() string { return string(b) }

// request reads an authorization request. Errors: badRequest when there is nowhere to
// redirect to.
func (d *door) request(q *page.Request, raw string) (*desk.Authorization, *desk.App, string, error) {
	query, err := url.ParseQuery(raw)
	if err != nil || twice(query) != "" {
		return nil, nil, "", badRequest("consent.bad.request")
	}
	a := &desk.Authorization{
		ResponseType: query.Get("response_type"), ClientID: query.Get("client_id"), RedirectURI: query.Get("redirect_uri"),
		Scope: query.Get("scope"), State: query.Get("state"), HasState: query.Has("state"),
		Challenge: query.Get("code_challenge"), ChallengeMethod: query.Get("code_challenge_method"),
	}
	app, err := d.c.Apps.Client(q.Ctx(), q.Store, clean(a.ClientID))
	if desk.CodeOf(err) == desk.NotFound {
		return nil, nil, "", badRequest("consent.bad.client")
	}
	if err != nil {
		return nil, nil, "", err
	}
	uri, ok := a.Return(app)
	if !ok {
		return nil, nil, "", badRequest("consent.bad.redirect")
	}
	return a, app, uri, nil
}

// invalid shows what is wrong with a request, and redirects nowhere.
func (d *door) invalid(q *page.Request, err error) error {
	bad, ok := err.(badRequest) //nolint:errorlint // request hands it on as it is
	if !ok {
		return err
	}
	return d.views.Render(q, http.StatusBadRequest, "bad.html", string(bad))
}

// refer sends a refusal to the app.
func (d *door) refer(q *page.Request, request *desk.Authorization, uri string, err error) error {
	e, ok := err.(*desk.OAuthError) //nolint:errorlint // the rules of desk return nothing else
	if !ok {
		return err
	}
	return d.leave(q, request.Refused(uri, e))
}

// leave redirects to an app. 302, as the original; a browser makes a GET of it, so that
// no form is posted on (RFC 9700, section 4.12). The URI is one the app registered.
//
// A visit that began on a page of ours may have begun with its form, as signing in does:
// browsers would hold that page's policy against a redirect to the app, and stop. Such
// a visit ends on a page that goes on by itself.
func (d *door) leave(q *page.Request, uri string) error {
	h := q.W.Header()
	h.Set("Referrer-Policy", "no-referrer")
	if q.R.Method == http.MethodGet && q.R.Header.Get("Sec-Fetch-Site") == "same-origin" {
		return d.views.Render(q, http.StatusOK, "leaving.html", template.URL(uri))
	}
	h.Set("Location", uri)
	h.Set("Content-Length", "0")
	q.W.WriteHeader(http.StatusFound)
	return nil
}
