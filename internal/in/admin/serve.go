package admin

import (
	"context"
	"log/slog"
	"net/http"
	"runtime/debug"
	"strconv"
	"strings"
	"time"

	"storedesk/internal/desk"
	"storedesk/internal/in/admin/form"
)

var errHost = detail(http.StatusBadRequest, "Invalid host header.")

// ServeHTTP implements http.Handler.
func (a *API) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	c := &call{w: w, r: r, id: requestID(r.Header["X-Request-Id"])}
	c.head()
	if r.ContentLength != 0 {
		// Also for bodies that nobody reads: net/http reads on before the answer.
		_ = http.NewResponseController(w).SetReadDeadline(time.Now().Add(a.bodyIdle))
	}
	defer a.recovered(c)
	if err := a.serve(c); err != nil {
		a.fail(c, err)
	}
}

// recovered answers and logs a panic.
func (a *API) recovered(c *call) {
	cause := recover()
	if cause == nil {
		return
	}
	if cause == http.ErrAbortHandler {
		panic(cause)
	}
	a.log.LogAttrs(context.WithoutCancel(c.ctx()), slog.LevelError, "request panicked",
		slog.String("request_id", c.id), slog.String("method", c.r.Method),
		slog.String("path", c.r.URL.Path), slog.Any("panic", cause), slog.String("stack", string(debug.Stack())))
	if c.written {
		panic(http.ErrAbortHandler) // half an answer must not look whole
	}
	c.refuse(errServer)
}

// serve passes the request through the checks, in the original's order.
func (a *API) serve(c *call) error {
	if !a.find(c) {
		return a.lost(c)
	}
	if err := a.admit(c); err != nil {
		return err
	}
	if c.r.Method == http.MethodOptions {
		return c.answer(http.StatusOK, c.res.options)
	}
	handle := c.res.methods[c.r.Method]
	if handle == nil {
		return detail(http.StatusMethodNotAllowed, `Method "`+c.r.Method+`" not allowed.`)
	}
	return handle(a, c)
}

// admit runs the checks that do not depend on the route's handler.
func (a *API) admit(c *call) error {
	if err := a.locate(c); err != nil {
		return err
	}
	if err := c.negotiate(); err != nil {
		return err
	}
	if err := a.receive(c); err != nil {
		return err
	}
	if c.queryErr != nil {
		return refusal(c.queryErr)
	}
	if err := a.identify(c); err != nil {
		return err
	}
	if err := a.authorize(c); err != nil {
		return err
	}
	return a.count(c)
}

// find looks the path up.
func (a *API) find(c *call) bool {
	path, ok := strings.CutPrefix(c.r.URL.Path, Base)
	if !ok {
		return false
	}
	c.res, c.param = a.router.match(path)
	if c.res == nil {
		return false
	}
	c.w.Header()["Allow"] = c.res.allow
	return true
}

// lost answers a path that is none: a redirect when only the slash is missing.
func (a *API) lost(c *call) error {
	path, ok := strings.CutPrefix(c.r.URL.Path+"/", Base)
	if !ok {
		return errNotFound
	}
	if res, _ := a.router.match(path); res == nil {
		return errNotFound
	}
	to := c.r.URL.EscapedPath() + "/"
	if c.r.URL.RawQuery != "" {
		to += "?" + c.r.URL.RawQuery
	}
	h := c.w.Header()
	h["Location"] = []string{to}
	h["Content-Length"] = []string{"0"}
	c.noStore()
	c.written = true
	c.w.WriteHeader(http.StatusMovedPermanently)
	return nil
}

// locate finds the store that the request's host belongs to.
func (a *API) locate(c *call) error {
	at, ok := clientAddress(c.r, a.trusted)
	if !ok {
		return errHost
	}
	st, err := a.stores.ByHost(c.ctx(), at.host)
	if err != nil {
		return err
	}
	c.store, c.origin = st, at.scheme+"://"+at.host
	return nil
}

// negotiate reads the query and decides on the answer's form and version.
func (c *call) negotiate() error {
	if c.r.URL.RawQuery != "" {
		c.query, c.queryErr = form.ParseQuery(c.r.URL.RawQuery)
		if format, _ := c.query.Get("format"); format != "" && format != "json" {
			return errNotFound
		}
	}
	indent, ok := accept(c.r.Header["Accept"])
	c.stream = c.res.streams && c.r.Method == http.MethodGet && acceptsStream(c.r.Header["Accept"])
	if !ok && !c.stream {
		return errNotAcceptable
	}
	c.indent = indent
	v := version(c.r.Header[versionHeader])
	if v == nil {
		return errVersion
	}
	c.w.Header()[versionHeader] = v
	return nil
}

// identify checks the token, unless reading the body has done so already.
func (a *API) identify(c *call) error {
	if c.token != nil {
		return nil
	}
	if _, ok := c.r.Header["Authorization"]; !ok && c.streaming() {
		if err := c.uploading(a).prologue(); err != nil {
			return err
		}
	}
	return a.authenticate(c, c.secret())
}

// count lets the throttle see the request.
func (a *API) count(c *call) error {
	if a.throttle.limit <= 0 {
		return nil
	}
	q := a.throttle.take(c.token.ID, a.now())
	h := c.w.Header()
	h["X-Ratelimit-Limit"] = []string{strconv.Itoa(a.throttle.limit)}
	h["X-Ratelimit-Remaining"] = []string{strconv.Itoa(q.remaining)}
	h["X-Ratelimit-Reset"] = []string{strconv.Itoa(seconds(q.reset))}
	if q.ok {
		return nil
	}
	return throttled(seconds(q.wait))
}

// throttled asks the client to come back in some seconds.
func throttled(wait int) *problem {
	unit := " second."
	if wait != 1 {
		unit = " seconds."
	}
	p := detail(http.StatusTooManyRequests, "Request was throttled. Expected available in "+strconv.Itoa(wait)+unit)
	p.retryAfter = wait
	return p
}

// pathID reads the id in the path as the original does: a decimal integer with
// sign, leading zeros, surrounding spaces and single underscores between digits.
// What is none, or is past 64 bits, names nothing.
func (c *call) pathID() (int64, error) {
	text := strings.TrimSpace(c.param)
	if strings.Contains(text, "_") {
		if strings.Contains(text, "__") || strings.HasSuffix(text, "_") || strings.HasPrefix(strings.TrimLeft(text, "+-"), "_") {
			return 0, errNotFound
		}
		text = strings.ReplaceAll(text, "_", "")
	}
	id, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return 0, errNotFound
	}
	return id, nil
}

// isMissing reports the error of a look-up that found nothing.
func isMissing(err error) bool { return desk.CodeOf(err) == desk.NotFound }
