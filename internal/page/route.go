package page

import (
	"cmp"
	"crypto/rand"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"storedesk/internal/access"
	"storedesk/internal/desk"
	"storedesk/internal/origin"
)

// Need says who may use a route.
type Need string

// The needs. Permission and Scope make the others.
const (
	Anyone       Need = "anyone"         // shows or does nothing that a stranger may not
	OneTimeLink  Need = "one-time link"  // the path holds a secret that the handler checks
	HalfSignedIn Need = "half signed in" // a password was right; the second factor may be missing
	Enrolling    Need = "enrolling"      // signed in, or held up by a second factor that must be set up
	SignedIn     Need = "signed in"      // staff of the store
	AdminOnly    Need = "admin"          // an admin of the store
	AnyToken     Need = "any token"      // a token of the Admin API, whatever its scopes
	Signed       Need = "signed"         // the body or the URL is signed with a secret of the store, checked by the handler
	OAuthClient  Need = "OAuth client"   // a registered app that shows its credentials, checked by the handler
)

// Permission is the need of staff with a permission, or with each of several.
func Permission(list ...desk.Permission) Need {
	names := make([]string, len(list))
	for i, p := range list {
		names[i] = string(p)
	}
	return Need("permission " + strings.Join(names, " and "))
}

// Permissions are those that a need asks for, all of them; none for other needs.
func (n Need) Permissions() (list []desk.Permission) {
	names, ok := strings.CutPrefix(string(n), "permission ")
	if !ok {
		return nil
	}
	for _, name := range strings.Split(names, " and ") {
		list = append(list, desk.Permission(name))
	}
	return list
}

// allows tells whether somebody has all the permissions that a need asks for.
func (n Need) allows(who *desk.Staff) bool {
	return !slices.ContainsFunc(n.Permissions(), func(p desk.Permission) bool { return !who.Can(p) })
}

// Scope is the need of a token with a scope, checked by the Admin API's own router.
func Scope(scope string) Need { return Need("scope " + scope) }

// CSRF says what keeps another site from using a route in a visitor's name.
type CSRF string

// The rules.
const (
	ReadOnly   CSRF = "read only"   // changes nothing, so there is nothing to forge
	SameOrigin CSRF = "same origin" // http.CrossOriginProtection, besides SameSite cookies
	NoCookies  CSRF = "no cookies"  // takes its credentials from the request alone
)

// Route is one row of the table of everything the program answers.
type Route struct {
	Method string
	Path   string // in the form of http.ServeMux
	Needs  Need
	CSRF   CSRF
	Handle func(*Request) error
	// API says that a script asks: answers are JSON, and so are the rule's refusals.
	API bool
	// Files says that a script sends files, as a form does; else an API takes JSON alone.
	Files bool
	// MaxBody bounds the body in bytes; 0 is enough for a form.
	MaxBody int64
	// Plain takes the place of Handle for what is no page: its own checks apply.
	Plain http.Handler
}

// Check says what is wrong with a row.
func (r *Route) Check() error {
	safe := r.Method == http.MethodGet || r.Method == http.MethodHead
	switch {
	case r.Method == "" || r.Path == "" || r.Needs == "" || r.CSRF == "":
		return fmt.Errorf("route %s %s: method, path, need and CSRF rule must be given", r.Method, r.Path)
	case (r.Handle == nil) == (r.Plain == nil):
		return fmt.Errorf("route %s %s: exactly one handler must be given", r.Method, r.Path)
	case !safe && r.CSRF == ReadOnly:
		return fmt.Errorf("route %s %s: only GET and HEAD are read only", r.Method, r.Path)
	case r.Handle != nil && !safe && r.CSRF == NoCookies && r.Needs != OAuthClient && r.Needs != Anyone:
		return fmt.Errorf("route %s %s: its need is shown by a cookie", r.Method, r.Path)
	}
	return nil
}

// maxForm bounds a posted form; no page has longer ones.
const maxForm = 64 << 10

// Handler puts the route's rule in front of its handler.
func (s *Site) Handler(route Route) http.Handler {
	if route.Plain != nil {
		return route.Plain
	}
	protection := http.NewCrossOriginProtection()
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		q := &Request{W: w, R: r, site: s, Lang: English, api: route.API}
		q.secure()
		var known bool
		if q.Client, known = origin.Of(r, s.Trusted); !known {
			q.Fail(desk.Errorf(desk.Invalid, "invalid host"))
			return
		}
		if route.CSRF == SameOrigin && foreign(protection, q) {
			q.Fail(desk.Errorf(desk.Forbidden, "another site's page sent this"))
			return
		}
		if r.Body != nil {
			r.Body = http.MaxBytesReader(w, r.Body, cmp.Or(route.MaxBody, maxForm))
		}
		if err := s.admit(q, route); err != nil {
			s.turnAway(q, route, err)
			return
		}
		if route.API && !route.Files && sentAsForm(r) {
			q.Fail(desk.Errorf(desk.Invalid, "The body must be application/json."))
			return
		}
		if err := route.Handle(q); err != nil {
			q.Fail(err)
		}
	})
}

