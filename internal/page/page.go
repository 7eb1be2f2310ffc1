// Package page is what all server-rendered pages share: one layout and stylesheet, the
// catalogues of messages, the table form of routes with their rules, and the answers to
// requests that a rule refuses. It holds no page itself; those are in the doors.
package page

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"time"

	"storedesk/internal/access"
	"storedesk/internal/desk"
	"storedesk/internal/origin"
	"storedesk/internal/settings"
)

// Paths that more than one door knows.
const (
	Home         = "/dashboard/"
	LoginPath    = "/dashboard/login/"
	FactorPath   = "/dashboard/login/second-factor/"
	SecurityPath = "/dashboard/account/security/"
	AssetsPath   = "/dashboard/assets/"
)

// Site is what pages need of the program.
type Site struct {
	Accounts *access.Accounts
	Stores   *settings.Stores
	Trusted  []netip.Prefix // proxies whose X-Forwarded headers are believed
	Log      *slog.Logger
}

// Request is a request whose route's rule has been checked.
type Request struct {
	W http.ResponseWriter
	R *http.Request

	Store  *desk.Store
	Client origin.Client
	Staff  *desk.Staff // who is signed in; nil when nobody is, or when the rule did not ask
	Lang   *Language
	// Half says that Staff is not wholly signed in (routes of HalfSignedIn only):
	// access.ErrSecondFactor, access.ErrMustEnrol or access.ErrSignedOut.
	Half error

	site *Site
	csp  policy
	api  bool // answers are JSON
}

// Ctx is the request's context.
func (q *Request) Ctx() context.Context { return q.R.Context() }

// Form returns a field of the posted form, without spaces around it. The query does
// not count.
func (q *Request) Form(name string) string { return strings.TrimSpace(q.R.PostFormValue(name)) }

// Query returns a parameter of the URL.
func (q *Request) Query(name string) string { return q.R.URL.Query().Get(name) }

// Visit is where the request comes from, for verbs that record it.
func (q *Request) Visit() access.Visit {
	v := access.Visit{UserAgent: clean(q.R.UserAgent()), Device: q.cookie(deviceCookie)}
	if q.Client.IP.IsValid() {
		v.IP = q.Client.IP.String()
	}
	return v
}

// clean keeps out of the database what PostgreSQL refuses.
func clean(s string) string { return strings.ReplaceAll(strings.ToValidUTF8(s, ""), "\x00", "") }

// Redirect answers 303 to a path of this program.
func (q *Request) Redirect(path string) error {
	http.Redirect(q.W, q.R, path, http.StatusSeeOther)
	return nil
}

// Next is where the parameter next wants to go after signing in: a path below
// /dashboard/ or /oauth2/ on this host, or the dashboard. Anything that a browser
// could read as another host is refused.
func (q *Request) Next() string {
	next := q.Query("next")
	if v := q.R.PostFormValue("next"); v != "" {
		next = v
	}
	return SafeNext(next)
}

// SafeNext is the path if it may be gone to after signing in, or the dashboard's.
func SafeNext(next string) string {
	u, err := url.Parse(next)
	if err != nil || u.Scheme != "" || u.Host != "" || u.Opaque != "" || u.User != nil || strings.ContainsAny(next, "\\\t\r\n") {
		return Home
	}
	for _, base := range []string{"/dashboard/", "/oauth2/"} {
		if strings.HasPrefix(u.Path, base) && strings.HasPrefix(next, base) && !strings.Contains(u.Path, "..") {
			return next
		}
	}
	return Home
}

// Names of cookies. Over TLS they carry the prefix __Host-, so that no other host of
// the domain can set them.
const (
	sessionCookie = "storedesk_session"
	deviceCookie  = "storedesk_device"
	stateCookie   = "storedesk_state"
)

// SessionCookie is the name of the cookie that a session lives in.
func SessionCookie(secure bool) string { return cookieName(sessionCookie, secure) }

func cookieName(name string, secure bool) string {
	if secure {
		return "__Host-" + name
	}
	return name
}

func (q *Request) cookie(name string) string {
	c, err := q.R.Cookie(cookieName(name, q.Client.Secure()))
	if err != nil {
		return ""
	}
	return c.Value
}

// Opened sets the cookies of a session that has begun.
func (q *Request) Opened(o *access.Opened) {
	if o.Cookie != "" {
		q.setCookie(sessionCookie, o.Cookie, 30*24*time.Hour)
	}
	if o.Device != "" {
		q.setCookie(deviceCookie, o.Device, 180*24*time.Hour)
	}
}

// SetState binds a sign-in that is under way elsewhere to this browser; "" ends that.
func (q *Request) SetState(state string) {
	life := 10 * time.Minute
	if state == "" {
		life = -time.Second
	}
	q.setCookie(stateCookie, state, life)
}

// State is what SetState bound to this browser.
func (q *Request) State() string { return q.cookie(stateCookie) }

// SignedOut takes the session cookie away.
func (q *Request) SignedOut() { q.setCookie(sessionCookie, "", -time.Second) }

func (q *Request) setCookie(name, value string, life time.Duration) {
	http.SetCookie(q.W, &http.Cookie{
		Name: cookieName(name, q.Client.Secure()), Value: value, Path: "/", MaxAge: int(life / time.Second),
		HttpOnly: true, Secure: q.Client.Secure(), SameSite: http.SameSiteLaxMode,
	})
}

// Fail answers an error: with the page that fits its code, and a line in the log if it
// is nobody's fault but ours.
func (q *Request) Fail(err error) {
	status := http.StatusInternalServerError
	switch desk.CodeOf(err) {
	case desk.NotFound:
		status = http.StatusNotFound
	case desk.Forbidden:
		status = http.StatusForbidden
	case desk.Invalid, desk.Conflict:
		status = http.StatusBadRequest
	case desk.RateLimited:
		status = http.StatusTooManyRequests
		q.W.Header().Set("Retry-After", "300")
	case desk.Unauthorized:
		status = http.StatusUnauthorized
	default:
		if q.api && tooLarge(err) {
			status = http.StatusRequestEntityTooLarge
		} else if !errors.Is(err, context.Canceled) {
			q.site.Log.ErrorContext(q.Ctx(), "page failed", slog.String("path", q.R.URL.Path), slog.Any("error", err))
		}
	}
	if q.api {
		q.problem(status, err)
		return
	}
	q.refuse(status)
}

func (q *Request) refuse(status int) {
	if err := shared.Render(q, status, "refused.html", status); err != nil {
		q.site.Log.ErrorContext(q.Ctx(), "rendering failed", slog.Any("error", err))
	}
}