// sentAsForm tells whether a request is of a kind that a form of any site can send without
// being asked first (Fetch standard, "CORS-safelisted request-header": Content-Type).
func sentAsForm(r *http.Request) bool {
	kind, _, _ := strings.Cut(r.Header.Get("Content-Type"), ";")
	switch strings.ToLower(strings.TrimSpace(kind)) {
	case "application/x-www-form-urlencoded", "multipart/form-data", "text/plain":
		return true
	}
	return false
}

// foreign tells whether another site's page sent the request. The host compared with
// the Origin header is the one that the browser knows, not a proxy's.
func foreign(protection *http.CrossOriginProtection, q *Request) bool {
	seen := *q.R
	seen.Host = q.Client.Host
	return protection.Check(&seen) != nil
}

// secure sets what every page carries: it is never kept, never framed, and runs
// nothing but the program's own files.
func (q *Request) secure() {
	h := q.W.Header()
	h.Set("Cache-Control", "no-store")
	h.Set("Content-Security-Policy", q.csp.String())
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Frame-Options", "DENY")
	h.Set("Referrer-Policy", "same-origin")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Permissions-Policy", "camera=(), microphone=(), geolocation=()")
}

type policy struct{ formAction, styleNonce string }

func (p policy) String() string {
	form, style, frame := "'self'", "'self'", ""
	if p.formAction != "" {
		form += " " + p.formAction
	}
	if p.styleNonce != "" {
		style += " 'nonce-" + p.styleNonce + "'"
		frame = "frame-src 'self'; font-src 'self'; "
	}
	return "default-src 'none'; style-src " + style + "; script-src 'self'; img-src 'self' data: blob:; connect-src 'self'; " + frame +
		"base-uri 'none'; form-action " + form + "; frame-ancestors 'none'"
}

// Application lets the page be one that its script builds: style elements that carry the
// returned nonce apply, and it may frame pages of this host. Scripts stay files of ours.
func (q *Request) Application() (nonce string) {
	q.csp.styleNonce = rand.Text()
	q.secure()
	return q.csp.styleNonce
}

// AllowFormTarget lets the page's forms be answered by a redirect to another origin,
// such as https://partner.example: browsers hold form-action against redirects too.
// Call it before rendering.
func (q *Request) AllowFormTarget(origin string) {
	if strings.ContainsAny(origin, " ;,'\"\r\n") {
		return
	}
	q.csp.formAction = origin
	q.secure()
}

// admit finds store and person, and holds the person against the need.
func (s *Site) admit(q *Request, route Route) error {
	var err error
	if q.Store, err = s.Stores.ByHost(q.Ctx(), q.Client.Host); err != nil {
		return err
	}
	q.Lang = Choose(q.R.Header.Get("Accept-Language"))
	switch route.Needs {
	case OneTimeLink, OAuthClient:
		return nil
	}
	q.Staff, err = s.Accounts.Session(q.Ctx(), q.Store, q.cookie(sessionCookie))
	if err != nil && desk.CodeOf(err) != desk.Unauthorized {
		return err
	}
	switch isPermission := len(route.Needs.Permissions()) > 0; {
	case route.Needs == Anyone:
		if err != nil {
			q.Staff = nil
		}
		return nil
	case route.Needs == HalfSignedIn:
		if q.Half = err; q.Staff == nil {
			return access.ErrSignedOut
		}
		return nil
	case route.Needs == Enrolling && err == access.ErrMustEnrol:
		q.Half = err
		return nil
	case err != nil:
		return err
	case route.Needs == SignedIn, route.Needs == Enrolling:
		return nil
	case route.Needs == AdminOnly && q.Staff.Admin, isPermission && route.Needs.allows(q.Staff):
		return nil
	}
	return desk.Errorf(desk.Forbidden, "this needs: %s", route.Needs)
}

// turnAway answers whom the rule refuses; who is not signed in is sent to where that
// can be done, and back after it.
func (s *Site) turnAway(q *Request, route Route, err error) {
	path := ""
	switch err {
	case access.ErrSignedOut:
		path = LoginPath
	case access.ErrSecondFactor:
		path = FactorPath
	case access.ErrMustEnrol:
		path = SecurityPath
	}
	if path == "" || route.API {
		q.Fail(err)
		return
	}
	status := http.StatusSeeOther
	if route.Method == http.MethodGet {
		status = http.StatusFound // as the original sends who is not signed in from the consent page
		if next := q.R.URL.RequestURI(); SafeNext(next) == next && next != Home {
			path += "?" + nextParameter(next)
		}
	}
	http.Redirect(q.W, q.R, path, status)
}

// StillAllowed holds the person against a need again, for answers that take long.
func (q *Request) StillAllowed(need Need) error {
	again := &Request{W: q.W, R: q.R, Client: q.Client, site: q.site}
	return q.site.admit(again, Route{Needs: need})
}
